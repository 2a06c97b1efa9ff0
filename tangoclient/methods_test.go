package tangoclient

import (
	"context"
	"errors"
	"io"
	"iter"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ids are what a method is called with.
type ids struct{ customer, account, object string }

var (
	mine   = ids{"demo-customer", "demo-acc1", "OBJ-1"}
	theirs = ids{"other-customer", "demo-acc2", "OBJ-2"}
	mixed  = ids{"demo-customer", "demo-acc2", "OBJ-2"}  // our customer, their account
	cross  = ids{"other-customer", "demo-acc1", "OBJ-2"} // the other way round
)

// onePart are the methods that name, or whose objects name, one half of a pair alone, and so cannot tell mixed
// or cross from mine.
var onePart = map[ids][]string{mixed: {"CustomerAccounts", "GetCustomer"}, cross: {"GetAccount", "TransferFunds", "GetDeposit"}}

// method is a method of Client: how to call it with ids, what that sends, and what Tango answers.
type method struct {
	name   string
	call   func(context.Context, *Client, ids) (any, error)
	sends  string // method, path and query for mine
	body   string // JSON of the request, when it has one
	answer string // with CUST, ACC and OBJ for the ids
	got    func(*testing.T, any)
	global bool // concerns no account
}

func list[T any](s iter.Seq2[T, error]) (any, error) {
	var out []T
	for v, err := range s {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func strPtr(s string) *string { return &s }

var methods = []method{
	{name: "CreateOrder", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return c.CreateOrder(ctx, goodOrder(func(r *OrderRequest) { r.CustomerIdentifier, r.AccountIdentifier = i.customer, i.account }))
	}, sends: "POST /orders", answer: placed("demo-customer", "CUST", "demo-acc1", "ACC")},
	{name: "GetOrder", call: func(ctx context.Context, c *Client, i ids) (any, error) { return c.GetOrder(ctx, i.object) },
		sends: "GET /orders/OBJ-1", answer: placed("demo-customer", "CUST", "demo-acc1", "ACC", "RA260101-1-1", "OBJ")},
	{name: "Orders", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		amount := MustParseAmount("5")
		return list(c.Orders(ctx, OrderFilter{CustomerIdentifier: i.customer, AccountIdentifier: i.account, RecipientEmail: "a+b@example.com", MinAmount: &amount, SendEmail: new(bool)}))
	}, sends: "GET /orders?accountIdentifier=demo-acc1&customerIdentifier=demo-customer&elementsPerBlock=100&minAmount=5&page=0&recipientEmail=a%2Bb%40example.com&sendEmail=false",
		answer: `{"page":{"number":0,"totalCount":1},"orders":[` + placed("demo-customer", "CUST", "demo-acc1", "ACC") + `]}`,
		got:    func(t *testing.T, v any) { assert.Len(t, v, 1) }},
	{name: "ResendOrder", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return c.ResendOrder(ctx, i.object, ResendRequest{NewEmail: "b@example.com"})
	}, sends: "POST /orders/OBJ-1/resends", body: `{"newEmail":"b@example.com"}`, answer: `{"id":7,"createdAt":"2026-01-01T00:00:00Z"}`,
		got: func(t *testing.T, v any) { assert.EqualValues(t, 7, v.(*Resend).ID) }},
	{name: "Settle", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return c.Settle(ctx, goodOrder(func(r *OrderRequest) { r.CustomerIdentifier, r.AccountIdentifier = i.customer, i.account }))
	}, sends: "GET /orders?accountIdentifier=demo-acc1&customerIdentifier=demo-customer&externalRefID=ref-1", answer: "settle"},
	{name: "GetAccount", call: func(ctx context.Context, c *Client, i ids) (any, error) { return c.GetAccount(ctx, i.account) },
		sends: "GET /accounts/demo-acc1", answer: `{"accountIdentifier":"ACC","accountNumber":"A-ACC","currentBalance":1.50,"fundingNotification":null}`,
		got: func(t *testing.T, v any) { assert.Equal(t, "1.50", v.(*Account).CurrentBalance.String()) }},
	{name: "CustomerAccounts", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return list(c.CustomerAccounts(ctx, i.customer, AccountFilter{CurrencyCodes: []string{"USD", "EUR"}}))
	}, sends: "GET /customers/demo-customer/accounts?currencyCode=USD&currencyCode=EUR&maxResults=200&paginate=true",
		answer: `[{"accountIdentifier":"ACC"}]`, got: func(t *testing.T, v any) { assert.Len(t, v, 1) }},
	{name: "CreateAccount", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return c.CreateAccount(ctx, i.customer, NewAccount{AccountIdentifier: i.account, DisplayName: "My account", ContactEmail: "a@example.com"})
	}, sends: "POST /customers/demo-customer/accounts", body: `{"accountIdentifier":"demo-acc1","displayName":"My account","contactEmail":"a@example.com"}`,
		answer: `{"accountIdentifier":"ACC","displayName":"My account"}`},
	{name: "UpdateAccount", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return c.UpdateAccount(ctx, i.customer, i.account, AccountUpdate{DisplayName: strPtr("Another"), FundingNotification: &[]Notification{}})
	}, sends: "PATCH /customers/demo-customer/accounts/demo-acc1", body: `{"displayName":"Another","fundingNotification":[]}`, answer: `{"accountIdentifier":"ACC"}`},
	{name: "GetCustomer", call: func(ctx context.Context, c *Client, i ids) (any, error) { return c.GetCustomer(ctx, i.customer) },
		sends: "GET /customers/demo-customer", answer: `{"customerIdentifier":"CUST","accounts":[{"accountIdentifier":"demo-acc1"},{"accountIdentifier":"demo-acc2"}]}`},
	{name: "CreateCustomer", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return c.CreateCustomer(ctx, NewCustomer{CustomerIdentifier: i.customer, DisplayName: "A customer"})
	}, sends: "POST /customers", body: `{"customerIdentifier":"demo-customer","displayName":"A customer"}`, answer: `{"customerIdentifier":"CUST"}`},
	{name: "LowBalanceAlerts", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return list(c.LowBalanceAlerts(ctx, i.customer, i.account))
	}, sends: "GET /customers/demo-customer/accounts/demo-acc1/lowbalance?elementsPerBlock=100&page=0",
		answer: `{"page":{"size":20,"totalElements":1,"totalPages":1,"number":0},"lowBalanceAlerts":[{"balanceAlertID":"OBJ","balanceAlertThreshold":10}]}`,
		got:    func(t *testing.T, v any) { assert.Equal(t, "10", v.([]*LowBalanceAlert)[0].Threshold.String()) }},
	{name: "CreateLowBalanceAlert", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return c.CreateLowBalanceAlert(ctx, i.customer, i.account, goodAlert())
	}, sends: "POST /customers/demo-customer/accounts/demo-acc1/lowbalance", body: `{"balanceAlertDisplayName":"low","balanceAlertThreshold":10,"balanceAlertNotification":[{"emailAddress":"a@example.com"}]}`,
		answer: `{"balanceAlertID":"OBJ"}`},
	{name: "GetLowBalanceAlert", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return c.GetLowBalanceAlert(ctx, i.customer, i.account, i.object)
	}, sends: "GET /customers/demo-customer/accounts/demo-acc1/lowbalance/OBJ-1", answer: `{"balanceAlertID":"OBJ"}`},
	{name: "UpdateLowBalanceAlert", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return c.UpdateLowBalanceAlert(ctx, i.customer, i.account, i.object, goodAlert())
	}, sends: "PATCH /customers/demo-customer/accounts/demo-acc1/lowbalance/OBJ-1", answer: `{"balanceAlertID":"OBJ"}`},
	{name: "DeleteLowBalanceAlert", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return c.DeleteLowBalanceAlert(ctx, i.customer, i.account, i.object)
	}, sends: "DELETE /customers/demo-customer/accounts/demo-acc1/lowbalance/OBJ-1", answer: `{"balanceAlertID":"OBJ","status":"DELETED"}`},
	{name: "CreditCards", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return list(c.CreditCards(ctx, CardFilter{CustomerIdentifier: i.customer, AccountIdentifier: i.account, Status: "ACTIVE"}))
	}, sends: "GET /creditCards?accountIdentifier=demo-acc1&customerIdentifier=demo-customer&maxResults=200&paginate=true&status=ACTIVE",
		answer: `[{"token":"OBJ","customerIdentifier":"CUST","accountIdentifier":"ACC"}]`, got: func(t *testing.T, v any) { assert.Len(t, v, 1) }},
	{name: "GetCreditCard", call: func(ctx context.Context, c *Client, i ids) (any, error) { return c.GetCreditCard(ctx, i.object) },
		sends: "GET /creditCards/OBJ-1", answer: `{"token":"OBJ","customerIdentifier":"CUST","accountIdentifier":"ACC"}`},
	{name: "UnregisterCreditCard", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return c.UnregisterCreditCard(ctx, CardRef{i.customer, i.account, i.object})
	}, sends: "POST /creditCardUnregisters", body: `{"customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","creditCardToken":"OBJ-1"}`, answer: `{"token":"OBJ"}`},
	{name: "CreateDeposit", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return c.CreateDeposit(ctx, DepositRequest{ExternalRefID: "dep-1", CustomerIdentifier: i.customer, AccountIdentifier: i.account, CreditCardToken: i.object, Amount: MustParseAmount("100.00")})
	}, sends: "POST /creditCardDeposits", body: `{"externalRefID":"dep-1","customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","creditCardToken":"OBJ-1","amount":100.00}`,
		answer: `{"referenceDepositID":"RD-1","amount":100.00,"amountCharged":103.50,"feePercent":3.5,"status":"Pending"}`,
		got: func(t *testing.T, v any) {
			assert.Equal(t, Rate("3.5"), v.(*Deposit).FeePercent)
			assert.Equal(t, Created, v.(*Deposit).Outcome)
		}},
	{name: "GetDeposit", call: func(ctx context.Context, c *Client, i ids) (any, error) { return c.GetDeposit(ctx, i.object) },
		sends: "GET /creditCardDeposits/OBJ-1", answer: `{"referenceDepositID":"OBJ","accountNumber":"A-ACC"}`},
	{name: "TransferFunds", call: func(ctx context.Context, c *Client, i ids) (any, error) {
		return c.TransferFunds(ctx, TransferRequest{ExternalRefID: "t-1", TransferFrom: mine.account, TransferTo: i.account, Amount: MustParseAmount("5")})
	}, sends: "POST /transferFunds", body: `{"externalRefID":"t-1","transferFrom":"demo-acc1","transferTo":"demo-acc1","amount":5}`,
		answer: `{"transferredAmount":5,"transferFrom":{"accountIdentifier":"demo-acc1","startingBalance":10,"endingBalance":5},"transferTo":{"accountIdentifier":"ACC"}}`},

	{name: "Accounts", global: true, call: func(ctx context.Context, c *Client, _ ids) (any, error) { return list(c.Accounts(ctx)) },
		sends: "GET /accounts?maxResults=200&paginate=true", answer: `{"items":[{"accountIdentifier":"demo-acc1"},{"accountIdentifier":"demo-acc2"}],"nextPageAvailable":false}`},
	{name: "Customers", global: true, call: func(ctx context.Context, c *Client, _ ids) (any, error) { return list(c.Customers(ctx)) },
		sends: "GET /customers?maxResults=200&paginate=true", answer: `[{"customerIdentifier":"demo-customer"}]`},
	{name: "Catalog", global: true, call: func(ctx context.Context, c *Client, _ ids) (any, error) { return c.Catalog(ctx) },
		sends: "GET /catalogs", answer: `{"catalogName":"C","brands":[null,{"brandKey":"B1","description":"<b onclick=x()>hi</b> & <script>alert(1)</script>","items":[null,{"utid":"U1","minValue":1}]}]}`,
		got: func(t *testing.T, v any) {
			assert.Equal(t, "1", v.(*Catalog).Item("u1").MinValue.String())
			d := v.(*Catalog).Brands[1].Description
			assert.NotContains(t, d.HTML(), "script")
			assert.NotContains(t, d.HTML(), "onclick")
			assert.NotContains(t, d.Text(), "<")
		}},
	{name: "BrandCategories", global: true, call: func(ctx context.Context, c *Client, _ ids) (any, error) { return c.BrandCategories(ctx) },
		sends: "GET /brandCategories", answer: `[{"identifier":"x","name":"Food"}]`},
	{name: "ExchangeRates", global: true, call: func(ctx context.Context, c *Client, _ ids) (any, error) { return c.ExchangeRates(ctx) },
		sends: "GET /exchangerates", answer: `{"disclaimer":"d","exchangeRates":[{"lastModifiedDate":"2017-01-01T10:00:00","rewardCurrency":"EUR","baseCurrency":"USD","baseFx":1.3599},{"baseFx":"0.5"}],"more":{"a":[1]}}`,
		got: func(t *testing.T, v any) {
			r := v.([]ExchangeRate)
			assert.Equal(t, []Rate{"1.3599", "0.5"}, []Rate{r[0].BaseFx, r[1].BaseFx})
			assert.Equal(t, 2017, r[0].LastModifiedDate.Time().Year())
		}},
	{name: "RewardCountries", global: true, call: func(ctx context.Context, c *Client, _ ids) (any, error) { return list(c.RewardCountries(ctx)) },
		sends: "GET /rewardCountries?maxResults=200&paginate=true", answer: `{"items":[{"twoLetterCode":"US"}]}`},
	{name: "MobileCountries", global: true, call: func(ctx context.Context, c *Client, _ ids) (any, error) { return c.MobileCountries(ctx) },
		sends: "GET /mobileCountries", answer: `[{"isoCode":"US"}]`},
	{name: "CredentialTypes", global: true, call: func(ctx context.Context, c *Client, _ ids) (any, error) { return c.CredentialTypes(ctx) },
		sends: "GET /credentialtypes", answer: `["PIN",{"name":"cardNumber"},{"credentialType":"url"}]`,
		got: func(t *testing.T, v any) { assert.Equal(t, []string{"PIN", "cardNumber", "url"}, v) }},
	{name: "Status", global: true, call: func(ctx context.Context, c *Client, _ ids) (any, error) { return c.Status(ctx) },
		sends: "GET /pulse", answer: `{"status":"UP"}`, got: func(t *testing.T, v any) { assert.Equal(t, "UP", v) }},
}

func goodAlert() NewLowBalanceAlert {
	return NewLowBalanceAlert{DisplayName: "low", Threshold: MustParseAmount("10"), Notification: []Notification{{"a@example.com"}}}
}

// sendNothing are the methods that make no call.
var sendNothing = []string{"Close", "KeyStatus", "Preflight", "Revoke", "Scoped", "WithRefNamespace"}

func TestEveryMethodIsListed(t *testing.T) {
	var listed []string
	for _, m := range methods {
		listed = append(listed, m.name)
	}
	listed = append(listed, sendNothing...)
	for i := range reflect.TypeFor[*Client]().NumMethod() {
		name := reflect.TypeFor[*Client]().Method(i).Name
		assert.Contains(t, listed, name, "a method without its row in methods is not tested")
	}
	assert.Equal(t, reflect.TypeFor[*Client]().NumMethod(), len(listed))
}

// answerFor fills the ids into an answer.
func (m method) answerFor(i ids) string {
	if m.answer == "settle" {
		return `{"orders":[` + strings.NewReplacer("demo-customer", i.customer, "demo-acc1", i.account).Replace(placed()) + `]}`
	}
	return strings.NewReplacer("CUST", i.customer, "ACC", i.account, "OBJ", i.object).Replace(m.answer)
}

func TestEveryMethod(t *testing.T) {
	for _, m := range methods {
		t.Run(m.name, func(t *testing.T) {
			s := &script{steps: []step{reply(200, m.answerFor(mine)), reply(200, placed())}}
			got, err := m.call(t.Context(), newTestClient(t, s), mine)
			require.NoError(t, err)
			first := s.seen()[0]
			sent := first.method + " " + strings.TrimPrefix(first.path, "/raas/v2")
			if first.query != "" {
				sent += "?" + first.query
			}
			assert.Equal(t, m.sends, sent)
			if m.body != "" {
				assert.JSONEq(t, m.body, first.body)
			}
			if m.got != nil {
				m.got(t, got)
			}
			assert.Equal(t, basicHeader("test-platform", testKey), first.auth)
		})
		t.Run(m.name+" keeps the status of whatever comes back", func(t *testing.T) {
			for _, body := range []string{"", "<html>", `{"httpCode":418}`, `[1]`, `{"errors":"x"}`, "\x00\xff", strings.Repeat("[", 100)} {
				_, err := m.call(t.Context(), newTestClient(t, &script{steps: []step{reply(418, body)}}), mine)
				var e *Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, 418, e.Status)
			}
		})
		t.Run(m.name+" sends nothing without credentials", func(t *testing.T) {
			s := &script{steps: []step{reply(200, m.answerFor(mine))}}
			c := newTestClient(t, s, func(c *Config) { c.Credentials = failing{errors.New("vault is away")} })
			_, err := m.call(t.Context(), c, mine)
			require.ErrorContains(t, err, "vault is away")
			assert.Empty(t, s.seen())
		})
	}
}

// world is a server that holds one object of each kind under each id, and does whatever it is asked.
func world(m method, asked ids) roundTripper {
	return func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_, _ = io.ReadAll(req.Body)
		}
		path := strings.TrimPrefix(req.URL.Path, "/raas/v2")
		switch {
		case strings.HasPrefix(path, "/creditCards/"):
			return reply(200, strings.NewReplacer("CUST", asked.customer, "ACC", asked.account, "OBJ", asked.object).Replace(`{"token":"OBJ","customerIdentifier":"CUST","accountIdentifier":"ACC"}`))(req)
		case path == "/orders/"+asked.object && req.Method == http.MethodGet:
			return reply(200, placed("demo-customer", asked.customer, "demo-acc1", asked.account, "RA260101-1-1", asked.object))(req)
		case path == "/orders/RA260101-1-1":
			return reply(200, placed("demo-customer", asked.customer, "demo-acc1", asked.account))(req)
		case strings.HasSuffix(path, "/accounts") && req.Method == http.MethodGet:
			return reply(200, `[{"accountIdentifier":"demo-acc1","accountNumber":"A-demo-acc1"},{"accountIdentifier":"demo-acc2","accountNumber":"A-demo-acc2"}]`)(req)
		}
		return reply(200, m.answerFor(asked))(req)
	}
}

// TestScopedClientsKeepApart calls every method of a scoped client with another tenant's ids, and with a
// mixture, on a server that would give everything.
func TestScopedClientsKeepApart(t *testing.T) {
	scope := Scope{{Customer: mine.customer, Account: mine.account}}
	for _, m := range methods {
		if m.global {
			continue
		}
		for name, asked := range map[string]ids{"theirs": theirs, "mixed": mixed, "cross": cross} {
			if slices.Contains(onePart[asked], m.name) {
				continue
			}
			t.Run(m.name+" "+name, func(t *testing.T) {
				var writes int
				w := world(m, asked)
				c := newTestClient(t, nil, func(c *Config) {
					c.InsecureTransport = roundTripper(func(r *http.Request) (*http.Response, error) {
						if r.Method != http.MethodGet {
							writes++
						}
						return w(r)
					})
				}).Scoped(scope)
				got, err := m.call(t.Context(), c, asked)
				require.ErrorIs(t, err, ErrForbidden)
				assert.True(t, got == nil || reflect.ValueOf(got).IsZero() || reflect.ValueOf(got).Len() == 0, "%v", got)
				assert.Zero(t, writes, "nothing may be changed")
			})
		}
		t.Run(m.name+" mine", func(t *testing.T) {
			if m.name == "CreateCustomer" {
				t.Skip("no scope holds the platform as a whole")
			}
			c := newTestClient(t, nil, func(c *Config) { c.InsecureTransport = world(m, mine) }).Scoped(scope)
			_, err := m.call(t.Context(), c, mine)
			require.NoError(t, err)
		})
		t.Run(m.name+" nothing", func(t *testing.T) {
			c := newTestClient(t, nil, func(c *Config) { c.InsecureTransport = world(m, mine) })
			for _, empty := range []Scope{nil, {}, {{}}, {{Customer: mine.customer}}, {{Account: mine.account}}} {
				_, err := m.call(t.Context(), c.Scoped(empty), mine)
				require.ErrorIs(t, err, ErrForbidden, "%v", empty)
			}
		})
	}
}

func TestScopingNarrows(t *testing.T) {
	c := newTestClient(t, &script{steps: []step{reply(200, placed())}})
	one := ScopeAccount{Customer: "demo-customer", Account: "demo-acc1"}
	two := ScopeAccount{Customer: "demo-customer", Account: "demo-acc2"}
	narrow := c.Scoped(Scope{one}).Scoped(Scope{one, two})
	require.NoError(t, narrow.allow("x", one.Customer, one.Account))
	require.ErrorIs(t, narrow.allow("x", two.Customer, two.Account), ErrForbidden, "what the first scope did not allow")
	require.ErrorIs(t, c.Scoped(Scope{one}).Scoped(Scope{two}).allow("x", two.Customer, two.Account), ErrForbidden)
	require.ErrorIs(t, c.Scoped(Scope{{Account: "demo-acc1"}}).allow("x", "", "demo-acc1"), ErrForbidden, "half a pair names nobody")
}

// TestScopedListsLookAgain lists from a server that ignores filters.
func TestScopedListsLookAgain(t *testing.T) {
	scoped := func(body string) *Client {
		return newTestClient(t, &script{steps: []step{reply(200, body)}}).Scoped(Scope{{Customer: mine.customer, Account: mine.account}})
	}
	for _, other := range []string{placed("demo-acc1", "demo-acc2"), placed("demo-customer", "other-customer"), placed("demo-acc1", "")} {
		got, err := list(scoped(`{"orders":[` + placed() + `,` + other + `]}`).Orders(t.Context()))
		require.ErrorIs(t, err, ErrForbidden)
		assert.Nil(t, got)
	}
	_, err := list(scoped(`[{"token":"t","customerIdentifier":"demo-customer","accountIdentifier":"demo-acc2"}]`).CreditCards(t.Context()))
	require.ErrorIs(t, err, ErrForbidden)
	got, err := list(scoped(`[{"accountIdentifier":"demo-acc1"},{"accountIdentifier":"demo-acc2"}]`).Accounts(t.Context()))
	require.NoError(t, err)
	assert.Len(t, got, 1, "Tango has no filter for identifiers, so the rest is left out")
}

// TestFiltersAreWhole sets every field of each filter, and holds the query against the parameters that Tango
// documents.
func TestFiltersAreWhole(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))
	for _, row := range []struct {
		filter any
		want   string
	}{
		{new(OrderFilter), `accountIdentifier customerIdentifier externalRefID startDate endDate minAmount maxAmount currencyCode utid ptid rewardName
			senderFirstName senderLastName senderEmail recipientEmail recipientMobileNumber recipientFirstName recipientLastName sendEmail deliveryMethod
			status orderStatus lineItemStatus campaign notes lineItemNotes purchaseOrderNumber`},
		{new(CustomerFilter), `displayName status customerMinDateCreatedAt customerMaxDateCreatedAt accountStatus accountIdentifier accountNumber
			accountDisplayName accountMinDateCreatedAt accountMaxDateCreatedAt`},
		{new(AccountFilter), `accountNumber displayName status contactEmail currencyCode minBalance maxBalance minDateCreatedAt maxDateCreatedAt fundingNotificationEmail`},
		{new(CardFilter), `customerIdentifier accountIdentifier status`},
	} {
		v := reflect.ValueOf(row.filter).Elem()
		for i := range v.NumField() {
			amount := MustParseAmount("5.50")
			switch f := v.Field(i); f.Interface().(type) {
			case string:
				f.SetString("a b&c")
			case []string:
				f.Set(reflect.ValueOf([]string{"x", "y"}))
			case *Amount:
				f.Set(reflect.ValueOf(&amount))
			case *bool:
				f.Set(reflect.ValueOf(new(bool)))
			case time.Time:
				f.Set(reflect.ValueOf(at))
			default:
				t.Fatalf("a field of type %s has no place in a query", f.Type())
			}
		}
		q := queryOf(v.Interface())
		assert.ElementsMatch(t, strings.Fields(row.want), slices.Collect(maps.Keys(q)), "%T", row.filter)
		for name, values := range q {
			assert.Contains(t, [][]string{{"a b&c"}, {"x", "y"}, {"5.50"}, {"false"}, {"2026-01-02T02:04:05Z"}}, values, name)
		}
		assert.Empty(t, queryOf(reflect.Zero(v.Type()).Interface()))
	}
}

// TestScopedListsCarryTheFilter: what is not asked for cannot be leaked.
func TestScopedListsCarryTheFilter(t *testing.T) {
	s := &script{steps: []step{reply(200, `{}`)}}
	c := newTestClient(t, s).Scoped(Scope{{Customer: "demo-customer", Account: "demo-acc1"}, {Customer: "other-customer", Account: "demo-acc2"}})
	for _, list := range []func() error{
		func() error { _, err := list(c.Orders(t.Context())); return err },
		func() error { _, err := list(c.CreditCards(t.Context())); return err },
	} {
		before := len(s.seen())
		require.NoError(t, list())
		got := s.seen()[before:]
		require.Len(t, got, 2, "one list for each account")
		for i, pair := range []string{"accountIdentifier=demo-acc1&customerIdentifier=demo-customer", "accountIdentifier=demo-acc2&customerIdentifier=other-customer"} {
			assert.Contains(t, got[i].query, pair)
		}
	}
	_, err := list(c.Accounts(t.Context()))
	require.NoError(t, err)
	for i, customer := range []string{"demo-customer", "other-customer"} {
		assert.Equal(t, "/raas/v2/customers/"+customer+"/accounts", s.seen()[4+i].path, "never the list of the platform")
	}
}
