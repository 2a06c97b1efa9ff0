package cmdi

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/shell"
)

// spelt handles a line end spelt out as \n or \r, which becomes one in whatever decodes escapes.
func (f *finder) spelt(i int) {
	j := lineEnd(f.s, i)
	if j == i {
		return
	}
	f.count(i)
	j = lex.SkipBlanks(f.s, j)
	c := f.read(j)
	if f.bareWord(&c) && c.strength < certain {
		return
	}
	inPath := i > 0 && (lex.IsWord(f.s[i-1]) || f.s[i-1] == ':')
	if c.strength == certain && !inPath || c.strength >= alone && (i == 0 || !inPath && f.words < 2) && f.standsAlone(&c) {
		f.found("chained-command", i, c.end)
	}
}

// backtick handles `…`, which runs a command in a shell and is code in the prose of support notes. It returns
// the last offset that it has dealt with.
func (f *finder) backtick(i int) int {
	s := f.s
	if lex.At(s, i+1) == '`' {
		return i + 1 // nothing is run, or “the quotes of TeX''
	}
	f.ticks++
	if f.ticks%2 == 0 && (lex.IsWord(s[i-1]) || strings.IndexByte(`)]'".*/`, s[i-1]) >= 0) {
		return i // the one that closes
	}
	f.ticked(i, lex.SkipBlanks(s, i+1))
	return i
}

// ticked handles the command at j behind the opening backtick at i.
func (f *finder) ticked(i, j int) {
	s := f.s
	c := f.read(j)
	if c.strength < alone || c.program == 0 && c.strength < fits || lex.At(s, c.wordEnd) == '\'' || lex.At(s, c.end) == '(' && !c.args.open {
		return
	}
	f.count(i)
	end := strings.IndexByte(s[i+1:], '`')
	if end < 0 {
		if c.strength >= fits && f.words < 2 {
			f.found("substituted-command", i, c.end)
		}
		return
	}
	end += i + 2
	f.work += end - i
	// A code span stands behind a blank or a bracket, and among words.
	if span := i == 0 || j > i+1 || lex.IsSpace(s[i-1]) || s[i-1] == '(' && lex.At(s, i-2) != '$' || s[i-1] == '['; span {
		words := f.words + wordsBehind(s[end:])
		if c.strength == alone && c.args.n == 0 && c.program&shell.Natural != 0 && (i > 0 || end < len(s)) ||
			words >= 2 && c.args.root+c.args.url+c.args.address == 0 || words >= 4 {
			return
		}
	}
	f.found("substituted-command", i, end)
}

// wordsBehind counts the words of prose in the first bytes behind a closing backtick.
func wordsBehind(s string) int {
	t := finder{s: s[:min(len(s), 80)]}
	t.count(len(t.s))
	return t.words
}

// dollar handles what begins with $.
func (f *finder) dollar(i int) {
	s := f.s
	switch c := lex.At(s, i+1); {
	case c == '(' && lex.At(s, i+2) == '(':
		f.arithmetic(i)
	case c == '(':
		f.substitution(i, i+2)
	case c == '{':
		f.parameter(i)
	case lex.HasPrefix(s, i, "$IFS"):
		f.found("shell-variable", i, i+4)
	case lex.HasPrefixFold(s, i, "$env:") && lex.IsLetter(lex.At(s, i+5)):
		f.found("powershell", i, lex.SkipWord(s, i+5))
	case i == 0 && isUpperName(c):
		end := lex.SkipWord(s, 1)
		if lex.SkipSpace(s, end) == len(s) && environment[s[1:end]] {
			f.found("shell-variable", 0, end)
		}
	}
}

// substitution handles the command at j inside $(…), <(…) or >(…) that begins at i.
func (f *finder) substitution(i, j int) {
	j = lex.SkipBlanks(f.s, j)
	for j < len(f.s) && (f.s[j] == '"' || f.s[j] == '\'') {
		j++
	}
	if j >= len(f.s) {
		return
	}
	if f.s[j] == '<' && pathKind(f.word(lex.SkipBlanks(f.s, j+1))) == rootPath {
		f.found("substituted-command", i, j+1) // $(</etc/passwd)
		return
	}
	c := f.read(j)
	fetches := c.strength == name && c.program&shell.TakesURL != 0 && c.args.host > 0 && c.args.prose == 0 // $(curl gifts.example)
	if c.strength >= alone || fetches {
		f.found("substituted-command", i, c.end)
	}
}

// maxWord bounds a value that is looked at.
const maxWord = 128

// word returns the text from i to the next byte that ends a word.
func (f *finder) word(i int) string {
	j := i
	for j < len(f.s) && j-i < maxWord && !shell.Ends(f.s[j]) {
		j++
	}
	f.work += j - i
	return f.s[i:j]
}

// arithmetic handles $((…)) of numbers and operators.
func (f *finder) arithmetic(i int) {
	s := f.s
	ops, digits, j := 0, 0, i+3
	for j < len(s) && j < i+28 && s[j] != ')' {
		switch c := s[j]; {
		case lex.IsDigit(c):
			digits++
		case strings.IndexByte("+-*/%^<>&|~", c) >= 0:
			ops++
		case c != ' ' && c != '(' && c != '$' && !lex.IsWord(c):
			return
		}
		j++
	}
	f.work += j - i
	if digits > 1 && ops > 0 && lex.At(s, j) == ')' {
		f.found("arithmetic", i, j+1)
	}
}

// environment holds variables that every shell has: their values are what an attacker wants to read, and
// their letters what commands are put together from.
var environment = map[string]bool{
	"PATH": true, "HOME": true, "PWD": true, "OLDPWD": true, "SHELL": true, "USER": true, "LOGNAME": true, "HOSTNAME": true,
	"IFS": true, "LS_COLORS": true, "BASH": true, "BASH_VERSION": true, "SHLVL": true, "HOSTTYPE": true, "OSTYPE": true,
	"MACHTYPE": true, "SHELLOPTS": true, "LD_PRELOAD": true, "LD_LIBRARY_PATH": true, "PPID": true, "EUID": true,
	"COMSPEC": true, "SYSTEMROOT": true, "WINDIR": true, "PROGRAMFILES": true, "APPDATA": true, "USERPROFILE": true,
	"COMMONPROGRAMFILES": true, "PATHEXT": true, "ALLUSERSPROFILE": true, "SYSTEMDRIVE": true, "PROGRAMDATA": true,
	"USERDOMAIN": true, "LOGONSERVER": true, "PROCESSOR_ARCHITECTURE": true, "LOCALAPPDATA": true, "PUBLIC": true,
}

// parameter handles ${…}: the expansions that cut letters out of variables.
func (f *finder) parameter(i int) {
	s := f.s
	j := i + 2
	if c := lex.At(s, j); c == '!' || c == '#' {
		j++
	}
	end := lex.SkipWord(s, j)
	f.work += end - j
	if end == j || end-j > 40 {
		return
	}
	known := environment[s[j:end]]
	if known && s[j:end] == "IFS" {
		f.found("shell-variable", i, end)
		return
	}
	switch c := lex.At(s, end); c {
	case '}':
		if known && (j > i+2 || i == 0 && end+1 == len(s)) {
			f.found("shell-variable", i, end+1)
		}
	case ':':
		k := lex.SkipBlanks(s, end+1)
		if lex.At(s, k) == '-' {
			k++
		}
		digits := lex.SkipDigits(s, k)
		if digits > k && (known || lex.At(s, digits) == ':' && lex.IsDigit(lex.At(s, digits+1))) {
			f.found("shell-variable", i, digits)
		}
	case '%', '#', '/', '^', ',':
		if known || (c == '/' || c == '^' || c == ',') && lex.At(s, end+1) == c && strings.IndexByte(s[end:min(len(s), end+32)], '}') > 0 {
			f.found("shell-variable", i, end+1)
		}
	}
}

// angle handles < and >: process substitution, redirections to the system's files, <cmd; of old scripts.
func (f *finder) angle(i int) {
	s := f.s
	switch {
	case lex.At(s, i+1) == '(':
		f.substitution(i, i+2)
	case i+1 < len(s) && s[i+1] == '/' && (i == 0 || s[i-1] != '<'):
		w := f.word(i + 1)
		if pathKind(w) == rootPath && strings.IndexByte(w[1:], '/') > 0 && (lex.IsLetter(w[1]) || w[1] == '?') && !lex.HasPrefix(w, 0, "/dev/null") {
			f.found("file-redirect", i, i+1+len(w))
		}
	case lex.At(s, i+1) == '$':
		w := f.word(i + 1)
		end := lex.SkipWord(w, 1)
		if proto := end + len("/tcp/"); (lex.HasPrefix(w, end, "/tcp/") || lex.HasPrefix(w, end, "/udp/")) && proto < len(w) {
			f.found("network-redirect", i, i+1+len(w)) // d=/dev; sh >$d/tcp/…
		}
	case s[i] == '>' && i == 0 && lex.IsBlank(lex.At(s, 1)):
		w := f.word(2)
		if pathKind(w) == rootPath && 2+len(w) == len(s) {
			f.found("file-redirect", i, len(s))
		}
	case s[i] == '>' && f.command && lex.IsBlank(lex.At(s, i-1)):
		j := i + 1
		for lex.At(s, j) == '>' {
			j++
		}
		j = lex.SkipBlanks(s, j)
		w := f.word(j)
		if kind := pathKind(w); (kind == rootPath && strings.IndexAny(w[1:], `/\`) > 0 || kind == otherPath && len(w) > 2) && w != "/dev/null" {
			f.found("file-redirect", i, j+len(w)) // echo gift >> ~/.ssh/authorized_keys
		}
	case s[i] == '<' && i == 0:
		c := f.read(1)
		if c.strength >= alone && c.args.n == 0 && c.end < len(s) && (c.program&shell.Natural == 0 || s[c.end] != '`') && (endsCommand(s, c.end) && s[c.end] != '<' && s[c.end] != '>' || s[c.end] == '\\') {
			f.found("chained-command", i, c.end+1)
		}
	}
}

// parenthesis handles ( and what only shells and PowerShell write behind or before it.
func (f *finder) parenthesis(i int) {
	s := f.s
	if lex.HasPrefix(s, i, "()") {
		f.function(i)
		return
	}
	if i > 0 && (s[i-1] == '&' || s[i-1] == ' ' && lex.At(s, i-2) == '&' || s[i-1] == '.' && (i == 1 || lex.IsSpace(s[i-2]) || endsCommand(s, i-2))) {
		f.callOperator(i)
		return
	}
	for _, p := range [...]string{"(new-object ", "(get-", "(iwr ", "(invoke-", "(gci "} {
		if lex.HasPrefixFold(s, i, p) {
			if c := f.read(i + 1); c.strength >= fits {
				f.found("powershell", i, c.end)
				return
			}
		}
	}
}

// callOperator handles .( and &( of PowerShell: a command whose name is put together, .("{1}{0}" -f 'EX','I').
func (f *finder) callOperator(i int) {
	s := f.s
	j := lex.SkipBlanks(s, i+1)
	q := lex.At(s, j)
	stop := min(len(s), j+48)
	f.work += stop - i
	switch q {
	case '\'', '"':
		end := strings.IndexByte(s[j+1:stop], q)
		if end < 0 {
			return
		}
		k := lex.SkipBlanks(s, j+1+end+1)
		if lex.At(s, k) == '+' || lex.HasPrefixFold(s, k, "-f ") || lex.HasPrefixFold(s, k, "-f'") || lex.HasPrefixFold(s, k, "-replace") || lex.HasPrefixFold(s, k, "-join") || lex.At(s, k) == '[' {
			f.found("powershell", i-1, k+1)
		}
	case '$':
		if end := lex.SkipWord(s, j+1); end > j+1 && lex.IsLetter(s[j+1]) && (lex.At(s, end) == '+' || lex.At(s, end) == '[' || lex.At(s, end) == ':') {
			f.found("powershell", i-1, end+1)
		}
	}
}

// typeLiteral handles [ at i: the types of .NET in PowerShell, [System.Convert]::FromBase64String(…).
func (f *finder) typeLiteral(i int) {
	s := f.s
	end := i + 1
	for end < len(s) && end-i < 48 && (lex.IsWord(s[end]) || s[end] == '.') {
		end++
	}
	f.work += end - i
	if !lex.HasPrefix(s, end, "]::") || !lex.IsLetter(lex.At(s, end+3)) {
		return
	}
	for _, t := range [...]string{"system.", "convert]", "scriptblock]", "diagnostics.", "io.", "net.", "text.", "reflection.", "environment]", "ref]", "activator]"} {
		if lex.HasPrefixFold(s, i+1, t) {
			f.found("powershell", i, end+3)
			return
		}
	}
}

// function handles (){: a definition that bash takes from its environment and goes on behind, and the
// function that starts itself twice.
func (f *finder) function(i int) {
	s := f.s
	j := lex.SkipBlanks(s, i+2)
	if lex.At(s, j) != '{' {
		return
	}
	nameStart := i
	for nameStart > 0 && (lex.IsWord(s[nameStart-1]) || s[nameStart-1] == ':' || s[nameStart-1] == '.') && i-nameStart < 16 {
		nameStart--
	}
	k := lex.SkipBlanks(s, j+1)
	if fn := s[nameStart:i]; fn != "" {
		if forks(s[k:min(len(s), k+48)], fn) {
			f.found("fork-bomb", nameStart, k+len(fn))
		}
		return
	}
	stop := min(len(s), k+48)
	f.work += stop - i
	body := strings.IndexByte(s[k:stop], '}')
	if body < 0 {
		return
	}
	if i > 2 && (s[i-1] == '\'' || s[i-1] == '"') && s[i-2] == '=' && lex.IsWord(s[i-3]) && lex.At(s, k+body+1) == s[i-1] &&
		strings.IndexByte(s[k:k+body], ';') > 0 {
		f.found("shellshock", i, k+body+1) // x='() { id; }' bash
		return
	}
	switch c := lex.At(s, k); {
	case c == ':', c == '_' && lex.At(s, k+1) == ';', c == '}', lex.IsLetter(c) && strings.IndexByte(s[k:k+body], ';') > 0 && nameStart == 0:
		if after := lex.SkipBlanks(s, k+body+1); after < len(s) && (s[after] == ';' || s[after] == '>') {
			f.found("shellshock", i, after+1)
		}
	}
}

// forks reports whether the body of the function fn starts it twice, one of them behind the other's back: fn|fn&.
func forks(body, fn string) bool {
	rest, ok := strings.CutPrefix(body, fn)
	if !ok {
		return false
	}
	rest = strings.TrimLeft(rest, " ")
	if rest == "" || rest[0] != '|' && rest[0] != '&' {
		return false
	}
	return strings.HasPrefix(strings.TrimLeft(rest[1:], " "), fn) && strings.IndexByte(rest, '&') >= 0
}

// percent handles the variables of cmd.exe.
func (f *finder) percent(i int) {
	s := f.s
	end := lex.SkipWord(s, i+1)
	f.work += end - i
	if end == i+1 || end-i > 40 {
		return
	}
	switch {
	case end > i+2 && lex.HasPrefix(s, end, ":~") && (lex.IsDigit(lex.At(s, end+2)) || lex.At(s, end+2) == '-'):
		f.found("shell-variable", i, end+3)
	case lex.At(s, end) == '%':
		var buf [24]byte
		n := copy(buf[:], s[i+1:end])
		if n < end-i-1 {
			return
		}
		for k := range n {
			buf[k] = upper(buf[k])
		}
		if !environment[string(buf[:n])] || i > 0 {
			return
		}
		if lex.At(s, end+1) == '\\' || lex.IsBlank(lex.At(s, end+1)) && lex.At(s, end+2) == '/' {
			f.found("shell-variable", i, end+1)
		}
	}
}

func upper(c byte) byte {
	if lex.IsLower(c) {
		return c &^ 0x20
	}
	return c
}

// assignment handles NAME=value in the place of a command, and $NAME there afterwards. It reports whether
// the place holds one.
func (f *finder) assignment(i, j int) bool {
	s := f.s
	if i > 0 && f.assigns == 0 {
		f.assign(0)
	}
	if s[j] == '$' && lex.IsLetter(lex.At(s, j+1)) {
		name := s[j+1 : lex.SkipWord(s, j+1)]
		for _, a := range f.assigned[:min(f.assigns, len(f.assigned))] {
			if a == name {
				f.found("variable-command", j, j+1+len(name))
				return true
			}
		}
		return false
	}
	return f.assign(j)
}

// assign remembers the name of an assignment that begins at j, behind at most one byte that is no part of it.
func (f *finder) assign(j int) bool {
	s := f.s
	j = lex.SkipBlanks(s, j)
	if lex.HasPrefix(s, j, "export ") {
		j += len("export ")
	}
	if c := lex.At(s, j); c == '^' || c == '\'' || c == '"' {
		j++
	}
	end := lex.SkipWord(s, j)
	f.work += end - j
	if end == j || end-j > 32 || lex.At(s, end) != '=' || lex.IsDigit(s[j]) {
		return false
	}
	f.assigned[f.assigns%len(f.assigned)] = s[j:end]
	f.assigns++
	return true
}
