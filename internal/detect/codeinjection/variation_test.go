package codeinjection_test

import (
	"strings"
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/codeinjection"
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
)

// calls with an effect, by language.
var calls = []string{
	"system('id')", `system("id")`, "system( 'id' )", "SYSTEM('id')", "passthru('id')", "shell_exec('ls -l')", "eval('1')", "assert('phpinfo()')", "phpinfo()",
	"file_get_contents('/etc/group')", "readfile('/etc/group')", "include('http://g.example/g')", "eval(base64_decode('Zw=='))", "call_user_func('system','id')",
	"print(md5(1))", "var_dump($_SERVER)", "sleep(9)", "unserialize($_COOKIE['g'])", "array_map('system',['id'])",
	"__import__('os').system('id')", "os.system('id')", "os.popen(\"id\").read()", "subprocess.call(['id'])", "eval(compile('1','g','eval'))", "open('/etc/group').read()",
	"require('child_process').exec('id')", `require("fs").readFileSync("/etc/group")`, "process.exit(1)", "process.mainModule.require('os')", "Function('return 1')()",
	"this.constructor.constructor('return 1')()", "import('fs')", "new Function('return 1')()", "setTimeout('g()',1)",
	"Kernel.system('id')", "IO.popen('id')", "File.read('/etc/group')", "Process.spawn('id')", "%x(id)", "eval(\"system('id')\")",
	"Runtime.getRuntime().exec('id')", `new ProcessBuilder("id").start()`, "java.lang.Runtime.getRuntime()", "Class.forName('java.lang.Runtime')", "'id'.execute()",
	"System.Diagnostics.Process.Start('cmd.exe')", "Assembly.Load('g')", "os.execute('id')", "io.popen('id')", "os:cmd('id')", "Thread.sleep(9000)",
}

// places where a string lands in source code, with what leaves it there; the first is the whole text.
var places = [][2]string{
	{"", ""}, {"", ";"}, {";", ";"}, {"1;", ""}, {"1; ", "; //"}, {"';", ";//"}, {`";`, ";//"}, {"');", ";//"}, {`");`, ";#"}, {"'+", "+'"}, {`"+`, `+"`},
	{"'.", ".'"}, {`".`, `."`}, {"'-", "-'"}, {"${", "}"}, {"{${", "}}"}, {"${@", "}"}, {"gift|", ""}, {"||", ""}, {"gift=", "&x=1"}, {"(", ")"}, {"[", "]"},
	{"Anna ", " Smith"}, {"<?php ", "; ?>"}, {"<?=", "?>"}, {"\n", "\n"}, {"0,", ""}, {"1 or ", ""}, {"%27;", "%3B%2F%2F"}, {"&#39;+", "+&#39;"},
}

func TestVariations(t *testing.T) {
	for _, c := range calls {
		for _, p := range places {
			if p[0] == "Anna " && strings.HasSuffix(c, "00)") || p[0] == "Anna " && c == "sleep(9)" {
				continue // behind such a call, a word makes it a sentence: "time.sleep(5) in Python"
			}
			if text := p[0] + c + p[1]; len(detecttest.Inspect(t, codeinjection.Detector(), text)) == 0 {
				t.Errorf("not found: %q", text)
			}
		}
	}
}

// TestMentions: people write about functions, in and out of code spans.
func TestMentions(t *testing.T) {
	sentences := []string{"what does %s do?", "I read about `%s` in the manual", "the %s function", "%s is deprecated", "see %s(n)", "%s() returns nothing", "call %s() first",
		"the %s (sic) of it", "my %s, your %s", "%s: the book", "how to use %s(x)"}
	names := []string{"system", "exec", "eval", "assert", "include", "require", "open", "print", "sleep", "copy", "rename", "glob", "die", "exit", "echo", "send",
		"method", "function", "constructor", "prototype", "import", "compile", "spawn", "call", "run", "fork", "mail", "link", "extract", "execute", "process", "kernel"}
	for _, s := range sentences {
		for _, n := range names {
			text := strings.ReplaceAll(s, "%s", n)
			if found := detecttest.Inspect(t, codeinjection.Detector(), text); found != nil {
				t.Errorf("reported as %v: %q", detecttest.Rules(found), text)
			}
		}
	}
}

// TestRules: each rule has a sentence that it reports.
func TestRules(t *testing.T) {
	for _, tt := range []struct{ text, rule string }{
		{"system('id')", "dangerous-call"}, {"<?php gift(); ?>", "php-code"}, {"$_GET['g']", "php-superglobal"}, {"$ENV{'G'}", "php-superglobal"},
		{"'system'('id')", "dynamic-call"}, {"$_GET[0]($_GET[1])", "php-superglobal"}, {"g.__class__.x", "python-internals"}, {"[].constructor.constructor", "js-constructor"},
		{"%x{id}", "command-literal"}, {"'id'.execute()", "command-literal"}, {"class.module.classLoader.x", "class-loader"}, {"';gift.card();//", "break-out"},
		{"?t=java.lang.ProcessBuilder", "class-name"}, {"Dir['/srv/*']", "dangerous-call"}, {"f=create_function&a=b", "dynamic-call"},
		{"<xsl:include href='g'/>", "xslt"}, {`\input{/etc/group}`, "tex-command"},
	} {
		if got := detecttest.Rules(detecttest.Inspect(t, codeinjection.Detector(), tt.text)); len(got) != 1 || got[0] != tt.rule {
			t.Errorf("%q is reported as %v, not as %s", tt.text, got, tt.rule)
		}
	}
}
