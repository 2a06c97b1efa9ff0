// Package codeinjection finds source code that an interpreter behind the application would run: PHP, Python,
// JavaScript, Ruby, Perl, Java, Groovy, .NET, Lua and others (CWE-94, CWE-95, CWE-96, CWE-98, CWE-470).
//
// # What it recognises
//
// Calls, wherever they stand: as the whole text, behind a quote that breaks out of a string ('.system('id').',
// ';phpinfo();//), inside a template. A call has effect when its function is one of a table (functions that run
// code or commands, read or write files, load modules, reflect on classes, reveal the system) and its first
// argument is of a kind that the function can use. Beside calls: PHP between <?php or <?= and its end, PHP's
// superglobals, attributes of Python objects that lead to everything (__class__, __globals__), JavaScript's way
// from any object to its Function constructor, Ruby's %x(…) and Perl's qx(…), strings that are executed.
//
// # Rules
//
//	dangerous-call     system('id'), eval(base64_decode('…')), os.popen('id'), Runtime.getRuntime().exec("id")
//	php-code           <?php …;, <?= …
//	php-superglobal    $_GET[…], $GLOBALS[…], $ENV{…} of Perl
//	dynamic-call       a string or an element that is called: 'system'('id'), $_GET[0]($_GET[1]), ')()
//	python-internals   ().__class__.__bases__, __builtins__
//	js-constructor     constructor.constructor, ["constructor"], process.mainModule, new Function('…')
//	command-literal    %x(id), qx{id}, 'id'.execute(), system "id"
//	class-loader       class.module.classLoader.…, (CVE-2022-22965)
//	class-name         a class with power over the machine, as a value: ?type=java.lang.ProcessBuilder
//	xslt               <xsl:…>, a style sheet that is run on the server
//	tex-command        \input{/…}, \write18{…} and the like, where a document is typeset
//	break-out          a string is closed, a statement made, the rest commented out: ';f();//
//
// # What it does not recognise
//
// Calls of functions that the table does not know, print("Happy birthday") among them; the names alone
// ("eval (evaluation) sheet", "process.env guide", "import os"), and functions with empty brackets in the middle of a
// sentence; Java stack traces. Code between template
// delimiters is the business of package ssti, shell commands of package cmdi, markup and scripts in browsers
// of package xss.
package codeinjection

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/expr"
	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "code_injection"

// gate holds what the forms begin with, each with what must stand beside it.
var gate = scan.Any(
	`[a-zA-Z0-9_'"\])}.$:](`, // a call: of a name, a string, a value
	`[=\\]`, `:[c_]`, `[[ .\]][["']`, scan.Markup, scan.Underscores, scan.Named, scan.Exec, `V.`, `r[[]`, `@[{GA]`, scan.Syllable, scan.Member)

// Detector finds code injection.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: gate, Find: find}
}

// triggers are the bytes at which the forms begin, or in their middle.
const triggers = ";$(.[<_%@\\\"'q"

func find(v *scan.View, report scan.Report) {
	f := finder{s: v.Text, report: report}
	list := triggers
	if !v.Has.Has('{') && !v.Has.Has('(') && !v.Has.Has('[') && !v.Has.Has('/') {
		list = list[:len(list)-1] // qx needs brackets, or what may stand for them
	}
	f.work += lex.Sweep(f.s, list, &v.Has, f.at)
	v.Work(f.work)
}

// A finder walks one text from left to right and stops at its first finding.
type finder struct {
	s      string
	report scan.Report
	done   bool
	work   int
}

func (f *finder) found(rule string, start, end int) {
	if !f.done {
		f.done = true
		start = max(start, 0)
		f.report(rule, start, min(max(end, start+1), len(f.s)))
	}
}

// at looks at the trigger at i and returns where to go on, or -1 when something is found.
func (f *finder) at(i int) int {
	s := f.s
	switch s[i] {
	case '(':
		f.call(i)
	case '[':
		f.bracket(i)
	case '<':
		f.tag(i)
	case '_':
		i = f.underscores(i)
	case '$':
		f.dollar(i)
	case '%', 'q':
		f.commandLiteral(i)
	case '@':
		f.annotation(i)
	case '.':
		if lex.IsWord(lex.At(s, i+1)) {
			f.member(i)
		}
	case '\\':
		if lex.IsLower(lex.At(s, i+1)) {
			f.backslash(i)
		}
	case '"', '\'':
		if i > 2 && s[i-1] == ' ' {
			f.quote(i)
		}
	case ';':
		if i == 0 || i >= maxBreakOut {
			return len(s)
		}
		f.breakOut(i)
	}
	if f.done {
		return -1
	}
	return i + 1
}

// maxName bounds the names that are looked at.
const maxName = 32

// nameBefore returns the name that ends at i, and where it starts.
func nameBefore(s string, i int) (name string, start int) {
	start = i
	for start > 0 && i-start <= maxName && lex.IsWord(s[start-1]) {
		start--
	}
	return s[start:i], start
}

// call handles ( at i: the name before it, the object before that, the argument behind.
func (f *finder) call(i int) {
	s := f.s
	name, start := nameBefore(s, i)
	f.work += i - start + 1
	if name == "" {
		f.dynamic(i)
		return
	}
	if len(name) > maxName {
		return
	}
	var buf [2*maxName + 4]byte
	low := lex.Fold(buf[:maxName+1], name)
	want := functions[string(low)]
	switch {
	case start > 0 && (s[start-1] == '.' || s[start-1] == ':' || s[start-1] == '>'):
		want = f.method(start, low, want)
	case want&aPath != 0 && lex.IsUpper(name[0]):
		return // Rename("/a", x): another language's function of that name
	case name == "function":
		return // the keyword of JavaScript; the constructor is Function
	case name == "while" || name == "for":
		f.endless(start, i)
		return
	}
	got := arg(0)
	if want != 0 {
		got = f.argument(i + 1)
		if want&aExec != 0 && f.namesExec(i+1) {
			got |= aExec
		}
		if want&aLater != 0 && f.laterPath(i+1) {
			got |= aLater
		}
		if want&aPipe != 0 && f.opensPipe(i+1) {
			got |= aPipe
		}
	}
	if got&want == 0 {
		f.statement(name, start, i)
		return
	}
	if want == aNumber && (!f.closes(i+1) || strings.HasSuffix(s[:start], "await ")) {
		return
	}
	if got == aEmpty && f.mentioned(start) {
		return
	}
	rule := "dangerous-call"
	if name == "Function" || name == "constructor" {
		rule = "js-constructor"
	}
	f.found(rule, start, f.endOfCall(i))
}

// method returns the arguments that give a method an effect. start is where its name begins.
func (f *finder) method(start int, low []byte, plain arg) arg {
	s := f.s
	sep := start - 1
	if s[sep] == '>' && sep > 0 && s[sep-1] == '-' || s[sep] == ':' && sep > 0 && s[sep-1] == ':' {
		sep--
	}
	if s[sep] == '?' {
		sep--
	}
	object, ostart := nameBefore(s, sep)
	f.work += sep - ostart
	if object == "" || len(object) > maxName {
		if plain&(aCall|aEmpty) == 0 || string(low) == "exec" {
			return plain | aCommand // "x".exec( and ).exec(
		}
		return plain
	}
	var buf [2*maxName + 4]byte
	n := copy(buf[:], lex.Fold(buf[:maxName+1], object))
	buf[n] = '.'
	if s[start-1] == ':' {
		buf[n] = ':'
		if sep < start-1 {
			buf[n] = '.'
		}
	}
	if lex.IsLower(object[0]) && lex.IsUpper(s[start]) && (object == "os" || object == "io" || object == "fs" || object == "time" || object == "runtime") {
		return 0 // os.Getenv: the exported functions of Go
	}
	key := append(buf[:n+1], low...)
	if want, ok := methods[string(key)]; ok {
		return want
	}
	if lex.IsUpper(f.s[start]) && plain&aCall != 0 {
		return plain // a constructor behind its package
	}
	if string(low) == "evaluate" {
		return 0 // document.evaluate("//gift", …)
	}
	switch string(low) {
	case "exec", "system", "popen", "spawn", "eval", "run", "call", "execute", "shell":
		return aCommand
	case "send", "public_send", "__send__":
		return aExec
	case "print", "echo", "exit", "die", "open", "import", "copy", "rename", "glob", "method", "function", "md5", "sha1", "assert", "printf", "extract", "include":
		return 0
	}
	return plain &^ (aVar | aCall | aNumber)
}

// closes reports whether the number at i is all that the call is given.
func (f *finder) closes(i int) bool {
	s := f.s
	i = lex.SkipBlanks(s, i)
	end := lex.SkipDigits(s, i)
	end = lex.SkipBlanks(s, end)
	if lex.At(s, end) != ')' {
		return false
	}
	next := lex.SkipBlanks(s, end+1)
	return next == end+1 || !lex.IsLetter(lex.At(s, next)) // "time.sleep(5) in Python" is about it
}

// endOfCall returns the offset behind the first ) after i, for the span of a finding.
func (f *finder) endOfCall(i int) int {
	if k := strings.IndexByte(f.s[i:min(len(f.s), i+120)], ')'); k >= 0 {
		return i + k + 1
	}
	return i + 1
}

// dynamic handles ( at i behind something other than a name: what is called is a value.
func (f *finder) dynamic(i int) {
	s := f.s
	if i == 0 {
		return
	}
	switch s[i-1] {
	case ' ':
		f.spaced(i)
	case '\'', '"':
		// 'system'('id'): a string that is called.
		if start, _, ok := f.joined(i); ok && f.argument(i+1)&(runs|aName) != 0 {
			f.found("dynamic-call", start, i+1)
		}
	case ']', '}':
		if start, ok := element(s, i); ok {
			f.found("dynamic-call", start, i+1)
			return
		}
		if got := f.argument(i + 1); got&aVar != 0 || got&aText != 0 && (strings.Contains(s[max(0, i-40):i], "$") || got&aCommand != 0) {
			f.found("dynamic-call", i-1, i+1)
		}
	case ')':
		if start, ok := f.enclosed(i); ok {
			f.found("dynamic-call", start, i+1)
			return
		}
		if got := f.argument(i + 1); got&(aCommand|aProgram) != 0 || got&aVar != 0 ||
			got&aEmpty != 0 && i > 1 && (s[i-2] == '\'' || s[i-2] == '"' || s[i-2] == '`' || s[i-2] == '}' && i > 6 && strings.Contains(s[max(0, i-400):i], "(function")) {
			f.found("dynamic-call", i-1, i+1)
		}
	}
}

// isExec reports whether a string names a function that runs something.
func isExec(name string) bool {
	var buf [maxName]byte
	low := lex.Fold(buf[:], strings.TrimPrefix(name, ":"))
	return len(low) > 0 && functions[string(low)]&aProgram != 0 || expr.Has("phpinfo show_source highlight_file readfile file_get_contents", name)
}

// bracket handles [ at i: an element that leads to a constructor or to Python's internals.
func (f *finder) bracket(i int) {
	s := f.s
	q := lex.At(s, i+1)
	if q != '\'' && q != '"' {
		return
	}
	switch {
	case i > 2 && lex.HasPrefix(s, i-3, "Dir[") && (i == 3 || !lex.IsWord(s[i-4])) && (lex.At(s, i+2) == '/' || lex.At(s, i+2) == '*' || lex.At(s, i+2) == '.'):
		f.found("dangerous-call", i-3, i+3) // Ruby's list of files
	case lex.HasPrefix(s, i+2, "constructor") && lex.At(s, i+13) == q && i > 0:
		f.found("js-constructor", i, i+15)
	case lex.HasPrefix(s, i+2, "mainModule"), lex.HasPrefix(s, i+2, "child_process"):
		f.found("js-constructor", i, i+12)
	case lex.HasPrefix(s, i+2, "classLoader"):
		f.found("class-loader", i, i+12)
	}
}

// member handles . at i: members that lead from any object to code.
func (f *finder) member(i int) {
	s := f.s
	if c := lex.At(s, i+1); !lex.IsLetter(c) {
		return
	}
	end := lex.SkipWord(s, i+1)
	if end-i > maxName {
		return
	}
	f.work += min(end-i, 4)
	switch s[i+1 : end] {
	case "constructor":
		if lex.HasPrefix(s, end, ".constructor") {
			f.found("js-constructor", i, end+12)
		}
	case "mainModule":
		f.found("js-constructor", i, end)
	case "process":
		if o, _ := nameBefore(s, i); expr.Has("global globalThis root self window", o) && (lex.At(s, end) == '.' || end == len(s)) {
			f.found("js-constructor", i, end)
		}
	case "to_a", "to_h", "to_hash", "inspect", "fetch", "values":
		if o, st := nameBefore(s, i); o == "ENV" && (st == 0 || !f.mentioned(st)) {
			f.found("dangerous-call", st, end) // Ruby's environment
		}
	case "each_object":
		if o, st := nameBefore(s, i); o == "ObjectSpace" {
			f.found("dangerous-call", st, end)
		}
	case "text", "openStream", "openConnection", "getText", "getContent", "readLines":
		// Groovy and Java: new URL("…").text, new File("…").text
		if i > 8 && s[i-1] == ')' {
			head := s[max(0, i-160):i]
			f.work += len(head)
			if k := strings.LastIndex(head, "new "); k >= 0 && (lex.HasPrefix(head, k, "new URL(") || lex.HasPrefix(head, k, "new File(")) {
				f.found("dangerous-call", i, end)
			}
		}
	case "env":
		if o, st := nameBefore(s, i); o == "process" && (lex.At(s, end) == '.' && lex.IsUpper(lex.At(s, end+1)) || lex.At(s, end) == '[' || st == 0 && end == len(s) || lex.At(s, end) == ')' && st > 0 && s[st-1] == '(') && !f.mentioned(st) {
			f.found("js-constructor", st, end)
		}
	case "environ":
		if o, st := nameBefore(s, i); o == "os" && (lex.At(s, end) == '[' || lex.At(s, end) == '.') {
			f.found("python-internals", st, end)
		}
	case "classLoader", "classloader", "ClassLoader":
		if o, st := nameBefore(s, i); (o == "class" || o == "module" || o == "Class" || o == "Module") && (end == len(s) || s[end] == '.' || s[end] == '[' || s[end] == '=') {
			f.found("class-loader", st, end)
		}
	case "execute":
		if i > 0 && (s[i-1] == '\'' || s[i-1] == '"' || s[i-1] == ']') && lex.HasPrefix(s, end, "()") && i > 2 {
			f.found("command-literal", i, end+2)
		}
	case "__class__", "__globals__":
		f.found("python-internals", i, end)
	default:
		f.className(i)
	}
}
