package tangotest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

// Every endpoint asks for credentials, and answers an unknown method.
func TestEveryEndpointNeedsCredentials(t *testing.T) {
	sb := open(t, nil)
	for _, path := range []string{"/customers", "/customers/demo-customer", "/customers/demo-customer/accounts",
		"/customers/demo-customer/accounts/demo-acc1/lowbalance", "/accounts", "/accounts/demo-acc1", "/creditCards",
		"/creditCards/" + cardToken, "/brandCategories", "/catalogs", "/orders", "/exchangerates", "/credentialtypes",
		"/rewardCountries", "/mobileCountries", "/pulse"} {
		a := call(t, sb.Transport(), "GET", path, "")
		assert.Equal(t, 200, a.status, path)
		assert.Equal(t, "application/json", a.header.Get("Content-Type"), path)
		assert.NotEmpty(t, a.header.Get("X-REQUEST-ID"), path)
		assert.Equal(t, "401.001", call(t, sb.Transport(), "GET", path, "", "Authorization", "").key(), path)
		a = call(t, sb.Transport(), "PUT", path, "{}")
		assert.Equal(t, 405, a.status, path)
		assert.Equal(t, "405.002", a.key(), path)
	}
	assert.Equal(t, 404, call(t, sb.Transport(), "GET", "/nothing", "").status)
	assert.Equal(t, 404, call(t, sb.Transport(), "GET", "//accounts", "").status)
}

func TestCustomersAndAccounts(t *testing.T) {
	sb := open(t, nil)
	rt := sb.Transport()
	a := call(t, rt, "POST", "/customers", `{"customerIdentifier":"new-customer","displayName":"Größe & Söhne"}`)
	require.Equal(t, 201, a.status, a.body)
	assert.Contains(t, a.body, `"displayName":"Größe & Söhne"`)
	assert.Contains(t, a.body, `"accounts":[]`)
	assert.Equal(t, "409.010", call(t, rt, "POST", "/customers", `{"customerIdentifier":"new-customer","displayName":"Again, again"}`).key())

	account := `{"accountIdentifier":"new-account","displayName":"New account","contactEmail":"a@example.com","currencyCode":"EUR","fundingNotification":[{"emailAddress":"b@example.com"}]}`
	a = call(t, rt, "POST", "/customers/new-customer/accounts", account)
	require.Equal(t, 201, a.status, a.body)
	assert.Equal(t, "0.00", a.str("currentBalance"))
	assert.Equal(t, "ACTIVE", a.str("status"))
	assert.Regexp(t, `^A\d+$`, a.str("accountNumber"))
	assert.Equal(t, "409.007", call(t, rt, "POST", "/customers/demo-customer/accounts", account).key(), "one identifier, one account")
	assert.Equal(t, a.body, call(t, rt, "GET", "/accounts/new-account", "").body)
	c := call(t, rt, "GET", "/customers/new-customer", "")
	assert.Contains(t, c.body, `"accountIdentifier":"new-account"`)
	assert.NotContains(t, c.body, "contactEmail", "the summary has no contact and no balance")

	a = call(t, rt, "PATCH", "/customers/new-customer/accounts/new-account", `{"displayName":"Renamed","currencyCode":"USD"}`)
	assert.Equal(t, "Renamed", a.str("displayName"))
	assert.Equal(t, "EUR", a.str("currencyCode"), "the currency stays")
	assert.Contains(t, a.body, "b@example.com", "an omitted list stays")
	a = call(t, rt, "PATCH", "/customers/new-customer/accounts/new-account", `{"fundingNotification":[]}`)
	assert.NotContains(t, a.body, "b@example.com", "an empty list clears")

	for body, key := range map[string]string{
		`{"customerIdentifier":"UPPER-CASE","displayName":"Upper"}`:    "422.501",
		`{"customerIdentifier":"a_b_c_d","displayName":"Under"}`:       "422.501",
		`{"customerIdentifier":"four","displayName":"Shorter"}`:        "422.501",
		`{"displayName":"Without"}`:                                    "422.128",
		`{"customerIdentifier":"emoji-cust","displayName":"Party 🎉"}`:  "422.126",
		`{"customerIdentifier":"plus-cust","displayName":"a + b = c"}`: "422.126",
		`{"customerIdentifier":"shrt-cust","displayName":"four"}`:      "422.126",
	} {
		assert.Equal(t, key, call(t, rt, "POST", "/customers", body).key(), body)
	}
	for body, key := range map[string]string{
		`{"accountIdentifier":"acc-two","displayName":"Party 🎉","contactEmail":"a@example.com"}`:                     "422.126",
		`{"accountIdentifier":"acc-two","displayName":"Second one","contactEmail":"nobody"}`:                         "422.009",
		`{"accountIdentifier":"acc-two","displayName":"Second one"}`:                                                 "422.029",
		`{"accountIdentifier":"acc-two","displayName":"Second one","contactEmail":"a@b.co","currencyCode":"JPY"}`:    "400.011",
		`{"accountIdentifier":"acc-two","displayName":"Second one","contactEmail":"a@b.co","fundingNotification":1}`: "422.001",
	} {
		assert.Equal(t, key, call(t, rt, "POST", "/customers/demo-customer/accounts", body).key(), body)
	}
	assert.Equal(t, "404.002", call(t, rt, "POST", "/customers/none-customer/accounts", account).key())
}

func TestIdentifierCase(t *testing.T) {
	upper := strings.Replace(orderBody, "demo-acc1", "DEMO-acc1", 1)
	for mode, want := range map[string][2]int{"lower": {404, 400}, "any": {404, 201}, "fold": {201, 201}} {
		sb := open(t, func(c *tangotest.Config) { c.IdentifierCase = mode })
		assert.Equal(t, want[0], call(t, sb.Transport(), "POST", "/orders", upper).status, mode)
		a := call(t, sb.Transport(), "POST", "/customers", `{"customerIdentifier":"Mixed-Case","displayName":"Mixed"}`)
		assert.Equal(t, want[1], a.status, mode)
	}
}

func TestLowBalanceAlerts(t *testing.T) {
	sb := open(t, nil)
	rt := sb.Transport()
	const path = "/customers/demo-customer/accounts/demo-acc1/lowbalance"
	body := `{"balanceAlertDisplayName":"Low","balanceAlertThreshold":100,"balanceAlertNotification":[{"emailAddress":"a@example.com"}]}`
	a := call(t, rt, "POST", path, body)
	require.Equal(t, 200, a.status, a.body)
	id := a.str("balanceAlertID")
	assert.Equal(t, "demo-customer", a.str("customerIdentifier"))
	assert.Equal(t, 409, call(t, rt, "POST", path, body).status)
	assert.Equal(t, a.body, call(t, rt, "GET", path+"/"+id, "").body)
	assert.Equal(t, "50", call(t, rt, "PATCH", path+"/"+id, `{"balanceAlertThreshold":50}`).str("balanceAlertThreshold"))
	l := call(t, rt, "GET", path, "")
	assert.Contains(t, l.body, `"page":{"size":100,"totalElements":1,"totalPages":1,"number":0}`)
	assert.Contains(t, l.body, id)
	assert.Contains(t, call(t, rt, "GET", "/customers/demo-customer/accounts/demo-acc2/lowbalance", "").body, `"lowBalanceAlerts":[]`)
	assert.Equal(t, 404, call(t, rt, "GET", "/customers/demo-customer/accounts/demo-acc2/lowbalance/"+id, "").status)
	d := call(t, rt, "DELETE", path+"/"+id, "")
	assert.JSONEq(t, `{"balanceAlertID":"`+id+`","status":"DELETED"}`, d.body)
	assert.Equal(t, 404, call(t, rt, "GET", path+"/"+id, "").status)
	assert.Equal(t, "422.128", call(t, rt, "POST", path, `{"balanceAlertDisplayName":"Low","balanceAlertThreshold":1}`).key())
}

func TestCursors(t *testing.T) {
	sb := open(t, nil)
	rt := sb.Transport()
	for i := range 24 {
		require.Equal(t, 201, call(t, rt, "POST", "/customers/demo-customer/accounts", fmt.Sprintf(`{"accountIdentifier":"page-acc-%02d","displayName":"Account %02d","contactEmail":"a@b.co"}`, i, i)).status)
	}
	assert.True(t, strings.HasPrefix(call(t, rt, "GET", "/accounts?maxResults=3", "").body, "["), "without paginate the rest is ignored")
	var seen []string
	query, pages := "/accounts?paginate=true&maxResults=7", 0
	for {
		a := call(t, rt, "GET", query, "")
		require.Equal(t, 200, a.status, a.body)
		pages++
		for _, it := range a.json["items"].([]any) {
			seen = append(seen, it.(map[string]any)["accountIdentifier"].(string))
		}
		assert.Equal(t, pages > 1, a.json["prevPageAvailable"])
		if a.json["nextPageAvailable"] != true {
			assert.Nil(t, a.json["nextCursor"])
			break
		}
		query = "/accounts?paginate=true&maxResults=7&nextCursor=" + a.str("nextCursor")
	}
	assert.Equal(t, 4, pages)
	assert.Len(t, seen, 26)
	assert.Len(t, slices.Compact(slices.Sorted(slices.Values(seen))), 26, "each once")
	assert.Equal(t, "10", call(t, rt, "GET", "/accounts?paginate=true", "").str("numberOfElements"))
	for _, bad := range []string{"maxResults=0", "maxResults=201", "maxResults=x", "nextCursor=%21", "nextCursor=MQ==&prevCursor=MQ=="} {
		assert.Equal(t, 400, call(t, rt, "GET", "/accounts?paginate=true&"+bad, "").status, bad)
	}
	assert.Contains(t, call(t, rt, "GET", "/rewardCountries?maxResults=2", "").body, `"nextCursor":"Mg=="`, "always pages")
	a := call(t, rt, "GET", "/exchangerates?paginate=true&maxResults=1&baseCurrency=USD", "")
	assert.Contains(t, a.body, `"exchangeRates":[{`)
	assert.Contains(t, a.body, `"disclaimer"`)
	assert.Contains(t, a.body, `"nextPageAvailable":true`)
	assert.Contains(t, call(t, rt, "GET", "/exchangerates?baseCurrency=USD&rewardCurrency=EUR&rewardCurrency=CAD", "").body, `"CAD"`)
}

func TestAccountFilters(t *testing.T) {
	b, err := os.ReadFile(seedPath)
	require.NoError(t, err)
	sb := openSeed(t, string(b))
	ids := func(path, member string) (out []string) {
		a := call(t, sb.Transport(), "GET", path, "", "Authorization", basic("acme-platform", "acme-platform-key-0002"))
		require.Equal(t, 200, a.status, a.body)
		var list []map[string]any
		require.NoError(t, json.Unmarshal([]byte(a.body), &list))
		for _, o := range list {
			out = append(out, o[member].(string))
		}
		return out
	}
	for q, want := range map[string][]string{
		"":                        {"acme-people-usd", "acme-people-eur", "acme-sales-usd", "acme-sales-frozen"},
		"accountNumber=A20000002": {"acme-people-eur"},
		"status=frozen":           {"acme-sales-frozen"},
		"currencyCode=EUR":        {"acme-people-eur"},
		"currencyCode=EUR,USD&minBalance=90&maxBalance=801": {"acme-people-eur", "acme-sales-frozen"},
		"minDateCreatedAt=2027-01-01":                       nil,
		"maxDateCreatedAt=2026-02-01":                       {"acme-people-usd", "acme-people-eur", "acme-sales-usd", "acme-sales-frozen"},
		"fundingNotificationEmail=finance@example.com":      {"acme-people-usd"},
		"displayName=Sales":                                 {"acme-sales-usd"},
		"contactEmail=x@example.com":                        nil,
	} {
		assert.Equal(t, want, ids("/accounts?"+q, "accountIdentifier"), q)
	}
	assert.Equal(t, []string{"acme-people-usd", "acme-people-eur"}, ids("/customers/acme-people/accounts", "accountIdentifier"))
	for q, want := range map[string][]string{
		"":                                    {"acme-people", "acme-sales"},
		"accountStatus=FROZEN":                {"acme-sales"},
		"accountIdentifier=acme-people-eur":   {"acme-people"},
		"customerMinDateCreatedAt=2026-02-02": {"acme-sales"},
		"displayName=Acme+People+Team":        {"acme-people"},
	} {
		assert.Equal(t, want, ids("/customers?"+q, "customerIdentifier"), q)
	}
}

func TestOrderFilters(t *testing.T) {
	b, err := os.ReadFile(seedPath)
	require.NoError(t, err)
	sb := openSeed(t, string(b))
	get := func(q string) answer {
		return call(t, sb.Transport(), "GET", "/orders?"+q, "", "Authorization", basic("acme-platform", "acme-platform-key-0001"))
	}
	const reward, coffee, books = "RA260210-10001-11", "114-11860241-13", "RA260211-10002-12"
	for q, want := range map[string][]string{
		"":                                        {books, reward, coffee}, // the newest first
		"accountIdentifier=acme-sales-usd":        {coffee},
		"customerIdentifier=acme-people":          {books, reward},
		"externalRefID=anniversary-17":            {reward},
		"startDate=2026-02-11":                    {books},
		"startDate=2026-02-10T15:04:05.678Z":      {books, reward},
		"startDate=2026-02-10T15:04:05.679Z":      {books},
		"endDate=2026-02-10":                      {reward, coffee},
		"startDate=2026-02-10&endDate=2026-02-10": {reward},
		"startDate=2026-02-10T16:04:05%2B01:00":   {books, reward},
		"minAmount=20.00":                         {books, reward},
		"maxAmount=20":                            {books, coffee},
		"minAmount=20&maxAmount=20":               {books},
		"currencyCode=EUR":                        {books},
		"utid=U666425":                            {coffee},
		"rewardName=demo+reward+link":             {reward},
		"senderFirstName=Acme":                    {reward, coffee},
		"senderLastName=Sales":                    {coffee},
		"senderEmail=people@example.com":          {reward},
		"recipientEmail=taro@example.com":         {coffee},
		"recipientFirstName=Siobh%C3%A1n":         {reward},
		"recipientLastName=%E5%B1%B1%E7%94%B0":    {coffee},
		"recipientMobileNumber=%2B14155550123":    nil,
		"sendEmail=true":                          {reward},
		"sendEmail=false":                         {books, coffee},
		"deliveryMethod=EMAIL":                    {books, reward},
		"status=PENDING":                          {books},
		"orderStatus=COMPLETE":                    {reward},
		"lineItemStatus=PENDING":                  {books},
		"campaign=anniversaries":                  {reward},
		"notes=none":                              nil,
		"ptid=P1":                                 nil,
		"purchaseOrderNumber=1":                   nil,
		"lineItemNotes=x":                         nil,
		"elementsPerBlock=2":                      {books, reward},
		"elementsPerBlock=2&page=1":               {coffee},
		"elementsPerBlock=2&page=2":               nil,
	} {
		a := get(q)
		require.Equal(t, 200, a.status, "%s: %s", q, a.body)
		var ids []string
		for _, o := range a.json["orders"].([]any) {
			ids = append(ids, o.(map[string]any)["referenceOrderID"].(string))
			assert.NotContains(t, o, "reward")
		}
		assert.Equal(t, want, ids, q)
		assert.Equal(t, fmt.Sprint(len(ids)), a.str("page", "resultCount"), q)
	}
	for q, key := range map[string]string{
		"elementsPerBlock=101": "422.042",
		"elementsPerBlock=0":   "422.001",
		"page=-1":              "422.001",
		"startDate=2026-02-11&endDate=2026-02-10": "422.041",
		"startDate=2025-01-01&endDate=2026-01-01": "422.043",
		"startDate=yesterday":                     "422.044",
		"startDate=2999-01-01":                    "422.045",
		"minAmount=1e3":                           "422.001",
	} {
		a := get(q)
		assert.Equal(t, 400, a.status, q)
		assert.Equal(t, key, a.key(), q)
	}
	a := call(t, sb.Transport(), "GET", "/orders", "", "Authorization", basic("other-platform", "other-platform-key-0001"))
	assert.Contains(t, a.body, `"totalCount":0`, "another platform sees none")
	a = call(t, sb.Transport(), "GET", "/orders/"+reward, "", "Authorization", basic("other-platform", "other-platform-key-0001"))
	assert.Equal(t, 404, a.status)
}

func TestCatalog(t *testing.T) {
	b, err := os.ReadFile(seedPath)
	require.NoError(t, err)
	sb := openSeed(t, string(b))
	utids := func(q string) (out []string) {
		a := call(t, sb.Transport(), "GET", "/catalogs?"+q, "", "Authorization", basic("acme-platform", "acme-platform-key-0001"))
		require.Equal(t, 200, a.status, a.body)
		for _, br := range a.json["brands"].([]any) {
			for _, it := range br.(map[string]any)["items"].([]any) {
				out = append(out, it.(map[string]any)["utid"].(string))
			}
		}
		return out
	}
	for q, want := range map[string][]string{
		"":                            {"U561593", "U666425", "U700001", "U700002", "U700003", "U700004", "U700005", "U700006"},
		"brandKey=B000002":            {"U666425"},
		"brandName=demo+coffee":       {"U666425"},
		"utid=u700002":                {"U700002"},
		"currencyCode=EUR":            {"U700002"},
		"country=FR":                  {"U700002"},
		"status=inactive":             {"U700003"},
		"rewardType=promo":            {"U700004"},
		"rewardType=all&utid=U700004": {"U700004"},
		"fulfillmentType=PHYSICAL":    {"U700005"},
		"itemAttribute=ADDRESS":       {"U700005"},
		"categoryIds=6f0f0a32-0002-4a5e-9c1f-0d7e7a000002": {"U666425"},
		"rewardName=none": nil,
	} {
		assert.Equal(t, want, utids(q), q)
	}
	sb = open(t, nil)
	assert.NotContains(t, call(t, sb.Transport(), "GET", "/catalogs?verbose=false", "").body, "disclaimer")
}

func TestResend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb := open(t, nil)
		rt := sb.Transport()
		path := "/orders/" + call(t, rt, "POST", "/orders", orderBody).str("referenceOrderID") + "/resends"
		a := call(t, rt, "POST", path, "")
		require.Equal(t, 201, a.status, a.body)
		assert.Equal(t, "sean@example.com", a.str("email"))
		a = call(t, rt, "POST", path, `{"newEmail":"other@example.com"}`)
		assert.Equal(t, 403, a.status)
		assert.Equal(t, "403.005", a.key())
		assert.Contains(t, a.body, `"i18nTokenReplacements":["30",`)
		time.Sleep(30 * time.Second)
		assert.Equal(t, "other@example.com", call(t, rt, "POST", path, `{"newEmail":"other@example.com"}`).str("email"))
		time.Sleep(time.Minute)
		assert.Equal(t, "+14155550123", call(t, rt, "POST", path, `{"newDeliveryMethod":"PHONE","newMobile":"+14155550123"}`).str("mobileNumber"))
		assert.Equal(t, "422.134", call(t, rt, "POST", path, `{"newEmail":"x"}`).key())
		assert.Equal(t, "404.005", call(t, rt, "POST", "/orders/none/resends", "").key())

		none := strings.NewReplacer("EMAIL", "NONE", "ref-1", "ref-2").Replace(orderBody)
		path = "/orders/" + call(t, rt, "POST", "/orders", none).str("referenceOrderID") + "/resends"
		assert.Equal(t, "403.003", call(t, rt, "POST", path, "").key())
		assert.Equal(t, 201, call(t, rt, "POST", path, `{"newDeliveryMethod":"EMAIL"}`).status)
	})
}

// Clients of 2017 and 2018 send Basic and sendEmail, and read what they find.
func TestClientsOf2017(t *testing.T) {
	sb := open(t, nil)
	rt := sb.Transport()
	a := call(t, rt, "POST", "/orders", `{"accountIdentifier":"demo-acc1","amount":10,"campaign":"","customerIdentifier":"demo-customer","emailSubject":"","etid":"","externalRefID":"","message":"","notes":"",
"recipient":{"email":"","firstName":"","lastName":""},"sendEmail":false,"sender":{"email":"","firstName":"","lastName":""},"utid":"U666425"}`, "Accept", "application/json")
	require.Equal(t, 201, a.status, a.body)
	assert.NotEmpty(t, a.str("reward", "credentials", "PIN"), "the map")
	assert.Contains(t, a.body, `"credentialList":[{"label":"Card Number"`, "and the list")
	assert.Contains(t, a.body, `"sendEmail":false`)
	b := call(t, rt, "POST", "/orders", `{"accountIdentifier":"demo-acc1","amount":10.0,"customerIdentifier":"demo-customer","sendEmail":true,"utid":"U666425","recipient":{"email":"a@b.co","firstName":"A"}}`)
	assert.Equal(t, 201, b.status)
	assert.NotEqual(t, a.str("referenceOrderID"), b.str("referenceOrderID"), "without a ref nothing is a repeat")
	assert.JSONEq(t, `{"status":"UP"}`, call(t, rt, "GET", "/pulse", "").body)
	assert.True(t, strings.HasPrefix(call(t, rt, "GET", "/customers", "").body, "["))
	assert.Regexp(t, `"lastModifiedDate":"[-0-9T:.]+"`, call(t, rt, "GET", "/exchangerates", "").body)
	assert.Empty(t, sb.Warnings())
}

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb, err := tangotest.New(tangotest.Config{})
		require.NoError(t, err)
		defer sb.Close()
		get := func() answer { return call(t, sb.Transport(), "GET", "/pulse", "") }
		for range 5 {
			assert.Equal(t, 200, get().status)
			a := get()
			assert.Equal(t, 429, a.status)
			assert.Equal(t, "429.008", a.key())
			assert.Equal(t, "Platform rate limit 1 TPS threshold reached.", a.str("message"))
			assert.Empty(t, a.header.Get("Retry-After"))
			time.Sleep(time.Second)
		}
		n := 0
		for range 100 {
			if get().status == 200 {
				n++
			}
			time.Sleep(100 * time.Millisecond)
		}
		assert.Equal(t, 11, n, "n+1 in n seconds, however often it is tried")
	})
	synctest.Test(t, func(t *testing.T) {
		sb := open(t, func(c *tangotest.Config) {
			c.NoPace, c.Pace, c.PaceKey, c.RetryAfter = false, 2, "429.001", 1500*time.Millisecond
			c.PaceScope = "account"
		})
		get := func(p string) answer { return call(t, sb.Transport(), "GET", p, "") }
		assert.Equal(t, 200, get("/accounts/demo-acc1").status)
		assert.Equal(t, 200, get("/accounts/demo-acc2").status, "each account has its own pace")
		a := get("/accounts/demo-acc1")
		assert.Equal(t, "429.001", a.key())
		assert.Equal(t, "2", a.header.Get("Retry-After"))
		time.Sleep(500 * time.Millisecond)
		assert.Equal(t, 200, get("/accounts/demo-acc1").status)
	})
}

func TestWhatTangoLeavesOpen(t *testing.T) {
	insecure := strings.Replace(orderBody, `"O'Brien"`, `"<b>"`, 1)
	sb := open(t, func(c *tangotest.Config) { c.FieldErrorStatus = 422 })
	a := call(t, sb.Transport(), "POST", "/orders", insecure)
	assert.Equal(t, 422, a.status)
	assert.Equal(t, "422.111", a.key())
	assert.Contains(t, a.body, `"invalidValue":"<b>"`)

	sb = open(t, func(c *tangotest.Config) { c.Insecure = func(path, text string) bool { return path == "message" } })
	a = call(t, sb.Transport(), "POST", "/orders", insecure)
	assert.Contains(t, a.body, `"path":"message"`)
	assert.NotContains(t, a.body, `recipient`)

	sb = open(t, func(c *tangotest.Config) {
		c.Browser = func(_ string, h map[string][]string) bool {
			return strings.Contains(http.Header(h).Get("User-Agent"), "Mozilla")
		}
		c.BrowserErrorInFields = true
	})
	a = call(t, sb.Transport(), "GET", "/accounts", "", "User-Agent", "Mozilla/5.0")
	assert.Equal(t, 403, a.status)
	assert.Nil(t, a.json["i18nKey"])
	assert.Equal(t, "403.001", a.key())
	assert.Equal(t, 201, call(t, sb.Transport(), "POST", "/orders", orderBody, "Origin", "https://example.com").status)

	sb = open(t, func(c *tangotest.Config) { c.RefuseUnknownFields = true })
	a = call(t, sb.Transport(), "POST", "/orders", strings.Replace(orderBody, `{`, `{"utidd":1,`, 1))
	assert.Contains(t, a.body, `"path":"utidd"`)
	sb = open(t, nil)
	assert.Equal(t, 201, call(t, sb.Transport(), "POST", "/orders", strings.Replace(orderBody, `{`, `{"utidd":1,`, 1)).status)

	sb = open(t, func(c *tangotest.Config) { c.MaxText = map[string]int{"message": 5, "campaign": 0} })
	a = call(t, sb.Transport(), "POST", "/orders", strings.Replace(orderBody, `{`, `{"campaign":"`+strings.Repeat("c", 2000)+`",`, 1))
	assert.Equal(t, "422.006", a.key())
	assert.NotContains(t, a.body, `"path":"campaign"`)

	address := strings.Replace(orderBody, `"email":`, `"address":{"streetLine1":"1 O'Connell St","city":"Dublin","stateOrProvince":"D","postalCode":"D01","country":"IE"},"email":`, 1)
	sb = open(t, nil)
	assert.Equal(t, 201, call(t, sb.Transport(), "POST", "/orders", address).status)
	sb = open(t, func(c *tangotest.Config) { c.RefuseDigitalAddress = true })
	assert.Equal(t, "422.168", call(t, sb.Transport(), "POST", "/orders", address).key())

	sb = open(t, func(c *tangotest.Config) { c.ShortErrors = true })
	a = call(t, sb.Transport(), "GET", "/accounts/none-at-all", "")
	assert.JSONEq(t, `{"message":"The account does not exist on this platform","i18nKey":"404.003"}`, a.body)

	sb = open(t, func(c *tangotest.Config) { c.CustomerStatus, c.DepositFeePercent = "active", "3.5" })
	assert.Equal(t, "active", call(t, sb.Transport(), "POST", "/customers", `{"customerIdentifier":"cust-x","displayName":"Custom"}`).str("status"))
	assert.Equal(t, "103.50", call(t, sb.Transport(), "POST", "/creditCardDeposits", depositBody).str("amountCharged"))
}

func TestPost(t *testing.T) {
	b, err := os.ReadFile(seedPath)
	require.NoError(t, err)
	post := func(change ...string) answer {
		sb := openSeed(t, string(b))
		body := `{"customerIdentifier":"acme-people","accountIdentifier":"acme-people-usd","utid":"U700005","amount":10,"deliveryMethod":"ADDRESS",
"recipient":{"firstName":"Siobhán","lastName":"O'Brien","address":{"streetLine1":"1 Main St #4","city":"St. John's","stateOrProvince":"NY","postalCode":"12345","country":"US"}}}`
		return call(t, sb.Transport(), "POST", "/orders", strings.NewReplacer(change...).Replace(body), "Authorization", basic("acme-platform", "acme-platform-key-0001"))
	}
	a := post()
	assert.Equal(t, 201, a.status, a.body)
	assert.Equal(t, "12.50", a.str("amountCharged", "total"), "with the fee")
	assert.Equal(t, 201, post(`"deliveryMethod":"ADDRESS",`, ``).status, "an address alone means by post")
	for _, row := range []struct{ from, to, key, path string }{
		{`"O'Brien"`, `""`, "422.135", "recipient.lastName"},
		{`"O'Brien"`, `"O_Brien"`, "422.111", "recipient.lastName"},
		{`"Siobhán"`, `"` + strings.Repeat("a", 26) + `"`, "422.006", "recipient.firstName"},
		{`1 Main St #4`, `1 Main St; #4`, "422.111", "recipient.address.streetLine1"},
		{`1 Main St #4`, strings.Repeat("a", 36), "422.006", "recipient.address.streetLine1"},
		{`12345`, `1234`, "422.001", "recipient.address.postalCode"},
		{`"NY"`, `"New York"`, "422.001", "recipient.address.stateOrProvince"},
		{`"US"`, `"usa"`, "422.001", "recipient.address.country"},
		{`"city":"St. John's",`, ``, "422.135", "recipient.address.city"},
		{`"U700005"`, `"U561593"`, "422.001", "deliveryMethod"},
		{`"U700005"`, `"U700003"`, "422.030", "utid"},
		{`"U700005","amount":10`, `"U700001","amount":10.5`, "422.026", "amount"},
	} {
		a := post(row.from, row.to)
		assert.Equal(t, 400, a.status, row.to)
		assert.Equal(t, row.key, a.key(), "%s: %s", row.to, a.body)
		assert.Contains(t, a.body, `"path":"`+row.path+`"`)
	}
}

func TestTheHandlerAndTheTransportAgree(t *testing.T) {
	sb := open(t, nil)
	srv := httptest.NewServer(sb.Handler())
	defer srv.Close()
	_, in, err := try(t.Context(), sb.Transport(), base, "GET", "/catalogs", "")
	require.NoError(t, err)
	_, out, err := try(t.Context(), http.DefaultTransport, srv.URL, "GET", "/catalogs", "")
	require.NoError(t, err)
	assert.Equal(t, in, out)
}

func TestALongBodyIsRefused(t *testing.T) {
	sb := open(t, nil)
	srv := httptest.NewServer(sb.Handler())
	defer srv.Close()
	body := `{"message":"` + strings.Repeat("x", 1<<20) + `"}`
	a := call(t, sb.Transport(), "POST", "/orders", body)
	assert.Equal(t, 413, a.status)
	assert.Equal(t, a.header.Get("X-REQUEST-ID"), a.str("requestId"))
	assert.NotEmpty(t, a.str("requestId"))
	status, _, err := try(t.Context(), &http.Transport{}, srv.URL, "POST", "/orders", body)
	if err == nil { // the server may close before the client has sent everything
		assert.Equal(t, 413, status)
	}
	deep := strings.Repeat(`{"a":`, 20000) + "1" + strings.Repeat("}", 20000)
	assert.Equal(t, "400.009", call(t, sb.Transport(), "POST", "/orders", deep).key())
}

func TestTheLogHoldsNoSecret(t *testing.T) {
	sb := open(t, func(c *tangotest.Config) { c.LogSize = 3 })
	for i := range 10 {
		call(t, sb.Transport(), "GET", fmt.Sprint("/accounts?n=", i), "")
	}
	token(t, sb, "grant_type=client_credentials")
	log := sb.Requests()
	require.Len(t, log, 3)
	assert.Equal(t, "n=9", log[1].Query)
	assert.Equal(t, "demo-platform", log[1].Platform)
	assert.Equal(t, 1, log[1].Key)
	assert.Equal(t, "/oauth/token", log[2].Path)
	assert.NotContains(t, fmt.Sprintf("%+v", log), "-0001")
}
