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
	t, easy := clean(s, how)
	if easy && t == s {
		return s
	}
	if t == s {
		return NFC(s)
	}
	if t = NFC(t); len(t) <= len(NFC(s)) {
		return t
	}
	how.bare = true
	t, _ = clean(s, how)
	return NFC(t)
}

// Marked is Line, but for NFC, with U+FFFD in place of what Line would take out, so that a reader sees that something
// was there.
func Marked(s string) string {
	t, _ := clean(s, rules{line: true, mark: true})
	return t
}

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

// clean looks for the first character that has to change, and copies only from there on. easy is true for a text that
// needs no look at its normalization form.
func clean(s string, how rules) (t string, easy bool) {
	var c context
	i := 0
	for {
		i += c.run(s[i:])
		if i == len(s) {
			return s, !c.order.doubt
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
		if went && how.bare {
			continue // marks of scripts that put them behind the letter are inert
		}
		if n := c.run(s[i:]); n > 0 {
			out = append(out, s[i:i+n]...)
			i += n
			went = false
		}
	}
	return string(out), false
}
