package tangotest_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

const (
	cardToken    = "demo0000card0000token0000demo00000000001"
	depositBody  = `{"customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","creditCardToken":"` + cardToken + `","amount":100,"externalRefID":"dep-1"}`
	transferBody = `{"transferFrom":"demo-acc1","transferTo":"demo-acc2","amount":10.01,"externalRefID":"tr-1","transferNotes":"for Q1"}`
)

func basic(name, key string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+key))
}

func TestBalances(t *testing.T) {
	sb := open(t, nil)
	rt := sb.Transport()
	a := call(t, rt, "POST", "/orders", orderBody)
	require.Equal(t, 201, a.status)
	assert.Equal(t, "9974.50", sb.Balance("demo-acc1"))
	a = call(t, rt, "POST", "/creditCardDeposits", depositBody)
	require.Equal(t, 200, a.status, a.body)
	assert.Equal(t, "102.90", a.str("amountCharged"))
	assert.Equal(t, "2.9", a.str("feePercent"))
	assert.Equal(t, "10074.50", sb.Balance("demo-acc1"))
	assert.Equal(t, a.body, call(t, rt, "GET", "/creditCardDeposits/"+a.str("referenceDepositID"), "").body)
	a = call(t, rt, "POST", "/transferFunds", transferBody)
	require.Equal(t, 200, a.status, a.body)
	assert.Equal(t, "10074.50", a.str("transferFrom", "startingBalance"))
	assert.Equal(t, "10064.49", a.str("transferFrom", "endingBalance"))
	assert.Equal(t, "10010.01", sb.Balance("demo-acc2"))
	assert.Equal(t, "10010.01", call(t, rt, "GET", "/accounts/demo-acc2", "").str("currentBalance"))

	for path, body := range map[string]string{"/creditCardDeposits": depositBody, "/transferFunds": transferBody} {
		a = call(t, rt, "POST", path, body)
		assert.Equal(t, 409, a.status, "a repeated ref is refused")
		assert.Equal(t, "externalRefID is not unique. Duplicate funding request.", a.str("message"))
	}
	assert.Equal(t, "10064.49", sb.Balance("demo-acc1"), "and moves nothing")
}

func TestAnAccountRunsOut(t *testing.T) {
	sb := open(t, nil)
	for i := range 20 {
		body := strings.NewReplacer("25.50", "500", "ref-1", fmt.Sprint("r", i)).Replace(orderBody)
		require.Equal(t, 201, call(t, sb.Transport(), "POST", "/orders", body).status)
	}
	assert.Equal(t, "0.00", sb.Balance("demo-acc1"))
	a := call(t, sb.Transport(), "POST", "/orders", orderBody)
	assert.Equal(t, 402, a.status)
	assert.Equal(t, "402.001", a.key())
	assert.Len(t, sb.Orders(), 20)
	a = call(t, sb.Transport(), "POST", "/transferFunds", transferBody)
	assert.Equal(t, "402.001", a.key())
	a = call(t, sb.Transport(), "POST", "/creditCardDeposits", depositBody)
	require.Equal(t, 200, a.status)
	assert.Equal(t, 201, call(t, sb.Transport(), "POST", "/orders", orderBody).status, "a refused ref is not used up")
}

func TestARefusedRefCanBeUsedUp(t *testing.T) {
	sb := open(t, func(c *tangotest.Config) { c.FailedConsumesRef = true })
	bad := strings.Replace(orderBody, "25.50", "0", 1)
	assert.Equal(t, 400, call(t, sb.Transport(), "POST", "/orders", bad).status)
	a := call(t, sb.Transport(), "POST", "/orders", orderBody)
	assert.Equal(t, 409, a.status)
	assert.Equal(t, "409.024", a.key())
}

func TestFeesAndCurrencies(t *testing.T) {
	item := func(currency, fee string) string {
		return `{"catalog":{"catalogName":"c","brands":[{"brandKey":"B1","items":[{"utid":"U1","rewardName":"r","currencyCode":"` + currency +
			`","status":"active","minValue":1,"maxValue":500,"isWholeAmountValueRequired":false,"fee":` + fee + `}]}]}}`
	}
	for _, row := range []struct {
		name, seed, amount, value, fee, total string
	}{
		{"no fee", item("USD", "null"), "25.50", "25.50", "0.00", "25.50"},
		{"flat", item("USD", `{"type":"FLAT","value":1.5}`), "25.50", "25.50", "1.50", "27.00"},
		{"percentage, rounded to the cent", item("USD", `{"type":"PERCENTAGE","value":3.33}`), "25.50", "25.50", "0.85", "26.35"},
		{"another currency", item("EUR", "null"), "9", "10.00", "0.00", "10.00"},
		{"another currency, rounded", item("CAD", "null"), "10", "7.35", "0.00", "7.35"},
	} {
		t.Run(row.name, func(t *testing.T) {
			sb := openSeed(t, row.seed)
			a := call(t, sb.Transport(), "POST", "/orders", strings.NewReplacer("U561593", "U1", "25.50", row.amount).Replace(orderBody))
			require.Equal(t, 201, a.status, a.body)
			assert.Equal(t, []string{row.value, row.fee, row.total},
				[]string{a.str("amountCharged", "value"), a.str("amountCharged", "fee"), a.str("amountCharged", "total")})
			assert.Equal(t, row.amount, a.str("denomination", "value"), "as it was sent")
			b := call(t, sb.Transport(), "GET", "/accounts/demo-acc1", "").str("currentBalance")
			assert.Equal(t, sb.Balance("demo-acc1"), b)
		})
	}
	sb := openSeed(t, item("JPY", "null"))
	a := call(t, sb.Transport(), "POST", "/orders", strings.Replace(orderBody, "U561593", "U1", 1))
	assert.Equal(t, "422.003", a.key(), "no rate, no order")
}

func TestCards(t *testing.T) {
	sb := open(t, nil)
	rt := sb.Transport()
	assert.Contains(t, call(t, rt, "GET", "/creditCards", "").body, cardToken)
	assert.Equal(t, "1111", call(t, rt, "GET", "/creditCards/"+cardToken, "").str("lastFourDigits"))
	assert.Equal(t, "404.022", call(t, rt, "GET", "/creditCards/none", "").key())
	other := strings.Replace(depositBody, "demo-acc1", "demo-acc2", 1)
	assert.Equal(t, "422.037", call(t, rt, "POST", "/creditCardDeposits", other).key(), "the card of another account")
	assert.Equal(t, "422.036", call(t, rt, "POST", "/creditCardDeposits", strings.Replace(depositBody, cardToken, "zzz", 1)).key())
	assert.Equal(t, "422.052", call(t, rt, "POST", "/creditCardDeposits", strings.Replace(depositBody, "100", "0", 1)).key())
	gone := `{"customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","creditCardToken":"` + cardToken + `"}`
	assert.Equal(t, cardToken, call(t, rt, "POST", "/creditCardUnregisters", gone).str("token"))
	assert.Equal(t, "422.002", call(t, rt, "POST", "/creditCardUnregisters", gone).key())
	assert.Equal(t, "422.036", call(t, rt, "POST", "/creditCardDeposits", depositBody).key())
	assert.Equal(t, "[]", call(t, rt, "GET", "/creditCards", "").body)
	assert.Contains(t, call(t, rt, "GET", "/creditCards?status=DELETED", "").body, cardToken)
	assert.Equal(t, 405, call(t, rt, "POST", "/creditCards", "{}").status, "card numbers have no place here")
}

func TestACardMustBeActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := time.Now().Add(5 * time.Minute).UTC().Format(time.RFC3339)
		sb := open(t, func(c *tangotest.Config) {
			c.Seed = strings.NewReader(`{"creditCards":[{"token":"` + cardToken + `","customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","status":"ACTIVE","activationDate":"` + at + `"}]}`)
		})
		a := call(t, sb.Transport(), "POST", "/creditCardDeposits", depositBody)
		assert.Equal(t, 429, a.status)
		assert.Equal(t, "429.003", a.key())
		time.Sleep(5 * time.Minute)
		assert.Equal(t, 200, call(t, sb.Transport(), "POST", "/creditCardDeposits", depositBody).status)
	})
}

func TestTransfersThatAreRefused(t *testing.T) {
	seed := `{"customers":[{"customerIdentifier":"demo-customer","displayName":"Demo","accounts":[
{"accountIdentifier":"demo-acc1","accountNumber":"A1","currencyCode":"USD","currentBalance":50,"status":"ACTIVE"},
{"accountIdentifier":"euro-acc","accountNumber":"A2","currencyCode":"EUR","currentBalance":50,"status":"ACTIVE"},
{"accountIdentifier":"froz-acc","accountNumber":"A3","currencyCode":"USD","currentBalance":50,"status":"FROZEN"}]}]}`
	for body, key := range map[string]string{
		`{"transferFrom":"demo-acc1","transferTo":"euro-acc","amount":1}`:                                                    "422.003",
		`{"transferFrom":"demo-acc1","transferTo":"demo-acc1","amount":1}`:                                                   "422.003",
		`{"transferFrom":"demo-acc1","transferTo":"froz-acc","amount":1}`:                                                    "422.004",
		`{"transferFrom":"demo-acc1","transferTo":"none-acc","amount":1}`:                                                    "404.003",
		`{"transferFrom":"demo-acc1","transferTo":"euro-acc","amount":-1}`:                                                   "422.106",
		`{"transferFrom":"demo-acc1","transferTo":"euro-acc","amount":0}`:                                                    "422.052",
		`{"transferFrom":"demo-acc1","transferTo":"euro-acc"}`:                                                               "422.128",
		`{"transferFrom":"demo-acc1","transferTo":"euro-acc","amount":1,"transferNotes":"` + strings.Repeat("n", 151) + `"}`: "422.006",
	} {
		sb := openSeed(t, seed)
		a := call(t, sb.Transport(), "POST", "/transferFunds", body)
		assert.Equal(t, key, a.key(), "%s: %s", body, a.body)
		assert.Equal(t, "50", sb.Balance("demo-acc1"))
	}
	sb := openSeed(t, seed)
	a := call(t, sb.Transport(), "POST", "/orders", strings.Replace(orderBody, "demo-acc1", "froz-acc", 1))
	assert.Equal(t, "422.004", a.key())
}

func TestTheCustomerMustOwnTheAccount(t *testing.T) {
	sb := openSeed(t, `{"customers":[
{"customerIdentifier":"demo-customer","displayName":"One","accounts":[{"accountIdentifier":"demo-acc1","currencyCode":"USD","currentBalance":50}]},
{"customerIdentifier":"other-customer","displayName":"Two","accounts":[{"accountIdentifier":"other-acc","currencyCode":"USD","currentBalance":50}]}]}`)
	rt := sb.Transport()
	a := call(t, rt, "POST", "/orders", strings.Replace(orderBody, "demo-acc1", "other-acc", 1))
	assert.Equal(t, 404, a.status)
	assert.Equal(t, "404.020", a.key())
	assert.Equal(t, 201, call(t, rt, "POST", "/orders", orderBody).status)
	a = call(t, rt, "POST", "/orders", strings.Replace(orderBody, "demo-customer", "other-customer", 1))
	assert.Equal(t, "404.020", a.key(), "a known ref does not show the order to another customer")
	assert.Equal(t, "404.020", call(t, rt, "PATCH", "/customers/other-customer/accounts/demo-acc1", `{}`).key())
	assert.Equal(t, "404.020", call(t, rt, "GET", "/customers/other-customer/accounts/demo-acc1/lowbalance", "").key())
}
