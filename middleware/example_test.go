package middleware_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/middleware"
)

// gift is what callers of the examples send.
type gift struct {
	Customer  string `json:"customerIdentifier" validate:"required,tangoid"`
	Account   string `json:"accountIdentifier" validate:"required,tangoid"`
	FirstName string `json:"firstName" sanitize:"line" validate:"required,digitalname,max=100"`
}

const giftJSON = `{"customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","firstName":"O'Brien"}`

// call sends one request and prints status and key of the answer.
func call(h http.Handler, what, body string, headers ...string) {
	req := httptest.NewRequest("POST", "/orders", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	text := rec.Body.String()
	if _, after, ok := strings.Cut(text, `"i18nKey":"`); ok {
		text = after[:7]
	}
	fmt.Printf("%s: %d %s\n", what, rec.Code, text)
}

// The right order: the id first, in Pre; then the browser rule, which answers even callers without a key; then the
// key; then the guard; then whose account it is; then the typed body.
func Example() {
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	middleware.HardenServer(e.Server)
	e.Pre(middleware.RequestID())

	create, err := middleware.Handle(middleware.HandleConfig{}, func(c echo.Context, g gift) error {
		return c.String(http.StatusCreated, "a gift for "+g.FirstName)
	})
	if err != nil {
		fmt.Println(err) // every mistake in the tags of gift, before the first request
		return
	}
	api := e.Group("", middleware.RejectBrowsers(), authenticate, middleware.Guard())
	api.POST("/orders", create, middleware.RequireAccount(accountsOfTenant))

	key := []string{"Authorization", "Bearer demo-key"}
	call(e, "good", giftJSON, key...)
	call(e, "browser", giftJSON, "Origin", "https://evil.example")
	call(e, "no key", giftJSON)
	call(e, "attack", strings.Replace(giftJSON, "O'Brien", "<script>alert(1)</script>", 1), key...)
	call(e, "duplicate", strings.Replace(giftJSON, "{", `{"accountIdentifier":"demo-acc2",`, 1), key...)
	call(e, "another's account", strings.Replace(giftJSON, "acc1", "acc2", 1), key...)
	// Output:
	// good: 201 a gift for O'Brien
	// browser: 403 403.001
	// no key: 401 401.501
	// attack: 400 422.111
	// duplicate: 400 400.009
	// another's account: 403 403.001
}

// The classic wrong order: whose account it is, is asked before anything has made sure that the body says one thing
// only. The check decodes into a map, the handler into a struct. encoding/json matches struct fields whatever their
// letter case and lets the last one win, so that the check approves one account and another one pays.
func Example_wrongOrder() {
	checkByHand := func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			body, err := io.ReadAll(c.Request().Body)
			if err != nil {
				return err
			}
			c.Request().Body = io.NopCloser(bytes.NewReader(body))
			var m map[string]any
			if err := json.Unmarshal(body, &m); err != nil || m["accountIdentifier"] != "demo-acc1" {
				return echo.ErrForbidden
			}
			return next(c)
		}
	}
	pay := func(c echo.Context) error {
		var g gift
		if err := c.Bind(&g); err != nil {
			return err
		}
		return c.String(http.StatusCreated, "paid by "+g.Account)
	}
	body := `{"accountIdentifier":"demo-acc1","ACCOUNTIDENTIFIER":"demo-acc2"}`

	wrong := echo.New()
	wrong.POST("/orders", pay, checkByHand)
	call(wrong, "wrong", body)

	right := echo.New()
	right.HTTPErrorHandler = middleware.HTTPErrorHandler
	right.POST("/orders", pay, authenticate, middleware.Guard(), middleware.RequireAccount(accountsOfTenant))
	call(right, "right", body, "Authorization", "Bearer demo-key")
	// Output:
	// wrong: 201 paid by demo-acc2
	// right: 403 403.001
}

// Rules for fields and routes: a rich-text field, a signed webhook that nobody may touch, and a trial of the guard
// in which findings are only logged.
func ExampleGuardConfig() {
	guard, err := middleware.GuardConfig{
		Fields: map[string]middleware.FieldRule{
			"/emailTemplate":       {As: middleware.HTML},
			"/recipient/firstName": {As: middleware.Line},
		},
		Routes: map[string]middleware.Route{
			"POST /webhooks/tango": {Raw: true, Body: 256 << 10},
			"POST /search":         {Mode: middleware.Report},
		},
		Observe: middleware.Observe{Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))},
	}.ToMiddleware()
	fmt.Println(guard != nil, err)

	_, err = middleware.GuardConfig{Mode: "lenient"}.ToMiddleware()
	fmt.Println(err)
	// Output:
	// true <nil>
	// middleware: GuardConfig: Mode "lenient" is none of refuse, strip, report
}

// A transfer names two accounts in fields of its own.
func ExampleAccountConfig() {
	account, err := middleware.AccountConfig{
		Resolve: accountsOfTenant,
		Pairs: []middleware.AccountPair{
			{Account: []middleware.Place{"body:/transferFrom"}},
			{Account: []middleware.Place{"body:/transferTo"}},
		},
	}.ToMiddleware()
	fmt.Println(account != nil, err)
	// Output: true <nil>
}
