package markup

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// hostile are texts that make a careless scanner look at the same bytes again and again.
var hostile = map[string]func(n int) string{
	"open tags":                  func(n int) string { return strings.Repeat("<a ", n) },
	"open tags with values":      func(n int) string { return strings.Repeat("<a b=c ", n) },
	"unclosed quotes":            func(n int) string { return strings.Repeat(`<a b="`, n) },
	"unclosed quotes by turns":   func(n int) string { return strings.Repeat(`<a b="<a b='`, n) },
	"tags in quotes":             func(n int) string { return "<a " + strings.Repeat(`x="<a " `, n) },
	"interleaved quotes":         func(n int) string { return "<a " + strings.Repeat(`x='<a y="' z=" p='" `, n) },
	"interleaved quotes, by two": func(n int) string { return strings.Repeat(`<a x='<b y="' z="<i q='" r='" s="' t="`, n) },
	"tags that meet in one":      func(n int) string { return "<a " + strings.Repeat(`y="<a x=z" `, n) },
	"one quote and many tags":    func(n int) string { return strings.Repeat("<a b=x ", n) + `"` + strings.Repeat("<a c='", n) },
	"scripts without an end":     func(n int) string { return strings.Repeat("<script>", n) },
	"every raw element":          func(n int) string { return strings.Repeat("<script><style><title><textarea><xmp><iframe><noembed>", n) },
	"ends of other elements":     func(n int) string { return strings.Repeat("<script></style></scrip></scriptx>", n) },
	"raw end without >":          func(n int) string { return strings.Repeat("<script></script ", n) },
	"comments without an end":    func(n int) string { return strings.Repeat("<!--", n) },
	"comments, one far end":      func(n int) string { return strings.Repeat("<!-- --> ", n) + "--!>" },
	"comments, other far end":    func(n int) string { return strings.Repeat("<!-- --!> ", n) },
	"CDATA without an end":       func(n int) string { return strings.Repeat("<![CDATA[", n) },
	"doctypes":                   func(n int) string { return strings.Repeat("<!doctype a [", n) },
	"doctypes that close":        func(n int) string { return strings.Repeat("<!doctype a [ > ", n) + "]>" },
	"instructions":               func(n int) string { return strings.Repeat("<?a ", n) },
	"less-than signs":            func(n int) string { return strings.Repeat("<", n) },
	"long names":                 func(n int) string { return "<" + strings.Repeat("a", n) + " " + "<a " + strings.Repeat("b", n) },
	"slashes":                    func(n int) string { return strings.Repeat("<b"+strings.Repeat("/", 50), n) },
	"tags that go":               func(n int) string { return strings.Repeat("<p><br>", n) },
}

// TestStripIsLinear counts the bytes that are looked at. The constant is the number of things that are looked for at
// the same time.
func TestStripIsLinear(t *testing.T) {
	for name, make := range hostile {
		var before int
		for _, n := range []int{1000, 2000, 4000} {
			x := stripper{s: make(n), brk: '\n'}
			x.run()
			assert.LessOrEqual(t, x.work, 24*len(x.s), "%s: %d bytes", name, len(x.s))
			if before > 0 {
				assert.LessOrEqual(t, x.work, before*23/10, "%s: %d bytes, twice as many as before", name, len(x.s))
			}
			before = x.work
		}
	}
}

func TestStripTakesOutWhatItShould(t *testing.T) {
	for in, want := range map[string]string{
		"":                             "",
		"<":                            "<",
		"<b":                           "<b",
		"<b>":                          "",
		"a<B\n>c</b\t>d":               "acd",
		"<b/>x<b / >y":                 "xy",
		"<b a=b c='d' e=\"f\"g=h>x":    "x",
		"<b a=>x":                      "<b a=>x",
		"<b =a>x":                      "<b =a>x",
		"<b 1=2>x":                     "<b 1=2>x",
		"<b a=<i>x":                    "<b a=x",
		"<b a='<i>'>x":                 "x",
		"<b checked Disabled>x":        "x",
		"<b data-x>x":                  "x",
		"<b onclick>x":                 "<b onclick>x",
		"</b and>x":                    "</b and>x",
		"</ b>x":                       "</ b>x",
		"<\u212a>x":                    "<\u212a>x",
		"<script>a</script>b":          "b",
		"<script>a</scripts>b":         "a</scripts>b",
		"<title>a</TITLE/ x>b":         "b",
		"x<title>a</title>b":           "x|b",
		"x<title>a":                    "xa",
		"x<script>a</script":           "xa</script",
		"a<p>b":                        "a|b",
		"<p>a</p>":                     "a",
		"a|<p>b":                       "a|b",
		"a<br><p>b":                    "a|b",
		"a</br>b":                      "a|b",
		"a<foreignObject>b":            "ab",
		"a<!-->b":                      "ab",
		"a<!-- > -- --!>b":             "ab",
		"a<!--->b":                     "ab",
		"a<!- b ->c":                   "a<!- b ->c",
		"<!DocType html>a":             "a",
		"<!doctypes>a":                 "<!doctypes>a",
		"<!doctype a [<!x>]>b":         "b",
		"<!doctype a [<!x> b":          " b",
		"<?xml?>a<?xml b":              "a<?xml b",
		"<? x ?>a":                     "<? x ?>a",
		strings.Repeat("<b>", 3) + "x": "x",
	} {
		assert.Equal(t, want, Strip(in, '|'), "%q", in)
	}
}

func TestEscapeText(t *testing.T) {
	for in, want := range map[string]string{
		"":                                  "",
		"a < b > c":                         "a &lt; b > c",
		"if x<y then":                       "if x&lt;y then",
		"Jane <jane@example.com>":           "Jane &lt;jane@example.com>",
		"</3 </b> <o:p>":                    "&lt;/3 </b> <o:p>",
		"<b>x</b><i":                        "<b>x</b>&lt;i",
		"<!-- a --><!":                      "<!-- a -->&lt;!",
		"<>":                                "&lt;>",
		"<" + strings.Repeat("a", 70) + ">": "&lt;" + strings.Repeat("a", 70) + ">",
	} {
		assert.Equal(t, want, EscapeText(in), "%q", in)
	}
}

func TestElementsAreKnownOnce(t *testing.T) {
	seen := map[string]string{}
	for list, names := range map[string]string{"inline": inlineNames, "block": blockNames, "raw": rawNames, "raw block": rawBlockNames, "svg": svgNames, "math": mathNames} {
		for name := range strings.FieldsSeq(names) {
			assert.Empty(t, seen[name], "%s is in %s too", name, list)
			seen[name] = list
			assert.LessOrEqual(t, len(name), longestBare)
			assert.Equal(t, strings.ToLower(name), name)
		}
	}
	for name := range bare {
		assert.LessOrEqual(t, len(name), longestBare, name)
	}
}

func ExampleStrip() {
	fmt.Println(Strip("<p>Hello <b>Anna</b></p><p>if a<b and c>d</p>", '\n'))
	// Output:
	// Hello Anna
	// if a<b and c>d
}
