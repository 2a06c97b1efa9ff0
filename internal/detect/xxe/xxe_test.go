package xxe_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/xxe"
)

func TestCorpora(t *testing.T) { detecttest.Corpora(t, xxe.Detector()) }

func TestRules(t *testing.T) {
	detecttest.Table(t, xxe.Detector(), detecttest.Rows{
		{"an external entity", `<!ENTITY a SYSTEM "file:///x">`, "entity-declaration"},
		{"an internal entity", `<!ENTITY a "b">`, "entity-declaration"},
		{"a parameter entity", `<!ENTITY % a "b">`, "entity-declaration"},
		{"an entity that is cut off", `<!ENTITY a S`, "entity-declaration"},
		{"an entity without its opening", `ENTITY a PUBLIC 'b' 'c'`, "entity-declaration"},
		{"an external DTD", `<!DOCTYPE a SYSTEM "b">`, "external-dtd"},
		{"a public DTD", `<!DOCTYPE a PUBLIC "b" "http://c">`, "external-dtd"},
		{"a DTD of no name", `<!DOCTYPE {x} SYSTEM "b">`, "external-dtd"},
		{"HTML's DTD elsewhere", `<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://evil.example/x">`, "external-dtd"},
		{"HTML with an internal subset", `<!DOCTYPE html [`, "internal-subset"},
		{"a subset behind an external identifier", `<!DOCTYPE html PUBLIC "-//W3C//DTD X//EN" [`, "internal-subset"},
		{"an element type", `<!ELEMENT a ANY>`, "internal-subset"},
		{"a list of attributes", `<!ATTLIST a b CDATA "c">`, "internal-subset"},
		{"a notation", `<!NOTATION a SYSTEM "b">`, "internal-subset"},
		{"a reference", `<a>&b;</a>`, "entity-reference"},
		{"a parameter reference", `%a;]>`, "entity-reference"},
		{"a reference before an element's text", `<a>&b; c</a>`, "entity-reference"},
		{"a reference behind an element's text", `<a>b &c;</a>`, "entity-reference"},
		{"a reference behind another element", `<a><b/>&c; d</a>`, "entity-reference"},
		{"a reference in an attribute", `<a b="&c;"/>`, "entity-reference"},
		{"a reference and nothing else", ` &foo; `, "entity-reference"},
		{"a parameter reference and nothing else", `%foo;`, "entity-reference"},
		{"parameter references in a row", `x %foo; %bar; y`, "entity-reference"},
		{"a DTD without its opening", `!DOCTYPE a SYSTEM "b"`, "external-dtd"},
		{"lists of aliases", `b: &b [*a, *a,*a, *a]`, "entity-expansion"},
		{"a value that ends its element", `Anna</name><role>admin</role><name>`, "element-breakout"},
		{"a value that ends its section", `]]><role>admin</role><![CDATA[`, "element-breakout"},
		{"XInclude's namespace", `<a xmlns:b="http://www.w3.org/2001/XInclude">`, "xinclude"},
		{"XInclude", `<xi:include href="x"/>`, "xinclude"},
		{"a style sheet", `<?xml-stylesheet href="x"?>`, "stylesheet"},
		{"XSLT", `<xsl:copy-of select="document('x')"/>`, "stylesheet"},
		{"a schema", `<a xsi:schemaLocation="b http://c"/>`, "external-schema"},
		{"UTF-7", `<?xml version="1.0" encoding="utf-7"?>`, "declared-encoding"},

		{"HTML", `<!DOCTYPE html>`, ""},
		{"HTML 4", `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">`, ""},
		{"HTML for old tools", `<!DOCTYPE html SYSTEM "about:legacy-compat">`, ""},
		{"XML", `<?xml version="1.0" encoding="UTF-8"?><a b="c">d</a>`, ""},
		{"entities of HTML", `<a>&amp;</a><b>&nbsp;</b>`, ""},
		{"a reference in a sentence", `<b>you &me; too</b>`, ""},
		{"a section that the text opens", `<![CDATA[a]]><b/><![CDATA[c]]>`, ""},
		{"an end tag too many of HTML", `one</p><p>two</b><i>`, ""},
		{"an element that the text opens", `<name>a</name><role>b</role>`, ""},
		{"a broken heart", `</3 <b>you</b> </3><i>`, ""},
		{"a company in an element", `<b>R&D;</b> and <b>x &lt; y</b>`, ""},
		{"a reference of HTML and nothing else", `&hearts;`, ""},
		{"arrows and ampersands", `a->&b; x >&log; y=&z;`, ""},
		{"conversions", `%s;%lld;%d; and %lf;`, ""},
		{"emphasis in a list", `[*a, *b, *c] and [*p, *p]`, ""},
		{"words", `the ENTITY is PUBLIC, the SYSTEM "alpha" is down, <!ENTITY`, ""},
	})
}

func TestLinear(t *testing.T) {
	detecttest.Linear(t, xxe.Detector(), 100,
		"<", "<!", "<!ENTITY ", "<!ENTITY a ", "<!DOCTYPE ", "<!DOCTYPE a ", "<!DOCTYPE a SYSTEM \"", "<!DOCTYPE a [", "<!ELEMENT a", "ENTITY ", "ENTITY a SYSTEM '",
		"<?xml ", "<?xml-stylesheet", "<xsl:", "&a;", ">&a;</", "%a;", ";", "a;", " ;", "=", "=\"", "chemaLocation=\"", "> &a;", ">                &a;", "&", "<xi:include", "]]><![CDATA[", "<![CDATA[", "</a>", "</a><", "</", "<a></b><c>", "[*a,", "[*", "[*a,*a,[", "%abc;", "%abc;%", "DOCTYPE ", "DOCTYPE a SYSTEM '", "ENTITY ", ">&a;", "='&a;", "YE*[",
	)
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	detecttest.Clean(t, xxe.Detector(),
		`<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">`,
		`<?xml version="1.0" encoding="UTF-8"?><a b="c">&amp; d; e</a>`, "the ENTITY is PUBLIC; \"ok\"")
}
