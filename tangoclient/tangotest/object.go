package tangotest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tangoguard/tangoguard/internal/money"
)

// object is a JSON object with its members in order and their values as written. Everything the sandbox
// keeps is one, so that whatever a seed gives is answered back byte for byte, unknown members too.
type object struct{ members []member }

type member struct {
	name  string
	value jsontext.Value
}

var errNotObject = errors.New("not a JSON object")

// parseObject reads one JSON object. Duplicate names, invalid UTF-8 and trailing data are errors.
func parseObject(b []byte) (*object, error) {
	d := jsontext.NewDecoder(bytes.NewReader(b))
	if d.PeekKind() != '{' {
		if _, err := d.ReadValue(); err != nil {
			return nil, err
		}
		return nil, errNotObject
	}
	v, err := d.ReadValue() // the whole of it, so that depth and syntax are checked before anything is built
	if err != nil {
		return nil, err
	}
	v = v.Clone()
	if _, err := d.ReadToken(); err != io.EOF {
		return nil, errors.New("data after the object")
	}
	return membersOf(v)
}

// membersOf splits an object that is known to be valid.
func membersOf(v jsontext.Value) (*object, error) {
	d := jsontext.NewDecoder(bytes.NewReader(v))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return nil, errNotObject
	}
	o := &object{}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		n := name.String()
		val, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		o.members = append(o.members, member{n, val.Clone()})
	}
	return o, nil
}

// elements splits a JSON array.
func elements(v jsontext.Value) ([]jsontext.Value, error) {
	if len(v) == 0 || v.Kind() == 'n' {
		return nil, nil
	}
	var out []jsontext.Value
	if err := json.Unmarshal(v, &out); err != nil {
		return nil, fmt.Errorf("not a JSON array")
	}
	return out, nil
}

// build makes an object of names and values in turn.
func build(pairs ...any) *object {
	o := &object{}
	for i := 0; i+1 < len(pairs); i += 2 {
		o.set(pairs[i].(string), pairs[i+1])
	}
	return o
}

func (o *object) find(name string) int {
	if o == nil {
		return -1
	}
	return slices.IndexFunc(o.members, func(m member) bool { return m.name == name })
}

func (o *object) has(name string) bool { return o.find(name) >= 0 }

// raw is the value of a member, nil when it is absent.
func (o *object) raw(name string) jsontext.Value {
	if i := o.find(name); i >= 0 {
		return o.members[i].value
	}
	return nil
}

// isNull reports whether a member is absent or null.
func (o *object) isNull(name string) bool {
	v := o.raw(name)
	return len(v) == 0 || v.Kind() == 'n'
}

// str is the text of a string member, "" for everything else.
func (o *object) str(name string) string { return text(o.raw(name)) }

func text(v jsontext.Value) string {
	if len(v) == 0 || v.Kind() != '"' {
		return ""
	}
	b, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		return ""
	}
	return string(b)
}

// amount is the number of a member; a decimal in a string is read too, as old documents write rates.
func (o *object) amount(name string) (money.Amount, bool) {
	v := o.raw(name)
	if len(v) == 0 {
		return money.Amount{}, false
	}
	s := string(v)
	if v.Kind() == '"' {
		s = text(v)
	}
	a, err := money.Parse(s)
	return a, err == nil
}

// boolean is the value of a member that is true or false.
func (o *object) boolean(name string) (value, given bool) {
	switch o.raw(name).Kind() {
	case 't':
		return true, true
	case 'f':
		return false, true
	}
	return false, false
}

// sub is a member that is an object, nil for everything else.
func (o *object) sub(name string) *object {
	v := o.raw(name)
	if len(v) == 0 || v.Kind() != '{' {
		return nil
	}
	s, err := membersOf(v)
	if err != nil {
		return nil
	}
	return s
}

func (o *object) set(name string, v any) {
	raw := encode(v)
	if i := o.find(name); i >= 0 {
		o.members[i].value = raw
		return
	}
	o.members = append(o.members, member{name, raw})
}

// without gives a copy without the named members.
func (o *object) without(names ...string) *object {
	c := &object{members: make([]member, 0, len(o.members))}
	for _, m := range o.members {
		if !slices.Contains(names, m.name) {
			c.members = append(c.members, m)
		}
	}
	return c
}

// only gives a copy with the named members alone, in the order of the names.
func (o *object) only(names ...string) *object {
	c := &object{}
	for _, n := range names {
		if v := o.raw(n); v != nil {
			c.members = append(c.members, member{n, v})
		}
	}
	return c
}

// encode writes a value as JSON. The values are this package's own, so a failure is a mistake in it.
func encode(v any) jsontext.Value {
	switch v := v.(type) {
	case jsontext.Value:
		if len(v) == 0 {
			return jsontext.Value("null")
		}
		return v
	case *object:
		if v == nil {
			return jsontext.Value("null")
		}
		return v.json()
	case []*object:
		b := []byte{'['}
		for i, o := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, o.json()...)
		}
		return append(b, ']')
	}
	// A path or a query may hold bytes that are no UTF-8; they are echoed as U+FFFD.
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		panic(fmt.Sprintf("tangotest: %v", err))
	}
	return b
}

func (o *object) json() jsontext.Value {
	b := []byte{'{'}
	for i, m := range o.members {
		if i > 0 {
			b = append(b, ',')
		}
		b, _ = jsontext.AppendQuote(b, m.name)
		b = append(b, ':')
		b = append(b, m.value...)
	}
	return append(b, '}')
}
