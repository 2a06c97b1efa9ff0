package tangotest_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

const seedPath = "../../testdata/sandbox/seed.json"

func openSeed(t *testing.T, seed string) *tangotest.Sandbox {
	t.Helper()
	return open(t, func(c *tangotest.Config) { c.Seed = strings.NewReader(seed) })
}

func example(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(seedPath)
	require.NoError(t, err)
	return string(b)
}

func TestTheStateIsASeed(t *testing.T) {
	for name, seed := range map[string]string{"built-in": "", "example": example(t)} {
		t.Run(name, func(t *testing.T) {
			sb := open(t, func(c *tangotest.Config) {
				if seed != "" {
					c.Seed = strings.NewReader(seed)
				}
			})
			if seed != "" {
				assert.JSONEq(t, seed, string(sb.State()), "what a seed gives is answered back as given")
			}
			again := openSeed(t, string(sb.State()))
			assert.Equal(t, string(sb.State()), string(again.State()), "byte for byte")
		})
	}
}

func TestStateAfterWork(t *testing.T) {
	sb := open(t, func(c *tangotest.Config) { c.Dump = true })
	rt := sb.Transport()
	require.Equal(t, 201, call(t, rt, "POST", "/orders", orderBody).status)
	require.Equal(t, 200, call(t, rt, "POST", "/creditCardDeposits", depositBody).status)
	require.Equal(t, 200, call(t, rt, "POST", "/transferFunds", transferBody).status)
	a := call(t, rt, "GET", "/../../_sandbox/state", "")
	assert.Equal(t, 404, a.status, "it is not below the API")

	again := openSeed(t, string(sb.State()))
	rt = again.Transport()
	assert.Equal(t, 200, call(t, rt, "POST", "/orders", orderBody).status, "refs are remembered")
	assert.Equal(t, 409, call(t, rt, "POST", "/creditCardDeposits", depositBody).status)
	assert.Equal(t, 409, call(t, rt, "POST", "/transferFunds", transferBody).status)
	assert.Equal(t, sb.Balance("demo-acc1"), again.Balance("demo-acc1"))
	assert.Equal(t, sb.Orders(), again.Orders())
	body := strings.Replace(orderBody, "ref-1", "ref-2", 1)
	require.Equal(t, 201, call(t, rt, "POST", "/orders", body).status, "identifiers do not collide")
	assert.Len(t, again.Orders(), 2)
	assert.NotEqual(t, again.Orders()[0].ID, again.Orders()[1].ID)
}

func TestWhatASeedGivesIsAnsweredAsGiven(t *testing.T) {
	sb := openSeed(t, `{
"customers":[{"customerIdentifier":"CamelCust","displayName":"Ünï & Co","status":"Odd","createdAt":"2018-03-01T10:00:00","extra":{"a":[1.50]},
  "accounts":[{"accountIdentifier":"CamelAcc1","accountNumber":"A7","displayName":"d","currencyCode":"USD","currentBalance":100.5,"contactEmail":"a@b.co","status":"ACTIVE","createdAt":"2018-03-01T10:00:00+0000","note":"kept"}]}],
"orders":[{"referenceOrderID":"RA180301-1-1","externalRefID":"old","customerIdentifier":"CamelCust","accountIdentifier":"CamelAcc1","utid":"U561593","status":"COMPLETE","createdAt":"2018-03-01T10:00:00","denomination":{"value":5},"amountCharged":{"value":5,"total":5},"reward":{"credentials":{"Code":"X"}},"extra":1e2}],
"creditCards":[{"token":"t1","customerIdentifier":"CamelCust","accountIdentifier":"CamelAcc1","status":"ACTIVE","x":null}],
"deposits":[{"referenceDepositID":"D1","amount":10.10,"createdDate":"2018-03-01"}],
"exchangeRates":{"disclaimer":"none","exchangeRates":[{"lastModifiedDate":"2018-04-01T12:00:00","rewardCurrency":"EUR","baseCurrency":"USD","baseFx":"0.8"}]}}`)
	rt := sb.Transport()
	has := func(path string, parts ...string) {
		a := call(t, rt, "GET", path, "")
		assert.Equal(t, 200, a.status, path)
		for _, p := range parts {
			assert.Contains(t, a.body, p, path)
		}
	}
	has("/customers/CamelCust", `"status":"Odd"`, `"createdAt":"2018-03-01T10:00:00"`, `"extra":{"a":[1.50]}`, `"displayName":"Ünï & Co"`)
	has("/accounts/CamelAcc1", `"currentBalance":100.5`, `"note":"kept"`, `"createdAt":"2018-03-01T10:00:00+0000"`)
	has("/orders/RA180301-1-1", `"extra":1e2`, `"credentials":{"Code":"X"}`)
	has("/orders?externalRefID=old", `"extra":1e2`, `"totalCount":1`)
	assert.NotContains(t, call(t, rt, "GET", "/orders?externalRefID=old", "").body, "credentials", "lists show no reward")
	has("/creditCards/t1", `"x":null`)
	has("/creditCardDeposits/D1", `"amount":10.10`)
	has("/exchangerates", `"baseFx":"0.8"`, `"lastModifiedDate":"2018-04-01T12:00:00"`)
	a := call(t, rt, "POST", "/orders", `{"customerIdentifier":"CamelCust","accountIdentifier":"CamelAcc1","externalRefID":"old","utid":"U561593","amount":7,"deliveryMethod":"NONE"}`)
	assert.Equal(t, 201, a.status, "the ref is older than the 90 days for which Tango promises to know it")
}

func TestPartsThatAreLeftOutAreTheBuiltIn(t *testing.T) {
	sb := openSeed(t, `{"orders":[]}`)
	assert.Equal(t, "10000.00", sb.Balance("demo-acc1"))
	sb = openSeed(t, `{"customers":[]}`)
	assert.Equal(t, "", sb.Balance("demo-acc1"))
}

func TestSeedMistakes(t *testing.T) {
	for seed, says := range map[string]string{
		`{`:                  `seed: `,
		`[]`:                 `seed: not a JSON object`,
		`{"customer":[]}`:    `"customer" is no part of a seed; the parts are platforms, customers,`,
		`{"customers":{}}`:   `customers: not a list`,
		`{"customers":[1]}`:  `customers[0]: not an object`,
		`{"customers":[{}]}`: `customers[0].customerIdentifier: a string is needed`,
		`{"platforms":[{"name":"p","keys":["a","b","c"]}]}`:                                                           `platforms[0].keys: a list of at most two strings`,
		`{"platforms":[{"name":"p","keys":[""]}]}`:                                                                    `platforms[0].keys: a key is no string, or empty`,
		`{"orders":[{"referenceOrderID":"x","accountIdentifier":"nobody"}]}`:                                          `orders[0].accountIdentifier: no such account`,
		`{"customers":[{"customerIdentifier":"c","accounts":[{"accountIdentifier":"a","currentBalance":"5"}]}]}`:      `customers[0].accounts[0].currentBalance: not a plain decimal number`,
		`{"customers":[{"customerIdentifier":"c","accounts":[{"accountIdentifier":"a"},{"accountIdentifier":"a"}]}]}`: `customers[0].accounts[1].accountIdentifier: another account has it too`,
		`{"catalog":{"brands":[{"items":[{"utid":"U1"},{"utid":"u1"}]}]}}`:                                            `catalog.brands[0].items[1].utid: another item has it too`,
		`{"catalog":{"brands":[{"items":[{"utid":"U1","minValue":"low"}]}]}}`:                                         `catalog.brands[0].items[0].minValue: not a plain decimal number`,
		`{"catalog":[]}`:       `catalog: not an object`,
		`{"exchangeRates":[]}`: `exchangeRates: not an object`,
	} {
		_, err := tangotest.New(tangotest.Config{Seed: strings.NewReader(seed)})
		require.Error(t, err, seed)
		assert.Contains(t, err.Error(), says)
	}
	_, err := tangotest.New(tangotest.Config{Pace: -1, FieldErrorStatus: 500, PaceScope: "x", IdentifierCase: "y", DepositFeePercent: "z",
		TokenEvery: -1, Faults: []tangotest.Fault{{}}, Seed: strings.NewReader("{")})
	require.Error(t, err)
	for _, part := range []string{"Pace", "FieldErrorStatus", "PaceScope", "IdentifierCase", "DepositFeePercent", "TokenEvery", "fault 1", "seed"} {
		assert.Contains(t, err.Error(), part, "all mistakes are reported together")
	}
}

func TestPlatformsAreApart(t *testing.T) {
	seed := `{"platforms":[{"name":"one","keys":["key-one-1","key-one-2"]},{"name":"two","keys":["key-two-1"]}],
"customers":[{"customerIdentifier":"first-cust","platformName":"one","accounts":[{"accountIdentifier":"first-acc","currencyCode":"USD","currentBalance":10}]},
{"customerIdentifier":"shared-cust","accounts":[{"accountIdentifier":"shared-acc","currencyCode":"USD","currentBalance":10}]}]}`
	sb := openSeed(t, seed)
	rt := sb.Transport()
	as := func(name, key, method, path, body string) answer {
		return call(t, rt, method, path, body, "Authorization", basic(name, key))
	}
	assert.Equal(t, 200, as("one", "key-one-1", "GET", "/accounts/first-acc", "").status)
	assert.Equal(t, 200, as("one", "key-one-2", "GET", "/accounts/first-acc", "").status, "two keys are live")
	assert.Equal(t, 401, as("one", "key-two-1", "GET", "/accounts/first-acc", "").status)
	assert.Equal(t, "404.003", as("two", "key-two-1", "GET", "/accounts/first-acc", "").key())
	assert.Equal(t, 200, as("two", "key-two-1", "GET", "/accounts/shared-acc", "").status)
	made := as("two", "key-two-1", "POST", "/customers", `{"customerIdentifier":"second-cust","displayName":"Second"}`)
	assert.Equal(t, 201, made.status, made.body)
	assert.Equal(t, 404, as("one", "key-one-1", "GET", "/customers/second-cust", "").status)
	keys := map[int]int{}
	for _, r := range sb.Requests() {
		keys[r.Key]++
		assert.NotContains(t, r.Body, "key-one")
	}
	assert.Equal(t, 1, keys[2])
	again := openSeed(t, string(sb.State()))
	rt = again.Transport()
	assert.Equal(t, 404, as("one", "key-one-1", "GET", "/customers/second-cust", "").status, "the state says whose it is")
	assert.Equal(t, 200, as("two", "key-two-1", "GET", "/customers/second-cust", "").status)
}

func TestRefsAreForgotten(t *testing.T) {
	old := time.Now().Add(-91 * 24 * time.Hour).UTC().Format(time.RFC3339)
	var seed map[string]any
	require.NoError(t, json.Unmarshal(open(t, nil).State(), &seed))
	seed["orders"] = []any{map[string]any{"referenceOrderID": "RA1", "externalRefID": "ref-1", "customerIdentifier": "demo-customer",
		"accountIdentifier": "demo-acc1", "createdAt": old, "status": "COMPLETE"}}
	b, err := json.Marshal(seed)
	require.NoError(t, err)
	for window, status := range map[time.Duration]int{0: 201, -1: 200, 365 * 24 * time.Hour: 200} {
		sb := open(t, func(c *tangotest.Config) { c.Seed, c.RefWindow = strings.NewReader(string(b)), window })
		assert.Equal(t, status, call(t, sb.Transport(), "POST", "/orders", orderBody).status, window)
	}
}
