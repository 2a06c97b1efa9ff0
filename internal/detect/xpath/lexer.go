package xpath

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

type kind uint8

const (
	tEnd kind = iota
	tBad
	tNumber
	tString
	tOpen // a literal that runs to the end of the text
	tName
	tVariable
	tCompare // = != < <= > >=
	tOperator
	tSlash // / and //
	tUnion // |
	tStar
	tAt
	tDot // . and ..
	tAxis
	tLParen
	tRParen
	tLBracket
	tRBracket
	tComma
)

type token struct {
	kind       kind
	start, end int
}

type lexer struct {
	s              string
	pos            int
	single, double int // the last quotes of each kind: what is not ahead is not searched
}

func newLexer(s string, has *scan.ByteSet) lexer {
	l := lexer{s: s, single: -1, double: -1}
	if has.Has('\'') {
		l.single = strings.LastIndexByte(s, '\'')
	}
	if has.Has('"') {
		l.double = strings.LastIndexByte(s, '"')
	}
	return l
}

func (l *lexer) emit(k kind, n int) token {
	t := token{k, l.pos, l.pos + n}
	l.pos += n
	return t
}

// next reads an ExprToken: XPath 1.0 section 3.7.
func (l *lexer) next() token {
	l.blank()
	if l.pos >= len(l.s) {
		return token{tEnd, len(l.s), len(l.s)}
	}
	c, d := l.s[l.pos], lex.At(l.s, l.pos+1)
	switch {
	case lex.IsDigit(c), c == '.' && lex.IsDigit(d):
		return l.number()
	case lex.IsLetter(c), c == '_', c >= 0x80:
		return l.name()
	}
	switch c {
	case '\'', '"':
		return l.literal(c)
	case '$':
		if lex.IsLetter(d) {
			t := l.emit(tVariable, 1)
			l.pos = l.nameEnd(l.pos)
			t.end = l.pos
			return t
		}
	case '=', '<', '>':
		return l.emit(tCompare, 1+b2i(d == '=' && c != '='))
	case '!':
		if d == '=' {
			return l.emit(tCompare, 2)
		}
	case '+', '-':
		return l.emit(tOperator, 1)
	case '/':
		return l.emit(tSlash, 1+b2i(d == '/'))
	case '|':
		return l.emit(tUnion, 1)
	case '*':
		return l.emit(tStar, 1)
	case '@':
		return l.emit(tAt, 1)
	case '.':
		return l.emit(tDot, 1+b2i(d == '.'))
	case ':':
		if d == ':' {
			return l.emit(tAxis, 2)
		}
	case '(':
		return l.emit(tLParen, 1)
	case ')':
		return l.emit(tRParen, 1)
	case '[':
		return l.emit(tLBracket, 1)
	case ']':
		return l.emit(tRBracket, 1)
	case ',':
		return l.emit(tComma, 1)
	}
	return l.emit(tBad, 1)
}

// blank skips white space and the comments of XPath 2.0, of which one that is not closed hides the rest.
func (l *lexer) blank() {
	for l.pos < len(l.s) {
		switch c := l.s[l.pos]; {
		case lex.IsSpace(c), c == 0:
			l.pos++
		case c == '(' && lex.At(l.s, l.pos+1) == ':':
			n := strings.Index(l.s[l.pos:], ":)")
			if n < 0 {
				l.pos = len(l.s)
				return
			}
			l.pos += n + len(":)")
		default:
			return
		}
	}
}

func (l *lexer) number() token {
	i := l.pos
	for i < len(l.s) && (lex.IsDigit(l.s[i]) || l.s[i] == '.') {
		i++
	}
	return l.emit(tNumber, i-l.pos)
}

// nameEnd returns the end of the name that i stands in: an NCName, or a QName when a name follows its colon.
func (l *lexer) nameEnd(i int) int {
	for i < len(l.s) {
		c := l.s[i]
		switch {
		case lex.IsWord(c), c == '-', c == '.', c >= 0x80:
		case c == ':' && lex.IsLetter(lex.At(l.s, i+1)):
		default:
			return i
		}
		i++
	}
	return i
}

func (l *lexer) name() token { return l.emit(tName, l.nameEnd(l.pos)-l.pos) }

func (l *lexer) literal(c byte) token {
	last := l.single
	if c == '"' {
		last = l.double
	}
	if last <= l.pos {
		return l.emit(tOpen, len(l.s)-l.pos)
	}
	return l.emit(tString, strings.IndexByte(l.s[l.pos+1:], c)+2)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
