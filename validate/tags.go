package validate

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-playground/validator/v10"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// dives counts the dive words of a tag that lead towards values, not keys.
func dives(tag string) int {
	n, inKeys := 0, false
	for word := range strings.SplitSeq(tag, ",") {
		switch word {
		case "keys":
			inKeys = true
		case "endkeys":
			inKeys = false
		case "dive":
			if !inKeys {
				n++
			}
		}
	}
	return n
}

// tags examines the tags of one struct. It has a validator of its own, because the types made for probing must
// not stay in the cache of the one that serves requests.
type tags struct {
	probe *validator.Validate
	owner reflect.Type
}

// check tries every rule of a tag by itself, so that all mistakes are found and not the first alone. stop
// tells that the tag keeps validator out of the struct behind the field.
func (g tags) check(f reflect.StructField, tag string) (stop bool, mistakes []error) {
	bad := func(rule, format string, args ...any) {
		mistakes = append(mistakes, fmt.Errorf("%s.%s: validate:%q: "+format, append([]any{g.owner, f.Name, rule}, args...)...))
	}
	t, key := f.Type, reflect.Type(nil)
	words := strings.Split(tag, ",")
	for i := 0; i < len(words); i++ {
		switch word := words[i]; word {
		case "omitempty", "omitnil", "omitzero":
		case "structonly", "nostructlevel":
			stop = true
		case "endkeys":
			bad(word, "there is no keys before it")
		case "keys":
			end := slices.Index(words[i:], "endkeys")
			if key == nil || words[i-1] != "dive" || end < 0 {
				bad(word, "must stand right behind the dive into a map, and needs an endkeys")
				return stop, mistakes
			}
			for _, rule := range words[i+1 : i+end] {
				for _, m := range g.alternatives(key, rule) {
					bad(rule, "%s", m)
				}
			}
			i += end
		case "dive":
			for t.Kind() == reflect.Pointer {
				t = t.Elem()
			}
			switch t.Kind() {
			case reflect.Map:
				key, t = t.Key(), t.Elem()
			case reflect.Slice, reflect.Array:
				key, t = nil, t.Elem()
			case reflect.Interface:
				return stop, mistakes
			default:
				bad(word, "the field is no slice, array or map")
				return stop, mistakes
			}
		default:
			for _, m := range g.alternatives(t, word) {
				bad(word, "%s", m)
			}
		}
	}
	return stop, mistakes
}

// alternatives tries each rule of "a|b".
func (g tags) alternatives(t reflect.Type, word string) (mistakes []string) {
	for rule := range strings.SplitSeq(word, "|") {
		if m := g.try(t, rule); m != "" {
			mistakes = append(mistakes, m)
		}
	}
	return mistakes
}

// try runs one rule on a filled field of type t and says what is wrong with it.
func (g tags) try(t reflect.Type, rule string) (mistake string) {
	name, param, hasParam := strings.Cut(rule, "=")
	if m := missingField(g.owner, name, param); m != "" {
		return m
	}
	switch {
	case name == "oneof" && strings.TrimSpace(param) == "":
		return "needs its values, as in oneof=A B"
	case hasParam && slices.ContainsFunc(tango.Rules(), func(r tango.Rule) bool { return r.Name == name }):
		return "takes no parameter"
	}
	defer func() {
		if p := recover(); p != nil {
			mistake = explain(fmt.Sprint(p), t)
		}
	}()
	if others(name) != nil {
		t = reflect.TypeFor[any]() // only whether the rule exists: it looks at fields that the probe has not
	}
	probe := reflect.New(reflect.StructOf([]reflect.StructField{{
		Name: "Probe", Type: t, Tag: reflect.StructTag("validate:" + strconv.Quote(rule+",nostructlevel")),
	}})).Elem()
	fill(probe.Field(0), 0)
	// What the rule says about the probe does not matter, only whether it can run.
	_ = g.probe.Struct(probe.Interface())
	return ""
}

// explain words a panic of validator. Its text names the probe, which means nothing to the reader.
func explain(panicked string, t reflect.Type) string {
	switch {
	case strings.Contains(panicked, "ndefined validation"):
		return "there is no such rule"
	case strings.Contains(panicked, "nvalid validation tag"):
		return "an empty rule"
	case strings.Contains(panicked, "strconv"), strings.Contains(panicked, "param"), strings.Contains(panicked, "time: "):
		return "its parameter cannot be read"
	}
	return "cannot judge a field of type " + t.String()
}

// others gives the names of fields that a rule looks at besides its own, or nil for a rule that looks at none.
func others(rule string) func(param string) []string {
	pairs := func(param string) (names []string) {
		for i, word := range strings.Fields(param) {
			if i%2 == 0 {
				names = append(names, word)
			}
		}
		return names
	}
	switch rule {
	case "required_if", "required_unless", "excluded_if", "excluded_unless", "skip_unless":
		return pairs
	case "required_with", "required_with_all", "required_without", "required_without_all",
		"excluded_with", "excluded_with_all", "excluded_without", "excluded_without_all":
		return strings.Fields
	case "eqfield", "nefield", "gtfield", "gtefield", "ltfield", "ltefield", "fieldcontains", "fieldexcludes",
		"postcode_iso3166_alpha2_field":
		return func(param string) []string { return []string{param} }
	}
	if strings.HasSuffix(rule, "csfield") {
		return func(string) []string { return nil } // starts at the top of the value, which owner need not be
	}
	return nil
}

// missingField says which field a rule names that is not there. validator would take the rule as never met.
func missingField(owner reflect.Type, rule, param string) string {
	names := others(rule)
	if names == nil || strings.HasSuffix(rule, "csfield") {
		return ""
	}
	list := names(param)
	if len(list) == 0 || list[0] == "" {
		return "needs the name of another field"
	}
	for _, name := range list {
		first, _, _ := strings.Cut(name, ".")
		first, _, _ = strings.Cut(first, "[")
		if _, ok := owner.FieldByName(first); !ok {
			return "there is no field " + strconv.Quote(first) + " beside it"
		}
	}
	return ""
}

// fill gives v a value that is not zero, so that no rule is skipped because there is nothing to judge.
func fill(v reflect.Value, depth int) {
	if depth > 3 || !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("1")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(1)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth+1)
	case reflect.Array:
		for i := range min(v.Len(), 2) {
			fill(v.Index(i), depth+1)
		}
	case reflect.Map:
		key, item := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, depth+1)
		fill(item, depth+1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, item)
	}
}
