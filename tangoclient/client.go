package tangoclient

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
)

// Client speaks to Tango. It is safe for concurrent use; make one with New and keep it.
type Client struct {
	*core
	scope  *Scope  // nil: everything
	tenant *string // nil: references go to Tango as they are
}

// core is what a client and the scoped clients made from it share.
type core struct {
	base        string
	rt          http.RoundTripper
	traced      bool // rt is the transport that New made: see gate
	auth        *auth
	pacer       Pacer
	log         *slog.Logger
	maxAttempts int
	maxElapsed  time.Duration
	settleAfter time.Duration
	onLate      func(LateOutcome)
	unclear     *unclear
	refKey      Secret
	catalog     catalogCache
	spending    *spending
	tel         *telemetry
	running     sync.WaitGroup // attempts of writes
}

// LateOutcome is how an attempt ended whose caller had gone away.
type LateOutcome struct {
	// Op is what was called, as Tango's OpenAPI names it; with it, what was given for the rest.
	Op                 string
	CustomerIdentifier string
	AccountIdentifier  string
	ExternalRefID      string
	// Order is the order that was placed, when Op is createOrder and Err is nil.
	Order *Order
	// Err is an *Error for an answer that is no success, a *ReplayMismatchError, or what ended the attempt.
	Err error
}

// late tells how an attempt ended whose caller had gone away.
func (c *core) late(ctx context.Context, cl *call, a *attempt) {
	out := LateOutcome{Op: cl.op, CustomerIdentifier: cl.ref.customer, AccountIdentifier: cl.ref.account, ExternalRefID: cl.given}
	if a.ans != nil {
		c.unclear.forget(cl.ref)
		if cl.verify != nil {
			out.Err = cl.verify(a.ans.value)
		}
		if out.Err == nil {
			out.Order, _ = a.ans.value.(*Order)
		}
		c.log.InfoContext(ctx, "tango: late success", slog.String("op", cl.op), slog.Any("order", cl.ref), slog.String("requestId", a.ans.id))
	} else {
		c.unclear.note(cl.ref)
		out.Err = c.auth.secrets.scrubError(a.problem())
		c.log.ErrorContext(ctx, "tango: late failure", slog.String("op", cl.op), slog.Any("order", cl.ref), slog.Any("cause", out.Err))
	}
	if c.onLate != nil {
		c.onLate(out)
	}
}

// Close waits until no write is on its way any more (at most 15 s), or until ctx ends, and closes idle
// connections. Call it when nobody makes calls any more.
func (c *Client) Close(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		c.running.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if t, ok := c.rt.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
	return nil
}

// invoke makes a call whose success is JSON of a T. check may be nil.
func invoke[T any](ctx context.Context, c *core, cl call, check func(*answer, *T) error) (*T, error) {
	v, _, err := answered(ctx, c, cl, check)
	return v, err
}

// answered is invoke for who needs the answer, too.
func answered[T any](ctx context.Context, c *core, cl call, check func(*answer, *T) error) (*T, *answer, error) {
	cl.read = func(a *answer) (any, error) {
		v := new(T)
		if err := decodeReply(a.body, v); err != nil {
			return nil, err
		}
		if check != nil {
			if err := check(a, v); err != nil {
				return nil, err
			}
		}
		return v, nil
	}
	a, err := c.do(ctx, &cl)
	if err != nil {
		return nil, nil, err
	}
	v, _ := a.value.(*T) // nil: the call was a probe and found that it was done before
	return v, a, nil
}

// write makes a call whose body is the JSON of req, which is checked before anything is sent.
func write[T any](ctx context.Context, c *Client, cl call, req any, check func(*answer, *T) error) (*T, error) {
	body, err := c.checked(ctx, cl.op, req)
	if err != nil {
		return nil, err
	}
	cl.body = body
	return invoke(ctx, c.core, cl, check)
}

// learn makes sure that the secrets in use are known, so that text can be looked through for them before the first
// call.
func (c *core) learn(ctx context.Context) {
	c.auth.secrets.add(c.refKey)
	_, _ = c.auth.credentials(ctx)
}

// checked gives the JSON of req, or a *RefusedError.
func (c *Client) checked(ctx context.Context, op string, req any) ([]byte, error) {
	c.learn(ctx)
	problems, err := ruleProblems(req)
	if err != nil {
		return nil, err
	}
	body, problems, err := prepare(c.core, req, problems)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, &RefusedError{Op: op, Fields: problems}
	}
	return body, nil
}

// encode makes the JSON of a request.
func encode(v any) ([]byte, error) { return json.Marshal(v, json.Deterministic(true)) }

// pathOf joins path elements below the base URL, each escaped. The elements must have been checked by their
// grammar: an empty one, "." or ".." would name another resource (CWE-22).
func pathOf(elements ...string) string {
	var b strings.Builder
	for _, e := range elements {
		b.WriteByte('/')
		b.WriteString(escapeElement(e))
	}
	return b.String()
}
