package codeinjection

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// reach is how far before its brackets the parts of what is called are looked for.
const reach = 160

// spaced handles ( at i behind a blank, which PHP lets stand before the brackets of a call. In prose that is where an
// aside begins, so what is called must be put together: "sys"."tem" ('id'), [system][0] ('id').
func (f *finder) spaced(i int) {
	s := f.s
	end := i - 1
	switch lex.At(s, end-1) {
	case '\'', '"':
		if start, parts, ok := f.joined(end); ok && parts > 1 && f.argument(i+1)&runs != 0 {
			f.found("dynamic-call", start, i+1)
		}
	case ']', '}':
		if start, ok := element(s, end); ok {
			f.found("dynamic-call", start, i+1)
		}
	}
}

// joined reports whether the string that ends at end, put together of parts with PHP's . between them, names a
// function that runs something.
func (f *finder) joined(end int) (start, parts int, ok bool) {
	s := f.s
	var name [maxName]byte
	n := len(name)
	for at := end; at > 1 && end-at < reach; {
		q := s[at-1]
		if q != '\'' && q != '"' {
			break
		}
		low := max(0, at-24)
		f.work += at - low
		k := strings.LastIndexByte(s[low:at-1], q)
		if k < 0 {
			break
		}
		inner := s[low+k+1 : at-1]
		if len(inner) > n {
			return 0, 0, false
		}
		n -= copy(name[n-len(inner):], inner)
		start = low + k
		parts++
		at = backBlank(s, start)
		if at == 0 || s[at-1] != '.' {
			break
		}
		at = backBlank(s, at-1)
	}
	return start, parts, parts > 0 && isExec(string(name[n:]))
}

// backBlank steps back over one blank that ends at i.
func backBlank(s string, i int) int {
	if i > 0 && s[i-1] == ' ' {
		return i - 1
	}
	return i
}

// element reports a function that is called by way of a list in front of end: [system][0], in braces or not.
func element(s string, end int) (start int, ok bool) {
	if lex.At(s, end-1) == '}' {
		end--
	}
	if end < 6 || s[end-1] != ']' || !lex.IsDigit(s[end-2]) || s[end-3] != '[' || s[end-4] != ']' {
		return 0, false
	}
	name, start := nameBefore(s, end-4)
	return start - 1, start > 0 && s[start-1] == '[' && isExec(name)
}

// enclosed reports a function in brackets of its own before the ( at i: (/* c */system)(id), or the complement of its
// name, (~%8C%86…)().
func (f *finder) enclosed(i int) (start int, ok bool) {
	s := f.s
	name, start := nameBefore(s, i-1)
	if name != "" && isExec(name) {
		got := f.argument(i + 1)
		return start, strings.HasSuffix(s[:start], "*/") && got&(runs|aName) != 0 || lex.At(s, start-1) == '(' && got&(aText|aProgram) != 0
	}
	k := i - 1
	for k > 0 && i-k < reach && complements(s[k-1]) {
		k--
	}
	f.work += i - k
	body := strings.Trim(s[k:i-1], "'\"")
	return k - 2, k > 1 && s[k-2:k] == "(~" && len(body) > 2 && (body[0] == '%' || body[0] >= 0x80)
}

// complements reports whether c may stand in a complement: beyond ASCII as it is, in quotes, or with percents before it.
func complements(c byte) bool {
	return c >= 0x80 || c == '%' || c == '\'' || c == '"' || lex.IsDigit(c) || lex.Lower(c) >= 'a' && lex.Lower(c) <= 'f'
}

// variableVariable handles ${ at i with the name of one of PHP's superglobals at k, put together: ${'_'.'GET'}[0].
func (f *finder) variableVariable(i, k int) {
	s := f.s
	if q := lex.At(s, k); k == i+1 || q != '\'' && q != '"' || lex.At(s, k+1) != '_' {
		return
	}
	body := s[k:min(len(s), k+maxName)]
	f.work += len(body)
	if end := strings.IndexByte(body, '}'); end > 0 && (lex.At(s, k+end+1) == '[' || lex.At(s, k+end+1) == '{') {
		f.found("php-superglobal", i, k+end+2)
	}
}

// reference handles a reference in what React sends to the functions of its server, $1:constructor:constructor: a path
// from one chunk to the constructor of all functions, or to the prototype of all objects (CVE-2025-55182). The first
// colon is at colon.
func (f *finder) reference(start, colon int) {
	s := f.s
	for i := colon; lex.At(s, i) == ':' && i-colon < reach; {
		end := lex.SkipWord(s, i+1)
		f.work += end - i
		name := s[i+1 : end]
		if (name == "constructor" || name == "__proto__") && (i > colon || lex.At(s, end) == ':') {
			f.found("js-constructor", start, end)
			return
		}
		i = end
	}
}

// nested reports whether the attribute at s[i:end] is a key that holds another of them: {"__class__":{"__init__":{…}}},
// which a merge into an object of Python follows.
func nested(s string, i, end int) bool {
	q := lex.At(s, end)
	if q != '"' && q != '\'' || lex.At(s, i-1) != q {
		return false
	}
	k := lex.SkipSpace(s, end+1)
	if lex.At(s, k) != ':' {
		return false
	}
	k = lex.SkipSpace(s, k+1)
	if lex.At(s, k) != '{' {
		return false
	}
	k = lex.SkipSpace(s, k+1)
	if lex.At(s, k) != q || !lex.HasPrefix(s, k+1, "__") {
		return false
	}
	stop := lex.SkipWord(s, k+1)
	name := s[k+1 : stop]
	return len(name) <= maxName && internals[name] && name != "__module__" && name != "__dict__"
}
