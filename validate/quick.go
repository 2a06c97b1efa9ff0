package validate

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tangoguard/tangoguard/internal/money"
	"github.com/tangoguard/tangoguard/internal/tango"
)

// quick says yes to most values that are valid, in a fraction of the time that validator takes. It never says no: for
// what it is not sure of, and for types with a rule that it does not know, validator decides and finds the words. Where
// validator would look away it may look, which costs time and no correctness.
type quick func(reflect.Value) bool

// quickFor is the quick way through values of type t; nil if there is none.
func quickFor(t reflect.Type) quick {
	b := quickBuilder{words: map[string]func(string) bool{}, open: map[reflect.Type]bool{}}
	for _, r := range tango.Rules() {
		b.words[r.Name] = r.OK
	}
	q, ok := b.value(t)
	if !ok {
		return nil
	}
	if q == nil {
		return func(reflect.Value) bool { return true }
	}
	return q
}

type quickBuilder struct {
	words map[string]func(string) bool // rules on text
	open  map[reflect.Type]bool        // types that contain themselves have no quick way
}

// value is the way through a value without tags. A nil quick has nothing to look at.
func (b *quickBuilder) value(t reflect.Type) (quick, bool) {
	switch kind := t.Kind(); {
	case kind == reflect.String, kind == reflect.Bool, kind >= reflect.Int && kind <= reflect.Float64, t == amountType:
		return nil, true
	case kind == reflect.Interface:
		return reflect.Value.IsNil, true
	case kind == reflect.Struct && !t.ConvertibleTo(reflect.TypeFor[time.Time]()):
		return b.fields(t)
	case kind == reflect.Map:
		q, ok := b.value(t.Elem())
		return nil, ok && q == nil
	case kind == reflect.Pointer:
		q, ok := b.value(t.Elem())
		if q == nil {
			return nil, ok
		}
		return func(v reflect.Value) bool { return v.IsNil() || q(v.Elem()) }, ok
	case kind == reflect.Slice:
		q, ok := b.value(t.Elem())
		return each(q), ok
	}
	return nil, false
}

// each is q for all elements.
func each(q quick) quick {
	if q == nil {
		return nil
	}
	return func(v reflect.Value) bool {
		for i := range v.Len() {
			if !q(v.Index(i)) {
				return false
			}
		}
		return true
	}
}

func (b *quickBuilder) fields(t reflect.Type) (quick, bool) {
	if b.open[t] {
		return nil, false
	}
	b.open[t] = true
	defer delete(b.open, t)
	type field struct {
		index int
		quick quick
	}
	var all []field
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("validate")
		if tag == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		q, ok := b.tagged(f.Type, tag)
		if !ok {
			return nil, false
		}
		if q != nil {
			all = append(all, field{i, q})
		}
	}
	if len(all) == 0 {
		return nil, true
	}
	return func(v reflect.Value) bool {
		for i := range all {
			if !all[i].quick(v.Field(all[i].index)) {
				return false
			}
		}
		return true
	}, true
}

// tagged is the way through a value with a tag.
func (b *quickBuilder) tagged(t reflect.Type, tag string) (quick, bool) {
	if tag == "" {
		return b.value(t)
	}
	rest, optional := tag, false
	if tag == "omitempty" || strings.HasPrefix(tag, "omitempty,") {
		rest, optional = strings.TrimPrefix(strings.TrimPrefix(tag, "omitempty"), ","), true
	}
	if t.Kind() == reflect.Pointer {
		q, ok := b.tagged(t.Elem(), rest) // what it points at is there, empty or not
		return func(v reflect.Value) bool {
			if v.IsNil() {
				return optional
			}
			return q == nil || q(v.Elem())
		}, ok
	}
	var all []quick
	own, below, dives := cutDive(rest)
	for rule := range strings.SplitSeq(own, ",") {
		if rule == "" {
			continue
		}
		q := b.rule(t, rule)
		if q == nil {
			return nil, false
		}
		all = append(all, q)
	}
	if dives && t.Kind() != reflect.Slice {
		return nil, false
	}
	inside, ok := b.value(t)
	if dives {
		inside, ok = b.tagged(t.Elem(), below)
		inside = each(inside)
	}
	if inside != nil {
		all = append(all, inside)
	}
	return func(v reflect.Value) bool {
		if optional && absent(v) {
			return true
		}
		for _, q := range all {
			if !q(v) {
				return false
			}
		}
		return true
	}, ok
}

// cutDive cuts a tag at its first dive.
func cutDive(tag string) (own, below string, dives bool) {
	words := strings.Split(tag, ",")
	i := slices.Index(words, "dive")
	if i < 0 {
		return tag, "", false
	}
	return strings.Join(words[:i], ","), strings.Join(words[i+1:], ","), true
}

// absent is what omitempty passes for sure.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Interface:
		return v.IsNil()
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// rule is one rule on values of type t; nil if it is not known here.
func (b *quickBuilder) rule(t reflect.Type, rule string) quick {
	name, param, has := strings.Cut(rule, "=")
	if strings.ContainsAny(param, "|'") || strings.Contains(param, "0x") || strings.Contains(name, "|") {
		return nil
	}
	switch {
	case name == "required" && !has:
		return func(v reflect.Value) bool { return !v.IsZero() && (v.Kind() != reflect.Slice || v.Len() > 0) }
	case name == "money" && t == amountType:
		return func(v reflect.Value) bool { return v.CanInterface() && isMoney(v.Interface().(money.Amount)) }
	case t.Kind() == reflect.String && !has && b.words[name] != nil:
		ok := b.words[name]
		return func(v reflect.Value) bool { return ok(v.String()) }
	case t.Kind() == reflect.String && name == "oneof":
		values := strings.Fields(param)
		return func(v reflect.Value) bool { return slices.Contains(values, v.String()) }
	case name == "max" || name == "min" || name == "gt" || name == "gte" || name == "lt" || name == "lte":
		return bound(t, name, param)
	}
	return nil
}

// bound is a rule on a number, or on the length of a text or list.
func bound(t reflect.Type, name, param string) quick {
	switch kind := t.Kind(); {
	case kind == reflect.String || kind == reflect.Slice:
		n, err := strconv.Atoi(param)
		if err != nil || name != "max" && name != "min" {
			return nil
		}
		return func(v reflect.Value) bool {
			size := v.Len()
			if kind == reflect.String && size > 0 && (name == "min" || size > n) {
				size = utf8.RuneCountInString(v.String())
			}
			return holds(name, size, n)
		}
	case kind >= reflect.Int && kind <= reflect.Int64 && t != reflect.TypeFor[time.Duration]():
		n, err := strconv.ParseInt(param, 10, 64)
		if err != nil {
			return nil
		}
		return func(v reflect.Value) bool { return holds(name, v.Int(), n) }
	case kind >= reflect.Uint && kind <= reflect.Uint64:
		n, err := strconv.ParseUint(param, 10, 64)
		if err != nil {
			return nil
		}
		return func(v reflect.Value) bool { return holds(name, v.Uint(), n) }
	case kind == reflect.Float64:
		n, err := strconv.ParseFloat(param, 64)
		if err != nil {
			return nil
		}
		return func(v reflect.Value) bool { return holds(name, v.Float(), n) }
	}
	return nil
}

func holds[N int | int64 | uint64 | float64](name string, x, n N) bool {
	switch name {
	case "max", "lte":
		return x <= n
	case "min", "gte":
		return x >= n
	case "gt":
		return x > n
	}
	return x < n
}
