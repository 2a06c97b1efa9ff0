package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"

	"github.com/tangoguard/tangoguard/tangoclient"
)

// State is where an order stands.
type State string

// The states of an order. An order that is unknown may have been placed: it is settled under its own
// reference and never sent under another.
const (
	Queued  State = "queued"
	Sending State = "sending"
	Placed  State = "placed"
	Refused State = "refused"
	Unknown State = "unknown"
)

var (
	errOtherBody = errors.New("this externalRefID already belongs to another order")
	errFull      = errors.New("too many orders are kept")
)

// maxKept bounds the memory of the book.
const maxKept = 100_000

// key names an order: a reference counts within its tenant only.
type key struct{ tenant, ref string }

// entry is an order of the book. Its fields belong to the book's lock.
type entry struct {
	request tangoclient.OrderRequest
	body    []byte // the request in one form, to compare a repeat with
	state   State
	order   *tangoclient.Order
	err     error
	done    chan struct{} // closed when the attempt that runs now has ended
}

// snapshot is an entry as its tenant may see it.
type snapshot struct {
	state State
	order *tangoclient.Order
	err   error
}

// book keeps the orders of all tenants in memory and sends them. It outlives its callers: a caller that goes away
// does not stop an order.
type book struct {
	senders map[string]Sender // by the tenant's name
	logger  *slog.Logger

	mu      sync.Mutex
	entries map[key]*entry
	flying  sync.WaitGroup
}

func newBook(senders map[string]Sender, l *slog.Logger) *book {
	return &book{senders: senders, logger: l, entries: map[key]*entry{}}
}

// place starts to send an order, or joins the one that has its key already. known tells which. The channel is
// closed when the attempt has ended.
func (b *book) place(k key, r tangoclient.OrderRequest) (done <-chan struct{}, known bool, err error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, false, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	e, known := b.entries[k]
	switch {
	case known && !bytes.Equal(e.body, body):
		return nil, true, errOtherBody
	case known && (e.state == Placed || e.state == Sending):
		return e.done, true, nil
	case !known && len(b.entries) >= maxKept:
		return nil, false, errFull
	case !known:
		e = &entry{request: r, body: body, state: Queued}
		b.entries[k] = e
	}
	settle := e.state == Unknown
	e.state, e.done = Sending, make(chan struct{})
	b.flying.Go(func() { b.send(b.senders[k.tenant], e, settle) })
	return e.done, known, nil
}

// send runs one attempt of an order to its end. An order whose outcome was unknown is looked up before it is
// sent again, under the same reference.
func (b *book) send(tango Sender, e *entry, settle bool) {
	ctx := context.Background()
	var order *tangoclient.Order
	err := tangoclient.ErrNotPlaced
	if settle {
		order, err = tango.Settle(ctx, e.request)
	}
	if errors.Is(err, tangoclient.ErrNotPlaced) {
		order, err = tango.CreateOrder(ctx, e.request)
	}
	state := Placed
	var unknown *tangoclient.UnknownOutcomeError
	switch {
	case errors.As(err, &unknown), settle && err != nil:
		state = Unknown
	case err != nil:
		state = Refused
	}
	b.mu.Lock()
	e.state, e.order, e.err = state, order, err
	close(e.done)
	b.mu.Unlock()
	b.logger.Info("order", "ref", e.request.ExternalRefID, "state", string(state), "error", err)
}

// look gives the state of an order. Another tenant's order and an unknown one are equally absent.
func (b *book) look(k key) (snapshot, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, ok := b.entries[k]
	if !ok {
		return snapshot{}, false
	}
	return snapshot{e.state, e.order, e.err}, true
}

func (b *book) drain(ctx context.Context) error {
	ended := make(chan struct{})
	go func() { b.flying.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
