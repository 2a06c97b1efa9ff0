package sanitize

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// maxStripPasses bounds the work of [Strip]: so often the reported spans are taken out before all but letters,
// digits and spaces goes.
const maxStripPasses = 8

// Strip returns [Text](s) without what validate.Inspect reports: the smallest reported spans are taken out, as often
// as something is reported, at most eight times; if that does not suffice all characters but letters, marks, digits
// and white space; if that does not suffice everything. For every s Inspect(Strip(s)) is empty, and Strip is
// idempotent.
//
// Refusing is better. What is left of an attack is not what its author meant, and of a false alarm neither; nobody is
// told; and a program that takes things out of a message has changed what one person says to another. Strip is right
// for text that cannot be sent back to its author, such as an old record or a log line that must be shown now. It does
// not replace parameterised queries and escaping at the sink, because no finding is no proof.
func Strip(s string) string {
	t := Text(s)
	if !attack(t) {
		return t
	}
	return strip(t, plainText)
}

// strip is Strip for a text that went through f.
func strip(t string, f form) string {
	for range maxStripPasses {
		found := inspect(t)
		if len(found) == 0 {
			return t
		}
		t = f.steps(cut(t, smallest(found)), true)
	}
	for range 2 { // the second time takes out what the first time joined into one line of words
		if !attack(t) {
			return t
		}
		t = f.steps(words(t), true)
	}
	if attack(t) {
		return ""
	}
	return t
}

// smallest returns, of each group of findings that overlap, the one that covers the fewest bytes.
func smallest(found []scan.Finding) []scan.Finding {
	found = slices.Clone(found)
	slices.SortFunc(found, func(a, b scan.Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	var out []scan.Finding
	reach := -1
	for _, f := range found {
		switch last := len(out) - 1; {
		case f.Start >= reach:
			out = append(out, f)
		case f.End-f.Start < out[last].End-out[last].Start:
			out[last] = f
		}
		reach = max(reach, f.End)
	}
	return out
}

// cut returns s without the spans, which are sorted and apart, widened to whole characters.
func cut(s string, spans []scan.Finding) string {
	out := make([]byte, 0, len(s))
	done := 0
	for _, f := range spans {
		start, end := f.Start, max(f.End, f.Start+1)
		for start > done && !utf8.RuneStart(s[start]) {
			start--
		}
		for end < len(s) && !utf8.RuneStart(s[end]) {
			end++
		}
		if start >= done {
			out = append(out, s[done:start]...)
			done = end
		}
	}
	return string(append(out, s[done:]...))
}

// words keeps letters with their marks, digits and white space.
func words(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.M, unicode.Nd) || r == ' ' || r == '\n' || r == '\t' {
			return r
		}
		return -1
	}, s)
}
