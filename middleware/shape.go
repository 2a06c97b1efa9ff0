package middleware

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/tangoguard/tangoguard/internal/jsonname"
	"github.com/tangoguard/tangoguard/internal/money"
)

var unescape = strings.NewReplacer("~1", "/", "~0", "~")

// knownPointer is pointer as a caller may see it: a token that type t does not know, because the caller made it
// up, is written "*".
func knownPointer(t reflect.Type, pointer string) string {
	if pointer == "" {
		return ""
	}
	var b strings.Builder
	for token := range strings.SplitSeq(pointer[1:], "/") {
		for t != nil && t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		known := false
		switch {
		case t == nil:
		case t.Kind() == reflect.Struct:
			f, ok := jsonname.Find(t, unescape.Replace(token))
			t, known = f.Type, ok
		case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
			_, err := strconv.Atoi(token)
			t, known = t.Elem(), err == nil
		case t.Kind() == reflect.Map:
			t = t.Elem()
		default:
			t = nil
		}
		if !known {
			token = "*"
		}
		b.WriteString("/" + token)
	}
	return b.String()
}

// wantedJSON words what a Go type takes from JSON.
func wantedJSON(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[money.Amount]():
		return "a plain number such as 25 or 25.50, without quotes and exponent"
	case t == reflect.TypeFor[time.Time]():
		return "a time such as 2026-01-31T12:00:00Z"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number in range"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number in range, not negative"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return "text in base64"
		}
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	}
	return "of another type"
}

// textsAt gives the strings at a pointer into v, or, where the pointer cannot be followed, every string of v:
// better to inspect too much than to miss what was meant.
func textsAt(v reflect.Value, pointer string) []string {
	at := v
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if pointer == "" {
			break
		}
		next := step(at, unescape.Replace(token))
		if !next.IsValid() {
			return allTexts(v, nil, 0)
		}
		at = next
	}
	return allTexts(at, nil, 0)
}

func step(v reflect.Value, token string) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Struct:
		if f, ok := jsonname.Find(v.Type(), token); ok {
			if field, err := v.FieldByIndexErr(f.Index); err == nil {
				return field
			}
		}
	case reflect.Slice, reflect.Array:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < v.Len() {
			return v.Index(i)
		}
	case reflect.Map:
		if v.Type().Key().Kind() == reflect.String {
			return v.MapIndex(reflect.ValueOf(token).Convert(v.Type().Key()))
		}
	}
	return reflect.Value{}
}

// allTexts collects every string in v, as deep as sanitize goes.
func allTexts(v reflect.Value, out []string, depth int) []string {
	if depth > 512 || !v.IsValid() {
		return out
	}
	switch v.Kind() {
	case reflect.String:
		out = append(out, v.String())
	case reflect.Pointer, reflect.Interface:
		out = allTexts(v.Elem(), out, depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			out = allTexts(v.Field(i), out, depth+1)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			if v.Kind() == reflect.Slice {
				out = append(out, string(v.Bytes()))
			}
			return out
		}
		for i := range v.Len() {
			out = allTexts(v.Index(i), out, depth+1)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			out = allTexts(it.Key(), out, depth+1)
			out = allTexts(it.Value(), out, depth+1)
		}
	}
	return out
}
