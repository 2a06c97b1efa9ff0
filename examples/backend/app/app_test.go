package app_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/examples/backend/app"
	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/tangoclient"
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
	a, err := app.Demo(app.DemoConfig{})
	require.NoError(t, err)
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
	assert.Equal(t, 25.0, first.Order["amountCharged"])
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

// slowTango answers when it is told to.
type slowTango struct {
	release chan struct{}
	err     error
	placed  int
}

func (s *slowTango) CreateOrder(_ context.Context, r tangoclient.OrderRequest) (*tangoclient.Order, error) {
	<-s.release
	if s.err != nil {
		return nil, s.err
	}
	s.placed++
	return &tangoclient.Order{ReferenceOrderID: "RA-1", ExternalRefID: r.ExternalRefID, Outcome: tangoclient.Created}, nil
}

func (s *slowTango) Settle(context.Context, tangoclient.OrderRequest, ...tangoclient.SettleOption) (*tangoclient.Order, error) {
	return nil, tangoclient.ErrNotPlaced
}

func slowApp(t *testing.T, tango app.Sender) *app.App {
	t.Helper()
	a, err := app.New(app.Config{Tango: func(app.Tenant) app.Sender { return tango }, Tenants: []app.Tenant{{
		Name: "demo", Key: tangoclient.NewSecret("demo-key"),
		Accounts: middleware.Accounts{{Customer: "demo-customer", Account: "demo-acc1"}},
	}}})
	require.NoError(t, err)
	return a
}

// An order that takes longer than the caller waits is 202, goes on, and is finished by Drain.
func TestASlowOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tango := &slowTango{release: make(chan struct{})}
		a := slowApp(t, tango)
		start := time.Now()
		g := ask(t, a, "POST", "/orders", "demo-key", with(t, `"externalRefID":"slow"`))
		assert.Equal(t, 202, g.Status, g.Raw)
		assert.Equal(t, "sending", g.State)
		assert.Equal(t, 10*time.Second, time.Since(start))

		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.ErrorIs(t, a.Drain(short), context.DeadlineExceeded, "the order is still in flight")

		close(tango.release)
		require.NoError(t, a.Drain(t.Context()))
		assert.Equal(t, "placed", ask(t, a, "GET", "/orders/slow", "demo-key", "").State)
		assert.Equal(t, 1, tango.placed)
	})
}

// An order whose outcome is unknown is 202, and the same order again settles it before anything is sent.
func TestAnUnknownOutcome(t *testing.T) {
	tango := &slowTango{release: make(chan struct{}), err: &tangoclient.UnknownOutcomeError{Op: "createOrder"}}
	close(tango.release)
	a := slowApp(t, tango)
	body := with(t, `"externalRefID":"open"`)
	g := ask(t, a, "POST", "/orders", "demo-key", body)
	assert.Equal(t, 202, g.Status, g.Raw)
	assert.Equal(t, "unknown", g.State)
	assert.NotEmpty(t, g.Reason)

	tango.err = nil
	g = ask(t, a, "POST", "/orders", "demo-key", body)
	assert.Equal(t, "placed", g.State, "settled: not placed, so it is sent under the same reference")
	assert.Equal(t, 1, tango.placed)
}

func TestMistakesInTheConfiguration(t *testing.T) {
	_, err := app.New(app.Config{})
	assert.ErrorContains(t, err, "Tango")
	assert.ErrorContains(t, err, "Tenants")
	one := app.Tenant{Name: "one", Key: tangoclient.NewSecret("key")}
	_, err = app.New(app.Config{Tango: func(app.Tenant) app.Sender { return &slowTango{} }, Tenants: []app.Tenant{one, one, {}}})
	assert.ErrorContains(t, err, "Tenants[1]: needs a name of its own")
	assert.ErrorContains(t, err, "has the key of")
	assert.ErrorContains(t, err, "Tenants[2]")
	_, err = app.Demo(app.DemoConfig{PlatformName: "x"})
	assert.ErrorContains(t, err, "TANGO_PLATFORM_KEY")
	_, err = app.Demo(app.DemoConfig{BaseURL: "http://tango.example/raas/v2"})
	assert.Error(t, err, "only loopback takes the demo's keys")
}
