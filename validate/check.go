package validate

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/go-playground/validator/v10"

	"github.com/tangoguard/tangoguard/internal/jsonname"
)

// Compile examines the validate tags of T and of every type that can be reached from it, and keeps the result
// for [Struct]. The error wraps [ErrRules] and joins all mistakes: a tag that names no rule, a parameter that
// the rule cannot read, a rule on a kind of field that it cannot judge, a rule that names a field that is not
// there. validator/v10 panics on each of these, when the first request comes.
func Compile[T any]() error { return Check(reflect.TypeFor[T]()) }

// Check is [Compile] for a type that is known only when the program runs.
func Check(t reflect.Type) error {
	if t == nil {
		return fmt.Errorf("%w: there is no type", ErrRules)
	}
	return planFor(t).err
}

// plan is what is known of a type: its mistakes, or the way through it.
type plan struct {
	node  *node
	quick quick // nil if there is none
	err   error
}

// plans keeps one plan a type; it grows with the types of the program, not with its data.
var plans sync.Map // reflect.Type -> *plan

func planFor(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	b := builder{nodes: map[reflect.Type]*node{}}
	p := &plan{node: b.node(t)}
	if b.loops {
		for _, n := range b.nodes {
			n.ruled, n.parts, n.loops = true, true, true
		}
	}
	if len(b.mistakes) > 0 {
		p.err = fmt.Errorf("%w: %w", ErrRules, errors.Join(b.mistakes...))
	}
	if p.err == nil {
		p.quick = quickFor(t)
	}
	kept, _ := plans.LoadOrStore(t, p)
	return kept.(*plan)
}

// node describes a type. A nil node, or one that is not ruled, holds nothing to check.
type node struct {
	elem   *node       // of a pointer, slice, array or map
	fields []fieldNode // of a struct
	ruled  bool        // a validate tag stands here or below
	parts  bool        // below is a container of structs that validator does not enter by itself
	loops  bool        // the type contains itself
}

type fieldNode struct {
	index   int
	token   string // "/name", or "" for an inlined struct
	entered bool   // validator goes inside by itself
	node    *node
}

type builder struct {
	nodes    map[reflect.Type]*node // every type met, also those still open: a type that contains itself
	open     map[reflect.Type]bool
	mistakes []error
	loops    bool
	probe    *validator.Validate
}

func (b *builder) engine() *validator.Validate {
	if b.probe == nil {
		b.probe = newEngine()
	}
	return b.probe
}

func (b *builder) node(t reflect.Type) *node {
	if n, ok := b.nodes[t]; ok {
		if b.open[t] {
			b.loops = true
		}
		return n
	}
	if b.open == nil {
		b.open = map[reflect.Type]bool{}
	}
	n := &node{}
	b.nodes[t] = n
	b.open[t] = true
	defer delete(b.open, t)
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		n.elem = b.node(t.Elem())
		n.ruled, n.parts = n.elem.ruled, n.elem.parts
	case reflect.Struct:
		if !t.ConvertibleTo(reflect.TypeFor[time.Time]()) {
			b.fields(t, n)
		}
	}
	return n
}

func (b *builder) fields(t reflect.Type, n *node) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("validate")
		if tag == "-" || (!f.IsExported() && !f.Anonymous) {
			continue
		}
		stop := false
		if tag != "" {
			n.ruled = true
			var wrong []error
			stop, wrong = tags{b.engine(), t}.check(f, tag)
			b.mistakes = append(b.mistakes, wrong...)
		}
		if stop {
			continue
		}
		below := b.node(f.Type)
		if !below.ruled && !b.open[f.Type] && !b.loops {
			continue
		}
		n.ruled = true
		entered := dives(tag) >= levels(f.Type)
		n.parts = n.parts || below.parts || !entered
		token := "/" + tokenEscape.Replace("*")
		if name, inlined, hidden := jsonname.Of(f); inlined {
			token = ""
		} else if !hidden {
			token = "/" + tokenEscape.Replace(name)
		}
		n.fields = append(n.fields, fieldNode{i, token, entered, below})
	}
}

// levels counts the containers between a field and the struct inside it.
func levels(t reflect.Type) int {
	for n := 0; ; t = t.Elem() {
		switch t.Kind() {
		case reflect.Pointer:
		case reflect.Slice, reflect.Array, reflect.Map:
			n++
		default:
			return n
		}
	}
}
