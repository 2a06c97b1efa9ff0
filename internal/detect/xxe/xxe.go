// Package xxe finds XML that makes its parser load, expand or transform something.
//
// # What it recognises
//
// The declarations of XML 1.0 and what processors do with XML beyond it.
//
// # Rules
//
//	rule                what it means
//	entity-declaration  <!ENTITY name …>, general or parameter entity, internal (the "billion laughs") or
//	                    external; also without its "<!" where SYSTEM or PUBLIC and a literal follow
//	external-dtd        <!DOCTYPE name SYSTEM "…" or PUBLIC, unless it is one of HTML's own doctypes; also without its "<!"
//	internal-subset     <!DOCTYPE name [ ; <!ELEMENT, <!ATTLIST and <!NOTATION declarations
//	entity-reference    a reference to an entity that HTML and XML do not have where an element or an attribute
//	                    begins or ends with it, or the text is nothing else: <a>&xxe;</a>, a="&xxe;"; parameter
//	                    entities that end a subset or stand in a row: %dtd; ]>, %dtd;%send;
//	entity-expansion    a row of aliases of one anchor, which makes of YAML what entities make of XML: [*a,*a,*a]
//	element-breakout    the end tag of an element that is not HTML's and that the text has not opened, with another
//	                    element behind it; the end of a CDATA section that the text has not opened, with a new one
//	                    behind it: what was a value becomes markup
//	xinclude            XInclude's namespace or its element include with href
//	stylesheet          <?xml-stylesheet with href; an XSLT element (xsl:…), whose functions read files
//	external-schema     xsi:schemaLocation or noNamespaceSchemaLocation with a URL
//	declared-encoding   an XML declaration that says UTF-7, UTF-16, UTF-32, UCS-4 or EBCDIC: a text that came as
//	                    UTF-8 says so to be read differently behind the filter
//
// SOAP, SVG, RSS, Office and SAML documents are carriers; what is found in them is the above. A declaration that
// the text cuts off counts.
//
// # What it does not recognise
//
// XML as such: elements, namespaces, CDATA sections, the XML declaration, <!DOCTYPE html> with or without the
// public identifiers of HTML and XHTML, &lt; and the other entities of HTML.
//
// CWE-611 (external entities), CWE-776 (entity expansion), CWE-827 (DTD), CWE-91 (XML injection).
package xxe

import (
	"html"
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/markup"
)

// Class is the class of the findings of this package.
const Class scan.Class = "xxe"

// The rules. Their meaning does not change.
const (
	ruleEntity    = "entity-declaration"
	ruleExternal  = "external-dtd"
	ruleSubset    = "internal-subset"
	ruleReference = "entity-reference"
	ruleExpansion = "entity-expansion"
	ruleBreakout  = "element-breakout"
	ruleXInclude  = "xinclude"
	ruleStyle     = "stylesheet"
	ruleSchema    = "external-schema"
	ruleEncoding  = "declared-encoding"
)

// gate holds markup's openings, the end of a subset, an attribute, a part of the words ENTITY and DOCTYPE, the end of a
// reference, and an alias of YAML; and then what else each of them needs.
var gate = scan.Any(scan.Markup, scan.Closing, `[=;]`, `TY`, `[[]*`).And(`[<>"'%&*]`)

// Detector finds xxe.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: gate, Find: find}
}

// finder is the state of one pass over a text.
type finder struct {
	text   string
	report scan.Report
	work   int

	tags    bool // the text has opened a tag
	section bool // the text has opened a CDATA section
	broken  bool // a break-out was reported: the first is enough
}

func find(v *scan.View, report scan.Report) {
	s := v.Text
	f := finder{text: s, report: report, work: len(s)}
	if v.Has.Has('<') {
		for i := next(s, 0, '<'); i >= 0; i = next(s, i+1, '<') {
			f.lessThan(i)
		}
	}
	if v.Has.Has(';') {
		for i := next(s, 0, ';'); i >= 0; i = next(s, i+1, ';') {
			if start, ok := f.reference(i); ok {
				report(ruleReference, start, i+1)
			}
		}
	}
	if v.Has.Has('=') {
		for i := next(s, 0, '='); i >= 0; i = next(s, i+1, '=') {
			f.attribute(i)
		}
	}
	if v.Has.Has('E') && v.Has.Has('Y') {
		f.bare()
	}
	if v.Has.Has('*') && v.Has.Has('[') {
		f.aliases()
	}
	v.Work(f.work)
}

// bare looks for declarations whose "<!" a filter took away, or that are still to be put together: ENTITY or DOCTYPE,
// which have "TY" in common, a name, and an external identifier.
func (f *finder) bare() {
	s := f.text
	f.work += len(s)
	for i := strings.Index(s, "TY"); i >= 0; {
		switch end := i + len("TY"); {
		case strings.HasSuffix(s[:end], "ENTITY"):
			f.keyword(end-len("ENTITY"), end, ruleEntity)
		case strings.HasSuffix(s[:i], "DOC") && strings.HasPrefix(s[end:], "PE"):
			f.keyword(i-len("DOC"), end+len("PE"), ruleExternal)
		}
		n := strings.Index(s[i+2:], "TY")
		if n < 0 {
			return
		}
		i += 2 + n
	}
}

// keyword reports the declaration whose keyword is s[start:end] if it is bare and names something external.
func (f *finder) keyword(start, end int, rule string) {
	s := f.text
	f.work += windowSize
	if strings.HasSuffix(s[:start], "<!") {
		return
	}
	if after, ok := externalID(s, entityName(s, end)); ok {
		f.report(rule, start, after)
	}
}

// aliases looks for a list of YAML that begins with three aliases of one anchor (YAML 1.2, 7.1): ten such lists,
// each of the one before, are the billion laughs.
func (f *finder) aliases() {
	s := f.text
	f.work += len(s)
	for i := strings.Index(s, "[*"); i >= 0; {
		end := i + 1
		for n := 0; ; n++ {
			name, after := alias(s, end)
			if name == "" || n > 0 && !strings.HasPrefix(s[i+1:], name) {
				break
			}
			if n == 2 {
				f.report(ruleExpansion, i, after)
				return
			}
			end = after
		}
		f.work += end - i
		n := strings.Index(s[i+2:], "[*")
		if n < 0 {
			return
		}
		i += 2 + n
	}
}

// alias reads an alias of YAML at i, and the comma or bracket behind it.
func alias(s string, i int) (name string, after int) {
	if i >= len(s) || s[i] != '*' {
		return "", i
	}
	end := i + 1
	for end < len(s) && end-i < maxAlias && isNameByte(s[end]) {
		end++
	}
	after = lex.SkipHTMLSpace(s, end)
	if end == i+1 || after >= len(s) || s[after] != ',' && s[after] != ']' {
		return "", i
	}
	return s[i:end], lex.SkipHTMLSpace(s, after+1)
}

const maxAlias = 32

// lessThan looks at the markup that begins at i.
func (f *finder) lessThan(i int) {
	s := f.text
	rest := s[i+1:]
	f.leaves(i)
	switch {
	case lex.HasPrefixFold(rest, 0, "!entity"):
		if end := entityName(s, i+8); end > i+8 && end < len(s) {
			f.report(ruleEntity, i, f.closing(end))
		}
	case lex.HasPrefixFold(rest, 0, "!doctype"):
		f.doctype(i)
	case lex.HasPrefixFold(rest, 0, "!element"), lex.HasPrefixFold(rest, 0, "!attlist"):
		f.declaration(i, i+9)
	case lex.HasPrefixFold(rest, 0, "!notation"):
		f.declaration(i, i+10)
	case lex.HasPrefixFold(rest, 0, "?xml-stylesheet"):
		f.report(ruleStyle, i, f.closing(i+1))
	case lex.HasPrefixFold(rest, 0, "xsl:"), lex.HasPrefixFold(rest, 0, "msxsl:"):
		if end := f.closing(i + 1); strings.IndexByte(s[i:end], '=') >= 0 { // "the <xsl:sort> element" is prose
			f.report(ruleStyle, i, end)
		}
	case strings.HasPrefix(rest, "?xml"), strings.HasPrefix(rest, "xml "):
		if end := f.closing(i + 1); foreignEncoding(s[i:end]) {
			f.report(ruleEncoding, i, end)
		}
	case lex.HasPrefixFold(rest, 0, "xi:include"):
		f.report(ruleXInclude, i, f.closing(i+1))
	}
}

// leaves looks at the tag or the CDATA section at i: one that ends what the text has not begun, with markup behind it,
// ends what the document has begun around the text (CWE-91).
func (f *finder) leaves(i int) {
	s := f.text
	if f.broken {
		return
	}
	switch c := s[min(i+1, len(s)-1)]; {
	case c == '!' && strings.HasPrefix(s[i:], "<![CDATA["):
		if f.section {
			return
		}
		f.section = true
		f.work += i
		if n := strings.Index(s[:i], "]]>"); n >= 0 {
			f.report(ruleBreakout, n, i+len("<![CDATA["))
			f.broken = true
		}
	case c == '/' && !f.tags && i+2 < len(s) && lex.IsLetter(s[i+2]):
		end := i + 2
		for end < len(s) && isNameByte(s[end]) {
			end++
		}
		after := lex.SkipHTMLSpace(s, end)
		f.tags = true
		if after >= len(s) || s[after] != '>' || isHTML(s[i+2:end]) {
			return
		}
		if k := lex.SkipHTMLSpace(s, after+1); k+1 < len(s) && s[k] == '<' && lex.IsLetter(s[k+1]) {
			f.report(ruleBreakout, i, k+1)
			f.broken = true
		}
	default:
		f.tags = f.tags || lex.IsLetter(c)
	}
}

// isHTML reports whether an element of that name may stand in a page, where an end tag too many means nothing.
func isHTML(name string) bool {
	var buf [maxAlias]byte
	return markup.IsElement(lex.Fold(buf[:], name))
}

// declaration reports the declaration at start if white space and a name stand at i.
func (f *finder) declaration(start, i int) {
	s := f.text
	name := lex.SkipHTMLSpace(s, i)
	if name > i && name < len(s) && isNameByte(s[name]) {
		f.report(ruleSubset, start, f.closing(name))
	}
}

// doctype looks at the document type declaration at start: XML 1.0 production 28.
func (f *finder) doctype(start int) {
	s := f.text
	i := start + len("<!doctype")
	name := lex.SkipHTMLSpace(s, i)
	end := name
	for end < len(s) && !lex.IsHTMLSpace(s[end]) && strings.IndexByte("[<>\"'", s[end]) < 0 { // whatever a parser may take for a name
		end++
	}
	if name == i || end == name {
		return
	}
	i = lex.SkipHTMLSpace(s, end)
	isHTML := end-name == 4 && lex.HasPrefixFold(s, name, "html")
	after, external := externalID(s, i)
	if external && !(isHTML && standardDTD(s[i:after])) {
		f.report(ruleExternal, start, f.closing(after))
		return
	}
	if external {
		i = lex.SkipHTMLSpace(s, after)
	}
	if i < len(s) && s[i] == '[' {
		f.report(ruleSubset, start, i+1)
	}
}

// externalID reads SYSTEM "uri" or PUBLIC "id" "uri" at i: XML 1.0 production 75. The literals may be cut off.
func externalID(s string, i int) (end int, ok bool) {
	rest := s[min(i, len(s)):]
	if !lex.HasPrefixFold(rest, 0, "system") && !lex.HasPrefixFold(rest, 0, "public") {
		return i, false
	}
	end = lex.SkipHTMLSpace(s, i+6)
	if end == i+6 {
		return i, false
	}
	for range 2 {
		if end >= len(s) || s[end] != '"' && s[end] != '\'' {
			break
		}
		ok = true
		n := strings.IndexByte(window(s, end+1), s[end])
		if n < 0 {
			return min(len(s), end+1+windowSize), true
		}
		end = lex.SkipHTMLSpace(s, end+1+n+1)
	}
	return end, ok
}

// standardDTD reports whether the external identifier is one that HTML pages begin with: a public identifier of
// W3C, IETF or ISO without a system identifier elsewhere, or "about:legacy-compat" (WHATWG HTML 13.1.1).
func standardDTD(id string) bool {
	literal := id[strings.IndexAny(id, `"'`)+1:]
	known := false
	for _, owner := range [...]string{"-//w3c", "-//ietf//", "iso/iec ", "about:legacy-compat", "-//softquad", "-//microsoft//"} {
		known = known || lex.HasPrefixFold(literal, 0, owner)
	}
	i := strings.Index(id, "://")
	return known && (i < 0 || strings.HasPrefix(id[i+3:], "www.w3.org/"))
}

// entityName skips white space, an optional "%" and the name of an entity from i on: XML 1.0 productions 71
// and 72. It returns the offset of what follows the white space behind the name, or i if there is none.
func entityName(s string, i int) int {
	name := lex.SkipHTMLSpace(s, i)
	if name == i {
		return i
	}
	if name < len(s) && s[name] == '%' {
		name = lex.SkipHTMLSpace(s, name+1)
	}
	end := name
	for end < len(s) && isNameByte(s[end]) {
		end++
	}
	if end == name || s[name] == '.' || s[name] == '-' {
		return i
	}
	return lex.SkipHTMLSpace(s, end)
}

// maxReference bounds how far back the beginning of a reference is looked for.
const maxReference = 64

// reference looks at the ";" at i, the end of a reference to an entity.
func (f *finder) reference(i int) (start int, ok bool) {
	s := f.text
	start = i
	for start > 0 && i-start < maxReference && isNameByte(s[start-1]) {
		start--
	}
	if start == i || start == 0 || !lex.IsLetter(s[start]) && s[start] != '_' && s[start] < 0x80 {
		return 0, false
	}
	start--
	f.work += 2 * (i - start)
	switch s[start] {
	case '%':
		f.work += maxReference
		return start, parameter(s, start, i)
	case '&':
		f.work += 2 * maxReference
		if inPlace(s, start, i) {
			ref := s[start : i+1]
			return start, html.UnescapeString(ref) == ref
		}
	}
	return 0, false
}

// parameter reports whether the reference %name; from start to the ";" at i ends an internal subset, has another
// one beside it, or is the whole text.
func parameter(s string, start, i int) bool {
	after := lex.SkipHTMLSpace(s, i+1)
	if strings.HasPrefix(s[after:], "]>") {
		return true
	}
	if conversion(s[start+1 : i]) {
		return false
	}
	if after == len(s) {
		return lex.SkipHTMLSpace(s, 0) == start
	}
	if s[after] != '%' {
		return false
	}
	end := after + 1
	for end < len(s) && end-after < maxReference && isNameByte(s[end]) {
		end++
	}
	return end < len(s) && s[end] == ';' && !conversion(s[after+1:end])
}

// conversion reports whether name is what follows "%" in a format string: length modifiers and one letter (C23 7.23.6.1).
func conversion(name string) bool { return len(strings.TrimLeft(name, "hlLqjzt")) <= 1 }

// inPlace reports whether the reference from start to the ";" at i stands as templates of XML have it: at the beginning
// or the end of an element's content, alone in an attribute, or as the whole text.
func inPlace(s string, start, i int) bool {
	before, after := start, lex.SkipHTMLSpace(s, i+1)
	for before > 0 && start-before < maxReference && lex.IsHTMLSpace(s[before-1]) {
		before--
	}
	if before == 0 {
		return after == len(s)
	}
	switch c := s[before-1]; {
	case c == '>' && endsTag(s, before-1):
		return true
	case (c == '"' || c == '\'') && before > 1 && s[before-2] == '=':
		return after < len(s) && s[after] == c
	}
	return before < start && strings.HasPrefix(s[after:], "</")
}

// endsTag reports whether the ">" at i ends a tag that is near.
func endsTag(s string, i int) bool {
	near := s[max(0, i-maxReference):i]
	n := strings.LastIndexAny(near, "<>")
	return n >= 0 && n+1 < len(near) && near[n] == '<' && (lex.IsLetter(near[n+1]) || near[n+1] == '/')
}

// attribute looks at the "=" at i for the attributes by which XInclude and XML Schema load documents.
func (f *finder) attribute(i int) {
	s := f.text
	value := lex.SkipHTMLSpace(s, i+1)
	if value >= len(s) || s[value] != '"' && s[value] != '\'' {
		return
	}
	text := window(s, value+1)
	head := s[max(0, i-32):i]
	switch {
	case strings.HasPrefix(text, "http://www.w3.org/2001/XInclude"), strings.HasPrefix(text, "http://www.w3.org/2003/XInclude"):
		f.report(ruleXInclude, value, value+1+len("http://www.w3.org/2001/XInclude"))
	case strings.HasPrefix(text, "http://www.w3.org/1999/XSL/Transform"), strings.HasPrefix(text, "http://www.w3.org/TR/WD-xsl"):
		f.report(ruleStyle, value, value+1)
	case strings.HasSuffix(head, "chemaLocation"):
		if strings.Contains(text, "://") {
			f.report(ruleSchema, i, value+1)
		}
	}
	f.work += 32
}

// foreignEncoding reports whether an XML declaration names an encoding that this text cannot be in.
func foreignEncoding(decl string) bool {
	i := strings.Index(decl, "encoding")
	if i < 0 {
		return false
	}
	rest := strings.TrimLeft(decl[i+len("encoding"):], " \t\r\n=\"'")
	for _, name := range [...]string{"utf-7", "utf7", "utf-16", "utf16", "utf-32", "utf32", "ucs-", "iso-10646-ucs", "ebcdic", "ibm0", "ibm-", "cp037", "cp1047", "x-"} {
		if lex.HasPrefixFold(rest, 0, name) {
			return true
		}
	}
	return false
}

// windowSize bounds how far a literal is followed.
const windowSize = 256

func window(s string, i int) string { return s[min(i, len(s)):min(len(s), i+windowSize)] }

// closing returns the offset behind the first ">" from i on, if it is near, or else the end of what was looked at.
func (f *finder) closing(i int) int {
	s := f.text
	f.work += min(windowSize, len(s)-i)
	if n := strings.IndexByte(window(s, i), '>'); n >= 0 {
		return i + n + 1
	}
	return min(len(s), i+windowSize)
}

func isNameByte(c byte) bool {
	return lex.IsLetter(c) || lex.IsDigit(c) || c >= 0x80 || strings.IndexByte("_-.:", c) >= 0
}

// next returns the offset of the first c from i on, or -1.
func next(s string, i int, c byte) int {
	if n := strings.IndexByte(s[i:], c); n >= 0 {
		return i + n
	}
	return -1
}
