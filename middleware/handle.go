package middleware

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/internal/tango"
	"github.com/tangoguard/tangoguard/sanitize"
	"github.com/tangoguard/tangoguard/validate"
)

// HandleConfig is how a body becomes a value. The zero value is the safe default.
type HandleConfig struct {
	// AllowUnknown ignores members of the body that T has no field for. They are inspected all the same.
	AllowUnknown bool
	// Guard inspects a body that no [GuardConfig] middleware has looked at. Its zero value is the default guard. In its
	// Observe every refusal by Handle is logged and counted, those by the rules of T too.
	Guard GuardConfig
	// OnChange gets what sanitizing changed, after all checks have passed and before the handler runs.
	OnChange func(*http.Request, []sanitize.Change)
	// Errors is how the net/http form writes its answer.
	Errors ErrorConfig
}

// Handle makes a handler that gets its request body as a T: decoded strictly, cleaned by the sanitize tags of
// T, checked by its validate tags, and inspected again where cleaning changed something.
//
// Strictly means: RFC 8259 and 7493, unknown members refused, names exact (also in letter case), no null for
// the whole, no data behind the value; nothing comes from the query, the path, a form or a header. All fields
// that fail their rules are reported together, as 400, with pointers.
//
// The error joins all mistakes in the tags of T and in cfg. It comes when the handler is made, which is why
// Handle is not a middleware that finds out about them under load.
func Handle[T any](cfg HandleConfig, h func(echo.Context, T) error) (echo.HandlerFunc, error) {
	d, err := newDecoder[T](cfg)
	if err == nil && h == nil {
		err = errors.New("middleware: Handle: the handler is nil")
	}
	if err != nil {
		return nil, err
	}
	return func(c echo.Context) error {
		v, held, r := d.decode(c.Request(), c.Path())
		defer d.guard.total.give(held)
		if r != nil {
			return echoError(c, r)
		}
		return h(c, v)
	}, nil
}

// HandleHTTP is [Handle] for net/http. An error of h is answered as [ErrorConfig] does, unless h has begun to
// answer: then it must return nil.
func HandleHTTP[T any](cfg HandleConfig, h func(http.ResponseWriter, *http.Request, T) error) (http.Handler, error) {
	d, err := newDecoder[T](cfg)
	if err == nil && h == nil {
		err = errors.New("middleware: HandleHTTP: the handler is nil")
	}
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		v, held, r := d.decode(req, req.Pattern)
		defer d.guard.total.give(held)
		if r != nil {
			cfg.Errors.Respond(w, req, r)
			return
		}
		if err := h(w, req, v); err != nil {
			cfg.Errors.Respond(w, req, err)
		}
	}), nil
}

// Bind is [Handle] with its defaults inside a handler, in place of echo's c.Bind. Mistakes in the tags of T come
// with the first request, as an error that answers 500.
func Bind[T any](c echo.Context) (T, error) {
	kept, ok := binders.Load(reflect.TypeFor[T]())
	if !ok {
		d, err := newDecoder[T](HandleConfig{})
		if err != nil {
			var zero T
			return zero, err
		}
		kept, _ = binders.LoadOrStore(reflect.TypeFor[T](), d)
	}
	d := kept.(*decoder[T])
	v, held, r := d.decode(c.Request(), c.Path())
	d.guard.total.give(held)
	if r != nil {
		return v, echoError(c, r)
	}
	return v, nil
}

// binders keeps the decoders of Bind, one a type of the program.
var binders sync.Map // reflect.Type -> *decoder[T]

// decoder is the plan for a T.
type decoder[T any] struct {
	cfg     HandleConfig
	guard   *guard
	options json.Options
	typ     reflect.Type
}

func newDecoder[T any](cfg HandleConfig) (*decoder[T], error) {
	t := reflect.TypeFor[T]()
	g, err := cfg.Guard.build()
	wrong := []error{err, sanitize.Compile(t), validate.Check(t), decodable(t, map[reflect.Type]bool{})}
	return &decoder[T]{cfg, g, json.RejectUnknownMembers(!cfg.AllowUnknown), t}, errors.Join(wrong...)
}

// decodable asks the decoder about every struct in t, because it examines a type only when it meets a value.
func decodable(t reflect.Type, seen map[reflect.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return decodable(t.Elem(), seen)
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return fmt.Errorf("middleware: %s cannot be filled from JSON", t)
	case reflect.Struct:
	default:
		return nil
	}
	var wrong []error
	var semantic *json.SemanticError
	if err := json.Unmarshal([]byte("{}"), reflect.New(t).Interface()); errors.As(err, &semantic) && semantic.JSONPointer == "" && hasFields(t) {
		wrong = append(wrong, fmt.Errorf("middleware: %s cannot be filled from JSON: %w", t, err))
	}
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && f.Tag.Get("json") != "-" && hasFields(t) {
			wrong = append(wrong, decodable(f.Type, seen))
		}
	}
	return errors.Join(wrong...)
}

// hasFields tells a struct that JSON fills member by member from one that reads its JSON itself, as an amount
// or a time does.
func hasFields(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	for _, name := range []string{"UnmarshalJSON", "UnmarshalJSONFrom", "UnmarshalText"} {
		if _, ok := p.MethodByName(name); ok {
			return false
		}
	}
	return true
}

// decode takes a request through all steps, and notes what is refused.
func (d *decoder[T]) decode(req *http.Request, pattern string) (v T, held int64, r *Refusal) {
	v, held, r = d.value(req, pattern)
	if r != nil {
		d.guard.observe.refused(req, pattern, r)
	}
	return v, held, r
}

func (d *decoder[T]) value(req *http.Request, pattern string) (v T, held int64, r *Refusal) {
	text, held, r := d.body(req, pattern)
	if r != nil {
		return v, held, r
	}
	if err := unmarshal(text, &v, d.options); err != nil {
		return v, held, d.undecodable(err)
	}
	changes, err := sanitize.Struct(&v)
	if err != nil {
		return v, held, badRequest("sanitize", "The body cannot be cleaned: it is nested too deeply or holds broken JSON")
	}
	if err := validate.Struct(&v); err != nil {
		return v, held, d.invalid(err)
	}
	if r := d.inspectAgain(&v, changes); r != nil {
		return v, held, r
	}
	if d.cfg.OnChange != nil && len(changes) > 0 {
		d.cfg.OnChange(req, changes)
	}
	return v, held, nil
}

// smallBody is up to where a copy of the text is cheaper for the decoder than a reader.
const smallBody = 8 << 10

// unmarshal decodes text. The decoder never gets the text's own bytes: a type that reads its JSON itself could change
// them, and the next reader of the body would not see what was inspected.
func unmarshal(text string, v any, options json.Options) error {
	if len(text) <= smallBody {
		return json.Unmarshal([]byte(text), v, options)
	}
	return json.UnmarshalRead(strings.NewReader(text), v, options)
}

// body is the text of the inspected body. One that no guard has seen is inspected now.
func (d *decoder[T]) body(req *http.Request, pattern string) (text string, held int64, r *Refusal) {
	if b, ok := req.Body.(*heldBody); ok && b.inspected {
		return b.text, 0, nil
	}
	if req.Body == nil || req.Body == http.NoBody || req.ContentLength == 0 {
		return "", 0, refuse(http.StatusBadRequest, tango.KeyUnreadableBody, "json.empty", "The body is empty; JSON is expected")
	}
	at := d.guard.routeOf(req.Method, pattern)
	in := inspection{guard: d.guard, route: at, req: req, mode: at.Mode, pattern: pattern}
	held, r = in.body()
	if r == nil {
		r = in.result()
	}
	if r != nil {
		return "", held, r
	}
	b, ok := req.Body.(*heldBody)
	if !ok {
		return "", held, badRequest("body", "The body cannot be read")
	}
	return b.text, held, nil
}

// undecodable is the answer to JSON that does not fit T. The decoder's own text names Go types and values.
func (d *decoder[T]) undecodable(err error) *Refusal {
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return refuse(http.StatusBadRequest, tango.KeyUnreadableBody, "json.syntax", "The body is not valid JSON")
	}
	f := FieldRefusal{In: "body", Pointer: knownPointer(d.typ, string(semantic.JSONPointer)), Key: tango.KeyUnreadableBody, Rule: "type"}
	reason := "json.type"
	switch {
	case errors.Is(err, json.ErrUnknownName):
		f.Message, f.Rule, reason = "is no field of this request", "unknown", "json.unknown_name"
	case semantic.GoType != nil:
		f.Message = "must be " + wantedJSON(semantic.GoType)
	default:
		f.Message = "has the wrong type"
	}
	return inField(reason, f)
}

// invalid is the answer to a value that fails its rules.
func (d *decoder[T]) invalid(err error) *Refusal {
	var fields validate.Errors
	if !errors.As(err, &fields) {
		return &Refusal{Status: http.StatusInternalServerError, Key: tango.KeyUnexpected, Message: "Unexpected application error", Reason: "rules.broken", Err: err}
	}
	r := fieldErrors(fields)
	for i := range r.Fields {
		r.Fields[i].Pointer = knownPointer(d.typ, fields[i].Pointer)
	}
	return r
}

// inspectAgain looks at what cleaning has changed: taking something out of a text can join what was apart.
func (d *decoder[T]) inspectAgain(v *T, changes []sanitize.Change) *Refusal {
	var found []FieldRefusal
	for _, c := range changes {
		how := textRule
		if strings.HasPrefix(c.Rule, "html") {
			how = htmlRule
		}
		for _, text := range textsAt(reflect.ValueOf(v), c.Pointer) {
			if f, bad := examine(text, how); bad {
				f.In, f.Pointer = "body", knownPointer(d.typ, c.Pointer)
				found = append(found, f)
				break
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	return &Refusal{Status: http.StatusBadRequest, Reason: "insecure.cleaned", Fields: found}
}
