package xss

import (
	"bytes"
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// styleWindow is how much of a style sheet is read; the start of an injected one tells what it is for.
const styleWindow = 512

// activeStyle reports whether CSS does more than look: it loads something, runs script (expression(),
// -moz-binding, behavior), or holds rules that reach beyond its element.
func activeStyle(css string) bool {
	var buf [styleWindow]byte
	text, read, escaped := plainCSS(buf[:0], css[:min(len(css), styleWindow)])
	return escaped || bytes.ContainsAny(text, "{}") || brokenString(css[:read]) || runsCSS(text)
}

// brokenString reports whether a line ends inside of a string: there the string ends, and what was text becomes
// declarations (CSS Syntax Level 3, 4.3.5).
func brokenString(css string) bool {
	var quote byte
	for i := range len(css) {
		switch c := css[i]; {
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		case c == '\n' && quote != 0:
			return i > 0 && css[i-1] != '\\' && strings.IndexByte(css[i:], ';') >= 0
		}
	}
	return false
}

// runsCSS reports whether CSS in its plain form loads something or runs script.
func runsCSS(text []byte) bool {
	for _, s := range [...]string{
		"expression(", "-moz-binding", "behavior:", "behaviour:", "url(", "image(", "image-set(", "@import", "javascript:", "-o-link",
		"position:fixed", // lies over the page, whatever the page is
	} {
		if bytes.Contains(text, []byte(s)) {
			return true
		}
	}
	return false
}

// plainCSS appends css to dst as its tokeniser would read it (CSS Syntax Level 3, section 4): lower case,
// comments gone, escapes decoded. White space goes too. It stops at the next tag, and reports how far it has read and
// whether a letter was written as an escape, which nobody does who has nothing to hide.
func plainCSS(dst []byte, css string) (text []byte, read int, escaped bool) {
	i := 0
	for ; i < len(css); i++ {
		c := css[i]
		switch {
		case c == '/' && i+1 < len(css) && css[i+1] == '*':
			n := strings.Index(css[i+2:], "*/")
			if n < 0 {
				return dst, i, escaped
			}
			i += n + 3
			continue
		case c == '<':
			return dst, i, escaped
		case c <= ' ':
			continue
		case c == '\\':
			v, n := 0, 0
			for n < 6 && i+1+n < len(css) && hexValue(css[i+1+n]) >= 0 {
				v = v<<4 | hexValue(css[i+1+n])
				n++
			}
			if n == 0 { // "\x" is x
				escaped = escaped || i+1 < len(css) && lex.IsLetter(css[i+1])
				continue
			}
			i += n
			if i+1 < len(css) && css[i+1] <= ' ' { // one white space ends the escape
				i++
			}
			if v >= 0x80 || v == 0 {
				continue
			}
			c = byte(v)
			escaped = escaped || lex.IsLetter(c)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst, min(i, len(css)), escaped
}

// sheet looks at a text that begins as a style does that lands in a style attribute or element: a rule behind the
// end of the page's own, {}*{…}, or what runs script and is written in escapes.
func (f *finder) sheet(has *scan.ByteSet) {
	s := f.text
	if has.Has('{') {
		head := strings.TrimLeft(window(s, 0, maxName), " \t\r\n'\";")
		f.work += maxName
		if rule, ok := strings.CutPrefix(head, "{}"); ok {
			if n := strings.IndexByte(rule, '{'); n > 0 && declares(rule[n+1:]) {
				f.report(ruleStyle, 0, len(s))
				return
			}
		}
	}
	if !has.Has('\\') || strings.IndexByte(s, '<') >= 0 {
		return
	}
	f.work += min(len(s), styleWindow)
	n := strings.IndexByte(window(s, 0, styleWindow), '\\')
	if n < 0 || n+1 >= len(s) || hexValue(s[n+1]) < 0 {
		return
	}
	var buf [styleWindow]byte
	text, _, _ := plainCSS(buf[:0], window(s, max(0, n-maxName), styleWindow))
	if bytes.Contains(text, []byte("expression(")) || bytes.Contains(text, []byte("-moz-binding:url(")) ||
		bytes.Contains(text, []byte("behavior:url(")) || bytes.Contains(text, []byte("behaviour:url(")) {
		f.report(ruleStyle, 0, len(s))
	}
}

// declares reports whether s begins with a declaration, name:value.
func declares(s string) bool {
	s = strings.TrimLeft(s, " \t\r\n")
	n := 0
	for n < len(s) && (lex.IsLetter(s[n]) || s[n] == '-') {
		n++
	}
	colon := skipBlank(s, n, 1)
	return n > 2 && colon+1 < len(s) && s[colon] == ':'
}

// property looks at the declaration of a property whose name ends at end; the ":" is at i. Those that attach code
// count anywhere, a background only where the text begins with it.
func (f *finder) property(end, i int) {
	s := f.text
	k := skipBlank(s, i+1, 1)
	if next(s, k)|0x20 != 'u' || !lex.HasPrefixFold(s, k, "url(") {
		return
	}
	value := window(s, k, maxName)
	var buf [24]byte
	start := end
	for start > 0 && end-start < len(buf) && (lex.IsLetter(s[start-1]) || s[start-1] == '-') {
		start--
	}
	f.work += end - start
	switch name := string(lex.Fold(buf[:], s[start:end])); {
	case scriptStyle(value[len("url("):]):
		f.report(ruleStyle, start, i+1)
	case strings.HasSuffix(name, "-moz-binding"), name == "behavior", name == "behaviour":
		f.report(ruleStyle, start, i+1)
	case start == 0 && (strings.HasPrefix(name, "background") || name == "list-style-image") && remote(strings.TrimPrefix(value, "url(")):
		f.report(ruleStyle, start, i+1)
	}
}

// scriptStyle reports whether what stands in the brackets of url() is a script URL.
func scriptStyle(value string) bool {
	value = strings.TrimLeft(value, " \t\r\n'\"")
	return lex.HasPrefixFold(value, 0, "javascript") || lex.HasPrefixFold(value, 0, "vbscript")
}

func hexValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
