// Package hidden finds characters that make a text look like another one: the class unicode.
//
// # What it recognises
//
// Overrides of the direction of text in front of letters that they turn round ("photo\u202Egpj.exe") or at the end
// of a text, where they turn round what the page puts behind it; isolates and embeddings around code without a
// right-to-left letter (Trojan Source); tag characters outside an emoji flag, rows of variation selectors and rows
// of zero-width characters, which carry text that nobody sees. The core adds findings of this class where
// another detector's finding holds characters that cannot be seen, or look-alikes of metacharacters, and where a
// text is encoded more often than is looked through.
//
// # What it does not recognise
//
// Joiners in emoji, Persian and Indic words, flags, direction marks, balanced embeddings in a text in Arabic or
// Hebrew, isolates around a URL, byte order marks and zero-width spaces in prose pass: sanitize.Text removes them, and nothing is hidden.
// Letters of another script that look like Latin ones are not reported: no interpreter takes them for each other.
//
// # Rules
//
//	bidi-override      an override that turns letters or digits round, or what the page puts behind the text
//	bidi-code          embeddings or isolates around code
//	tag-characters     tag characters outside a flag
//	selector-text      a row of variation selectors
//	invisible-text     a row of zero-width characters of several kinds
//	invisible-inside   a character that cannot be seen inside another finding
//	look-alike         a look-alike of a metacharacter inside another finding
//	nested-encoding    more layers of encoding than are looked through
//
// CWE-116 (encoding), CWE-176 (Unicode encoding), CWE-451 (misrepresentation), CWE-1007 (visual confusion).
package hidden

import (
	"strings"
	"unicode/utf8"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"golang.org/x/text/unicode/bidi"
)

// Class is the class of the findings of this package.
const Class scan.Class = "unicode"

// The rules that package detect reports on behalf of this class.
const (
	InvisibleInside = "invisible-inside"
	LookAlike       = "look-alike"
	NestedEncoding  = "nested-encoding"
)

// gate holds the parts of the characters in question: bidi controls, tags, rows of variation selectors and of
// characters without a width.
var gate = scan.Any(scan.Separators, scan.Tags, "[\x80-\x8F\xA0-\xA4\xBF][\xE2\xEF]")

// Detector finds what is hidden in characters themselves. It looks at bytes 0x80 and 0xAA (bidi controls), 0xA0
// (tags) and 0xB8 (variation selectors), so texts in ASCII never reach it.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: gate, Find: find}
}

const (
	lre, lro, rlo = '\u202A', '\u202D', '\u202E' // embeddings and overrides lie between the first and the last
	pdf           = '\u202C'                     // ends one of them
	lri, pdi      = '\u2066', '\u2069'           // isolates, as well
	blackFlag     = "\U0001F3F4"
	cancelTag     = 0xE007F
)

func find(v *scan.View, report scan.Report) {
	s := v.Text
	v.Work(len(s))
	for i := 0; i < len(s); {
		switch {
		case s[i] == 0xE2 && i+2 < len(s):
			i = punctuation(v, i, report)
		case s[i] == 0xF3:
			i = tags(s, i, report)
		case s[i] == 0xEF && strings.HasPrefix(s[i:], "\uFE00"[:2]):
			i = selectors(s, i, report)
		case s[i] == 0xEF && strings.HasPrefix(s[i:], "\uFEFF"):
			i = invisible(s, i, report)
		default:
			i++
		}
	}
}

// punctuation looks at a character of the block General Punctuation, or of one near it, at i.
func punctuation(v *scan.View, i int, report scan.Report) int {
	r, size := utf8.DecodeRuneInString(v.Text[i:])
	switch {
	case r >= lre && r <= rlo && r != pdf, r >= lri && r < pdi:
		return direction(v, i, report)
	case zeroWidth(r):
		return invisible(v.Text, i, report)
	}
	return i + size
}

// zeroWidth reports the characters without a width by which people hide bits.
func zeroWidth(r rune) bool {
	return r >= 0x200B && r <= 0x200D || r >= 0x2060 && r <= 0x2064 || r == 0xFEFF
}

// maxInvisible is how many zero-width characters in a row mean nothing; emoji, Persian and Khmer join or part words
// with one or two, editors leave behind more of one kind.
const maxInvisible = 7

// invisible judges the row of zero-width characters at i: the bits of a hidden text are two kinds at least.
func invisible(s string, i int, report scan.Report) int {
	first, _ := utf8.DecodeRuneInString(s[i:])
	j, n, mixed := i, 0, false
	for j < len(s) {
		r, size := utf8.DecodeRuneInString(s[j:])
		if !zeroWidth(r) {
			break
		}
		mixed = mixed || r != first
		j, n = j+size, n+1
	}
	if mixed && n > maxInvisible {
		report("invisible-text", i, j)
	}
	return j
}

// maxScope bounds how far a direction control is followed.
const maxScope = 256

// direction judges the scope that opens at i and returns where to go on.
func direction(v *scan.View, i int, report scan.Report) int {
	s := v.Text
	opener, size := utf8.DecodeRuneInString(s[i:])
	next := i + size
	var ltr, rtl, code, nested bool
	j, before := next, rune(0)
	for j < len(s) && j-next < maxScope {
		r, n := utf8.DecodeRuneInString(s[j:])
		if r >= lre && r <= rlo || r >= lri && r <= pdi || r == '\n' {
			nested = r != pdf && r != pdi && r != '\n'
			break // the next control has a scope of its own
		}
		switch {
		case r < 0x80:
			ltr = ltr || r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9'
			code = code || strings.ContainsRune("{}<>;=*\"`#$|\\", r) || r == '/' && before == '/'
		default:
			p, _ := bidi.LookupRune(r)
			rtl = rtl || p.Class() == bidi.R || p.Class() == bidi.AL
			ltr = ltr || p.Class() == bidi.L
		}
		j, before = j+n, r
	}
	v.Work(j - i)
	override := opener == rlo || opener == lro
	switch {
	case override && (ltr && opener == rlo || rtl && opener == lro || code || !ltr && !rtl && (nested || j == len(s))):
		report("bidi-override", i, j)
		return max(j, next)
	case !override && code && !rtl && !isURL(s[next:j]):
		report("bidi-code", i, j)
		return max(j, next)
	}
	return next
}

// isURL reports whether s is a URL and nothing else: messengers put isolates around it.
func isURL(s string) bool {
	return (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) && !strings.ContainsAny(s, " \t\"`{}<>;|\\")
}

// tags judges the run of tag characters or supplementary variation selectors at i.
func tags(s string, i int, report scan.Report) int {
	j, tagged, selected := i, 0, 0
	last, region := rune(0), true
	for j < len(s) && s[j] == 0xF3 {
		r, n := utf8.DecodeRuneInString(s[j:])
		switch {
		case r >= 0xE0000 && r <= cancelTag:
			tagged++
			region = region && (r >= 0xE0030 && r <= 0xE0039 || r >= 0xE0061 && r <= 0xE007A || r == cancelTag)
		case r >= 0xE0100 && r <= 0xE01EF:
			selected++
		default:
			return j + n
		}
		last = r
		j += n
	}
	// The flag of a region (UTS #51, 1.4.6), which a limit of length may have cut off.
	flag := strings.HasSuffix(s[:i], blackFlag) && region && tagged <= 8 && (last == cancelTag || j == len(s))
	switch {
	case tagged > 0 && !flag:
		report("tag-characters", i, j)
	case selected > 2:
		report("selector-text", i, j)
	}
	return j
}

// selectors judges a row of variation selectors; emoji use one at a time.
func selectors(s string, i int, report scan.Report) int {
	j, n := i, 0
	for j+2 < len(s) && s[j] == 0xEF && s[j+1] == 0xB8 && s[j+2] >= 0x80 && s[j+2] <= 0x8F {
		j += 3
		n++
	}
	if n > 3 {
		report("selector-text", i, j)
	}
	return max(j, i+1)
}
