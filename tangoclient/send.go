package tangoclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// call is one call of the API, which may take several attempts.
type call struct {
	op     string     // operationId of Tango's OpenAPI
	method string     //
	path   string     // below the base URL; elements escaped
	query  url.Values //
	body   []byte     // JSON; the same bytes in every attempt
	ref    refKey     // of a write that Tango does not do twice; zero: never repeated
	given  string     // the caller's own form of ref
	probe  bool       // Tango refuses a repeat with 409 instead of answering it
	limit  int64      // bytes of a reply; 0: maxReply
	traced bool       // somebody records its span

	// read takes the body of a success. Its error means that the reply is not what Tango documents.
	read func(*answer) (any, error)
	// verify looks at what read made when nobody waits for it any more; nil: there is nothing to look at.
	verify func(any) error
}

func (c *call) isRead() bool { return c.method == http.MethodGet }

// repeatable reports whether the call may be made again: reads, and writes under an externalRefID.
func (c *call) repeatable() bool { return c.isRead() || c.ref.ref != "" }

// answer is a success.
type answer struct {
	status int
	body   []byte
	id     string // X-REQUEST-ID
	value  any    // what call.read made of it
	open   bool   // an earlier attempt may have done what was asked, too
}

// do makes a call, with as many attempts as it takes and is allowed.
func (c *core) do(ctx context.Context, cl *call) (*answer, error) {
	if err := c.checkQuery(ctx, cl); err != nil {
		return nil, err
	}
	start := time.Now()
	ctx, span := c.tel.startCall(ctx, cl)
	a, err := c.run(ctx, cl)
	c.tel.endCall(ctx, cl, span, start, a, err)
	return a, err
}

// checkQuery refuses a filter that holds one of our own keys: a query stands in logs on the way. Bodies are looked
// through in textProblems.
func (c *core) checkQuery(ctx context.Context, cl *call) error {
	if len(cl.query) == 0 {
		return nil
	}
	c.learn(ctx)
	for name, values := range cl.query {
		if slices.ContainsFunc(values, c.auth.secrets.has) {
			return &RefusedError{Op: cl.op, Fields: []FieldError{{Pointer: "/" + name, Key: tango.KeyInsecure, Message: "holds a key or token of this program"}}}
		}
	}
	return nil
}

// run makes one attempt after the other, until one settles the call or there must be no more.
func (c *core) run(ctx context.Context, cl *call) (*answer, error) {
	s := sending{core: c, call: cl, deadline: ErrMaxElapsed, open: c.unclear.open(cl.ref, c.settleAfter, cl.probe)}
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= c.maxElapsed {
		s.deadline = context.DeadlineExceeded
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.maxElapsed, ErrMaxElapsed)
	defer cancel()
	for {
		if err := s.wait(ctx); err != nil {
			return nil, s.failed(ctx, err)
		}
		s.last = s.try(ctx)
		s.attempts++
		if s.last.ans != nil {
			c.auth.accept(s.last.auth)
			c.unclear.forget(cl.ref)
			s.last.ans.open = s.open
			s.succeeded(ctx)
			return s.last.ans, nil
		}
		if s.open && cl.probe && s.last.isDuplicate() {
			c.unclear.forget(cl.ref)
			return &answer{status: http.StatusConflict}, nil
		}
		if !s.again(ctx) {
			return nil, s.failed(ctx, nil)
		}
	}
}

// sending is the state of a call between its attempts.
type sending struct {
	*core
	call     *call
	deadline error // which deadline comes first: the caller's or MaxElapsed
	attempts int
	open     bool // an attempt may have done what was asked, and nobody said so
	reauthed bool
	backoff  backoff
	pause    time.Duration // before the next attempt
	last     attempt
}

// wait sleeps until the next attempt is due: back-off, then pace. It ends at once when that would be after
// the deadline, or when the caller goes away.
func (s *sending) wait(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	latest, _ := ctx.Deadline()
	if time.Now().Add(s.pause).After(latest) {
		return s.deadline
	}
	start := time.Now()
	if s.pause > 0 {
		err := sleep(ctx, s.pause)
		s.tel.waited(ctx, s.call.op, "backoff", start)
		if err != nil {
			return err
		}
	}
	start = time.Now()
	at, err := s.pacer.Reserve(ctx, latest)
	if err != nil {
		return err
	}
	err = sleep(ctx, time.Until(at))
	s.tel.waited(ctx, s.call.op, "pace", start)
	return err
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// again sorts the attempt that failed, and reports whether there shall be another.
func (s *sending) again(ctx context.Context) bool {
	a := &s.last
	s.open = s.open || s.mayHaveHappened(a)
	s.pause = 0
	if a.left || s.attempts >= s.maxAttempts {
		return false
	}
	if a.fail != nil && a.fail.Status == http.StatusUnauthorized {
		if s.reauthed {
			s.auth.retire(ctx, a.auth.id, "Tango answered 401 again")
			return false
		}
		if !s.auth.refuse(ctx, a.auth) {
			return false
		}
		s.reauthed = true
		return true
	}
	if a.sent && !s.call.repeatable() || !retryable(a) {
		return false
	}
	var floor time.Duration
	if a.fail != nil {
		floor = a.fail.RetryAfter
	}
	s.pause = s.backoff.next(floor)
	s.log.WarnContext(ctx, "tango: attempt failed, will try again", slog.String("op", s.call.op),
		slog.Int("attempt", s.attempts), slog.Duration("wait", s.pause), slog.Any("cause", a.problem()))
	return true
}

// mayHaveHappened reports whether a failed attempt at a write leaves open what Tango did. A 5xx may hide a
// processed order (Tango's response classes); a redirect is not documented; 409.002 says that it is being
// worked on. An answer that cannot be read may have been a success.
func (s *sending) mayHaveHappened(a *attempt) bool {
	switch {
	case s.call.isRead() || !a.sent:
		return false
	case a.fail == nil:
		return true
	case isUnavailableItem(a.fail.Key):
		return false
	case a.fail.Status == http.StatusConflict && a.fail.Key == "":
		return !s.call.probe // which conflict it is, nobody said
	}
	return a.fail.Status < 400 || a.fail.Status >= 500 || a.fail.Key == tango.KeyInProcess
}

// retryable reports whether another attempt can help.
func retryable(a *attempt) bool {
	switch {
	case a.fail == nil:
		return !a.local && !isTLSRefusal(a.err)
	case isUnavailableItem(a.fail.Key):
		return false
	case a.fail.Status == http.StatusTooManyRequests, a.fail.Key == tango.KeyInProcess:
		return true
	}
	return a.fail.Status >= 500
}

// isTLSRefusal reports that the peer is not who it should be, or speaks no TLS that is safe: nothing that
// trying again would mend.
func isTLSRefusal(err error) bool {
	return is[*tls.CertificateVerificationError](err) || is[x509.UnknownAuthorityError](err) ||
		is[x509.HostnameError](err) || is[x509.CertificateInvalidError](err) || is[tls.RecordHeaderError](err) || isAlert(err)
}

// isAlert reports a TLS alert, which crypto/tls wraps in an OpError of these two names and no other package
// does.
func isAlert(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "remote error" || op.Op == "local error")
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// succeeded logs what Tango's support asks for: its id of the request, and of the order.
func (s *sending) succeeded(ctx context.Context) {
	level := slog.LevelInfo
	if s.call.isRead() {
		level = slog.LevelDebug
	}
	if !s.log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{slog.String("op", s.call.op), slog.Int("status", s.last.ans.status), slog.Int("attempts", s.attempts), slog.String("requestId", s.last.ans.id)}
	if o, ok := s.last.ans.value.(*Order); ok {
		attrs = append(attrs, slog.String("referenceOrderID", o.ReferenceOrderID))
	}
	s.log.LogAttrs(ctx, level, "tango: call succeeded", attrs...)
}

// failed makes the error of a call. stop is what ended it between two attempts; nil: the last attempt did.
func (s *sending) failed(ctx context.Context, stop error) error {
	cause := stop
	if cause == nil {
		cause = s.last.err
	}
	cause = s.auth.secrets.scrubError(cause)
	if s.open {
		s.unclear.note(s.call.ref)
		e := &UnknownOutcomeError{Op: s.call.op, ExternalRefID: s.call.given, Attempts: s.attempts,
			RetryAfter: s.settleAfter, Last: s.last.fail, cause: cause}
		s.log.ErrorContext(ctx, "tango: the outcome of a write is unknown", slog.String("op", s.call.op),
			slog.Any("order", s.call.ref), slog.Any("cause", e))
		return e
	}
	e := s.last.fail
	if e == nil {
		e = &Error{Op: s.call.op}
	}
	e.Attempts, e.cause = s.attempts, cause
	s.log.DebugContext(ctx, "tango: call failed", slog.String("op", s.call.op), slog.Any("cause", e))
	return e
}
