package ssi_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/ssi"
)

func TestCorpora(t *testing.T) { detecttest.Corpora(t, ssi.Detector()) }

func TestRules(t *testing.T) {
	detecttest.Table(t, ssi.Detector(), detecttest.Rows{
		{"a command", `<!--#exec cmd="id"-->`, "directive"},
		{"a command in upper case", `<!--#EXEC cmd="id"-->`, "directive"},
		{"a command without arguments", `<!--#printenv-->`, "directive"},
		{"a command that is cut off", `<!--#echo`, "directive"},
		{"a command of a module that nobody knows", `<!--#weather city="x"-->`, "directive"},
		{"a blank in front, as nginx allows", `<!--# echo var="x" -->`, "directive"},
		{"a blank before the #", `<!-- #echo var="x" -->`, "directive"},
		{"an argument without the comment", `#exec cmd = "id"`, "argument"},
		{"a CGI program", `#exec cgi=/x`, "argument"},
		{"an ESI element", `<esi:include src=x>`, "esi"},
		{"the end of one", `</esi:try>`, "esi"},
		{"an ESI comment", `<!--esi <b>x</b>-->`, "esi"},
		{"an ESI variable", `$(HTTP_COOKIE{a})`, "esi"},

		{"a comment", `<!-- hi -->`, ""},
		{"a comment about a number", `<!--#1-->`, ""},
		{"a header file", `#include <stdio.h>`, ""},
		{"a command without its argument", `#exec team, #echo, #set a`, ""},
		{"an argument of another command", `#exec var=x`, ""},
		{"a word that begins like an argument", `#include filenames`, ""},
		{"an argument without its =", `#include file cabinets, #echo var`, ""},
		{"a hashtag", `#printenv #config`, ""},
		{"an element that begins with esi", `<esicool>`, ""},
		{"a shell's variable", `$(HOME)`, ""},
	})
}

func TestLinear(t *testing.T) {
	detecttest.Linear(t, ssi.Detector(), 100,
		"#", "# ", "<!--#", "<!-- #", "<!--#exec ", "#exec cmd=", "<", "<!--", "<esi:a", "</esi:", "$", "$(http_", "<!--esi", "#include ", " ", "<!--# ",
	)
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	detecttest.Clean(t, ssi.Detector(), "Apt #4, <b>floor</b> 2 #winning $5", "#include <stdio.h> #echo #EXEC", "<!-- # --> <!--#1 dad-->")
}
