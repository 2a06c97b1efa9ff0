package codeinjection

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/expr"
	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/shell"
)

// argument sorts the first argument of a call; i is behind the opening bracket.
func (f *finder) argument(i int) arg {
	s := f.s
	i = lex.SkipSpace(s, i)
	for i < len(s) && (s[i] == '@' || s[i] == '!' || s[i] == '(' || s[i] == '\\' || s[i] == '+' || s[i] == '&' || s[i] == ':' && lex.IsLetter(lex.At(s, i+1))) {
		if s[i] == ':' {
			return f.symbol(i + 1)
		}
		i++
	}
	c := lex.At(s, i)
	switch {
	case c == ')':
		return aEmpty
	case c == '\'' || c == '"' || c == '`':
		return f.text(i)
	case c == '$':
		return aVar
	case c == '[' || c == '{':
		return aArray
	case c == '/':
		return aPattern
	case lex.IsDigit(c):
		if end := lex.SkipDigits(s, i); lex.At(s, end) == '*' && lex.IsDigit(lex.At(s, end+1)) {
			return aNumber | aCall // print(7*7)
		}
		return aNumber
	case !lex.IsWord(c):
		return 0
	}
	end := lex.SkipWord(s, i)
	f.work += end - i
	word := s[i:end]
	n := lex.At(s, end)
	if (n == '\'' || n == '"') && len(word) <= 2 {
		return f.text(end) // f'…', r"…", b'…'
	}
	return f.word(word, end, n)
}

// symbol sorts a Ruby symbol.
func (f *finder) symbol(i int) arg {
	end := lex.SkipWord(f.s, i)
	if isExec(f.s[i:end]) {
		return aExec | aText
	}
	return aName
}

// word sorts an argument that begins with a name, which ends at end before the byte n.
func (f *finder) word(word string, end int, n byte) arg {
	s := f.s
	if len(word) > 6 && word[0] == '_' && word[1] == '_' && lex.IsUpper(word[2]) {
		return aVar // __FILE__, __DIR__
	}
	if internals[word] {
		return aVar // __builtins__
	}
	if word == "new" && lex.IsBlank(n) || word == "Function" {
		return aCall
	}
	last := word
	for n == '.' && lex.IsLetter(lex.At(s, end+1)) {
		start := end + 1
		end = lex.SkipWord(s, start)
		last, n = s[start:end], lex.At(s, end)
	}
	if n == ':' && last != word {
		return 0 // exec(Runtime.java:620): a line of a stack trace
	}
	var buf [maxName]byte
	low := lex.Fold(buf[:], last)
	if n == '(' {
		if functions[string(low)] != 0 || expr.Has("compile atob open input request getclass tostring fromcharcode gettype frombase64string getbytes next end current pos reset array_rand array_pop array_shift array_flip getallheaders session_id pack urldecode rawurldecode strtolower str_replace substr file_get_contents", string(low)) {
			return aCall
		}
		return aName
	}
	if expr.Has("request params req argv input __import__ ARGV Request", word) && (n == '.' || n == '[' || last != word) {
		return aVar
	}
	if n == '[' && word == "_" {
		return aVar
	}
	var w shell.Word
	w.Read(word, 0, false)
	if p, _ := shell.Lookup(&w); p&shell.Alone != 0 && p&shell.Natural == 0 && (n == ')' || n == ' ') {
		return aProgram
	}
	return aName
}

// text sorts a string argument; i is at its opening quote.
func (f *finder) text(i int) arg {
	s := f.s
	q := s[i]
	i++
	stop := min(len(s), i+256)
	end := i
	for end < stop && s[end] != q {
		end++
	}
	body := s[i:end]
	body = strings.TrimSuffix(body, `\`)
	if strings.TrimSpace(body) == "" && end < stop {
		if n := lex.SkipBlanks(s, end+1); lex.At(s, n) == ',' {
			return aText
		}
		return 0
	}
	f.work += min(len(body), 64)
	got := aText
	if modules[body] {
		got |= aModule
	}
	if isExec(body) {
		got |= aExec
	}
	if pathLike(body) {
		got |= aPath
	}
	if pattern(body) {
		got |= aPattern
	}
	if strings.HasPrefix(body, "import ") || strings.Contains(body[:min(len(body), 64)], "__import__") {
		got |= aCommand
	}
	var w shell.Word
	w.Read(body, lex.SkipBlanks(body, 0), false)
	f.work += w.End
	if p, exact := shell.Lookup(&w); exact || p != 0 && (p&shell.Natural == 0 || strings.IndexByte(body, '/') >= 0 || strings.IndexByte(body, '-') >= 0 ||
		p&shell.Shell != 0 && end < stop && lex.At(s, lex.SkipBlanks(s, end+1)) == ',') {
		got |= aCommand
	}
	return got
}

// pathLike reports whether a string names a file, a stream or a pipe.
func pathLike(body string) bool {
	if body == "" {
		return false
	}
	switch body[0] {
	case '/', '|', '.', '~', '\\':
		return len(body) > 1 || body[0] == '/' || body[0] == '.'
	}
	if len(body) > 2 && body[1] == ':' && (body[2] == '\\' || body[2] == '/') {
		return true
	}
	return strings.Contains(body, "://") || strings.HasPrefix(body, "data:") || strings.HasPrefix(body, "php:") ||
		strings.HasSuffix(body, ".php") || strings.HasSuffix(body, ".ini")
}

// pattern reports whether a string is a delimited pattern with the modifier e, which preg_replace ran.
func pattern(body string) bool {
	if len(body) < 3 || lex.IsWord(body[0]) || body[0] == ' ' {
		return false
	}
	end := strings.LastIndexByte(body, body[0])
	return end > 0 && strings.IndexByte(body[end:], 'e') > 0 && strings.IndexByte(body[end:], ' ') < 0
}
