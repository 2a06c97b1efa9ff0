// Package ssi finds directives of server-side includes and of edge-side includes.
//
// # What it recognises
//
// A server that parses a page for includes runs what stands in it: Apache's mod_include and nginx's
// ngx_http_ssi_module the commands of <!--#…-->, IIS the same in .stm and .shtml files, Varnish, Akamai, Fastly
// and Squid the elements of ESI 1.0 (<esi:include src="…"/>) and the comment <!--esi …-->.
//
// # Rules
//
//	rule          what it means
//	directive     <!--# and the name of a command: exec, include, echo, config, printenv, set, …
//	argument      a command with the argument that belongs to it, its opening comment outside of the text:
//	              #exec cmd="id", #include virtual="/etc/passwd", #echo var="DATE_LOCAL"
//	esi           an ESI element or an <!--esi comment; $(HTTP_COOKIE{name}) and its like
//
// A directive that the text cuts off counts, because the page goes on behind it. Encoded forms are decoded by
// package detect before this package sees them.
//
// # What it does not recognise
//
// HTML comments without "#"; "#include <stdio.h>", "#exec" or "echo" in prose; variables such as ${name}.
//
// CWE-97 (server-side includes), CWE-96 (static code injection), and for exec CWE-78.
package ssi

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "ssi"

// The rules. Their meaning does not change.
const (
	ruleDirective = "directive"
	ruleArgument  = "argument"
	ruleESI       = "esi"
)

// gate holds a command's "#", the opening of an ESI element or comment, and that of an ESI variable.
var gate = scan.Any(scan.Named, scan.Markup)

// Detector finds ssi.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: gate, Find: find}
}

func find(v *scan.View, report scan.Report) {
	s := v.Text
	v.Work(len(s))
	if v.Has.Has('#') {
		for i := next(s, 0, '#'); i >= 0; i = next(s, i+1, '#') {
			v.Work(hash(s, i, report))
		}
	}
	if v.Has.Has('<') {
		for i := next(s, 0, '<'); i >= 0; i = next(s, i+1, '<') {
			if end, ok := edge(s, i+1); ok {
				v.Work(window)
				report(ruleESI, i, end)
			}
		}
	}
	if v.Has.Has('$') {
		for i := next(s, 0, '$'); i >= 0; i = next(s, i+1, '$') {
			if variable(s[i+1:]) {
				report(ruleESI, i, i+2)
			}
		}
	}
}

// variable reports whether rest, behind a "$", is a variable of a request (ESI 1.0, section 4) or a call of one of the
// functions with which an edge server changes its answer.
func variable(rest string) bool {
	for _, name := range [...]string{"(http_", "(query_string", "(remote_addr", "(request_method", "(request_path",
		"add_header(", "set_response_code(", "set_redirect(", "url_decode(", "url_encode(", "html_encode(", "html_decode(", "base64_decode(", "base64_encode("} {
		if lex.HasPrefixFold(rest, 0, name) {
			return true
		}
	}
	return false
}

// hash looks at the "#" at i and returns the steps it took.
func hash(s string, i int, report scan.Report) (steps int) {
	start := opening(s, i)
	name := lex.SkipHTMLSpace(s, i+1) // nginx allows blanks here: ngx_http_ssi_filter_module.c
	end := name
	for end < len(s) && end-name < 16 && lex.IsLetter(s[end]) {
		end++
	}
	var buf [16]byte
	args, known := arguments(string(lex.Fold(buf[:], s[name:end])))
	switch {
	case end == name:
		return end - i
	case start >= 0 && (known || end > name && end < len(s) && (lex.IsHTMLSpace(s[end]) || s[end] == '=')):
		report(ruleDirective, start, closing(s, end))
	case known:
		if stop, ok := takes(s, end, args); ok {
			report(ruleArgument, i, stop)
		}
	default:
		return end - i
	}
	return window
}

// opening returns the offset of the "<!--" before the "#" at i, blanks between them allowed, or -1.
func opening(s string, i int) int {
	for n := 0; i > 0 && n < 16 && lex.IsHTMLSpace(s[i-1]); n++ {
		i--
	}
	if strings.HasSuffix(s[:i], "<!--") {
		return i - len("<!--")
	}
	return -1
}

// arguments returns the arguments of a command, separated by blanks: Apache's mod_include and nginx's ngx_http_ssi_module, IIS's
// are among them.
func arguments(command string) (args string, known bool) {
	switch command {
	case "exec":
		return "cmd cgi cmd_argument", true
	case "include":
		return "virtual file onerror wait set stub", true
	case "echo":
		return "var encoding decoding default", true
	case "config":
		return "errmsg echomsg timefmt sizefmt", true
	case "set":
		return "var value", true
	case "fsize", "flastmod":
		return "file virtual", true
	case "if", "elif":
		return "expr", true
	case "printenv", "else", "endif", "block", "endblock", "comment", "directory":
		return "", true
	}
	return "", false
}

// takes reports whether behind the command that ends at end stands one of its arguments, "=" and a value, and
// where that ends.
func takes(s string, end int, args string) (stop int, ok bool) {
	name := lex.SkipHTMLSpace(s, end)
	if name == end {
		return 0, false
	}
	i := name
	for i < len(s) && i-name < 16 && (lex.IsLetter(s[i]) || s[i] == '_') {
		i++
	}
	var buf [16]byte
	if !listed(args, lex.Fold(buf[:], s[name:i])) {
		return 0, false
	}
	i = lex.SkipHTMLSpace(s, i)
	if i >= len(s) || s[i] != '=' {
		return 0, false
	}
	i = lex.SkipHTMLSpace(s, i+1)
	value := s[i:min(len(s), i+window)]
	n := -1
	if value != "" && (value[0] == '"' || value[0] == '\'') {
		if n = strings.IndexByte(value[1:], value[0]); n >= 0 {
			n += 2
		}
	} else {
		n = strings.IndexAny(value, " \t\r\n")
	}
	if n < 0 {
		n = len(value)
	}
	return i + n, true
}

// listed reports whether word is one of the blank-separated words of list.
func listed(list string, word []byte) bool {
	for list != "" {
		first, rest, _ := strings.Cut(list, " ")
		if first == string(word) {
			return true
		}
		list = rest
	}
	return false
}

// edge reports whether behind the "<" before i stands ESI: an element, its end, or its comment.
func edge(s string, i int) (end int, ok bool) {
	rest := s[i:]
	if strings.HasPrefix(rest, "!--") {
		if !lex.HasPrefixFold(rest, 3, "esi") || len(rest) > 6 && !lex.IsHTMLSpace(rest[6]) && rest[6] != '<' && rest[6] != '-' {
			return 0, false
		}
		return i + 6, true
	}
	rest = strings.TrimPrefix(rest, "/")
	if !lex.HasPrefixFold(rest, 0, "esi:") {
		return 0, false
	}
	return closing(s, i), len(rest) > 4 && lex.IsLetter(rest[4])
}

// window bounds how far the end of a directive is looked for.
const window = 256

// closing returns the offset behind the first ">" from i on, if it is near, or else i.
func closing(s string, i int) int {
	if n := strings.IndexByte(s[i:min(len(s), i+window)], '>'); n >= 0 {
		return i + n + 1
	}
	return i
}

// next returns the offset of the first c from i on, or -1.
func next(s string, i int, c byte) int {
	if n := strings.IndexByte(s[i:], c); n >= 0 {
		return i + n
	}
	return -1
}
