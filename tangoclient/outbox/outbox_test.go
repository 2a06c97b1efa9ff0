package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/outbox"
	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

// house is a sandbox, a client, a store and an outbox over them.
type house struct {
	t      *testing.T
	sb     *tangotest.Sandbox
	client *tangoclient.Client
	store  outbox.Store
	path   string
	cfg    outbox.Config
	box    *outbox.Outbox

	mu     sync.Mutex
	scopes map[string]tangoclient.Scope
	authz  error
}

func (h *house) authorize(_ context.Context, tenant string) (tangoclient.Scope, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.scopes[tenant], h.authz
}

func (h *house) allow(tenant string, s tangoclient.Scope, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.scopes[tenant], h.authz = s, err
}

var (
	acc1 = tangoclient.ScopeAccount{Customer: "demo-customer", Account: "demo-acc1"}
	acc2 = tangoclient.ScopeAccount{Customer: "demo-customer", Account: "demo-acc2"}
)

// build makes a house whose outbox is not started yet.
func build(t *testing.T, faults ...tangotest.Fault) *house {
	t.Helper()
	sb, err := tangotest.New(tangotest.Config{NoPace: true, Faults: faults})
	require.NoError(t, err)
	t.Cleanup(func() { _ = sb.Close() })
	client, err := tangoclient.New(tangoclient.Config{
		Environment: tangoclient.Sandbox, Credentials: tangoclient.Basic("demo-platform", tangoclient.NewSecret("demo-platform-key-0001")),
		InsecureTransport: sb.Transport(), NoPace: true, RefKey: tangoclient.NewSecret("ref-key-of-the-outbox-tests"),
	})
	require.NoError(t, err)
	h := &house{t: t, sb: sb, client: client, path: filepath.Join(t.TempDir(), "outbox.db"),
		scopes: map[string]tangoclient.Scope{"one": {acc1}, "two": {acc2}, "both": {acc1, acc2}}}
	h.cfg = outbox.Config{Client: client, Authorize: h.authorize}
	return h
}

func (h *house) start() {
	h.t.Helper()
	s, err := outbox.Open(h.path)
	require.NoError(h.t, err)
	h.store, h.cfg.Store = s, s
	h.box, err = outbox.New(h.t.Context(), h.cfg)
	require.NoError(h.t, err)
}

// stop ends the outbox within d and closes its store.
func (h *house) stop(d time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	err := h.box.Stop(ctx)
	require.NoError(h.t, h.store.Close())
	return err
}

func request(ref string) tangoclient.OrderRequest {
	return tangoclient.OrderRequest{
		ExternalRefID: ref, CustomerIdentifier: "demo-customer", AccountIdentifier: "demo-acc1", UTID: "U561593",
		Amount: tangoclient.MustParseAmount("25.50"), DeliveryMethod: "EMAIL", Message: "I <3 you & thanks",
		Recipient: &tangoclient.Recipient{FirstName: "Seán", LastName: "O'Brien", Email: "sean@example.com"},
	}
}

func (h *house) submit(tenant, ref string) outbox.Entry {
	h.t.Helper()
	e, err := h.box.Submit(h.t.Context(), outbox.Submission{Tenant: tenant, Request: request(ref)})
	require.NoError(h.t, err)
	return e
}

// wait gives the order when it is done, or as it is after a time.
func (h *house) wait(tenant, ref string, d time.Duration) outbox.Entry {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	e, err := h.box.Wait(ctx, tenant, ref)
	if !e.State.Final() {
		assert.ErrorIs(h.t, err, context.DeadlineExceeded)
	}
	return e
}

// posts counts the orders that were posted, answered or not.
func (h *house) posts() int {
	n := 0
	for _, r := range h.sb.Requests() {
		if r.Method == "POST" {
			n++
		}
	}
	return n
}

func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

func TestAnOrderIsKeptAndPlaced(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := build(t)
		h.start()
		e := h.submit("one", "ref-1")
		assert.Equal(t, outbox.Queued, e.State)
		e = h.wait("one", "ref-1", time.Minute)
		assert.Equal(t, outbox.Placed, e.State)
		assert.Equal(t, "COMPLETE", e.OrderStatus)
		assert.False(t, e.Replayed)
		require.Len(t, h.sb.Orders(), 1)
		assert.Equal(t, h.sb.Orders()[0].ID, e.ReferenceOrderID)
		assert.Contains(t, h.sb.Orders()[0].JSON, `"message":"I <3 you & thanks"`)

		again := h.submit("one", "ref-1")
		assert.Equal(t, e.Revision, again.Revision, "the same order again gives the first one's entry")
		other := request("ref-1")
		other.Amount = tangoclient.MustParseAmount("99")
		_, err := h.box.Submit(t.Context(), outbox.Submission{Tenant: "one", Request: other})
		assert.ErrorIs(t, err, outbox.ErrDifferent)
		assert.Equal(t, 1, h.posts())
		require.NoError(t, h.stop(time.Minute))
		_, err = h.box.Submit(t.Context(), outbox.Submission{Tenant: "one", Request: request("ref-2")})
		assert.Error(t, err)

		file, err := os.ReadFile(h.path)
		require.NoError(t, err)
		assert.Contains(t, string(file), "ref-1")
		assert.NotContains(t, string(file), "sandbox.invalid/r/", "no reward code is kept")
	})
}

func TestTenantsDoNotMeet(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := build(t)
		h.allow("twin", tangoclient.Scope{acc1}, nil)
		h.start()
		defer h.stop(time.Minute)
		h.submit("one", "ref-1")
		h.submit("twin", "ref-1") // the same account, the same ref
		a, b := h.wait("one", "ref-1", time.Minute), h.wait("twin", "ref-1", time.Minute)
		assert.Equal(t, outbox.Placed, a.State)
		assert.Equal(t, outbox.Placed, b.State)
		assert.NotEqual(t, a.ReferenceOrderID, b.ReferenceOrderID)
		assert.Len(t, h.sb.Orders(), 2)

		_, err := h.box.Get(t.Context(), "two", "ref-1")
		assert.ErrorIs(t, err, outbox.ErrNotFound)
		assert.ErrorIs(t, h.box.Delete(t.Context(), "two", "ref-1"), outbox.ErrNotFound)
		_, err = h.box.Wait(t.Context(), "two", "ref-1")
		assert.ErrorIs(t, err, outbox.ErrNotFound)
		_, err = h.box.Submit(t.Context(), outbox.Submission{Tenant: "two", Request: request("ref-1")})
		assert.ErrorIs(t, err, tangoclient.ErrForbidden, "the account of another tenant")
		_, err = h.box.Submit(t.Context(), outbox.Submission{Tenant: "nobody", Request: request("ref-1")})
		assert.ErrorIs(t, err, tangoclient.ErrForbidden)
		_, err = h.box.Submit(t.Context(), outbox.Submission{Request: request("ref-1")})
		assert.Error(t, err)
	})
}

// What may have been placed is settled, whatever hides the answer, and is placed once.
func TestOutcomesAreSettled(t *testing.T) {
	for _, row := range []struct {
		name   string
		faults []tangotest.Fault
		state  outbox.State
		within time.Duration
	}{
		{"the reply is lost", []tangotest.Fault{{Do: tangotest.Reset, Commit: true, Method: "POST"}}, outbox.Placed, time.Minute},
		{"all replies are lost", []tangotest.Fault{{Do: tangotest.Reset, Commit: true, Method: "POST", Times: -1}}, outbox.Placed, 5 * time.Minute},
		{"nothing arrives", []tangotest.Fault{{Do: tangotest.Timeout, Method: "POST", Times: 5}}, outbox.Placed, 10 * time.Minute},
		{"it is done late, after the look-ups began", []tangotest.Fault{{Do: tangotest.Late, Method: "POST", Wait: 100 * time.Second}}, outbox.Placed, 10 * time.Minute},
		{"look-ups fail for a while", []tangotest.Fault{{Do: tangotest.Status, Status: 500, Commit: true, Method: "POST", Times: 5},
			{Do: tangotest.Status, Status: 503, Method: "GET", Times: 20}}, outbox.Placed, 10 * time.Minute},
		{"no connection for a while", []tangotest.Fault{{Do: tangotest.Refuse, Times: 30}}, outbox.Placed, time.Hour},
		{"the key is withdrawn for a while", []tangotest.Fault{{Do: tangotest.Status, Status: 401, Times: 3}}, outbox.Placed, time.Hour},
		{"a gateway says no, and does it", []tangotest.Fault{{Do: tangotest.HTML, Status: 502, Commit: true, Method: "POST", Times: 5}}, outbox.Placed, time.Hour},
	} {
		t.Run(row.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := build(t, row.faults...)
				h.start()
				defer h.stop(time.Minute)
				h.submit("one", "ref-1")
				e := h.wait("one", "ref-1", row.within)
				assert.Equal(t, row.state, e.State)
				require.Len(t, h.sb.Orders(), 1, "once")
				assert.Equal(t, "9974.50", h.sb.Balance("demo-acc1"))
				assert.Equal(t, h.sb.Orders()[0].ID, e.ReferenceOrderID)
				assert.Empty(t, h.sb.Warnings(), "every attempt had the same body")
			})
		})
	}
}

func TestRefusals(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := build(t)
		h.start()
		defer h.stop(time.Minute)
		bad := request("ref-1")
		bad.Recipient.FirstName = "<script>alert(1)</script>"
		_, err := h.box.Submit(t.Context(), outbox.Submission{Tenant: "one", Request: bad})
		assert.ErrorIs(t, err, tangoclient.ErrInvalid)
		_, err = h.box.Get(t.Context(), "one", "ref-1")
		assert.ErrorIs(t, err, outbox.ErrNotFound, "what breaks the rules is not kept")

		high := request("ref-2")
		high.Amount = tangoclient.MustParseAmount("500.01") // Tango's rule, not ours
		_, err = h.box.Submit(t.Context(), outbox.Submission{Tenant: "one", Request: high})
		require.NoError(t, err)
		e := h.wait("one", "ref-2", time.Minute)
		assert.Equal(t, outbox.Refused, e.State)
		assert.Equal(t, "tango", e.Reason.Code)
		assert.Equal(t, 400, e.Reason.Status)
		assert.Equal(t, "422.025", e.Reason.Key)
		require.Len(t, e.Reason.Fields, 1)
		assert.Equal(t, "/amount", e.Reason.Fields[0].Pointer)
	})
}

// rewriting changes every answer of a transport.
type rewriting struct {
	to     http.RoundTripper
	change func(status int, body string) (int, string)
}

func (w rewriting) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.to.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(resp.Body)
	status, body := w.change(resp.StatusCode, string(b))
	resp.StatusCode, resp.ContentLength, resp.Body = status, int64(len(body)), io.NopCloser(strings.NewReader(body))
	return resp, err
}

// TestAnotherOrderThanWasAskedFor: Tango may spell something in another way than it was sent. An order that it made
// now must not be taken for refused, or somebody orders again and pays twice.
func TestAnotherOrderThanWasAskedFor(t *testing.T) {
	for status, want := range map[int]outbox.State{201: outbox.Placed, 200: outbox.Refused} {
		bubble(t, func(t *testing.T) {
			h := build(t)
			client, err := tangoclient.New(tangoclient.Config{
				Environment: tangoclient.Sandbox, Credentials: tangoclient.Basic("demo-platform", tangoclient.NewSecret("demo-platform-key-0001")), NoPace: true,
				InsecureTransport: rewriting{h.sb.Transport(), func(s int, body string) (int, string) {
					if s == 201 {
						s = status
					}
					return s, strings.ReplaceAll(body, "Seán", "SEAN")
				}},
			})
			require.NoError(t, err)
			h.cfg.Client = client
			h.start()
			defer h.stop(time.Minute)
			h.submit("one", "ref-1")
			e := h.wait("one", "ref-1", time.Minute)
			assert.Equal(t, want, e.State, "after a %d", status)
			require.NotNil(t, e.Reason)
			assert.Equal(t, "mismatch", e.Reason.Code)
			assert.Equal(t, "/recipient/firstName", e.Reason.Fields[0].Pointer)
			require.Len(t, h.sb.Orders(), 1)
			assert.Equal(t, h.sb.Orders()[0].ID, e.ReferenceOrderID)
		})
	}
}

func TestItGivesUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := build(t, tangotest.Fault{Do: tangotest.Status, Status: 401, Times: -1})
		h.cfg.GiveUpAfter = time.Hour
		h.start()
		defer h.stop(time.Minute)
		h.submit("one", "ref-1")
		e := h.wait("one", "ref-1", 50*time.Minute)
		assert.Equal(t, outbox.Queued, e.State)
		e = h.wait("one", "ref-1", time.Hour)
		assert.Equal(t, outbox.Refused, e.State)
		assert.Equal(t, &outbox.Reason{Code: "gave-up", Status: 401, Key: "401.501"}, e.Reason)
		assert.Less(t, h.posts(), 60, "with pauses that grow")
	})
}

// The right to the account counts when the order is sent, not only when it is submitted.
func TestRightsAreCheckedWhenItIsSent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := build(t, tangotest.Fault{Do: tangotest.Refuse, Times: 5})
		h.start()
		defer h.stop(time.Minute)
		h.submit("one", "ref-1")
		synctest.Wait()
		h.allow("one", tangoclient.Scope{acc2}, nil)
		e := h.wait("one", "ref-1", time.Hour)
		assert.Equal(t, outbox.Refused, e.State)
		assert.Equal(t, "forbidden", e.Reason.Code)
		assert.Empty(t, h.sb.Orders())

		h.allow("one", nil, errors.New("directory is down"))
		_, err := h.box.Submit(t.Context(), outbox.Submission{Tenant: "one", Request: request("ref-2")})
		assert.ErrorContains(t, err, "directory is down", "a door that cannot be read is closed")
		h.allow("one", tangoclient.Scope{acc1}, nil)
		h.submit("one", "ref-2")
		assert.Equal(t, outbox.Placed, h.wait("one", "ref-2", time.Hour).State)
	})
}

// A sender that has an order has not marked it as on its way yet: the order still says queued, and is busy all the same.
func TestAnOrderInWorkCannotBeDeleted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := build(t)
		asked, answer := 0, make(chan struct{})
		h.cfg.Authorize = func(ctx context.Context, tenant string) (tangoclient.Scope, error) {
			h.mu.Lock()
			asked++
			sending := asked == 2 // once when it is submitted, then when it is sent
			h.mu.Unlock()
			if sending {
				<-answer
			}
			return h.authorize(ctx, tenant)
		}
		h.start()
		defer h.stop(time.Minute)
		h.submit("one", "ref-1")
		synctest.Wait()
		e, err := h.box.Get(t.Context(), "one", "ref-1")
		require.NoError(t, err)
		require.Equal(t, outbox.Queued, e.State)
		assert.ErrorIs(t, h.box.Delete(t.Context(), "one", "ref-1"), outbox.ErrBusy)
		close(answer)
		assert.Equal(t, outbox.Placed, h.wait("one", "ref-1", time.Hour).State)
	})
}

// What an earlier run left is taken up: queued is sent, sending is settled first.
func TestARestart(t *testing.T) {
	for name, fault := range map[string]tangotest.Fault{
		"before it arrived":   {Do: tangotest.Timeout, Method: "POST"},
		"after it was placed": {Do: tangotest.Timeout, Method: "POST", Commit: true},
		"before it was done":  {Do: tangotest.Late, Method: "POST", Wait: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := build(t, fault)
				h.start()
				h.submit("one", "ref-1")
				synctest.Wait()
				e, err := h.box.Get(t.Context(), "one", "ref-1")
				require.NoError(t, err)
				assert.Equal(t, outbox.Sending, e.State)
				assert.ErrorIs(t, h.box.Delete(t.Context(), "one", "ref-1"), outbox.ErrBusy)
				assert.ErrorIs(t, h.stop(time.Second), context.DeadlineExceeded, "Stop has a deadline")

				settle := make(chan struct{}) // not before the state is looked at
				h.cfg.Authorize = func(ctx context.Context, tenant string) (tangoclient.Scope, error) {
					<-settle
					return h.authorize(ctx, tenant)
				}
				h.start()
				defer h.stop(time.Minute)
				e, err = h.box.Get(t.Context(), "one", "ref-1")
				require.NoError(t, err)
				assert.Equal(t, outbox.Unknown, e.State)
				close(settle)
				e = h.wait("one", "ref-1", time.Hour)
				assert.Equal(t, outbox.Placed, e.State)
				assert.Len(t, h.sb.Orders(), 1, "once")
				assert.Empty(t, h.sb.Warnings())
			})
		})
	}
}

// A process that is killed leaves an order as sending. It is looked up before anything is sent.
func TestAfterAKill(t *testing.T) {
	for _, placed := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			h := build(t)
			if placed {
				_, err := h.client.WithRefNamespace("one").CreateOrder(t.Context(), request("ref-1"))
				require.NoError(t, err)
			}
			s, err := outbox.Open(h.path)
			require.NoError(t, err)
			e := outbox.Entry{Tenant: "one", Ref: "ref-1", State: outbox.Sending, Request: request("ref-1"), Attempts: 1,
				Created: time.Now(), FirstAttempt: time.Now(), LastAttempt: time.Now()}
			_, _, err = s.Add(t.Context(), e)
			require.NoError(t, err)
			require.NoError(t, s.Close())
			time.Sleep(time.Hour) // the last attempt ended when the process did, not when it began

			h.start()
			defer h.stop(time.Minute)
			before := h.posts()
			got := h.wait("one", "ref-1", 100*time.Second)
			assert.Equal(t, before, h.posts(), "within SettleAfter nothing is sent")
			assert.Equal(t, map[bool]outbox.State{true: outbox.Placed, false: outbox.Unknown}[placed], got.State)
			got = h.wait("one", "ref-1", time.Hour)
			assert.Equal(t, outbox.Placed, got.State)
			assert.Equal(t, placed, got.Replayed)
			assert.Len(t, h.sb.Orders(), 1)
		})
	}
}

// failing is a store that breaks for a while.
type failing struct {
	outbox.Store
	mu           sync.Mutex
	add, replace int // how many calls fail
}

var errDisk = errors.New("no space left on device")

func (f *failing) fails(n *int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	*n--
	return *n >= 0
}

func (f *failing) Add(ctx context.Context, e outbox.Entry) (outbox.Entry, bool, error) {
	if f.fails(&f.add) {
		return outbox.Entry{}, false, errDisk
	}
	return f.Store.Add(ctx, e)
}

func (f *failing) Replace(ctx context.Context, e outbox.Entry) (outbox.Entry, error) {
	if f.fails(&f.replace) {
		return outbox.Entry{}, errDisk
	}
	return f.Store.Replace(ctx, e)
}

func TestAStoreThatBreaks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := build(t)
		h.cfg.MaxOpen = 1
		s, err := outbox.Open(h.path)
		require.NoError(t, err)
		f := &failing{Store: s, add: 2}
		h.store, h.cfg.Store = f, f
		h.box, err = outbox.New(t.Context(), h.cfg)
		require.NoError(t, err)
		defer h.stop(time.Minute)
		for range 2 {
			_, err := h.box.Submit(t.Context(), outbox.Submission{Tenant: "one", Request: request("ref-1")})
			assert.ErrorIs(t, err, errDisk, "it was not kept, and takes no place")
		}
		h.submit("one", "ref-1")
		assert.Equal(t, outbox.Placed, h.wait("one", "ref-1", time.Minute).State)

		for fail := 1; fail < 4; fail++ { // the mark before sending, the state after it, or both
			f.mu.Lock()
			f.replace = fail
			f.mu.Unlock()
			h.submit("one", fmt.Sprint("ref-more-", fail))
			assert.Equal(t, outbox.Placed, h.wait("one", fmt.Sprint("ref-more-", fail), time.Hour).State)
			assert.Len(t, h.sb.Orders(), 1+fail)
		}
	})
}

func TestAStoreThatBreaksAfterSending(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := build(t, tangotest.Fault{Do: tangotest.Delay, Method: "POST", Wait: time.Second})
		s, err := outbox.Open(h.path)
		require.NoError(t, err)
		f := &failing{Store: s}
		h.store, h.cfg.Store = f, f
		h.box, err = outbox.New(t.Context(), h.cfg)
		require.NoError(t, err)
		defer h.stop(time.Minute)
		h.submit("one", "ref-1")
		synctest.Wait() // it is marked, and on its way
		f.mu.Lock()
		f.replace = 3
		f.mu.Unlock()
		e := h.wait("one", "ref-1", time.Hour)
		assert.Equal(t, outbox.Placed, e.State)
		assert.Equal(t, 1, h.posts(), "it was looked up, not sent again")
	})
}

func TestStopFinishesWhatIsOnItsWay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := build(t, tangotest.Fault{Do: tangotest.Delay, Method: "POST", Wait: 5 * time.Second, Times: -1})
		h.cfg.Senders = 1
		h.start()
		h.submit("one", "ref-1")
		h.submit("one", "ref-2")
		synctest.Wait()
		waiting := make(chan error, 1)
		go func() {
			_, err := h.box.Wait(context.Background(), "one", "ref-2")
			waiting <- err
		}()
		synctest.Wait()
		require.NoError(t, h.box.Stop(t.Context()))
		assert.ErrorIs(t, <-waiting, outbox.ErrStopped)
		e, err := h.box.Get(t.Context(), "one", "ref-1")
		require.NoError(t, err)
		assert.Equal(t, outbox.Placed, e.State, "it was on its way")
		e, err = h.box.Get(t.Context(), "one", "ref-2")
		require.NoError(t, err)
		assert.Equal(t, outbox.Queued, e.State, "it was not")
		require.NoError(t, h.box.Stop(t.Context()), "a second Stop does nothing")
		require.NoError(t, h.store.Close())
		h.start()
		defer h.stop(time.Minute)
		assert.Equal(t, outbox.Placed, h.wait("one", "ref-2", time.Minute).State)
	})
}

func TestTheQueueIsBounded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := build(t, tangotest.Fault{Do: tangotest.Delay, Method: "POST", Wait: 5 * time.Second, Times: -1})
		h.cfg.MaxOpen, h.cfg.Senders = 3, 1
		h.start()
		defer h.stop(time.Minute)
		for i := range 3 {
			h.submit("one", fmt.Sprint("ref-", i))
		}
		_, err := h.box.Submit(t.Context(), outbox.Submission{Tenant: "one", Request: request("ref-3")})
		assert.ErrorIs(t, err, outbox.ErrFull)
		h.submit("one", "ref-0") // known already: takes no place
		require.NoError(t, h.box.Delete(t.Context(), "one", "ref-2"))
		h.submit("one", "ref-3")
		assert.Equal(t, outbox.Placed, h.wait("one", "ref-3", time.Minute).State)
		for i := range 3 {
			h.submit("one", fmt.Sprint("more-", i))
			h.wait("one", fmt.Sprint("more-", i), time.Minute)
		}
		_, err = h.box.Get(t.Context(), "one", "ref-2")
		assert.ErrorIs(t, err, outbox.ErrNotFound)
		assert.Len(t, h.sb.Orders(), 6, "the deleted one was not sent")
	})
}

func TestTurns(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := build(t, tangotest.Fault{Do: tangotest.Delay, Method: "POST", Wait: time.Second, Times: -1})
		h.cfg.Senders = 1
		for _, n := range []string{"a", "b", "c"} {
			h.allow(n, tangoclient.Scope{acc1}, nil)
		}
		h.start()
		defer h.stop(time.Minute)
		submit := func(tenant, ref string, bulk bool) {
			_, err := h.box.Submit(t.Context(), outbox.Submission{Tenant: tenant, Request: request(ref), Bulk: bulk})
			require.NoError(t, err)
			synctest.Wait()
		}
		submit("a", "first", false) // on its way while the others are queued
		for i := range 3 {
			submit("a", fmt.Sprint("bulk", i), true)
		}
		for i := range 3 {
			submit("a", fmt.Sprint("a", i), false)
		}
		submit("b", "b0", false)
		submit("b", "b1", false)
		submit("c", "cbulk", true)
		h.wait("a", "bulk2", time.Minute)
		h.wait("c", "cbulk", time.Minute)
		type sent struct {
			ref string
			at  time.Time
		}
		var got []sent
		for _, k := range [][2]string{{"a", "first"}, {"a", "bulk0"}, {"a", "bulk1"}, {"a", "bulk2"}, {"a", "a0"}, {"a", "a1"}, {"a", "a2"}, {"b", "b0"}, {"b", "b1"}, {"c", "cbulk"}} {
			e, err := h.box.Get(t.Context(), k[0], k[1])
			require.NoError(t, err)
			got = append(got, sent{e.Ref, e.FirstAttempt})
		}
		slices.SortFunc(got, func(a, b sent) int { return a.at.Compare(b.at) })
		var refs []string
		for _, g := range got {
			refs = append(refs, g.ref)
		}
		assert.Equal(t, []string{"first", "a0", "b0", "a1", "b1", "a2", "bulk0", "cbulk", "bulk1", "bulk2"}, refs)
	})
}

func TestPersonalDataGoes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := build(t)
		h.cfg.Retention = 24 * time.Hour
		h.start()
		defer h.stop(time.Minute)
		h.submit("one", "ref-1")
		h.wait("one", "ref-1", time.Minute)
		time.Sleep(23 * time.Hour)
		e, err := h.box.Get(t.Context(), "one", "ref-1")
		require.NoError(t, err)
		assert.NotNil(t, e.Request.Recipient)
		time.Sleep(2*time.Hour + time.Minute)
		e, err = h.box.Get(t.Context(), "one", "ref-1")
		require.NoError(t, err)
		assert.True(t, e.Erased)
		assert.Nil(t, e.Request.Recipient)
		assert.Empty(t, e.Request.Message)
		assert.Equal(t, outbox.Placed, e.State)
		again := h.submit("one", "ref-1")
		assert.Equal(t, e.Revision, again.Revision, "it is still known")
		other := request("ref-1")
		other.Recipient.Email = "other@example.com"
		_, err = h.box.Submit(t.Context(), outbox.Submission{Tenant: "one", Request: other})
		assert.ErrorIs(t, err, outbox.ErrDifferent)
		assert.Equal(t, 1, h.posts())

		file := func() string {
			b, err := os.ReadFile(h.path)
			require.NoError(t, err)
			return string(b)
		}
		assert.NotContains(t, file(), "Brien", "not even in free pages of the file")
		assert.NotContains(t, file(), "sean@example.com")
		assert.Contains(t, file(), "ref-1")
		_, err = outbox.Open(h.path)
		assert.ErrorContains(t, err, "another process", "the new file is locked as well")

		require.NoError(t, h.box.Delete(t.Context(), "one", "ref-1"))
		_, err = h.box.Get(t.Context(), "one", "ref-1")
		assert.ErrorIs(t, err, outbox.ErrNotFound)
		time.Sleep(time.Hour)
		assert.NotContains(t, file(), "ref-1")
		h.submit("one", "ref-1")
		e = h.wait("one", "ref-1", time.Minute)
		assert.True(t, e.Replayed, "Tango has it already")
		assert.Len(t, h.sb.Orders(), 1)
	})
}

// An order that Tango may have forgotten is not sent again by itself.
func TestTooOldToSend(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := build(t, tangotest.Fault{Do: tangotest.Timeout, Method: "POST"})
		h.start()
		h.submit("one", "ref-1")
		synctest.Wait()
		_ = h.stop(time.Second)
		time.Sleep(81 * 24 * time.Hour)
		h.start()
		e := h.wait("one", "ref-1", time.Hour)
		assert.Equal(t, outbox.Unknown, e.State)
		assert.Equal(t, "too-old", e.Reason.Code)
		assert.Equal(t, 1, h.posts())
		require.NoError(t, h.stop(time.Minute))
		h.start()
		defer h.stop(time.Minute)
		h.wait("one", "ref-1", time.Hour)
		assert.Equal(t, 1, h.posts())
		require.NoError(t, h.box.Delete(t.Context(), "one", "ref-1"), "a person decides")
	})
}

func TestManyAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := build(t, tangotest.Fault{Do: tangotest.Reset, Commit: true, Method: "POST", Chance: 0.2, Times: -1},
			tangotest.Fault{Do: tangotest.Status, Status: 503, Chance: 0.2, Times: -1})
		h.start()
		defer h.stop(time.Minute)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for i := range 25 {
					_, err := h.box.Submit(context.Background(), outbox.Submission{Tenant: "one", Request: request(fmt.Sprint("ref-", i))})
					assert.NoError(t, err)
				}
			})
		}
		wg.Wait()
		for i := range 25 {
			assert.Equal(t, outbox.Placed, h.wait("one", fmt.Sprint("ref-", i), time.Hour).State)
		}
		assert.Len(t, h.sb.Orders(), 25)
		assert.Equal(t, "9362.50", h.sb.Balance("demo-acc1"))
	})
}

func TestNothingPersonalIsPrinted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var log bytes.Buffer
		h := build(t, tangotest.Fault{Do: tangotest.Status, Status: 401, Times: 3})
		h.cfg.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		h.start()
		h.submit("one", "ref-1")
		e := h.wait("one", "ref-1", time.Hour)
		require.NoError(t, h.stop(time.Minute))
		printed := log.String() + fmt.Sprintf("%v %+v %#v %s", e, e, e, e) + fmt.Sprintf("%+v", []any{e, &e})
		assert.Contains(t, printed, "ref-1")
		for _, secret := range []string{"Brien", "sean@", "thanks", "demo-platform-key"} {
			assert.False(t, strings.Contains(printed, secret), secret)
		}
	})
}

func TestMistakesInTheConfiguration(t *testing.T) {
	_, err := outbox.New(t.Context(), outbox.Config{MaxOpen: -1})
	for _, part := range []string{"Store", "Client", "Authorize", "negative"} {
		assert.ErrorContains(t, err, part)
	}
}
