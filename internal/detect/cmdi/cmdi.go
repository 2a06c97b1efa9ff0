// Package cmdi finds operating-system command injection (CWE-77, CWE-78) and argument injection (CWE-88).
//
// # What it recognises
//
// The text is read as sh, bash, zsh, cmd.exe and PowerShell read it. A command can begin at the start of the
// text; behind ; | || & && and a line end (also one spelt out as \n); inside $(…), `…` and <(…). There the
// package reads one word as the shell does (quotes, backslashes, carets and empty expansions inside it are
// gone: w'h'o"am"i, w\ho\am\i, w^h^oami, who$@ami, {cat,/etc/passwd}, /???/c?t), looks the program up in one
// table (internal/detect/shell), and asks whether the arguments that follow are ones the program can use:
// options, paths, addresses, times, sub-commands. How much it asks for depends on the place: `id` or ;id is
// enough, behind the words of a sentence the command must have arguments of its own grammar, and at the very
// start of a text, where any prose begins with some word, it must be a command line beyond doubt. A text that begins
// with an option is read as one that a program is given.
//
// # Rules
//
//	command             a command at the start of the text: cat /etc/passwd
//	chained-command     a command behind a separator: ;id, | nc -e …, && dir C:\
//	substituted-command a command in $(…), `…` or <(…)
//	shell-variable      $IFS, ${PATH:0:1}, ${!x}, %COMSPEC%, %PATH:~0,1%: text that only a shell expands
//	variable-command    a variable set and then run: X=id;$X
//	shellshock          a function definition in the place of a value: () { :;}; (CVE-2014-6271)
//	network-redirect    /dev/tcp/… and /dev/udp/…, which bash opens as sockets
//	file-redirect       < or > glued to a file of the system: </etc/passwd
//	arithmetic          $((1+1))
//	fork-bomb           a function that starts itself twice
//	option-injection    an option that makes a program run or write something: --output=/x, -oProxyCommand=x, and what
//	                    git runs: ext::sh, -c core.pager=x
//	powershell          expressions that only PowerShell evaluates: (New-Object …), $env:X, [System.…]::
//
// # What it does not recognise
//
// Commands of programs that the table does not know, unless they are called with a path of a program
// directory. Single everyday words, whatever stands before them: "find me a gift", "who is it | what is it",
// "Tom & date". Code in backticks within a sentence, as people write it in support notes. PHP, Python and
// other languages that call a shell: package codeinjection does.
package cmdi

import (
	"strings"
	"unicode"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/detect/shell"
)

// Class is the class of the findings of this package.
const Class scan.Class = "cmdi"

// Detector finds command injection. It has no gate: "net user" holds nothing but letters and a blank.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Worth: worth, Find: find}
}

// worth reports whether a text may begin with a command, or holds a byte behind which one may stand.
func worth(s string, has scan.ByteSet) bool {
	if triggerSet.Meets(&has) || has.Has('-') && mayHoldOption(s) {
		return true
	}
	f := finder{s: s, plus: spaced(&has)}
	i, special := f.start()
	return special || f.plausible(i)
}

// spaced reports whether plus signs stand for blanks.
func spaced(has *scan.ByteSet) bool { return !has.Has(' ') && has.Has('+') }

func find(v *scan.View, report scan.Report) {
	f := finder{s: v.Text, plus: spaced(&v.Has), report: report}
	f.bare()
	if !f.done {
		f.scan(&v.Has)
	}
	v.Work(f.work)
}

// A finder walks one text from left to right. It stops at its first finding.
type finder struct {
	s      string
	plus   bool // + stands for a blank
	report scan.Report
	done   bool
	work   int

	ticks    int       // backticks that were not doubled
	counted  int       // the words before this offset are counted
	words    int       // words of prose before counted
	command  bool      // the command before the last separator was one, so what follows is no prose
	assigned [4]string // the names that NAME=value gave something in the place of a command
	assigns  int
}

func (f *finder) found(rule string, start, end int) {
	if !f.done {
		f.done = true
		f.report(rule, start, min(max(end, start+1), len(f.s)))
	}
}

// How sure a command is, from the word and its arguments alone.
const (
	nothing = iota
	name    // a known name, nothing else
	alone   // a known name that does something without arguments
	fits    // with arguments that it can use, or a name that nobody else uses
	certain // beyond doubt
)

// A command is what stands at a place where a shell would look for one.
type command struct {
	strength int
	program  shell.Program // of the last word, when one program runs another
	start    int
	wordEnd  int
	end      int
	hidden   bool // its name hides from a reader
	args     args
}

// wordStart are the bytes with which the first word of a command begins.
var wordStart = lex.NewTable("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/.$'\"\\{^@%~`")

// read reads the command at i, and the one that it runs, when it is a program that runs another: sudo id,
// cmd /c dir, timeout 5 sh. An escaped separator begins no name; a row of them would be one long word for each.
func (f *finder) read(i int) command {
	if i >= len(f.s) || !wordStart[f.s[i]] || f.s[i] == '\\' && strings.IndexByte(";|&\n\r", lex.At(f.s, i+1)) >= 0 {
		return command{start: i, wordEnd: i, end: i}
	}
	c := f.simple(i)
	for range 3 {
		if c.program&shell.Wrapper == 0 && !(c.program&shell.Shell != 0 && c.args.option > 0 && strings.HasPrefix(c.args.first, "-") && strings.HasSuffix(c.args.first, "c")) {
			break // neither sudo id nor sh -c id
		}
		next := f.wrapped(c.wordEnd)
		if next <= c.wordEnd || next >= c.args.end {
			break
		}
		inner := f.simple(next)
		if inner.strength < alone {
			break
		}
		inner.start = c.start
		inner.strength = max(inner.strength, c.strength)
		if c.program&shell.Sure != 0 || c.args.option+c.args.number > 0 {
			inner.strength = certain
		}
		c = inner
	}
	return c
}

// simple reads one command: its word and its arguments.
func (f *finder) simple(i int) command {
	if end := shell.Unknown(f.s, i); end > i {
		f.work += end - i + 1
		return command{start: i, wordEnd: end, end: end}
	}
	var w shell.Word
	w.Read(f.s, i, f.plus)
	f.work += w.End - i + 1
	c := command{start: i, wordEnd: w.End, end: w.End}
	if f.s[i] == '\\' && escapes(f.s[i:w.End]) {
		return c
	}
	if lex.At(f.s, w.End) == '\'' && lex.IsLetter(lex.At(f.s, w.End+1)) && lex.IsBlank(lex.At(f.s, w.End+2)) {
		return c // "gcc's output": an apostrophe
	}
	p, exact := shell.Lookup(&w)
	if p == 0 && !exact && w.Cut > 0 {
		if p, exact = shell.LookupCut(&w); p != 0 {
			// A line end is spelt out behind the name: there are no arguments.
			c.program, c.strength = p, judge(p, &c.args, &w, exact)
			return c
		}
	}
	c.program = p
	if p == 0 && !exact && !runnable(&w) {
		return c
	}
	c.args = readArgs(f.s, w.End, &w, p, f.plus)
	f.work += c.args.end - w.End
	c.end = max(c.args.end, w.End)
	switch {
	case p != 0 || exact:
		c.strength = judge(p, &c.args, &w, exact)
		c.hidden = w.Marks&shell.Hidden != 0
	case string(w.Text()) == ".":
		if c.args.n == 1 && c.args.root+c.args.path > 0 && c.args.quoted == 0 && strings.ContainsFunc(c.args.first, unicode.IsLetter) {
			c.strength = fits // a script has a name; a drawing has dots and slashes
		}
	case c.args.n == 0:
		c.strength = alone
	}
	return c
}

// escapes reports whether a word is a row of the escapes that people type to name a character: "\t\r".
func escapes(word string) bool {
	for i := 0; i < len(word); i += 2 {
		if word[i] != '\\' || strings.IndexByte("abfnrtv0", lex.At(word, i+1)) < 0 {
			return false
		}
	}
	return true
}

// runnable reports whether the word is a path, which runs what it names: ./x.sh, /tmp/x, or the dot that
// reads a script.
func runnable(w *shell.Word) bool {
	t := w.Text()
	switch {
	case len(t) > 6 && lex.IsLetter(t[0]) && t[1] == ':' && t[len(t)-4] == '.':
		return shell.Executable(t[len(t)-3:])
	case len(t) == 0 || w.Marks&shell.Long != 0 || w.Marks&shell.Glob != 0:
		return false
	case t[0] == '.':
		return len(t) == 1 || len(t) > 2 && (t[1] == '/' || t[1] == '\\') && lex.IsLetter(t[2])
	}
	return t[0] == '/' && len(t) > 5 && (string(t[:5]) == "/tmp/" || string(t[:5]) == "/dev/" || len(t) > 9 && string(t[:9]) == "/var/tmp/")
}

// wrapped skips the options, numbers and quotes behind a program that runs another one.
func (f *finder) wrapped(i int) int {
	for range 6 {
		next, _ := skipBlanks(f.s, i, f.plus, false)
		for next < len(f.s) && (f.s[next] == '"' || f.s[next] == '\'') {
			next++
		}
		if next >= len(f.s) || f.s[next] != '-' && f.s[next] != '/' && !lex.IsDigit(f.s[next]) ||
			f.s[next] == '/' && lex.IsWord(lex.At(f.s, next+2)) {
			return next
		}
		for next < len(f.s) && !shell.Ends(f.s[next]) {
			next++
		}
		f.work += next - i
		i = next
	}
	return i
}

// judge weighs a known program against its arguments.
func judge(p shell.Program, a *args, w *shell.Word, exact bool) int {
	switch {
	case exact && a.prose > 2 && a.root+a.url+a.address+a.vars+a.option+a.quoted == 0:
		return name // "/usr/sbin/sendmail differs from the other one"
	case exact, w.Marks&shell.Hidden != 0:
		return certain
	case w.Marks&shell.Brace != 0 && a.vars > 0:
		return certain
	case p&shell.TakesSub != 0 && a.n > 0:
		if ok, sure := shell.Sub(w, a.first); sure && (p&shell.Sure != 0 || a.prose <= 2 || a.option > 0) {
			return certain
		} else if ok && a.root+a.option+a.vars > 0 {
			return certain
		} else if ok && a.prose <= 3 {
			return fits
		}
	}
	if p&shell.Sure != 0 && a.option > 1 {
		return certain // powershell -NoP -W Hidden …
	}
	natural := p&shell.Natural != 0
	place := a.root + a.url + a.address + a.vars
	strong := p&shell.TakesOption != 0 && a.option > 0 ||
		p&(shell.TakesPath|shell.TakesAny|shell.TakesText) != 0 && (a.root > 0 || a.vars > 0) ||
		p&(shell.TakesURL|shell.TakesAny) != 0 && a.url > 0 ||
		p&(shell.TakesHost|shell.TakesAny) != 0 && (a.address > 0 || a.vars > 0) ||
		p&shell.TakesPath != 0 && a.redirect ||
		p&shell.TakesText != 0 && a.quoted > 0 && (a.open && (!natural || p&shell.TakesNumber != 0 || p&shell.Shell != 0) || p&shell.Sure != 0)
	if strong {
		if natural && a.proseFirst && a.prose > 2 && place == 0 {
			return name // "which will be deleted by "go clean -modcache"."
		}
		if place == 0 && a.prose > 0 && (natural || a.prose > 2) && !(a.option > 0 && a.path+a.file+a.quoted > 0) {
			return fits
		}
		if p&shell.TakesNumber != 0 && place == 0 && a.option == 0 {
			return fits // echo "I love you"
		}
		return certain
	}
	weak := p&shell.Slash != 0 && a.vars > 0 || p&shell.TakesNumber != 0 && a.smallFirst ||
		p&shell.TakesPath != 0 && (a.path+a.file+a.glob > 0 || a.host > 0 && !natural) ||
		p&shell.TakesHost != 0 && a.file+a.host+a.address > 0 ||
		p&shell.TakesText != 0 && a.quoted > 0 && (!natural || p&shell.TakesNumber != 0) ||
		p&shell.TakesAny != 0 && a.n > 0
	if weak {
		if p&(shell.Sure|shell.Fold|shell.Alone) == shell.Sure|shell.Fold|shell.Alone && p&shell.Slash == 0 && a.n == 1 {
			return certain // a cmdlet of PowerShell with its argument
		}
		if a.prose > 0 && (natural || a.prose > 3) {
			return name
		}
		return fits
	}
	if a.n == 0 && p&shell.Alone != 0 {
		if p&shell.Sure != 0 {
			return fits
		}
		return alone
	}
	if a.n == 0 && p&shell.Shell != 0 {
		return alone
	}
	if p&shell.TakesText != 0 && a.n > 0 && p&shell.TakesNumber != 0 {
		return alone // echo some words
	}
	return name
}
