package middleware

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/internal/jsonwalk"
)

// Mode is what the guard does about a finding.
type Mode string

// The modes. Whatever the mode, a request that cannot be read one way only is refused.
const (
	Refuse Mode = "refuse" // 400 with 422.111 in errors[]; the default
	Strip  Mode = "strip"  // findings are taken out of JSON values, and each change is logged; elsewhere, and in signed bodies, they are refused
	Report Mode = "report" // findings are logged, and the request goes on as it is
)

// Limits bound a request. 0 means the default; a negative number is a mistake.
type Limits struct {
	Body       int64 // bytes, also after inflation: 1 MiB
	AllBodies  int64 // bytes held by all requests of this guard together: 64 MiB, then 503
	URL        int   // bytes of the path and the query: 8 KiB
	Header     int   // bytes of all names and values: 32 KiB
	HeaderRows int   // header lines: 100
	Parameters int   // of the query, and fields of a form: 100
	Depth      int   // JSON objects and arrays inside each other: 64
	Keys       int   // JSON names together: 1,000
	String     int   // bytes of one decoded string, name, parameter or field: 64 KiB
}

func (l Limits) withDefaults() Limits {
	def := func(n *int, d int) {
		if *n == 0 {
			*n = d
		}
	}
	if l.Body == 0 {
		l.Body = 1 << 20
	}
	if l.AllBodies == 0 {
		l.AllBodies = 64 << 20
	}
	def(&l.URL, 8<<10)
	def(&l.Header, 32<<10)
	def(&l.HeaderRows, 100)
	def(&l.Parameters, 100)
	def(&l.Depth, 64)
	def(&l.Keys, 1000)
	def(&l.String, 64<<10)
	return l
}

// Route is what one route allows beyond the default.
type Route struct {
	Raw       bool                 // the body is bounded, and otherwise neither parsed nor touched: for signed webhooks
	Mode      Mode                 // "" is the guard's
	Body      int64                // bytes; 0 is the guard's
	Fields    map[string]FieldRule // before GuardConfig.Fields
	Form      bool                 // application/x-www-form-urlencoded too
	Multipart bool                 // multipart/form-data too; the contents of files are bounded and not inspected
	Gzip      bool                 // Content-Encoding: gzip too; what is inside is bounded by the same limit
	Trailers  bool                 // trailers behind a chunked body
	Upgrade   bool                 // an Upgrade header; the guard sees nothing of what follows
	Repeated  []string             // query parameters that may come more than once
}

// GuardConfig inspects every request before a handler sees it. The zero value is the safe default.
type GuardConfig struct {
	// Mode is what is done about a finding, and Limits bound every request.
	Mode   Mode
	Limits Limits
	// Fields are rules by JSON pointer pattern: "/recipient/firstName", "/items/*/name", "/payload/**".
	// The most exact pattern wins. They hold for form fields too, "/name".
	Fields map[string]FieldRule
	// Routes by "METHOD pattern" as the router has it: "POST /webhooks/:id" in Echo, "POST /webhooks/{id}" in
	// net/http.
	Routes map[string]Route
	// Headers are inspected too, such as "X-Note".
	Headers []string
	// Skip bypasses the guard.
	Skip func(*http.Request) bool
	// Observe is where refusals and changes are logged and counted. The zero value: nowhere.
	Observe Observe
	// Errors is how the net/http form writes its answer. Echo has its own error handler.
	Errors ErrorConfig
}

// Guard is [GuardConfig] with its defaults.
func Guard() echo.MiddlewareFunc { return must(GuardConfig{}.ToMiddleware()) }

// ToMiddleware checks the configuration and makes the middleware for Echo. It belongs in Use or a group: in Pre
// there are no route and no path parameters yet.
func (cfg GuardConfig) ToMiddleware() (echo.MiddlewareFunc, error) {
	g, err := cfg.build()
	if err != nil {
		return nil, err
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			held, r := g.admit(c.Request(), c.Path(), paramsOf(c))
			defer g.total.give(held)
			if r != nil {
				return echoError(c, r)
			}
			return next(c)
		}
	}, nil
}

// ToHandler is the same for net/http. Wrap the handler of a route, not the mux, where routes have rules or
// parameters: they are known only behind the mux.
func (cfg GuardConfig) ToHandler() (func(http.Handler) http.Handler, error) {
	g, err := cfg.build()
	if err != nil {
		return nil, err
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			held, r := g.admit(req, req.Pattern, patternParams{req})
			defer g.total.give(held)
			if r != nil {
				cfg.Errors.Respond(w, req, r)
				return
			}
			next.ServeHTTP(w, req)
		})
	}, nil
}

// guard is a GuardConfig after its mistakes were found.
type guard struct {
	cfg      GuardConfig
	limits   Limits
	standard route
	routes   map[string]*route
	total    *budget
	observe  *observer
	names    names
}

type route struct {
	Route
	patterns []pattern
}

func (cfg GuardConfig) build() (*guard, error) {
	observe, err := cfg.Observe.build()
	wrong := []error{err}
	cfg.Headers = slices.Clone(cfg.Headers)
	for i, h := range cfg.Headers {
		cfg.Headers[i] = http.CanonicalHeaderKey(h)
	}
	l := cfg.Limits
	for _, n := range []int64{l.Body, l.AllBodies, int64(l.URL), int64(l.Header), int64(l.HeaderRows), int64(l.Parameters), int64(l.Depth), int64(l.Keys), int64(l.String)} {
		if n < 0 {
			wrong = append(wrong, errors.New("middleware: GuardConfig.Limits: a limit is negative; leave it 0 for the default"))
			break
		}
	}
	g := &guard{cfg: cfg, limits: l.withDefaults(), routes: map[string]*route{}, observe: observe}
	g.total = &budget{most: g.limits.AllBodies}
	add := func(where string, r Route) route {
		if r.Mode == "" {
			r.Mode = cfg.Mode
		}
		if r.Mode == "" {
			r.Mode = Refuse
		}
		if !slices.Contains([]Mode{Refuse, Strip, Report}, r.Mode) {
			wrong = append(wrong, fmt.Errorf("middleware: %s: Mode %q is none of refuse, strip, report", where, r.Mode))
		}
		if r.Body < 0 {
			wrong = append(wrong, fmt.Errorf("middleware: %s: Body is negative", where))
		}
		if r.Body == 0 {
			r.Body = g.limits.Body
		}
		own, err := compilePatterns(where+".Fields", r.Fields)
		wrong = append(wrong, err)
		all, err := compilePatterns("GuardConfig.Fields", cfg.Fields)
		if where == "GuardConfig" {
			wrong = append(wrong, err)
		}
		return route{r, append(own, all...)}
	}
	g.standard = add("GuardConfig", Route{})
	for key, r := range cfg.Routes {
		if method, path, ok := strings.Cut(key, " "); !ok || method == "" || method != strings.ToUpper(method) || !strings.HasPrefix(path, "/") {
			wrong = append(wrong, fmt.Errorf(`middleware: GuardConfig.Routes: %q is not of the form "POST /path"`, key))
		}
		built := add(fmt.Sprintf("GuardConfig.Routes[%q]", key), r)
		g.routes[key] = &built
	}
	return g, errors.Join(wrong...)
}

// routeOf finds the rules of a route. pattern may have its method in front, as in net/http.
func (g *guard) routeOf(method, pattern string) *route {
	if len(g.routes) > 0 {
		if !strings.Contains(pattern, " ") {
			pattern = method + " " + pattern
		}
		if r, ok := g.routes[pattern]; ok {
			return r
		}
	}
	return &g.standard
}

// admit decides about a request, and puts in place of its body the one that was inspected. held is what it
// holds of the budget until the handler is done.
func (g *guard) admit(req *http.Request, pattern string, p params) (held int64, r *Refusal) {
	if g.cfg.Skip != nil && g.cfg.Skip(req) {
		return 0, nil
	}
	var began time.Time
	if !g.observe.off() {
		began = time.Now()
	}
	at := g.routeOf(req.Method, pattern)
	in := inspection{guard: g, route: at, req: req, mode: at.Mode, pattern: pattern}
	if r = in.envelope(); r == nil {
		r = in.parameters(p)
	}
	if r == nil {
		held, r = in.body()
	}
	if r == nil {
		r = in.result()
	}
	if r != nil {
		g.observe.refused(req, pattern, r)
	}
	if !began.IsZero() {
		g.observe.inspected(req.Context(), pattern, int(max(req.ContentLength, 0)), began)
	}
	return held, r
}

func (g *guard) jsonLimits() jsonwalk.Limits {
	return jsonwalk.Limits{Depth: g.limits.Depth, Keys: g.limits.Keys, String: g.limits.String}
}
