package cmdi

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// execOptions are options that make the program that gets them run a command or write a file (CWE-88). Those
// that end with = need a value; the others are matched whole.
var execOptions = map[string]bool{
	"output": true, "output-document": true, "output-dir": true, "use-askpass": true, "checkpoint-action": true, "to-command": true,
	"use-compress-program": true, "upload-pack": true, "receive-pack": true, "open-files-in-pager": true, "exec": true,
	"execute": true, "unload-script": true, "post-file": true, "body-file": true, "config": true, "rsh": true,
	"rsync-path": true, "pager": true, "editor": true, "eval": true, "require": true, "proxycommand": true, "init-file": true,
	"rcfile": true, "load-extension": true, "script": true, "upload-file": true, "data-binary": true, "renderer-cmd-prefix": true,
	"gpu-launcher": true, "utility-cmd-prefix": true, "browser-subprocess-path": true, "inspect-brk": true, "import": true,
	"command": true, "shell": true, "hook": true, "exec-path": true, "ssh-command": true, "plugin": true, "load-module": true, "log-file": true, "logfile": true,
}

// mayHoldOption reports whether a hyphen stands in s that is not inside a word.
func mayHoldOption(s string) bool {
	for i := strings.IndexByte(s, '-'); i < len(s); i++ {
		if s[i] == '-' && (i == 0 || !lex.IsWord(s[i-1])) {
			return true
		}
	}
	return false
}

// option handles - at the start of a word.
func (f *finder) option(i int) {
	s := f.s
	if i > 0 && !lex.IsSpace(s[i-1]) && s[i-1] != '\'' && s[i-1] != '"' && s[i-1] != '=' && !(f.plus && s[i-1] == '+') {
		return
	}
	switch {
	case lex.HasPrefix(s, i, "--"):
		f.longOption(i)
	case lex.HasPrefixFold(s, i, "-oproxycommand"), lex.HasPrefixFold(s, i, "-o proxycommand"), lex.HasPrefixFold(s, i, "-opermitlocalcommand"):
		f.found("option-injection", i, i+14)
	case i > 0 && lex.HasPrefix(s, i, "-c "):
		f.setting(lex.SkipBlanks(s, i+3))
	case lex.HasPrefix(s, i, "-exec ") || lex.HasPrefix(s, i, "-exec+") || lex.HasPrefix(s, i, "-exec$") || lex.HasPrefix(s, i, "-execdir "):
		if c := f.read(lex.SkipBlanks(s, i+len("-exec ")+strings.Count(s[i:min(len(s), i+9)], "dir")*3)); c.strength >= name {
			f.found("option-injection", i, c.end)
		}
	case i == 0 && lex.IsLetter(lex.At(s, 1)):
		f.shortOption()
	}
}

// shortOption handles a text that begins with an option of one letter, as it does where it is given to a program as an
// argument: -o /srv/g.php, -d@/etc/group, -e sh gift.sh, -c core.pager=id.
func (f *finder) shortOption() {
	s := f.s
	j := lex.SkipBlanks(s, 2)
	value := f.word(j)
	if k := strings.Index(value, "=@/"); k > 0 {
		value = value[k+1:]
	}
	if pathKind(value) == rootPath && len(value) > 3 {
		f.found("option-injection", 0, j+len(value))
		return
	}
	if j == 2 || j >= len(s) {
		return
	}
	switch s[1] {
	case 'e', 'x', 'P', 'T':
		if c := f.read(j); c.strength >= fits && c.args.prose == 0 {
			f.found("option-injection", 0, c.end)
		}
	case 'c':
		f.setting(j)
	default:
		if c := f.read(j); c.strength == certain && c.args.prose <= 1 {
			f.found("option-injection", 0, c.end)
		}
	}
}

// setting handles a setting at i, which git is given with -c.
func (f *finder) setting(i int) {
	key, value, ok := strings.Cut(f.word(i), "=")
	if ok && value != "" && (gitRuns[key] || strings.HasPrefix(key, "alias.") && value[0] == '!') {
		f.found("option-injection", i, i+len(key))
	}
}

// gitRuns are settings of git whose values are commands.
var gitRuns = lex.NewSet("core.pager core.editor core.sshCommand core.fsmonitor core.gitProxy core.hooksPath core.askPass credential.helper diff.external sequence.editor " +
	"gpg.program pager.log uploadpack.packObjectsHook protocol.ext.allow")

func (f *finder) longOption(i int) {
	s := f.s
	end := i + 2
	for end < len(s) && end-i < 32 && (lex.IsLetter(s[end]) || s[end] == '-') {
		end++
	}
	f.work += end - i
	if lex.At(s, end) != '=' {
		return
	}
	var buf [32]byte
	n := lex.Fold(buf[:], s[i+2:end])
	if n == nil || !execOptions[string(n)] {
		return
	}
	v := end + 1
	if c := lex.At(s, v); c == '\'' || c == '"' {
		v++
	}
	value := f.word(v)
	kind := pathKind(value)
	if value == "" || lex.IsUpper(value[0]) || value[0] == '<' || value[0] == '[' {
		return // --exec=COMMAND: a description
	}
	effect := kind == rootPath || kind == otherPath || isURL(value) || strings.IndexByte(value, '$') >= 0
	switch string(n) {
	case "checkpoint-action", "use-askpass", "to-command", "use-compress-program", "upload-pack", "receive-pack", "rsh",
		"proxycommand", "renderer-cmd-prefix", "gpu-launcher", "utility-cmd-prefix", "unload-script", "open-files-in-pager":
		effect = value != ""
	case "config":
		key, v, _ := strings.Cut(value, "=")
		effect = effect || gitRuns[key] || strings.HasPrefix(key, "alias.") && strings.HasPrefix(v, "!")
	case "exec", "execute", "eval", "pager", "editor", "script":
		c := f.read(v)
		effect = effect || c.strength >= name
	case "output", "output-document", "post-file", "body-file", "upload-file", "data-binary":
		effect = effect || kind == fileName
	}
	if effect {
		f.found("option-injection", i, v+len(value))
	}
}
