package middleware

import (
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// Object is an order, line item, card, deposit or alert that a request names.
type Object struct {
	Name string // of the field or parameter: "referenceOrderID", "ref"
	ID   string // as the request has it
}

// ObjectConfig shows that every object a request names is the caller's, as [AccountConfig] does for accounts.
// An object of somebody else and one that does not exist get the same 404.
type ObjectConfig struct {
	// Resolve tells whether the object is the caller's; false also when there is none. An error, or a panic, is
	// 503.
	Resolve func(*http.Request, Object) (bool, error)
	// Places are what the route names. Nil: the fields of Tango's requests that name objects (referenceOrderID,
	// referenceLineItemID, referenceDepositID, creditCardToken, balanceAlertID) at the top of the body, in the
	// query and in the path.
	Places []Place
	// Optional lets a request through that names none.
	Optional bool
	// Limits bound a body that no guard has read.
	Limits Limits
	// Observe is where refusals are logged and counted.
	Observe Observe
	// Errors is how the net/http form writes its answer.
	Errors ErrorConfig
}

func defaultObjects() []Place {
	var out []Place
	for _, name := range []string{"referenceOrderID", "referenceLineItemID", "referenceDepositID", "creditCardToken", "balanceAlertID"} {
		out = append(out, Place("body:/"+name), Place("query:"+name), Place("path:"+name))
	}
	return out
}

// RequireObject is [ObjectConfig] with its defaults. It panics on a nil resolver.
func RequireObject(resolve func(*http.Request, Object) (bool, error)) echo.MiddlewareFunc {
	return must(ObjectConfig{Resolve: resolve}.ToMiddleware())
}

// ToMiddleware checks the configuration and makes the middleware for Echo, for a route or group.
func (cfg ObjectConfig) ToMiddleware() (echo.MiddlewareFunc, error) {
	check, err := cfg.build()
	if err != nil {
		return nil, err
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if r := check.admit(c.Request(), c.Path(), paramsOf(c)); r != nil {
				return echoError(c, r)
			}
			return next(c)
		}
	}, nil
}

// ToHandler is the same for net/http, for the handler of a route.
func (cfg ObjectConfig) ToHandler() (func(http.Handler) http.Handler, error) {
	check, err := cfg.build()
	if err != nil {
		return nil, err
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if r := check.admit(req, req.Pattern, patternParams{req}); r != nil {
				cfg.Errors.Respond(w, req, r)
				return
			}
			next.ServeHTTP(w, req)
		})
	}, nil
}

type objectCheck struct {
	ObjectConfig
	places  []place
	observe *observer
}

func (cfg ObjectConfig) build() (*objectCheck, error) {
	var wrong []error
	if cfg.Resolve == nil {
		wrong = append(wrong, errors.New("middleware: ObjectConfig.Resolve is nil: nobody can say what belongs to whom"))
	}
	if cfg.Places == nil {
		cfg.Places = defaultObjects()
	}
	cfg.Limits = cfg.Limits.withDefaults()
	places, err1 := parsePlaces(cfg.Places)
	observe, err2 := cfg.Observe.build()
	return &objectCheck{cfg, places, observe}, errors.Join(append(wrong, err1, err2)...)
}

func (o *objectCheck) admit(req *http.Request, pattern string, p params) *Refusal {
	r := o.decide(req, p)
	if r != nil {
		o.observe.refused(req, pattern, r)
	}
	return r
}

func notFound(reason string) *Refusal {
	return refuse(http.StatusNotFound, tango.KeyNotFound, reason, "Not found")
}

// decide is the whole rule. Objects of one name must agree, because two parts of a program may read two places.
func (o *objectCheck) decide(req *http.Request, p params) *Refusal {
	named, r := mentions(req, p, o.Limits, o.places, tango.RoleObject)
	if r != nil {
		return r
	}
	var objects []Object
	for i := range named {
		m := &named[i]
		name := m.name
		if m.in == "body" {
			name = m.path[len(m.path)-1]
		}
		switch {
		case !m.is(o.places):
			return forbidden("object.undeclared")
		case !m.text || m.value == "":
			return forbidden("object.unreadable")
		case slices.Contains(objects, Object{name, m.value}):
		case slices.ContainsFunc(objects, func(x Object) bool { return x.Name == name }) && !hasStar(o.places, m):
			return forbidden("object.ambiguous")
		default:
			objects = append(objects, Object{name, m.value})
		}
	}
	if len(objects) == 0 && !o.Optional {
		return forbidden("object.missing")
	}
	for _, x := range objects {
		own, err := resolved(req, func(req *http.Request) (bool, error) { return o.Resolve(req, x) })
		if err != nil {
			return resolverFailed(err)
		}
		if !own {
			return notFound("object.foreign")
		}
	}
	return nil
}

// hasStar reports whether m stands where a place allows several: a list of objects.
func hasStar(places []place, m *mention) bool {
	return slices.ContainsFunc(places, func(p place) bool { return slices.Contains(p.path, "*") && m.is([]place{p}) })
}
