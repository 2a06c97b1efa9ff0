package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/tangoguard/tangoguard/tangoclient"
)

// Config is copied by New. Store, Client and Authorize must be set.
type Config struct {
	// Store keeps the orders; see Open. It is not closed by Stop.
	Store Store
	// Client sends them, with its pace. Each tenant gets it scoped to the accounts that Authorize gives, and
	// with WithRefNamespace(tenant), so that equal refs of two tenants are two orders.
	Client *tangoclient.Client
	// Authorize gives the accounts that a tenant may use now. It is asked when an order is submitted and again
	// when it is sent. While it fails nothing of that tenant is taken or sent.
	Authorize func(ctx context.Context, tenant string) (tangoclient.Scope, error)

	// MaxOpen bounds the orders that are not final; 0: 10,000. Above it Submit gives ErrFull.
	MaxOpen int
	// Senders is how many orders may be on their way at once; 0: 4. The pace is the client's.
	Senders int
	// GiveUpAfter is how long after its submission an order that Tango could not take (no connection, 401, 403,
	// 429, 5xx: nothing was placed) is refused; 0: 24 h.
	GiveUpAfter time.Duration
	// Retention is how long after its end an order keeps its personal data; 0: 30 days. Its identifiers stay, so
	// that it is still known when it is submitted again; Delete takes them too.
	Retention time.Duration

	// Logger gets what operators need, without personal data; nil: nothing is logged.
	Logger *slog.Logger
}

const (
	defaultMaxOpen     = 10_000
	defaultSenders     = 4
	defaultGiveUpAfter = 24 * time.Hour
	defaultRetention   = 30 * 24 * time.Hour

	// refLife is how long after its first attempt an order may be sent again by itself. Tango promises to
	// remember an externalRefID for 90 days.
	refLife = 80 * 24 * time.Hour
	// maxTenant bounds the name of a tenant, in bytes.
	maxTenant = 256

	pauseLeast  = 5 * time.Second
	pauseMost   = 5 * time.Minute
	settleLeast = 2 * time.Second
	settleMost  = 30 * time.Second
	eraseEvery  = time.Hour
)

// Outbox takes orders and sends them. It is safe for concurrent use; make one with New.
type Outbox struct {
	cfg  Config
	log  *slog.Logger
	run  context.Context // ends when Stop runs out of time
	kill context.CancelFunc
	stop chan struct{} // closed by Stop
	wg   sync.WaitGroup

	mu      sync.Mutex
	stopped bool
	open    int // entries that are not final
	queue   turns
	wake    chan struct{}        // closed and replaced when something was queued
	running map[id]bool          // being looked at by a sender
	later   map[id]*time.Timer   // to be queued again
	pauses  map[id]time.Duration // the last pause of each entry
	changed map[id]chan struct{} // closed when the entry changes; for Wait
}

// New takes up what the store holds and starts to send. All mistakes in the configuration are reported
// together.
func New(ctx context.Context, cfg Config) (*Outbox, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	run, kill := context.WithCancel(context.WithoutCancel(ctx))
	o := &Outbox{
		cfg: cfg, log: cfg.Logger, run: run, kill: kill, stop: make(chan struct{}), wake: make(chan struct{}),
		running: map[id]bool{}, later: map[id]*time.Timer{}, pauses: map[id]time.Duration{}, changed: map[id]chan struct{}{},
	}
	if err := o.load(ctx); err != nil {
		kill()
		return nil, err
	}
	for range cfg.Senders {
		o.wg.Go(o.work)
	}
	o.wg.Go(o.forget)
	return o, nil
}

func (c *Config) check() error {
	var errs []error
	if c.Store == nil {
		errs = append(errs, errors.New("outbox: Store must be set"))
	}
	if c.Client == nil {
		errs = append(errs, errors.New("outbox: Client must be set"))
	}
	if c.Authorize == nil {
		errs = append(errs, errors.New("outbox: Authorize must be set: without it no order is anybody's"))
	}
	if c.MaxOpen < 0 || c.Senders < 0 || c.GiveUpAfter < 0 || c.Retention < 0 {
		errs = append(errs, errors.New("outbox: MaxOpen, Senders, GiveUpAfter or Retention is negative"))
	}
	if c.MaxOpen == 0 {
		c.MaxOpen = defaultMaxOpen
	}
	if c.Senders == 0 {
		c.Senders = defaultSenders
	}
	if c.GiveUpAfter == 0 {
		c.GiveUpAfter = defaultGiveUpAfter
	}
	if c.Retention == 0 {
		c.Retention = defaultRetention
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return errors.Join(errs...)
}

// load queues what an earlier run left. What was on its way then is unknown now; its last attempt ended at the
// latest when that process did.
func (o *Outbox) load(ctx context.Context) error {
	now := time.Now()
	for e, err := range o.cfg.Store.Open(ctx) {
		if err == nil && e.State == Sending {
			e.State, e.LastAttempt, e.Changed = Unknown, now, now
			e, err = o.cfg.Store.Replace(ctx, e)
		}
		if err != nil {
			return fmt.Errorf("outbox: taking up the store: %w", err)
		}
		o.open++
		if !e.tooOld() {
			o.queue.push(job{id{e.Tenant, e.Ref}, e.Bulk})
		}
	}
	return nil
}

// Submission is an order of a tenant.
type Submission struct {
	Tenant  string
	Request tangoclient.OrderRequest // an empty ExternalRefID gets one that nobody can guess
	Bulk    bool                     // let single orders pass
}

// Submit keeps an order and gives its entry; it will be sent. An order that the tenant has submitted before
// gives that one's entry, whatever its state.
//
//	ErrDifferent                     the tenant has another order of this ref
//	*tangoclient.RefusedError        what is wrong with the order itself
//	*tangoclient.ForbiddenError      the account is not the tenant's
//	ErrFull, ErrStopped              nothing was kept; try again later, or elsewhere
func (o *Outbox) Submit(ctx context.Context, s Submission) (Entry, error) {
	r := s.Request
	if s.Tenant == "" || len(s.Tenant) > maxTenant {
		return Entry{}, fmt.Errorf("outbox: the tenant needs a name of at most %d bytes", maxTenant)
	}
	if r.ExternalRefID == "" {
		r.ExternalRefID = tangoclient.NewRef()
	}
	c, err := o.senderFor(ctx, s.Tenant)
	if err != nil {
		return Entry{}, err
	}
	if err := c.check(r); err != nil {
		return Entry{}, err
	}
	known, err := o.cfg.Store.Get(ctx, s.Tenant, r.ExternalRefID)
	if err == nil {
		return same(known, r)
	}
	if !errors.Is(err, ErrNotFound) {
		return Entry{}, err
	}
	if err := o.reserve(); err != nil {
		return Entry{}, err
	}
	e, err := newEntry(s.Tenant, r, s.Bulk, time.Now())
	added := false
	if err == nil {
		// Once it is decided to keep the order, a caller who goes away must not leave it in doubt.
		e, added, err = o.cfg.Store.Add(context.WithoutCancel(ctx), e)
	}
	if !added {
		o.release()
		if err != nil {
			return Entry{}, err
		}
		return same(e, r)
	}
	o.push(job{id{e.Tenant, e.Ref}, e.Bulk})
	return e, nil
}

func same(e Entry, r tangoclient.OrderRequest) (Entry, error) {
	if !e.is(r) {
		return Entry{}, ErrDifferent
	}
	return e, nil
}

// reserve takes one of the places for open orders.
func (o *Outbox) reserve() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.stopped:
		return ErrStopped
	case o.open >= o.cfg.MaxOpen:
		return ErrFull
	}
	o.open++
	return nil
}

func (o *Outbox) release() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open--
}

// Get gives the tenant's order of this ref, or ErrNotFound.
func (o *Outbox) Get(ctx context.Context, tenant, ref string) (Entry, error) {
	return o.cfg.Store.Get(ctx, tenant, ref)
}

// Wait gives the order as soon as its state is final. When ctx ends first it gives the order as it is, and
// context.Cause(ctx); when the outbox stops first, ErrStopped.
func (o *Outbox) Wait(ctx context.Context, tenant, ref string) (Entry, error) {
	i := id{tenant, ref}
	get := func() (Entry, bool, error) {
		e, err := o.cfg.Store.Get(context.WithoutCancel(ctx), tenant, ref)
		return e, err != nil || e.State.Final(), err
	}
	for {
		e, done, err := get()
		if done {
			return e, err
		}
		ch := o.watch(i)
		if e, done, err = get(); done { // it changed in between
			o.notify(i)
			return e, err
		}
		select {
		case <-ch:
		case <-ctx.Done():
			return e, context.Cause(ctx)
		case <-o.stop:
			return e, ErrStopped
		}
	}
}

// watch gives a channel that is closed at the entry's next change.
func (o *Outbox) watch(i id) <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	ch, ok := o.changed[i]
	if !ok {
		ch = make(chan struct{})
		o.changed[i] = ch
	}
	return ch
}

// Delete takes an order out of the store: one that is final, one that is queued and not yet on its way, or one
// that stays unknown because it is too old. ErrBusy for the others. An order that was placed stays placed;
// submitted again under its ref, Tango answers with the first.
func (o *Outbox) Delete(ctx context.Context, tenant, ref string) error {
	i := id{tenant, ref}
	e, err := o.cfg.Store.Get(ctx, tenant, ref)
	if err != nil {
		return err
	}
	resting := e.State.Final() || e.tooOld()
	if !resting && (e.State != Queued || !o.withdraw(i)) {
		return ErrBusy
	}
	err = o.cfg.Store.Delete(context.WithoutCancel(ctx), tenant, ref, e.Revision)
	if err != nil {
		if !resting {
			o.push(job{i, e.Bulk}) // it is still there
		}
		if errors.Is(err, ErrConflict) {
			return ErrBusy
		}
		return err
	}
	if !e.State.Final() {
		o.release()
	}
	o.forgetPause(i)
	o.notify(i)
	return nil
}

// withdraw takes a queued order out of the queue, and reports whether no sender has it.
func (o *Outbox) withdraw(i id) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.running[i] {
		return false
	}
	if t, ok := o.later[i]; ok {
		delete(o.later, i)
		return t.Stop()
	}
	return o.queue.remove(i)
}

// Stop takes no more orders and waits for those that are on their way. When ctx ends first, what is not
// finished is left as unknown, to be settled after the next New, and the cause of ctx is given. The store can
// be closed then.
func (o *Outbox) Stop(ctx context.Context) error {
	o.mu.Lock()
	if !o.stopped {
		o.stopped = true
		close(o.stop)
		for i, t := range o.later {
			t.Stop()
			delete(o.later, i)
		}
	}
	o.mu.Unlock()
	done := make(chan struct{})
	go func() {
		o.wg.Wait()
		close(done)
	}()
	defer o.kill()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	o.kill()
	<-done // the client gives up at once, and the store's last change is short
	return context.Cause(ctx)
}
