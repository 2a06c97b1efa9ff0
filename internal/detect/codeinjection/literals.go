package codeinjection

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/expr"
	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/shell"
)

// tag handles <? at i.
func (f *finder) tag(i int) {
	s := f.s
	if lex.HasPrefixFold(s, i, "<cfexecute") || lex.HasPrefixFold(s, i, "<cfscript") {
		f.found("php-code", i, i+9)
		return
	}
	for _, p := range [...]string{"<xsl:", "<msxsl:"} {
		if lex.HasPrefixFold(s, i, p) && lex.IsLetter(lex.At(s, i+len(p))) {
			f.found("xslt", i, i+len(p))
			return
		}
	}
	if lex.At(s, i+1) != '?' || i+2 >= len(s) {
		return
	}
	k := i + 2
	switch {
	case s[k] == '=':
		if n := lex.SkipSpace(s, k+1); n < len(s) && s[n] != '?' {
			f.found("php-code", i, n+1)
		}
		return
	case lex.HasPrefixFold(s, k, "php"):
		k += 3
	case lex.HasPrefixFold(s, k, "xml"), lex.IsLetter(s[k]) && !lex.HasPrefixFold(s, k, "echo"):
		return
	}
	if k < len(s) && !lex.IsSpace(s[k]) && lex.IsWord(s[k]) && k != i+2 {
		return
	}
	end := min(len(s), k+64)
	f.work += end - k
	body := s[k:end]
	if strings.ContainsAny(body, "(;$`") || k > i+2 && strings.Contains(body, "?>") && strings.TrimSpace(body) != "?>" ||
		lex.HasPrefixFold(s, lex.SkipSpace(s, k), "echo ") {
		f.found("php-code", i, k)
	}
}

// internals are attributes that lead from any Python object to its class, its module and everything loaded.
var internals = lex.NewSet("__class__ __globals__ __subclasses__ __builtins__ __mro__ __bases__ __base__ __init__ __getattribute__ __dict__ __import__ " +
	"__reduce__ __call__ __code__ __closure__ __getitem__ __loader__ __builtin__ __func__ __self__ __module__ __defineGetter__ __defineSetter__ __lookupGetter__")

// underscores handles a run of _ at i and returns its last offset.
func (f *finder) underscores(i int) int {
	s := f.s
	end := lex.SkipWord(s, i)
	f.work += end - i
	if f.calledByName(i, end) {
		return end - 1
	}
	if end-i > maxName || end-i < 6 || s[i+1] != '_' || i > 0 && lex.IsWord(s[i-1]) {
		return end - 1
	}
	if !internals[s[i:end]] {
		return end - 1
	}
	before, after := lex.At(s, i-1), lex.At(s, end)
	open := i - 2
	if lex.At(s, open) == ' ' {
		open--
	}
	reach := before == '.' || (before == '\'' || before == '"') && open >= 0 && (s[open] == '[' || s[open] == '(' || s[open] == ',')
	if s[i:end] == "__init__" || s[i:end] == "__call__" || s[i:end] == "__dict__" || s[i:end] == "__module__" || s[i:end] == "__code__" || s[i:end] == "__self__" {
		reach = reach && (after == '.' || after == '[' || after == '\'' || after == '"')
	}
	if lex.HasPrefix(s, end, ".py") {
		return end - 1
	}
	if reach || nested(s, i, end) || after == '[' || after == '.' && lex.IsWord(lex.At(s, end+1)) {
		f.found("python-internals", i, end)
	}
	return end - 1
}

// calledByName reports a parameter whose value is the name of a function that calls or runs what the others hold:
// function=call_user_func_array&vars[0]=…, _method=__construct&… (CWE-470). i is at the first _ of the name, which ends
// at end.
func (f *finder) calledByName(i, end int) bool {
	s := f.s
	if n := lex.At(s, end); end < len(s) && n != '&' && n != ' ' {
		return false
	}
	name, start := nameBefore(s, i)
	if len(name) > maxName || start == 0 || s[start-1] != '=' || lex.At(s, start-2) == '=' {
		return false
	}
	if whole := s[start:end]; whole == "__construct" || len(whole) <= maxName && lex.At(s, end) == '&' && functions[whole]&(aExec|aProgram) != 0 {
		f.found("dynamic-call", start, end)
		return true
	}
	return false
}

// platform are the beginnings of names of classes that have power over the machine, or lead to it: what reflection, a
// container of beans or a deserialiser is given to build (CWE-470).
var platform = [...]string{
	"java.lang.Runtime", "java.lang.Process", "java.lang.System", "java.lang.ClassLoader", "java.lang.Class", "java.lang.Thread", "java.lang.reflect.", "java.lang.invoke.",
	"java.net.URLClassLoader", "java.net.Socket", "java.io.File", "java.io.ObjectInputStream", "java.beans.", "java.rmi.", "javax.naming.", "javax.script.", "javax.management.",
	"javax.el.", "javax.swing.", "sun.", "com.sun.", "jdk.", "org.apache.commons.collections", "org.apache.commons.beanutils", "org.apache.xalan.", "org.apache.xbean.",
	"org.apache.naming.", "org.apache.ibatis.", "org.apache.tomcat.dbcp", "org.springframework.context.support.", "org.springframework.beans.factory.",
	"org.codehaus.groovy.", "org.mozilla.javascript.", "groovy.lang.", "groovy.util.", "bsh.", "ognl.", "com.mchange.", "freemarker.template.utility.",
	"System.Diagnostics.", "System.IO.", "System.Reflection.", "System.Net.", "System.Management.", "System.Activator", "System.AppDomain", "System.CodeDom.", "System.Windows.Data.",
	"System.Configuration.Install.", "System.Web.UI.", "System.Runtime.Serialization.", "System.Security.Principal.", "Microsoft.Win32.", "Microsoft.VisualBasic.",
}

// className reports the name of a class of the platform that is a value: the whole text, or that of a parameter. The .
// at i is its first one.
func (f *finder) className(i int) {
	s := f.s
	root, start := nameBefore(s, i)
	if len(root) < 2 || len(root) > 9 || start > 0 && s[start-1] != '=' && !(start == 1 && (s[0] == '"' || s[0] == '\'')) ||
		!expr.Has("java javax sun com jdk org groovy bsh ognl freemarker System Microsoft", root) {
		return
	}
	end, last := i, i
	for end < len(s) && end-start < 128 && (lex.IsWord(s[end]) || s[end] == '.' || s[end] == '$') {
		if s[end] == '.' {
			last = end + 1
		}
		end++
	}
	f.work += end - i
	name := s[start:end]
	if end < len(s) && s[end] != '&' && !(end+1 == len(s) && (s[end] == '"' || s[end] == '\'')) || !lex.IsUpper(lex.At(s, last)) ||
		strings.HasSuffix(name, "Exception") || strings.HasSuffix(name, "Error") {
		return
	}
	for _, p := range platform {
		if strings.HasPrefix(name, p) {
			f.found("class-name", start, end)
			return
		}
	}
}

// dollar handles $ at i: the superglobals of PHP, Perl's environment, and calls in ${…}.
func (f *finder) dollar(i int) {
	s := f.s
	k := i + 1
	if lex.At(s, k) == '{' {
		k++
		for k < i+8 && (lex.At(s, k) == '@' || lex.At(s, k) == '$' || lex.At(s, k) == '{') {
			k++
		}
	}
	end := lex.SkipWord(s, k)
	f.work += end - i
	if end == k {
		f.variableVariable(i, k)
		return
	}
	if end-k > maxName {
		return
	}
	n := lex.At(s, end)
	if n == ':' && lex.IsDigit(s[k]) {
		f.reference(i, end)
		return
	}
	switch s[k:end] {
	case "_GET", "_POST", "_REQUEST", "_COOKIE", "_SERVER", "_FILES", "_ENV", "_SESSION", "GLOBALS", "HTTP_GET_VARS", "HTTP_POST_VARS":
		if n == '[' || n == '{' || n == '}' || n == ')' || n == ';' {
			f.found("php-superglobal", i, end+1)
		}
	case "HTTP_RAW_POST_DATA":
		f.found("php-superglobal", i, end)
	case "ENV":
		if n == '{' {
			f.found("php-superglobal", i, end+1)
		}
	case "_":
		if n == '[' && lex.At(s, end+1) == ']' || n == '=' && (lex.At(s, end+1) == '[' || lex.At(s, end+1) == '(' || lex.At(s, end+1) == '"') {
			f.found("php-superglobal", i, end+2) // PHP without letters begins with $_=[] or $_[]
		}
	default:
		if n == '(' && s[i+1] != '{' {
			if got := f.argument(end + 1); got&(aCommand|aProgram) != 0 {
				f.found("dynamic-call", i, end+1)
			}
		}
	}
}

// commandLiteral handles Ruby's %x(…) and Perl's qx(…) at i.
func (f *finder) commandLiteral(i int) {
	s := f.s
	if lex.At(s, i+1) != 'x' || i > 0 && lex.IsWord(s[i-1]) {
		return
	}
	switch c := lex.At(s, i+2); c {
	case '(', '{', '[', '/', '|', '!', '<':
		k := i + 3
		for q := lex.At(s, k); q == '\'' || q == '"' || q == ' '; q = lex.At(s, k) {
			k++
		}
		if f.program(k) != 0 {
			f.found("command-literal", i, k+1)
		}
	}
}

// program looks up the program named at i.
func (f *finder) program(i int) shell.Program {
	if i >= len(f.s) {
		return 0
	}
	var w shell.Word
	w.Read(f.s, i, false)
	f.work += w.End - i
	p, exact := shell.Lookup(&w)
	if exact {
		return p | shell.Sure
	}
	if p == 0 { // %x{id}, [id]: the bracket that closes is no part of the name
		if end := lex.SkipWord(f.s, i); end > i && end < w.End {
			w.Read(f.s[:end], i, false)
			p, _ = shell.Lookup(&w)
		}
	}
	return p
}

// annotation handles @ at i: Perl's @{[ … ]}, annotations of Groovy that run when the class is compiled.
func (f *finder) annotation(i int) {
	s := f.s
	if lex.HasPrefix(s, i, "@{[") {
		f.found("dynamic-call", i, i+3)
		return
	}
	for _, a := range [...]string{"@groovy.", "@GrabConfig(", "@GrabResolver(", "@Grab(", "@ASTTest("} {
		if lex.HasPrefix(s, i, a) && strings.IndexByte(s[i:min(len(s), i+64)], '(') > 0 {
			f.found("dangerous-call", i, i+len(a))
			return
		}
	}
}

// quote handles a quote at i that begins the argument of a call without brackets: system "id", exec 'ls'.
func (f *finder) quote(i int) {
	s := f.s
	if i == 0 || s[i-1] != ' ' {
		return
	}
	name, start := nameBefore(s, i-1)
	f.work += i - start
	if start > 0 && lex.IsWord(s[start-1]) {
		return
	}
	if expr.Has("include include_once require require_once load do source", name) && (start == 0 || s[start-1] == ';' || s[start-1] == '{') {
		if end := strings.IndexByte(s[i+1:min(len(s), i+128)], s[i]); end > 2 && strings.IndexByte(s[i+1:i+1+end], ' ') < 0 &&
			(s[i+1] == '/' && strings.LastIndexByte(s[i+1:i+1+end], '/') > 0 || strings.Contains(s[i+1:i+1+end], "://") || strings.HasPrefix(s[i+1:], "../")) {
			f.found("dangerous-call", start, i+1+end)
		}
		return
	}
	if name == "ExecuteGlobal" {
		f.found("command-literal", start, i+1) // VBScript's
		return
	}
	if !expr.Has("system exec spawn popen passthru shell_exec qx", name) {
		return
	}
	if p := f.program(lex.SkipBlanks(s, i+1)); p != 0 && (p&shell.Natural == 0 || start == 0 || strings.IndexByte(";{[(\n", s[start-1]) >= 0) {
		f.found("command-literal", start, i+1)
	}
}

// tex are the commands of TeX that read a file or run a program when their argument says so.
var tex = [...]string{`\input{/`, `\include{/`, `\input{|`, `\input|`, `\write18{`, `\lstinputlisting{`, `\verbatiminput{`, `\newread\`, `\openin\`, `\newwrite\`, `\directlua{`, `\immediate\write`}

// backslash handles \ at i: a command of TeX.
func (f *finder) backslash(i int) {
	for _, c := range tex {
		if lex.HasPrefix(f.s, i, c) {
			f.found("tex-command", i, i+len(c))
			return
		}
	}
}

// maxBreakOut is how far from its start a text leaves the string that it lands in.
const maxBreakOut = 30

// breakOut handles ; at i: a quote, perhaps brackets, the ;, one call, and the rest is commented out.
func (f *finder) breakOut(i int) {
	s := f.s
	k := i
	for k > 0 && (s[k-1] == ')' || s[k-1] == ']' || s[k-1] == '}' || s[k-1] == ' ') && i-k < 6 {
		k--
	}
	if k == 0 || s[k-1] != '\'' && s[k-1] != '"' || k > 24 {
		return
	}
	j := lex.SkipSpace(s, i+1)
	start := j
	for j < len(s) && j-start < 64 && (lex.IsWord(s[j]) || s[j] == '.' || s[j] == '$' || s[j] == ':') {
		j++
	}
	f.work += j - i
	if j == start || lex.At(s, j) != '(' {
		return
	}
	end := strings.LastIndexByte(s[j:min(len(s), j+256)], ')')
	f.work += min(len(s)-j, 256)
	if end < 0 {
		return
	}
	rest := strings.TrimLeft(s[j+end+1:], " ;)}")
	if strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "#") || strings.HasPrefix(rest, "/*") || strings.HasPrefix(rest, "--") {
		f.found("break-out", k-1, j+end+1)
	}
}
