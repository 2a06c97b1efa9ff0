package validate

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/tangoguard/tangoguard/internal/jsonname"
)

// Inside validator a path is written a.b[0].c, so names are given to it with . [ and ] hidden, in an
// extension of RFC 6901's escapes. A field that JSON never fills has a name that nobody may see: "*".
var (
	nameEncoder = strings.NewReplacer("~", "~0", "/", "~1", ".", "~2", "[", "~3", "]", "~4")
	nameToToken = strings.NewReplacer("~2", ".", "~3", "[", "~4", "]")
	tokenEscape = strings.NewReplacer("~", "~0", "/", "~1")
)

func encodeName(f reflect.StructField) string {
	name, inlined, hidden := jsonname.Of(f)
	switch {
	case inlined:
		return ""
	case hidden:
		return "*"
	}
	return nameEncoder.Replace(name)
}

// pointerOf turns validator's path below v into an RFC 6901 pointer. Map keys stand in the path as they are,
// brackets and all, so v is asked which key is meant; where two could be, the pointer ends at the map.
func pointerOf(v reflect.Value, path string) string {
	var b strings.Builder
	for path != "" {
		v = indirect(v)
		if path[0] != '[' {
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			b.WriteString("/" + nameToToken.Replace(path[:end]))
			v = fieldNamed(v, path[:end])
			path = strings.TrimPrefix(path[end:], ".")
			continue
		}
		token, next, rest := element(v, path)
		if rest == path {
			break
		}
		b.WriteString("/" + tokenEscape.Replace(token))
		v, path = next, strings.TrimPrefix(rest, ".")
	}
	return b.String()
}

func indirect(v reflect.Value) reflect.Value {
	for v.IsValid() && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) {
		v = v.Elem()
	}
	return v
}

// fieldNamed is the field of v that has this encoded name, also inside inlined structs.
func fieldNamed(v reflect.Value, name string) reflect.Value {
	if !v.IsValid() || v.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	for i := range v.NumField() {
		switch encodeName(v.Type().Field(i)) {
		case name:
			return v.Field(i)
		case "":
			if f := fieldNamed(indirect(v.Field(i)), name); f.IsValid() {
				return f
			}
		}
	}
	return reflect.Value{}
}

// maxKeyEnds bounds the work on a map key that consists of brackets.
const maxKeyEnds = 8

// element reads the "[...]" with which path begins. rest is path itself when v does not tell what is meant.
func element(v reflect.Value, path string) (token string, next reflect.Value, rest string) {
	end := strings.IndexByte(path, ']')
	if v.IsValid() && (v.Kind() == reflect.Slice || v.Kind() == reflect.Array) {
		if i, err := strconv.Atoi(path[1:max(end, 1)]); err == nil && i >= 0 && i < v.Len() {
			return path[1:end], v.Index(i), path[end+1:]
		}
		return "", v, path
	}
	if !v.IsValid() || v.Kind() != reflect.Map || v.Type().Key().Kind() != reflect.String {
		return "", v, path
	}
	found := 0
	for ends := 0; end >= 0; ends++ {
		if ends == maxKeyEnds {
			return "", v, path
		}
		tail := path[end+1:]
		if tail == "" || tail[0] == '.' || tail[0] == '[' {
			key := reflect.ValueOf(path[1:end]).Convert(v.Type().Key())
			if item := v.MapIndex(key); item.IsValid() {
				found++
				token, next, rest = path[1:end], item, tail
			}
		}
		more := strings.IndexByte(tail, ']')
		if more < 0 {
			break
		}
		end += 1 + more
	}
	if found != 1 {
		return "", v, path
	}
	return token, next, rest
}
