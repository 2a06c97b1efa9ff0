package sanitize

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
)

// rawJSON cleans the strings in encoded JSON. Everything else stays as it is written, byte for byte.
func (w *walker) rawJSON(v reflect.Value, r *rule) error {
	raw := v.Bytes()
	if len(raw) == 0 {
		return nil
	}
	if !json.Valid(raw) {
		return fmt.Errorf("%w: %s", ErrRawJSON, cmp.Or(w.pointer(), "the value"))
	}
	e := editor{w: w, rule: r, in: raw}
	before := len(w.changes)
	if err := e.value(); err != nil {
		return err
	}
	if len(w.changes) > before && !w.dry {
		v.SetBytes(append(e.out, raw[e.done:]...))
	}
	return nil
}

// editor goes through valid JSON once and copies it with strings replaced.
type editor struct {
	w    *walker
	rule *rule
	in   []byte
	pos  int
	out  []byte
	done int // in[:done] is in out
}

// value reads one value at pos or behind it.
func (e *editor) value() error {
	if len(e.w.path) > maxDepth {
		return ErrDepth
	}
	switch e.next() {
	case '{':
		return e.members('}')
	case '[':
		return e.members(']')
	case '"':
		start, s := e.str()
		if t := e.rule.clean(s); t != s {
			e.w.change(e.rule, s, t)
			e.out = appendString(append(e.out, e.in[e.done:start]...), t)
			e.done = e.pos
		}
	default: // a number or a literal
		for e.pos < len(e.in) && bytes.IndexByte([]byte(" \t\r\n,]}"), e.in[e.pos]) < 0 {
			e.pos++
		}
	}
	return nil
}

// members reads the inside of an object or array up to its end.
func (e *editor) members(end byte) error {
	e.pos++
	for i := 0; e.next() != end; i++ {
		if e.in[e.pos] == ',' {
			e.pos++
			e.next()
		}
		if end == ']' {
			e.w.enterIndex(i)
		} else {
			_, name := e.str()
			if Text(name) != name {
				return &KeyError{Pointer: e.w.pointer()}
			}
			e.w.enter(pointerToken(name))
			e.next()
			e.pos++ // the colon
		}
		if err := e.value(); err != nil {
			return err
		}
		e.w.leave()
	}
	e.pos++
	return nil
}

// next skips white space and returns the byte that follows.
func (e *editor) next() byte {
	for e.in[e.pos] == ' ' || e.in[e.pos] == '\t' || e.in[e.pos] == '\n' || e.in[e.pos] == '\r' {
		e.pos++
	}
	return e.in[e.pos]
}

// str reads the string that begins at pos, and returns its place and value.
func (e *editor) str() (start int, s string) {
	start = e.pos
	for e.pos++; e.in[e.pos] != '"'; e.pos++ {
		if e.in[e.pos] == '\\' {
			e.pos++
		}
	}
	e.pos++
	_ = json.Unmarshal(e.in[start:e.pos], &s) // valid, as the whole is
	return start, s
}

// appendString appends s as JSON, with nothing escaped but what JSON asks for.
func appendString(out []byte, s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return append(out, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
