package sanitize

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

const maxDepth = 512

// visit cleans what v holds, or says what that would change.
func visit(v reflect.Value, dry bool) ([]Change, error) {
	p := planFor(v.Type(), textRule)
	if p.err != nil {
		return nil, p.err
	}
	var room [8]step
	w := walker{dry: dry, path: room[:0]}
	if p.cyclic {
		w.seen = map[seenKey]bool{}
	}
	err := w.walk(v, p.plan)
	return w.changes, err
}

type walker struct {
	dry     bool
	changes []Change
	seen    map[seenKey]bool // nil if no value can contain itself
	path    []step           // where the walk is
}

type seenKey struct {
	t reflect.Type
	p uintptr
	n int
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// pointerToken writes a member's name as a reference token of a JSON pointer (RFC 6901, section 3).
func pointerToken(name string) string { return pointerEscapes.Replace(name) }

// step is a token of a JSON pointer: an escaped name, or the index of an element if index is not negative.
type step struct {
	token string
	index int
}

func (w *walker) enter(token string) { w.path = append(w.path, step{token, -1}) }
func (w *walker) enterIndex(i int)   { w.path = append(w.path, step{index: i}) }
func (w *walker) leave()             { w.path = w.path[:len(w.path)-1] }

// pointer writes where the walk is as a JSON pointer.
func (w *walker) pointer() string {
	var out []byte
	for _, s := range w.path {
		out = append(out, '/')
		if s.index >= 0 {
			out = strconv.AppendInt(out, int64(s.index), 10)
		}
		out = append(out, s.token...)
	}
	return string(out)
}

// change records that the string s becomes t here.
func (w *walker) change(r *rule, s, t string) {
	w.changes = append(w.changes, Change{Pointer: w.pointer(), Rule: r.name, Before: len(s), After: len(t)})
}

func (w *walker) walk(v reflect.Value, p *plan) error {
	if len(w.path) > maxDepth {
		return ErrDepth
	}
	switch p.kind {
	case planString:
		w.text(v, p.rule)
	case planRawJSON:
		return w.rawJSON(v, p.rule)
	case planPointer:
		if v.IsNil() || w.known(v, 0) {
			return nil
		}
		return w.walk(v.Elem(), p.elem)
	case planList:
		return w.list(v, p)
	case planMap:
		return w.mapping(v, p)
	case planStruct:
		for _, f := range p.fields {
			if f.token != "" {
				w.enter(f.token)
			}
			if err := w.walk(v.Field(f.index), f.plan); err != nil {
				return err
			}
			if f.token != "" {
				w.leave()
			}
		}
	case planDynamic:
		return w.dynamic(v, p.rule)
	}
	return nil
}

// text cleans one string.
func (w *walker) text(v reflect.Value, r *rule) {
	s := v.String()
	t := r.clean(s)
	if t == s {
		return
	}
	w.change(r, s, t)
	if !w.dry {
		v.SetString(t)
	}
}

func (w *walker) list(v reflect.Value, p *plan) error {
	if v.Kind() == reflect.Slice && (v.IsNil() || w.known(v, v.Len())) {
		return nil
	}
	for i := range v.Len() {
		w.enterIndex(i)
		if err := w.walk(v.Index(i), p.elem); err != nil {
			return err
		}
		w.leave()
	}
	return nil
}

// mapping cleans the values of a map. They cannot be changed in place, so each is cleaned as a copy.
func (w *walker) mapping(v reflect.Value, p *plan) error {
	if v.IsNil() || w.known(v, 0) {
		return nil
	}
	before := len(w.changes)
	for entries := v.MapRange(); entries.Next(); {
		key := entries.Key()
		token := ""
		if key.Kind() == reflect.String {
			if token = key.String(); Text(token) != token {
				return &KeyError{Pointer: w.pointer()}
			}
			token = pointerToken(token)
		} else if key.CanInt() {
			token = strconv.FormatInt(key.Int(), 10)
		} else if key.CanUint() {
			token = strconv.FormatUint(key.Uint(), 10)
		} else {
			token = "*" // no name in JSON
		}
		w.enter(token)
		if err := w.copied(entries.Value(), p.elem, func(c reflect.Value) { v.SetMapIndex(key, c) }); err != nil {
			return err
		}
		w.leave()
	}
	// The order of a map is random.
	slices.SortFunc(w.changes[before:], func(a, b Change) int { return cmp.Compare(a.Pointer, b.Pointer) })
	return nil
}

// dynamic cleans the value in an interface by the plan for its type.
func (w *walker) dynamic(v reflect.Value, r *rule) error {
	if v.IsNil() {
		return nil
	}
	inner := v.Elem()
	p := planFor(inner.Type(), r)
	if p.err != nil {
		return p.err
	}
	return w.copied(inner, p.plan, func(c reflect.Value) { v.Set(c) })
}

// copied walks a copy of v, and hands it to put if something changed.
func (w *walker) copied(v reflect.Value, p *plan, put func(reflect.Value)) error {
	if p.kind == planNothing {
		return nil
	}
	if w.dry {
		return w.walk(v, p)
	}
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	before := len(w.changes)
	err := w.walk(c, p)
	if len(w.changes) > before {
		put(c)
	}
	return err
}

// known reports whether a pointer, map or slice was visited before.
func (w *walker) known(v reflect.Value, n int) bool {
	if w.seen == nil {
		return false
	}
	key := seenKey{v.Type(), v.Pointer(), n}
	if w.seen[key] {
		return true
	}
	w.seen[key] = true
	return false
}
