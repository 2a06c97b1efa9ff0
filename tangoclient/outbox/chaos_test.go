package outbox_test

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/money"
	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

var (
	chaosOrders = flag.Int("chaos", 200, "how many orders the Chaos tests place; above some 5,000 give -timeout too")
	chaosSeed   = flag.Uint64("chaos-seed", 0, "replays a run of the Chaos tests: the same faults for the same requests; 0 draws a seed")
)

// seed draws one, unless it was given, and prints it.
func seed(t *testing.T) uint64 {
	s := *chaosSeed
	for s == 0 {
		s = rand.Uint64()
	}
	t.Logf("replay with: go test ./tangoclient/outbox -run '^%s$' -chaos=%d -chaos-seed=%d", t.Name(), *chaosOrders, s)
	return s
}

// storm is a sandbox behind TLS on a loopback socket, with two rich accounts.
type storm struct {
	sb   *tangotest.Sandbox
	url  string
	root []byte
}

const riches = "90000000.00"

func newStorm(t *testing.T, seed uint64, faults ...tangotest.Fault) *storm {
	t.Helper()
	account := func(name string) string {
		return `{"accountIdentifier":"` + name + `","accountNumber":"` + name + `","displayName":"d","currencyCode":"USD","currentBalance":` + riches + `,"status":"ACTIVE"}`
	}
	sb, err := tangotest.New(tangotest.Config{
		NoPace: true, Faults: faults, FaultSeed: seed,
		Seed: strings.NewReader(`{"customers":[{"customerIdentifier":"demo-customer","displayName":"Demo","accounts":[` + account("demo-acc1") + "," + account("demo-acc2") + `]}]}`),
	})
	require.NoError(t, err)
	s := &storm{sb: sb}
	srv := httptest.NewUnstartedServer(sb.Handler())
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are part of the storm
	srv.TLS, s.root, err = sb.TLS()
	require.NoError(t, err)
	srv.StartTLS()
	t.Cleanup(func() {
		_ = sb.Close()
		srv.CloseClientConnections()
		srv.Close()
	})
	s.url = srv.URL + "/raas/v2"
	return s
}

func stormClient(url string, root []byte) (*tangoclient.Client, error) {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(root)
	return tangoclient.New(tangoclient.Config{
		Environment: tangoclient.Sandbox, BaseURL: url, RootCAs: pool, NoPace: true, SettleAfter: 3 * time.Second,
		Credentials: tangoclient.Basic("demo-platform", tangoclient.NewSecret("demo-platform-key-0001")),
		RefKey:      tangoclient.NewSecret("ref-key-of-the-outbox-tests"),
	})
}

// thirtyPercent of all attempts meet one of these. The slow ones, which hold an attempt for its 15 s, are rare.
func thirtyPercent() []tangotest.Fault {
	at := func(f tangotest.Fault, chance float64) tangotest.Fault {
		f.Chance, f.Times = chance, -1
		return f
	}
	return []tangotest.Fault{
		at(tangotest.Fault{Do: tangotest.Late, Method: "POST", Wait: 300 * time.Millisecond}, 0.003),
		at(tangotest.Fault{Do: tangotest.Timeout, Method: "POST", Commit: true}, 0.003),
		at(tangotest.Fault{Do: tangotest.Timeout}, 0.002),
		at(tangotest.Fault{Do: tangotest.Refuse}, 0.03),
		at(tangotest.Fault{Do: tangotest.Reset}, 0.03),
		at(tangotest.Fault{Do: tangotest.Reset, Commit: true}, 0.05),
		at(tangotest.Fault{Do: tangotest.Status, Status: 503}, 0.03),
		at(tangotest.Fault{Do: tangotest.Status, Status: 500, Commit: true}, 0.04),
		at(tangotest.Fault{Do: tangotest.HTML, Status: 502, Commit: true}, 0.03),
		at(tangotest.Fault{Do: tangotest.Status, Status: 429}, 0.02),
		at(tangotest.Fault{Do: tangotest.Cut, Bytes: 40}, 0.03),
		at(tangotest.Fault{Do: tangotest.WrongTypes, Member: "referenceOrderID"}, 0.02),
		at(tangotest.Fault{Do: tangotest.UnknownFields}, 0.02),
		at(tangotest.Fault{Do: tangotest.Delay, Wait: 100 * time.Millisecond}, 0.03),
		at(tangotest.Fault{Do: tangotest.Certificate, Cert: "expired"}, 0.05),
	}
}

// wish is an order that a caller wants placed once.
type wish struct{ tenant, account, ref string }

func (w wish) request() tangoclient.OrderRequest {
	r := request(w.ref)
	r.AccountIdentifier = w.account
	r.Amount = tangoclient.MustParseAmount(fmt.Sprintf("%d.%02d", 1+len(w.ref)%7, len(w.tenant)))
	r.Recipient.FirstName = w.tenant
	return r
}

// wishes are n orders. Two tenants use equal refs on one account, and one of them on both accounts.
func wishes(n int) []wish {
	out := make([]wish, 0, n)
	for i := 0; len(out) < n; i++ {
		ref := fmt.Sprint("order-", i)
		out = append(out, wish{"one", "demo-acc1", ref}, wish{"twin", "demo-acc1", ref}, wish{"twin", "demo-acc2", ref})
	}
	return out[:n]
}

// place does what the documentation tells a caller to do, until the order is placed. Now and then the caller
// goes away in the middle and comes back.
func place(ctx context.Context, c *tangoclient.Client, w wish, rnd *rand.Rand) (*tangoclient.Order, error) {
	c = c.WithRefNamespace(w.tenant)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		attempt, cancel := context.WithCancel(ctx)
		if rnd.IntN(5) == 0 {
			time.AfterFunc(time.Duration(rnd.IntN(20_000))*time.Microsecond, cancel)
		}
		o, err := c.CreateOrder(attempt, w.request())
		cancel()
		var unknown *tangoclient.UnknownOutcomeError
		var failed *tangoclient.Error
		switch {
		case err == nil:
			return o, nil
		case errors.As(err, &unknown):
			if o, err = settled(ctx, c, w); err == nil {
				return o, nil
			} else if !errors.Is(err, tangoclient.ErrNotPlaced) {
				return nil, err
			}
		case errors.As(err, &failed) && (failed.Status == 0 || failed.Status == 429 || failed.Status >= 500):
			// Nothing was placed: the same order again.
		default:
			return nil, err
		}
	}
}

// settled asks until it is clear whether the order was placed.
func settled(ctx context.Context, c *tangoclient.Client, w wish) (*tangoclient.Order, error) {
	for {
		o, err := c.Settle(ctx, w.request())
		var unknown *tangoclient.UnknownOutcomeError
		var failed *tangoclient.Error
		switch {
		case errors.As(err, &unknown):
			time.Sleep(100 * time.Millisecond)
		case errors.As(err, &failed): // the look-up itself met a fault
		default:
			return o, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
}

// ledger checks that the sandbox and the callers agree: each order once, none besides, balances to the cent.
func (s *storm) ledger(t *testing.T, told map[wish]string) {
	t.Helper()
	left := map[string]money.Amount{"demo-acc1": money.MustParse(riches), "demo-acc2": money.MustParse(riches)}
	byID, refs := map[string]tangotest.Order{}, map[string]string{}
	for _, o := range s.sb.Orders() {
		byID[o.ID] = o
		if twin := refs[o.Account+"/"+o.Ref]; twin != "" {
			t.Errorf("order %s is there twice: %s and %s", o.Ref, twin, o.ID)
		}
		refs[o.Account+"/"+o.Ref] = o.ID
		var err error
		left[o.Account], err = left[o.Account].Sub(money.MustParse(o.Total))
		require.NoError(t, err)
	}
	owner := map[string]wish{}
	for w, id := range told {
		o, ok := byID[id]
		switch other, taken := owner[id]; {
		case !ok:
			t.Errorf("%+v was told of an order that is not there", w)
			continue
		case taken:
			t.Errorf("%+v and %+v were told of one order", w, other)
		}
		owner[id] = w
		assert.Equal(t, w.account, o.Account)
		assert.Equal(t, w.request().Amount.String(), o.Amount)
		assert.Contains(t, o.JSON, `"firstName":"`+w.tenant+`"`)
	}
	assert.Equal(t, len(told), len(byID), "orders that nobody asked for, or that nobody was told of")
	for account, want := range left {
		assert.True(t, want.Equal(money.MustParse(s.sb.Balance(account))), "balance of %s: %s, want %s", account, s.sb.Balance(account), want)
	}
}

// Sixteen goroutines place orders through a storm of faults. What this can show is that client and sandbox
// agree; the live service was not asked.
func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it takes as long as real back-off takes")
	}
	seed := seed(t)
	s := newStorm(t, seed, thirtyPercent()...)
	client, err := stormClient(s.url, s.root)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute+time.Duration(*chaosOrders)*500*time.Millisecond)
	defer cancel()

	list := wishes(*chaosOrders)
	next := make(chan wish)
	told := map[wish]string{}
	replays := 0
	var mu sync.Mutex
	var wg sync.WaitGroup
	for g := range 16 {
		rnd := rand.New(rand.NewPCG(seed, uint64(g)))
		wg.Go(func() {
			for w := range next {
				o, err := place(ctx, client, w, rnd)
				if !assert.NoError(t, err, "%+v", w) {
					continue
				}
				mu.Lock()
				told[w] = o.ReferenceOrderID
				mu.Unlock()
				if rnd.IntN(8) == 0 {
					differ(ctx, t, client, w)
					mu.Lock()
					replays++
					mu.Unlock()
				}
			}
		})
	}
	for _, w := range list {
		next <- w
	}
	close(next)
	wg.Wait()
	require.NoError(t, client.Close(ctx), "attempts whose callers went away")
	assert.Equal(t, len(list), len(told))
	s.ledger(t, told)

	attempts, faults := 0, 0
	for _, r := range s.sb.Requests() {
		attempts++
		if r.Fault != "" {
			faults++
		}
	}
	t.Logf("%d orders, %d attempts, %d of them met a fault, %d replays with another recipient", len(list), attempts, faults, replays)
	assert.InDelta(t, 0.3, float64(faults)/float64(attempts), 0.15, "a storm without faults shows nothing")
}

// differ repeats an order with another recipient: it is refused, and told which fields differ.
func differ(ctx context.Context, t *testing.T, client *tangoclient.Client, w wish) {
	r := w.request()
	r.Recipient.Email = "somebody.else@example.com"
	for ctx.Err() == nil {
		_, err := client.WithRefNamespace(w.tenant).CreateOrder(ctx, r)
		var mismatch *tangoclient.ReplayMismatchError
		if errors.As(err, &mismatch) {
			assert.Equal(t, []string{"/recipient/email"}, mismatch.Fields)
			return
		}
		if !assert.Error(t, err, "another recipient under the same ref must not look like a success") {
			return
		}
	}
}
