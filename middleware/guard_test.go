package middleware_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/middleware"
)

const attack = "<img src=x onerror=alert(1)>"

// guarded is a backend whose handler gives back the body it read, the decoded query and the parameter.
func guarded(t testing.TB, cfg middleware.GuardConfig) *echo.Echo {
	t.Helper()
	mw, err := cfg.ToMiddleware()
	require.NoError(t, err)
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.Use(mw)
	back := func(c echo.Context) error {
		b, err := io.ReadAll(c.Request().Body)
		if err != nil {
			return err
		}
		c.Response().Header().Set("X-Param", url.QueryEscape(c.Param("id")))
		return c.Blob(200, "text/plain", b)
	}
	for _, path := range []string{"/", "/hook", "/form", "/file", "/items/:id"} {
		e.Any(path, back)
	}
	return e
}

func zipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

func multi(parts ...string) string {
	return "--b\r\n" + strings.Join(parts, "\r\n--b\r\n") + "\r\n--b--\r\n"
}

func part(disposition, value string) string {
	return "Content-Disposition: form-data; " + disposition + "\r\n\r\n" + value
}

func TestGuard(t *testing.T) {
	n := strings.Repeat
	cfg := middleware.GuardConfig{
		Fields: map[string]middleware.FieldRule{
			"/name":         {As: middleware.Line},
			"/html":         {As: middleware.HTML},
			"/blob":         {As: middleware.Raw},
			"/payload/**":   {As: middleware.Raw},
			"/list/*/plain": {As: middleware.Raw},
		},
		Headers: []string{"x-note"},
		Routes: map[string]middleware.Route{
			"POST /hook": {Raw: true, Body: 100},
			"POST /form": {Form: true, Repeated: []string{"tag"}, Gzip: true, Trailers: true, Upgrade: true},
			"POST /file": {Multipart: true},
		},
	}
	e := guarded(t, cfg)
	const form = "application/x-www-form-urlencoded"
	const multipart = "multipart/form-data; boundary=b"
	for _, row := range []struct {
		name, method, target, body string
		headers                    []string
		status                     int
	}{
		{"clean JSON", "POST", "/", `{"a":"I <3 you & O'Brien"}`, nil, 200},
		{"no body", "GET", "/", "", nil, 200},
		{"an attack in a string", "POST", "/", `{"a":{"b":["x","` + attack + `"]}}`, nil, 400},
		{"an attack in a name", "POST", "/", `{"` + attack + `":1}`, nil, 400},
		{"an attack of plain letters in a name", "POST", "/", `{"__proto__":{"isAdmin":true}}`, nil, 400},
		{"an attack behind escapes", "POST", "/", `{"a":"\u003cimg src=x onerror=alert(1)\u003e"}`, nil, 400},
		{"an attack in the query", "GET", "/?q=" + url.QueryEscape(attack), "", nil, 400},
		{"an attack in a query name", "GET", "/?" + url.QueryEscape(attack) + "=1", "", nil, 400},
		{"an attack in the path", "GET", "/items/" + url.PathEscape(attack), "", nil, 400},
		{"an attack in a chosen header", "GET", "/", "", []string{"X-Note", attack}, 400},
		{"an attack in another header is not ours", "GET", "/", "", []string{"X-Other", attack}, 200},

		{"two lines in a line", "POST", "/", `{"name":"a\nb"}`, nil, 400},
		{"two lines in a text", "POST", "/", `{"text":"a\nb"}`, nil, 200},
		{"rich text where it belongs", "POST", "/", `{"html":"<p>Hello <b>you</b></p>"}`, nil, 200},
		{"a script in rich text", "POST", "/", `{"html":"<p>Hello</p><script>x()</script>"}`, nil, 400},
		{"a handler in rich text", "POST", "/", `{"html":"<p onclick=x()>Hello</p>"}`, nil, 400},
		{"what is not text", "POST", "/", `{"blob":"` + attack + `"}`, nil, 200},
		{"below **", "POST", "/", `{"payload":{"a":[{"b":"` + attack + `"}]}}`, nil, 200},
		{"beside **", "POST", "/", `{"payloads":{"a":"` + attack + `"}}`, nil, 400},
		{"below *", "POST", "/", `{"list":[{"plain":"` + attack + `"}]}`, nil, 200},
		{"beside *", "POST", "/", `{"list":[{"other":"` + attack + `"}]}`, nil, 400},
		{"a rule does not reach deeper", "POST", "/", `{"blob":{"x":"` + attack + `"}}`, nil, 400},

		{"a duplicate name", "POST", "/", `{"a":1,"a":2}`, nil, 400},
		{"trailing data", "POST", "/", `{"a":1}{}`, nil, 400},
		{"byte order mark", "POST", "/", "\ufeff{}", nil, 400},
		{"a number with an exponent", "POST", "/", `{"a":1e400}`, nil, 400},
		{"a body over the limit", "POST", "/", `"` + n("a", 1<<20) + `"`, nil, 413},
		{"a string over the limit", "POST", "/", `"` + n("a", 1<<16+1) + `"`, nil, 400},
		{"too deep", "POST", "/", n("[", 65) + n("]", 65), nil, 400},
		{"deep enough", "POST", "/", n("[", 64) + n("]", 64), nil, 200},

		{"no Content-Type", "POST", "/", `{}`, []string{"Content-Type", ""}, 415},
		{"text", "POST", "/", `{}`, []string{"Content-Type", "text/plain"}, 415},
		{"JSON of another kind", "POST", "/", `{}`, []string{"Content-Type", "application/merge-patch+json"}, 200},
		{"UTF-8 by name", "POST", "/", `{}`, []string{"Content-Type", `application/json; charset="UTF-8"`}, 200},
		{"another charset", "POST", "/", `{}`, []string{"Content-Type", "application/json; charset=utf-7"}, 415},
		{"two types in one line", "POST", "/", `{}`, []string{"Content-Type", "application/json, text/html"}, 415},
		{"another parameter", "POST", "/", `{}`, []string{"Content-Type", "application/json; x=y"}, 415},
		{"a form where none is allowed", "POST", "/", "a=b", []string{"Content-Type", form}, 415},
		{"a compressed body where none is allowed", "POST", "/", zipped(`{}`), []string{"Content-Encoding", "gzip"}, 415},

		{"a repeated parameter", "GET", "/?a=1&a=2", "", nil, 400},
		{"a repeated parameter by escape", "GET", "/?a=1&%61=2", "", nil, 400},
		{"a semicolon", "GET", "/?a=1;b=2", "", nil, 400},
		{"an escaped semicolon", "GET", "/?a=1%3Bb", "", nil, 200},
		{"a bad escape", "GET", "/?a=%zz", "", nil, 400},
		{"invalid UTF-8", "GET", "/?a=%ff", "", nil, 400},
		{"a parameter without a name", "GET", "/?=1", "", nil, 400},
		{"too many parameters", "GET", "/?" + n("a&", 100), "", nil, 400},
		{"a long URL", "GET", "/?a=" + n("a", 9000), "", nil, 414},
		{"too many headers", "GET", "/", "", []string{"X-Big", n("a", 40<<10)}, 431},
		{"dots in the path", "GET", "/items/%2e%2e", "", nil, 400},
		{"a control character in the path", "GET", "/items/a%00b", "", nil, 400},
		{"invalid UTF-8 in the path", "GET", "/items/%ff", "", nil, 400},

		{"TRACE", "TRACE", "/", "", nil, 405},
		{"an upgrade", "GET", "/", "", []string{"Upgrade", "websocket", "Connection", "Upgrade"}, 400},
		{"an upgrade where it is allowed", "POST", "/form", "a=b", []string{"Content-Type", form, "Upgrade", "x"}, 200},
		{"trailers", "POST", "/", "{}", []string{"Trailer", "X-Checksum"}, 400},

		{"a raw route", "POST", "/hook", attack, []string{"Content-Type", "text/plain"}, 200},
		{"a raw route has a limit", "POST", "/hook", n("a", 101), nil, 413},

		{"a form", "POST", "/form", "a=b+c&name=O%27Brien", []string{"Content-Type", form}, 200},
		{"an attack in a form", "POST", "/form", "a=" + url.QueryEscape(attack), []string{"Content-Type", form}, 400},
		{"two lines in a form field", "POST", "/form", "name=a%0Ab", []string{"Content-Type", form}, 400},
		{"a repeated form field", "POST", "/form", "a=b&a=c", []string{"Content-Type", form}, 400},
		{"a parameter that may repeat", "POST", "/form?tag=a&tag=b", "a=b", []string{"Content-Type", form}, 200},
		{"gzip where it is allowed", "POST", "/form", zipped(`{"a":"b"}`), []string{"Content-Encoding", "gzip"}, 200},
		{"a gzip bomb", "POST", "/form", zipped(`"` + n("a", 5<<20) + `"`), []string{"Content-Encoding", "gzip"}, 413},
		{"an attack in gzip", "POST", "/form", zipped(`"` + attack + `"`), []string{"Content-Encoding", "gzip"}, 400},
		{"broken gzip", "POST", "/form", "no gzip", []string{"Content-Encoding", "gzip"}, 400},
		{"gzip cut off", "POST", "/form", zipped(`"` + n("ab", 99) + `"`)[:20], []string{"Content-Encoding", "gzip"}, 400},
		{"a second gzip member", "POST", "/form", zipped(`{}`) + zipped(`{}`), []string{"Content-Encoding", "gzip"}, 400},
		{"data behind gzip", "POST", "/form", zipped(`{}`) + "x", []string{"Content-Encoding", "gzip"}, 400},
		{"gzip twice", "POST", "/form", zipped(zipped(`{}`)), []string{"Content-Encoding", "gzip, gzip"}, 415},

		{"a file", "POST", "/file", multi(part(`name="a"`, "x"), part(`name="f"; filename="a.txt"`, attack)), []string{"Content-Type", multipart}, 200},
		{"an attack in a multipart field", "POST", "/file", multi(part(`name="a"`, attack)), []string{"Content-Type", multipart}, 400},
		{"an attack in a file name", "POST", "/file", multi(part(`name="f"; filename="../../etc/passwd"`, "x")), []string{"Content-Type", multipart}, 400},
		{"a repeated multipart field", "POST", "/file", multi(part(`name="a"`, "x"), part(`name="a"`, "y")), []string{"Content-Type", multipart}, 400},
		{"a preamble", "POST", "/file", "x\r\n" + multi(part(`name="a"`, "x")), []string{"Content-Type", multipart}, 400},
		{"data behind the end", "POST", "/file", multi(part(`name="a"`, "x")) + "x", []string{"Content-Type", multipart}, 400},
		{"a part cut off", "POST", "/file", "--b\r\n" + part(`name="a"`, "x"), []string{"Content-Type", multipart}, 400},
		{"a second file name", "POST", "/file", multi(part(`name="f"; filename="a"; filename*=utf-8''b`, "x")), []string{"Content-Type", multipart}, 400},
		{"a part in another encoding", "POST", "/file", multi("Content-Transfer-Encoding: base64\r\n" + part(`name="a"`, "x")), []string{"Content-Type", multipart}, 400},
		{"a part without a name", "POST", "/file", multi(part(`x="a"`, "x")), []string{"Content-Type", multipart}, 400},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := send(t, e, row.method, row.target, row.body, row.headers...)
			assert.Equal(t, row.status, rec.Code, "%s", rec.Body)
			switch {
			case row.status != 200:
				decode(t, rec)
				assert.NotContains(t, rec.Body.String(), "onerror=alert", "no value comes back")
			case row.method == "POST" && !strings.Contains(row.name, "gzip"):
				assert.Equal(t, row.body, rec.Body.String(), "the handler reads what was sent")
			}
		})
	}
}

func TestTwoContentTypesAreRefused(t *testing.T) {
	req := httptest.NewRequest("POST", "/", strings.NewReader("{}"))
	req.Header["Content-Type"] = []string{"application/json", "text/plain"}
	rec := httptest.NewRecorder()
	guarded(t, middleware.GuardConfig{}).ServeHTTP(rec, req)
	assert.Equal(t, 415, rec.Code)
}

func TestInsecureAnswer(t *testing.T) {
	e := guarded(t, middleware.GuardConfig{})
	rec := send(t, e, "POST", "/", `{"items":[{"first name":"x"},{"name":"`+attack+`","`+attack+`":1}]}`)
	a := decode(t, rec)
	assert.Equal(t, 400, rec.Code)
	assert.Empty(t, a.I18nKey, "Tango has the key in errors[] alone")
	require.Len(t, a.Errors, 2)
	assert.Equal(t, "422.111", a.Errors[0].I18nKey)
	assert.Equal(t, "The string value contains possibly insecure characters", a.Errors[0].Message)
	assert.Equal(t, "/items/1/name", a.Errors[0].Pointer)
	assert.Equal(t, "items[1].name", a.Errors[0].Path)
	assert.Equal(t, "/items/1/*", a.Errors[1].Pointer, "a name that is an attack is not repeated")
	assert.Empty(t, a.Errors[0].Rule)
}

func TestModes(t *testing.T) {
	body := `{"a": "hello ` + attack + `", "n":  1.50,"ok":"O'Brien"}`
	t.Run("strip rewrites values alone, and logs it", func(t *testing.T) {
		var log bytes.Buffer
		e := guarded(t, middleware.GuardConfig{Mode: middleware.Strip, Observe: middleware.Observe{Logger: slog.New(slog.NewJSONHandler(&log, nil))}})
		rec := send(t, e, "POST", "/", body)
		assert.Equal(t, 200, rec.Code, "%s", rec.Body)
		assert.NotContains(t, rec.Body.String(), "onerror")
		assert.Contains(t, rec.Body.String(), `"n":  1.50,"ok":"O'Brien"}`)
		assert.Contains(t, log.String(), `"pointer":"/a"`)
		assert.NotContains(t, log.String(), "onerror")
		assert.Equal(t, 400, send(t, e, "POST", "/", `{"`+attack+`":1}`).Code, "a name is refused")
		assert.Equal(t, 400, send(t, e, "GET", "/?a="+url.QueryEscape(attack), "").Code, "a query is refused")
		for _, h := range []string{"X-Signed-Payload", "Signature", "X-Hub-Signature-256", "Digest", "Stripe-Signature"} {
			assert.Equal(t, 400, send(t, e, "POST", "/", body, h, "x").Code, "a signed body is refused, not rewritten: %s", h)
		}
	})
	t.Run("report lets through and logs", func(t *testing.T) {
		var log bytes.Buffer
		e := guarded(t, middleware.GuardConfig{Mode: middleware.Report, Observe: middleware.Observe{Logger: slog.New(slog.NewJSONHandler(&log, nil))}})
		rec := send(t, e, "POST", "/", body)
		assert.Equal(t, 200, rec.Code)
		assert.Equal(t, body, rec.Body.String())
		assert.Contains(t, log.String(), `"reported_only":true`)
		assert.Contains(t, log.String(), `"class":"xss"`)
		assert.NotContains(t, log.String(), "onerror")
		assert.Equal(t, 400, send(t, e, "POST", "/", `{"a":1,"a":2}`).Code, "what cannot be read one way only is refused in every mode")
	})
	t.Run("a route has its own", func(t *testing.T) {
		e := guarded(t, middleware.GuardConfig{Routes: map[string]middleware.Route{"POST /hook": {Mode: middleware.Report}}})
		assert.Equal(t, 200, send(t, e, "POST", "/hook", body).Code)
		assert.Equal(t, 400, send(t, e, "POST", "/", body).Code)
	})
}

func TestPathParametersAreDecodedOnce(t *testing.T) {
	e := guarded(t, middleware.GuardConfig{})
	for sent, want := range map[string]string{
		"acc%31":    "acc1",
		"acc%2531":  "acc%31",
		"a%2Fb":     "a/b",
		"a+b":       "a+b",
		"%E6%97%A5": "日",
	} {
		rec := send(t, e, "GET", "/items/"+sent, "")
		assert.Equal(t, 200, rec.Code, sent)
		assert.Equal(t, url.QueryEscape(want), rec.Header().Get("X-Param"), sent)
	}
	double := echo.New()
	double.Use(middleware.Guard(), middleware.Guard())
	double.GET("/items/:id", func(c echo.Context) error { return c.String(200, c.Param("id")) })
	assert.Equal(t, "a%2Fb/", send(t, double, "GET", "/items/a%252Fb%2F", "").Body.String(), "two guards decode once")
}

func TestMemoryOfAllBodies(t *testing.T) {
	release := make(chan struct{})
	entered := make(chan struct{})
	mw, err := middleware.GuardConfig{Limits: middleware.Limits{AllBodies: 1000}}.ToMiddleware()
	require.NoError(t, err)
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.POST("/", func(c echo.Context) error {
		entered <- struct{}{}
		<-release
		return c.NoContent(204)
	}, mw)
	body := `"` + strings.Repeat("a", 598) + `"`
	first := make(chan int)
	go func() { first <- send(t, e, "POST", "/", body).Code }()
	<-entered
	rec := send(t, e, "POST", "/", body)
	assert.Equal(t, 503, rec.Code)
	assert.Equal(t, "1", rec.Header().Get("Retry-After"))
	close(release)
	assert.Equal(t, 204, <-first)
	go func() { <-entered }()
	assert.Equal(t, 204, send(t, e, "POST", "/", body).Code, "what was held is given back")
}

// cutOff gives some bytes and then the error of a connection that broke.
type cutOff struct{ rest string }

func (c *cutOff) Read(p []byte) (int, error) {
	if c.rest == "" {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func TestBodiesThatBreakOffHoldNoMemory(t *testing.T) {
	e := guarded(t, middleware.GuardConfig{Limits: middleware.Limits{AllBodies: 1000}})
	for range 10 {
		req := httptest.NewRequest("POST", "/", &cutOff{strings.Repeat("a", 600)})
		req.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		e.ServeHTTP(rec, req)
		assert.Equal(t, 400, rec.Code)
	}
	assert.Equal(t, 200, send(t, e, "POST", "/", `"`+strings.Repeat("a", 900)+`"`).Code)
}

// The limit holds to the byte, also where no length is announced.
func TestBodyLimit(t *testing.T) {
	e := guarded(t, middleware.GuardConfig{Limits: middleware.Limits{Body: 10_000}})
	for size, status := range map[int]int{9_999: 200, 10_000: 200, 10_001: 413, 20_000: 413} {
		for _, announced := range []bool{true, false} {
			req := httptest.NewRequest("POST", "/", strings.NewReader(`"`+strings.Repeat("a", size-2)+`"`))
			req.Header.Set("Content-Type", "application/json")
			if !announced {
				req.ContentLength = -1
			}
			rec := httptest.NewRecorder()
			e.ServeHTTP(rec, req)
			assert.Equal(t, status, rec.Code, "%d bytes, announced: %v", size, announced)
		}
	}
}

func TestGuardMistakesAreReportedTogether(t *testing.T) {
	_, err := middleware.GuardConfig{
		Mode:   "strict",
		Limits: middleware.Limits{Depth: -1},
		Fields: map[string]middleware.FieldRule{"name": {}, "/a/**/b": {}, "/x": {As: "xml"}, "/t~2": {}},
		Routes: map[string]middleware.Route{"/orders": {}, "POST /x": {Mode: "no", Body: -1}},
	}.ToMiddleware()
	require.Error(t, err)
	for _, want := range []string{`Mode "strict"`, "a limit is negative", `"name" does not begin with /`, "** stands at the end", `As "xml"`, `"/t~2"`, `"/orders" is not of the form`, `Mode "no"`, "Body is negative"} {
		assert.ErrorContains(t, err, want)
	}
}

func TestGuardForNetHTTP(t *testing.T) {
	wrap, err := middleware.GuardConfig{Routes: map[string]middleware.Route{"POST /hook/{id}": {Raw: true}}}.ToHandler()
	require.NoError(t, err)
	back := wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }))
	mux := http.NewServeMux()
	mux.Handle("POST /orders/{ref}", back)
	mux.Handle("POST /hook/{id}", back)
	assert.Equal(t, 200, send(t, mux, "POST", "/orders/1", `{"a":"b"}`).Code)
	rec := send(t, mux, "POST", "/orders/1", `{"a":"`+attack+`"}`)
	assert.Equal(t, 400, rec.Code)
	assert.Equal(t, "422.111", decode(t, rec).Errors[0].I18nKey)
	rec = send(t, mux, "POST", "/orders/"+url.PathEscape(attack), `{}`)
	assert.Equal(t, 400, rec.Code)
	assert.Equal(t, "ref", decode(t, rec).Errors[0].Path)
	assert.Equal(t, attack, send(t, mux, "POST", "/hook/1", attack).Body.String())
}
