package validate

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-playground/validator/v10"
)

// Struct checks v by its validate tags, and every struct that can be reached from it. v is a struct, a
// pointer to one, or a slice, array or map of them; anything else has no tags and is valid.
//
// The error is nil, or [Errors] with one entry a field that failed (its first failing rule), or an error
// wrapping [ErrRules] when the tags themselves are wrong, in which case v was not accepted. A nil pointer is
// an Errors with the rule "required": it is what a JSON null decodes to.
//
// A type is examined once; [Compile] does that early. Struct is safe for concurrent use.
func Struct(v any) error {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() {
		return Errors{{Rule: "required", Message: "is required"}}
	}
	p := planFor(rv.Type())
	if p.err != nil {
		return p.err
	}
	if p.quick != nil && !isNil(rv) && p.quick(rv) {
		return nil
	}
	return p.check(rv)
}

func isNil(v reflect.Value) bool { return v.Kind() == reflect.Pointer && v.IsNil() }

// check is Struct by validator alone.
func (p *plan) check(rv reflect.Value) error {
	w := walker{}
	if p.node.loops && tooDeep(rv, p.node, 0) {
		return Errors{{Rule: "depth", Param: strconv.Itoa(maxNesting), Message: "is nested too deeply"}}
	}
	if isNil(rv) {
		return Errors{{Rule: "required", Message: "is required"}}
	}
	w.value(rv, p.node, "", false)
	if w.err != nil {
		return w.err
	}
	if len(w.errs) == 0 {
		return nil
	}
	return w.errs
}

// maxNesting is how deep a value of a type that contains itself may go. JSON that passed the guard is at most
// 64 deep; the bound keeps a cycle of pointers from running for ever.
const maxNesting = 512

type walker struct {
	errs Errors
	err  error
}

// value checks v, whose type n describes. done tells that validator has already been inside, on its way from
// a struct further up.
func (w *walker) value(v reflect.Value, n *node, at string, done bool) {
	if n == nil || !n.ruled || w.err != nil || (done && !n.parts) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			w.value(v.Elem(), n.elem, at, done)
		}
	case reflect.Struct:
		if !done {
			w.check(v, at)
		}
		for _, f := range n.fields {
			w.value(v.Field(f.index), f.node, at+f.token, f.entered)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			w.value(v.Index(i), n.elem, at+"/"+strconv.Itoa(i), done)
		}
	case reflect.Map:
		for _, key := range sortedKeys(v) {
			w.value(v.MapIndex(key), n.elem, at+"/"+tokenEscape.Replace(fmt.Sprint(key)), done)
		}
	}
}

func sortedKeys(m reflect.Value) []reflect.Value {
	keys := m.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return keys
}

// check runs validator over one struct and turns its errors into ours.
func (w *walker) check(v reflect.Value, at string) {
	defer func() {
		if p := recover(); p != nil {
			// Check has tried every rule on its field. What is left are fields of type any, whose kind is
			// known only now. The panic's text may hold the value, so it is not repeated.
			w.err = fmt.Errorf("%w: a rule of %s cannot judge what one of its fields holds", ErrRules, v.Type())
		}
	}()
	err := engine().Struct(v.Interface())
	if err == nil {
		return
	}
	var failed validator.ValidationErrors
	if !errors.As(err, &failed) {
		w.err = fmt.Errorf("%w: %s is no struct", ErrRules, v.Type())
		return
	}
	root := v.Type().Name()
	for _, f := range failed {
		path := f.Namespace()
		if root != "" {
			path = strings.TrimPrefix(path, root+".")
		}
		w.errs = append(w.errs, FieldError{
			Pointer: at + pointerOf(v, path),
			Rule:    f.Tag(),
			Param:   f.Param(),
			Message: message(f.Tag(), f.Param(), f.Kind()),
		})
	}
}

// tooDeep reports whether v nests deeper than maxNesting, before validator, which has no bound, goes there.
func tooDeep(v reflect.Value, n *node, depth int) bool {
	if n == nil {
		return false
	}
	if depth > maxNesting {
		return true
	}
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil() && tooDeep(v.Elem(), n.elem, depth+1)
	case reflect.Struct:
		for _, f := range n.fields {
			if tooDeep(v.Field(f.index), f.node, depth+1) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if tooDeep(v.Index(i), n.elem, depth+1) {
				return true
			}
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if tooDeep(it.Value(), n.elem, depth+1) {
				return true
			}
		}
	}
	return false
}
