// Package outboxtest checks implementations of outbox.Store, as testing/slogtest does for handlers. It cannot
// show that a store survives a crash of the machine; that it survives being closed and opened again it does.
package outboxtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/outbox"
)

// TestStore runs the suite. For each case it calls place once, for a new and empty place; what place gives
// opens a store there, and is called again after Close.
func TestStore(t *testing.T, place func(t *testing.T) (open func() (outbox.Store, error))) {
	for _, c := range []struct {
		name, why string
		run       func(*suite)
	}{
		{"an entry comes back as it was kept", "a body that changes is another order", (*suite).roundTrip},
		{"a tenant and a ref are kept once", "a second entry would be a second order", (*suite).once},
		{"one of many at once is kept", "two requests with one ref arrive together", (*suite).onceAtOnce},
		{"tenants are apart", "another tenant's order is not there", (*suite).apart},
		{"a change needs the revision before it", "the second of two senders must not send", (*suite).revisions},
		{"one of many changes at once succeeds", "the second of two senders must not send", (*suite).oneChange},
		{"a deleted entry is gone", "personal data is deleted by its ref", (*suite).deletes},
		{"open entries are listed, the oldest first", "a restart takes up what is not done", (*suite).open},
		{"closed entries are listed until they are erased", "personal data goes after its time", (*suite).closed},
		{"lists may be changed while they are read", "the outbox changes what it walks over", (*suite).changing},
		{"an ended context is an error", "a caller who has gone away is not kept waiting", (*suite).contexts},
		{"entries survive being closed", "the process ends", (*suite).survives},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &suite{t: t, reopen: place(t), why: c.why}
			s.openStore()
			defer func() { _ = s.store.Close() }()
			c.run(s)
		})
	}
}

type suite struct {
	t      *testing.T
	store  outbox.Store
	reopen func() (outbox.Store, error)
	why    string
}

// must ends the case: the rest would only repeat the mistake.
func (s *suite) must(ok bool, format string, args ...any) {
	s.t.Helper()
	if !ok {
		s.t.Fatalf("%s\nIt matters because: %s.", fmt.Sprintf(format, args...), s.why)
	}
}

func (s *suite) is(err, want error, what string) {
	s.t.Helper()
	s.must(errors.Is(err, want), "%s: got error %v, want %v", what, err, want)
}

func (s *suite) openStore() {
	s.t.Helper()
	st, err := s.reopen()
	s.must(err == nil, "opening the store: %v", err)
	s.store = st
}

// start is when the entries of a case were made: whole milliseconds, so that no store has to keep more.
var start = time.Date(2026, 3, 1, 12, 0, 0, 123e6, time.UTC)

// entry makes one with every kind of field filled.
func entry(tenant, ref string, minute int) outbox.Entry {
	at := start.Add(time.Duration(minute) * time.Minute)
	return outbox.Entry{
		Tenant: tenant, Ref: ref, State: outbox.Queued, Created: at, Changed: at, Salt: []byte{0, 255, 1}, Digest: []byte("d"),
		Request: tangoclient.OrderRequest{
			ExternalRefID: ref, CustomerIdentifier: "demo-customer", AccountIdentifier: "demo-acc1", UTID: "U561593",
			Amount: tangoclient.MustParseAmount("25.50"), DeliveryMethod: "EMAIL", Message: "<3 & \"日本語\"\n\u2028\\ 🎁",
			Recipient:    &tangoclient.Recipient{FirstName: "Seán", LastName: "O'Brien", Email: "sean@example.com"},
			CustomFields: map[string]string{"b": "2", "a": "1"},
		},
	}
}

// like compares what an entry is, less its revision.
func like(a, b outbox.Entry) bool {
	return a.Tenant == b.Tenant && a.Ref == b.Ref && a.State == b.State && a.Bulk == b.Bulk && a.Erased == b.Erased &&
		string(a.Salt) == string(b.Salt) && string(a.Digest) == string(b.Digest) && a.Attempts == b.Attempts &&
		a.ReferenceOrderID == b.ReferenceOrderID && a.OrderStatus == b.OrderStatus && a.Replayed == b.Replayed &&
		a.Created.Equal(b.Created) && a.Changed.Equal(b.Changed) && a.FirstAttempt.Equal(b.FirstAttempt) && a.LastAttempt.Equal(b.LastAttempt) &&
		(a.Reason == nil) == (b.Reason == nil) && (a.Reason == nil || fmt.Sprint(*a.Reason) == fmt.Sprint(*b.Reason)) &&
		body(a) == body(b)
}

func (s *suite) add(e outbox.Entry) outbox.Entry {
	s.t.Helper()
	kept, added, err := s.store.Add(s.t.Context(), e)
	s.must(err == nil && added, "Add of a new entry: added %t, error %v", added, err)
	return kept
}

func (s *suite) get(tenant, ref string) outbox.Entry {
	s.t.Helper()
	e, err := s.store.Get(s.t.Context(), tenant, ref)
	s.must(err == nil, "Get: %v", err)
	return e
}

func (s *suite) replace(e outbox.Entry) outbox.Entry {
	s.t.Helper()
	e, err := s.store.Replace(s.t.Context(), e)
	s.must(err == nil, "Replace: %v", err)
	return e
}

func (s *suite) roundTrip() {
	e := entry("tenant", "ref", 0)
	kept := s.add(e)
	s.must(like(kept, e), "Add gives another entry than it took")
	s.must(like(s.get("tenant", "ref"), e), "Get gives another entry than Add took")
	e = kept
	e.State, e.Attempts, e.Bulk, e.Replayed = outbox.Refused, 3, true, true
	e.FirstAttempt, e.LastAttempt, e.Changed = start, start.Add(time.Second), start.Add(time.Hour)
	e.ReferenceOrderID, e.OrderStatus = "RA1", "PENDING"
	e.Reason = &outbox.Reason{Code: "tango", Status: 400, Key: "422.111",
		Fields: []tangoclient.FieldError{{Pointer: "/recipient/firstName", Key: "422.111", Message: "m"}}}
	changed := s.replace(e)
	s.must(like(changed, e), "Replace gives another entry than it took")
	s.must(like(s.get("tenant", "ref"), e), "Get gives another entry than Replace took")
}

func (s *suite) once() {
	first := s.add(entry("tenant", "ref", 0))
	second := entry("tenant", "ref", 1)
	second.Request.Amount = tangoclient.MustParseAmount("99")
	kept, added, err := s.store.Add(s.t.Context(), second)
	s.must(err == nil && !added, "a second Add of the same tenant and ref: added %t, error %v", added, err)
	s.must(like(kept, first) && kept.Revision == first.Revision, "the second Add does not give the first entry")
	s.must(like(s.get("tenant", "ref"), first), "the second Add has changed the entry")
}

func (s *suite) onceAtOnce() {
	const n = 16
	var wg sync.WaitGroup
	added := make(chan bool, n)
	for i := range n {
		wg.Go(func() {
			_, ok, err := s.store.Add(s.t.Context(), entry("tenant", "ref", i))
			added <- ok && err == nil
		})
	}
	wg.Wait()
	close(added)
	count := 0
	for ok := range added {
		if ok {
			count++
		}
	}
	s.must(count == 1, "%d of %d Adds at once were told that they added", count, n)
}

func (s *suite) apart() {
	a := s.add(entry("tenant", "ref", 0))
	_, err := s.store.Get(s.t.Context(), "other", "ref")
	s.is(err, outbox.ErrNotFound, "Get of another tenant's ref")
	// Keys that are glued together would meet here.
	s.add(entry("tenantr", "ef", 1))
	s.add(entry("tenan", "tref", 2))
	s.add(entry("", "tenantref", 3))
	s.must(like(s.get("tenant", "ref"), a), "the entry of another tenant has taken its place")
	_, err = s.store.Replace(s.t.Context(), entry("other", "ref", 0))
	s.is(err, outbox.ErrNotFound, "Replace of another tenant's ref")
	s.is(s.store.Delete(s.t.Context(), "other", "ref", a.Revision), outbox.ErrNotFound, "Delete of another tenant's ref")
}

func (s *suite) revisions() {
	first := s.add(entry("tenant", "ref", 0))
	next := first
	next.State = outbox.Sending
	second := s.replace(next)
	s.must(second.Revision != first.Revision, "Replace keeps the revision")
	s.must(s.get("tenant", "ref").Revision == second.Revision, "Get gives another revision than Replace")
	_, err := s.store.Replace(s.t.Context(), next)
	s.is(err, outbox.ErrConflict, "Replace with the revision before")
	s.is(s.store.Delete(s.t.Context(), "tenant", "ref", first.Revision), outbox.ErrConflict, "Delete with the revision before")
	s.must(s.get("tenant", "ref").Revision == second.Revision, "a refused change has changed the revision")
}

func (s *suite) oneChange() {
	e := s.add(entry("tenant", "ref", 0))
	const n = 16
	var wg sync.WaitGroup
	errs := make(chan error, n)
	for range n {
		wg.Go(func() {
			c := e
			c.State = outbox.Sending
			_, err := s.store.Replace(s.t.Context(), c)
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	count := 0
	for err := range errs {
		if err == nil {
			count++
		} else {
			s.is(err, outbox.ErrConflict, "a change that came too late")
		}
	}
	s.must(count == 1, "%d of %d changes of one revision succeeded", count, n)
}

func (s *suite) deletes() {
	e := s.add(entry("tenant", "ref", 0))
	s.must(s.store.Delete(s.t.Context(), "tenant", "ref", e.Revision) == nil, "Delete fails")
	_, err := s.store.Get(s.t.Context(), "tenant", "ref")
	s.is(err, outbox.ErrNotFound, "Get of a deleted entry")
	s.must(len(s.list(true, time.Time{})) == 0, "a deleted entry is still listed")
	s.add(entry("tenant", "ref", 1))
}

// list gives the refs of a list.
func (s *suite) list(open bool, before time.Time) []string {
	s.t.Helper()
	seq := s.store.Closed(s.t.Context(), before)
	if open {
		seq = s.store.Open(s.t.Context())
	}
	var out []string
	for e, err := range seq {
		s.must(err == nil, "a list: %v", err)
		out = append(out, e.Ref)
	}
	return out
}

func (s *suite) same(got []string, what string, want ...string) {
	s.t.Helper()
	s.must(fmt.Sprint(got) == fmt.Sprint(want), "%s: got %v, want %v", what, got, want)
}

func (s *suite) open() {
	for i, ref := range []string{"c", "a", "b", "d", "e"} {
		e := entry("tenant-"+ref, ref, []int{3, 1, 2, 0, 4}[i])
		s.add(e)
	}
	s.same(s.list(true, time.Time{}), "open entries", "d", "a", "b", "c", "e")
	for ref, state := range map[string]outbox.State{"a": outbox.Sending, "b": outbox.Placed, "c": outbox.Unknown, "d": outbox.Refused} {
		e := s.get("tenant-"+ref, ref)
		e.State, e.Changed = state, start.Add(time.Hour)
		s.replace(e)
	}
	s.same(s.list(true, time.Time{}), "open entries after some are done", "a", "c", "e")
}

func (s *suite) closed() {
	for i, ref := range []string{"late", "early", "middle", "queued"} {
		e := s.add(entry("tenant", ref, 0))
		if ref != "queued" {
			e.State, e.Changed = outbox.Placed, start.Add(time.Duration([]int{3, 1, 2}[i])*time.Hour)
			s.replace(e)
		}
	}
	s.same(s.list(false, start.Add(time.Hour)), "nothing was closed before the first")
	s.same(s.list(false, start.Add(150*time.Minute)), "closed entries", "early", "middle")
	e := s.get("tenant", "early")
	e.Erased, e.Request = true, tangoclient.OrderRequest{ExternalRefID: "early"}
	s.replace(e)
	s.same(s.list(false, start.Add(24*time.Hour)), "closed entries after one is erased", "middle", "late")
	s.must(s.get("tenant", "early").Request.Recipient == nil, "an erased entry still has its recipient")
}

func (s *suite) changing() {
	const n = 300
	for i := range n {
		s.add(entry("tenant", fmt.Sprintf("ref-%03d", i), i))
	}
	s.must(len(s.list(true, time.Time{})) == n, "a list of %d entries gives %d", n, len(s.list(true, time.Time{})))
	seen := 0
	for e, err := range s.store.Open(s.t.Context()) {
		s.must(err == nil, "a list: %v", err)
		seen++
		if e.State = outbox.Placed; seen%2 == 0 {
			s.replace(e)
		} else {
			s.must(s.store.Delete(s.t.Context(), e.Tenant, e.Ref, e.Revision) == nil, "Delete in a list fails")
		}
	}
	s.must(seen == n, "a list that is changed while it is read gives %d of %d entries", seen, n)
	for range s.store.Closed(s.t.Context(), start.Add(1000*time.Hour)) {
		break // leaving a list early must not hold anything
	}
	s.add(entry("tenant", "after", 0))
}

func (s *suite) contexts() {
	e := s.add(entry("tenant", "ref", 0))
	ctx, cancel := context.WithCancel(s.t.Context())
	cancel()
	_, _, err := s.store.Add(ctx, entry("tenant", "other", 0))
	s.is(err, context.Canceled, "Add")
	_, err = s.store.Get(ctx, "tenant", "ref")
	s.is(err, context.Canceled, "Get")
	_, err = s.store.Replace(ctx, e)
	s.is(err, context.Canceled, "Replace")
	s.is(s.store.Delete(ctx, "tenant", "ref", e.Revision), context.Canceled, "Delete")
	for _, err := range s.store.Open(ctx) {
		s.is(err, context.Canceled, "Open")
	}
	s.must(s.get("tenant", "ref").Revision == e.Revision, "a change was made under an ended context")
}

func (s *suite) survives() {
	s.add(entry("tenant", "ref", 0))
	e := s.get("tenant", "ref")
	e.State = outbox.Sending
	e = s.replace(e)
	s.must(s.store.Close() == nil, "Close fails")
	s.openStore()
	got := s.get("tenant", "ref")
	s.must(like(got, e) && got.Revision == e.Revision, "the entry is another one after the store was closed and opened")
	s.same(s.list(true, time.Time{}), "open entries", "ref")
}
