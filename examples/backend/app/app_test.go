package app_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/examples/backend/app"
	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/outbox"
	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

const good = `{"customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","amount":25,"utid":"U561593",
 "deliveryMethod":"EMAIL","recipient":{"firstName":"Sinéad","lastName":"O'Brien","email":"someone@example.com"},"message":"you & me <3"}`

// with gives the good order with one more member, or another value for one.
func with(t *testing.T, members string) string {
	t.Helper()
	var o, m map[string]any
	require.NoError(t, json.Unmarshal([]byte(good), &o))
	require.NoError(t, json.Unmarshal([]byte("{"+members+"}"), &m))
	for k, v := range m {
		o[k] = v
	}
	b, err := json.Marshal(o)
	require.NoError(t, err)
	return string(b)
}

type got struct {
	Status        int
	Raw           string
	ExternalRefID string
	State, Reason string
	I18nKey       string
	Order         map[string]any
	Errors        []struct{ I18nKey string }
}

func ask(t *testing.T, h http.Handler, method, path, key, body string, header ...string) got {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	g := got{Status: w.Code, Raw: w.Body.String()}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &g), g.Raw)
	return g
}

func demo(t *testing.T) *app.App {
	t.Helper()
	a, err := app.Demo(t.Context(), app.DemoConfig{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, a.Stop(context.Background())) })
	return a
}

func TestDoors(t *testing.T) {
	a := demo(t)
	for _, row := range []struct {
		name, key string
		header    []string
		status    int
		i18nKey   string
	}{
		{"a browser without a key: the browser rule comes first", "", []string{"Origin", "https://evil.example"}, 403, "403.001"},
		{"a browser with a key", "demo-key", []string{"Origin", "https://evil.example"}, 403, "403.001"},
		{"a browser known by Sec-Fetch-Site", "demo-key", []string{"Sec-Fetch-Site", "same-origin"}, 403, "403.001"},
		{"no key", "", nil, 401, ""},
		{"an unknown key", "demo-kez", nil, 401, ""},
		{"a longer key", "demo-key2", nil, 401, ""},
		{"a key of a platform is no key of a tenant", "demo-platform-key-0001", nil, 401, ""},
		{"a key and a good order", "demo-key", nil, 201, ""},
		{"another tenant on this account", "other-key", nil, 403, ""},
	} {
		g := ask(t, a, "POST", "/orders", row.key, good, row.header...)
		assert.Equal(t, row.status, g.Status, "%s: %s", row.name, g.Raw)
		if row.i18nKey != "" {
			assert.Equal(t, row.i18nKey, g.I18nKey, row.name)
		}
	}
}

func TestAnOrderAndItsState(t *testing.T) {
	a := demo(t)
	first := ask(t, a, "POST", "/orders", "demo-key", with(t, `"externalRefID":"order-1"`))
	require.Equal(t, 201, first.Status, first.Raw)
	assert.Equal(t, "order-1", first.ExternalRefID)
	assert.Equal(t, "placed", first.State)
	assert.Equal(t, "order-1", first.Order["externalRefID"], "the tenant's own reference")
	assert.Equal(t, 25.0, first.Order["amount"])
	assert.NotContains(t, first.Raw, "credential", "reward codes stay with Tango")

	again := ask(t, a, "POST", "/orders", "demo-key", with(t, `"externalRefID":"order-1"`))
	assert.Equal(t, 200, again.Status)
	assert.Equal(t, first.Order, again.Order)

	other := ask(t, a, "POST", "/orders", "demo-key", with(t, `"externalRefID":"order-1","amount":26`))
	assert.Equal(t, 409, other.Status, "one reference is one order")

	state := ask(t, a, "GET", "/orders/order-1", "demo-key", "")
	assert.Equal(t, 200, state.Status)
	assert.Equal(t, "placed", state.State)
	assert.Equal(t, first.Order, state.Order)
}

func TestARefIsMadeWhenItIsMissing(t *testing.T) {
	a := demo(t)
	one, two := ask(t, a, "POST", "/orders", "demo-key", good), ask(t, a, "POST", "/orders", "demo-key", good)
	assert.Equal(t, []int{201, 201}, []int{one.Status, two.Status})
	assert.NotEmpty(t, one.ExternalRefID)
	assert.NotEqual(t, one.ExternalRefID, two.ExternalRefID)
	assert.Equal(t, 200, ask(t, a, "GET", "/orders/"+one.ExternalRefID, "demo-key", "").Status)
}

// A foreign reference and an unknown one get the same answer, and one reference of two tenants is two orders.
func TestTenantsDoNotMeet(t *testing.T) {
	a := demo(t)
	mine := ask(t, a, "POST", "/orders", "demo-key", with(t, `"externalRefID":"shared"`))
	require.Equal(t, 201, mine.Status, mine.Raw)

	foreign := ask(t, a, "GET", "/orders/shared", "other-key", "", "X-Request-Id", "7b2e9c1e-6e0c-4f5a-9d4e-1c1a1f8f0b11")
	unknown := ask(t, a, "GET", "/orders/nobody", "other-key", "", "X-Request-Id", "7b2e9c1e-6e0c-4f5a-9d4e-1c1a1f8f0b11")
	assert.Equal(t, 404, foreign.Status)
	strip := func(g got) map[string]any {
		var m map[string]any
		require.NoError(t, json.Unmarshal([]byte(g.Raw), &m))
		delete(m, "timestamp")
		delete(m, "path")
		delete(m, "requestId")
		return m
	}
	assert.Equal(t, strip(foreign), strip(unknown))

	theirs := ask(t, a, "POST", "/orders", "other-key", with(t, `"externalRefID":"shared","accountIdentifier":"demo-acc2"`))
	require.Equal(t, 201, theirs.Status, theirs.Raw)
	assert.NotEqual(t, mine.Order["referenceOrderID"], theirs.Order["referenceOrderID"])
}

func TestRequestsThatAreRefused(t *testing.T) {
	a := demo(t)
	for _, row := range []struct {
		name, body string
		status     int
	}{
		{"an unknown field", with(t, `"isAdmin":true`), 400},
		{"an attack", with(t, `"message":"<script>alert(1)</script>"`), 400},
		{"a duplicate key", `{"amount":1,` + good[1:], 400},
		{"trailing data", good + "{}", 400},
		{"no JSON", "x", 400},
		{"no account", `{"customerIdentifier":"demo-customer","amount":25,"utid":"U561593"}`, 403},
		{"the account of another customer", with(t, `"customerIdentifier":"other-customer"`), 403},
		{"an amount of zero", with(t, `"amount":0`), 400},
		{"an amount in words", with(t, `"amount":"25"`), 400},
		{"a malformed reference", with(t, `"externalRefID":"a b"`), 400},
		{"an unknown item", with(t, `"utid":"U999999"`), 400},
	} {
		g := ask(t, a, "POST", "/orders", "demo-key", row.body)
		assert.Equal(t, row.status, g.Status, "%s: %s", row.name, g.Raw)
		assert.NotContains(t, g.Raw, "tangoclient", "%s: no Go names", row.name)
		assert.NotContains(t, g.Raw, "alert(1)", "%s: no values", row.name)
	}
	assert.Equal(t, 404, ask(t, a, "GET", "/nowhere", "demo-key", "").Status)
	assert.Equal(t, 405, ask(t, a, "DELETE", "/orders", "demo-key", "").Status)
}

// on builds the backend over a sandbox that a test can play faults in.
func on(t *testing.T, sandbox *tangotest.Sandbox, db string) *app.App {
	t.Helper()
	client, err := tangoclient.New(tangoclient.Config{
		Environment: tangoclient.Sandbox, InsecureTransport: sandbox.Transport(), NoPace: true,
		Credentials: tangoclient.Basic("demo-platform", tangoclient.NewSecret("demo-platform-key-0001")),
	})
	require.NoError(t, err)
	store, err := outbox.Open(db)
	require.NoError(t, err)
	a, err := app.New(t.Context(), app.Config{Client: client, Store: store, Tenants: []app.Tenant{{
		Name: "demo", Key: tangoclient.NewSecret("demo-key"),
		Accounts: middleware.Accounts{{Customer: "demo-customer", Account: "demo-acc1"}},
	}}})
	require.NoError(t, err)
	return a
}

// An order that takes longer than its caller waits is 202, goes on, and is finished by Stop. A restart on the same
// file knows it and repeats nothing.
func TestASlowOrder(t *testing.T) {
	db := filepath.Join(t.TempDir(), "orders.db")
	synctest.Test(t, func(t *testing.T) {
		sandbox, err := tangotest.New(tangotest.Config{NoPace: true})
		require.NoError(t, err)
		require.NoError(t, sandbox.Play(tangotest.Fault{Do: tangotest.Delay, Path: "/orders", Wait: 12 * time.Second}))
		a := on(t, sandbox, db)
		start := time.Now()
		g := ask(t, a, "POST", "/orders", "demo-key", with(t, `"externalRefID":"slow"`))
		assert.Equal(t, 202, g.Status, g.Raw)
		assert.Equal(t, "sending", g.State)
		assert.Equal(t, 10*time.Second, time.Since(start))
		require.NoError(t, a.Stop(t.Context()), "finishes what is in flight")
		assert.Len(t, sandbox.Orders(), 1)

		again := on(t, sandbox, db)
		assert.Equal(t, "placed", ask(t, again, "GET", "/orders/slow", "demo-key", "").State)
		g = ask(t, again, "POST", "/orders", "demo-key", with(t, `"externalRefID":"slow"`))
		assert.Equal(t, 200, g.Status, g.Raw)
		require.NoError(t, again.Stop(t.Context()))
		assert.Len(t, sandbox.Orders(), 1)
	})
}

// What Tango refuses is answered by the table of the middleware: without Tango's texts, and without a word on balances.
// Refused credentials are not the order's fault: it stays queued.
func TestWhatTangoRefuses(t *testing.T) {
	for _, row := range []struct {
		status int
		key    string
		want   int
	}{{402, "402.001", 503}, {401, "401.501", 202}, {409, "409.024", 409}} {
		db := filepath.Join(t.TempDir(), "orders.db")
		synctest.Test(t, func(t *testing.T) {
			sandbox, err := tangotest.New(tangotest.Config{NoPace: true})
			require.NoError(t, err)
			require.NoError(t, sandbox.Play(tangotest.Fault{Do: tangotest.Status, Path: "/orders", Method: "POST",
				Status: row.status, I18nKey: row.key, Message: "our balance is 3.50", Times: -1}))
			a := on(t, sandbox, db)
			g := ask(t, a, "POST", "/orders", "demo-key", with(t, `"externalRefID":"r1"`))
			assert.Equal(t, row.want, g.Status, "%d: %s", row.status, g.Raw)
			assert.NotContains(t, g.Raw, "balance")
			require.NoError(t, a.Stop(t.Context()))
		})
	}
}

func TestPreview(t *testing.T) {
	a := demo(t)
	g := ask(t, a, "POST", "/preview", "", with(t, `"message":"日本 <svg onload=alert(1)>","amount":0`), "Sec-Fetch-Site", "same-origin", "Origin", "http://example.com")
	require.Equal(t, 200, g.Status, g.Raw)
	var p struct {
		Problems []struct {
			Pointer, Message, Class string
			Start, End              int
		}
	}
	require.NoError(t, json.Unmarshal([]byte(g.Raw), &p))
	at := map[string]bool{}
	for _, x := range p.Problems {
		at[x.Pointer] = true
		if x.Class == "xss" {
			assert.GreaterOrEqual(t, x.Start, len("日本 "), "bytes of the text")
		}
	}
	assert.True(t, at["/message"] && at["/amount"], g.Raw)
	assert.NotContains(t, g.Raw, "onload", "never the value")

	fine := ask(t, a, "POST", "/preview", "", good, "Sec-Fetch-Site", "same-origin")
	assert.JSONEq(t, `{"problems":[]}`, fine.Raw)
	assert.Equal(t, 403, ask(t, a, "POST", "/preview", "", good, "Sec-Fetch-Site", "cross-site").Status, "another page's script")
	assert.Equal(t, 403, ask(t, a, "POST", "/raas/v2/orders", "", good, "Sec-Fetch-Site", "same-origin", "Origin", "http://example.com").Status)
}

func TestMistakesInTheConfiguration(t *testing.T) {
	ctx := t.Context()
	_, err := app.New(ctx, app.Config{})
	assert.ErrorContains(t, err, "Tenants")
	one := app.Tenant{Name: "one", Key: tangoclient.NewSecret("key")}
	_, err = app.New(ctx, app.Config{Tenants: []app.Tenant{one, one, {}}})
	assert.ErrorContains(t, err, "entry 1 of Tenants needs a name of its own")
	assert.ErrorContains(t, err, "entry 1 of Tenants has the key of entry 0")
	assert.ErrorContains(t, err, "entry 2 of Tenants")
	_, err = app.New(ctx, app.Config{Tenants: []app.Tenant{one}})
	assert.ErrorContains(t, err, "Store")
	assert.ErrorContains(t, err, "Client")
	_, err = app.Demo(ctx, app.DemoConfig{BaseURL: "http://tango.example/raas/v2"})
	assert.Error(t, err, "only loopback takes the demo's keys")
}
