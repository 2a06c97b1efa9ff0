package middleware

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// BrowserConfig refuses state-changing requests that a browser sends, as Tango does: HTTP 403, i18nKey
// 403.001, "Authorization Error", no Access-Control header. A browser's preflight gets the same answer, and so
// no permission.
//
// It belongs on routes that machines call. It mirrors a rule and is no access control: whoever writes a
// program can leave the headers of a browser out. What it does prevent is that a page somebody visits makes
// their browser send the request (CWE-352), and that a key is put into a page, where it would work otherwise.
//
// A browser is known by what pages cannot remove (Fetch, sections 2.2.2 and 3.2; Fetch Metadata): Origin,
// Sec-Fetch-Site, Sec-Fetch-Dest, Sec-Fetch-User, Sec-Fetch-Mode "navigate" or "websocket", Sec-CH-UA,
// Ping-From, Ping-To, and Referer together with Cookie. Sec-Fetch-Mode alone is no sign: Node's fetch sends it.
//
// The zero value is the safe default.
type BrowserConfig struct {
	// Methods are refused. Nil: every method but GET, HEAD and OPTIONS. A method override in a header or the
	// query does not hide the method that was sent.
	Methods []string
	// AllowedOrigins may send from a browser: a backend's own web page. Each is scheme://host[:port], compared
	// exactly; the port is left out where it is the scheme's own. Whether such a request is really wanted by
	// its user is then the business of a CSRF check, such as net/http.CrossOriginProtection.
	AllowedOrigins []string
	// UserAgents also takes for a browser what calls itself Mozilla. Tools do that too.
	UserAgents bool
	// Insecure bypasses: a request for which Skip returns true is not looked at.
	Skip func(*http.Request) bool
	// Deny answers instead of Tango's envelope.
	Deny http.Handler
	// Report only logs, and lets everything through.
	Report bool
	// Observe is where refusals are logged and counted. The zero value: nowhere.
	Observe Observe
	// Errors is how the net/http form writes its answer. Echo has its own error handler.
	Errors ErrorConfig
}

// RejectBrowsers is [BrowserConfig] with its defaults.
func RejectBrowsers() echo.MiddlewareFunc { return must(BrowserConfig{}.ToMiddleware()) }

// ToMiddleware checks the configuration and makes the middleware for Echo. In Pre it sees a request before a
// method override does.
func (cfg BrowserConfig) ToMiddleware() (echo.MiddlewareFunc, error) {
	check, err := cfg.build()
	if err != nil {
		return nil, err
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := check.refuse(c.Request(), c.Path())
			switch {
			case r == nil:
				return next(c)
			case cfg.Deny != nil:
				dropCORS(c.Response().Header())
				cfg.Deny.ServeHTTP(c.Response(), c.Request())
				return nil
			}
			dropCORS(c.Response().Header())
			return echoError(c, r)
		}
	}, nil
}

// ToHandler is the same for net/http.
func (cfg BrowserConfig) ToHandler() (func(http.Handler) http.Handler, error) {
	check, err := cfg.build()
	if err != nil {
		return nil, err
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			r := check.refuse(req, req.Pattern)
			switch {
			case r == nil:
				next.ServeHTTP(w, req)
			case cfg.Deny != nil:
				dropCORS(w.Header())
				cfg.Deny.ServeHTTP(w, req)
			default:
				dropCORS(w.Header())
				cfg.Errors.Respond(w, req, r)
			}
		})
	}, nil
}

// browserCheck is a BrowserConfig after its mistakes were found.
type browserCheck struct {
	BrowserConfig
	observe *observer
}

func (cfg BrowserConfig) build() (*browserCheck, error) {
	var wrong []error
	cfg.AllowedOrigins = slices.Clone(cfg.AllowedOrigins)
	cfg.Methods = slices.Clone(cfg.Methods)
	for _, o := range cfg.AllowedOrigins {
		u, err := url.Parse(o)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.Scheme+"://"+u.Host != o ||
			o != strings.ToLower(o) || (u.Scheme == "https" && u.Port() == "443") || (u.Scheme == "http" && u.Port() == "80") {
			wrong = append(wrong, fmt.Errorf("middleware: BrowserConfig.AllowedOrigins: %q is not scheme://host[:port] as a browser writes it: lower case, no path, no default port, no wildcard", o))
		}
	}
	for _, m := range cfg.Methods {
		if m == "" || m != strings.ToUpper(m) {
			wrong = append(wrong, fmt.Errorf("middleware: BrowserConfig.Methods: %q is not a method in capitals", m))
		}
	}
	observe, err := cfg.Observe.build()
	return &browserCheck{cfg, observe}, errors.Join(append(wrong, err)...)
}

// refuse decides about a request. It reads headers and the query, never the body.
func (b *browserCheck) refuse(req *http.Request, route string) *Refusal {
	if b.Skip != nil && b.Skip(req) {
		return nil
	}
	if !b.changesState(req) && !isPreflight(req) {
		return nil
	}
	sign := BrowserSign(req)
	if sign == "" && b.UserAgents && strings.Contains(req.UserAgent(), "Mozilla/") {
		sign = "user_agent"
	}
	if sign == "" || b.allowedOrigin(req) {
		return nil
	}
	r := forbidden("browser." + sign)
	b.observe.refused(req, route, r, slog.Bool("reported_only", b.Report))
	if b.Report {
		return nil
	}
	return r
}

// allowedOrigin reports whether the request names one origin and it is listed.
func (b *browserCheck) allowedOrigin(req *http.Request) bool {
	origin := req.Header["Origin"]
	return len(origin) == 1 && slices.Contains(b.AllowedOrigins, origin[0])
}

// changesState reports whether the request, as it was sent, is one of the refused methods. A method override
// that ran before leaves its header, its query parameter, or a body on a GET.
func (b *browserCheck) changesState(req *http.Request) bool {
	if b.counts(req.Method) || overridden(req) {
		return true
	}
	return (req.Method == http.MethodGet || req.Method == http.MethodHead) && req.ContentLength != 0
}

func (b *browserCheck) counts(method string) bool {
	if b.Methods != nil {
		return slices.Contains(b.Methods, method)
	}
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

func overridden(req *http.Request) bool {
	h := req.Header
	return h["X-Http-Method-Override"] != nil || h["X-Http-Method"] != nil || h["X-Method-Override"] != nil ||
		strings.Contains(req.URL.RawQuery, "_method=")
}

// isPreflight is a CORS-preflight request (Fetch, section 4.8).
func isPreflight(req *http.Request) bool {
	return req.Method == http.MethodOptions && req.Header["Access-Control-Request-Method"] != nil
}

// BrowserSign tells by which sign a request is known to come from a browser: "origin", "fetch_metadata",
// "client_hints", "ping", "referer"; "" when there is none. It looks at headers that a page's script can
// neither set nor remove (forbidden request-headers of Fetch, section 2.2.2), whatever the method.
func BrowserSign(req *http.Request) string {
	h := req.Header
	switch {
	case h["Origin"] != nil: // also "null", which is what pages without an origin and strict referrer policies send
		return "origin"
	case h["Sec-Fetch-Site"] != nil, h["Sec-Fetch-Dest"] != nil, h["Sec-Fetch-User"] != nil:
		return "fetch_metadata"
	case h["Sec-Fetch-Mode"] != nil && (h.Get("Sec-Fetch-Mode") == "navigate" || h.Get("Sec-Fetch-Mode") == "websocket"):
		return "fetch_metadata"
	case h["Sec-Ch-Ua"] != nil, h["Sec-Ch-Ua-Mobile"] != nil, h["Sec-Ch-Ua-Platform"] != nil:
		return "client_hints"
	case h["Ping-From"] != nil, h["Ping-To"] != nil:
		return "ping"
	case h["Referer"] != nil && h["Cookie"] != nil:
		return "referer"
	}
	return ""
}

// dropCORS takes back what a CORS middleware further out has granted.
func dropCORS(h http.Header) {
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			delete(h, name)
		}
	}
}
