package middleware_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/money"
	"github.com/tangoguard/tangoguard/middleware"
)

type recipient struct {
	FirstName string `json:"firstName" sanitize:"line" validate:"required,digitalname,max=100"`
	LastName  string `json:"lastName" sanitize:"line" validate:"omitempty,digitalname,max=100"`
	Email     string `json:"email" validate:"required,email"`
}

type order struct {
	Ref       string       `json:"externalRefID" validate:"omitempty,externalref"`
	Customer  string       `json:"customerIdentifier" validate:"required,tangoid"`
	Account   string       `json:"accountIdentifier" validate:"required,tangoid"`
	UTID      string       `json:"utid" validate:"required,utid"`
	Amount    money.Amount `json:"amount" validate:"money"`
	Message   string       `json:"message" sanitize:"text"`
	Recipient *recipient   `json:"recipient" validate:"required"`
}

const goodOrder = `{"externalRefID":"ref-1","customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1",` +
	`"utid":"U561593","amount":25.00,"message":"you & me <3\nO'Brien","recipient":{"firstName":"O'Brien","lastName":"日本","email":"ob@example.ie"}}`

var tenants = map[string]middleware.Accounts{
	"demo-key":  {{Customer: "demo-customer", Account: "demo-acc1"}},
	"other-key": {{Customer: "demo-customer", Account: "demo-acc2"}},
}

func accountsOfTenant(r *http.Request) (middleware.Accounts, error) {
	key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if key == "broken" {
		return tenants["demo-key"], errors.New("the directory is down")
	}
	return tenants[key], nil
}

func authenticate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !strings.HasPrefix(c.Request().Header.Get("Authorization"), "Bearer ") {
			return echo.ErrUnauthorized
		}
		return next(c)
	}
}

// chain is a backend with every check in the right order. The handler answers with the order it got.
func chain(t testing.TB) *echo.Echo {
	t.Helper()
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.Pre(middleware.RequestID())
	g := e.Group("", middleware.RejectBrowsers(), authenticate, middleware.Guard())
	create, err := middleware.Handle(middleware.HandleConfig{}, func(c echo.Context, o order) error {
		body, err := io.ReadAll(c.Request().Body)
		if err != nil {
			return err
		}
		c.Response().Header().Set("X-Body", http.StatusText(len(body)))
		return c.JSON(http.StatusCreated, o)
	})
	require.NoError(t, err)
	g.POST("/orders", create, middleware.RequireAccount(accountsOfTenant))
	g.GET("/accounts/:accountIdentifier", func(c echo.Context) error { return c.String(200, c.Param("accountIdentifier")) },
		middleware.RequireAccount(accountsOfTenant))
	g.POST("/echo", func(c echo.Context) error {
		first, _ := io.ReadAll(c.Request().Body)
		second, _ := io.ReadAll(c.Request().Body)
		if string(first) != string(second) {
			return errors.New("the second read differs")
		}
		return c.Blob(200, "application/json", first)
	})
	return e
}

func send(t testing.TB, h http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req := httptest.NewRequest(method, target, r)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer demo-key")
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			req.Header.Del(headers[i])
		} else {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec
}

type answer struct {
	RequestID string `json:"requestId"`
	HTTPCode  int    `json:"httpCode"`
	Path      string `json:"path"`
	I18nKey   string `json:"i18nKey"`
	Message   string `json:"message"`
	Errors    []struct{ Path, I18nKey, Message, Pointer, Rule string }
}

func decode(t testing.TB, rec *httptest.ResponseRecorder) answer {
	t.Helper()
	var a answer
	require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &a), "%s", rec.Body)
	assert.Equal(t, rec.Code, a.HTTPCode)
	assert.Equal(t, rec.Header().Get("X-Request-Id"), a.RequestID)
	assert.NotEmpty(t, a.RequestID)
	return a
}

func TestGoodOrderPassesTheWholeChain(t *testing.T) {
	rec := send(t, chain(t), "POST", "/orders", goodOrder)
	require.Equal(t, http.StatusCreated, rec.Code, "%s", rec.Body)
	var got order
	require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &got))
	assert.Equal(t, "you & me <3\nO'Brien", got.Message)
	assert.Equal(t, "O'Brien", got.Recipient.FirstName)
}

func TestChainRefuses(t *testing.T) {
	e := chain(t)
	with := func(old, new string) string {
		require.Contains(t, goodOrder, old)
		return strings.Replace(goodOrder, old, new, 1)
	}
	for _, row := range []struct {
		name, body string
		headers    []string
		status     int
		key, path  string // path: of errors[0]
	}{
		{"a browser, even without a key", goodOrder, []string{"Origin", "https://evil.example", "Authorization", ""}, 403, "403.001", ""},
		{"no key", goodOrder, []string{"Authorization", ""}, 401, "401.501", ""},
		{"not JSON", "a=b", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "415.001", ""},
		{"no body", "", nil, 403, "403.001", ""},
		{"an attack in a value", with("O'Brien\",\"lastName", "<img src=x onerror=alert(1)>\",\"lastName"), nil, 400, "422.111", "recipient.firstName"},
		{"somebody else's account", with("demo-acc1", "demo-acc2"), nil, 403, "403.001", ""},
		{"an unknown account", with("demo-acc1", "demo-acc9"), nil, 403, "403.001", ""},
		{"no account", with(`"accountIdentifier":"demo-acc1",`, ""), nil, 403, "403.001", ""},
		{"the directory is down", goodOrder, []string{"Authorization", "Bearer broken"}, 503, "503.502", ""},
		{"an unknown field", with(`"amount"`, `"isAdmin":true,"amount"`), nil, 400, "400.009", "*"},
		{"a field in another letter case", with(`"utid"`, `"UTID"`), nil, 400, "400.009", "*"},
		{"a wrong type", with(`25.00`, `"25.00"`), nil, 400, "400.009", "amount"},
		{"a rule", with("U561593", "X1"), nil, 400, "422.147", "utid"},
		{"a duplicate name", with(`"amount":25.00`, `"amount":25.00,"amount":1`), nil, 400, "400.009", "amount"},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := send(t, e, "POST", "/orders", row.body, row.headers...)
			assert.Equal(t, row.status, rec.Code, "%s", rec.Body)
			a := decode(t, rec)
			if row.path == "" {
				assert.Equal(t, row.key, a.I18nKey)
				return
			}
			require.NotEmpty(t, a.Errors)
			assert.Equal(t, row.key, a.Errors[0].I18nKey)
			assert.Equal(t, row.path, a.Errors[0].Path)
			assert.NotEmpty(t, a.Errors[0].Message)
		})
	}
}

func TestBodyCanBeReadTwice(t *testing.T) {
	rec := send(t, chain(t), "POST", "/echo", ` {"a": "b"} `)
	assert.Equal(t, 200, rec.Code)
	assert.Equal(t, ` {"a": "b"} `, rec.Body.String())
}

func TestEncodedAccountIsDecodedOnce(t *testing.T) {
	e := chain(t)
	assert.Equal(t, "demo-acc1", send(t, e, "GET", "/accounts/demo-acc%31", "").Body.String())
	assert.Equal(t, 403, send(t, e, "GET", "/accounts/demo-acc%2531", "").Code)
	assert.Equal(t, 403, send(t, e, "GET", "/accounts/demo-acc1?accountIdentifier=demo-acc2", "").Code)
	assert.Equal(t, 200, send(t, e, "GET", "/accounts/demo-acc1?accountIdentifier=demo-acc1", "").Code)
	assert.Equal(t, 403, send(t, e, "GET", "/accounts/demo-acc1?ACCOUNTIDENTIFIER=demo-acc2", "").Code)
}

func TestEchosOwnErrorHandlerAnswersToo(t *testing.T) {
	e := echo.New()
	e.Use(middleware.RejectBrowsers())
	e.POST("/", func(echo.Context) error { return nil })
	rec := send(t, e, "POST", "/", "{}", "Origin", "null")
	assert.Equal(t, 403, rec.Code)
	assert.Equal(t, "403.001", decode(t, rec).I18nKey)
}

// quote writes s as a JSON string.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}
