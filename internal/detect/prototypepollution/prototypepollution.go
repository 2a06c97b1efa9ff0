// Package prototypepollution finds keys and paths that reach the prototype of every JavaScript object
// (CWE-1321, and CWE-471: data that the program assumes nobody changes).
//
// # What it recognises
//
// __proto__ as a key, a parameter, an element of a path, or alone; constructor.prototype in each notation
// (dots, brackets, slashes, nested JSON, indented or not); what writes to a built-in's prototype; the accessors __defineGetter__
// and the like; and keys that become one of these when a filter removes __proto__ from them once.
//
// # Rules
//
//	proto-key           __proto__ where a key or a path element stands: a[__proto__][b], "__proto__":, .__proto__
//	constructor-path    constructor.prototype, constructor[prototype], {"constructor":{"prototype":…
//	prototype-write     Object.prototype.x = …, Object.assign(Object.prototype, …), Object.setPrototypeOf(…
//	nested-key          __pro__proto__to__, constconstructorructor
//
// # What it does not recognise
//
// The words in prose: "constructor set", "prototype of the car", "constructor" alone, "__proto__ col meeting".
package prototypepollution

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "prototype_pollution"

// gate holds a pair of each key: __proto__ and its like, prototype.
var gate = scan.Any(scan.Underscores, `yp`)

// Detector finds prototype pollution. Both keys hold a t and a p or a c; all but one form hold punctuation.
func Detector() scan.Detector {
	return scan.Detector{
		Class: Class,
		Gate:  gate,
		Find:  find,
	}
}

const (
	proto       = "__proto__"
	constructor = "constructor"
	prototype   = "prototype"
)

func find(v *scan.View, report scan.Report) {
	s := v.Text
	if v.Has.Has('_') {
		for from := 0; ; {
			i := strings.Index(s[from:], "__")
			if i < 0 {
				break
			}
			i += from
			if rule, end := key(s, i); rule != "" {
				v.Work(i)
				report(rule, i, end)
				return
			}
			from = i + 2
			for from < len(s) && s[from] == '_' {
				from++
			}
			from = max(i+1, from-2)
			if from == i {
				from++
			}
		}
	}
	v.Work(len(s))
	for from := 0; ; {
		i := strings.IndexByte(s[from:], 'y') // the rarest letter of type
		if i < 0 {
			break
		}
		i += from - 1
		if !lex.HasPrefix(s, i, "type") {
			from = i + 2
			continue
		}
		if rule, start, end := path(s, i); rule != "" {
			v.Work(i)
			report(rule, start, end)
			return
		}
		from = i + 4
	}
	v.Work(len(s))
}

// key looks at the two underscores at i.
func key(s string, i int) (rule string, end int) {
	switch {
	case lex.HasPrefix(s, i, proto):
		end = i + len(proto)
		if keyPlace(s, i, end) {
			return "proto-key", end
		}
		if split(s, i, end, proto) {
			return "nested-key", end
		}
	case lex.HasPrefix(s, i, "__defineGetter__"), lex.HasPrefix(s, i, "__defineSetter__"), lex.HasPrefix(s, i, "__lookupGetter__"), lex.HasPrefix(s, i, "__lookupSetter__"):
		end = i + 16
		if keyPlace(s, i, end) || lex.At(s, end) == '(' {
			return "proto-key", end
		}
	}
	return "", 0
}

// keyPlace reports whether s[i:end] stands where a key stands: alone, behind or before the punctuation of
// paths, parameters and JSON.
func keyPlace(s string, i, end int) bool {
	before, after := lex.At(s, i-1), lex.At(s, end)
	switch after {
	case '{': // GraphQL and YAML
		return before == '{' || before == ',' || before == '.'
	case '[', '.', '=', '/', ':':
		return (!lex.IsWord(before) || i >= len(proto) && s[i-len(proto):i] == proto) && (after != '.' || lex.IsWord(lex.At(s, end+1)) || lex.At(s, end+1) == '_') &&
			(after != ':' || before == '\'' || before == '"' || before == '{' || before == ',' || i == 0)
	case ']', '\'', '"', '`':
		return before == '[' || before == '.' || before == after || before == '\\' || before == '\'' || before == '"'
	case '\\':
		return before == '"' || before == '\''
	case 0:
		return i == 0 || strings.IndexByte(".[/?&$", before) >= 0
	case '&':
		return i == 0 || strings.IndexByte(".[/?&={,(\"'", before) >= 0
	case ',', '}', ')', ';', '%', '?':
		return strings.IndexByte(".[/?&={,(\"'", before) >= 0 && before != 0
	case ' ':
		if lex.At(s, end+1) == ':' {
			return before == '{' || before == ',' || before == ' ' && i > 1 && (s[i-2] == '{' || s[i-2] == ',')
		}
		return before == '.' || before == '[' || lex.At(s, end+1) == '=' && lex.At(s, end+2) != '='
	}
	return false
}

// split reports whether the text around s[i:end] is word itself, cut in two: what is left when a filter
// removes the inner one.
func split(s string, i, end int, word string) bool {
	for k := 1; k < len(word); k++ {
		if i >= k && s[i-k:i] == word[:k] && lex.HasPrefix(s, end, word[k:]) {
			return true
		}
	}
	return false
}

// maxBetween bounds what stands between constructor and prototype: JSON may be indented.
const maxBetween = 48

// path looks at the "type" at i: does it end prototype behind a constructor or before an assignment?
func path(s string, i int) (rule string, start, end int) {
	start, end = i-len(prototype)+len("type"), i+len("type")
	if start >= 0 && s[start:end] == "Prototype" {
		return setter(s, start, end)
	}
	if start < 0 || s[start:end] != prototype {
		return "", 0, 0
	}
	if split(s, start, end, prototype) {
		return "nested-key", start, end
	}
	// Walk back over the punctuation between the two keys.
	k := start
	for k > 0 && start-k < maxBetween && strings.IndexByte(".[]\"'{}:/\\ %,`\n\r\t", s[k-1]) >= 0 {
		k--
	}
	if between := s[k:start]; k >= len(constructor) && k < start && strings.Trim(between, " ,\n\r\t") != "" && strings.HasSuffix(s[:k], constructor) {
		if c := k - len(constructor); c == 0 || !lex.IsWord(s[c-1]) {
			return "constructor-path", c, end
		}
		return "nested-key", k - len(constructor), end
	}
	if k < start {
		w := k
		for w > 0 && k-w < 2*len(constructor) && lex.IsWord(s[w-1]) {
			w--
		}
		if c := strings.Index(s[w:k], constructor); c >= 0 && split(s, w+c, w+c+len(constructor), constructor) {
			return "nested-key", w, end
		}
	}
	if object, st := owner(s, start); object != "" {
		if lex.At(s, st-1) == '(' && lex.At(s, lex.SkipBlanks(s, end)) == ',' {
			return "prototype-write", st - 1, end // Object.assign(Object.prototype, …)
		}
		n := end
		for n < len(s) && n-end < 48 && (lex.IsWord(s[n]) || strings.IndexByte(`.[]'"`, s[n]) >= 0) {
			n++
		}
		n = lex.SkipBlanks(s, n)
		if lex.At(s, n) == '=' && lex.At(s, n+1) != '=' && lex.At(s, n+1) != '>' {
			return "prototype-write", st, n + 1
		}
	}
	return "", 0, 0
}

// setter looks at Prototype in Object.setPrototypeOf(…, and in Object.getPrototypeOf(…).x = 1.
func setter(s string, start, end int) (rule string, from, to int) {
	if !lex.HasPrefix(s, end, "Of(") {
		return "", 0, 0
	}
	from = start - len("Object.set")
	switch {
	case lex.HasPrefix(s, from, "Object.set"):
		return "prototype-write", from, end + 3
	case lex.HasPrefix(s, from+len("Object")-len("Reflect"), "Reflect.set"):
		return "prototype-write", from - 1, end + 3
	case !lex.HasPrefix(s, start-3, "get"):
		return "", 0, 0
	}
	k := strings.IndexByte(s[end:min(len(s), end+maxBetween)], ')')
	if k < 0 {
		return "", 0, 0
	}
	n := lex.SkipBlanks(s, lex.SkipWord(s, end+k+2))
	if c := lex.At(s, end+k+1); (c == '.' || c == '[') && (c == '[' || lex.At(s, n) == '=' && lex.At(s, n+1) != '=') {
		return "prototype-write", start - 3, end + k + 2
	}
	return "", 0, 0
}

// owner returns the built-in whose prototype begins at i, as in Object.prototype or Object["prototype"].
func owner(s string, i int) (name string, start int) {
	k := i
	for k > 0 && strings.IndexByte(`.["'`, s[k-1]) >= 0 && i-k < 3 {
		k--
	}
	for _, o := range [...]string{"Object", "Array", "String", "Function", "Number", "Boolean"} {
		if k < i && k >= len(o) && s[k-len(o):k] == o && (k == len(o) || !lex.IsWord(s[k-len(o)-1])) {
			return o, k - len(o)
		}
	}
	return "", 0
}
