package cmdi

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/shell"
)

// maxArgs bounds how many arguments of a command are looked at; the first few decide.
const maxArgs = 8

// args counts the arguments of a command by kind.
type args struct {
	n       int // arguments in all
	option  int // -x, --long, for cmd.exe /x
	number  int // 5, 5s, 0.5
	address int // an IP address, localhost
	url     int
	root    int // a path below a directory of the system: /etc/…, C:\…, \\host\share
	path    int // another path: /x, ./x, ../x, ~/x
	file    int // a name with an extension that files have
	host    int // another name with a dot
	glob    int
	vars    int // $NAME, %NAME%, ${IFS} or a command inside
	quoted  int
	prose   int // everything else: mostly words

	first      string // the first argument
	end        int    // where the command ends
	redirect   bool   // ends with <
	slash      bool   // the last argument is a lone /
	open       bool   // a quoted argument goes on over blanks
	smallFirst bool   // the first argument is a number
	proseFirst bool   // the first argument is a word
}

// readArgs reads the arguments that follow a command word ending at i.
func readArgs(s string, i int, w *shell.Word, p shell.Program, plus bool) (a args) {
	start := i
	if w.Marks&shell.IFS != 0 {
		a.vars++
	}
	for {
		next, shellBlank := skipBlanks(s, i, plus, w.Marks&shell.Brace != 0)
		if shellBlank {
			a.vars++
		}
		a.end = next
		if next >= len(s) || endsCommand(s, next) || a.n == maxArgs {
			a.redirect = next < len(s) && s[next] == '<'
			return a
		}
		if next == i && i > start {
			return a // neither a blank nor an end: a quote or a brace closes here
		}
		if next == i && !glued(s, i) {
			return a
		}
		i = a.read(s, next, p, plus, w.Marks&shell.Brace != 0)
	}
}

// glued reports whether an argument may follow a command word with nothing between them: cat$IFS/x, echo'x'.
func glued(s string, i int) bool { return s[i] == '$' || s[i] == '"' || s[i] == '\'' }

// skipBlanks skips what separates arguments. shellBlank says that it was something that only a shell takes
// for a blank: $IFS, ${IFS}, $IFS$9, or the comma of a brace expansion.
func skipBlanks(s string, i int, plus, brace bool) (next int, shellBlank bool) {
	for i < len(s) {
		switch {
		case lex.IsBlank(s[i]), plus && s[i] == '+':
			i++
		case brace && s[i] == ',':
			i++
			shellBlank = true
		case s[i] == '$':
			n := ifs(s, i)
			if n == i {
				return i, shellBlank
			}
			i, shellBlank = n, true
		default:
			return i, shellBlank
		}
	}
	return i, shellBlank
}

// ifs returns the end of the $IFS, ${IFS}, $IFS$9 or ${IFS%?} that begins at i, or i.
func ifs(s string, i int) int {
	switch {
	case lex.HasPrefix(s, i, "$IFS"):
		j := i + 4
		if lex.At(s, j) == '$' && (lex.IsDigit(lex.At(s, j+1)) || lex.At(s, j+1) == '@' || lex.At(s, j+1) == '*') {
			j += 2
		}
		return j
	case lex.HasPrefix(s, i, "${IFS"):
		for j := i + 5; j < len(s) && j < i+16; j++ {
			if s[j] == '}' {
				return j + 1
			}
		}
	}
	return i
}

// endsCommand reports whether the byte at i ends the command.
func endsCommand(s string, i int) bool {
	switch s[i] {
	case ';', '|', '&', '\n', '\r', '<', '>', '(', ')', '#', '`', 0:
		return true
	case '\\':
		return lineEnd(s, i) > i && !lex.IsLetter(lex.At(s, i+2))
	}
	return false
}

// lineEnd returns the end of the \n or \r spelt out with a backslash at i, or i.
func lineEnd(s string, i int) int {
	if lex.At(s, i) == '\\' && (lex.At(s, i+1) == 'n' || lex.At(s, i+1) == 'r') {
		return i + 2
	}
	return i
}

// read sorts the argument at i and returns its end.
func (a *args) read(s string, i int, p shell.Program, plus, brace bool) int {
	j := i
	for j < len(s) && !shell.Ends(s[j]) && !(plus && s[j] == '+' && j > i) && !(brace && (s[j] == ',' || s[j] == '}')) {
		if s[j] == '$' && ifs(s, j) > j && j > i {
			break
		}
		j++
	}
	if j == i {
		j++
	}
	arg := s[i:j]
	if a.n == 0 {
		a.first = trimQuotes(arg)
	}
	a.n++
	if (arg == `'` || arg == `"`) && j < len(s) && (s[j] == '<' || s[j] == '(') {
		a.quoted++ // a quoted argument that begins with what would end a word
		return j
	}
	a.sort(arg, p)
	if strings.Count(arg, "'")%2 == 1 || strings.Count(arg, `"`)%2 == 1 {
		a.open = true // the words behind this one are quoted too
	}
	return j
}

// trimQuotes cuts the quotes and brackets that close after the last argument of a command.
func trimQuotes(arg string) string {
	for len(arg) > 0 && (arg[len(arg)-1] == '\'' || arg[len(arg)-1] == '"' || arg[len(arg)-1] == '`' || arg[len(arg)-1] == '}') {
		arg = arg[:len(arg)-1]
	}
	return arg
}

func (a *args) sort(arg string, p shell.Program) {
	c := arg[0]
	if a.slash && !(c == '-' && isOption(arg, p)) { // "cut / paste"
		a.path--
		a.prose++
	}
	a.slash = arg == "/"
	if c == '\'' || c == '"' {
		if len(trimQuotes(arg)) == 0 {
			a.n-- // the quote that the attack leaves open behind it
			return
		}
		a.quoted++
		if len(arg) > 2 {
			a.sortPath(trimQuotes(arg[1:]))
		}
		return
	}
	arg = trimQuotes(arg)
	switch {
	case arg == "":
		a.n--
	case arg == "--" || arg == "//" || arg == "-":
		a.n-- // what follows is commented out
	case isOption(arg, p):
		a.option++
	case isNumber(arg):
		a.number++
		a.smallFirst = a.smallFirst || a.n == 1
	case c == '$' && len(arg) > 1 && (lex.IsLetter(arg[1]) || arg[1] == '{' || arg[1] == '(' || arg[1] == '\''),
		c == '%' && len(arg) > 2 && lex.IsLetter(arg[1]) && lex.At(arg, lex.SkipWord(arg, 1)) == '%':
		a.vars++
	case isURL(arg), p&shell.Sure != 0 && (lex.HasPrefixFold(arg, 0, "javascript:") || lex.HasPrefixFold(arg, 0, "vbscript:")):
		a.url++
	case isAddress(arg), p&shell.Sure != 0 && isAddress(arg[strings.IndexByte(arg, ':')+1:]): // TCP:10.0.0.1:80
		a.address++
	default:
		if !a.sortPath(arg) && !a.open {
			a.prose++
			a.proseFirst = a.proseFirst || a.n == 1
		}
	}
}

func (a *args) sortPath(arg string) bool {
	switch pathKind(arg) {
	case rootPath:
		a.root++
	case otherPath:
		a.path++
	case fileName:
		a.file++
	case hostName:
		a.host++
	case globName:
		a.glob++
	default:
		return false
	}
	return true
}

// isOption reports whether arg is an option: a cluster of a few letters, or a long one.
func isOption(arg string, p shell.Program) bool {
	if arg[0] == '/' {
		if p&shell.Slash != 0 && p&shell.Sure != 0 && len(arg) > 2 && arg[1] == '/' && lex.IsLetter(arg[2]) {
			return true // cscript //nologo
		}
		if p&shell.Slash == 0 || len(arg) < 2 || !lex.IsLetter(arg[1]) && arg[1] != '?' {
			return false
		}
		end := 1
		for end < len(arg) && (lex.IsLetter(arg[end]) || arg[end] == '_') {
			end++
		}
		if end == len(arg) || arg[end] == ':' {
			return end <= 2 || p&(shell.Sure|shell.TakesSub) != 0 && end <= 16 || lex.EqualFold(arg[1:end], "all") || lex.EqualFold(arg[1:end], "add") ||
				lex.EqualFold(arg[1:end], "delete") || lex.EqualFold(arg[1:end], "ad")
		}
		return end == len(arg) && end <= 3
	}
	if arg[0] != '-' || len(arg) < 2 {
		return false
	}
	if p&shell.Cmdlet != 0 {
		return lex.IsUpper(arg[1]) && lex.IsLetter(lex.At(arg, 2))
	}
	if p&shell.Fold != 0 && p&shell.Sure != 0 {
		return lex.IsLetter(arg[1]) || arg[1] == '-' && lex.IsLetter(lex.At(arg, 2)) // PowerShell and the tools of Windows: -enc, -ExecutionPolicy
	}
	if arg[1] == '-' {
		return len(arg) > 3 && lex.IsLetter(arg[2]) && lex.IsWord(arg[3])
	}
	if len(arg) == 3 && lex.IsLetter(arg[1]) && (arg[2] == ':' || arg[2] == ',' || arg[2] == ';' || arg[2] == '|') {
		return p&shell.TakesPath != 0 // cut -d:
	}
	end := 1
	for end < len(arg) && (lex.IsLetter(arg[end]) || lex.IsDigit(arg[end])) {
		end++
	}
	limit := 6
	switch {
	case p&shell.TakesText != 0:
		limit = 8
	case p&shell.Natural != 0:
		limit = 4
	}
	return end > 1 && (end-1 <= limit && end == len(arg) || end < len(arg) && (arg[end] == '=' || arg[end] == '/' || arg[end] == '\'' || arg[end] == '"'))
}

func isNumber(arg string) bool {
	i := lex.SkipDigits(arg, 0)
	if i == 0 || i > 9 {
		return false
	}
	if i < len(arg) && arg[i] == '.' {
		i = lex.SkipDigits(arg, i+1)
	}
	return i == len(arg) || i+1 == len(arg) && (arg[i] == 's' || arg[i] == 'm' || arg[i] == 'h')
}

func isURL(arg string) bool {
	for i := 0; i < len(arg) && i < 12; i++ {
		if arg[i] == ':' {
			return i > 1 && lex.HasPrefix(arg, i, "://")
		}
		if !lex.IsLetter(arg[i]) && !lex.IsDigit(arg[i]) {
			return false
		}
	}
	return false
}

// isAddress reports whether arg is a dotted quad, with or without a port, or names the machine itself.
func isAddress(arg string) bool {
	if lex.HasPrefixFold(arg, 0, "localhost") {
		return true
	}
	dots, digits := 0, 0
	for i := range len(arg) {
		switch c := arg[i]; {
		case lex.IsDigit(c):
			digits++
		case c == '.':
			dots++
		case (c == ':' || c == '/') && dots == 3:
			return digits >= 4
		default:
			return false
		}
	}
	return dots == 3 && digits >= 4
}

// extensions are those of files that commands are pointed at.
var extensions = lex.NewSet("txt php php5 phtml conf cnf cfg config ini log sh bash py pl rb js ts jsp asp aspx html htm xml json yml yaml env bak old sql db sqlite " +
	"key pem crt csv exe bat cmd ps1 vbs dll so jar war tar gz zip tgz md inc passwd shadow dat out tmp swp c h go java rs lock properties htaccess hta sct")

type pathClass int

const (
	noPath pathClass = iota
	rootPath
	otherPath
	fileName
	hostName
	globName
)

// roots are the directories at the top of a Unix tree that commands are pointed at.
var roots = map[string]bool{
	"etc": true, "bin": true, "usr": true, "var": true, "home": true, "tmp": true, "proc": true, "dev": true,
	"root": true, "opt": true, "sys": true, "boot": true, "sbin": true, "lib": true, "mnt": true, "srv": true,
	"www": true, "run": true, "media": true, "windows": true, "winnt": true, "app": true, "private": true,
}

func pathKind(arg string) pathClass {
	if arg == "" {
		return noPath
	}
	switch c := arg[0]; {
	case c == '/' || c == '\\':
		return absolute(arg)
	case len(arg) >= 2 && lex.IsLetter(c) && arg[1] == ':' && (len(arg) == 2 || arg[2] == '\\' || arg[2] == '/'):
		return rootPath
	case c == '@' && len(arg) > 1 && arg[1] == '/':
		return absolute(arg[1:]) // curl -d @/etc/passwd
	case c == '~' && (len(arg) == 1 || arg[1] == '/'):
		return otherPath
	case lex.HasPrefix(arg, 0, "../../") || lex.HasPrefix(arg, 0, `..\..\`):
		return rootPath
	case strings.IndexByte(arg, ':')+1 > 1 && lex.HasPrefix(arg, strings.IndexByte(arg, ':')+1, "/"):
		return absolute(arg[strings.IndexByte(arg, ':')+1:]) // exec:/bin/sh
	case strings.IndexByte(arg, '=')+1 > 1 && lex.HasPrefix(arg, strings.IndexByte(arg, '=')+1, "/"):
		return absolute(arg[strings.IndexByte(arg, '=')+1:]) // if=/dev/zero
	case arg == "." || arg == ".." || lex.HasPrefix(arg, 0, "./") || lex.HasPrefix(arg, 0, "../") || lex.HasPrefix(arg, 0, `..\`):
		return otherPath
	case c == '*' && len(arg) <= 6:
		return globName
	case c == '.' && len(arg) > 2 && lex.IsLetter(arg[1]):
		return fileName // .env, .bash_history
	}
	return relative(arg)
}

func absolute(arg string) pathClass {
	if lex.HasPrefix(arg, 0, `\\`) && len(arg) > 3 && lex.IsWord(arg[2]) {
		return rootPath
	}
	i := 1
	for i < len(arg) && arg[i] != '/' && arg[i] != '\\' && arg[i] != '$' && arg[i] != ',' {
		i++
	}
	var buf [8]byte
	if name := lex.Fold(buf[:], arg[1:i]); name != nil && roots[string(name)] {
		return rootPath
	}
	wild := false
	for k := 1; k < len(arg); k++ {
		wild = wild || arg[k] == '?' && k+1 < len(arg) || arg[k] == '*' || arg[k] == '\''
	}
	if wild && arg[0] == '/' {
		return rootPath // /???/p??s?d
	}
	return otherPath
}

// relative sorts names without a slash at the front: config.php, flag.txt, etc/passwd, app/config.yml.
func relative(arg string) pathClass {
	dot, slash := -1, -1
	for i := range len(arg) {
		switch c := arg[i]; {
		case c == '.':
			dot = i
		case c == '/':
			slash = i
		case c == '*':
			return globName
		case !lex.IsWord(c) && c != '-' && c != ':':
			return noPath
		}
	}
	if slash > 0 && (lex.HasPrefix(arg, 0, "etc/") || lex.HasPrefix(arg, 0, "proc/")) {
		return rootPath
	}
	if dot > 0 && len(arg)-dot > 1 && len(arg)-dot <= 8 && lex.IsWord(arg[dot-1]) && lex.IsLetter(arg[dot+1]) {
		var buf [8]byte
		if extensions[string(lex.Fold(buf[:], arg[dot+1:]))] {
			return fileName
		}
		return hostName
	}
	return noPath
}
