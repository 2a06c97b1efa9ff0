// Package xxe finds XML that makes its parser load, expand or transform something.
//
// # What it recognises
//
// The declarations of XML 1.0 and what processors do with XML beyond it:
//
//	rule                what it means
//	entity-declaration  <!ENTITY name …>, general or parameter entity, internal (the "billion laughs") or
//	                    external; also without its "<!" where SYSTEM or PUBLIC and a literal follow
//	external-dtd        <!DOCTYPE name SYSTEM "…" or PUBLIC, unless it is one of HTML's own doctypes
//	internal-subset     <!DOCTYPE name [ ; <!ELEMENT, <!ATTLIST and <!NOTATION declarations
//	entity-reference    an element whose whole content is a reference to an entity that HTML and XML do not
//	                    have, or a parameter entity that ends a subset: <a>&xxe;</a>, %dtd; ]>
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

	"github.com/tangoguard/tangoguard/internal/detect/ascii"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "xxe"

// The rules. Their meaning does not change.
const (
	ruleEntity    = "entity-declaration"
	ruleExternal  = "external-dtd"
	ruleSubset    = "internal-subset"
	ruleReference = "entity-reference"
	ruleXInclude  = "xinclude"
	ruleStyle     = "stylesheet"
	ruleSchema    = "external-schema"
	ruleEncoding  = "declared-encoding"
)

// Detector finds xxe.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: []scan.ByteSet{scan.Bytes("<>\"'"), scan.Bytes("<EeS:;")}, Find: find}
}

// finder is the state of one pass over a text.
type finder struct {
	text   string
	report scan.Report
	work   int
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
			if start, ok := reference(s, i); ok {
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
		for i := strings.Index(s, "ENTITY"); i >= 0; i = nextEntity(s, i) {
			if i < 2 || s[i-2:i] != "<!" {
				if end, ok := externalID(s, entityName(s, i+len("ENTITY"))); ok {
					report(ruleEntity, i, end)
				}
				f.work += windowSize
			}
		}
	}
	v.Work(f.work)
}

func nextEntity(s string, i int) int {
	i += len("ENTITY")
	if n := strings.Index(s[i:], "ENTITY"); n >= 0 {
		return i + n
	}
	return -1
}

// lessThan looks at the markup that begins at i.
func (f *finder) lessThan(i int) {
	s := f.text
	rest := s[i+1:]
	switch {
	case ascii.HasPrefix(rest, "!entity"):
		if end := entityName(s, i+8); end > i+8 && end < len(s) {
			f.report(ruleEntity, i, f.closing(end))
		}
	case ascii.HasPrefix(rest, "!doctype"):
		f.doctype(i)
	case ascii.HasPrefix(rest, "!element"), ascii.HasPrefix(rest, "!attlist"):
		f.declaration(i, i+9)
	case ascii.HasPrefix(rest, "!notation"):
		f.declaration(i, i+10)
	case ascii.HasPrefix(rest, "?xml-stylesheet"):
		f.report(ruleStyle, i, f.closing(i+1))
	case ascii.HasPrefix(rest, "xsl:"), ascii.HasPrefix(rest, "msxsl:"):
		if end := f.closing(i + 1); strings.IndexByte(s[i:end], '=') >= 0 { // "the <xsl:sort> element" is prose
			f.report(ruleStyle, i, end)
		}
	case strings.HasPrefix(rest, "?xml"), strings.HasPrefix(rest, "xml "):
		if end := f.closing(i + 1); foreignEncoding(s[i:end]) {
			f.report(ruleEncoding, i, end)
		}
	case ascii.HasPrefix(rest, "xi:include"):
		f.report(ruleXInclude, i, f.closing(i+1))
	}
}

// declaration reports the declaration at start if white space and a name stand at i.
func (f *finder) declaration(start, i int) {
	s := f.text
	name := ascii.SkipSpace(s, i)
	if name > i && name < len(s) && isNameByte(s[name]) {
		f.report(ruleSubset, start, f.closing(name))
	}
}

// doctype looks at the document type declaration at start: XML 1.0 production 28.
func (f *finder) doctype(start int) {
	s := f.text
	i := start + len("<!doctype")
	name := ascii.SkipSpace(s, i)
	end := name
	for end < len(s) && isNameByte(s[end]) {
		end++
	}
	if name == i || end == name {
		return
	}
	i = ascii.SkipSpace(s, end)
	isHTML := end-name == 4 && ascii.HasPrefix(s[name:], "html")
	after, external := externalID(s, i)
	if external && !(isHTML && standardDTD(s[i:after])) {
		f.report(ruleExternal, start, f.closing(after))
		return
	}
	if external {
		i = ascii.SkipSpace(s, after)
	}
	if i < len(s) && s[i] == '[' {
		f.report(ruleSubset, start, i+1)
	}
}

// externalID reads SYSTEM "uri" or PUBLIC "id" "uri" at i: XML 1.0 production 75. The literals may be cut off.
func externalID(s string, i int) (end int, ok bool) {
	rest := s[min(i, len(s)):]
	if !ascii.HasPrefix(rest, "system") && !ascii.HasPrefix(rest, "public") {
		return i, false
	}
	end = ascii.SkipSpace(s, i+6)
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
		end = ascii.SkipSpace(s, end+1+n+1)
	}
	return end, ok
}

// standardDTD reports whether the external identifier is one that HTML pages begin with: a public identifier of
// W3C, IETF or ISO without a system identifier elsewhere, or "about:legacy-compat" (WHATWG HTML 13.1.1).
func standardDTD(id string) bool {
	literal := id[strings.IndexAny(id, `"'`)+1:]
	known := false
	for _, owner := range [...]string{"-//w3c", "-//ietf//", "iso/iec ", "about:legacy-compat", "-//softquad", "-//microsoft//"} {
		known = known || ascii.HasPrefix(literal, owner)
	}
	i := strings.Index(id, "://")
	return known && (i < 0 || strings.HasPrefix(id[i+3:], "www.w3.org/"))
}

// entityName skips white space, an optional "%" and the name of an entity from i on: XML 1.0 productions 71
// and 72. It returns the offset of what follows the white space behind the name, or i if there is none.
func entityName(s string, i int) int {
	name := ascii.SkipSpace(s, i)
	if name == i {
		return i
	}
	if name < len(s) && s[name] == '%' {
		name = ascii.SkipSpace(s, name+1)
	}
	end := name
	for end < len(s) && isNameByte(s[end]) {
		end++
	}
	if end == name || s[name] == '.' || s[name] == '-' {
		return i
	}
	return ascii.SkipSpace(s, end)
}

// reference looks at the ";" at i for &name; as the whole content of an element, or %name; before "]>".
func reference(s string, i int) (start int, ok bool) {
	start = i
	for start > 0 && i-start < 64 && isNameByte(s[start-1]) {
		start--
	}
	if start == i || start == 0 {
		return 0, false
	}
	start--
	after := ascii.SkipSpace(s, i+1)
	switch s[start] {
	case '%':
		return start, strings.HasPrefix(s[after:], "]>")
	case '&':
		open := start
		for open > 0 && start-open < 64 && ascii.IsSpace(s[open-1]) {
			open--
		}
		if open == 0 || s[open-1] != '>' || !strings.HasPrefix(s[after:], "</") {
			return 0, false
		}
		ref := s[start : i+1]
		return start, html.UnescapeString(ref) == ref
	}
	return 0, false
}

// attribute looks at the "=" at i for the attributes by which XInclude and XML Schema load documents.
func (f *finder) attribute(i int) {
	s := f.text
	value := ascii.SkipSpace(s, i+1)
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
		if ascii.HasPrefix(rest, name) {
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
	return ascii.IsLetter(c) || ascii.IsDigit(c) || c >= 0x80 || strings.IndexByte("_-.:", c) >= 0
}

// next returns the offset of the first c from i on, or -1.
func next(s string, i int, c byte) int {
	if n := strings.IndexByte(s[i:], c); n >= 0 {
		return i + n
	}
	return -1
}
