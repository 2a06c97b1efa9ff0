package fuzz_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/fuzz"
	"github.com/tangoguard/tangoguard/internal/money"
	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/validate"
)

// FuzzChain sends raw requests through the whole chain. Beyond what fuzz.Handler holds against it: whatever the
// handler reads is JSON that can be read in one way and in which nothing is found; it can be read twice; and the
// account it works for is the caller's.
func FuzzChain(f *testing.F) {
	var current testing.TB
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.Pre(middleware.RequestID())
	own := middleware.Accounts{{Customer: "demo-customer", Account: "demo-acc1"}}
	accounts := func(*http.Request) (middleware.Accounts, error) { return own, nil }
	e.Use(middleware.RejectBrowsers(), middleware.Guard())
	handler := func(c echo.Context) error {
		body, err := io.ReadAll(c.Request().Body)
		again, err2 := io.ReadAll(c.Request().Body)
		if err != nil || err2 != nil || !bytes.Equal(body, again) {
			current.Fatalf("the body cannot be read twice: %v %v", err, err2)
		}
		holdClean(current, body)
		for _, name := range c.ParamNames() {
			if found := validate.Inspect(c.Param(name)); found != nil {
				current.Fatalf("the handler got a parameter with %v", found)
			}
		}
		return c.NoContent(http.StatusNoContent)
	}
	e.Any("/orders", handler)
	e.Any("/orders/:ref", handler)
	e.Any("/accounts/:accountIdentifier", func(c echo.Context) error {
		used := middleware.AccountsOf(c.Request().Context())
		if len(used) != 1 || !own.HasAccount(used[0].Account) || c.Param("accountIdentifier") != "demo-acc1" {
			current.Fatalf("the handler runs for %v, parameter %q", used, c.Param("accountIdentifier"))
		}
		return handler(c)
	}, middleware.RequireAccount(accounts))
	add(f, []byte("POST /accounts/demo-acc%31?accountIdentifier=demo-acc1 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 33\r\n\r\n{\"accountIdentifier\":\"demo-acc1\"}"))
	add(f, []byte("POST /accounts/demo-acc1?AccountIdentifier=demo-acc2 HTTP/1.1\r\nHost: a\r\n\r\n"))
	for _, seed := range fuzz.Requests(f) {
		add(f, seed)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		current = t
		fuzz.Serve(t, e, raw)
	})
}

// FuzzStripMode sends JSON through a guard that strips. What the handler reads is clean, has the same shape, and differs
// only in strings in which something was found.
func FuzzStripMode(f *testing.F) {
	for _, body := range orders(f) {
		add(f, body)
	}
	for _, seed := range fuzz.Requests(f) {
		if _, body, ok := bytes.Cut(seed, []byte("\r\n\r\n")); ok && bytes.HasPrefix(body, []byte("{\"message")) {
			add(f, body)
		}
	}
	mw, err := middleware.GuardConfig{Mode: middleware.Strip}.ToMiddleware()
	if err != nil {
		f.Fatal(err)
	}
	var got []byte
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.POST("/", func(c echo.Context) error {
		got, err = io.ReadAll(c.Request().Body)
		return err
	}, mw)
	f.Fuzz(func(t *testing.T, body []byte) {
		got = nil
		req := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		e.ServeHTTP(rec, req)
		if rec.Code >= 500 {
			t.Fatalf("status %d", rec.Code)
		}
		if got == nil {
			return
		}
		holdClean(t, got)
		before, after := tokens(t, body), tokens(t, got)
		if len(before) != len(after) {
			t.Fatalf("another shape: %q from %q", got, body)
		}
		for i := range before {
			was, isText := before[i].(string)
			if before[i] != after[i] && !(isText && validate.Inspect(was) != nil) {
				t.Fatalf("%v became %v", before[i], after[i])
			}
		}
	})
}

// tokens are the tokens of a JSON text as encoding/json reads them.
func tokens(t testing.TB, body []byte) (out []json.Token) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("the handler runs for what encoding/json cannot read: %v: %q", err, body)
		}
		out = append(out, tok)
	}
}

// holdClean holds a body that a handler reads against encoding/json and Inspect.
func holdClean(t testing.TB, body []byte) {
	t.Helper()
	if len(body) == 0 {
		return
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	depth := 0
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			if depth != 0 {
				t.Fatalf("the handler reads broken JSON: %q", body)
			}
			return
		}
		if err != nil {
			t.Fatalf("the handler reads what encoding/json cannot: %v: %q", err, body)
		}
		switch v := tok.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
		case string:
			if found := validate.Inspect(v); found != nil {
				t.Fatalf("the handler reads %q with %v", v, found)
			}
		}
	}
}

// FuzzHandler is what a user writes: the helper with a handler of its own.
func FuzzHandler(f *testing.F) {
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.Use(middleware.Guard())
	e.Any("/*", func(c echo.Context) error { return c.String(http.StatusOK, "ok") })
	for _, seed := range fuzz.Requests(f) {
		record(f, seed)
	}
	fuzz.Handler(f, e)
}

// order has every kind of rule that an order of Tango has.
type order struct {
	Ref       string       `json:"externalRefID,omitempty" validate:"omitempty,externalref"`
	Customer  string       `json:"customerIdentifier" validate:"required,tangoid"`
	Account   string       `json:"accountIdentifier" validate:"required,tangoid"`
	UTID      string       `json:"utid" validate:"required,utid"`
	Amount    money.Amount `json:"amount" validate:"money"`
	Delivery  string       `json:"deliveryMethod,omitempty" validate:"omitempty,oneof=NONE EMAIL"`
	Subject   string       `json:"emailSubject,omitempty" sanitize:"line" validate:"omitempty,oneline"`
	Message   string       `json:"message,omitempty" sanitize:"text"`
	Recipient *person      `json:"recipient,omitempty"`
	Sender    *person      `json:"sender,omitempty"`
}

type person struct {
	FirstName string `json:"firstName,omitempty" sanitize:"line" validate:"omitempty,digitalname,max=100"`
	LastName  string `json:"lastName,omitempty" sanitize:"line" validate:"omitempty,digitalname,max=100"`
	Email     string `json:"email,omitempty" validate:"omitempty,email"`
}

// FuzzType is what a user writes: the helper with a type of their own.
func FuzzType(f *testing.F) {
	for _, body := range orders(f) {
		record(f, body)
	}
	fuzz.Type[order](f)
}
