package sqli

import (
	"strings"
	"unicode/utf8"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// quick reports whether a text is worth reading as SQL. Nearly all that people write is not, and shows it in the
// first word of each place where SQL could begin: the beginning, behind a quote, behind a semicolon, a bracket.
func quick(s string, has *scan.ByteSet) bool {
	if begins(s, has) {
		return true
	}
	if has.Has('\'') || has.Has('"') || has.Has('`') {
		if quoted(s, has) {
			return true
		}
	}
	if has.Has(';') {
		for i := strings.IndexByte(s, ';'); i >= 0; i = nextByte(s, skipClosers(s, i), ';') {
			if follows(s, i, has, true) {
				return true
			}
		}
	}
	if has.Has('(') {
		for i := strings.IndexByte(s, '('); i >= 0; i = nextByte(s, i+1, '(') {
			if bracket(s, i) {
				return true
			}
		}
	}
	return selectable.Meets(has) && (unites(s, 'u') || unites(s, 'U'))
}

// selectable are the bytes without which UNION SELECT in the midst of a text selects nothing but words.
var selectable = scan.Bytes("0123456789(*@'\"")

// nextByte returns the next place of c from i on, or -1.
func nextByte(s string, i int, c byte) int {
	if n := strings.IndexByte(s[i:], c); n >= 0 {
		return i + n
	}
	return -1
}

// effects are the bytes without which arithmetic on plain values stays arithmetic.
var effects = scan.Bytes("(=<>#|&\x00\x16")

func effective(s string, has *scan.ByteSet) bool {
	return effects.Meets(has) || has.Has('@') && mentions(s) || has.Has('-') && strings.Contains(s, "--") || has.Has('*') && strings.Contains(s, "/*")
}

// mentions reports whether an @ stands in s that is not inside a word, as it is in the address of a mail.
func mentions(s string) bool {
	for i := range len(s) {
		if s[i] == '@' && (i == 0 || !isWord(s[i-1])) {
			return true
		}
	}
	return false
}

// begins looks at the beginning of a text, where a value is due or where one just ended.
func begins(s string, has *scan.ByteSet) bool {
	i := skipBlank(s, 0)
	if i == len(s) {
		return false
	}
	if follows(s, i, has, false) && !sentence(s, i, has) {
		return true
	}
	c := s[i]
	switch {
	case isDigit(c), isAlpha(c), c == '_', c >= utf8.RuneSelf:
		return value(s, i, has)
	case c == '(':
		return len(s) > i+1
	case c == '-' && i+1 < len(s) && isDigit(s[i+1]):
		return value(s, i+1, has) || effective(s, has)
	case c == '-', c == '+', c == '~', c == '!', c == '.', c == '[', c == '{', c == ':', c == '\\':
		return effective(s, has)
	case c == '?':
		return follows(s, i+1, has, false)
	case c == '@':
		return i+1 < len(s) && s[i+1] == '@' || effective(s[i+1:], has)
	}
	return false
}

// proving are the bytes of which SQL that begins with one of the words of sentence needs one, where its second word is no
// word of SQL: a comparison, a literal, a call, a number, another statement.
var proving = scan.Bytes("'\"`;@*[{\\%+~0123456789")

// sentence reports whether a text begins with a word that sentences begin with as often as SQL goes on with it, and
// behind it another that is no word of SQL: "In fact, …", "All of you", "As we said", "Is it yours?".
func sentence(s string, i int, has *scan.ByteSet) bool {
	j := i
	for j < len(s) && isAlpha(s[j]) {
		j++
	}
	if j-i > len("while") || j+1 >= len(s) || s[j] != ' ' || !isAlpha(s[j+1]) || proving.Meets(has) || effective(s, has) {
		return false
	}
	var buf [maxWord]byte
	switch string(fold(buf[:], s[i:j])) {
	case "in", "is", "as", "all", "on", "for", "if", "do", "any", "some", "not", "when", "then", "else", "while", "with", "using":
	default:
		return false
	}
	k := j + 1
	for k < len(s) && isWord(s[k]) {
		k++
	}
	return !likely(s[j+1 : k])
}

// value looks at a text that begins with a word or a number: what follows it decides.
func value(s string, i int, has *scan.ByteSet) bool {
	j := i
	for j < len(s) && (isWord(s[j]) || s[j] == '.' && j+1 < len(s) && isWord(s[j+1])) {
		j++
	}
	if isDigit(s[i]) {
		k := i
		for k < j && (isDigit(s[k]) || s[k] == '.' || s[k] == 'e' || s[k] == 'E') {
			k++
		}
		if k < j && follows(s, k, has, false) {
			return true
		}
	}
	if j < len(s) && (s[j] == '\'' || s[j] == '"') {
		return s[i] == '_' || j-i == 1 && isPrefix(s[i]) // N'…', and not "I'm"
	}
	return follows(s, j, has, false)
}

// beginners describes the words that begin reports by first letter and length. Most words of prose are none of
// them, and this says so without a look at all their letters.
var beginners = lettersOf("or xor and not like rlike regexp ilike glob in is between similar sounds regexp_like div mod " +
	"collate union intersect except minus select from where group order by having limit offset fetch into join inner " +
	"cross natural on using as case when then else end all distinct any some binary prior distinctrow null true false " +
	"asc desc procedure for exists values insert update delete drop create alter exec execute declare copy load grant " +
	"waitfor truncate merge shutdown replace set rename comment reconfigure commit rollback revoke if while begin backup " +
	"restore bulk print call do handler attach pragma dbcc show prepare with match detach sp_executesql xp_cmdshell " +
	"xp_dirtree xp_fileexist xp_regread return kill lock raiserror explain use describe " +
	"notify listen vacuum checkpoint reindex discard reset flush analyze table remove starts ends contains returning allow")

// letters holds the second and the last letters of a group of words, a bit for each.
type letters struct{ second, last uint32 }

func lettersOf(words string) (t [26][maxWord + 1]letters) {
	for w := range strings.FieldsSeq(words) {
		l := &t[w[0]-'a'][len(w)]
		l.second |= 1 << (w[1] & 31)
		l.last |= 1 << (w[len(w)-1] & 31)
	}
	return t
}

// begin reports whether w can begin SQL: a reserved word or a verb.
func begin(w string) bool { return likely(w) && (lookup(w) != wNone || opens(w)) }

// likely reports whether w may be such a word, by its length, its first two letters and its last.
func likely(w string) bool {
	if len(w) < 2 || len(w) > maxWord || !isAlpha(w[0]) {
		return false
	}
	l := &beginners[w[0]|0x20-'a'][len(w)]
	return l.second&(1<<(w[1]&31)) != 0 && l.last&(1<<(w[len(w)-1]&31)) != 0
}

// prefix reports whether a longer word may begin as w does.
func prefix(w string) bool {
	for n := len(w) + 1; n <= maxWord; n++ {
		if beginners[w[0]|0x20-'a'][n].second&(1<<(w[1]&31)) != 0 {
			return true
		}
	}
	return false
}

// opens reports whether w begins a statement.
func opens(w string) bool {
	if isVerb(w) {
		return true
	}
	var buf [maxWord]byte
	switch string(fold(buf[:], w)) {
	case "replace", "set", "rename", "comment", "reconfigure", "commit", "rollback", "revoke", "if", "while", "begin", "backup",
		"restore", "bulk", "print", "call", "do", "handler", "attach", "pragma", "dbcc", "show", "prepare", "with", "match",
		"detach", "sp_executesql", "xp_cmdshell", "xp_dirtree", "xp_fileexist", "xp_regread",
		"return", "kill", "lock", "raiserror", "explain", "use", "describe", "notify", "listen", "vacuum", "checkpoint", "reindex", "discard",
		"reset", "flush", "analyze", "table", "remove", "starts", "ends", "contains", "returning", "allow":
		return true
	}
	return false
}

// follows reports whether SQL can go on at i behind a value.
func follows(s string, i int, has *scan.ByteSet, closed bool) bool {
	if n := skipClosers(s, i); n > i {
		closed = closed || n > skipBlank(s, i)
		i = n
	}
	if i == len(s) {
		return i > 0 && (s[i-1] == 0 || s[i-1] == 0x16)
	}
	c := s[i]
	if isAlpha(c) {
		j := i
		for j < len(s) && isWord(s[j]) && s[j] < utf8.RuneSelf {
			j++
		}
		w := s[i:j]
		if begin(w) || j-i < 8 && j+1 < len(s) && s[j] == '/' && s[j+1] == '*' || doubled(w) != wNone {
			return true
		}
		if j < len(s) && s[j] == '(' && closed {
			return true // ; sleep(5)
		}
		return j-i > 6 && (lookup(w[:5]) == wUnion || lookup(w[:6]) == wSelect)
	}
	if isDigit(c) {
		return nothing(s[i:]) > 0 || closed && counted(s, i)
	}
	d := byte(0)
	if i+1 < len(s) {
		d = s[i+1]
	}
	switch c {
	case '=', '<', '>', '|', '&', '^', '~':
		return true
	case '#':
		return closed || has.Has('\n') || has.Has('\r')
	case '-', '+', '*', '/', '%':
		return closed || c == '+' && isAlpha(d) && follows(s, i+1, has, closed) || effective(s, has)
	case ',':
		return effective(s, has)
	case '(':
		return true
	case '!', ':':
		return d == '=' || d == '<' || d == '>' || d == ':'
	case '@':
		return d == '@'
	case '\'', '"', '`':
		return closed
	case 0xc2, 0xa0, 0xe2, 0xe3, 0xef: // spaces and dashes beyond ASCII
		return spaceOrDash(s[i:])
	}
	return false
}

// counted reports whether a number at i is followed by a connective: '1 or 1=1.
func counted(s string, i int) bool {
	j := i
	for j < len(s) && isDigit(s[j]) {
		j++
	}
	for j < len(s) && (s[j] <= ' ' || s[j] == '+') {
		j++
	}
	k := j
	for k < len(s) && k-j < 4 && isAlpha(s[k]) {
		k++
	}
	switch lookup(s[j:k]) {
	case wOr, wAnd:
		return true
	}
	return k == j && k+1 < len(s) && (s[k] == '|' || s[k] == '&') && s[k+1] == s[k]
}

func spaceOrDash(s string) bool {
	l := lexer{s: s}
	return l.space(0) > 0 || dash(s) > 0
}

// quoted looks behind each quote.
func quoted(s string, has *scan.ByteSet) bool {
	for _, c := range [...]byte{'\'', '"', '`'} {
		if !has.Has(c) {
			continue
		}
		for i := nextByte(s, 0, c); i >= 0; i = nextByte(s, i+1, c) {
			if follows(s, i+1, has, true) {
				return true
			}
		}
	}
	return probe(s, has).rule != ""
}

// bracket looks at an opening bracket for a subquery behind it or a telling function before it.
func bracket(s string, i int) bool {
	j := skipBlank(s, i+1)
	if j+6 < len(s) && s[j]|0x20 == 's' && s[j+1]|0x20 == 'e' || j+1 < len(s) && s[j] == '/' && s[j+1] == '*' {
		return true
	}
	start := i
	for start > 0 && i-start < 40 && (isAlpha(s[start-1]) || isDigit(s[start-1]) || s[start-1] == '_' || s[start-1] == '.') {
		start--
	}
	return i-start > 5 && telling(s[start:i])
}

// unites looks for the word UNION whose first letter is u.
func unites(s string, u byte) bool {
	for i := strings.IndexByte(s, u); i >= 0; i = nextByte(s, i+1, u) {
		if i+12 < len(s) && s[i+1]|0x20 == 'n' && s[i+2]|0x20 == 'i' && lookup(s[i:i+5]) == wUnion && follows(s, i+5, &scan.ByteSet{}, false) {
			return true
		}
	}
	return false
}

// skipClosers skips white space, closing brackets and semicolons.
func skipClosers(s string, i int) int {
	for i < len(s) && (s[i] <= ' ' || s[i] == ')' || s[i] == ';' || s[i] == ']' || s[i] == '}') {
		i++
	}
	return i
}

func skipBlank(s string, i int) int {
	for i < len(s) && s[i] <= ' ' {
		i++
	}
	return i
}
