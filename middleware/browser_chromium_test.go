package middleware_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/browsertest"
	"github.com/tangoguard/tangoguard/middleware"
)

// arrivals counts, by the last step of the path, the requests that came to the backend and those that reached
// its handler.
type arrivals struct {
	mu      sync.Mutex
	came    map[string][]string // method and sign of each request
	reached map[string]int
}

func (a *arrivals) note(req *http.Request, reached bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	name := filepath.Base(req.URL.Path)
	if reached {
		a.reached[name]++
		return
	}
	a.came[name] = append(a.came[name], req.Method+" "+middleware.BrowserSign(req))
}

func (a *arrivals) of(name string) ([]string, int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string(nil), a.came[name]...), a.reached[name]
}

// sending is one way in which a page sends a request. The script may use url; it returns, or resolves to, what
// the page could learn of the answer.
type sending struct{ name, script string }

var sendings = []sending{
	{"fetch", `fetch(url, {method: 'POST', body: '{}', headers: {'Content-Type': 'text/plain'}}).then(r => r.text())`},
	{"fetch-json", `fetch(url, {method: 'POST', body: '{}', headers: {'Content-Type': 'application/json'}}).then(r => r.text())`},
	{"fetch-no-cors", `fetch(url, {method: 'POST', body: '{}', mode: 'no-cors'}).then(r => r.text())`},
	{"fetch-put", `fetch(url, {method: 'PUT', body: '{}'}).then(r => r.text())`},
	{"fetch-delete", `fetch(url, {method: 'DELETE'}).then(r => r.text())`},
	{"fetch-no-referrer", `fetch(url, {method: 'POST', body: '{}', referrerPolicy: 'no-referrer'}).then(r => r.text())`},
	{"fetch-no-cors-no-referrer", `fetch(url, {method: 'POST', body: '{}', mode: 'no-cors', referrerPolicy: 'no-referrer'}).then(r => r.text())`},
	{"keepalive", `fetch(url, {method: 'POST', body: '{}', keepalive: true}).then(r => r.text())`},
	{"credentials", `fetch(url, {method: 'POST', body: '{}', credentials: 'include'}).then(r => r.text())`},
	{"xhr", `new Promise(done => { const x = new XMLHttpRequest(); x.open('POST', url); x.onloadend = () => done(x.responseText); x.send('{}') })`},
	{"beacon", `navigator.sendBeacon(url, '{}') && new Promise(done => setTimeout(() => done(''), 200))`},
	{"ping", `new Promise(done => { const a = document.createElement('a'); a.href = '#'; a.ping = url; document.body.append(a); a.click(); setTimeout(() => done(''), 400) })`},
	{"form-urlencoded", form("application/x-www-form-urlencoded", "")},
	{"form-multipart", form("multipart/form-data", "")},
	{"form-text", form("text/plain", "")},
	{"form-no-referrer", form("text/plain", `f.rel = 'noreferrer';`)},
}

// form sends a form into a frame, as a page does that wants nobody to notice.
func form(enctype, more string) string {
	return `new Promise(done => { const i = document.createElement('iframe'); i.name = 'f' + Math.random(); document.body.append(i);
		const f = document.createElement('form'); f.method = 'POST'; f.action = url; f.enctype = '` + enctype + `'; f.target = i.name; ` + more + `
		f.innerHTML = '<input name=a value=b>'; document.body.append(f);
		i.onload = () => { let seen = ''; try { seen = i.contentDocument.body.innerText } catch (e) {} done(seen) };
		f.submit(); setTimeout(() => done(''), 3000) })`
}

// Every way in which a real browser can send a state-changing request is refused, and a page of another origin
// cannot read the answer.
func TestBrowserCannotSend(t *testing.T) {
	ctx := browser(t)
	seen := &arrivals{came: map[string][]string{}, reached: map[string]int{}}
	backend := backendFor(t, seen)
	pages := map[string]string{
		"same-origin":  backend.URL + "/page",
		"cross-origin": pageServer(t).URL + "/page",
		"no-referrer":  pageServer(t).URL + "/page?policy=no-referrer",
		"file":         filePage(t),
		"data":         "data:text/html,<body>hello",
		// A name that is not loopback over plain http has no fetch metadata; the browser resolves it to us.
		"plain-http": strings.Replace(pageServer(t).URL, "127.0.0.1", "pages.example", 1) + "/page",
	}
	names := []string{"same-origin", "cross-origin", "no-referrer", "file", "data", "plain-http"}
	for _, from := range names {
		t.Run(from, func(t *testing.T) {
			tab, cancel := chromedp.NewContext(ctx)
			defer cancel()
			tab, stop := context.WithTimeout(tab, 2*time.Minute)
			defer stop()
			require.NoError(t, chromedp.Do(tab, chromedp.Navigate(pages[from])))
			base := backend.URL
			if from == "plain-http" {
				base = strings.Replace(base, "127.0.0.1", "api.example", 1)
			}
			for _, way := range sendings {
				sendFrom(t, tab, seen, base, from, way)
			}
		})
	}
}

// sendFrom sends in one way, and looks at what came, what got through and what the page saw.
func sendFrom(t *testing.T, tab context.Context, seen *arrivals, base, from string, way sending) {
	t.Helper()
	name := from + "-" + way.name
	target := base + "/orders/" + name
	script := fmt.Sprintf(`(async () => { const url = %q; try { return String(await (%s)) } catch (e) { return 'error: ' + e.name } })()`, target, way.script)
	learned, err := chromedp.Run(tab, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	require.NoError(t, err, name)
	came, reached := seen.of(name)
	for wait := 0; len(came) == 0 && wait < 50; wait++ {
		time.Sleep(20 * time.Millisecond)
		came, reached = seen.of(name)
	}
	require.NotEmpty(t, came, "%s: the browser sent nothing, so nothing was shown", name)
	assert.Zero(t, reached, "%s: got through: %v", name, came)
	for _, one := range came {
		assert.False(t, strings.HasSuffix(one, " "), "%s: no sign of a browser on %q", name, one)
	}
	if from == "same-origin" {
		return // a page of the backend itself may read what the backend answers
	}
	assert.NotContains(t, learned, "403", "%s: the page read the answer", name)
	assert.NotContains(t, learned, "Authorization", "%s: the page read the answer", name)
}

// backendFor is a backend that refuses browsers and notes what comes.
func backendFor(t *testing.T, seen *arrivals) *httptest.Server {
	t.Helper()
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.Pre(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if strings.HasPrefix(c.Request().URL.Path, "/orders/") {
				seen.note(c.Request(), false)
			}
			return next(c)
		}
	})
	e.GET("/page", func(c echo.Context) error { return c.HTML(200, "<body>page") })
	e.Any("/orders/:name", func(c echo.Context) error {
		seen.note(c.Request(), true)
		return c.String(200, "403.001 Authorization: sent")
	}, middleware.RejectBrowsers())
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	return s
}

// pageServer is another origin with a page on it.
func pageServer(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := r.URL.Query().Get("policy"); p != "" {
			w.Header().Set("Referrer-Policy", p)
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<body>page"))
	}))
	t.Cleanup(s.Close)
	return s
}

func filePage(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.html")
	require.NoError(t, os.WriteFile(path, []byte("<body>page"), 0o600))
	return "file://" + path
}

// browser starts chromium; every *.example is this machine.
func browser(t *testing.T) context.Context {
	t.Helper()
	return browsertest.Start(t,
		chromedp.Flag("host-resolver-rules", "MAP *.example 127.0.0.1"),
		// The test asks what the server does; whether this browser would let a data: page reach loopback is not it.
		chromedp.Flag("disable-features", "LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests"))
}

// A page of an allowed origin can send, and one that only looks like it cannot.
func TestBrowserOfAnAllowedOriginCanSend(t *testing.T) {
	ctx := browser(t)
	var reached sync.Map
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	server := httptest.NewUnstartedServer(e)
	origin := "http://" + server.Listener.Addr().(*net.TCPAddr).String()
	mw, err := middleware.BrowserConfig{AllowedOrigins: []string{origin}}.ToMiddleware()
	require.NoError(t, err)
	e.GET("/page", func(c echo.Context) error { return c.HTML(200, "<body>page") })
	e.POST("/orders/:name", func(c echo.Context) error {
		reached.Store(c.Param("name"), true)
		return c.String(200, "sent")
	}, mw)
	server.Start()
	t.Cleanup(server.Close)
	for page, want := range map[string]bool{origin + "/page": true, pageServer(t).URL + "/page": false} {
		tab, cancel := chromedp.NewContext(ctx)
		require.NoError(t, chromedp.Do(tab, chromedp.Navigate(page)))
		name := fmt.Sprint("own-", want)
		raw, err := chromedp.Run(tab, chromedp.Evaluate[string](
			fmt.Sprintf(`fetch(%q, {method: 'POST', body: '{}', mode: 'no-cors'}).then(r => JSON.stringify({status: r.status}))`, origin+"/orders/"+name), chromedp.EvalAwaitPromise))
		cancel()
		require.NoError(t, err)
		var got struct{ Status int }
		require.NoError(t, json.Unmarshal([]byte(raw), &got))
		_, ok := reached.Load(name)
		assert.Equal(t, want, ok, page)
		assert.Equal(t, want, got.Status == 200, "%s: %d", page, got.Status)
	}
}
