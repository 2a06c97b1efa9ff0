package sanitize

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/tangoguard/tangoguard/internal/jsonname"
)

// plan says what to do with the values of one type under one rule.
type plan struct {
	kind   planKind
	rule   *rule
	elem   *plan   // of a pointer, slice, array or map
	fields []field // of a struct: those in which there is something to do
}

type planKind uint8

const (
	planNothing planKind = iota
	planString
	planPointer
	planList
	planMap
	planStruct
	planDynamic // an interface: the plan is found when the value is there
	planRawJSON
)

type field struct {
	index int
	token string // of the JSON pointer; "" for fields that stand in the place of this one
	plan  *plan
}

// typePlan is what is kept for a type: the plan, whether values of it can contain themselves, and the mistakes.
type typePlan struct {
	*plan
	cyclic bool
	err    error
}

type planKey struct {
	t reflect.Type
	r *rule
}

// plans holds a *typePlan for each type under each rule. A program has as many as it has types.
var plans = map[*rule]*sync.Map{textRule: {}, lineRule: {}, htmlRule: {}, urlRule: {}, stripRule: {}}

func planFor(t reflect.Type, r *rule) *typePlan {
	if p, ok := plans[r].Load(t); ok {
		return p.(*typePlan)
	}
	c := compiler{done: map[planKey]*plan{}, busy: map[planKey]bool{}}
	p := &typePlan{plan: c.compile(t, r)}
	p.cyclic, p.err = c.cyclic, errors.Join(c.mistakes...)
	kept, _ := plans[r].LoadOrStore(t, p)
	return kept.(*typePlan)
}

type compiler struct {
	done     map[planKey]*plan
	busy     map[planKey]bool // being compiled: meeting one again is a cycle
	cyclic   bool
	mistakes []error
}

var (
	numberType = reflect.TypeFor[json.Number]()
	rawType    = reflect.TypeFor[json.RawMessage]()
)

// isRawJSON recognises encoded JSON, also of the package that becomes encoding/json/v2, without importing it.
func isRawJSON(t reflect.Type) bool {
	return t == rawType || t.Name() == "Value" && t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 &&
		(t.PkgPath() == "github.com/go-json-experiment/json/jsontext" || t.PkgPath() == "encoding/json/jsontext")
}

func (c *compiler) compile(t reflect.Type, r *rule) *plan {
	key := planKey{t, r}
	if p, ok := c.done[key]; ok {
		c.cyclic = c.cyclic || c.busy[key]
		return p
	}
	p := &plan{rule: r}
	c.done[key], c.busy[key] = p, true
	defer delete(c.busy, key)
	if r == skipRule {
		return p
	}
	// The kind stands before the types below are looked at, so that a cycle does not find "nothing" here.
	switch kind := t.Kind(); {
	case t == numberType:
	case isRawJSON(t):
		p.kind = planRawJSON
	case kind == reflect.String:
		p.kind = planString
	case kind == reflect.Interface:
		p.kind, c.cyclic = planDynamic, true
	case kind == reflect.Struct:
		p.kind = planStruct
		if p.fields = c.fields(t); len(p.fields) == 0 {
			p.kind = planNothing
		}
	case kind == reflect.Pointer:
		c.container(p, planPointer, t.Elem())
	case kind == reflect.Slice || kind == reflect.Array:
		c.container(p, planList, t.Elem())
	case kind == reflect.Map:
		c.container(p, planMap, t.Elem())
		if t.Key().Kind() == reflect.String {
			p.kind = planMap // its names are looked at in any case
		}
	}
	return p
}

func (c *compiler) container(p *plan, kind planKind, elem reflect.Type) {
	p.kind = kind
	if p.elem = c.compile(elem, p.rule); p.elem.kind == planNothing {
		p.kind = planNothing
	}
}

func (c *compiler) fields(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		r := c.ruleOf(t, f)
		if !f.IsExported() && !embeds(f) {
			continue
		}
		name, inlined, hidden := jsonname.Of(f)
		if hidden {
			name = f.Name // a path or query parameter, for instance
		}
		token := ""
		if !inlined {
			token = pointerToken(name)
		}
		if p := c.compile(f.Type, r); p.kind != planNothing {
			out = append(out, field{index: i, token: token, plan: p})
		}
	}
	return out
}

// ruleOf is the rule for the field f of t, by its tags. A mistake is noted.
func (c *compiler) ruleOf(t reflect.Type, f reflect.StructField) *rule {
	leaf, depth := f.Type, 0
	for leaf.Kind() == reflect.Pointer || !isRawJSON(leaf) &&
		(leaf.Kind() == reflect.Slice || leaf.Kind() == reflect.Array || leaf.Kind() == reflect.Map) {
		if leaf.Kind() != reflect.Pointer {
			depth++
		}
		leaf = leaf.Elem()
	}
	tag, tagged := f.Tag.Lookup("sanitize")
	if !tagged {
		if leaf.Kind() == reflect.String && closed(f.Tag.Get("validate"), depth) {
			return skipRule
		}
		return textRule
	}
	mistake := func(what string) *rule {
		c.mistakes = append(c.mistakes, fmt.Errorf("sanitize: %s.%s: sanitize:%q: %s", t, f.Name, tag, what))
		return textRule
	}
	r := ruleNamed(tag)
	switch {
	case r == nil:
		return mistake("there is no such rule; use line, text, html, url, strip or -")
	case r == skipRule:
	case !f.IsExported() && !embeds(f):
		return mistake("the field is not exported, so nothing can be cleaned in it")
	case leaf.Kind() == reflect.Struct:
		return mistake("a struct follows the tags of its own fields; use - or no tag here")
	case leaf.Kind() != reflect.String && leaf.Kind() != reflect.Interface && !isRawJSON(leaf), leaf == numberType:
		return mistake("the field holds no text; use - or no tag here")
	}
	return r
}

// embeds reports whether f is an embedded struct, whose exported fields can be reached though its type is not.
func embeds(f reflect.StructField) bool {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return f.Anonymous && t.Kind() == reflect.Struct
}
