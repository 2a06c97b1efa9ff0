// Package ssti finds template injection (CWE-1336, CWE-94): text that a template engine on the server, or
// AngularJS and Vue in the browser, would evaluate.
//
// # What it recognises
//
// The delimiters of the engines, and between them an expression that computes, calls, indexes, filters or
// reaches into an object, or one of the few names that have an effect by themselves (config, self, request,
// this, …):
//
//	{{ }} {% %}          Jinja2, Twig, Nunjucks, Django, Liquid, Pebble, Handlebars, Go, Tornado, AngularJS, Vue
//	${ } #{ } *{ } @{ }  FreeMarker, Velocity, Mako, Thymeleaf, Slim, Pug, EL and SpEL (see also package el)
//	<% %> <%= %>         ERB, EJS, JSP, ASP, Mako
//	<jsp: > <c: > <& &>  JSP and its tag library, Jelly, ColdFusion, Zope, Mason and others that have elements
//	<# > [# ] [= ]       FreeMarker
//	#set( ) $x.f( )      Velocity
//	{f()} {$x.y} {php}   Smarty, Latte
//	{#x}…{/x} {@x }      Dust
//	@( ) @{ } @System.x  Razor, Blade
//	[[${ }]] [( )] ~{::} Thymeleaf
//
// # Rules
//
//	expression    an expression with effect between delimiters: {{7*7}}, ${x.f()}, <%= File.read('x') %>
//	object        a name with an effect of its own: {{config}}, {{ self }}
//	tag           a statement of the engine: {% if x %}, <#assign x=1>, #set($x=1), {{#with "x"}}
//	polyglot      the delimiters of several engines run together, as probes for any engine do
//
// # What it does not recognise
//
// A lone name or number in delimiters: that is how honest mail merges write a placeholder, and how they look
// when they were not filled in ("Hi {{first_name}}", "${PRICE} is broken", "{{7 days}}", "{% of total}").
// Arithmetic of two numbers that could be a range or a date, outside of {{ }}. Comments.
package ssti

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/expr"
	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "ssti"

// gate holds the first two bytes of each delimiter; an @ that is none of a mail address.
var gate = scan.Any(`{`, scan.Markup, scan.Named, scan.Square, scan.Mention, `[0-9]#`)

// Detector finds template injection.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: gate, Find: find}
}

// openers are the bytes that begin a delimiter.
const openers = "{<#@[$*~"

var stops = lex.NewTable(openers)

func find(v *scan.View, report scan.Report) {
	f := finder{s: v.Text, report: report}
	f.scan()
	v.Work(f.work + len(v.Text))
}

// A finder walks one text from left to right and stops at its first finding.
type finder struct {
	s      string
	report scan.Report
	done   bool
	work   int
	recent [2]opening // the last two kinds of delimiter seen, the latest first
	ends   [closers]ending
}

// closer is a closing delimiter.
type closer int

const (
	endDouble   closer = iota // }}
	endTag                    // %}
	endBrace                  // }
	endPercent                // %>
	endSquare                 // ]]
	endAngle                  // >
	endBracket                // ]
	endTemplate               // %]
	closers
)

var closerText = [closers]string{"}}", "%}", "}", "%>", "]]", ">", "]", "%]"}

// ending remembers where a closing delimiter was last found, so that a text full of openings is searched once.
type ending struct{ from, at int }

// close returns the offset of the first closing delimiter at or behind i, or -1.
func (f *finder) close(c closer, i int) int {
	e := &f.ends[c]
	if e.from > 0 && i >= e.from-1 && (e.at < 0 || i <= e.at) {
		return e.at
	}
	at := strings.Index(f.s[i:], closerText[c])
	if at >= 0 {
		at += i
		f.work += at - i
	} else {
		f.work += len(f.s) - i
	}
	*e = ending{from: i + 1, at: at}
	return at
}

// lineEnd returns the offset of the next line end at or behind i, or that of the end: an expression that is not closed
// is cut off, and goes on no line further.
func (f *finder) lineEnd(i int) int {
	k := strings.IndexByte(f.s[i:min(len(f.s), i+512)], '\n')
	if k < 0 {
		return len(f.s)
	}
	return i + k
}

func (f *finder) found(rule string, start, end int) {
	if !f.done {
		f.done = true
		f.report(rule, start, min(max(end, start+1), len(f.s)))
	}
}

func (f *finder) scan() {
	s := f.s
	for i := stops.Next(s, 0); i+1 < len(s) && !f.done; i = stops.Next(s, i+1) {
		c := s[i]
		n := s[i+1]
		switch {
		case c == '{' && n == '{':
			i = f.double(i)
		case c == '{' && n == '%':
			i = f.tag(i)
		case c == '{':
			f.single(i)
		case c == '<':
			i = f.angle(i)
		case (c == '$' || c == '#' || c == '*' || c == '@' || c == '~') && n == '{':
			i = f.braced(i)
		case c == '#' && lex.IsDigit(n):
			f.hashed(i)
		case c == '$' && n == '!' && lex.At(s, i+2) == '{':
			i = f.braced(i + 1)
		case c == '$' || c == '#':
			f.velocity(i)
		case c == '@':
			f.razor(i)
		case c == '[':
			f.square(i)
		}
	}
}

// opening is where a kind of delimiter was seen, one behind the offset; the zero value is none.
type opening struct {
	kind kind
	at   int
}

// together is how near to each other the delimiters of three engines stand in a probe for any of them.
const together = 24

// seen notes a kind of delimiter. Three kinds within a few bytes are a probe, whatever stands between them.
func (f *finder) seen(k kind, i int) {
	a, b := f.recent[0], f.recent[1]
	switch {
	case a.at > 0 && a.kind == k:
		f.recent[0].at = i + 1
		return
	case a.at > 0 && b.at > 0 && b.kind != k && i+1-b.at <= together:
		f.found("polyglot", b.at-1, i+2)
	}
	f.recent[0], f.recent[1] = opening{k, i + 1}, a
}

type kind int

const (
	kindDouble kind = iota
	kindTag
	kindDollar
	kindHash
	kindPercent
	kindAt
	kindSquare
	kindStar
	kindComment
)

// objects are names that, evaluated alone, already give away or reach something.
var objects = lex.NewSet("config self this request settings app session g lipsum cycler joiner namespace url_for get_flashed_messages " +
	"constructor process global globalThis window _self _context _charset debug environ " +
	"applicationScope sessionScope requestScope pageScope paramValues headerValues initParam pageContext facesContext " +
	"__class__ __globals__ __builtins__ helperMissing blockHelperMissing ENV " +
	"SECRET_KEY secret_key $smarty @root $ctx $context $root $parent $scope $this $_ @data @index _ps _sandbox")

// double handles {{ … }} at i and returns the offset to go on behind.
func (f *finder) double(i int) int {
	s := f.s
	f.seen(kindDouble, i)
	j := i + 2
	for j < len(s) && s[j] == '{' {
		j++
	}
	if lex.At(s, j) == '<' && lex.At(s, j+1) == '%' {
		f.found("polyglot", i, j+2)
		return j
	}
	end := f.close(endDouble, j)
	if end < 0 {
		if end = f.close(endBrace, j); end < 0 {
			end = f.lineEnd(j)
		}
	}
	body := s[j:end]
	if lex.HasPrefix(body, 0, "!--") || lex.At(body, 0) == '!' {
		return end
	}
	k := lex.SkipSpace(body, 0)
	if k < len(body) && strings.IndexByte("-~=&@:*", body[k]) >= 0 && !(body[k] == '@' && lex.IsLetter(lex.At(body, k+1))) {
		k++
	}
	if f.block(body, k) {
		f.found("tag", i, end+2)
		return end
	}
	f.judge(body[k:], i, end+2, expr.Range)
	return max(end-1, i+1)
}

// block reports whether a block of Handlebars or an action of Go's templates begins at k of the body.
func (f *finder) block(body string, k int) bool {
	switch c := lex.At(body, k); c {
	case '#', '>', '^', '/':
		m := lex.SkipBlanks(body, k+1)
		n := lex.At(body, m)
		return lex.IsLetter(n) || n == '/' && lex.At(body, m+1) != '/' || c == '>' && n == '(' || c == '>' && lex.IsDigit(n)
	case '.':
		// {{.}} and {{.A.B}}; a single field is a placeholder.
		next := lex.SkipSpace(body, lex.SkipWord(body, k+1))
		return next >= len(body) && lex.SkipSpace(body, k+1) >= len(body) ||
			lex.At(body, next) == '.' || lex.At(body, next) == '"' || lex.At(body, next) == '|'
	case '$':
		end := lex.SkipWord(body, k+1)
		return lex.At(body, end) == '.' || lex.HasPrefix(body, lex.SkipBlanks(body, end), ":=")
	}
	end := lex.SkipWord(body, k)
	if applied(body, end) {
		return true
	}
	if !expr.Has("printf print println template define range html js len call with block index urlquery slice lookup if else end not and or eq ne partial include", body[k:end]) {
		return false
	}
	k = lex.SkipBlanks(body, end)
	c := lex.At(body, k)
	if body[:end] != "" && (lex.HasPrefix(body, k, "this ") || lex.HasPrefix(body, k, "../")) {
		return true // Handlebars: {{lookup this "x"}}
	}
	return c == '"' || c == '.' || c == '`' || c == '$' || c == '('
}

// applied reports whether what stands at i, behind the name of a function, is a text for it and nothing else that is
// prose: {{env "HOME"}}, as Go, Handlebars and Scriban call.
func applied(body string, i int) bool {
	k := lex.SkipBlanks(body, i)
	q := lex.At(body, k)
	if i == 0 || k == i || q != '"' && q != '\'' && q != '`' {
		return false
	}
	end := strings.IndexByte(body[k+1:], q)
	if end < 0 {
		return false
	}
	next := lex.SkipSpace(body, k+1+end+1)
	return next >= len(body) || strings.IndexByte("|)\"'`.$", body[next]) >= 0 || lex.IsDigit(body[next])
}

// judge reports the body when it is an expression whose effect is above least.
func (f *finder) judge(body string, start, end int, least expr.Effect) bool {
	j := expr.Judge(body)
	f.work += j.Work
	switch {
	case j.Effect >= least:
		f.found("expression", start, end)
	case j.Effect == expr.Name && objects[j.Name]:
		f.found("object", start, end)
	}
	return f.done
}

// tags are the words that begin a statement between {% and %}.
var tags = lex.NewSet("if elif else elseif elsif endif for endfor set endset import include extends block endblock macro endmacro raw endraw verbatim " +
	"print debug load with endwith call filter endfilter from do autoescape assign capture case when cycle tablerow unless endunless " +
	"while apply break continue comment csrf_token cache embed sandbox use trans spaceless flush parallel module ssi widthratio " +
	"url now regroup firstof lorem include_relative render layout section form raw increment decrement echo liquid evaluate fetch")

// tag handles {% … %} at i.
func (f *finder) tag(i int) int {
	s := f.s
	f.seen(kindTag, i)
	end := f.close(endTag, i+2)
	if end < 0 {
		return i + 1
	}
	k := i + 2
	if c := lex.At(s, k); c == '-' || c == '+' {
		k++
	}
	k = lex.SkipSpace(s, k)
	word := s[k:lex.SkipWord(s, k)]
	var buf [20]byte
	if w := lex.Fold(buf[:], word); len(w) > 0 && tags[string(w)] {
		f.found("tag", i, end+2)
		return end
	}
	f.judge(s[k:max(k, end)], i, end+2, expr.Compute)
	return max(end-1, i+1)
}

// braced handles ${ }, #{ }, *{ }, @{ } and ~{ } at i.
func (f *finder) braced(i int) int {
	s := f.s
	least := expr.Literal
	switch s[i] {
	case '$':
		f.seen(kindDollar, i)
	case '#':
		f.seen(kindHash, i)
	case '@':
		f.seen(kindAt, i)
		least = expr.Compute
		if end := f.close(endBrace, i+2); end > 0 && end-i < 512 && strings.IndexByte(s[i:end], ';') > 0 {
			least = expr.Assign // @{ var x = 1; }
		}
	default:
		f.seen(kindStar, i)
		least = expr.Compute
	}
	if lex.At(s, i+2) == '{' && lex.At(s, i+3) == '<' || lex.At(s, i+2) == '<' && lex.At(s, i+3) == '%' {
		f.found("polyglot", i, i+4)
		return i
	}
	end := f.close(endBrace, i+2)
	if end < 0 {
		if i+2 >= len(s) {
			return i
		}
		if s[i] == '~' {
			return i
		}
		end = f.lineEnd(i + 2)
		least = expr.Compute
	}
	body := s[i+2 : end]
	if s[i] == '~' && strings.Contains(body, "::") {
		f.found("expression", i, end+1) // a fragment of Thymeleaf
		return end
	}
	if body != "" && body[0] == '{' {
		least = min(least, expr.Range) // ${{1/0}}
	}
	if s[i] == '$' && lex.At(body, 0) == '.' && lex.IsLetter(lex.At(body, 1)) {
		f.found("object", i, end+1) // a special variable of FreeMarker
		return end
	}
	if strings.IndexByte("=@", lex.At(body, 0)) >= 0 && body != "" {
		body = body[1:]
		least = min(least, expr.Compute)
	}
	if body != "" && body[0] == '{' {
		body = body[1:] // ${{request}}
	}
	f.judge(body, i, end+1, least)
	if s[i] != '$' && lex.At(s, i+2) == '{' && end-i < 64 && end < len(s) {
		return i // *{{x}}: the star belongs to what stands in front
	}
	return max(end-1, i+1)
}

// single handles one { at i: Smarty and engines like it.
func (f *finder) single(i int) {
	s := f.s
	switch c := s[i+1]; {
	case c == '!' && lex.HasPrefix(s, i, "{!!"):
		if end := f.close(endBrace, i+3); end > 0 {
			f.judge(s[i+3:end], i, end+1, expr.Field)
		}
	case c == '*' && i > 0 && lex.IsWord(s[i-1]) && (lex.IsWord(lex.At(s, i+2)) || lex.At(s, i+2) == ' '):
		if end := f.close(endBrace, i+2); end > 0 && s[end-1] == '*' && lex.IsWord(lex.At(s, end+1)) {
			f.found("polyglot", i, end+1) // a{*comment*}b: is it Smarty?
		}
	case c == '$':
		end := lex.SkipWord(s, i+2)
		if n := lex.At(s, end); end > i+2 && (n == '.' && lex.IsLetter(lex.At(s, end+1)) || n == '|' || lex.HasPrefix(s, end, "->") || n == '[' && strings.IndexByte("'\"$0123456789", lex.At(s, end+1)) >= 0) {
			if f.close(endBrace, end) > 0 {
				f.found("expression", i, end)
			}
		}
	case lex.IsLetter(c) || c == '/' && lex.HasPrefix(s, i, "{/php}"):
		f.smarty(i)
	case (c == '^' || c == '#' || c == '?') && lex.IsLetter(lex.At(s, i+2)):
		if end := lex.SkipWord(s, i+2); f.section(i, end) {
			f.found("tag", i, end)
		}
	case c == '#':
		f.seen(kindComment, i)
		if lex.HasPrefix(s, i+2, "${") || lex.HasPrefix(s, i+2, "{{") {
			f.found("polyglot", i, i+4)
		}
	case c == '@' && lex.IsLetter(lex.At(s, i+2)):
		if end := lex.SkipWord(s, i+2); f.section(i, end) || lex.IsBlank(lex.At(s, end)) && strings.IndexByte(s[end:min(len(s), end+32)], '=') > 0 && f.close(endBrace, end) > 0 {
			f.found("tag", i, end) // a helper of Dust
		}
	case lex.IsDigit(c) || c == '\'' || c == '"' || c == '=' || c == '@' || c == ' ' && lex.IsDigit(lex.At(s, lex.SkipBlanks(s, i+1))):
		end := f.close(endBrace, i+2)
		if end < 0 || end-i > 64 {
			return
		}
		body := strings.TrimLeft(s[i+1:end], "=@")
		if j := expr.Judge(body); j.Effect == expr.Compute && strings.IndexByte(body, '*') > 0 || body != "" && (body[0] == '\'' || body[0] == '"') && piped(body) {
			f.found("expression", i, end+1)
		}
		f.work += len(body)
	}
}

// piped reports whether a string at the start of the body is given to a modifier: {'id'|system}.
func piped(body string) bool {
	end := strings.IndexByte(body[1:], body[0])
	return end > 0 && lex.At(body, lex.SkipBlanks(body, end+2)) == '|' && lex.IsLetter(lex.At(body, lex.SkipBlanks(body, end+2)+1))
}

// section reports whether a section of Dust, Svelte or Smarty that begins at i, whose name ends at end, is closed soon:
// {#gift}…{/gift}.
func (f *finder) section(i, end int) bool {
	s := f.s
	name := end
	for name > i && lex.IsWord(s[name-1]) {
		name--
	}
	if c := lex.At(s, end); c != '}' && !lex.IsBlank(c) || end >= len(s) {
		return false
	}
	stop := min(len(s), end+128)
	for k := end; ; k += 2 {
		n := strings.Index(s[k:stop], "{/")
		if n < 0 {
			f.work += (stop - end) / 8
			return false
		}
		k += n
		if lex.HasPrefix(s, k+2, s[name:end]) && lex.At(s, k+2+end-name) == '}' {
			return true
		}
	}
}

// constant reports whether a constant in capitals stands at i, before the closing brace.
func constant(s string, i int) bool {
	end := lex.SkipWord(s, i)
	for k := i; k < end; k++ {
		if lex.IsLower(s[k]) {
			return false
		}
	}
	return end-i >= 3 && lex.At(s, end) == '}'
}

// smarty handles { with a name behind it.
func (f *finder) smarty(i int) {
	s := f.s
	end := lex.SkipWord(s, i+1)
	f.work += end - i
	word := s[i+1 : end]
	n := lex.At(s, end)
	switch {
	case lex.IsBlank(n) && (word == "php" || word == "var" || word == "default") && (lex.At(s, end+1) == '$' || word == "php" && strings.IndexByte(s[end:min(len(s), end+48)], '(') > 0):
		if f.close(endBrace, end) > 0 {
			f.found("tag", i, end+1)
		}
	case (word == "php" || word == "") && (n == '}' || n == '/'), n == '}' && expr.Has("ldelim rdelim literal", word):
		f.found("tag", i, end+1)
	case lex.HasPrefix(s, end, "::") && lex.IsUpper(s[i+1]) && constant(s, end+2):
		f.found("expression", i, end+2)
	case n == '(' || lex.HasPrefix(s, end, "::"):
		stop := f.close(endBrace, end)
		if stop < 0 || stop-i > 512 || s[stop-1] != ')' && n != ':' && !strings.Contains(s[end:stop], ")|") {
			return
		}
		f.work += stop - end
		if piped := strings.Index(s[end:stop], ")|"); piped > 0 && strings.IndexByte(s[end+piped:stop], ':') > 0 {
			f.found("expression", i, stop+1)
		}
		if n == ':' && strings.IndexByte(s[end:stop], '(') > 0 || strings.IndexByte("'\"$", lex.At(s, end+1)) >= 0 && strings.IndexByte(s[end:stop], ';') < 0 ||
			word == "phpinfo" || word == "system" {
			f.found("expression", i, stop+1)
		}
	case lex.IsBlank(n) && expr.Has("if elseif foreach include include_php fetch math eval assign capture function html_options insert extends block html debug for while section strip", word):
		if next := lex.At(s, end+1); (next == '$' || next == '"' || next == '\'') && strings.IndexByte(s[end:min(len(s), end+128)], ';') < 0 && f.close(endBrace, end) > 0 ||
			expr.Has("if foreach while section for strip", word) && f.section(i, end) {
			f.found("tag", i, end)
			return
		}
		stop := f.close(endBrace, end)
		arg := s[end:max(end, min(stop, end+256))]
		if strings.IndexByte(arg, '=') > 0 && strings.IndexByte(arg, ';') < 0 && lex.IsLetter(lex.At(arg, 1)) || word == "if" && strings.IndexByte(arg, '(') > 0 && strings.IndexByte(arg, ';') < 0 {
			f.found("tag", i, stop+1)
		}
	}
}
