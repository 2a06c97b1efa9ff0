// Package textclean is the Unicode part of cleaning a text: it takes out what has no business in plain text and
// what nobody can see (invalid UTF-8, controls, bidirectional overrides, stray invisible characters) and leaves
// every visible character, and every invisible one that a script or an emoji needs, where it is.
//
// A text that is clean is returned as it is, without an allocation.
package textclean

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns s in NFC without invalid UTF-8, without control characters but LF and tab, with CRLF and lone CR as
// LF, and without the invisible characters that [Invisible] and their place condemn. It is idempotent, and the result
// is no longer than NFC(s).
func Text(s string) string { return normalized(s, rules{}) }

// Line is Text for one line: each character with the property White_Space, controls included, becomes a space.
// Runs of spaces stay; see [Fold].
func Line(s string) string { return normalized(s, rules{line: true}) }

// normalized is clean and NFC. In rare broken text a mark that joins the characters before it, because something
// between went, takes a letter apart ("\u01d8\x01\u0323") and makes the text longer; there the mark goes too.
func normalized(s string, how rules) string {
	t := clean(s, how)
	if t == s {
		return NFC(s)
	}
	if t = NFC(t); len(t) <= len(NFC(s)) {
		return t
	}
	how.bare = true
	return NFC(clean(s, how))
}

// Marked is Line with U+FFFD in place of what Line would take out, so that a reader sees that something was there.
func Marked(s string) string { return clean(s, rules{line: true, mark: true}) }

// Fold returns s with each run of spaces as one, and none at either end.
func Fold(s string) string {
	s = strings.Trim(s, " ")
	i := strings.Index(s, "  ")
	if i < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for ; i >= 0; i = strings.Index(s, "  ") {
		out = append(out, s[:i+1]...)
		s = strings.TrimLeft(s[i+1:], " ")
	}
	return string(append(out, s...))
}

type rules struct {
	line bool // white space becomes a space
	mark bool // what goes leaves U+FFFD
	bare bool // marks behind what goes go too
}

// clean looks for the first character that has to change, and copies only from there on.
func clean(s string, how rules) string {
	var c context
	i := 0
	for {
		i += plain(s[i:], &c)
		if i == len(s) {
			return s
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if to := c.judge(s[i:], r, size, how); to != r || r == utf8.RuneError && size == 1 {
			break
		}
		c.kept(r)
		i += size
	}
	out := make([]byte, 0, len(s))
	out = append(out, s[:i]...)
	for went := false; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		to := c.judge(s[i:], r, size, how)
		if went && how.bare && unicode.IsMark(r) {
			to = gone
		}
		went = to == gone
		if went && how.mark {
			to = utf8.RuneError
		}
		if to != gone {
			out = utf8.AppendRune(out, to)
			c.kept(to)
		}
		i += size
		if n := plain(s[i:], &c); n > 0 {
			out = append(out, s[i:i+n]...)
			i += n
		}
	}
	return string(out)
}

// plain returns how many bytes at the start of s are printable ASCII, which nothing here changes.
func plain(s string, c *context) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(s); i += 8 {
		w := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		// A high bit comes up for a byte below 0x20 (the borrow), for 0x7f (the carry) and for one above it.
		if ((w-ones*0x20)|(w+ones)|w)&high != 0 {
			break
		}
	}
	for i < len(s) && s[i] >= 0x20 && s[i] < 0x7f {
		i++
	}
	if i > 0 {
		c.kept(rune(s[i-1]))
	}
	return i
}
