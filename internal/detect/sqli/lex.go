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
	if unicode.IsSpace(r) || r == 0x200b || r == 0xfeff {
		return n
	}
	return 0
}

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

// nothing returns the length of a number such as 1.e before a bracket, a comma or a full stop, where MySQL
// reads nothing at all.
func nothing(s string) int {
	n := 1
	for n < len(s) && n < 4 && isDigit(s[n]) {
		n++
	}
	if n+2 < len(s) && s[n] == '.' && s[n+1]|0x20 == 'e' && strings.IndexByte("(),.*|", s[n+2]) >= 0 {
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

func (l *lexer) next() token {
	l.blank()
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
	t.empty = i == len(body) || body[i] == '&'
	t.hides = oneWord(body)
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
	for i < len(l.s) && isWord(l.s[i]) && (l.s[i] != 0xe2 || dash(l.s[i:]) == 0) {
		n := l.width(i)
		if n == 0 {
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
		if w != wNone && l.at(end) != '.' {
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

// prefixed reads N'…', X'…', B'…', E'…', _utf8'…' when the word that ends at i is such a prefix.
func (l *lexer) prefixed(i int) (token, bool) {
	if c := l.at(i); c != '\'' && c != '"' {
		return token{}, false
	}
	w := l.s[l.pos:i]
	if len(w) == 1 && strings.IndexByte("nxbeqrNXBEQR", w[0]) >= 0 || w[0] == '_' && len(w) > 3 {
		return l.literal(l.pos, i), true
	}
	return token{}, false
}

// reserved looks up the word from l.pos to i, and what it becomes when the comments inside it go
// (uni/**/on): a filter that removes comments builds the word.
func (l *lexer) reserved(i int) (word, int) {
	w := l.s[l.pos:i]
	if l.at(i) == '/' && l.at(i+1) == '*' {
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
		if r := lookup(w); r != wNone {
			best, end = r, i
		} else if isVerb(w) || l.at(i) == '(' && function(w) != callNone {
			best, end = wNone, i
		}
	}
	return best, end
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isHex(c byte) bool   { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// isWord reports whether c can stand in an unquoted name.
func isWord(c byte) bool {
	return isAlpha(c) || isDigit(c) || c == '_' || c == '$' || c >= utf8.RuneSelf
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
