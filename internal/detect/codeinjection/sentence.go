package codeinjection

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/expr"
	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// mentioned reports whether what begins at i stands in a sentence: behind two words, or behind one and a
// backtick. People write about functions, with empty brackets behind their names.
func (f *finder) mentioned(i int) bool {
	s := f.s
	words := 0
	for i > 0 && (lex.IsWord(s[i-1]) || s[i-1] == '.') {
		i--
	}
	if i > 0 && s[i-1] == '`' {
		words++
		i--
	}
	for range 2 {
		end := i
		for i > 0 && s[i-1] == ' ' {
			i--
		}
		if i == end {
			return false
		}
		end = i
		for i > 0 && end-i < 24 && lex.IsLetter(s[i-1]) {
			i--
		}
		if end-i < 2 || i > 0 && s[i-1] != ' ' {
			return false
		}
		f.work += end - i
		if words++; words == 2 {
			return true
		}
	}
	return false
}

// endless handles while(1); and for(;;); as a denial of service writes them: with nothing to repeat.
func (f *finder) endless(start, i int) {
	for _, loop := range [...]string{"while(1);", "while(true);", "while(1){}", "while(true){}", "for(;;);", "for(;;){}"} {
		if lex.HasPrefix(f.s, start, loop) {
			f.found("dangerous-call", start, start+len(loop))
		}
	}
	f.work += i - start
}

// namesExec reports whether one of the next arguments is a string that names a function that runs something.
func (f *finder) namesExec(i int) bool {
	s := f.s
	stop := min(len(s), i+64)
	for k := i; k < stop; k++ {
		f.work++
		if s[k] == '\'' || s[k] == '"' {
			end := lex.SkipWord(s, k+1)
			if end-k <= maxName && lex.At(s, end) == s[k] && isExec(s[k+1:end]) {
				return true
			}
			k = max(k, min(end, stop)-1)
		}
	}
	return false
}

// laterPath reports whether a string behind the first argument is an option or an absolute path: mail(…, '-X/srv/a.php').
func (f *finder) laterPath(i int) bool {
	s := f.s
	stop := min(len(s), i+160)
	comma := false
	for k := i; k < stop; k++ {
		f.work++
		switch s[k] {
		case ')', ';':
			return false
		case ',':
			comma = true
		case '\'', '"':
			end := strings.IndexByte(s[k+1:stop], s[k])
			if end < 0 {
				return false
			}
			body := s[k+1 : k+1+end]
			if comma && len(body) > 2 && (body[0] == '/' && strings.IndexByte(body, ' ') < 0 || body[0] == '-' && lex.IsLetter(body[1])) {
				return true
			}
			k += end + 1
		}
	}
	return false
}

// opensPipe reports whether the second argument of open is a string that begins or ends with a pipe.
func (f *finder) opensPipe(i int) bool {
	s := f.s
	if lex.HasPrefix(s, i, "my ") {
		i += len("my ")
	}
	if lex.At(s, i) == '$' {
		i++
	}
	k := lex.SkipBlanks(s, lex.SkipWord(s, i))
	if lex.At(s, k) != ',' {
		return false
	}
	k = lex.SkipBlanks(s, k+1)
	q := lex.At(s, k)
	if q != '"' && q != '\'' {
		return false
	}
	end := strings.IndexByte(s[k+1:min(len(s), k+80)], q)
	f.work += 80
	return end > 1 && (s[k+1] == '|' || s[k+end] == '|')
}

// statement looks at a call whose function is in no table: what stands before it may say what it is.
func (f *finder) statement(name string, start, i int) {
	s := f.s
	if start == 0 {
		return
	}
	head := s[max(0, start-24):start]
	switch {
	case strings.HasSuffix(head, "echo ") && expr.Has("md5 sha1 phpversion crc32 chr", name),
		(name == "request" || name == "Request") && (strings.HasSuffix(head, "eval ") || strings.HasSuffix(head, "execute ") || strings.HasSuffix(head, "Execute ")):
		f.found("dangerous-call", start, f.endOfCall(i))
		return
	}
	if s[start-1] != '.' {
		return
	}
	// java.util.Base64.getDecoder().decode("…"), new System.Net.WebClient(): a class with its whole package.
	from := start - 1
	for from > 0 && start-from < 96 && (lex.IsWord(s[from-1]) || s[from-1] == '.') {
		from--
	}
	f.work += start - from
	for _, p := range [...]string{"java.lang.", "java.io.", "java.net.", "java.util.", "java.nio.", "javax.", "System.Diagnostics.", "System.Net.", "System.IO.", "System.Reflection."} {
		if !lex.HasPrefix(s, from, p) {
			continue
		}
		constructs := from > 4 && strings.HasSuffix(s[:from], "new ") || from == 4 && s[:4] == "new "
		if got := f.argument(i + 1); constructs || got&(aText|aCall|aArray|aVar) != 0 && s[from] != 'S' {
			f.found("dangerous-call", from, f.endOfCall(i))
		}
		return
	}
}
