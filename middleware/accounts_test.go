package middleware_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/middleware"
)

// withAccounts is a backend behind one AccountConfig. The caller owns cust1/acc-11, cust1/acc-12 and
// cust2/acc-21; acc-13 of cust1 belongs to somebody else.
func withAccounts(t testing.TB, cfg middleware.AccountConfig) *echo.Echo {
	t.Helper()
	if cfg.Resolve == nil && !cfg.NoAccount {
		cfg.Resolve = func(*http.Request) (middleware.Accounts, error) {
			return middleware.Accounts{{Customer: "cust1", Account: "acc-11"}, {Customer: "cust1", Account: "acc-12"}, {Customer: "cust2", Account: "acc-21"}, {Customer: "cust1", Account: "10001"}}, nil
		}
	}
	mw, err := cfg.ToMiddleware()
	require.NoError(t, err)
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	back := func(c echo.Context) error {
		var used []string
		for _, a := range middleware.AccountsOf(c.Request().Context()) {
			used = append(used, a.Customer+"/"+a.Account)
		}
		return c.String(200, strings.Join(used, ","))
	}
	for _, path := range []string{"/", "/customers/:customerIdentifier/accounts/:accountIdentifier", "/accounts/:accountIdentifier", "/customers/:customerIdentifier"} {
		e.Any(path, back, mw)
	}
	return e
}

func TestRequireAccount(t *testing.T) {
	e := withAccounts(t, middleware.AccountConfig{})
	const own = `{"customerIdentifier":"cust1","accountIdentifier":"acc-11"}`
	for _, row := range []struct {
		name, target, body string
		headers            []string
		status             int
	}{
		{"own pair", "/", own, nil, 200},
		{"own pair by escape", "/", `{"customerIdentifier":"cust1","\u0061ccountIdentifier":"acc-1\u0031"}`, nil, 200},
		{"own account alone", "/", `{"accountIdentifier":"acc-11"}`, nil, 200},
		{"own pair in the query", "/?customerIdentifier=cust1&accountIdentifier=acc-11", "", nil, 200},
		{"own pair in the path", "/customers/cust2/accounts/acc-21", "", nil, 200},
		{"the same account in two places", "/accounts/acc-11?accountIdentifier=acc-11", own, nil, 200},

		{"none", "/", `{}`, nil, 403},
		{"none, no body", "/", "", nil, 403},
		{"somebody else's", "/", `{"customerIdentifier":"cust1","accountIdentifier":"acc-13"}`, nil, 403},
		{"one that does not exist", "/", `{"customerIdentifier":"cust1","accountIdentifier":"acc-99"}`, nil, 403},
		{"allowed singly, not as a pair", "/", `{"customerIdentifier":"cust1","accountIdentifier":"acc-21"}`, nil, 403},
		{"a customer alone", "/", `{"customerIdentifier":"cust1"}`, nil, 403},
		{"another letter case of the value", "/", `{"customerIdentifier":"cust1","accountIdentifier":"ACC-11"}`, nil, 403},
		{"an empty value", "/", `{"accountIdentifier":""}`, nil, 403},
		{"null", "/", `{"accountIdentifier":null}`, nil, 403},
		{"a list", "/", `{"accountIdentifier":["acc-11"]}`, nil, 403},
		{"an object", "/", `{"accountIdentifier":{"x":"acc-11"}}`, nil, 403},
		{"a number that reads like an own one", "/", `{"accountIdentifier":10001}`, nil, 403},
		{"the same as text", "/", `{"accountIdentifier":"10001"}`, nil, 200},
		{"two places that differ", "/?accountIdentifier=acc-12", own, nil, 403},
		{"path and body differ", "/accounts/acc-11", `{"accountIdentifier":"acc-12"}`, nil, 403},
		{"twice in the body", "/", `{"accountIdentifier":"acc-11","accountIdentifier":"acc-13"}`, nil, 400},
		{"twice in the query", "/?accountIdentifier=acc-11&accountIdentifier=acc-13", "", nil, 400},
		{"deeper in the body", "/", `{"accountIdentifier":"acc-11","lineItems":[{"accountIdentifier":"acc-13"}]}`, nil, 403},
		{"in another letter case", "/", `{"accountIdentifier":"acc-11","AccountIdentifier":"acc-13"}`, nil, 403},
		{"in letters that fold", "/", `{"accountIdentifier":"acc-11","cu\u017ftomerIdentifier":"cust2"}`, nil, 403},
		{"in another letter case of the query", "/?ACCOUNTIDENTIFIER=acc-13", own, nil, 403},
		{"in a header", "/", own, []string{"X-Account-Identifier", "acc-13"}, 403},
		{"a transfer that the route does not declare", "/", `{"accountIdentifier":"acc-11","transferTo":"acc-13"}`, nil, 403},
		{"an account number", "/", `{"accountIdentifier":"acc-11","accountNumber":"A123"}`, nil, 403},
		{"in a form, where the route declares none", "/", "accountIdentifier=acc-11", []string{"Content-Type", "application/x-www-form-urlencoded"}, 403},
		{"in a multipart form", "/", multi(part(`name="accountIdentifier"`, "acc-11")), []string{"Content-Type", "multipart/form-data; boundary=b"}, 403},
		{"a body that cannot be read", "/accounts/acc-11", `{"accountIdentifier":`, nil, 400},
		{"a body of another kind", "/accounts/acc-11", `<accountIdentifier>acc-13</accountIdentifier>`, []string{"Content-Type", "text/xml"}, 415},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := send(t, e, "POST", row.target, row.body, row.headers...)
			assert.Equal(t, row.status, rec.Code, "%s", rec.Body)
			if row.status == 403 {
				a := decode(t, rec)
				assert.Equal(t, "403.001", a.I18nKey)
				assert.Equal(t, "Authorization Error", a.Message)
			}
		})
	}
	assert.Equal(t, "cust2/acc-21", send(t, e, "GET", "/customers/cust2/accounts/acc-21", "").Body.String(), "the handler can ask which account was checked")
}

func TestAccountPairs(t *testing.T) {
	transfer := withAccounts(t, middleware.AccountConfig{Pairs: []middleware.AccountPair{
		{Account: []middleware.Place{"body:/transferFrom"}}, {Account: []middleware.Place{"body:/transferTo"}},
	}})
	assert.Equal(t, "/acc-11,/acc-21", send(t, transfer, "POST", "/", `{"transferFrom":"acc-11","transferTo":"acc-21"}`).Body.String())
	assert.Equal(t, 403, send(t, transfer, "POST", "/", `{"transferFrom":"acc-11","transferTo":"acc-13"}`).Code)
	assert.Equal(t, 403, send(t, transfer, "POST", "/", `{"transferFrom":"acc-11"}`).Code)

	own := withAccounts(t, middleware.AccountConfig{Pairs: []middleware.AccountPair{{Account: []middleware.Place{"body:/from/wallet", "header:x-wallet", "form:wallet"}}}})
	assert.Equal(t, 200, send(t, own, "POST", "/", `{"from":{"wallet":"acc-11"}}`).Code, "a backend's own name")
	assert.Equal(t, 200, send(t, own, "POST", "/", `{}`, "X-Wallet", "acc-11").Code)
	assert.Equal(t, 403, send(t, own, "POST", "/", `{"from":{"wallet":"acc-11"}}`, "X-Wallet", "acc-12").Code)
	assert.Equal(t, 200, send(t, own, "POST", "/", "wallet=acc-11", "Content-Type", "application/x-www-form-urlencoded").Code)

	list := withAccounts(t, middleware.AccountConfig{Pairs: []middleware.AccountPair{{Account: []middleware.Place{"body:/items/*/accountIdentifier"}}}})
	assert.Equal(t, 200, send(t, list, "POST", "/", `{"items":[{"accountIdentifier":"acc-11"},{"accountIdentifier":"acc-11"}]}`).Code)
	assert.Equal(t, 403, send(t, list, "POST", "/", `{"items":[{"accountIdentifier":"acc-11"},{"accountIdentifier":"acc-12"}]}`).Code)

	customer := withAccounts(t, middleware.AccountConfig{Pairs: []middleware.AccountPair{{Customer: []middleware.Place{"path:customerIdentifier"}, CustomerSuffices: true}}})
	assert.Equal(t, 200, send(t, customer, "GET", "/customers/cust1", "").Code)
	assert.Equal(t, 403, send(t, customer, "GET", "/customers/cust9", "").Code)

	none := withAccounts(t, middleware.AccountConfig{NoAccount: true})
	assert.Equal(t, 200, send(t, none, "POST", "/", `{"name":"x"}`).Code)
	assert.Equal(t, 403, send(t, none, "POST", "/", `{"accountIdentifier":"acc-11"}`).Code)
}

func TestResolverThatFailsClosesTheDoor(t *testing.T) {
	for name, resolve := range map[string]func(*http.Request) (middleware.Accounts, error){
		"error beside accounts": func(*http.Request) (middleware.Accounts, error) {
			return middleware.Accounts{{Customer: "cust1", Account: "acc-11"}}, errors.New("secret dsn")
		},
		"panic": func(*http.Request) (middleware.Accounts, error) { panic("secret dsn") },
	} {
		t.Run(name, func(t *testing.T) {
			rec := send(t, withAccounts(t, middleware.AccountConfig{Resolve: resolve}), "POST", "/", `{"accountIdentifier":"acc-11"}`)
			assert.Equal(t, 503, rec.Code)
			assert.NotContains(t, rec.Body.String(), "secret")
		})
	}
	empty := func(*http.Request) (middleware.Accounts, error) { return nil, nil }
	assert.Equal(t, 403, send(t, withAccounts(t, middleware.AccountConfig{Resolve: empty}), "POST", "/", `{"accountIdentifier":"acc-11"}`).Code)
}

func TestAccountMistakes(t *testing.T) {
	_, err := middleware.AccountConfig{NoAccount: false, Pairs: []middleware.AccountPair{{Account: []middleware.Place{"body:x", "nowhere:y", "query:"}}, {}}}.ToMiddleware()
	require.Error(t, err)
	for _, want := range []string{"Resolve is nil", `"body:x"`, `"nowhere:y"`, `"query:"`, "CustomerSuffices"} {
		assert.ErrorContains(t, err, want)
	}
	assert.Panics(t, func() { middleware.RequireAccount(nil) })
	assert.Panics(t, func() { middleware.RequireObject(nil) })
}

func TestAccountCheckForNetHTTP(t *testing.T) {
	wrap, err := middleware.AccountConfig{Resolve: accountsOfTenant}.ToHandler()
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("GET /accounts/{accountIdentifier}", wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(middleware.AccountsOf(r.Context())[0].Account))
	})))
	assert.Equal(t, "demo-acc1", send(t, mux, "GET", "/accounts/demo-acc%31", "").Body.String())
	assert.Equal(t, 403, send(t, mux, "GET", "/accounts/demo-acc2", "").Code)
}

func TestRequireObject(t *testing.T) {
	backend := func(cfg middleware.ObjectConfig) *echo.Echo {
		if cfg.Resolve == nil {
			cfg.Resolve = func(_ *http.Request, o middleware.Object) (bool, error) {
				if o.ID == "down" {
					return true, errors.New("secret dsn")
				}
				return strings.HasPrefix(o.ID, "mine"), nil
			}
		}
		mw, err := cfg.ToMiddleware()
		require.NoError(t, err)
		e := echo.New()
		e.HTTPErrorHandler = middleware.HTTPErrorHandler
		back := func(c echo.Context) error { return c.NoContent(204) }
		e.Any("/", back, mw)
		e.Any("/orders/:referenceOrderID", back, mw)
		e.Any("/o/:ref", back, mw)
		return e
	}
	e := backend(middleware.ObjectConfig{})
	answers := map[string]string{}
	for _, row := range []struct {
		name, target, body string
		status             int
	}{
		{"own, in the path", "/orders/mine-1", "", 204},
		{"own, in the body", "/", `{"creditCardToken":"mine-card"}`, 204},
		{"own of two kinds", "/orders/mine-1", `{"referenceLineItemID":"mine-li"}`, 204},
		{"foreign", "/orders/theirs-1", "", 404},
		{"unknown", "/orders/nobodys-1", "", 404},
		{"own and foreign of two kinds", "/orders/mine-1", `{"referenceLineItemID":"theirs"}`, 404},
		{"two that differ", "/orders/mine-1?referenceOrderID=mine-2", "", 403},
		{"none", "/", "{}", 403},
		{"deeper", "/orders/mine-1", `{"x":{"referenceOrderID":"theirs"}}`, 403},
		{"no string", "/", `{"creditCardToken":7}`, 403},
		{"the store is down", "/orders/down", "", 503},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := send(t, e, "POST", row.target, row.body, "X-Request-Id", "request-1")
			assert.Equal(t, row.status, rec.Code, "%s", rec.Body)
			assert.NotContains(t, rec.Body.String(), "secret")
			if rec.Code == 404 && row.body == "" {
				a := decode(t, rec)
				answers[a.I18nKey+a.Message] = row.name
			}
		})
	}
	assert.Len(t, answers, 1, "a foreign and an unknown id get the same answer")

	own := backend(middleware.ObjectConfig{Places: []middleware.Place{"path:ref", "body:/refs/*"}, Optional: true})
	assert.Equal(t, 204, send(t, own, "GET", "/o/mine", "").Code)
	assert.Equal(t, 404, send(t, own, "GET", "/o/theirs", "").Code)
	assert.Equal(t, 204, send(t, own, "POST", "/", `{"refs":["mine-1","mine-2"]}`).Code)
	assert.Equal(t, 404, send(t, own, "POST", "/", `{"refs":["mine-1","theirs"]}`).Code)
	assert.Equal(t, 204, send(t, own, "POST", "/", `{}`).Code)
	assert.Equal(t, 403, send(t, own, "POST", "/", `{"referenceOrderID":"mine"}`).Code, "in a place that the route did not declare")
}

func TestObjectCheckForNetHTTP(t *testing.T) {
	wrap, err := middleware.ObjectConfig{Resolve: func(_ *http.Request, o middleware.Object) (bool, error) { return o.ID == "RA-1", nil }}.ToHandler()
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("GET /orders/{referenceOrderID}", wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })))
	assert.Equal(t, 204, send(t, mux, "GET", "/orders/RA%2D1", "").Code)
	assert.Equal(t, 404, send(t, mux, "GET", "/orders/RA-2", "").Code)
	assert.Equal(t, 404, send(t, mux, "GET", "/orders/RA-1?referenceLineItemID=x", "").Code, "every object counts")
}
