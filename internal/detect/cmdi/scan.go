package cmdi

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/detect/shell"
)

// bare looks at the start of the text, where a shell takes the first word for a program, and so would
// anybody who reads "find me a gift".
func (f *finder) bare() {
	s := f.s
	i, transport := f.start()
	if transport {
		if c := f.read(i + len("ext::")); c.strength >= name {
			f.found("option-injection", i, c.end) // what git runs in the place of a transport
			return
		}
	}
	if !f.plausible(i) {
		return
	}
	if j := i + 1; s[i] == '!' || s[i] == ':' && lex.At(s, j) == '!' {
		if s[i] == ':' {
			j++
		}
		if c := f.read(j); c.strength >= alone && c.end == len(s) && (c.program&shell.Natural == 0 || c.strength == certain) {
			f.found("command", i, c.end) // what an editor, a pager or a notebook gives to a shell
			return
		}
	}
	c := f.read(i)
	f.command = c.strength >= fits || c.strength == alone && c.program&shell.TakesText != 0
	if c.strength < certain && !(c.strength == fits && c.program&shell.Alone != 0 && c.program&shell.Sure != 0 && c.args.n == 0 && c.end == len(s)) {
		return
	}
	if c.args.prose > 0 && c.program&shell.Natural != 0 && lex.IsUpper(s[i]) && lex.IsLower(lex.At(s, i+1)) {
		return // "Move /srv/a to /srv/b": a sentence
	}
	if c.args.n == 1 && c.program&shell.Shell == 0 && c.program != 0 && strings.TrimLeft(s[c.wordEnd:c.end], " +") == "/dev/null" {
		return // reads nothing
	}
	if (c.hidden || c.program&shell.Cmdlet != 0) && lex.At(s, c.end) != '(' && (c.args.prose <= 2 || c.args.option > 0) {
		f.found("command", i, c.end)
		return
	}
	if lex.At(s, c.end) == '(' && !c.args.open || c.args.prose > 2 && (c.program&shell.Natural != 0 || c.args.root+c.args.url+c.args.vars == 0 && c.args.option < 2) && c.program&shell.TakesSub == 0 {
		return // a sentence that begins with the name of a program
	}
	if c.args.prose > 0 && c.args.root+c.args.url+c.args.vars == 0 && c.program&shell.Sure == 0 &&
		!(c.args.option > 0 && c.args.path+c.args.quoted+c.args.address > 0) &&
		!(c.program&shell.TakesSub != 0 && (c.args.n == 1 || c.args.option > 0)) {
		return
	}
	const cmdlet = shell.Sure | shell.Fold | shell.Alone
	if c.args.proseFirst && c.program&shell.TakesSub == 0 && !(c.args.n == 1 && c.program&cmdlet == cmdlet && c.program&shell.Slash == 0) &&
		(c.program&shell.Natural != 0 || c.args.prose > 2 || c.args.option+c.args.root+c.args.url+c.args.address == 0 && !(c.program&shell.Sure != 0 && c.args.vars > 0)) {
		return // "dir cannot have the form C:\x"
	}
	f.found("command", i, c.end)
}

// start returns where the text begins, and whether it does with a command that git runs in the place of a transport.
func (f *finder) start() (i int, transport bool) {
	s := f.s
	i, _ = skipBlanks(s, 0, f.plus, false)
	if i < len(s) && (s[i] == '+' || s[i] == '@') {
		i, _ = skipBlanks(s, i+1, f.plus, false)
	}
	return i, lex.HasPrefix(s, i, "ext::")
}

// plausible is a cheap first look at a text: can its first two words begin a command line? Most prose has a
// second word that begins with a letter, and a first one that takes no sub-command.
func (f *finder) plausible(i int) bool {
	s := f.s
	if i >= len(s) || shell.Unknown(s, i) > i {
		return false
	}
	j := i
	capitals, plain := 0, true
	for j < len(s) && !lex.IsBlank(s[j]) && !(f.plus && s[j] == '+') {
		c := s[j]
		if c >= 0x80 || j-i > 40 || c == '@' && j > i && lex.IsWord(s[j-1]) {
			return false // not ASCII, too long, an e-mail address
		}
		if lex.IsUpper(c) {
			capitals++
		}
		plain = plain && (lex.IsLetter(c) || lex.IsDigit(c) || c == '.' || c == '-')
		j++
	}
	f.work += j - i
	if plain && capitals == 1 && lex.IsUpper(s[i]) && (j == len(s) || j+1 < len(s) && lex.IsLetter(s[j+1]) && lex.At(s, j+2) != ':') {
		return false // "Anna", "Happy birthday": a program is in lower case, or in no case at all
	}
	if j == len(s) {
		return !plain || j-i <= 20 && j-i > 3
	}
	for j < len(s) && (lex.IsBlank(s[j]) || s[j] == '+') {
		j++
	}
	if j == len(s) || !lex.IsLetter(s[j]) {
		return true
	}
	if s[i] == '/' || s[i] == '{' {
		return true
	}
	if lex.At(s, j+1) == ':' { // C:\ behind a program of Windows
		return true
	}
	// A sub-command, a host, another program: only a few command lines go on with a letter, in lower case.
	return !lex.IsUpper(s[i]) || capitals > 1
}

// separators are the bytes at which a command may begin behind another text; the order in which they stand
// matters. expansions are those of everything else that only a shell, or cmd.exe, would read.
const (
	separators = ";|&\n\r`\\"
	expansions = expansionsButOptions + "-"

	expansionsButOptions = "$<>(%["
)

var (
	separatorSet = scan.Bytes(separators)
	expansionSet = scan.Bytes(expansions)
	triggerSet   = scan.Bytes(separators + expansionsButOptions + "/")
)

// stops holds the next place of each separator that a text has: they are rare, and so it is several times faster to
// search them one by one than to look at each byte.
type stops [len(separators)]int

func newStops(s string, has *scan.ByteSet) (p stops) {
	for k := range p {
		p[k] = len(s)
		if has.Has(separators[k]) {
			p[k] = -1
		}
	}
	return p
}

// next returns the first separator from i on, or len(s). i must not go back.
func (p *stops) next(s string, i int) int {
	first := len(s)
	for k, at := range p {
		if at < i && at < len(s) {
			at = len(s)
			if n := strings.IndexByte(s[min(i, len(s)):], separators[k]); n >= 0 {
				at = i + n
			}
			p[k] = at
		}
		first = min(first, at)
	}
	return first
}

// scan walks over the separators and openings behind the start.
func (f *finder) scan(has *scan.ByteSet) {
	s := f.s
	if has.Has('/') {
		f.work += len(s)
		for _, socket := range [...]string{"/dev/tcp/", "/dev/udp/"} {
			if i := strings.Index(s, socket); i >= 0 && i+len(socket) < len(s) {
				f.found("network-redirect", i, i+len(socket))
				return
			}
		}
	}
	if separatorSet.Meets(has) {
		f.work += len(s)
		stops := newStops(s, has)
		for i := stops.next(s, 0); i < len(s) && !f.done; i = stops.next(s, i+1) {
			switch s[i] {
			case '\\':
				f.spelt(i)
			case '`':
				i = f.backtick(i)
			default:
				i = f.separator(i)
			}
		}
	}
	if f.done {
		return
	}
	if expansionSet.Meets(has) {
		f.work += lex.Sweep(s, expansions, has, f.expansion)
	}
}

// expansion looks at one of the expansions and returns where to go on, or -1 when something is found.
func (f *finder) expansion(i int) int {
	s := f.s
	switch s[i] {
	case '$':
		f.dollar(i)
	case '<', '>':
		f.angle(i)
	case '(':
		if n := lex.At(s, i+1) | 0x20; n == ')'|0x20 || n == 'n' || n == 'g' || n == 'i' || i > 0 && (s[i-1] == '.' || s[i-1] == '&' || s[i-1] == ' ' && lex.At(s, i-2) == '&') {
			f.parenthesis(i)
		}
	case '%':
		f.percent(i)
	case '[':
		if lex.IsLetter(lex.At(s, i+1)) {
			f.typeLiteral(i)
		}
	case '-':
		if n := lex.At(s, i+1) | 0x20; n == '-' || n == 'o' || n == 'e' || n == 'c' || i == 0 {
			f.option(i)
		}
	}
	if f.done {
		return -1
	}
	return i + 1
}

// separator handles a run of separators that begins at i and returns its last offset.
func (f *finder) separator(i int) int {
	s := f.s
	j, line := i, false
	for j < len(s) && (s[j] == ';' || s[j] == '|' || s[j] == '&' || s[j] == '\n' || s[j] == '\r' || lex.IsBlank(s[j]) ||
		s[j] == '+' || s[j] == '\\' && lineEnd(s, j) > j) {
		line = line || s[j] == '\n' || s[j] == '\r'
		if s[j] == '\\' {
			j++
		}
		j++
	}
	f.work += j - i
	for ats := 0; j < len(s) && (s[j] == '\'' || s[j] == '"' || s[j] == '(' || s[j] == '{' || s[j] == '@' && ats < 2 || s[j] == '!') && !brace(s, j); {
		if s[j] == '@' {
			ats++
		}
		j++ // ;'id', |("id"), & {id; }
		j = lex.SkipBlanks(s, j)
	}
	if j >= len(s) {
		return j
	}
	if f.assignment(i, j) {
		return j - 1
	}
	if f.command && s[i] == '|' && f.shellVariable(j) {
		f.found("chained-command", i, j+2) // echo id|$0
		return j
	}
	c := f.read(j)
	if f.accept(&c, i, j, line) {
		f.found("chained-command", i, c.end)
	}
	f.command = c.strength >= fits || c.strength == alone && f.words < 2
	return j - 1
}

// shellVariable reports whether the last word of the text, at j, is the variable that holds the name of the shell.
func (f *finder) shellVariable(j int) bool {
	switch strings.TrimRight(f.s[j:min(len(f.s), j+16)], " \t;'\"") {
	case "$0", "${0}", "$SHELL", "${SHELL}", "$BASH", "${BASH}":
		return true
	}
	return false
}

// brace reports whether a brace expansion begins at i: {cat,/etc/passwd}.
func brace(s string, i int) bool {
	if s[i] != '{' {
		return false
	}
	j := i + 1
	for j < len(s) && j < i+24 && (lex.IsWord(s[j]) || s[j] == '\'' || s[j] == '"' || s[j] == '/' || s[j] == '\\') {
		j++
	}
	return lex.At(s, j) == ','
}

// accept decides about the command c at j behind the separator at i.
func (f *finder) accept(c *command, i, j int, line bool) bool {
	s := f.s
	switch c.strength {
	case nothing:
		return false
	case certain:
		return true
	}
	f.count(i)
	if c.strength == name {
		return f.command && s[i] == '|' && c.program&shell.Sure != 0 || f.opens(c, i, j)
	}
	if line && f.bareWord(c) && !strings.ContainsAny(s[i:j], ";|&") {
		return false
	}
	spaced := line || j > i && lex.IsBlank(s[j-1]) || s[i] == ';' && i == 0
	natural := c.program&shell.Natural != 0
	first := f.words == 0
	if s[i] == '&' && !spaced && f.query(i) {
		return c.strength >= fits && c.args.n > 0
	}
	if c.strength == fits {
		switch {
		case line && natural && f.words > 0 && !f.command && c.args.number == 0:
			return false
		case f.command || f.words < 2 || !spaced:
			return true
		case line:
			return !natural && f.words < 4
		}
		return !natural || c.args.number == 0
	}
	if line && f.terminated(c) {
		return true
	}
	// A bare name. In prose and in lists it may be a word like any other.
	if !f.command && (spaced && (f.words >= 2 || natural && !first) || natural && f.words >= 2) {
		return false
	}
	if natural && strings.HasPrefix(s, "| ") && strings.HasSuffix(s, " |") {
		return false // | time | date |: a row of a table
	}
	return f.standsAlone(c)
}

// bareWord reports whether c is nothing but a short name behind words: in "as\ndf" a line ends, and the next begins.
func (f *finder) bareWord(c *command) bool {
	if f.words == 0 || c.args.n > 0 || c.program&shell.Sure != 0 {
		return false
	}
	if f.terminated(c) {
		return false
	}
	switch strings.Trim(f.s[c.start:c.wordEnd], "\\") {
	case "id", "ls", "pwd": // what everybody sends first
		return false
	}
	return true
}

// terminated reports whether c, whose name is nobody's word, is the last line of the text and ends with a ; of its own:
// "gift\nenv;" ends a command, not a list.
func (f *finder) terminated(c *command) bool {
	return c.program&(shell.Natural|shell.Alone) == shell.Alone && c.end+1 == len(f.s) && f.s[c.end] == ';'
}

// opens reports whether the text begins with the separator at i, and goes on with a known name and very
// little else: ";ps x", "|mysql -u root", ";cat flag". No sentence begins so.
func (f *finder) opens(c *command, i, j int) bool {
	if f.plus && i == 0 && c.args.n == 0 && strings.Trim(f.s[c.end:], "+|&;") == "" {
		return true // |+ping+|
	}
	if strings.TrimLeft(f.s[:i], " '\"") != "" || c.args.number > 0 || c.args.n > 2 || c.end < len(f.s) && c.args.n == 0 {
		return false
	}
	if c.program&shell.Natural == 0 {
		return c.args.prose <= 2 || c.args.option > 0
	}
	return c.program&shell.TakesPath != 0 && c.args.n == 1 && !lex.IsBlank(f.s[j-1]) && c.end == len(f.s)
}

// query reports whether the & at i separates the parameters of a URL.
func (f *finder) query(i int) bool {
	if i == 0 || i+1 >= len(f.s) || !lex.IsWord(f.s[i-1]) {
		return false
	}
	head := f.s[:min(i, 256)]
	return strings.IndexByte(head, '=') >= 0 || strings.IndexByte(head, '?') >= 0
}

// standsAlone reports whether nothing but the end, or other commands, follows a command without arguments:
// in "name;id;price" the id is a column.
func (f *finder) standsAlone(c *command) bool {
	s, i := f.s, c.end
	if i < len(s) && !endsCommand(s, i) && s[i] != '\'' && s[i] != '"' && s[i] != '`' && s[i] != '}' && s[i] != ']' &&
		s[i] != '$' && !lex.IsBlank(s[i]) && s[i] != '-' && s[i] != '/' && s[i] != '+' && s[i] != '\\' {
		return false
	}
	for i < len(s) && (endsCommand(s, i) || lex.IsBlank(s[i]) || s[i] == '\'' || s[i] == '"') {
		if s[i] == '#' || s[i] == ')' || s[i] == '<' || s[i] == '>' {
			return true
		}
		if s[i] == '(' {
			return false // a call: another language
		}
		i++
	}
	if i >= len(s) || !lex.IsLetter(s[i]) {
		return true
	}
	var w shell.Word
	w.Read(s, i, f.plus)
	f.work += w.End - i
	p, exact := shell.Lookup(&w)
	if p&c.program&shell.Natural != 0 {
		return false // | date | time |: the head of a table
	}
	return p != 0 || exact || pathKind(s[i:w.End]) == rootPath
}

// count counts the words of prose before i: letters between blanks or punctuation, two at least.
func (f *finder) count(i int) {
	s := f.s
	k := f.counted
	f.work += max(0, i-k)
	for k < i {
		if !isLetter(s[k]) {
			k++
			continue
		}
		start := k
		for k < len(s) && isLetter(s[k]) {
			k++
		}
		if k-start >= 2 && (start == 0 || opensWord(s[start-1])) && (k == len(s) || closesWord(s[k])) {
			f.words++
		}
		for k < i && !lex.IsSpace(s[k]) && !endsCommand(s, k) {
			k++
		}
	}
	f.counted = max(f.counted, k)
}

func isLetter(c byte) bool    { return lex.IsLetter(c) || c >= 0x80 }
func opensWord(c byte) bool   { return lex.IsSpace(c) || strings.IndexByte("\"'(+;,|", c) >= 0 }
func closesWord(c byte) bool  { return opensWord(c) || strings.IndexByte(",.!?:;)&|", c) >= 0 }
func isUpperName(c byte) bool { return lex.IsUpper(c) || c == '_' }
