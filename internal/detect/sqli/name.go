package sqli

import (
	"strings"
	"unicode/utf8"
)

// reservedAt reports whether a word that can follow a value begins at i.
func (l *lexer) reservedAt(i int) bool {
	if i >= len(l.s) || !isAlpha(l.s[i]) {
		return false
	}
	j := i
	for j < len(l.s) && j-i < maxWord && isWord(l.s[j]) {
		j++
	}
	switch lookup(l.s[i:j]) {
	case wUnion, wOr, wAnd, wHaving, wWhere, wCompare, wOrder, wGroup, wFrom:
		return true
	}
	return false
}

func (l *lexer) variable() token {
	i := l.pos
	c := l.s[i]
	j := i + 1
	t := token{kind: tVar, start: i}
	switch {
	case c == '?':
	case c == ':':
		if l.at(j) == '=' {
			return l.emit(tCompare, 2)
		}
		if l.at(j) == ':' {
			return l.emit(tArith, 2)
		}
		if !isAlpha(l.at(j)) {
			return l.emit(tBad, 1)
		}
	case l.at(j) == '@':
		j++
		t.system = isWord(l.at(j)) || l.at(j) == '`'
	}
	if c != '?' {
		for j < len(l.s) && (isWord(l.s[j]) || l.s[j] == '.' || l.s[j] == '`') && l.width(j) > 0 {
			j += l.width(j)
		}
	}
	l.pos, t.end = j, j
	return t
}

// width returns how many bytes the character of a name at i takes, 0 when it is white space.
func (l *lexer) width(i int) int {
	if l.s[i] < utf8.RuneSelf {
		return 1
	}
	if l.space(i) > 0 {
		return 0
	}
	_, n := utf8.DecodeRuneInString(l.s[i:])
	return n
}

// plain returns the end of the unquoted name part that starts at i.
func (l *lexer) plain(i int) int {
	for i < len(l.s) && isWord(l.s[i]) {
		if l.s[i] < utf8.RuneSelf {
			i++
			continue
		}
		n := l.width(i)
		if n == 0 || l.s[i] == 0xe2 && dash(l.s[i:]) > 0 {
			break
		}
		i += n
	}
	return i
}

// name reads an identifier with its qualifiers, or a reserved word, or a literal with a prefix.
func (l *lexer) name() token {
	t := token{kind: tName, start: l.pos}
	i := l.pos
	if isWord(l.s[i]) {
		if n := dollar(l.s[i:]); n > 0 {
			return l.emit(tString, n)
		}
		if n := dash(l.s[i:]); n > 0 && n == len(l.s)-i {
			return l.comment(n) // what a word processor makes of two hyphens
		}
		i = l.plain(i)
		if i == l.pos {
			return l.emit(tBad, 1)
		}
		if p, ok := l.prefixed(i); ok {
			return p
		}
		w, end := l.reserved(i)
		if l.mode.glue && w == wCompare && end == l.pos+len("in") { // IN/**/T
			if k := l.glued(end); k > end {
				w, end = wNone, k
			}
		}
		if w != wNone && (l.at(end) != '.' || isDigit(l.at(end+1))) {
			t.kind, t.word, t.end = tWord, w, end
			l.pos = end
			return t
		}
		if i = end; l.mode.glue {
			i = l.glued(end)
		}
	} else if n := l.quoted(i); n > 0 {
		i += n
	} else {
		return l.unquoted()
	}
	for l.at(i) == '.' || l.at(i) == ':' && isAlpha(l.at(i+1)) { // Informix: sysmaster:systables
		j := i + 1
		for l.at(j) == '.' && j < i+3 { // master..xp_cmdshell
			j++
		}
		switch {
		case j < len(l.s) && isWord(l.s[j]) && l.plain(j) > j:
			i = l.plain(j)
		case j < len(l.s) && l.quoted(j) > 0:
			i = j + l.quoted(j)
		case l.at(j) == '*':
			i = j + 1
		default:
			l.pos, t.end = i, i
			return t
		}
		t.dotted = true
	}
	l.pos, t.end = i, i
	return t
}

// glued returns the end of a name with comments inside it (DU/**/AL): what comes behind each is no word of its own.
func (l *lexer) glued(i int) int {
	start := l.pos
	defer func() { l.pos = start }()
	for range maxPieces {
		if l.at(i) != '/' || l.at(i+1) != '*' || l.at(i+2) == '!' || l.ends.comment < i+2 {
			break
		}
		l.pos = i + 2 + strings.Index(l.s[i+2:], "*/") + 2
		k := l.plain(l.pos)
		if k == l.pos || l.pos-i > maxGap {
			break
		}
		if w, _ := l.reserved(k); w != wNone {
			break
		}
		i = k
	}
	return i
}

// dollar returns the length of the literal of PostgreSQL that s begins with, $$a$$; 0 when there is none. One without
// a tag is what avoids quotes; a long one would be read again and again.
func dollar(s string) int {
	if !strings.HasPrefix(s, "$$") {
		return 0
	}
	if n := strings.Index(s[2:min(len(s), 256)], "$$"); n >= 0 {
		return n + 4
	}
	return 0
}

// dash returns the length of the dash that s begins with.
func dash(s string) int {
	if strings.HasPrefix(s, "\u2013") || strings.HasPrefix(s, "\u2014") {
		return 3
	}
	return 0
}

// quoted returns the length of the quoted identifier at i, 0 when there is none or it is not closed.
func (l *lexer) quoted(i int) int {
	switch {
	case l.s[i] == '`' && l.ends.tick > i:
		return strings.IndexByte(l.s[i+1:], '`') + 2
	case l.s[i] == '[' && l.ends.bracket > i:
		return strings.IndexByte(l.s[i+1:], ']') + 2
	}
	return 0
}

// unquoted reads what opens a quoted identifier that the text does not close.
func (l *lexer) unquoted() token {
	t := token{kind: tOpen, start: l.pos, end: len(l.s), empty: l.pos+1 == len(l.s)}
	l.pos = len(l.s)
	return t
}

// prefixed reads N'…', X'…', B'…', E'…', _utf8'…' when the word that ends at i is such a prefix, or a byte above ASCII, with
// which a backslash that a filter adds becomes one character.
func (l *lexer) prefixed(i int) (token, bool) {
	if c := l.at(i); c != '\'' && c != '"' {
		return token{}, false
	}
	w := l.s[l.pos:i]
	if len(w) == 1 && isPrefix(w[0]) || w[0] == '_' && len(w) > 3 {
		return l.literal(l.pos, i), true
	}
	return token{}, false
}

// isPrefix reports whether c alone stands in front of a literal.
func isPrefix(c byte) bool { return strings.IndexByte("nxbeqrNXBEQR", c) >= 0 || c >= utf8.RuneSelf }

// reserved looks up the word from l.pos to i, and what it becomes when the comments inside it go
// (uni/**/on): a filter that removes comments builds the word.
func (l *lexer) reserved(i int) (word, int) {
	w := l.s[l.pos:i]
	if l.at(i) == '/' && l.at(i+1) == '*' && (!likely(w) || lookup(w) == wNone || prefix(w)) {
		if r, end := l.joined(i); end > i {
			return r, end
		}
	}
	if r := lookup(w); r != wNone {
		return r, i
	}
	if l.pos > 0 && isDigit(l.s[l.pos-1]) { // 1or1=1
		if n := len("or"); len(w) > n && lookup(w[:n]) == wOr && isDigit(w[n]) {
			return wOr, l.pos + n
		}
		if n := len("and"); len(w) > n && lookup(w[:n]) == wAnd && isDigit(w[n]) {
			return wAnd, l.pos + n
		}
	}
	return doubled(w), i
}

// maxGap bounds the comments that a word is read over, maxPieces how many there may be.
const (
	maxGap    = 64
	maxPieces = 12
)

// joined returns the longest word that is reserved, a verb or a function and that begins at l.pos and goes on
// behind comments; 0 when there is none.
func (l *lexer) joined(i int) (word, int) {
	var buf [2 * maxWord]byte
	n := copy(buf[:], l.s[l.pos:min(i, l.pos+len(buf))])
	best, end := wNone, 0
	for range maxPieces {
		if l.at(i) != '/' || l.at(i+1) != '*' || l.at(i+2) == '!' || l.ends.comment < i+2 {
			break
		}
		j := i + 2 + strings.Index(l.s[i+2:], "*/") + 2
		k := l.plain(j)
		if k == j || n+k-j > len(buf) || j-i > maxGap {
			break
		}
		n += copy(buf[n:], l.s[j:k])
		i = k
		w := string(buf[:n])
		switch {
		case likely(w) && lookup(w) != wNone:
			best, end = lookup(w), i
		case likely(w) && isVerb(w), l.at(i) == '(' && function(w) != callNone:
			best, end = wNone, i
		}
	}
	return best, end
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// isWord reports whether c can stand in an unquoted name.
func isWord(c byte) bool { return wordBytes[c] }

var wordBytes = func() (t [256]bool) {
	for c := range t {
		b := byte(c)
		t[c] = isAlpha(b) || isDigit(b) || b == '_' || b == '$' || b >= utf8.RuneSelf
	}
	return t
}()

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
