package outbox

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/tangoguard/tangoguard/tangoclient"
)

// Codes of a Reason.
const (
	codeRules     = "rules"
	codeForbidden = "forbidden"
	codeTango     = "tango"
	codeMismatch  = "mismatch"
	codeGaveUp    = "gave-up"
	codeTooOld    = "too-old"
)

// push queues a job.
func (o *Outbox) push(j job) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stopped {
		return // the store has it
	}
	o.queue.push(j)
	close(o.wake)
	o.wake = make(chan struct{})
}

// pushLater queues a job after a while.
func (o *Outbox) pushLater(j job, d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stopped {
		return
	}
	o.later[j.id] = time.AfterFunc(d, func() {
		o.mu.Lock()
		_, due := o.later[j.id]
		delete(o.later, j.id)
		o.mu.Unlock()
		if due {
			o.push(j)
		}
	})
}

// pause gives the next pause of an entry: the first is least, and each is twice the one before, up to most.
func (o *Outbox) pause(i id, least, most time.Duration) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	d := min(max(2*o.pauses[i], least), most)
	o.pauses[i] = d
	return d
}

// next waits for a job; false when the outbox stops.
func (o *Outbox) next() (job, bool) {
	for {
		o.mu.Lock()
		if o.stopped {
			o.mu.Unlock()
			return job{}, false
		}
		if j, ok := o.queue.pop(); ok {
			o.running[j.id] = true
			o.mu.Unlock()
			return j, true
		}
		wake := o.wake
		o.mu.Unlock()
		select {
		case <-wake:
		case <-o.stop:
		}
	}
}

// work is a sender.
func (o *Outbox) work() {
	for {
		j, ok := o.next()
		if !ok {
			return
		}
		again, after := o.handle(j)
		o.mu.Lock()
		delete(o.running, j.id)
		o.mu.Unlock()
		if again {
			o.pushLater(j, after)
		}
	}
}

// handle does the next thing with an entry, and says whether and when to look at it again.
func (o *Outbox) handle(j job) (again bool, after time.Duration) {
	e, err := o.cfg.Store.Get(context.WithoutCancel(o.run), j.tenant, j.ref)
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && e.State.Final():
		return false, 0
	case err != nil:
		o.log.ErrorContext(o.run, "outbox: the store cannot be read", slog.Any("cause", err))
		return true, o.pause(j.id, pauseLeast, pauseMost)
	case e.State == Queued:
		return o.send(e)
	case e.State == Sending:
		// What became of the sending could not be saved. When it ended is not known any more: now, at the latest.
		e.State, e.LastAttempt = Unknown, time.Now()
		return o.keep(e, 0)
	}
	return o.settle(e)
}

// sender is the client of a tenant: its accounts, its refs.
type sender struct {
	*tangoclient.Client
	scope tangoclient.Scope
}

func (o *Outbox) senderFor(ctx context.Context, tenant string) (sender, error) {
	scope, err := o.cfg.Authorize(ctx, tenant)
	if err != nil {
		return sender{}, err
	}
	return sender{o.cfg.Client.Scoped(scope).WithRefNamespace(tenant), scope}, nil
}

// check holds an order against the scope and the rules, without sending anything.
func (s *sender) check(r tangoclient.OrderRequest) error {
	if !s.scope.Allows(r.CustomerIdentifier, r.AccountIdentifier) {
		return &tangoclient.ForbiddenError{Op: "createOrder"}
	}
	return s.Preflight(r)
}

// send asks for the tenant's accounts again, marks the order as on its way, and sends it. The client holds it
// against the accounts and the rules before anything leaves.
func (o *Outbox) send(e Entry) (again bool, after time.Duration) {
	c, err := o.senderFor(o.run, e.Tenant)
	if err != nil {
		return o.notNow(e, err)
	}
	e.State, e.Reason, e.Attempts, e.LastAttempt = Sending, nil, e.Attempts+1, time.Now()
	if e.FirstAttempt.IsZero() {
		e.FirstAttempt = e.LastAttempt
	}
	if e, err = o.save(e); err != nil {
		return o.unsaved(e, err)
	}
	order, err := c.CreateOrder(o.run, e.Request)
	e.LastAttempt = time.Now()
	if err != nil {
		return o.decide(e, err)
	}
	return o.placed(e, order)
}

func (o *Outbox) placed(e Entry, order *tangoclient.Order) (again bool, after time.Duration) {
	e.State, e.Reason = Placed, nil
	e.ReferenceOrderID, e.OrderStatus, e.Replayed = order.ReferenceOrderID, order.Status, order.Outcome == tangoclient.Replayed
	return o.finish(e)
}

// decide makes a state of an error.
func (o *Outbox) decide(e Entry, err error) (again bool, after time.Duration) {
	var (
		refused   *tangoclient.RefusedError
		forbidden *tangoclient.ForbiddenError
		mismatch  *tangoclient.ReplayMismatchError
		answer    *tangoclient.Error
	)
	switch {
	case errors.As(err, &refused):
		return o.refuse(e, &Reason{Code: codeRules, Fields: refused.Fields})
	case errors.As(err, &forbidden):
		return o.refuse(e, &Reason{Code: codeForbidden})
	case errors.As(err, &mismatch):
		return o.mismatched(e, mismatch)
	case errors.As(err, &answer) && passing(answer):
		return o.notNow(e, err)
	case errors.As(err, &answer):
		return o.refuse(e, &Reason{Code: codeTango, Status: answer.Status, Key: answer.Key, Fields: answer.Fields})
	}
	// *UnknownOutcomeError, and whatever else there may be one day: it may have been placed.
	e.State = Unknown
	d := o.pause(id{e.Tenant, e.Ref}, settleLeast, settleMost)
	return o.keep(e, d)
}

// mismatched ends an order for which Tango has another one. When Tango says that it made that one now, it counts as
// placed, with a Reason: who takes it for refused would pay twice.
func (o *Outbox) mismatched(e Entry, m *tangoclient.ReplayMismatchError) (again bool, after time.Duration) {
	e.Reason = &Reason{Code: codeMismatch, Fields: m.TangoFields()}
	e.ReferenceOrderID, e.OrderStatus = m.Order.ReferenceOrderID, m.Order.Status
	e.State = Refused
	if m.OutcomeUnknown() {
		e.State = Placed
	}
	o.log.ErrorContext(o.run, "outbox: Tango has another order than was asked for", slog.Any("order", e), slog.Any("cause", m))
	return o.finish(e)
}

// passing reports an answer that says more about the service or the platform than about the order. Nothing was
// placed.
func passing(e *tangoclient.Error) bool {
	switch e.Status {
	case 0, http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	}
	return e.Status >= 500
}

// notNow queues an order again after a pause, or gives it up. Nothing was placed.
func (o *Outbox) notNow(e Entry, err error) (again bool, after time.Duration) {
	d := o.pause(id{e.Tenant, e.Ref}, pauseLeast, pauseMost)
	reason := Reason{Code: codeGaveUp}
	var answer *tangoclient.Error
	if errors.As(err, &answer) {
		d = max(d, answer.RetryAfter)
		reason.Status, reason.Key = answer.Status, answer.Key
	}
	o.log.WarnContext(o.run, "outbox: an order could not be sent", slog.Any("order", e), slog.Duration("again", d), slog.Any("cause", err))
	if time.Now().Add(d).Sub(e.Created) > o.cfg.GiveUpAfter && o.run.Err() == nil {
		return o.refuse(e, &reason)
	}
	if e.State == Queued {
		return true, d // nothing has changed
	}
	e.State = Queued
	return o.keep(e, d)
}

// settle looks up what became of an order.
func (o *Outbox) settle(e Entry) (again bool, after time.Duration) {
	i := id{e.Tenant, e.Ref}
	// The accounts that the tenant may use now do not matter: what was sent is looked up where it was sent.
	own := tangoclient.Scope{{Customer: e.Request.CustomerIdentifier, Account: e.Request.AccountIdentifier}}
	c := o.cfg.Client.Scoped(own).WithRefNamespace(e.Tenant)
	order, err := c.Settle(o.run, e.Request, tangoclient.LastAttempt(e.LastAttempt))
	var mismatch *tangoclient.ReplayMismatchError
	switch {
	case err == nil:
		return o.placed(e, order)
	case errors.As(err, &mismatch):
		return o.decide(e, err)
	case errors.Is(err, tangoclient.ErrNotPlaced) && time.Since(e.FirstAttempt) > refLife:
		e.Reason = &Reason{Code: codeTooOld}
		o.log.ErrorContext(o.run, "outbox: an order is too old to be sent again by itself", slog.Any("order", e))
		_, err := o.save(e)
		return err != nil, pauseMost
	case errors.Is(err, tangoclient.ErrNotPlaced):
		o.forgetPause(i)
		e.State = Queued
		return o.keep(e, 0)
	}
	d := o.pause(i, settleLeast, settleMost)
	var unknown *tangoclient.UnknownOutcomeError
	if errors.As(err, &unknown) {
		d = min(d, max(unknown.RetryAfter, settleLeast))
	} else {
		o.log.WarnContext(o.run, "outbox: an outcome could not be looked up", slog.Any("order", e), slog.Any("cause", err))
	}
	return true, d
}

func (o *Outbox) refuse(e Entry, r *Reason) (again bool, after time.Duration) {
	e.State, e.Reason = Refused, r
	return o.finish(e)
}

// finish saves a final state.
func (o *Outbox) finish(e Entry) (again bool, after time.Duration) {
	if e, err := o.save(e); err != nil {
		return o.unsaved(e, err)
	}
	o.forgetPause(id{e.Tenant, e.Ref})
	o.release()
	o.log.InfoContext(o.run, "outbox: an order is done", slog.Any("order", e))
	return false, 0
}

// keep saves a state that is not final, and looks at the entry again after d.
func (o *Outbox) keep(e Entry, d time.Duration) (again bool, after time.Duration) {
	if e, err := o.save(e); err != nil {
		return o.unsaved(e, err)
	}
	return true, d
}

// save writes an entry and tells those who wait for it.
func (o *Outbox) save(e Entry) (Entry, error) {
	e.Changed = time.Now()
	saved, err := o.cfg.Store.Replace(context.WithoutCancel(o.run), e)
	if err != nil {
		return e, err
	}
	o.notify(id{e.Tenant, e.Ref})
	return saved, nil
}

// unsaved: the store still has the state before. If that was Sending, the order is settled by look-up later.
func (o *Outbox) unsaved(e Entry, err error) (again bool, after time.Duration) {
	if errors.Is(err, ErrNotFound) {
		return false, 0
	}
	o.log.ErrorContext(o.run, "outbox: a state could not be saved", slog.Any("order", e), slog.Any("cause", err))
	return true, o.pause(id{e.Tenant, e.Ref}, pauseLeast, pauseMost)
}

func (o *Outbox) notify(i id) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if ch, ok := o.changed[i]; ok {
		close(ch)
		delete(o.changed, i)
	}
}

func (o *Outbox) forgetPause(i id) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.pauses, i)
}

// forget erases personal data whose time has come.
func (o *Outbox) forget() {
	t := time.NewTicker(eraseEvery)
	defer t.Stop()
	for {
		err := o.eraseDue(o.run)
		if c, ok := o.cfg.Store.(Compacter); ok {
			err = errors.Join(err, c.Compact(o.run))
		}
		if err != nil {
			o.log.ErrorContext(o.run, "outbox: personal data could not be erased", slog.Any("cause", err))
		}
		select {
		case <-t.C:
		case <-o.stop:
			return
		}
	}
}

func (o *Outbox) eraseDue(ctx context.Context) error {
	for e, err := range o.cfg.Store.Closed(ctx, time.Now().Add(-o.cfg.Retention)) {
		if err != nil {
			return err
		}
		e.erase()
		if _, err := o.cfg.Store.Replace(ctx, e); err != nil && !errors.Is(err, ErrConflict) && !errors.Is(err, ErrNotFound) {
			return err
		}
		select {
		case <-o.stop:
			return nil
		default:
		}
	}
	return nil
}
