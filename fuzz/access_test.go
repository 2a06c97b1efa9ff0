package fuzz_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/validate"
)

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// naming is a request that names things in places chosen by the fuzzer.
func naming(qName, qValue, bName, bValue, inner, innerValue string) (*http.Request, string) {
	body := `{` + quote(bName) + `:` + quote(bValue) + `,"o":{` + quote(inner) + `:` + quote(innerValue) + `}}`
	req := httptest.NewRequest("POST", "/?"+url.QueryEscape(qName)+"="+url.QueryEscape(qValue), strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	return req, body
}

// passes sends a request and tells whether a handler behind the check ran.
func passes(t *testing.T, wrap echo.MiddlewareFunc, req *http.Request, then func(echo.Context)) bool {
	t.Helper()
	ran := false
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.Any("/*", func(c echo.Context) error {
		ran = true
		if then != nil {
			then(c)
		}
		return c.NoContent(http.StatusNoContent)
	}, wrap)
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, req)
	if rec.Code >= 500 || ran != (rec.Code == http.StatusNoContent) {
		t.Fatalf("status %d, the handler ran: %v", rec.Code, ran)
	}
	return ran
}

// FuzzRequireAccount lets only requests pass whose every mention of an account is the caller's; and Echo and net/http decide alike.
func FuzzRequireAccount(f *testing.F) {
	add(f, "accountIdentifier", "acc-11", "accountIdentifier", "acc-11", "x", "acc-13")
	add(f, "AccountIdentifier", "acc-13", "x", "y", "accountIdentifier", "acc-11")
	add(f, "a", "b", "transferTo", "acc-13", "customerIdentifier", "cust1")
	add(f, "customerIdentifier", "cust1", "accountIdentifier", "acc-21", "", "")
	own := middleware.Accounts{{Customer: "cust1", Account: "acc-11"}, {Customer: "cust1", Account: "acc-12"}, {Customer: "cust2", Account: "acc-21"}, {Customer: "cust1", Account: "10001"}}
	resolve := func(*http.Request) (middleware.Accounts, error) { return own, nil }
	onEcho := middleware.RequireAccount(resolve)
	onHTTP, err := middleware.AccountConfig{Resolve: resolve}.ToHandler()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, qName, qValue, bName, bValue, inner, innerValue string) {
		req, body := naming(qName, qValue, bName, bValue, inner, innerValue)
		passed := passes(t, onEcho, req, func(c echo.Context) {
			used := middleware.AccountsOf(c.Request().Context())
			if len(used) != 1 || !own.HasAccount(used[0].Account) || used[0].Customer != "" && !own.Allows(used[0].Customer, used[0].Account) {
				t.Fatalf("passed for %v: %s", used, body)
			}
		})
		req, _ = naming(qName, qValue, bName, bValue, inner, innerValue)
		rec := httptest.NewRecorder()
		onHTTP(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })).ServeHTTP(rec, req)
		if passed != (rec.Code == http.StatusNoContent) {
			t.Fatalf("Echo let it pass: %v, net/http answers %d: %s", passed, rec.Code, body)
		}
		if !passed {
			return
		}
		for name, value := range map[string]string{qName: qValue, bName: bValue} {
			if strings.EqualFold(name, "accountIdentifier") && !own.HasAccount(value) {
				t.Fatalf("passed with a foreign account: %s", body)
			}
		}
		if strings.EqualFold(inner, "accountIdentifier") {
			t.Fatalf("passed with an account in an undeclared place: %s", body)
		}
	})
}

// FuzzRequireObject is the same for orders and the like.
func FuzzRequireObject(f *testing.F) {
	add(f, "referenceOrderID", "RA-1", "referenceOrderID", "RA-1", "x", "RA-2")
	add(f, "ReferenceOrderID", "RA-2", "referenceOrderID", "RA-1", "x", "y")
	add(f, "a", "b", "creditCardToken", "card-1", "referenceOrderID", "RA-2")
	add(f, "balanceAlertID", "RA-1", "referenceDepositID", "", "", "")
	wrap := middleware.RequireObject(func(_ *http.Request, o middleware.Object) (bool, error) {
		return o.ID == "RA-1" || o.ID == "card-1", nil
	})
	names := []string{"referenceOrderID", "referenceLineItemID", "referenceDepositID", "creditCardToken", "balanceAlertID"}
	f.Fuzz(func(t *testing.T, qName, qValue, bName, bValue, inner, innerValue string) {
		req, body := naming(qName, qValue, bName, bValue, inner, innerValue)
		if !passes(t, wrap, req, nil) {
			return
		}
		some := false
		for _, name := range names {
			for _, m := range [][2]string{{qName, qValue}, {bName, bValue}} {
				if strings.EqualFold(m[0], name) {
					some = true
					if m[1] != "RA-1" && m[1] != "card-1" {
						t.Fatalf("passed with a foreign object: %s?%s: %s", m[0], m[1], body)
					}
				}
			}
			if strings.EqualFold(inner, name) {
				t.Fatalf("passed with an object in an undeclared place: %s", body)
			}
		}
		if !some {
			t.Fatalf("passed without an object: %s", body)
		}
	})
}

// FuzzBrowsers sends a request with two headers of any name. One with a browser's sign is refused with Tango's key and without a
// word of permission; one without passes; and a header more hides no sign.
func FuzzBrowsers(f *testing.F) {
	for _, h := range [][4]string{{"Origin", "null", "X", "y"}, {"Sec-Fetch-Mode", "navigate", "", ""}, {"Sec-Fetch-Mode", "cors", "User-Agent", "node"}, {"Referer", "https://a.example/", "Cookie", "a=b"},
		{"sec-ch-ua", `"Chromium"`, "X-HTTP-Method-Override", "GET"}, {"Ping-From", "https://a.example", "Origin", ""}, {"Access-Control-Request-Method", "POST", "Origin", "https://a.example"}} {
		for _, method := range []string{"POST", "GET", "OPTIONS"} {
			add(f, method, h[0], h[1], h[2], h[3])
		}
	}
	wrap := middleware.RejectBrowsers()
	f.Fuzz(func(t *testing.T, method, name, value, name2, value2 string) {
		req, err := http.NewRequest(method, "/orders", nil)
		if err != nil {
			return
		}
		set := func(name, value string) {
			if name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == "" {
				req.Header.Add(name, value)
			}
		}
		set(name, value)
		first := middleware.BrowserSign(req)
		set(name2, value2)
		sign := middleware.BrowserSign(req)
		if first != "" && sign == "" {
			t.Fatalf("%q: %q hides the sign %q of %q", req.Header, name2, first, name)
		}
		if has := req.Header["Origin"] != nil || req.Header["Sec-Fetch-Site"] != nil || req.Header["Ping-To"] != nil; has && sign == "" {
			t.Fatalf("no sign in %q", req.Header)
		}
		ran := false
		e := echo.New()
		e.HTTPErrorHandler = middleware.HTTPErrorHandler
		e.Use(wrap)
		e.Any("/orders", func(c echo.Context) error { ran = true; return c.NoContent(http.StatusNoContent) })
		rec := httptest.NewRecorder()
		e.ServeHTTP(rec, req)
		changes := method != "GET" && method != "HEAD" && method != "OPTIONS" && method != ""
		if changes && sign != "" && (ran || rec.Code != 403 || !strings.Contains(rec.Body.String(), `"403.001"`)) || sign == "" && rec.Code == 403 {
			t.Fatalf("%s with %q: sign %q, status %d", method, req.Header, sign, rec.Code)
		}
		for h := range rec.Header() {
			if rec.Code == 403 && strings.HasPrefix(h, "Access-Control-") {
				t.Fatalf("refused, and permits: %q", rec.Header())
			}
		}
	})
}

// FuzzErrors answers errors with any text in them. The answer is Tango's envelope, has a status of 400 and above, and repeats nothing
// of the error.
func FuzzErrors(f *testing.F) {
	for i, s := range []string{"pq: relation \"users\" does not exist", "dial tcp 10.0.0.1:5432: refused", "code=400, message=<script>", "", "a\r\nSet-Cookie: x", "\xff"} {
		for code := range 8 {
			add(f, code, 400+i*37, s)
		}
	}
	f.Fuzz(func(t *testing.T, kind, status int, text string) {
		marked := "q7Zk-" + text + "-q7Zk" // so that it cannot be a word of ours
		pointer := "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(marked)
		err := []error{
			errors.New(marked), fmt.Errorf("%s: %w", marked, &middleware.Refusal{Status: 400, Reason: marked, Err: errors.New(marked)}),
			&echo.HTTPError{Code: status, Message: marked, Internal: errors.New(marked)}, echo.NewHTTPError(status, map[string]string{"a": marked}),
			validate.Errors{{Pointer: pointer, Rule: marked, Param: marked, Message: "is wrong"}}, &http.MaxBytesError{Limit: int64(status)},
			&middleware.Refusal{Status: 403, Key: "403.001", Message: "m", Fields: []middleware.FieldRefusal{{In: "body", Pointer: "/a", Key: "400.001", Message: "m", Class: "xss", Rule: marked}}},
			http.ErrAbortHandler,
		}[uint(kind)%8]
		for _, accept := range []string{"", "application/problem+json"} {
			req := httptest.NewRequest("POST", "/orders", nil)
			req.Header.Set("Accept", accept)
			byEcho, byHTTP := httptest.NewRecorder(), httptest.NewRecorder()
			middleware.HTTPErrorHandler(err, echo.New().NewContext(req, byEcho))
			middleware.ErrorConfig{}.Respond(byHTTP, req, err)
			for _, rec := range []*httptest.ResponseRecorder{byEcho, byHTTP} {
				if rec.Code < 400 || rec.Code > 599 || rec.Code != middleware.RefusalOf(err).Status || !json.Valid(rec.Body.Bytes()) {
					t.Fatalf("%T: status %d, %q", err, rec.Code, rec.Body)
				}
				if strings.Contains(rec.Body.String(), "q7Zk") && !strings.Contains(rec.Body.String(), "/q7Zk-") {
					t.Fatalf("%T: the answer repeats the error: %q", err, rec.Body)
				}
			}
		}
	})
}

// FuzzRequestID sends any id. The one in the answer fits a log, is the one the handler sees, and is the caller's only if that fits.
func FuzzRequestID(f *testing.F) {
	for _, s := range []string{"", "12345678", "a b", "x\r\ny: z", strings.Repeat("a", 65), "../../etc", "0f8fad5b-d9cb-469f-a165-70867728950e"} {
		add(f, s)
	}
	form := regexp.MustCompile(`^[0-9A-Za-z._-]{8,64}$`)
	wrap := middleware.RequestID()
	f.Fuzz(func(t *testing.T, sent string) {
		req := httptest.NewRequest("GET", "/", nil)
		req.Header["X-Request-Id"] = []string{sent}
		rec := httptest.NewRecorder()
		seen := ""
		err := wrap(func(c echo.Context) error {
			seen = c.Request().Header.Get("X-Request-ID")
			return nil
		})(echo.New().NewContext(req, rec))
		id := rec.Header().Get("X-Request-ID")
		if err != nil || id != seen || !form.MatchString(id) || (id == sent) != form.MatchString(sent) {
			t.Fatalf("%q gives %q, the handler sees %q", sent, id, seen)
		}
	})
}

// FuzzBinders sends one body to Handle, HandleHTTP and Bind. They answer with the same status and give the same value.
func FuzzBinders(f *testing.F) {
	for _, body := range orders(f) {
		add(f, body)
	}
	for _, s := range []string{"null", "{}", `{"externalRefID":"a","externalRefID":"b"}`, `{"message":"<script>alert(1)</script>"}`, "[", "\xff"} {
		add(f, []byte(s))
	}
	var values []any
	keep := func(v order) { values = append(values, v) }
	onEcho, err := middleware.Handle(middleware.HandleConfig{}, func(_ echo.Context, v order) error { keep(v); return nil })
	if err != nil {
		f.Fatal(err)
	}
	onHTTP, err := middleware.HandleHTTP(middleware.HandleConfig{}, func(_ http.ResponseWriter, _ *http.Request, v order) error { keep(v); return nil })
	if err != nil {
		f.Fatal(err)
	}
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.POST("/handle", onEcho)
	e.POST("/bind", func(c echo.Context) error {
		v, err := middleware.Bind[order](c)
		if err == nil {
			keep(v)
		}
		return err
	})
	mux := http.NewServeMux()
	mux.Handle("/http", onHTTP)
	mux.Handle("/", e)
	f.Fuzz(func(t *testing.T, body []byte) {
		values = nil
		var status []int
		for _, path := range []string{"/handle", "/http", "/bind"} {
			req := httptest.NewRequest("POST", path, strings.NewReader(string(body)))
			req.Header.Set("Content-Type", "application/json")
			rec := httptest.NewRecorder()
			mux.ServeHTTP(rec, req)
			status = append(status, rec.Code)
		}
		if status[0] != status[1] || status[1] != status[2] || status[0] >= 500 || len(values) != 0 && len(values) != 3 || (len(values) == 3) != (status[0] == 200) {
			t.Fatalf("Handle, HandleHTTP and Bind answer %v, %d values: %q", status, len(values), body)
		}
		for _, v := range values {
			if !reflect.DeepEqual(v, values[0]) {
				t.Fatalf("%+v and %+v", v, values[0])
			}
		}
	})
}
