// Package js reads JavaScript as far as a detector needs it: tokens, and what a piece of text would do if a
// browser ran it.
//
// The tokens are those of ECMA-262, section 12, with Annex B's HTML-like comments. There is no parser. What
// tells code from prose is that in code operands and operators alternate: two words side by side end the
// program ("call foo(1)" stops being one at "foo"). See Read.
package js

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// Kind is the kind of a token.
type Kind uint8

// The kinds of tokens. Bad is a byte that begins no token.
const (
	End Kind = iota
	Word
	Number
	String
	Template
	Regexp
	Punct
	Bad
)

// Token is one token: the bytes [Start,Stop) of the text.
type Token struct {
	Kind        Kind
	Start, Stop int
	Newline     bool // a line terminator or a comment with one stands before it
	Open        bool // a string, template or regular expression that the text cuts off
}

// Lexer makes tokens. Operand tells it whether the last token ended an operand, so that "/" divides.
type Lexer struct {
	Text    string
	Pos     int
	Operand bool
	Comment bool // a comment ran to the end of the text, or of its line
	Steps   int  // how many bytes were looked at so far
}

// Next returns the next token. Every byte is looked at once, but for the rest of a line behind a "/" that
// begins no regular expression where one is expected; a reader stops there.
func (l *Lexer) Next() Token {
	start := l.Pos
	t := l.next()
	l.Steps += l.Pos - start + 1
	return t
}

func (l *Lexer) next() Token {
	newline := l.skip()
	t := Token{Start: l.Pos, Newline: newline}
	if l.Pos >= len(l.Text) {
		t.Stop = l.Pos
		return t
	}
	c := l.Text[l.Pos]
	switch {
	case isWord(c) && !lex.IsDigit(c), c == '\\' && strings.HasPrefix(l.Text[l.Pos:], `\u`):
		t.Kind = Word
		l.Pos = wordEnd(l.Text, l.Pos+1)
	case lex.IsDigit(c), c == '.' && l.Pos+1 < len(l.Text) && lex.IsDigit(l.Text[l.Pos+1]):
		t.Kind = Number
		l.number()
	case c == '"' || c == '\'' || c == '`':
		t.Kind = String
		if c == '`' {
			t.Kind = Template
		}
		t.Open = !l.quoted(c)
	case c == '/' && !l.Operand && l.regexp():
		t.Kind = Regexp
	case c < 0x20 || strings.IndexByte("#@\\\x7f", c) >= 0:
		t.Kind = Bad
		l.Pos++
	default:
		t.Kind = Punct
		l.Pos += punctLen(l.Text[l.Pos:])
	}
	t.Stop = l.Pos
	return t
}

// skip passes over white space and comments.
func (l *Lexer) skip() (newline bool) {
	for l.Pos < len(l.Text) {
		switch c := l.Text[l.Pos]; {
		case c == '\n' || c == '\r':
			newline, l.Comment = true, false
			l.Pos++
		case c == ' ' || '\t' <= c && c <= '\f':
			l.Pos++
		case c == '/' || c == '<' || c == '-':
			if !l.comment(&newline) {
				return newline
			}
		case c >= 0x80:
			n, breaks := wideSpace(l.Text[l.Pos:])
			if n == 0 {
				return newline
			}
			newline = newline || breaks
			l.Comment = l.Comment && !breaks
			l.Pos += n
		default:
			return newline
		}
	}
	return newline
}

// comment passes over a comment if one begins here: ECMA-262 12.4 and B.1.1. It sets newline if one is in it.
func (l *Lexer) comment(newline *bool) bool {
	rest := l.Text[l.Pos:]
	switch {
	case strings.HasPrefix(rest, "/*"):
		n := strings.Index(rest[2:], "*/")
		if n < 0 {
			l.Comment = true
			l.Pos = len(l.Text)
			return true
		}
		*newline = *newline || strings.IndexByte(rest[:n+4], '\n') >= 0
		l.Pos += n + 4
	case strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "<!--"), *newline && strings.HasPrefix(rest, "-->"):
		l.Comment = true
		n := strings.IndexAny(rest, "\n\r")
		if n < 0 {
			n = len(rest)
		}
		l.Pos += n
	default:
		return false
	}
	return true
}

// wideSpace returns the length of the white space beyond ASCII at the beginning of s, and whether it ends a line:
// ECMA-262 12.2 and 12.3.
func wideSpace(s string) (n int, breaks bool) {
	if strings.IndexByte("\xC2\xE1\xE2\xE3\xEF", s[0]) < 0 { // none begins with another byte
		return 0, false
	}
	switch {
	case strings.HasPrefix(s, "\u00a0"):
		return 2, false
	case strings.HasPrefix(s, "\u2028"), strings.HasPrefix(s, "\u2029"):
		return 3, true
	case strings.HasPrefix(s, "\ufeff"):
		return 3, false
	}
	if r, size := utf8.DecodeRuneInString(s); unicode.Is(unicode.Zs, r) {
		return size, false
	}
	return 0, false
}

// number passes over a numeric literal, however its digits and letters are put together.
func (l *Lexer) number() {
	dots := 0
	for l.Pos < len(l.Text) {
		c := l.Text[l.Pos]
		if c == '.' {
			if dots++; dots > 1 { // 1..toString(): the second dot is an operator
				return
			}
		} else if !isWord(c) || c >= 0x80 {
			return
		}
		l.Pos++
	}
}

// quoted passes over a string or a template and reports whether it is closed. A string ends with its line.
// Templates are taken to their next back-tick: what stands in "${}" is not read.
func (l *Lexer) quoted(quote byte) bool {
	for l.Pos++; l.Pos < len(l.Text); l.Pos++ {
		switch c := l.Text[l.Pos]; {
		case c == quote:
			l.Pos++
			return true
		case c == '\\':
			l.Pos++
		case c == '\n' && quote != '`':
			return false
		}
	}
	l.Pos = len(l.Text)
	return false
}

// regexp passes over a regular expression literal if one stands here.
func (l *Lexer) regexp() bool {
	class := false
	for i := l.Pos + 1; i < len(l.Text); i++ {
		switch c := l.Text[i]; {
		case c == '\n' || c == '\r':
			l.Steps += i - l.Pos
			return false
		case c == '\\':
			i++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			l.Pos = wordEnd(l.Text, i+1)
			return true
		}
	}
	l.Steps += len(l.Text) - l.Pos
	return false
}

// wordEnd returns the end of the identifier whose next byte is at i. Bytes beyond ASCII count as letters,
// and so does \uXXXX, as in ECMA-262 12.7.
func wordEnd(s string, i int) int {
	for i < len(s) {
		switch {
		case s[i] >= utf8.RuneSelf:
			if n, _ := wideSpace(s[i:]); n > 0 {
				return i
			}
			i++
		case isWord(s[i]):
			i++
		case strings.HasPrefix(s[i:], `\u`):
			i += 2
		default:
			return i
		}
	}
	return i
}

// punctLen returns the length of the punctuator at the beginning of s: ECMA-262 12.8.
func punctLen(s string) int {
	if len(s) < 2 {
		return 1
	}
	a, b := s[0], s[1]
	n := 1
	switch {
	case b == '=' && strings.IndexByte("=!<>+-*/%&|^", a) >= 0, a == b && strings.IndexByte("+-*<>&|?", a) >= 0:
		n = 2
	case a == '=' && b == '>', a == '?' && b == '.':
		return 2
	case a == '.' && strings.HasPrefix(s, "..."):
		return 3
	default:
		return 1
	}
	if a == '+' || a == '-' {
		return n
	}
	for n < len(s) && n < 4 && (s[n] == '=' && s[n-1] != '=' || s[n] == '>' && s[n-1] == '>' || s[n] == '=' && n == 2 && b == '=' && (a == '=' || a == '!')) {
		n++ // === !== **= <<= >>= >>> >>>= &&= ||= ??=
	}
	return n
}

func isWord(c byte) bool {
	return lex.IsLetter(c) || lex.IsDigit(c) || c == '_' || c == '$' || c >= 0x80
}
