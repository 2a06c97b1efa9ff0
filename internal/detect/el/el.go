// Package el finds injection into expression languages (CWE-917), and with them the look-ups that load a serialised
// object (CWE-502): the lookups of Log4j and Commons Text
// (CVE-2021-44228, CVE-2022-42889), and OGNL, SpEL, MVEL, JUEL and JSF expressions.
//
// # What it recognises
//
// A lookup is ${prefix:…}. The ones that fetch something are an attack by themselves (jndi, env, sys, java,
// docker, script, …); the ones that only rewrite text (lower, upper, date, ::-x) are an attack when they stand
// inside another ${, since nothing else needs them: ${${lower:j}ndi:…}, ${jnd${upper:i}:…}. An expression is
// ${…}, #{…}, %{…} or *{…} that names a class, a scope object or a variable of the language, or calls
// something on one, or selects from a collection; OGNL and SpEL also give themselves away outside of delimiters:
// T(java.lang.Runtime), @java.lang.Runtime@getRuntime(), #_memberAccess, (#a=…), x.getClass().getClassLoader().
//
// # Rules
//
//	jndi-lookup        ${jndi:…}, jndi:ldap://…
//	lookup             ${env:X}, ${sys:user.home}, ${java:version}, ${script:javascript:…}, ${hostName}
//	nested-lookup      a lookup inside a lookup, or the default of a lookup without a name: ${::-j}
//	ognl               %{…}, #_memberAccess, @class@method, (#a=…)
//	spel               T(class), #{…} with a class, a bean or the system's properties
//	scope-object       ${applicationScope}, ${pageContext.request}, #{facesContext…}
//	java-reach         .getClass(), .class.forName, new java.…, inside an expression
//
// # What it does not recognise
//
// A lone name or one text lookup in delimiters, which is a placeholder: "${PRICE}", "${lower:case} words",
// "%{percent}". Java class names in prose and in stack traces.
package el

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/expr"
	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "el"

// gate holds an expression's opening; a variable, the end of jndi:, T(, and an @ that is none of a mail address.
var gate = scan.Any(`{`, scan.Named, scan.Scheme, "T[( \t\v\f]", `s(`, scan.Mention)

// Detector finds expression language injection. Each of its forms holds a brace, a colon or a parenthesis.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: gate, Find: find}
}

var opening = lex.NewTable("{}")

func find(v *scan.View, report scan.Report) {
	f := finder{s: v.Text, report: report}
	if v.Has.Has('{') {
		f.braces()
		f.work += len(f.s)
	}
	if !f.done {
		f.work += lex.Sweep(f.s, ":(@#", &v.Has, f.at)
	}
	v.Work(f.work)
}

// A finder walks one text from left to right and stops at its first finding.
type finder struct {
	s       string
	report  scan.Report
	done    bool
	work    int
	depth   int // ${ that are open here
	lastEnd int // the body before this offset is judged
	brace   int // the offset of the next } behind noBrace, or -1
	noBrace int
}

func (f *finder) found(rule string, start, end int) {
	if !f.done {
		f.done = true
		f.report(rule, start, min(max(end, start+1), len(f.s)))
	}
}

// braces looks at $ % # * @ before a brace, and keeps count of the lookups that are open.
func (f *finder) braces() {
	s := f.s
	for i := opening.Next(s, 0); i < len(s) && !f.done; i = opening.Next(s, i+1) {
		if s[i] == '}' {
			f.depth = max(0, f.depth-1)
			continue
		}
		if i == 0 {
			continue
		}
		switch s[i-1] {
		case '$':
			f.lookup(i - 1)
			f.expression(i - 1)
			f.depth++
		case '%', '#', '*', '@':
			f.expression(i - 1)
		}
	}
}

// at looks at what gives an expression away outside of braces.
func (f *finder) at(i int) int {
	s := f.s
	switch s[i] {
	case '#':
		f.variable(i)
	case '@':
		f.static(i)
	case ':':
		if i > 3 && s[i-1]|0x20 == 'i' {
			f.jndi(i)
		}
	case '(':
		if i > 0 && (s[i-1] == 'T' || s[i-1] == ' ') {
			f.class(i)
		} else if i > 0 && s[i-1] == 's' {
			f.reach(i)
		}
	}
	if f.done {
		return -1
	}
	return i + 1
}

// Lookups by what they do. Those in fetches give something away or load it; those in two-part fetch only with
// a second part (${url:UTF-8:http://…}); those in rewrites only make text.
var (
	fetches  = lex.NewSet("env sys java docker k8s kubernetes ctx main bundle spring log4j sd const resourcebundle localhost base64 base64decoder urldecoder web")
	twoParts = lex.NewSet("script dns url file xml properties event marker map")
	rewrites = lex.NewSet("lower upper date base64encoder urlencoder")
	names    = lex.NewSet("hostName contextName")
)

// lookup handles ${ at i.
func (f *finder) lookup(i int) {
	s := f.s
	k := lex.SkipBlanks(s, i+2)
	if c := lex.At(s, k); c == ':' && (lex.HasPrefix(s, k, "::-") || lex.HasPrefix(s, k, ":-")) {
		f.found("nested-lookup", i, k+3)
		return
	}
	end := k
	for end < len(s) && end-k < 24 && (lex.IsWord(s[end]) || s[end] >= 0x80) {
		end++
	}
	f.work += end - k
	c := lex.At(s, end)
	if c == '$' && lex.At(s, end+1) == '{' && end > k && lex.IsLetter(s[k]) && end-k <= 4 && lex.HasPrefixFold("jndi", 0, strings.ToLower(s[k:end])) {
		f.found("nested-lookup", i, end+2)
		return
	}
	if c == '}' && names[s[k:end]] {
		f.found("lookup", i, end+1)
		return
	}
	if f.depth > 0 && (end == k && c == '-' || c == ':' && f.defaults(end)) {
		f.found("nested-lookup", i, end+1)
		return
	}
	if c != ':' {
		return
	}
	var buf [24]byte
	key := string(lex.Fold(buf[:], s[k:end]))
	next := lex.At(s, end+1)
	switch {
	case (rewrites[key] || key == "date") && i > 0 && lex.IsLetter(s[i-1]) && f.glued(end+1):
		f.found("nested-lookup", i, end+1)
	case key == "jndi":
		f.found("jndi-lookup", i, end+1)
	case f.depth > 0 && (key == "" || next == '-' || rewrites[key] || fetches[key] || twoParts[key]):
		f.found("nested-lookup", i, end+1)
	case next == 0 || lex.IsSpace(next) || next == '}':
	case fetches[key]:
		f.found("lookup", i, end+1)
	case twoParts[key]:
		if f.second(end + 1) {
			f.found("lookup", i, end+1)
		}
	}
}

// glued reports whether the lookup that goes on at i has one more word or lookup right behind it. With a letter in
// front too it builds a word: j${lower:N}di.
func (f *finder) glued(i int) bool {
	for k := i; k < len(f.s) && k < i+32; k++ {
		if f.s[k] == '}' {
			return lex.IsLetter(lex.At(f.s, k+1)) || lex.At(f.s, k+1) == '$' || lex.At(f.s, k-1) == ':'
		}
	}
	return false
}

// defaults reports whether :- with a value stands before the end of the lookup.
func (f *finder) defaults(i int) bool {
	for k := i; k < len(f.s) && k < i+32 && f.s[k] != '}'; k++ {
		if lex.HasPrefix(f.s, k, ":-") {
			return true
		}
	}
	return false
}

// second reports whether a second : or a | stands before the end of the lookup.
func (f *finder) second(i int) bool {
	for k := i; k < len(f.s) && k < i+32; k++ {
		switch f.s[k] {
		case ':', '|':
			return true
		case '}':
			return false
		}
	}
	return false
}

// jndi handles : at i: jndi:ldap: outside of any lookup is what a JNDI look-up is given.
func (f *finder) jndi(i int) {
	s := f.s
	if i < 4 || !lex.HasPrefixFold(s, i-4, "jndi") {
		return
	}
	for _, scheme := range [...]string{"ldap", "rmi", "dns", "iiop", "nis", "nds", "corba", "http", "${", "java"} {
		if lex.HasPrefixFold(s, i+1, scheme) {
			f.found("jndi-lookup", i-4, i+1+len(scheme))
			return
		}
	}
}

// scopes are the objects of JSP, JSF and Spring expressions; reaching into one is an attack, and the first
// few already are when they stand alone.
const scopes = "applicationScope sessionScope requestScope pageScope pageContext facesContext systemProperties systemEnvironment paramValues headerValues initParam"

var (
	scopeSet   = lex.NewSet(scopes)
	reachedSet = lex.NewSet(scopes + " param header cookie request session application response context environment beanFactory servletContext view externalContext " +
		"runtime exec rt class this root execution task connector @environment @request @systemProperties _self")
)

// expression handles ${ #{ %{ *{ @{ at i.
func (f *finder) expression(i int) {
	s := f.s
	if i < f.lastEnd {
		return
	}
	end := f.close(i + 2)
	if end < 0 {
		end = min(len(s), i+512)
		if k := strings.IndexByte(s[i+2:end], '\n'); k >= 0 {
			end = i + 2 + k // cut off: it goes on no line further
		}
	}
	if end == i+3 && s[i+2] == '{' { // ${{}.getClass()}: an empty map, no end
		if e := f.close(end + 1); e > 0 {
			end = e
		}
	}
	body := s[i+2 : end]
	f.lastEnd = end
	f.work += len(body)
	j := expr.Judge(body)
	f.work += j.Work
	name := strings.TrimPrefix(j.Name, "@")
	switch {
	case s[i] == '%' && (j.Effect >= expr.Field || strings.IndexByte(body, '#') >= 0 || strings.IndexByte(body, '\'') == 0):
		f.found("ognl", i, end+1)
	case hasJava(body):
		f.found("java-reach", i, end+1)
	case s[i] == '@':
	case j.Effect == expr.Name && scopeSet[j.Name], j.Effect >= expr.Field && reachedSet[name]:
		f.found("scope-object", i, end+1)
	case j.Effect >= expr.Call, s[i] == '#' && j.Effect >= expr.Compute, strings.HasPrefix(body, "T("), strings.HasPrefix(body, "#"),
		len(body) > 1 && body[0] == '@' && lex.IsLetter(body[1]), strings.Contains(body, ".?[") || strings.Contains(body, ".![") || strings.Contains(body, ".^["):
		f.found("spel", i, end+1)
	case s[i] == '$' && j.Effect == expr.Compute, s[i] != '*' && worded(body):
		f.found("spel", i, end+1)
	}
}

// worded reports whether an expression is made with the operators that are words, between two operands that are one
// word each: ${empty x}, ${x eq 1}. Those that are words of some language besides (le, ne) tell nothing.
func worded(body string) bool {
	first, rest, ok := strings.Cut(strings.TrimSpace(body), " ")
	if first == "not" {
		first, rest, ok = strings.Cut(rest, " ")
		ok = ok && first == "empty"
	}
	if !ok {
		return false
	}
	if first == "empty" {
		return lex.SkipWord(rest, 0) == len(rest) && rest != ""
	}
	operator, last, _ := strings.Cut(rest, " ")
	switch operator {
	case "eq", "gt", "lt":
		return last != "" && strings.IndexByte(last, ' ') < 0
	}
	return false
}

// close returns the offset of the next } at or behind i, or -1. It looks at each byte once.
func (f *finder) close(i int) int {
	if f.noBrace > 0 && i >= f.noBrace-1 && (f.brace < 0 || i <= f.brace) {
		return f.brace
	}
	at := strings.IndexByte(f.s[i:], '}')
	if at >= 0 {
		f.work += at
		at += i
	} else {
		f.work += len(f.s) - i
	}
	f.brace, f.noBrace = at, i+1
	return at
}

// hasJava reports whether an expression reaches for a class.
func hasJava(body string) bool {
	body = body[:min(len(body), 512)]
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '.':
			for _, m := range [...]string{".getclass", ".class.", ".forname(", ".getruntime", ".newinstance(", ".getdeclared", ".getmethod", ".invoke(", ".classloader"} {
				if lex.HasPrefixFold(body, i, m) {
					return true
				}
			}
		case '[':
			if c := lex.At(body, i+1); (c == '\'' || c == '"') && (lex.HasPrefixFold(body, i+2, "class") || lex.HasPrefixFold(body, i+2, "getclass")) && lex.At(body, lex.SkipWord(body, i+2)) == c {
				return true
			}
		case 'j':
			if (i == 0 || !lex.IsWord(body[i-1])) && (lex.HasPrefix(body, i, "java.") || lex.HasPrefix(body, i, "javax.")) && lex.IsLetter(lex.At(body, i+5)) {
				if !dottedProperty(body, i) {
					return true
				}
			}
		}
	}
	return false
}

// dottedProperty reports whether ${java.home} or the like is all of the body: the property of a build script.
func dottedProperty(body string, i int) bool {
	for k := i; k < len(body); k++ {
		if !lex.IsLower(body[k]) && body[k] != '.' {
			return false
		}
	}
	return true
}

// variable handles # at i: the variables of OGNL, outside of delimiters.
func (f *finder) variable(i int) {
	s := f.s
	end := lex.SkipWord(s, i+1)
	f.work += end - i
	if end == i+1 {
		return
	}
	word := s[i+1 : end]
	n := lex.At(s, lex.SkipBlanks(s, end))
	glued := lex.At(s, end)
	switch {
	case word == "_memberAccess", expr.Has("context attr parameters application session request root ognlUtil _typeResolver", word) && (glued == '[' || glued == '.' && lex.IsLower(lex.At(s, end+1)) && i > 0 && s[i-1] == '('):
		f.found("ognl", i, end)
	case (word == "this" || word == "root") && glued == '.' && lex.At(s, lex.SkipWord(s, end+1)) == '(':
		f.found("ognl", i, end+1)
	case n == '=' && i > 0 && s[i-1] == '(' && lex.IsLetter(s[i+1]) && lex.At(s, end+1) != '=':
		f.found("ognl", i, end+1)
	}
}

// static handles @ at i: OGNL's @class@member.
func (f *finder) static(i int) {
	s := f.s
	k := i + 1
	dots := 0
	for k < len(s) && (lex.IsWord(s[k]) || s[k] == '.' || s[k] == '$') {
		if s[k] == '.' {
			dots++
		}
		k++
	}
	f.work += k - i
	if dots > 0 && lex.At(s, k) == '@' && lex.IsLetter(lex.At(s, k+1)) && (i == 0 || !lex.IsWord(s[i-1]) && s[i-1] != '"') {
		m := lex.SkipWord(s, k+1)
		if c := lex.At(s, m); c == '(' || lex.HasPrefix(s, i+1, "java") || dots > 1 && (lex.HasPrefix(s, i+1, "org.") || lex.HasPrefix(s, i+1, "com.")) && m == len(s) || constant(s[i+1:k], s[k+1:m]) {
			f.found("ognl", i, m)
		}
	}
}

// constant reports whether class is the name of a class in a package and member that of a constant.
func constant(class, member string) bool {
	if len(member) < 3 || !lex.IsUpper(lex.At(class, strings.LastIndexByte(class, '.')+1)) {
		return false
	}
	for i := range len(member) {
		if !lex.IsUpper(member[i]) && member[i] != '_' {
			return false
		}
	}
	return true
}

// reach handles ( at i behind getClass, outside of delimiters: x.getClass().getClassLoader().
func (f *finder) reach(i int) {
	const getClass = "getClass"
	s := f.s
	if !lex.HasPrefix(s, i-len(getClass), getClass) || !lex.HasPrefix(s, i, "().") {
		return
	}
	for _, m := range [...]string{"forName(", "getClassLoader(", "getProtectionDomain(", "getDeclared", "getMethod", "getConstructor"} {
		if lex.HasPrefix(s, i+3, m) {
			f.found("java-reach", i-len(getClass), i+3+len(m))
			return
		}
	}
}

// class handles ( at i: SpEL's T(java.lang.Runtime).
func (f *finder) class(i int) {
	s := f.s
	t := i - 1
	for t > 0 && lex.IsBlank(s[t]) && i-t < 4 {
		t--
	}
	if t < 0 || s[t] != 'T' || t > 0 && lex.IsWord(s[t-1]) {
		return
	}
	k := lex.SkipSpace(s, i+1)
	dots, end := 0, k
	for end < len(s) && (lex.IsWord(s[end]) || s[end] == '.' || s[end] == '$') {
		if s[end] == '.' {
			dots++
		}
		end++
	}
	f.work += end - i
	if lex.At(s, lex.SkipSpace(s, end)) != ')' {
		return
	}
	name := s[k:end]
	if dots >= 2 || expr.Has("Runtime System Class String Character Thread Math", name) && lex.At(s, end+1) == '.' {
		f.found("spel", t, end+1)
	}
}
