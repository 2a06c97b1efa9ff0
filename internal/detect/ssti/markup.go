package ssti

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/expr"
	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// angle handles < at i: <% %>, <#assign …>, <@macro>.
func (f *finder) angle(i int) int {
	s := f.s
	switch s[i+1] {
	case '%':
		return f.percent(i)
	case '#':
		f.directive(i, endAngle)
	case 'j', 'c', 's', 'T', 'd', 't', 'm', 'p':
		f.element(i)
	case '&':
		if end := strings.Index(s[i:min(len(s), i+128)], "&>"); end > 3 && lex.IsBlank(lex.At(s, i+2)) {
			f.found("tag", i, i+end+2) // a component of Mason
		}
	case '@':
		if c := lex.At(s, i+2); (c == '"' || c == '\'') && strings.IndexByte(s[i:min(len(s), i+64)], '?') > 0 {
			f.found("tag", i, i+3) // FreeMarker: <@"…"?interpret/>
			return i
		}
		if end := lex.SkipWord(s, i+2); end > i+2 && lex.IsLetter(s[i+2]) && (lex.IsBlank(lex.At(s, end)) || lex.At(s, end) == '.') {
			stop := f.close(endAngle, end)
			if stop > 0 && stop-i < 256 && (strings.IndexByte(s[end:stop], '=') > 0 || s[stop-1] == '/') {
				f.found("tag", i, stop+1)
			}
		}
	}
	return i
}

// element handles the elements that are tags of an engine: JSP and its standard tag library, Jelly, ColdFusion and
// HTML::Template. An attribute must follow.
func (f *finder) element(i int) {
	s := f.s
	end := i + 1
	for end < len(s) && end-i < 24 && (lex.IsWord(s[end]) || s[end] == ':' || s[end] == '-') {
		end++
	}
	f.work += end - i
	if !lex.IsSpace(lex.At(s, end)) && lex.At(s, end) != '>' {
		return
	}
	name := s[i+1 : end]
	prefix, local, ok := strings.Cut(name, ":")
	blank := lex.At(s, end) != '>'
	switch {
	case ok && blank && prefix == "jsp" && expr.Has("include forward useBean setProperty getProperty param plugin scriptlet expression declaration directive", local),
		ok && blank && prefix == "c" && expr.Has("out set import url redirect forEach if when catch remove", local),
		ok && blank && prefix == "sql" && expr.Has("query update setDataSource param", local),
		ok && blank && prefix == "j" && expr.Has("jelly new invoke invokeStatic set getStatic useBean import include whitespace", local),
		ok && prefix == "jsp" && expr.Has("scriptlet expression declaration", local),
		ok && blank && expr.Has("tal metal py", prefix) && local != "",
		!ok && blank && expr.Has("dtml-var dtml-call dtml-in dtml-if dtml-let dtml-with dtml-sqlvar dtml-return", name),
		!ok && expr.Has("cfoutput cfset cfinclude cfexecute cfquery cfscript cfparam cffile cfhttp cfmodule cfloop cfdump", name),
		!ok && blank && expr.Has("TMPL_VAR TMPL_INCLUDE TMPL_IF TMPL_UNLESS TMPL_LOOP", name):
		f.found("tag", i, end)
	}
}

// percent handles <% … %>.
func (f *finder) percent(i int) int {
	s := f.s
	f.seen(kindPercent, i)
	j := i + 2
	if lex.At(s, j) == '[' && (lex.At(s, j+1) == '%' || lex.At(s, j+1) == '*') || lex.At(s, j) == '\'' && lex.At(s, j+1) == '$' {
		f.found("polyglot", i, j+2)
		return i
	}
	c := lex.At(s, j)
	if c == '=' || c == '-' || c == '!' || c == '@' || c == ':' || c == '#' || c == '$' || c == '_' {
		j++
	}
	if n := lex.SkipWord(s, j); expr.Has("include namespace def block page inherit call text doc", s[j:n]) && lex.IsBlank(lex.At(s, n)) && c == lex.At(s, j) &&
		strings.IndexByte(s[n:min(len(s), n+64)], '=') > 0 {
		f.found("tag", i, n) // a tag of Mako
		return i
	}
	end := f.close(endPercent, j)
	if end < 0 {
		if lex.IsWord(lex.At(s, i+2)) {
			return i // <%s|%s>
		}
		end = f.lineEnd(j)
	}
	body := s[j:max(end, j)]
	k := lex.SkipSpace(body, 0)
	word := body[k:lex.SkipWord(body, k)]
	if c := lex.At(body, 0); c == '{' || (c == '$' || c == '#') && lex.At(body, 1) == '{' {
		f.found("polyglot", i, j+2)
		return i
	}
	switch {
	case c == '!' && strings.IndexByte(body, ';') > 0, end < len(s) && strings.HasSuffix(strings.TrimRight(body, " \n\r\t"), ";") && lex.At(s, i+2) <= ' ',
		c == '@' && expr.Has("page include import taglib Page Import Control Register page", word),
		expr.Has("import require include eval out response Response system exec puts print def end if for var new while Dim Set dim set", word) && len(strings.TrimSpace(body)) > len(word) && end < len(s):
		f.found("tag", i, end+2)
	default:
		if f.judge(body, i, end+2, expr.Compute) {
			break
		}
		j := expr.Judge(body)
		f.work += j.Work
		if (j.Effect >= expr.Field || c == '=' && j.Effect == expr.Literal || j.Effect == expr.Name && strings.HasPrefix(j.Name, "@")) && end < len(s) || strings.IndexByte(body, '`') >= 0 && strings.Count(body[:min(len(body), 256)], "`") == 2 {
			f.found("expression", i, end+2)
		}
	}
	return max(end-1, i+1)
}

// directive handles <#name …> and [#name …].
func (f *finder) directive(i int, c closer) {
	s := f.s
	end := lex.SkipWord(s, i+2)
	f.work += end - i
	if !expr.Has("assign if list include import function macro global local setting attempt switch ftl visit recurse return escape noparse nested compress else elseif items sep", s[i+2:end]) {
		return
	}
	if n := lex.At(s, end); !lex.IsBlank(n) && n != '(' && (n != '+' || !lex.IsLetter(lex.At(s, end+1))) {
		return
	}
	if stop := f.close(c, end); stop > 0 {
		f.found("tag", i, stop+1)
	}
}

// square handles [ at i: [[${…}]], [(${…})], [#assign …], [=7*7], [% … %].
func (f *finder) square(i int) {
	s := f.s
	switch s[i+1] {
	case '#':
		f.directive(i, endBracket)
	case '=':
		if end := f.close(endBracket, i+2); end > i+2 && end-i < 256 {
			least := expr.Compute
			if q := s[i+2]; q == '"' || q == '\'' {
				least = expr.Filter
			}
			f.judge(s[i+2:end], i, end+1, least)
		}
	case '[':
		if lex.HasPrefix(s, i+2, "${{") {
			f.found("polyglot", i, i+5)
			return
		}
		f.seen(kindSquare, i)
		if end := f.close(endSquare, i+2); end > i+2 && end-i < 256 {
			if body := s[i+2 : end]; lex.IsDigit(body[0]) && len(body) < 24 && strings.IndexByte(body, '*') > 0 || body[0] == '\'' || body[0] == '{' || body[0] == '@' {
				f.judge(strings.TrimLeft(body, "{@"), i, end+2, expr.Compute)
			}
		}
	case '%':
		if end := f.close(endTemplate, i+2); end > i+2 {
			body := s[i+2 : end]
			word := strings.TrimLeft(body, " -=")
			word = word[:lex.SkipWord(word, 0)]
			if expr.Has("PERL RAWPERL INCLUDE PROCESS USE GET SET BLOCK FOREACH IF INSERT", word) {
				f.found("tag", i, end+2)
				return
			}
			f.judge(strings.TrimLeft(body, "-="), i, end+2, expr.Compute)
		}
	}
}

// hashed handles # at i where ColdFusion's #6*7# may stand.
func (f *finder) hashed(i int) {
	s := f.s
	end := i + 1
	for end < len(s) && end-i < 32 && (lex.IsDigit(s[end]) || s[end] == '*') {
		end++
	}
	f.work += end - i
	if star := strings.IndexByte(s[i:end], '*'); star > 1 && lex.At(s, end) == '#' && lex.IsDigit(s[end-1]) {
		f.found("expression", i, end+1)
	}
}

// velocity handles #directive( and $reference.method( at i.
func (f *finder) velocity(i int) {
	s := f.s
	j := i + 1
	for j < len(s) && (s[j] == '!' || s[j] == '{') {
		j++
	}
	end := lex.SkipWord(s, j)
	f.work += end - i
	if end == j || !lex.IsLetter(s[j]) {
		return
	}
	word := s[j:end]
	if s[i] == '#' {
		k := lex.SkipBlanks(s, end)
		if lex.At(s, k) != '(' || !expr.Has("set if elseif foreach include parse evaluate define macro", word) {
			return
		}
		k = lex.SkipBlanks(s, k+1)
		if c := lex.At(s, k); strings.Contains(s[k:min(len(s), k+128)], "#end") || c == '$' && lex.IsLetter(lex.At(s, k+1)) || c == '"' || c == '\'' ||
			(word == "if" || word == "elseif") && lex.HasPrefix(s, k, "1==1") {
			f.found("tag", i, k+1)
		}
		return
	}
	if lex.At(s, end) != '.' {
		return
	}
	member := lex.SkipWord(s, end+1)
	m := s[end+1 : member]
	f.work += member - end
	if lex.At(s, member) == '(' && expr.Has("getClass forName inspect class getRuntime exec waitFor getMethod newInstance invoke getDeclaredMethod getInputStream", m) ||
		word == "class" && expr.Has("inspect type package classLoader module", m) || m == "class" && lex.At(s, member) == '.' {
		f.found("expression", i, member)
	}
}

// matching returns the offset of the ) that closes the ( at i, or of the last one within reach, or -1.
func (f *finder) matching(i int) int {
	depth, last, stop := 0, -1, min(len(f.s), i+64)
	for k := i; k < stop; k++ {
		switch f.s[k] {
		case '(':
			depth++
		case ')':
			last = k
			if depth--; depth == 0 {
				stop = k
			}
		}
	}
	f.work += stop - i
	return last
}

// razor handles @( ) and the objects of Razor.
func (f *finder) razor(i int) {
	s := f.s
	if i > 0 && lex.IsWord(s[i-1]) {
		return // an e-mail address
	}
	if s[i+1] == '*' {
		f.seen(kindAt, i) // a comment
		return
	}
	if s[i+1] == '(' {
		f.seen(kindAt, i)
		end := f.matching(i + 1)
		if end < 0 || lex.At(s, i+2) == '@' {
			return
		}
		j := expr.Judge(s[i+2 : end])
		f.work += j.Work
		if j.Effect >= expr.Index || j.Effect == expr.Literal || j.Effect == expr.Compute && (i == 0 || strings.ContainsAny(s[i:end], `*'"`)) {
			f.found("expression", i, end+1)
		}
		return
	}
	end := lex.SkipWord(s, i+1)
	f.work += end - i
	if expr.Has("if foreach for while switch functions code php", s[i+1:end]) && (lex.At(s, end) == '(' || lex.At(s, end) == '{' || lex.HasPrefix(s, end, " (")) {
		stop := min(len(s), end+80)
		f.work += stop - end
		if lex.At(s, end) == ' ' && !strings.Contains(s[end:stop], " in ") && !strings.ContainsAny(s[end:stop], "=;<>") {
			return
		}
		if strings.Contains(s[end:stop], "){") || strings.Contains(s[end:stop], ") {") || lex.At(s, end) == '{' || s[i+1:end] == "php" {
			f.found("tag", i, end+1)
		}
		return
	}
	if lex.At(s, end) == '(' && (strings.IndexByte("'\"$", lex.At(s, end+1)) >= 0 && end+1 < len(s)) &&
		expr.Has("include includeIf includeWhen includeFirst extends component each dump dd json inject yield section", s[i+1:end]) {
		f.found("tag", i, end+1) // a directive of Blade
		return
	}
	if s[i+1:end] == "using" && lex.IsBlank(lex.At(s, end)) && (lex.HasPrefix(s, end+1, "System") || lex.HasPrefix(s, end+1, "Microsoft.")) {
		f.found("tag", i, end+1)
		return
	}
	if lex.At(s, end) == '.' && lex.IsLetter(lex.At(s, end+1)) &&
		expr.Has("System DateTime Html Model Request Response Environment Process Server ViewBag ViewData HttpContext Context File Microsoft", s[i+1:end]) &&
		!expr.Has("com org net", strings.ToLower(s[end+1:min(len(s), end+4)])) {
		if n := lex.SkipWord(s, end+1); expr.Has("System ViewBag ViewData", s[i+1:end]) || lex.At(s, n) == '[' && lex.At(s, n+1) == '"' || s[i+1:end] == "DateTime" || lex.At(s, n) == '(' || lex.At(s, n) == '.' && lex.IsLetter(lex.At(s, n+1)) {
			f.found("expression", i, n)
		}
	}
}
