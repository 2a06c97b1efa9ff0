package middleware

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// must is for configurations that a test has built: the zero values.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// echoError hands a Refusal to Echo. It is wrapped as an *echo.HTTPError whose message is the envelope, so that
// a backend which keeps Echo's own error handler, which answers 500 to errors it does not know, still answers
// as it should.
func echoError(c echo.Context, r *Refusal) error {
	if r.RetryAfter > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(int(r.RetryAfter.Seconds()+0.999)))
	}
	return &echo.HTTPError{
		Code:     r.Status,
		Message:  answer(c.Response(), c.Request(), r, &ErrorConfig{}),
		Internal: r,
	}
}

// params are the parameters of a route's path, as the router found them.
type params interface {
	len() int
	at(i int) (name, value string)
	set(i int, value string)
	escaped() bool // the values are still percent-encoded
	decoded()      // from now on they are not
}

// echoParams are the path parameters of an Echo route. Echo matches on URL.RawPath where there is one, and
// then hands out parameters as they came, "acc%31" and all.
type echoParams struct{ c echo.Context }

// paramsOf are the path parameters of the route that c is on.
func paramsOf(c echo.Context) params {
	if len(c.ParamNames()) == 0 {
		return noParams{}
	}
	return echoParams{c}
}

// noParams is a route without parameters.
type noParams struct{}

func (noParams) len() int                { return 0 }
func (noParams) at(int) (string, string) { return "", "" }
func (noParams) set(int, string)         {}
func (noParams) escaped() bool           { return false }
func (noParams) decoded()                {}

func (p echoParams) len() int { return len(p.c.ParamNames()) }

func (p echoParams) at(i int) (string, string) {
	names, values := p.c.ParamNames(), p.c.ParamValues()
	if i >= len(values) {
		return names[i], ""
	}
	return names[i], values[i]
}

func (p echoParams) set(i int, value string) {
	values := append([]string(nil), p.c.ParamValues()...)
	values[i] = value
	p.c.SetParamValues(values...)
}

// escaped reports whether the router worked on the escaped path, and the guard has not decoded it since.
func (p echoParams) escaped() bool {
	return p.c.Request().URL.RawPath != "" && p.c.Get(decodedKey) == nil
}

func (p echoParams) decoded() { p.c.Set(decodedKey, true) }

// decodedKey marks a context whose parameters are decoded: a second guard must not decode "%2531" once more.
const decodedKey = "tangoguard.decoded"

// patternParams are the parameters of a net/http route. ServeMux decodes them.
type patternParams struct{ req *http.Request }

func (p patternParams) names() []string {
	var names []string
	for segment := range strings.SplitSeq(p.req.Pattern, "/") {
		if strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") && segment != "{$}" {
			names = append(names, strings.TrimSuffix(segment[1:len(segment)-1], "..."))
		}
	}
	return names
}

func (p patternParams) len() int { return len(p.names()) }

func (p patternParams) at(i int) (string, string) {
	name := p.names()[i]
	return name, p.req.PathValue(name)
}

func (p patternParams) set(int, string) {}
func (p patternParams) escaped() bool   { return false }
func (p patternParams) decoded()        {}
