package tangoclient

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"go.opentelemetry.io/otel/trace"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// attempt is how one attempt ended: with a success, with an answer that is none, or with neither.
type attempt struct {
	ans   *answer
	fail  *Error
	err   error // no answer, or one that cannot be read
	local bool  // err has nothing to do with the network, and will come again
	sent  bool  // the whole request may have reached Tango
	left  bool  // still on its way: the caller went away
	auth  authorization
	span  trace.Span // nil: nobody records it
}

func (a *attempt) problem() error {
	if a.fail != nil {
		return a.fail
	}
	return a.err
}

// isDuplicate reports that Tango has done a write with this reference before.
func (a *attempt) isDuplicate() bool {
	return a.fail != nil && a.fail.Status == http.StatusConflict && a.fail.Key != tango.KeyInProcess
}

// try makes one attempt.
func (s *sending) try(ctx context.Context) attempt {
	auth, err := s.auth.authorize(ctx)
	if err != nil {
		return attempt{err: err, local: true}
	}
	if s.call.isRead() {
		actx, cancel := context.WithTimeoutCause(ctx, AttemptTimeout, ErrAttemptTimeout)
		defer cancel()
		a := s.exchange(actx, s.call, new(gate), auth, s.attempts)
		s.finish(ctx, s.call, &a)
		return a
	}
	return s.tryWrite(ctx, auth)
}

// tryWrite makes an attempt that outlives its caller. A write that has left is not cut off, because then
// nobody would learn what became of it: it has its own 15 s, and when its caller went away, its end is logged
// and told to Config.OnLateOutcome.
func (s *sending) tryWrite(ctx context.Context, auth authorization) attempt {
	actx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), AttemptTimeout, ErrAttemptTimeout)
	g, done := new(gate), make(chan attempt, 1)
	var taken atomic.Bool // by whom comes first: the attempt with its result, or the caller who goes away
	c, cl, n := s.core, s.call, s.attempts
	c.running.Add(1)
	go func() {
		defer c.running.Done()
		defer cancel()
		a := c.exchange(actx, cl, g, auth, n)
		if taken.CompareAndSwap(false, true) {
			done <- a
			return
		}
		c.finish(actx, cl, &a)
		if a.sent {
			c.late(actx, cl, &a)
		}
	}()
	select {
	case a := <-done:
		c.finish(ctx, cl, &a)
		return a
	case <-ctx.Done():
	}
	if g.shut() {
		cancel()
		taken.Store(true)
		return attempt{err: context.Cause(ctx), auth: auth}
	}
	if !taken.CompareAndSwap(false, true) {
		a := <-done
		c.finish(ctx, cl, &a)
		return a
	}
	return attempt{err: context.Cause(ctx), sent: true, left: true, auth: auth}
}

// exchange sends the request once, for the n-th time from 0, and takes the whole answer in. finish must come after.
func (c *core) exchange(ctx context.Context, cl *call, g *gate, auth authorization, n int) (a attempt) {
	ctx, a.span = c.tel.startAttempt(ctx, cl, n)
	a.auth = auth
	req, err := c.request(ctx, cl, g, auth)
	if err != nil {
		a.err, a.local = err, true
		return a
	}
	if req.Body == nil && !g.open() {
		a.err = errGateShut
		return a
	}
	resp, err := c.rt.RoundTrip(req)
	a.sent = g.opened()
	if err != nil {
		a.err = causeOr(ctx, err)
		return a
	}
	defer resp.Body.Close()
	a.sent = true
	body, err := readBody(resp, orDefault(cl.limit, maxReply))
	switch {
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		a.fail = c.errorFrom(cl, resp, body)
	case err != nil:
		a.err = causeOr(ctx, err)
	default:
		a.ans = &answer{status: resp.StatusCode, body: body, id: c.requestID(resp.Header)}
	}
	return a
}

// finish reads what a success says. Whoever waits for the attempt does it, on a stack that has grown already.
func (c *core) finish(ctx context.Context, cl *call, a *attempt) {
	if a.ans != nil {
		if a.ans.value, a.err = cl.read(a.ans); a.err != nil {
			a.ans = nil
		}
	}
	c.tel.endAttempt(ctx, cl, a)
}

// causeOr gives why ctx ended, if it did, else err.
func causeOr(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

const userAgent = "tangoguard (+https://github.com/tangoguard/tangoguard)"

// request forms the request of one attempt. It goes to the transport and not through an http.Client, so
// there are no redirects, cookies or credentials from a URL.
func (c *core) request(ctx context.Context, cl *call, g *gate, auth authorization) (*http.Request, error) {
	if auth.header.IsZero() {
		return nil, errNoCredentials
	}
	target := c.base + cl.path
	if len(cl.query) > 0 {
		target += "?" + cl.query.Encode()
	}
	var body io.ReadCloser
	if len(cl.body) > 0 {
		ctx, body = g.body(ctx, cl.body, c.traced)
	}
	req, err := http.NewRequestWithContext(ctx, cl.method, target, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: the request cannot be formed", cl.op) // the error would quote the URL
	}
	v := []string{auth.header.Reveal(), "application/json", userAgent, "application/json"} // one allocation for all
	req.Header = http.Header{"Authorization": v[0:1:1], "Accept": v[1:2:2], "User-Agent": v[2:3:3]}
	if body != nil {
		req.Header["Content-Type"] = v[3:4:4]
		req.Body, req.ContentLength = body, int64(len(cl.body))
	}
	return req, nil
}
