// Package jsonname tells under which name a struct field stands in JSON, and writes JSON pointers.
package jsonname

import (
	"reflect"
	"strconv"
	"strings"
)

// Of returns the name of a struct field in JSON. inlined is true for a field whose own fields stand in its place;
// hidden for one that JSON never fills, whose name is its Go name.
func Of(f reflect.StructField) (name string, inlined, hidden bool) {
	tag, tagged := f.Tag.Lookup("json")
	if tag == "-" {
		return f.Name, false, true
	}
	name, options := cut(tag)
	for option := range strings.SplitSeq(options, ",") {
		if option == "embed" || option == "inline" {
			return "", true, false
		}
	}
	if name != "" || tagged && strings.HasPrefix(tag, "'") {
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

// cut splits a json tag into the name and its options. A name in single quotes may hold commas, which is how
// encoding/json/v2 writes it.
func cut(tag string) (name, options string) {
	if strings.HasPrefix(tag, "'") {
		if end := strings.LastIndexByte(tag, '\''); end > 0 {
			if s, err := strconv.Unquote(`"` + strings.ReplaceAll(tag[1:end], `\'`, `'`) + `"`); err == nil {
				return s, strings.TrimPrefix(tag[end+1:], ",")
			}
		}
	}
	name, options, _ = strings.Cut(tag, ",")
	return name, options
}

var escaper = strings.NewReplacer("~", "~0", "/", "~1")

// Token writes a member's name as a reference token of a JSON pointer (RFC 6901, section 3).
func Token(name string) string { return escaper.Replace(name) }
