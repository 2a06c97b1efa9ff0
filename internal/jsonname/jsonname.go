// Package jsonname tells under which name a struct field stands in JSON, as encoding/json/v2 reads the tag.
package jsonname

import (
	"reflect"
	"strings"
)

// Of is the name under which a struct field stands in JSON. inlined is true for a field whose own
// fields stand in its place; hidden for one that JSON never fills.
func Of(f reflect.StructField) (name string, inlined, hidden bool) {
	tag := f.Tag.Get("json")
	if tag == "-" {
		return "", false, true
	}
	name, options, _ := strings.Cut(tag, ",")
	for option := range strings.SplitSeq(options, ",") {
		if option == "embed" || option == "inline" {
			return "", true, false
		}
	}
	if name != "" {
		return name, false, false
	}
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if f.Anonymous && t.Kind() == reflect.Struct {
		return "", true, false
	}
	return f.Name, false, false
}

// Find is the field of struct type t that stands in JSON under name, also inside structs that are inlined. The
// index is for reflect.Value.FieldByIndexErr.
func Find(t reflect.Type, name string) (reflect.StructField, bool) {
	return find(t, name, nil, 0)
}

// maxInlined bounds structs that embed pointers to themselves.
const maxInlined = 16

func find(t reflect.Type, name string, index []int, depth int) (reflect.StructField, bool) {
	if depth > maxInlined {
		return reflect.StructField{}, false
	}
	for i := range t.NumField() {
		f := t.Field(i)
		own, inlined, hidden := Of(f)
		if hidden || inlined || own != name || !f.IsExported() {
			continue
		}
		f.Index = append(append([]int(nil), index...), i)
		return f, true
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if _, inlined, _ := Of(f); !inlined {
			continue
		}
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if inner.Kind() != reflect.Struct {
			continue
		}
		if found, ok := find(inner, name, append(append([]int(nil), index...), i), depth+1); ok {
			return found, true
		}
	}
	return reflect.StructField{}, false
}
