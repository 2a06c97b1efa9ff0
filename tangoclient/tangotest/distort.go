package tangotest

import (
	"net/url"

	"github.com/go-json-experiment/json/jsontext"
)

// wrongTypes gives every member of an answer, or the one that is named, a value of another JSON type.
func wrongTypes(body []byte, member string) []byte {
	v := jsontext.Value(body)
	if !v.IsValid() {
		return body
	}
	if v.Kind() != '{' {
		return []byte(`"` + "a string instead of a list" + `"`)
	}
	o, err := membersOf(v)
	if err != nil {
		return body
	}
	for i, m := range o.members {
		if member == "" || member == m.name {
			o.members[i].value = otherType(m.value)
		}
	}
	return o.json()
}

func otherType(v jsontext.Value) jsontext.Value {
	switch v.Kind() {
	case '"':
		return jsontext.Value(`{"value":1}`)
	case '0':
		return jsontext.Value(`"a string instead of a number"`)
	case '{':
		return jsontext.Value(`[]`)
	case '[':
		return jsontext.Value(`{}`)
	case 't', 'f':
		return jsontext.Value(`"yes"`)
	}
	return jsontext.Value(`0`)
}

// unknownFields adds members that nobody documented to every object of an answer.
func unknownFields(body []byte) []byte {
	v := jsontext.Value(body)
	if !v.IsValid() {
		return body
	}
	return extend(v)
}

// extend walks as deep as an answer of this package goes.
func extend(v jsontext.Value) jsontext.Value {
	switch v.Kind() {
	case '{':
		o, err := membersOf(v)
		if err != nil {
			return v
		}
		for i, m := range o.members {
			o.members[i].value = extend(m.value)
		}
		o.set("unknownField", build("since", "a later version", "list", []int{1, 2}))
		return o.json()
	case '[':
		list, err := elements(v)
		if err != nil {
			return v
		}
		b := jsontext.Value{'['}
		for i, e := range list {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, extend(e)...)
		}
		return append(b, ']')
	}
	return v
}

func formValue(body []byte, name string) string {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return ""
	}
	return form.Get(name)
}
