package xss_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/detect/xss"
)

// source draws from lists; its seed is printed, so that a failure can be had again.
type source struct{ *rand.Rand }

func newSource(t *testing.T) source {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return source{rand.New(rand.NewPCG(seed, 2))}
}

func (r source) pick(from ...string) string { return from[r.IntN(len(from))] }

// letters makes up a name.
func (r source) letters(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + r.IntN(26))
	}
	return string(b)
}

// anyCase changes the case of letters, which HTML does not look at.
func (r source) anyCase(s string) string {
	b := []byte(s)
	for i, c := range b {
		if r.IntN(3) == 0 && 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// space is what HTML takes for white space between attributes, a slash included.
func (r source) space() string { return r.pick(" ", "\t", "\n", "\f", "\r\n", "/", "  ", " / ", "//") }

func (r source) element() string {
	return r.anyCase(r.pick("a", "b", "img", "svg", "body", "input", "video", "details", "math", "tango-card", "x:y", "script", "style", "title", "td", r.letters(4)))
}

// code does something when it runs.
func (r source) code() string {
	n := fmt.Sprint(r.IntN(1000))
	return r.pick(
		"alert("+n+")", "confirm`"+n+"`", "prompt('"+n+"')", "(alert)("+n+")", "window['alert']("+n+")", "eval('x"+n+"')",
		"top['al'+'ert']("+n+")", "setTimeout('x"+n+"')", "Function('x"+n+"')()", "["+n+"].map(alert)", "[].constructor.constructor('x')()",
		"location='//x/'+"+n, "fetch('//x/"+n+"')", "import('//x/"+n+"')", "document.write('<b>"+n+"')", "a=alert,a("+n+")",
	)
}

// TestHandlersEverywhere: any element, any event, any separator, any quoting, complete or cut off.
func TestHandlersEverywhere(t *testing.T) {
	r := newSource(t)
	d := xss.Detector()
	for range 5000 {
		quote := r.pick("", `"`, "'", "`")
		value := r.letters(1 + r.IntN(9))
		if quote != "" && r.IntN(2) == 0 {
			value += ">" + value
			if quote == "`" {
				value = r.letters(5)
			}
		}
		event := r.anyCase("on" + r.letters(3+r.IntN(9)))
		other := r.pick("", "x=1", `x="a>b"`, "x='<b>'", "x", `x="`+"'"+`"`, "x='\"'")
		text := "<" + r.element() + r.space() + other
		if other != "" {
			text += r.space()
		}
		blank := r.pick("", " ", "\n", "\t ")
		text += event + blank + "=" + blank + quote + value
		if cut := r.IntN(4); cut > 0 {
			text += quote + r.pick("", ">", " >", "/>", "<")
		}
		if len(detecttest.Inspect(t, d, text)) == 0 {
			t.Fatalf("not found: %q", text)
		}
		if enc := encode(r, text); len(detecttest.Inspect(t, d, enc)) == 0 {
			t.Fatalf("not found: %q, which is %q", enc, text)
		}
	}
}

// TestURLsEverywhere: any attribute, any blanks and controls that the URL parser drops, WHATWG URL 4.4.
func TestURLsEverywhere(t *testing.T) {
	r := newSource(t)
	d := xss.Detector()
	for range 5000 {
		scheme := r.anyCase(r.pick("javascript", "vbscript"))
		i := r.IntN(len(scheme))
		scheme = r.pick("", " ", "\x01", "\n") + scheme[:i] + r.pick("", "\t", "\n", "\r", "\n\t") + scheme[i:] + r.pick("", "\t", "\n")
		quote := r.pick(`"`, "'")
		name := r.pick("href", "src", "action", "formaction", "data", "xlink:href", "to", "values", "poster", r.letters(5))
		text := "<" + r.element() + r.space() + r.anyCase(name) + "=" + quote + scheme + ":" + r.letters(3) + quote + r.pick(">", "", " ")
		if len(detecttest.Inspect(t, d, text)) == 0 {
			t.Fatalf("not found: %q", text)
		}
		if enc := encode(r, text); len(detecttest.Inspect(t, d, enc)) == 0 {
			t.Fatalf("not found: %q, which is %q", enc, text)
		}
	}
}

// TestBreakouts: code behind the end of an attribute, a string, a comment or a raw text element.
func TestBreakouts(t *testing.T) {
	r := newSource(t)
	d := xss.Detector()
	for range 5000 {
		code := r.code()
		q := r.pick("'", `"`)
		if strings.Contains(code, q) {
			q = r.pick("'", `"`)
		}
		op := r.pick("-", "+", "*", "/", "^", "|", "||", "&&", ",", "==", "<", ">", "%", "??", " in ")
		text := r.pick(
			q+op+"("+code+")"+op+q,
			q+";"+code+"//",
			q+"});"+code+";({a:"+q,
			q+"]};"+code+"//",
			`\`+q+";"+code+"//",
			q+"\n"+code+"//",
			q+" on"+r.pick("click", "focus", "mouseover", "toggle", "pointerup")+"="+code+" x="+q,
			q+"><svg/onload="+r.letters(3)+">",
			q+"><script>"+code+"</script>",
			"--><script>"+code+"</script>",
			"</"+r.pick("title", "textarea", "style", "script", "noscript", "xmp")+"><script>"+code+"</script>",
			"<script>"+code,
			"javascript:"+code,
			code,
			code+";",
			"1;"+code,
		)
		if len(detecttest.Inspect(t, d, text)) == 0 {
			t.Fatalf("not found: %q", text)
		}
	}
}

// TestHarmlessTagsBehindBreakouts: what ends the page's attribute may go on with any element.
func TestHarmlessTagsBehindBreakouts(t *testing.T) {
	r := newSource(t)
	d := xss.Detector()
	for range 3000 {
		name := r.pick("h1", "b", "p", "center", "marquee", r.letters(3))
		text := r.pick("", "x", "q=1&r=") + r.pick(`"`, "'", `'"`, `\"`) + r.pick(">", "/>", ">>", `">`, "> ") +
			"<" + r.anyCase(name) + r.pick(">", "/>", " class=x>", "") + r.letters(2)
		if len(detecttest.Inspect(t, d, text)) == 0 {
			t.Fatalf("not found: %q", text)
		}
		if enc := encode(r, text); len(detecttest.Inspect(t, d, enc)) == 0 {
			t.Fatalf("not found: %q, which is %q", enc, text)
		}
	}
}

// TestCells: whatever is found is found in a cell of CSV too, whole or cut off.
func TestCells(t *testing.T) {
	r := newSource(t)
	d := xss.Detector()
	for range 3000 {
		text := r.pick(
			`<img src="`+r.letters(3)+`" alt="x">`, `<i onclick="`+r.letters(3)+`">`, `<a title="x" href="/`+r.letters(3)+`">`,
			`<style>a{b:"`+r.letters(3)+`"}`, `<script>`+r.code()+`;x="`+r.letters(3)+`"</script>`, `&{document.write("`+r.letters(2)+`")}`,
		)
		if len(detecttest.Inspect(t, d, text)) == 0 {
			t.Fatalf("not found: %q", text)
		}
		cell := `"` + strings.ReplaceAll(text, `"`, `""`)
		cell += r.pick("", `"`, `","next"`)
		if len(detecttest.Inspect(t, d, cell)) == 0 {
			t.Fatalf("not found: %q, which is %q", cell, text)
		}
	}
}

// TestPieces: a name that is cut anywhere and joined again.
func TestPieces(t *testing.T) {
	r := newSource(t)
	d := xss.Detector()
	for range 3000 {
		name := r.pick("javascript", "alert", "eval", "location", "confirm", "constructor", "unescape")
		q := r.pick("'", `"`)
		cut := 1 + r.IntN(len(name)-2)
		glue := r.pick(q+"+"+q, q+"+"+q+q+"+"+q, q+" + "+q, q+"||0;y=0||"+q, q+";y="+q, q+"+/**/"+q)
		text := r.pick("x=", "x=0||", "x=["+q+q+"+", "x=1?") + q + name[:cut] + glue + name[cut:] + q
		if strings.HasPrefix(text, "x=1?") {
			text += ":0"
		}
		if len(detecttest.Inspect(t, d, text)) == 0 {
			t.Fatalf("not found: %q", text)
		}
		source := "x=/" + name[:cut] + "/" + r.pick("", " ") + ".source+/" + name[cut:] + "/.source"
		if len(detecttest.Inspect(t, d, source)) == 0 {
			t.Fatalf("not found: %q", source)
		}
	}
}

// TestStyleEscapes: CSS escapes of any length, and comments, in what runs.
func TestStyleEscapes(t *testing.T) {
	r := newSource(t)
	d := xss.Detector()
	for range 3000 {
		plain := r.pick("expression(x=1)", "behavior:url(x.htc)", "-moz-binding:url(//x/y)", "behaviour:url(#x)")
		var b strings.Builder
		escapes := 0
		for i := range len(plain) {
			c := plain[i]
			switch n := r.IntN(8); {
			case n == 0 && c != ')' || i == 2:
				escapes++
				fmt.Fprintf(&b, `\%0*x `, 2+r.IntN(5), c)
			case n == 1 && i > 0 && plain[0] == 'e' && i < len("expression"):
				b.WriteString(r.pick("/**/", "/* x */") + string(c))
			default:
				b.WriteByte(c)
			}
		}
		if text := b.String(); len(detecttest.Inspect(t, d, text)) == 0 {
			t.Fatalf("not found: %q, which is %q, %d escapes", text, plain, escapes)
		}
	}
}

// TestLitteredHandlers: quotes and brackets anywhere in a handler's name, which a filter takes out.
func TestLitteredHandlers(t *testing.T) {
	r := newSource(t)
	d := xss.Detector()
	for range 3000 {
		name := r.pick("onclick", "onload", "onfocus", "onmouseover", "onerror")
		cut := 1 + r.IntN(len(name))
		text := r.pick(`"`, "'", `" `, "' ", `"/`) + name[:cut] + r.pick("<", ">", "'", `"`, "<>") + name[cut:] + r.pick("=", " =", "='") + r.letters(3)
		if len(detecttest.Inspect(t, d, text)) == 0 {
			t.Fatalf("not found: %q", text)
		}
	}
}

// encode hides a text in one of the encodings that package scan decodes.
func encode(r source, s string) string {
	form := r.IntN(6)
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c < 0x20 && form >= 2 || 'a' <= c|0x20 && c|0x20 <= 'z' && r.IntN(4) > 0 {
			b.WriteByte(c)
			continue
		}
		switch form {
		case 0:
			fmt.Fprintf(&b, "%%%02x", c)
		case 1:
			fmt.Fprintf(&b, "%%25%02X", c)
		case 2:
			fmt.Fprintf(&b, "&#%d;", c)
		case 3:
			fmt.Fprintf(&b, "&#x%04x;", c)
		case 4:
			fmt.Fprintf(&b, `\x%02x`, c)
		case 5:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	return b.String()
}

// active says whether x/net/html sees a start tag with a handler that has a value, or with a script URL.
func active(s string) bool {
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return false
		case html.StartTagToken, html.SelfClosingTagToken:
			for _, a := range z.Token().Attr {
				if len(a.Key) >= 5 && strings.HasPrefix(a.Key, "on") && strings.Trim(a.Key[2:5], "abcdefghijklmnopqrstuvwxyz") == "" && a.Val != "" {
					return true
				}
				if strings.HasPrefix(a.Val, "javascript:") {
					return true
				}
			}
		}
	}
}

// FuzzFind: spans lie inside, a closed gate hides nothing, the answer is always the same, steps are bounded, and
// whatever golang.org/x/net/html takes for a handler or a script URL is found.
func FuzzFind(f *testing.F) {
	for _, s := range []string{
		`<a title="<b x='" onclick=f() y='>`, `<svg/onload=x>`, `<title><a x="</title><i y='>' onerror=1>">`, `<x 1=">" onxxx=1>`, `';alert(1)//`,
		"top['a'](1)", "a=alert,a`1`", `<a href=javascript:x>`, `<!--><b onclick=x>-->`, "<style>*{x:y}", `"style=x:expression(1)`, "![]+[]+[]+[]",
		"\xbcscript(", "&{(}", "[[[](", "a](b", "<script>//", `<p style="\`, "data:text/html,", "x]['constructor']('y')",
	} {
		f.Add(s)
	}
	d := xss.Detector()
	f.Fuzz(func(t *testing.T, s string) {
		found := detecttest.Inspect(t, d, s)
		if again := detecttest.Inspect(t, d, s); fmt.Sprint(found) != fmt.Sprint(again) {
			t.Fatalf("%v and then %v in %q", found, again, s)
		}
		if active(s) && len(found) == 0 {
			t.Fatalf("x/net/html sees a handler or a script URL in %q", s)
		}
		v := scan.NewView(s)
		d.Find(&v, func(string, int, int) {})
		if v.Steps() > 64*len(s)+1000 {
			t.Fatalf("%d steps for %d bytes: %q", v.Steps(), len(s), s)
		}
	})
}
