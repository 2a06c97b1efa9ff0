package deserialization

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// yaml handles ! at i: tags that make a YAML loader build an object or call a function.
func (f *finder) yaml(i int) {
	s := f.s
	if i > 0 && s[i-1] == '!' {
		return
	}
	if c := lex.At(s, i+1); !lex.IsLetter(c) && c != '!' && c != '<' {
		return // the end of a sentence
	}
	k := i + 1
	if lex.At(s, k) == '!' {
		k++
	}
	for _, t := range [...]string{"python/", "ruby/", "php/", "js/", "perl/", "!python/", "clojure/"} {
		if lex.HasPrefix(s, k, t) && lex.IsWord(lex.At(s, k+len(t))) && (i == 0 || !lex.IsWord(s[i-1])) {
			f.found("yaml-tag", i, k+len(t))
			return
		}
	}
	if lex.HasPrefix(s, k, "<tag:yaml.org") || lex.HasPrefix(s, k, "<!") {
		f.found("yaml-tag", i, k+2)
		return
	}
	if k < i+2 || i > 0 && lex.IsWord(s[i-1]) {
		return
	}
	end, class := className(s, k)
	f.work += end - i
	if class && (lex.At(s, lex.SkipSpace(s, end)) == '[' || lex.At(s, lex.SkipSpace(s, end)) == '{' || lex.IsSpace(lex.At(s, end)) || end == len(s)) && knownPackage(s[k:end]) {
		f.found("yaml-tag", i, end)
	}
}

// className reads a dotted name at i and reports whether it is that of a class: two dots or more, or a last
// element that begins with a capital.
func className(s string, i int) (end int, ok bool) {
	end = i
	dots, last := 0, i
	for end < len(s) && end-i < 160 && (lex.IsWord(s[end]) || s[end] == '.' || s[end] == '$' || s[end] == '/') {
		if s[end] == '.' {
			dots++
			last = end + 1
		}
		end++
	}
	return end, dots > 0 && lex.IsUpper(lex.At(s, last)) && lex.IsLetter(lex.At(s, i))
}

// knownPackage reports whether a class name begins like those of the libraries that gadgets are built from.
func knownPackage(name string) bool {
	name = strings.TrimPrefix(name, "L")
	for _, p := range [...]string{"java.", "javax.", "sun.", "com.", "org.", "net.", "jdk.", "System.", "Microsoft.", "oracle.", "br.com", "ch.qos", "groovy.", "clojure.", "bsh."} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// typeKey handles $ @ ^ _ at i: the keys that name a class in JSON, and serialised functions.
func (f *finder) typeKey(i int) {
	s := f.s
	switch s[i] {
	case '_':
		if lex.HasPrefix(s, i, "_$$ND_FUNC$$_") || lex.HasPrefix(s, i, "_$$ND_CC$$_") {
			f.found("js-function", i, i+13)
		} else if lex.HasPrefix(s, i, "__js_function") {
			f.found("js-function", i, i+13)
		} else if lex.HasPrefix(s, i, "__VIEWSTATE=/wE") {
			f.found("net-stream", i, i+15)
		} else if lex.HasPrefix(s, i, "__type") {
			f.class(i, i+6)
		}
	case '$':
		if lex.HasPrefix(s, i, "$type") {
			f.class(i, i+5)
		}
	case '@':
		for _, k := range [...]string{"@type", "@class", "@c"} {
			if lex.HasPrefix(s, i, k) {
				f.class(i, i+len(k))
			}
		}
	}
}

// quotedKey handles the : at i behind a key in quotes.
func (f *finder) quotedKey(i int) {
	s := f.s
	head := s[max(0, i-20):i]
	switch {
	case strings.HasSuffix(head, `"class"`):
		f.class(i-7, i-1)
	case strings.HasSuffix(head, `type"`), strings.HasSuffix(head, `className"`), strings.HasSuffix(head, `javaClass"`), strings.HasSuffix(head, `clazz"`):
		f.built(i)
	case strings.HasSuffix(head, `"json_class"`), strings.HasSuffix(head, `"^o"`), strings.HasSuffix(head, `"^O"`), strings.HasSuffix(head, `"^c"`):
		f.found("json-type", i-4, i)
	case strings.Contains(head, `"py/`):
		f.found("json-type", i-4, i)
	}
}

// built handles the : at i behind a key that may name a class, as "type" does: only one of Java's or .NET's own counts.
func (f *finder) built(i int) {
	s := f.s
	k := lex.SkipSpace(s, i+1)
	if lex.At(s, k) != '"' {
		return
	}
	for _, b := range built {
		if lex.HasPrefix(s, k+1, b) && b[len(b)-1] == '.' {
			f.class(i-1, i)
			return
		}
	}
}

// class handles the value of a key that names a class; the key ends at i.
func (f *finder) class(start, i int) {
	s := f.s
	k := i
	for k < len(s) && k-i < 12 && (s[k] == '"' || s[k] == '\'' || s[k] == '\\' || s[k] == ':' || s[k] == '=' || lex.IsSpace(s[k])) {
		k++
	}
	if !strings.ContainsAny(s[i:k], ":=") || k-i < 2 && s[i] != '=' {
		return
	}
	if lex.At(s, k) == '[' {
		k++
	}
	end, ok := className(s, k)
	f.work += end - i
	if ok && strings.Count(s[k:end], ".") >= 1 && strings.IndexByte(s[k:end], '/') < 0 {
		f.found("json-type", start, end)
	}
}

// jackson handles [ at i: ["class", {…}], and jsonpickle's keys are looked for here too.
func (f *finder) jackson(i int) {
	s := f.s
	k := i + 1
	for k < len(s) && k-i < 6 && (s[k] == '\\' || lex.IsSpace(s[k])) {
		k++
	}
	if c := lex.At(s, k); c != '"' && c != '\'' {
		return
	}
	if lex.HasPrefix(s, k+1, "[L") {
		k += 2 // an array
	}
	end, ok := className(s, k+1)
	f.work += end - i
	if !ok || !knownPackage(s[k+1:end]) {
		return
	}
	if c := lex.At(s, end); c == '"' || c == '\'' || c == '\\' || c == ';' {
		f.found("json-type", i, end+1)
	}
}

// elements are the names with which XStream, XMLDecoder and XAML begin to build objects.
var elements = [...]string{"sorted-set", "tree-map", "tree-set", "linked-hash-set", "dynamic-proxy", "objectdataprovider", "resourcedictionary", "priority-queue", "javax-script"}

// xml handles < at i.
func (f *finder) xml(i int) {
	s := f.s
	end := i + 1
	dots := 0
	for end < len(s) && end-i < 120 && (lex.IsWord(s[end]) || s[end] == '-' || s[end] == '.' || s[end] == ':' || s[end] == '$') {
		if s[end] == '.' {
			dots++
		}
		end++
	}
	f.work += end - i
	name := s[i+1 : end]
	if len(name) < 3 {
		return
	}
	if dots > 1 && (i == 0 || !lex.IsWord(s[i-1])) && !strings.HasPrefix(name, "java.lang.String") && !strings.HasPrefix(name, "java.lang.Integer") &&
		!strings.HasPrefix(name, "java.lang.Object") && knownPackage(name) && (lex.At(s, end) == '>' || lex.IsSpace(lex.At(s, end)) || lex.At(s, end) == '/') && strings.IndexByte(name, ':') < 0 {
		if _, class := className(s, i+1); class || strings.IndexByte(name, '_') > 0 {
			f.found("xml-object", i, end)
			return
		}
	}
	for _, e := range elements {
		if lex.EqualFold(name, e) {
			f.found("xml-object", i, end)
			return
		}
	}
	if c := lex.At(s, end); !lex.IsSpace(c) {
		return
	}
	switch name {
	case "void":
		if lex.HasPrefix(s, end+1, "method=") || lex.HasPrefix(s, end+1, "property=") {
			f.found("xml-object", i, end+8)
			return
		}
		f.attributes(i, end)
	case "java", "object", "map", "entry", "set", "list", "contact", "string", "root", "array", "properties", "bean", "new":
		f.attributes(i, end)
	}
}

// built are the beginnings of the values that name a class, or one of XStream's names for one.
var built = [...]string{"java.", "javax.", "dynamic-proxy", "tree-map", "sorted-set", "com.sun.", "org.apache.", "System."}

// attributes looks for class="…" or type="…" that names a class among the attributes at end.
func (f *finder) attributes(start, end int) {
	s := f.s
	stop := min(len(s), end+96)
	for i := end; i < stop && s[i] != '>'; i++ {
		f.work++
		if s[i] != '=' || !lex.HasPrefix(s, i-5, "class") && !lex.HasPrefix(s, i-4, "type") {
			continue
		}
		v := i + 1
		for c := lex.At(s, v); c == '"' || c == '\'' || c == '\\'; c = lex.At(s, v) {
			v++
		}
		for _, b := range built {
			if v > i+1 && lex.HasPrefix(s, v, b) {
				f.found("xml-object", start, v+len(b))
				return
			}
		}
	}
}
