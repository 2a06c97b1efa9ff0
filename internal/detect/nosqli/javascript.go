package nosqli

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// javascript looks at what follows each quote, and at the beginning of the text, as the JavaScript that MongoDB
// runs for $where, and reports it when it is an operator with a condition of its own, or another statement.
func javascript(v *scan.View, report scan.Report) bool {
	s := v.Text
	if end := continued(s, 0); end > 0 {
		report("javascript", 0, end)
		return true
	}
	if i := value(s); i > 0 { // 1; sleep(5000)
		if end := continued(s, i); end > 0 {
			report("javascript", i, end)
			return true
		}
	}
	// Only the first quote of each kind leaves the literal that the text was put in.
	for _, quote := range [...]byte{'\'', '"', '`'} {
		if !v.Has.Has(quote) {
			continue
		}
		i := strings.IndexByte(s, quote)
		if i < 0 {
			continue
		}
		if end := continued(s, i+1); end > 0 {
			report("javascript", i, end)
			return true
		}
	}
	return false
}

// field looks for a text that is a test of a secret of the document and nothing else: this.password.match(/^a/).
func field(v *scan.View, report scan.Report) bool {
	s := v.Text
	i := lex.SkipSpace(s, 0)
	v.Work(i)
	if !lex.HasPrefix(s, i, "this.") {
		return false
	}
	i += len("this.")
	end := lex.SkipWord(s, i)
	v.Work(end - i)
	switch s[i:end] {
	case "password", "passwd", "pass", "pwd", "secret", "token", "pin":
	default:
		return false
	}
	for _, m := range [...]string{".match(/", ".startsWith('", ".startsWith(\"", ".charAt(", ".charCodeAt("} {
		if lex.HasPrefix(s, end, m) {
			report("javascript", 0, end+len(m))
			return true
		}
	}
	return false
}

// value returns the end of the number or name that the text begins with.
func value(s string) int {
	i := lex.SkipSpace(s, 0)
	return lex.SkipWord(s, i)
}

// continued returns the end of what has an effect when the value before i ends there, or 0.
func continued(s string, i int) int {
	for n := 0; n < 16 && i < len(s) && (lex.IsSpace(s[i]) || s[i] == ')' || s[i] == '}' || s[i] == ']'); n++ {
		i++
	}
	switch c := lex.At(s, i); {
	case c == ';':
		return statement(s, i+1)
	case c == '|' && lex.At(s, i+1) == '|', c == '&' && lex.At(s, i+1) == '&':
		return condition(s, i+2)
	case c == '+':
		return call(s, i+1)
	}
	return 0
}

// statement returns the end of the statement that begins at i when it has an effect.
func statement(s string, i int) int {
	i = skipOpen(s, i, "; \t\r\n}")
	end := lex.SkipWord(s, i)
	next := lex.SkipSpace(s, end)
	switch s[i:end] {
	case "return":
		return returned(s, end)
	case "var", "let", "const":
		name := lex.SkipWord(s, next)
		if eq := lex.SkipSpace(s, name); next > end && name > next && lex.At(s, eq) == '=' && lex.At(s, eq+1) != '=' {
			return eq + 1
		}
	case "while", "for":
		if lex.At(s, next) == '(' && (isDigitAt(s, next+1) || lex.HasPrefix(s, next+1, "true") || lex.HasPrefix(s, next+1, "var ") ||
			lex.HasPrefix(s, next+1, ";;")) {
			return next + 1
		}
	case "do":
		if lex.At(s, next) == '{' {
			return next + 1
		}
	case "throw":
		if lex.HasPrefix(s, next, "new ") {
			return next + len("new ")
		}
		if j := operand(s, next); j > next && (isQuote(s[next]) || lex.IsDigit(s[next])) && ends(s, j) {
			return j
		}
	case "emit":
		if lex.At(s, next) == '(' {
			return next + 1
		}
	case "":
	default:
		if lex.At(s, next) == '=' && lex.HasPrefix(s, lex.SkipSpace(s, next+1), "new ") {
			return next + 1
		}
	}
	return call(s, i)
}

// returned returns the end of the operand of return when it is one that an attacker sends: a truth, this, the
// database, an empty literal.
func returned(s string, i int) int {
	j := skipOpen(s, i, " \t\r\n(!")
	if j == i {
		return 0
	}
	for _, w := range [...]string{"true", "false", "1", "0", "this", "db", "null", "tojson", "function"} {
		if lex.HasPrefix(s, j, w) {
			switch k := lex.SkipSpace(s, j+len(w)); lex.At(s, k) {
			case 0, ';', '}', ')', '.', '[', '(', '=', '/', '|', '&', '\'', '"':
				return k
			}
		}
	}
	if isQuote(lex.At(s, j)) && lex.At(s, j+1) == s[j] || lex.HasPrefix(s, j, "{}") {
		return j + 2
	}
	for _, w := range [...]string{"Object.", "JSON.", "new ", "Array."} {
		if lex.HasPrefix(s, j, w) && strings.IndexByte(s[j:], '(') > 0 {
			return j + len(w)
		}
	}
	return tested(s, j)
}

// tested returns the end of a regular expression at i that is held against something, 0 when there is none.
func tested(s string, i int) int {
	if lex.At(s, i) != '/' {
		return 0
	}
	n := strings.IndexByte(s[i+1:min(len(s), i+64)], '/')
	if n <= 0 {
		return 0
	}
	j := lex.SkipWord(s, i+n+2)
	if lex.HasPrefix(s, j, ".test(") || lex.HasPrefix(s, j, ".exec(") {
		return j + len(".test(")
	}
	return 0
}

// ends reports whether a statement is over at i.
func ends(s string, i int) bool {
	i = lex.SkipBlanks(s, i)
	switch lex.At(s, i) {
	case 0, ';', '}', '\n', '\r':
		return true
	}
	return lex.HasPrefix(s, i, "//")
}

// skipOpen skips the bytes of set.
func skipOpen(s string, i int, set string) int {
	for i < len(s) && strings.IndexByte(set, s[i]) >= 0 {
		i++
	}
	return i
}

// call returns the end of a call at i that waits, or of an access to the document or the database.
func call(s string, i int) int {
	i = skipOpen(s, i, " \t\r\n(!")
	end := lex.SkipWord(s, i)
	switch s[i:end] {
	case "this", "db":
		if c := lex.At(s, end); (c == '.' || c == '[') && (lex.IsWord(lex.At(s, end+1)) || isQuote(lex.At(s, end+1))) {
			return end + 1
		}
	case "sleep":
		if j := lex.SkipDigits(s, end+1); lex.At(s, end) == '(' && j > end+1 && lex.At(s, j) == ')' {
			return j + 1
		}
	case "function":
		if j := lex.SkipSpace(s, end); lex.At(s, j) == '(' {
			return j + 1
		}
	case "tojson", "tojsononeline", "ObjectId", "print", "quit", "hostname", "pwd", "ls", "cat", "runProgram":
		if lex.At(s, end) == '(' && (lex.HasPrefix(s, end+1, "db") || lex.HasPrefix(s, end+1, "this") || lex.HasPrefix(s, end+1, ")")) {
			return end + 1
		}
	}
	return 0
}

// condition returns the end of a comparison in JavaScript of a literal with a literal, or of a call.
func condition(s string, i int) int {
	i = skipOpen(s, i, " \t\r\n(!")
	if lex.HasPrefix(s, i, "typeof ") {
		i += len("typeof ")
	}
	if end := max(call(s, i), tested(s, i)); end > 0 {
		return end
	}
	if lex.HasPrefix(s, i, "new Date(") {
		return i + len("new Date(")
	}
	j := operand(s, i)
	if j == i {
		return 0
	}
	name := lex.IsLetter(s[i])
	k := lex.SkipSpace(s, j)
	if c := lex.At(s, k); (c == '=' || c == '!') && lex.At(s, k+1) == '=' {
		k += 2
		if lex.At(s, k) == '=' {
			k++
		}
		r := lex.SkipSpace(s, k)
		if end := operand(s, r); end > r && (!name || isQuote(s[r]) || lex.IsDigit(s[r])) {
			return end
		}
		return 0
	}
	if lex.HasPrefix(s, i, "true") && j == i+len("true") || (s[i] == '1' || s[i] == '0') && j == i+1 {
		if lex.HasPrefix(s, k, "//") || lex.HasPrefix(s, k, "||") || lex.HasPrefix(s, k, "&&") || lex.At(s, k) == 0 && k < len(s) {
			return k + 1
		}
	}
	return 0
}

// operand returns the end of the number, literal or name at i.
func operand(s string, i int) int {
	c := lex.At(s, i)
	if !isQuote(c) {
		return lex.SkipWord(s, i)
	}
	if n := strings.IndexByte(s[i+1:min(len(s), i+64)], c); n >= 0 {
		return i + n + 2
	}
	return len(s)
}

func isDigitAt(s string, i int) bool { return lex.IsDigit(lex.At(s, i)) }
