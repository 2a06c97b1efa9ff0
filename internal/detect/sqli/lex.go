package sqli

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

type kind uint8

const (
	tEnd     kind = iota // the text is over
	tBad                 // no token of SQL
	tNumber              // 1, .5, 1e0, 0x41
	tString              // a literal that is closed
	tOpen                // a literal that runs to the end of the text
	tName                // an identifier, perhaps qualified or quoted
	tWord                // a reserved word
	tVar                 // @x, @@x, :x, ?
	tCompare             // = < > <= <> …
	tSign                // + and -
	tStar                // *
	tArith               // / % ^ | << and the like
	tUnary               // ~ and !
	tAnd                 // &&
	tConcat              // ||
	tLParen              // ( and ODBC's {
	tRParen              // ) and }
	tComma
	tSemi
	tDot
	tComment // a comment that hides everything up to the end
)

// token is one lexical element of SQL.
type token struct {
	kind       kind
	word       word // of a tWord
	start, end int
	dotted     bool // a qualified name
	system     bool // @@x
	soft       bool // a "--" that MySQL would read as two minus signs
	empty      bool // a comment with nothing behind it, a literal without content
	hides      bool // a comment with at most one word in it
	closed     bool // an empty comment with a quote behind it
}

// ends holds the last places of what closes something, so that nothing that is not ahead is searched twice.
type ends struct {
	single, double, tick, bracket, comment, newline int
}

func endsOf(s string, has *scan.ByteSet) ends {
	e := ends{-1, -1, -1, -1, -1, -1}
	if has.Has('\'') {
		e.single = strings.LastIndexByte(s, '\'')
	}
	if has.Has('"') {
		e.double = strings.LastIndexByte(s, '"')
	}
	if has.Has('`') {
		e.tick = strings.LastIndexByte(s, '`')
	}
	if has.Has(']') {
		e.bracket = strings.LastIndexByte(s, ']')
	}
	if has.Has('*') && has.Has('/') {
		e.comment = strings.LastIndex(s, "*/")
	}
	if has.Has('\n') || has.Has('\r') {
		e.newline = strings.LastIndexAny(s, "\n\r")
	}
	return e
}

// lexMode says how two characters are read that mean different things in different places.
type lexMode struct {
	escape bool // a backslash escapes in literals (MySQL); elsewhere it is a character like any other
	plus   bool // a plus sign is a space, as in a form
	glue   bool // a comment inside a name goes without a trace, as behind a filter that removes comments
}

// lexer reads tokens of SQL: the union of what the dialects accept, since one cannot know which one listens.
type lexer struct {
	s    string
	pos  int
	ends *ends
	mode lexMode
	runs int // executable comments that are open
	line int // where the last comment that a line end closed was over
	// operand says that the parser has read an operand and waits for an operator.
	operand bool
}

func (l *lexer) at(i int) byte {
	if i < len(l.s) {
		return l.s[i]
	}
	return 0
}

// space returns the width of the white space at i, 0 when there is none. Every control character counts
// (SQL Server), and so do U+00A0 and its single byte (MySQL in latin1) and the other spaces of Unicode.
func (l *lexer) space(i int) int {
	c := l.s[i]
	if c <= ' ' || c == 0x7f || c == '+' && l.mode.plus {
		return 1
	}
	if c < utf8.RuneSelf {
		return 0
	}
	r, n := utf8.DecodeRuneInString(l.s[i:])
	if r == utf8.RuneError && n == 1 {
		if c == 0xa0 {
			return 1
		}
		return 0
	}
	if unicode.IsSpace(r) || r == 0x200b || r == 0xfeff || r == utf8.RuneError { // U+FFFD: what is left of a single 0xa0
		return n
	}
	return 0
}

func (l *lexer) next() token {
	if l.pos >= len(l.s) || blanks[l.s[l.pos]] {
		l.blank()
	}
	if l.pos >= len(l.s) {
		if l.terminated() {
			return token{kind: tComment, start: len(l.s) - 1, end: len(l.s), empty: true}
		}
		return token{kind: tEnd, start: len(l.s), end: len(l.s)}
	}
	i := l.pos
	c := l.s[i]
	switch {
	case isDigit(c), c == '.' && isDigit(l.at(i+1)):
		return l.number()
	case isWord(c):
		return l.name()
	}
	switch c {
	case '\'', '"':
		return l.literal(i, i)
	case '`', '[':
		return l.name()
	case '@', ':', '?':
		return l.variable()
	case '%': // such a byte before the quote, still encoded
		if q := l.at(i + 3); (q == '\'' || q == '"') && l.s[i+1] >= '8' && isHex(l.s[i+1]) && isHex(l.s[i+2]) {
			return l.literal(i, i+3)
		}
	}
	return l.operator()
}

func (l *lexer) emit(k kind, n int) token {
	t := token{kind: k, start: l.pos, end: l.pos + n}
	l.pos += n
	return t
}

// operator reads everything made of punctuation.
func (l *lexer) operator() token {
	i := l.pos
	c, d := l.s[i], l.at(i+1)
	switch c {
	case '(', '{':
		return l.emit(tLParen, 1)
	case ')', '}', ']':
		return l.emit(tRParen, 1)
	case ',':
		return l.emit(tComma, 1)
	case ';':
		return l.emit(tSemi, 1)
	case '.':
		return l.dot()
	case '#':
		return l.comment(1)
	case '-':
		if d == '-' {
			return l.comment(2)
		}
		if d == '>' {
			return l.emit(tArith, 2+b2i(l.at(i+2) == '>'))
		}
		return l.emit(tSign, 1)
	case '+':
		return l.emit(tSign, 1)
	case '/':
		if d == '*' {
			return l.comment(2)
		}
		return l.emit(tArith, 1)
	case '*':
		return l.emit(tStar, 1)
	case '%', '^':
		if c == '^' && d == '=' {
			return l.emit(tCompare, 2)
		}
		return l.emit(tArith, 1)
	case '&':
		if d == '&' {
			return l.emit(tAnd, 2)
		}
		return l.emit(tArith, 1)
	case '|':
		if d == '|' {
			return l.emit(tConcat, 2)
		}
		return l.emit(tArith, 1)
	case '~', '!':
		return l.tilde()
	case '=', '<', '>':
		return l.compare()
	case '\\':
		if d == 'N' {
			return l.emit(tNumber, 2) // MySQL's NULL
		}
	}
	return l.emit(tBad, 1)
}

// dot reads a full stop; three at the end say that a text was cut short there.
func (l *lexer) dot() token {
	if rest := l.s[l.pos:]; len(rest) == 3 && rest == "..." {
		t := token{kind: tEnd, start: l.pos, end: l.pos}
		l.pos = len(l.s)
		return t
	}
	return l.emit(tDot, 1)
}

func (l *lexer) tilde() token {
	i := l.pos
	n := 1
	for n < 3 && strings.IndexByte("~*=<>", l.at(i+n)) >= 0 && l.at(i+n) != 0 {
		n++
	}
	if n > 1 && (l.s[i] == '~' || l.at(i+1) != '*') {
		return l.emit(tCompare, n)
	}
	return l.emit(tUnary, 1)
}

func (l *lexer) compare() token {
	i := l.pos
	if c := l.s[i]; c != '=' && l.at(i+1) == c {
		return l.emit(tArith, 2) // << and >>
	}
	n := 1
	for n < 3 && l.at(i+n) != 0 && strings.IndexByte("=<>", l.at(i+n)) >= 0 {
		n++
	}
	return l.emit(tCompare, n)
}

// literal reads a quoted string that opens at q; its token starts at start (a prefix as in N'…').
// Two quotes in a row end one literal and open the next, which the parser reads as one value.
func (l *lexer) literal(start, q int) token {
	c := l.s[q]
	last := l.ends.single
	if c == '"' {
		last = l.ends.double
	}
	i := q + 1
	for i <= last {
		n := strings.IndexByte(l.s[i:], c)
		if !l.mode.escape || !escaped(l.s[i:i+n]) {
			l.pos = i + n + 1
			return token{kind: tString, start: start, end: l.pos, empty: i+n == q+1}
		}
		i += n + 1
	}
	l.pos = len(l.s)
	return token{kind: tOpen, start: start, end: l.pos, empty: q+1 == len(l.s)}
}

// escaped reports whether s ends with an odd number of backslashes.
func escaped(s string) bool {
	n := len(s)
	for n > 0 && s[n-1] == '\\' {
		n--
	}
	return (len(s)-n)%2 == 1
}

// number reads a number. Letters may follow without a space: 1or(1), 1e0union, 1.union, 1dunion.
func (l *lexer) number() token {
	i := l.pos
	s := l.s
	if s[i] == '0' && (l.at(i+1)|0x20 == 'x' || l.at(i+1)|0x20 == 'b') && isHex(l.at(i+2)) {
		j := i + 2
		for j < len(s) && isHex(s[j]) {
			j++
		}
		return l.emit(tNumber, j-i)
	}
	j := i
	for j < len(s) && isDigit(s[j]) {
		j++
	}
	if l.at(j) == '.' {
		j++
		for j < len(s) && isDigit(s[j]) {
			j++
		}
	}
	if l.at(j)|0x20 == 'e' {
		k := j + 1
		if c := l.at(k); c == '+' || c == '-' {
			k++
		}
		if isDigit(l.at(k)) {
			for k < len(s) && isDigit(s[k]) {
				k++
			}
			j = k
		} else if l.reservedAt(j + 1) {
			j++
		}
	} else if c := l.at(j) | 0x20; (c == 'd' || c == 'f') && l.reservedAt(j+1) {
		j++
	}
	return l.emit(tNumber, j-i)
}
