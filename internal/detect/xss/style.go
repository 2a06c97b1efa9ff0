package xss

import (
	"bytes"

	"github.com/tangoguard/tangoguard/internal/detect/ascii"
)

// styleWindow is how much of a style sheet is read; the start of an injected one tells what it is for.
const styleWindow = 512

// activeStyle reports whether CSS does more than look: it loads something, runs script (expression(),
// -moz-binding, behavior), or holds rules that reach beyond its element.
func activeStyle(css string) bool {
	var buf [styleWindow]byte
	text, escaped := plainCSS(buf[:0], css[:min(len(css), styleWindow)])
	if escaped || bytes.ContainsAny(text, "{}") {
		return true
	}
	for _, s := range [...]string{
		"expression(", "-moz-binding", "behavior:", "behaviour:", "url(", "image(", "image-set(", "@import", "javascript:", "-o-link",
	} {
		if bytes.Contains(text, []byte(s)) {
			return true
		}
	}
	return false
}

// plainCSS appends css to dst as its tokeniser would read it (CSS Syntax Level 3, section 4): lower case,
// comments gone, escapes decoded. White space goes too. It also reports whether a letter was written as an
// escape, which nobody does who has nothing to hide. It stops at the next tag.
func plainCSS(dst []byte, css string) (text []byte, escaped bool) {
	for i := 0; i < len(css); i++ {
		c := css[i]
		switch {
		case c == '/' && i+1 < len(css) && css[i+1] == '*':
			n := bytes.Index([]byte(css[i+2:]), []byte("*/"))
			if n < 0 {
				return dst, escaped
			}
			i += n + 3
			continue
		case c == '<':
			return dst, escaped
		case c <= ' ':
			continue
		case c == '\\':
			v, n := 0, 0
			for n < 6 && i+1+n < len(css) && hexValue(css[i+1+n]) >= 0 {
				v = v<<4 | hexValue(css[i+1+n])
				n++
			}
			if n == 0 { // "\x" is x
				escaped = escaped || i+1 < len(css) && ascii.IsLetter(css[i+1])
				continue
			}
			i += n
			if i+1 < len(css) && css[i+1] <= ' ' { // one white space ends the escape
				i++
			}
			if v >= 0x80 {
				continue
			}
			c = byte(v)
			escaped = escaped || ascii.IsLetter(c)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst, escaped
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
