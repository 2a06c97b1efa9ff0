package middleware_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	emw "github.com/labstack/echo/v4/middleware"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/middleware"
)

func TestRejectBrowsers(t *testing.T) {
	for _, row := range []struct {
		name    string
		method  string
		headers []string
		refused bool
	}{
		{"cross-origin fetch", "POST", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, true},
		{"same-origin fetch", "POST", []string{"Origin", "https://api.example", "Sec-Fetch-Site", "same-origin"}, true},
		{"a page without an origin, or a strict referrer policy", "POST", []string{"Origin", "null"}, true},
		{"an empty Origin is there all the same", "POST", []string{"Origin", ""}, true},
		{"plain http on a name: Origin alone", "POST", []string{"Origin", "http://intranet"}, true},
		{"Origin taken out by a proxy", "POST", []string{"Sec-Fetch-Site", "same-site"}, true},
		{"fetch metadata: destination", "POST", []string{"Sec-Fetch-Dest", "document"}, true},
		{"fetch metadata: navigation", "POST", []string{"Sec-Fetch-Mode", "navigate"}, true},
		{"fetch metadata: user activation", "POST", []string{"Sec-Fetch-User", "?1"}, true},
		{"client hints", "POST", []string{"Sec-CH-UA", `"Chromium";v="140"`}, true},
		{"a ping", "POST", []string{"Ping-To", "https://evil.example"}, true},
		{"Referer with a Cookie", "POST", []string{"Referer", "https://shop.example/", "Cookie", "a=b"}, true},
		{"PUT", "PUT", []string{"Origin", "https://a.example"}, true},
		{"PATCH", "PATCH", []string{"Origin", "https://a.example"}, true},
		{"DELETE", "DELETE", []string{"Origin", "https://a.example"}, true},
		{"a method nobody knows", "FROB", []string{"Origin", "https://a.example"}, true},
		{"a preflight", "OPTIONS", []string{"Origin", "https://a.example", "Access-Control-Request-Method", "POST"}, true},
		{"GET that says it is POST", "GET", []string{"Origin", "https://a.example", "X-HTTP-Method-Override", "POST"}, true},

		{"GET from a browser changes nothing", "GET", []string{"Origin", "https://a.example", "Sec-Fetch-Site", "cross-site"}, false},
		{"HEAD from a browser", "HEAD", []string{"Origin", "https://a.example"}, false},
		{"OPTIONS that is no preflight", "OPTIONS", []string{"Origin", "https://a.example"}, false},
		{"curl", "POST", []string{"User-Agent", "curl/8.14.1", "Accept", "*/*"}, false},
		{"Go", "POST", []string{"User-Agent", "Go-http-client/1.1", "Accept-Encoding", "gzip"}, false},
		{"Java", "POST", []string{"User-Agent", "Java-http-client/21", "Connection", "Upgrade, HTTP2-Settings", "Upgrade", "h2c"}, false},
		{"Python requests", "POST", []string{"User-Agent", "python-requests/2.32", "Accept", "*/*"}, false},
		{"Ruby", "POST", []string{"User-Agent", "Ruby", "Accept", "*/*"}, false},
		{"PHP, with a cookie", "POST", []string{"User-Agent", "GuzzleHttp/7", "Cookie", "a=b"}, false},
		{"Node's fetch, which names its mode", "POST", []string{"User-Agent", "node", "Sec-Fetch-Mode", "cors"}, false},
		{"a tool that calls itself Mozilla", "POST", []string{"User-Agent", "Mozilla/5.0 (Windows NT 6.1; WOW64) PowerShell/5.1"}, false},
		{"Referer without a Cookie", "POST", []string{"Referer", "https://docs.example/"}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			reached := false
			e := echo.New()
			e.HTTPErrorHandler = middleware.HTTPErrorHandler
			e.Use(middleware.RejectBrowsers())
			e.Any("/", func(c echo.Context) error { reached = true; return c.NoContent(204) })
			e.Add("FROB", "/", func(c echo.Context) error { reached = true; return c.NoContent(204) })
			req := httptest.NewRequest(row.method, "/", nil)
			for i := 0; i < len(row.headers); i += 2 {
				req.Header.Set(row.headers[i], row.headers[i+1])
			}
			rec := httptest.NewRecorder()
			e.ServeHTTP(rec, req)
			assert.Equal(t, !row.refused, reached)
			if !row.refused {
				return
			}
			assert.Equal(t, http.StatusForbidden, rec.Code)
			assert.Equal(t, "application/json; charset=utf-8", rec.Header().Get("Content-Type"))
			a := decode(t, rec)
			assert.Equal(t, "403.001", a.I18nKey)
			assert.Equal(t, "Authorization Error", a.Message)
			for name := range rec.Header() {
				assert.False(t, strings.HasPrefix(name, "Access-Control-"), name)
			}
		})
	}
}

func TestBrowserConfig(t *testing.T) {
	reach := func(t *testing.T, cfg middleware.BrowserConfig, method, target string, pre []echo.MiddlewareFunc, headers ...string) *httptest.ResponseRecorder {
		t.Helper()
		mw, err := cfg.ToMiddleware()
		require.NoError(t, err)
		e := echo.New()
		e.HTTPErrorHandler = middleware.HTTPErrorHandler
		e.Pre(pre...)
		e.Use(mw)
		e.Any("/", func(c echo.Context) error { return c.NoContent(204) })
		return send(t, e, method, target, "", headers...)
	}
	type cfg = middleware.BrowserConfig
	allow := cfg{AllowedOrigins: []string{"https://app.example"}}
	t.Run("an allowed origin", func(t *testing.T) {
		assert.Equal(t, 204, reach(t, allow, "POST", "/", nil, "Origin", "https://app.example", "Sec-Fetch-Site", "same-origin").Code)
	})
	for _, origin := range []string{"https://app.example.evil", "https://APP.example", "http://app.example", "https://app.example:8443", "null", "https://app.example/"} {
		t.Run("not "+origin, func(t *testing.T) {
			assert.Equal(t, 403, reach(t, allow, "POST", "/", nil, "Origin", origin).Code)
		})
	}
	t.Run("not two origins, one of them allowed", func(t *testing.T) {
		wrap, err := allow.ToHandler()
		require.NoError(t, err)
		req := httptest.NewRequest("POST", "/", nil)
		req.Header["Origin"] = []string{"https://app.example", "https://evil.example"}
		rec := httptest.NewRecorder()
		wrap(http.NotFoundHandler()).ServeHTTP(rec, req)
		assert.Equal(t, 403, rec.Code)
	})
	t.Run("its preflight passes on", func(t *testing.T) {
		assert.Equal(t, 204, reach(t, allow, "OPTIONS", "/", nil, "Origin", "https://app.example", "Access-Control-Request-Method", "POST").Code)
	})
	t.Run("methods", func(t *testing.T) {
		c := cfg{Methods: []string{"GET"}}
		assert.Equal(t, 403, reach(t, c, "GET", "/", nil, "Origin", "null").Code)
		assert.Equal(t, 204, reach(t, c, "POST", "/", nil, "Origin", "null").Code)
	})
	t.Run("user agents by choice", func(t *testing.T) {
		assert.Equal(t, 403, reach(t, cfg{UserAgents: true}, "POST", "/", nil, "User-Agent", "Mozilla/5.0").Code)
	})
	t.Run("skip", func(t *testing.T) {
		assert.Equal(t, 204, reach(t, cfg{Skip: func(r *http.Request) bool { return r.URL.Path == "/" }}, "POST", "/", nil, "Origin", "null").Code)
	})
	t.Run("report lets it through", func(t *testing.T) {
		assert.Equal(t, 204, reach(t, cfg{Report: true}, "POST", "/", nil, "Origin", "null").Code)
	})
	t.Run("deny handler", func(t *testing.T) {
		rec := reach(t, cfg{Deny: http.NotFoundHandler()}, "POST", "/", nil, "Origin", "null")
		assert.Equal(t, 404, rec.Code)
	})
	t.Run("a method override before us does not hide POST", func(t *testing.T) {
		override := emw.MethodOverrideWithConfig(emw.MethodOverrideConfig{Getter: emw.MethodFromQuery("_method")})
		assert.Equal(t, 403, reach(t, cfg{}, "POST", "/?_method=GET", []echo.MiddlewareFunc{override}, "Origin", "null").Code)
		header := emw.MethodOverride()
		assert.Equal(t, 403, reach(t, cfg{}, "POST", "/", []echo.MiddlewareFunc{header}, "Origin", "null", "X-HTTP-Method-Override", "GET").Code)
	})
	t.Run("what a CORS middleware granted is taken back", func(t *testing.T) {
		rec := reach(t, cfg{}, "POST", "/", []echo.MiddlewareFunc{emw.CORS()}, "Origin", "https://evil.example")
		assert.Equal(t, 403, rec.Code)
		assert.Empty(t, rec.Header().Get("Access-Control-Allow-Origin"))
	})
	t.Run("mistakes are reported together", func(t *testing.T) {
		_, err := cfg{AllowedOrigins: []string{"*", "null", "https://a.example/", "https://a.example:443", "https://ok.example"}, Methods: []string{"post"}}.ToMiddleware()
		require.Error(t, err)
		for _, want := range []string{`"*"`, `"null"`, `"https://a.example/"`, `"https://a.example:443"`, `"post"`} {
			assert.ErrorContains(t, err, want)
		}
		assert.NotContains(t, err.Error(), "ok.example")
	})
	t.Run("the net/http form", func(t *testing.T) {
		wrap, err := cfg{}.ToHandler()
		require.NoError(t, err)
		h := wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
		assert.Equal(t, 204, send(t, h, "POST", "/", "").Code)
		rec := send(t, h, "POST", "/", "", "Origin", "null")
		assert.Equal(t, 403, rec.Code)
		assert.Equal(t, "403.001", decode(t, rec).I18nKey)
	})
}
