package sqli

import (
	"strings"
)

// blanks are the bytes that white space, a comment or a number that stands for nothing can begin with.
var blanks = func() (t [256]bool) {
	for c := range t {
		t[c] = c <= ' ' || c >= 0x7f || strings.IndexByte("/*#-+0123456789", byte(c)) >= 0
	}
	return t
}()

// blank skips white space and comments. It stops at a comment that hides the rest of the text.
func (l *lexer) blank() {
	for l.pos < len(l.s) {
		if n := l.space(l.pos); n > 0 {
			l.pos += n
			continue
		}
		switch {
		case l.s[l.pos] == '/' && l.at(l.pos+1) == '*':
			if n := l.executable(l.s[l.pos:]); n > 0 {
				l.pos += n
				l.runs++
				continue
			}
			if l.ends.comment < l.pos+2 {
				return
			}
			l.pos += 2 + strings.Index(l.s[l.pos+2:], "*/") + 2
		case l.s[l.pos] == '*' && l.at(l.pos+1) == '/':
			if c := l.at(l.pos + 2); c == '*' && (l.runs == 0 || l.at(l.pos+3) == '!') {
				return // a star, then a comment
			}
			l.runs = max(l.runs-1, 0) // the end of an executable or nested comment
			l.pos += 2
		case isDigit(l.s[l.pos]):
			n := nothing(l.s[l.pos:])
			if n == 0 {
				return
			}
			l.pos += n
		case l.s[l.pos] == '#' || l.s[l.pos] == '-' && l.at(l.pos+1) == '-':
			if l.ends.newline < l.pos {
				return
			}
			n := strings.IndexAny(l.s[l.pos:], "\n\r")
			l.pos += n + 1
			l.line = l.pos
		default:
			return
		}
	}
}

// nothing returns the length of a number such as 1.e before a bracket, a comma, a full stop or an operator, where MySQL
// reads nothing at all.
func nothing(s string) int {
	n := 1
	for n < len(s) && n < 4 && isDigit(s[n]) {
		n++
	}
	if n+2 < len(s) && s[n] == '.' && s[n+1]|0x20 == 'e' && strings.IndexByte("(),.*|/", s[n+2]) >= 0 {
		return n + 2
	}
	return 0
}

// executable returns the length of the opening of a comment that MySQL or MariaDB runs: /*! /*M! /*!50000.
// The version has five digits or six; where a value is due the sixth may be one.
func (l *lexer) executable(s string) int {
	n := 2
	if n < len(s) && (s[n] == 'M' || s[n] == 'm') {
		n++
	}
	if n >= len(s) || s[n] != '!' {
		return 0
	}
	n++
	most := 5 + b2i(l.operand)
	for d := 0; d < most && n < len(s) && isDigit(s[n]); d++ {
		n++
	}
	return n
}

// comment reads a comment that hides everything behind it; blank has skipped all others.
func (l *lexer) comment(n int) token {
	t := token{kind: tComment, start: l.pos, end: len(l.s)}
	body := l.s[l.pos+n:]
	t.soft = l.s[l.pos] == '-' && body != "" && l.space(l.pos+n) == 0
	l.pos = len(l.s)
	return t
}

// describe says what the comment t hides.
func (l *lexer) describe(t token) token {
	if t.start >= len(l.s) || t.empty {
		return t
	}
	n := 2
	if l.s[t.start] == '#' {
		n = 1
	}
	body := l.s[min(t.start+n, len(l.s)):]
	i := 0
	for i < len(body) && i < maxGap && (body[i] <= ' ' || strings.IndexByte("-+*\xa0", body[i]) >= 0) {
		i++
	}
	t.closed = i == len(body)-1 && (body[i] == '\'' || body[i] == '"')
	t.empty = i == len(body) || body[i] == '&' || t.closed
	t.hides = oneWord(body[i:])
	return t
}

// terminated reports whether the text ends with a character that ends a statement of Access.
func (l *lexer) terminated() bool {
	n := len(l.s)
	return n > 0 && (l.s[n-1] == 0 || l.s[n-1] == 0x16)
}

// trimBlank removes white space of any kind around s.
func trimBlank(s string) string {
	for len(s) > 0 && (s[0] <= ' ' || s[0] == 0xa0) {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] <= ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// oneWord reports whether s is at most one short word, apart from comments around it.
func oneWord(s string) bool {
	if len(s) > 40 {
		return false
	}
	if strings.HasPrefix(s, "/*") {
		if i := strings.Index(s, "*/"); i > 0 {
			s = s[i+2:]
		}
	}
	s, _, _ = strings.Cut(trimBlank(s), "--")
	s = trimBlank(s)
	for i := range len(s) {
		if !isWord(s[i]) {
			return s == "-"
		}
	}
	return len(s) < 24
}
