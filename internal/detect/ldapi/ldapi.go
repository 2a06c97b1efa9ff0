// Package ldapi finds LDAP injection (CWE-90): text that closes the assertion of a search filter it was put into
// and goes on with filter grammar, or that is a filter with conditions of its own.
//
// # What it recognises
//
// It reads RFC 4515: filter = "(" ( "&" / "|" / "!" ) filters / item ")", an item is an attribute description, one of
// = ~= >= <= :=, and a value. The escapes of RFC 4515 (\2a \28 \29 \00) are read too, since a server decodes them
// and a filter that is checked before that does not show.
//
// # Rules
//
//	rule                where                                            example
//	filter-break-out    a bracket that the text did not open closes,     *)(uid=*))(|(uid=*
//	                    and another filter or operator follows
//	filter              an operator with its filters, or an assertion    (&(objectClass=*)(uid=x))
//	                    of presence for an attribute of directories,
//	                    or of any value when there is nothing else
//	matching-rule       an extensible match by OID                       userPassword:2.5.13.18:=
//	metacharacters      nothing but the characters of filters            *()|&'
//	cut-off             a NUL behind closing brackets                    *))%00
//
// # What it does not recognise
//
// A lone asterisk (a wildcard, but also a footnote), brackets and asterisks in prose, smileys,
// Markdown, formulas such as f(x)(y). No finding is no proof: escape values as RFC 4515 section 3 says.
package ldapi

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "ldapi"

// gate holds the brackets of a filter or what is escaped or named in one, and then an assertion, an escape, a NUL, or
// what begins a list of filters.
var gate = scan.Any(`[()\\:|]`).And(`[=*\\]`, "\x00", scan.Bracket)

// Detector finds LDAP injection.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: gate, Find: find}
}

func find(v *scan.View, report scan.Report) {
	s := v.Text
	if !worth(v) {
		return
	}
	if rule, start, end := search(v, s); rule != "" {
		report(rule, start, end)
		return
	}
	if v.Has.Has('\\') && escapes(s) {
		if rule, _, _ := search(v, unescape(s)); rule != "" {
			report(rule, 0, len(s))
		}
	}
}

// worth reports whether a text is worth reading: it holds an operator of an assertion, a NUL, an escape, or the
// operator of a filter behind its bracket, or it is short enough to be nothing but metacharacters.
func worth(v *scan.View) bool {
	s, has := v.Text, &v.Has
	if len(s) <= 16 || has.Has('=') || has.Has(0) || has.Has('\\') {
		return true
	}
	v.Work(len(s))
	for _, c := range [...]byte{'&', '|', '!'} {
		if !has.Has(c) || !has.Has('(') {
			continue
		}
		for i := 0; ; i++ {
			n := strings.IndexByte(s[i:], c)
			if n < 0 {
				break
			}
			i += n
			j := i
			for j > 0 && lex.IsBlank(s[j-1]) {
				j--
			}
			v.Work(i - j)
			if j > 0 && s[j-1] == '(' {
				return true
			}
		}
	}
	return false
}

// search goes through s once and keeps how many brackets the text has opened.
func search(v *scan.View, s string) (string, int, int) {
	v.Work(len(s))
	if end := metacharacters(s); end > 0 {
		return "metacharacters", 0, end
	}
	if end := joined(s); end > 0 {
		return "filter", 0, end
	}
	open := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(':
			if end, ok := filter(v, s, i); ok {
				return "filter", i, end
			}
			open++
		case ')':
			if open > 0 {
				open--
				continue
			}
			rule, end := breakOut(v, s, i)
			if rule != "" {
				return rule, i, end
			}
			i = end - 1
		case ':':
			if end := matchingRule(s, i); end > 0 {
				return "matching-rule", i, end
			}
		}
	}
	return "", 0, 0
}

// breakOut looks at what follows a closing bracket at i that the text did not open, and further ones behind it.
// It returns where it stopped.
func breakOut(v *scan.View, s string, i int) (string, int) {
	j := i + 1
	for j < len(s) && (s[j] == ')' || lex.IsBlank(s[j])) {
		j++
	}
	v.Work(j - i)
	if j == len(s)-1 && s[j] == 0 {
		return "cut-off", j + 1
	}
	closed := j
	if c := lex.At(s, j); (c == '&' || c == '|' || c == '!') && lex.At(s, j+1) == '(' && assertion(s, j+2) > 0 {
		return "filter-break-out", j + 2 // the operator that stands before its bracket by mistake
	}
	if lex.At(s, j) != '(' {
		return "", closed
	}
	for lex.At(s, j) == '(' || lex.IsBlank(lex.At(s, j)) {
		j++
	}
	if c := lex.At(s, j); c == '&' || c == '|' || c == '!' {
		switch n := lex.At(s, lex.SkipBlanks(s, j+1)); n {
		case 0, '(', ')':
			return "filter-break-out", min(j+1, len(s))
		}
		if end := assertion(s, j+1); end > 0 {
			return "filter-break-out", end
		}
		return "", closed
	}
	if end := assertion(s, j); end > 0 {
		return "filter-break-out", end
	}
	return "", closed
}

// filter reads a filter whose bracket opens at i. It is reported when it joins conditions, or asks for the
// presence of an attribute that directories have.
func filter(v *scan.View, s string, i int) (int, bool) {
	j := lex.SkipBlanks(s, i+1)
	c := lex.At(s, j)
	if c == '&' || c == '|' || c == '!' {
		j = lex.SkipBlanks(s, j+1)
		if lex.At(s, j) != '(' {
			return 0, false
		}
		for n := 0; n < 16 && (lex.At(s, j) == '(' || lex.At(s, j) == '&' || lex.At(s, j) == '|' || lex.At(s, j) == '!'); n++ {
			j++
		}
		end := assertion(s, j)
		v.Work(max(end, j) - i + 1)
		return end, end > 0
	}
	end := assertion(s, j)
	if end == 0 {
		return 0, false
	}
	star := lex.At(s, end) == '*' && (lex.At(s, end+1) == ')' || lex.At(s, end+1) == 0)
	name := s[j:description(s, j)]
	return min(end+1, len(s)), star && known(name) || i == 0 && s[len(s)-1] == ')' && len(s)-end > 1 && peculiar(name)
}

// peculiar reports whether name is an attribute that only directories have: a text that is an assertion of one is a
// filter, whatever the value.
func peculiar(name string) bool {
	var buf [32]byte
	switch string(lex.Fold(buf[:], name)) {
	case "cn", "uid", "objectclass", "userpassword", "samaccountname", "memberof", "objectcategory", "userprincipalname",
		"uidnumber", "gidnumber", "objectsid", "objectguid", "useraccountcontrol", "serviceprincipalname", "givenname":
		return true
	}
	return false
}

// joined returns the end of the first assertion when s is what stands inside a filter: an operator and its filters,
// perhaps behind the asterisk that ends the value before.
func joined(s string) int {
	i := b2i(lex.At(s, 0) == '*')
	if c := lex.At(s, i); c != '&' && c != '|' || lex.At(s, i+1) != '(' || s[len(s)-1] != ')' {
		return 0
	}
	return assertion(s, i+2)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// description returns the end of the attribute description at i: RFC 4512 section 2.5, a name or an OID, with options.
func description(s string, i int) int {
	for i < len(s) && (lex.IsLetter(s[i]) || lex.IsDigit(s[i]) || s[i] == '-' || s[i] == '.' || s[i] == ';') {
		i++
	}
	return i
}

// assertion returns the offset behind the operator of the item at i, or 0.
func assertion(s string, i int) int {
	j := description(s, i)
	if j == i && lex.At(s, i) == '*' { // *=* is no attribute, but sent
		j++
	}
	if j == i || j-i > 64 {
		return 0
	}
	switch c := lex.At(s, j); {
	case c == '=' && lex.At(s, j+1) != '=' && lex.At(s, j+1) != '>':
		return j + 1
	case (c == '~' || c == '>' || c == '<') && lex.At(s, j+1) == '=':
		return j + 2
	case c == ':':
		if end := matchingRule(s, j); end > 0 {
			return end
		}
		if lex.HasPrefixFold(s, j, ":dn:") {
			j += len(":dn")
		}
		if lex.At(s, j+1) == '=' {
			return j + 2
		}
	}
	return 0
}

// matchingRule returns the offset behind :dn:2.5.13.18:= at i, or 0: RFC 4515 section 3, extensible.
func matchingRule(s string, i int) int {
	if i == 0 || !lex.IsLetter(s[i-1]) && !lex.IsDigit(s[i-1]) {
		return 0
	}
	j := i
	if lex.HasPrefixFold(s, j, ":dn:") {
		j += len(":dn")
	}
	start := j + 1
	k := start
	dots := 0
	for k < len(s) && (lex.IsDigit(s[k]) || s[k] == '.') {
		dots += strings.Count(s[k:k+1], ".")
		k++
	}
	if dots < 2 && lex.HasPrefixFold(s, start, "case") {
		k, dots = description(s, start), 2
	}
	if k > start && dots >= 2 && lex.At(s, k) == ':' && lex.At(s, k+1) == '=' {
		return k + 2
	}
	return 0
}

// known reports whether name is an attribute that directories have.
func known(name string) bool {
	var buf [32]byte
	switch string(lex.Fold(buf[:], name)) {
	case "cn", "uid", "sn", "ou", "dc", "dn", "mail", "objectclass", "userpassword", "givenname", "samaccountname", "member",
		"memberof", "uidnumber", "gidnumber", "homedirectory", "displayname", "userprincipalname", "objectcategory",
		"telephonenumber", "description", "password", "user", "username", "name", "title", "o", "l", "st", "c",
		"objectsid", "objectguid", "employeenumber", "useraccountcontrol", "loginshell", "gecos":
		return true
	}
	return false
}

// metacharacters returns the length of s when it holds nothing but what filters are made of, with an asterisk, a
// bracket and an operator among it: what is sent to see whether a filter breaks.
func metacharacters(s string) int {
	if len(s) < 3 || len(s) > 16 || s[0] != '*' && s[0] != ')' {
		return 0
	}
	bracket, operator, star := false, false, false
	for i := range len(s) {
		switch s[i] {
		case '(', ')':
			bracket = true
		case '&', '|', '!':
			operator = true
		case '*':
			star = true
		case '\'', '"', '=', 0:
		default:
			return 0
		}
	}
	if bracket && star && (operator || strings.Contains(s, ")(")) {
		return len(s)
	}
	return 0
}

// escapes reports whether s holds the escape of a metacharacter: \2a \28 \29 \7c \26 \00.
func escapes(s string) bool {
	for i := 0; i+2 < len(s); i++ {
		if s[i] == '\\' {
			if c, ok := hex(s[i+1], s[i+2]); ok && strings.IndexByte("*()|&\x00", c) >= 0 {
				return true
			}
		}
	}
	return false
}

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+2 < len(s) {
			if c, ok := hex(s[i+1], s[i+2]); ok {
				b.WriteByte(c)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func hex(a, b byte) (byte, bool) {
	h, ok := nibble(a)
	l, ok2 := nibble(b)
	return h<<4 | l, ok && ok2
}

func nibble(c byte) (byte, bool) {
	switch {
	case lex.IsDigit(c):
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}
