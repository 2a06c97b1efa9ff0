package xss_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tangoguard/tangoguard/internal/detect/scantest"
	"github.com/tangoguard/tangoguard/internal/detect/xss"
)

func TestCorpus(t *testing.T) { scantest.Corpus(t, xss.Detector()) }

// TestRules has a row for each meaning of each rule: the rule must be among those that are reported.
func TestRules(t *testing.T) {
	for _, tt := range []struct{ name, rule, text string }{
		{"a handler", "event-handler", `<b onclick=f()>`},
		{"a handler of an event that nobody knows", "event-handler", `<b onwhatever=1>`},
		{"a handler behind a > in quotes", "event-handler", `<b title="a>b" onclick=f()>`},
		{"a handler in a tag that is cut off", "event-handler", `<b onclick=f(`},
		{"a handler in a tag inside an attribute", "event-handler", `<a title="<b onclick=f()`},
		{"a handler behind a tag inside an attribute", "event-handler", `<a title="<b x='" onclick=f() y='>`},
		{"a handler in an element with a prefix", "event-handler", `<x:y onclick=f()>`},
		{"a handler in an end tag, which old browsers read", "event-handler", `</b onclick=f()>`},
		{"a script URL", "script-url", `<a href="JavaScript:f()">`},
		{"a script URL behind controls", "script-url", "<a href='\x01java\nscript\t:f()'>"},
		{"a script URL in an attribute that takes no URL", "script-url", `<b x=javascript:f()>`},
		{"a data: document", "script-url", `<iframe src="data:text/html,x">`},
		{"a data: URL without a type", "script-url", `<a href=data:,x>`},
		{"a script URL in plain text", "script-url", `[x](javascript:f())`},
		{"a script with code", "script-element", `<script>f()</script>`},
		{"a script that is cut off", "script-element", `<script>f(`},
		{"a script with nothing in it", "script-element", `<script></script>`},
		{"a script in a namespace", "script-element", `<svg:script>f()`},
		{"a script with a source", "active-element", `<script src=//x>`},
		{"a frame", "active-element", `<iframe src=//x>`},
		{"a form", "active-element", `<form action=//x>`},
		{"a field", "active-element", `<input name=password>`},
		{"a refresh", "active-element", `<meta http-equiv=refresh content=0>`},
		{"SVG with attributes", "active-element", `<svg viewBox="0 0 1 1">`},
		{"SVG among markup", "active-element", `<div><svg>`},
		{"an animation", "active-element", `<set attributeName=href to=x>`},
		{"a foreign namespace", "active-element", `<x xmlns="http://www.w3.org/1999/xhtml">`},
		{"a conditional comment", "active-element", `<!--[if IE]><b>x</b><![endif]-->`},
		{"an image", "resource-attribute", `<img src=//x/y.png>`},
		{"a link", "resource-attribute", `<a href=//x>y</a>`},
		{"a form-encoded image", "resource-attribute", `<img+src=//x>`},
		{"a style that loads", "active-style", `<b style="background:url(//x)">`},
		{"a style that runs", "active-style", `<b style="x:exp/**/ression(f())">`},
		{"a style in escapes", "active-style", `<b style="\63olor:red">`},
		{"a style sheet", "active-style", `<style>b{color:red}</style>`},
		{"a style in the page's tag", "active-style", `" style="background:url(//x)`},
		{"a directive of AngularJS", "framework-directive", `<b ng-click=x>`},
		{"a directive of Vue", "framework-directive", `<b v-html=x>`},
		{"the end of a script", "raw-text-end", `</script><b>`},
		{"the end of a title behind a string", "raw-text-end", `"</title>x`},
		{"a handler in the page's tag", "attribute-breakout", `" onfocus=f() x="`},
		{"a handler in the page's tag without quotes", "attribute-breakout", `x onfocus=f()`},
		{"a handler behind a quote, whatever it holds", "attribute-breakout", `"onfocus=x`},
		{"a source in the page's tag", "attribute-breakout", `" src=//x y="`},
		{"a string in a script", "string-breakout", `';f()//`},
		{"a string that goes on", "string-breakout", `"-f()-"`},
		{"a template that goes on", "string-breakout", "`-alert(1)-`"},
		{"a string with its quote escaped", "string-breakout", `\';f()//`},
		{"a call of a dialog", "script-code", `alert(1)`},
		{"a call of a dialog in prose", "script-code", `and then alert('x') came up`},
		{"a call with blanks, when nothing else is there", "script-code", `alert ( 1 )`},
		{"a tagged template in prose", "script-code", "see alert`1` there"},
		{"a computed member of a global in prose", "script-code", `see top["a"+"b"](1) there`},
		{"a constructor", "script-code", `{{x.constructor('f()')()}}`},
		{"the cookie on its way", "script-code", `x'+document.cookie`},
		{"an alias", "script-code", `?x=y=alert,y(1)`},
		{"a navigation", "script-code", `location='//x'`},
		{"a navigation in code", "script-code", `1;location=name`},
		{"an element made by script", "script-code", `see document.write("<b>") there`},
		{"Netscape's entities", "script-code", `x&{()}`},
		{"no letters", "obfuscated-script", `(![]+[])[+[]]+(!![]+[])[+[]]`},
		{"no letters, and nothing called", "obfuscated-script", `![]+!![]+[]+[]+![]`},
		{"a data: document in plain text", "script-url", `data:text/html,x`},
		{"US-ASCII in percent with nothing called", "charset-markup", "x+%BCscript%BEx"},
		{"US-ASCII with nothing called", "charset-markup", "x+%BCscript%BEx \xbcscript\xbe"},
		{"UTF-7", "charset-markup", `+ADw-b+AD4-`},
		{"US-ASCII", "charset-markup", "\xbcscript\xbef()"},
		{"US-ASCII in percent", "charset-markup", "%BCscript%BEf()"},
		{"a probe with text before its tag", "context-probe", `x">XSS</a>`},
		{"a probe", "context-probe", `'"-->`},
		{"a probe with a tag", "context-probe", `"><zzz`},
		{"three quotes", "context-probe", "'\"`"},
		{"three quotes behind a mark", "context-probe", "Xmark1 '\"`"},
		{"a probe with closing brackets and a harmless tag", "context-probe", `'>><h2>x`},
		{"a probe with a slash and a harmless tag", "context-probe", `"/><h2>x`},
		{"a list of encodings", "context-probe", `%3C &lt;`},
		{"quotes in the name of a tag", "context-probe", `<a'"x`},
		{"a moving text", "active-element", `<marquee behavior=slide>x`},
		{"a moving text behind a quote", "active-element", `a="<marquee>x`},
		{"a namespace of Internet Explorer", "active-element", `<?xml:namespace prefix="q" ns="urn:x">`},
		{"the end of a conditional comment", "active-element", `<![endif]-->`},
		{"an image in a cell of CSV", "resource-attribute", `"<img src=""//x/y.png"" alt=""x""> and more"`},
		{"a link in a cell of CSV that is cut off", "resource-attribute", `"<a href=""/x"`},
		{"a long s that was read as Latin-1", "script-element", `<Å¿cript>f()`},
		{"an applet in a form-encoded tag", "resource-attribute", `<applet+code=""+codebase="//x">`},
		{"a script in a charset, without a call", "charset-markup", `¼script¾x=document.cookie`},
		{"a script in a charset as reports write it", "charset-markup", `[\xC0][\xBC]script>x`},
		{"Netscape's entities without brackets", "script-code", `x&{document.cookie=1}`},
		{"a handler with a bracket in its name", "attribute-breakout", `"on<click=x`},
		{"a handler with quotes in its name", "attribute-breakout", `<'b' o'n'c'l'i'c'k'='f'`},
		{"a handler behind other attributes", "attribute-breakout", `" type=image src=null onerror=f "`},
		{"a rule behind the page's own", "active-style", `;{}*{color:red}`},
		{"a rule on a new line", "active-style", `%0a{} b { color : x; top:1px }`},
		{"an expression by itself", "active-style", `expression(top=1)`},
		{"an expression in escapes", "active-style", `ex\70 ression(top=1)`},
		{"an expression in escapes and comments", "active-style", `ex\70 ress/* */ion(top)`},
		{"a behaviour by itself", "active-style", `x behavior: url(x.htc)`},
		{"a behaviour in escapes", "active-style", `behavior:url\0028x\0029`},
		{"a style with NUL in escapes", "active-style", `<b style=-m\0o\0z\0-binding:x>`},
		{"a background by itself", "active-style", `background:url(//x/y.png)`},
		{"a style with a line break in a string", "active-style", "<b style=\"font-family:'x&#10;;top:0;'\">"},
		{"a name in pieces", "script-code", `x='al'+'ert';f(x)`},
		{"a name in pieces of several statements", "script-code", `p=1?'docu':'';q=0||'ment'`},
		{"a URL in pieces", "script-code", `x=['java'+''+'script'+':'+'f()']`},
		{"a name in sources of patterns", "script-code", `x=/ev/ .source+/al/.source`},
		{"a name in XML", "script-code", `x=''+<x>ev</x>`},
		{"a dialog as a method of the page", "script-code", `document.body.x=confirm`},
		{"a title as markup", "script-code", `innerHTML=document.title`},
		{"an alias behind a lost line break", "script-code", `z=prompt z(5)`},
		{"a dialog for a replacement", "script-code", `.replace(/x/,alert)`},
		{"a dialog as a number", "script-code", `parseInt('alert',36)`},
		{"a member of a number", "script-code", `f = 0[this.a](this.b)`},
		{"what eval gives is called", "script-code", `eval(q)(1)`},
		{"text of character codes", "script-code", `chr(60).chr(98).chr(62)`},
		{"a script URL for a source", "script-url", `x.src='javascript:while(1){}'`},
		{"a script URL in a variable", "script-code", `u="javascript:";`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Contains(t, scantest.Rules(scantest.Inspect(t, xss.Detector(), tt.text)), tt.rule, "%s", tt.text)
		})
	}
}

// TestHonest are the opposites of the rows of TestRules; testdata has many more.
func TestHonest(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"a tag without effect", `<b class="x">y</b>`},
		{"a short word that begins with on", `<b one=1 only=2>`},
		{"an attribute that is only named", `<a href> and <img src>`},
		{"a tag in a sentence", `the <script> tag, the <svg> tag and the <iframe> tag`},
		{"words about a script", `<script> was in there, and it was bad`},
		{"a style without effect", `<b style="color:red">`},
		{"a script URL that is a title", `javascript: the good parts`},
		{"a link that does nothing", `javascript:void(0)`},
		{"a data: URL of an image", `data:image/png;base64,AAAA`},
		{"a handler that prose names", `onload is slow and onclick = fast?`},
		{"words with apostrophes and brackets", `the '90s (great), O'Brien's (closed) - "really" (yes)`},
		{"a word in brackets", `alert(s), confirm(ed), prompt(ly), eval(uation)`},
		{"a list in brackets", `confirm (1) the size (2) the colour`},
		{"code that calls nothing of a browser", `while(alive){ eat(); sleep(); }`},
		{"a call that prose names", `alert() and document.write() are blocked`},
		{"settings", `location=Berlin, mode=alert, level=2`},
		{"less-than signs", `1 < 2, a<b, b>c, <3, <-`},
		{"arrows", `--> "here"`},
		{"Markdown", `[x](https://x.example/) ![y](z.png)`},
		{"a handler behind a tag, in words", `->onclick = fast?`},
		{"a footnote of one letter", `note 3[a](b)`},
		{"a line break that is escaped in a style", "<b style=\"font-family:'a\\\n;b'\">"},
		{"a background in words", `the background:url(//x/y.png) thing`},
		{"escaped brackets", `&lt;&lt;&lt;&lt;&lt;&lt;&lt; HEAD and %3C%3C EOF`},
		{"a quotation before a tag", `he said "yes" <b>twice</b>, and "no > yes"`},
		{"a cell of CSV", `"a ""fine"" <b>day</b>, isn't it"`},
		{"a rule of a style sheet in words", `an empty rule {} and * { } both mean nothing: {}`},
		{"words about expressions", `expression(s) and expression (a kind of face)`},
		{"names in lists", `["prime", "val", "java", "script"]`},
		{"keys", `<kbd>Ctrl</kbd>+<kbd>C</kbd>`},
		{"a footnote", `see 12[1](#n1) and 3[the source](x.html)`},
		{"a number from text", `parseInt("42", 10)`},
		{"a replacement", `s.replace(/x/g, "y").replace(/z/, escape)`},
		{"line breaks in codes", `chr(13)+chr(10)`},
		{"a dialog of the program's own", `this.confirm = confirm`},
		{"a moving text in words", `the <marquee> tag is from 1996`},
		{"a quarter of a script", `¼ script, ¾ prose`},
		{"a reference in Rust", `f(&{x})`},
		{"a Windows path", `C:\65\expression`},
		{"placeholders", `${name} {{name}} <name>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Empty(t, scantest.Inspect(t, xss.Detector(), tt.text), "%s", tt.text)
		})
	}
}

// TestSteps repeats what makes a careless reader look back, or ahead, again and again.
func TestSteps(t *testing.T) {
	for _, pattern := range []string{
		"a", " ", "<", "<a ", "<a b=\"", "<a b='", "</", "<!--", "<!--<!--", "-->", "]]>", "<script>", "<script>a", "</script>", "<style>",
		"<style>a{", "<style/**", "<a style=/*", "'", "\"", "`", "'\"", "'\"`", "(", "((", "a(", "alert(", "alert(1", "alert((", "]", "](", "[(", "a](", "top[](",
		"top[", "=", "a=", "on=", "onclick=", "<a onclick", "onclick=a;", "'onclick=", "location=", "location=a", "a=alert,", "a=alert;", "a=eval",
		"javascript:", "t:", "\tt:", "\x01:", "data:", "data:text/html,", "+", "+ADw", "![]", "&{", "&{(", "\\", "\\u", "/*", "//", "/", "/[", "=/[", "{", "}", "style=",
		"<a style=", "x style=a", "import", "import(", "a.", "a[", "b/", ".constructor(", "x.find(", "\xbcscript", "<svg>", "<x:", "<?", "<%", "(ﾟ]+", "'-", "'-f", ";", ",",
		"document.cookie", "=document.cookie", "=/[", "a=/[\n", "(/[", "alert(/[", "a=`", "a.b=\"", "import(\"", "a.src=\"x\";", "alert(\"", "alert(a", "new XMLHttpRequest;", "alert`", "alert\\`", "expression(", ":expression(", "\n", "a\n", "\x00",
		"'>", "\">>", "/>", "\"\"", "\"<a x=\"\"", "o'n'l=", "o<n=", "<l=", "{}", "{}a{", "a=''+", "''+<a", ">+''", "a='b'+'c';", "a=/b/.source+", "=/b/ .source", "expression(", "parseInt(\"",
		"chr(1)+", "chr(", ".replace(/", "x.y(/a,", "0[a.b](", "0[a](", "eval(a)(", "&{", "&{a(", "¼script", "[\xbc]script", "behavior:url(", "background:", "e:", "\\65 ", "x\\0", "<marquee>", "\" a=b onload=", "\" a=b ",
	} {
		scantest.Linear(t, xss.Detector(), 24, pattern)
	}
}

func TestAllocatesNothing(t *testing.T) {
	scantest.Clean(t, xss.Detector(),
		"Happy birthday, dear O'Brien & sons! (You are 50: 5 x 10 = 50.)",
		"the <script> tag and <b class=\"x\">others</b> are \"fine\" <!-- here --> `too`",
		"f(x) = g(x) + 1; print(\"x\") [a](b) style=modern onclick = fast?",
		"<p style=\"color:red\">x</p>",
	)
}
