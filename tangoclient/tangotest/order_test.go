package tangotest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

const orderBody = `{"customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","utid":"U561593","amount":25.50,
"externalRefID":"ref-1","deliveryMethod":"EMAIL","emailSubject":"For you & me","message":"I <3 you, O'Brien & 日本語",
"recipient":{"firstName":"Seán","lastName":"O'Brien","email":"sean@example.com"}}`

// open makes a sandbox without a pace, and fails the test when it was used in a way that it warns of.
func open(t *testing.T, change func(*tangotest.Config)) *tangotest.Sandbox {
	t.Helper()
	cfg := tangotest.Config{NoPace: true}
	if change != nil {
		change(&cfg)
	}
	sb, err := tangotest.New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = sb.Close() })
	return sb
}

type answer struct {
	status int
	header http.Header
	body   string
	json   map[string]any
}

func (a answer) key() string {
	if k, ok := a.json["i18nKey"].(string); ok {
		return k
	}
	if list, ok := a.json["errors"].([]any); ok && len(list) > 0 {
		k, _ := list[0].(map[string]any)["i18nKey"].(string)
		return k
	}
	return ""
}

func (a answer) str(path ...string) string {
	var v any = a.json
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	if n, ok := v.(json.Number); ok {
		return n.String()
	}
	s, _ := v.(string)
	return s
}

// call sends one request with the demo key.
func call(t *testing.T, rt http.RoundTripper, method, path, body string, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequest(method, "http://sandbox.test/raas/v2"+path, strings.NewReader(body))
	require.NoError(t, err)
	r.SetBasicAuth("demo-platform", "demo-platform-key-0001")
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	resp, err := rt.RoundTrip(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	a := answer{status: resp.StatusCode, header: resp.Header, body: string(b)}
	d := json.NewDecoder(strings.NewReader(a.body))
	d.UseNumber()
	if strings.HasPrefix(strings.TrimSpace(a.body), "{") {
		require.NoError(t, d.Decode(&a.json), a.body)
	}
	return a
}

func TestOrderIsPlacedOnceAndReplayed(t *testing.T) {
	sb := open(t, nil)
	rt := sb.Transport()
	first := call(t, rt, "POST", "/orders", orderBody)
	require.Equal(t, 201, first.status, first.body)
	assert.Equal(t, "COMPLETE", first.str("status"))
	assert.Equal(t, "25.50", first.str("amountCharged", "total"))
	assert.Contains(t, first.body, `"message":"I <3 you, O'Brien & 日本語"`, "texts are kept byte for byte")
	assert.NotEmpty(t, first.str("reward", "credentials", "Redemption URL"))

	again := call(t, rt, "POST", "/orders", orderBody)
	assert.Equal(t, 200, again.status)
	assert.JSONEq(t, first.body, again.body)
	assert.Empty(t, sb.Warnings())

	other := call(t, rt, "POST", "/orders", strings.Replace(orderBody, "25.50", "40", 1))
	assert.Equal(t, 200, other.status, "the original, whatever the new body says")
	assert.JSONEq(t, first.body, other.body)
	assert.Len(t, sb.Warnings(), 1)

	acc2 := call(t, rt, "POST", "/orders", strings.Replace(orderBody, "demo-acc1", "demo-acc2", 1))
	assert.Equal(t, 201, acc2.status, "a ref belongs to its account")

	got := call(t, rt, "GET", "/orders/"+first.str("referenceOrderID"), "")
	assert.Equal(t, 200, got.status)
	assert.Equal(t, "A10000001", got.str("accountNumber"))
	assert.Equal(t, first.str("reward", "credentials", "Redemption URL"), got.str("reward", "credentials", "Redemption URL"))
	assert.NotEmpty(t, got.header.Get("X-REQUEST-ID"))
}

func TestRefusedOrders(t *testing.T) {
	set := func(pairs ...string) string {
		s := orderBody
		for i := 0; i+1 < len(pairs); i += 2 {
			require.Contains(t, s, pairs[i])
			s = strings.Replace(s, pairs[i], pairs[i+1], 1)
		}
		return s
	}
	for _, row := range []struct {
		name, body string
		headers    []string
		status     int
		key        string
	}{
		{"browser with Origin", orderBody, []string{"Origin", "https://evil.example"}, 403, "403.001"},
		{"browser without a key", orderBody, []string{"Origin", "null", "Authorization", ""}, 403, "403.001"},
		{"browser by Sec-Fetch-Site", orderBody, []string{"Sec-Fetch-Site", "same-origin"}, 403, "403.001"},
		{"no credentials", orderBody, []string{"Authorization", ""}, 401, "401.001"},
		{"wrong key", orderBody, []string{"Authorization", "Basic ZGVtby1wbGF0Zm9ybTp4"}, 401, "401.501"},
		{"unknown token", orderBody, []string{"Authorization", "Bearer abc"}, 401, "401.502"},
		{"not JSON", `{"utid":`, nil, 400, "400.009"},
		{"a key twice", `{"utid":"U1","utid":"U2"}`, nil, 400, "400.009"},
		{"another content type", orderBody, []string{"Content-Type", "text/plain"}, 415, "415.001"},
		{"another Accept", orderBody, []string{"Accept", "text/html"}, 406, "406.001"},
		{"unknown customer", set("demo-customer", "other-customer"), nil, 404, "404.002"},
		{"unknown account", set("demo-acc1", "demo-acc9"), nil, 404, "404.003"},
		{"no amount", set(`"amount":25.50,`, ``), nil, 400, "422.128"},
		{"amount as a string", set(`25.50`, `"25.50"`), nil, 400, "422.001"},
		{"three decimals", set(`25.50`, `25.505`), nil, 400, "422.105"},
		{"exponent", set(`25.50`, `2e1`), nil, 400, "422.105"},
		{"below 0", set(`25.50`, `-1`), nil, 400, "422.106"},
		{"0", set(`25.50`, `0`), nil, 400, "422.025"},
		{"above the maximum", set(`25.50`, `500.01`), nil, 400, "422.025"},
		{"another face value", set(`U561593`, `U666425`), nil, 400, "422.027"},
		{"unknown item", set(`U561593`, `U999999`), nil, 400, "422.024"},
		{"utid of another form", set(`U561593`, `X1`), nil, 400, "422.147"},
		{"ref too long", set(`ref-1`, strings.Repeat("a", 101)), nil, 400, "422.110"},
		{"ref with a space", set(`ref-1`, `a b`), nil, 400, "422.122"},
		{"markup in a name", set(`"O'Brien"`, `"<b>"`), nil, 400, "422.111"},
		{"a slash in a name", set(`"O'Brien"`, `"a/b"`), nil, 400, "422.111"},
		{"malformed e-mail", set(`sean@example.com`, `sean`), nil, 400, "422.134"},
		{"display-name form of e-mail", set(`sean@example.com`, `\"<script>\"@x.com`), nil, 400, "422.134"},
		{"no e-mail", set(`,"email":"sean@example.com"`, ``), nil, 400, "422.029"},
		{"no first name", set(`"firstName":"Seán",`, ``), nil, 400, "422.135"},
		{"phone without a number", set(`"EMAIL"`, `"PHONE"`), nil, 400, "422.128"},
		{"unknown delivery method", set(`"EMAIL"`, `"FAX"`), nil, 400, "422.001"},
		{"expiration of an item that has none", set(`"EMAIL"`, `"EMAIL","expirationDate":"2027-01-01"`), nil, 400, "422.162"},
	} {
		t.Run(row.name, func(t *testing.T) {
			sb := open(t, nil)
			a := call(t, sb.Transport(), "POST", "/orders", row.body, row.headers...)
			assert.Equal(t, row.status, a.status, a.body)
			assert.Equal(t, row.key, a.key(), a.body)
			assert.Equal(t, a.header.Get("X-REQUEST-ID"), a.str("requestId"))
			assert.Equal(t, "/raas/v2/orders", a.str("path"))
			assert.Equal(t, "application/json", a.header.Get("Content-Type"))
			for name := range a.header {
				assert.False(t, strings.HasPrefix(name, "Access-Control-"), name)
			}
		})
	}
}
