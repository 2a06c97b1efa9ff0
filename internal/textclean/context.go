package textclean

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/rangetable"
)

// gone is the verdict on a character that is taken out.
const gone = rune(-1)

// context is what the place of a character depends on: what was kept before it.
type context struct {
	prev  rune // the last character kept
	joins bool // the last one that is not a nonspacing mark belongs to a script that uses joiners
	tags  int  // so many tag characters belong to the flag that was just kept
	stray bool // tag characters behind prev went
	order order
}

// judge returns what becomes of r, the first character of rest: itself, another character, or gone.
func (c *context) judge(rest string, r rune, size int, how rules) rune {
	switch {
	case r >= 0x20 && r < 0x7f:
		return r
	case r < 0xa0:
		return control(rest, r, how)
	case r == utf8.RuneError && size == 1:
		return gone
	case r < 0x300 && r != 0xad && r != 0xa0:
		return r
	case how.line && unicode.IsSpace(r):
		return ' '
	case !Invisible(r):
		return r
	case c.belongs(rest[size:], r):
		return r
	}
	return gone
}

// control is judge for C0, DEL and C1.
func control(rest string, r rune, how rules) rune {
	switch {
	case how.line && (r >= '\t' && r <= '\r' || r == 0x85):
		return ' '
	case r == '\n' || r == '\t':
		return r
	case r == '\r' && (len(rest) == 1 || rest[1] != '\n'):
		return '\n'
	}
	return gone // the CR of CRLF too
}

// kept records that r goes into the result.
func (c *context) kept(r rune) {
	c.prev, c.stray = r, false
	if c.tags > 0 {
		c.tags--
	}
	if r < 0x80 {
		c.joins = false
		c.order.starts(r)
		return
	}
	t := characters()
	c.order.next(t, r)
	c.script(t, r)
}

// script looks whether r belongs to a script that uses joiners. A nonspacing mark belongs to what it stands on.
func (c *context) script(t *table, r rune) {
	if !t.nonspacing(r) {
		c.joins = r < 0x20000 && t.pages[r/64].joins>>(r%64)&1 != 0
	}
}

// Invisible reports whether r shows nothing by itself: Unicode's Default_Ignorable_Code_Point (UAX 44), the
// interlinear annotation marks and the bidirectional controls among them. Whether it may stay is a question of
// its place: see [context.belongs].
func Invisible(r rune) bool {
	switch {
	case r < 0x200b:
		return r == 0xad || r == 0x34f || r == 0x61c || r == 0x115f || r == 0x1160 || r == 0x17b4 || r == 0x17b5 ||
			r >= 0x180b && r <= 0x180f
	case r < 0x3164:
		return r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x206f
	case r < 0x1bca0:
		return r == 0x3164 || r >= 0xfe00 && r <= 0xfe0f || r == 0xfeff || r == 0xffa0 || r >= 0xfff0 && r <= 0xfffb
	}
	return r <= 0x1bca3 || r >= 0x1d173 && r <= 0x1d17a || r >= 0xe0000 && r <= 0xe0fff
}

// belongs reports whether the invisible character r has work to do between c.prev and rest. Everything that it
// looks at stays in the result, so a second look says the same.
func (c *context) belongs(rest string, r rune) bool {
	switch {
	case r == 0x200e, r == 0x200f, r == 0x61c: // LRM, RLM, ALM: they order text and cannot reorder what is around it
		return true
	case r == 0x200d && c.emoji(rest):
		return true
	case r == 0x200c, r == 0x200d: // Arabic, Hebrew and Indic spelling; a second one says nothing new
		return c.prev != 0x200c && c.prev != 0x200d && (c.joins || in(joinerScripts, next(rest)))
	case r == 0x200b: // where a line may break in scripts without spaces
		return in(spacelessScripts, c.prev) && in(spacelessScripts, next(rest))
	case r == 0x34f: // keeps marks in their order; norm.NFC puts one after thirty marks (UAX 15, stream-safe text)
		return unicode.IsMark(next(rest)) && !Invisible(next(rest))
	case r >= 0xfe00 && r <= 0xfe0f:
		return varies(c.prev)
	case r >= 0xe0100 && r <= 0xe01ef:
		return unicode.Is(unicode.Han, c.prev)
	case r >= 0xe0000:
		return c.tags > 0 || c.flag(rest, r)
	case r >= 0x180b && r <= 0x180f:
		return in(unicode.Mongolian, c.prev) && (r != 0x180e || in(unicode.Mongolian, next(rest)))
	case r == 0x115f, r == 0x1160: // fillers of Old Hangul syllables
		return in(unicode.Hangul, c.prev) || in(unicode.Hangul, next(rest))
	case r >= 0x1bca0 && r <= 0x1bca3:
		return in(unicode.Duployan, c.prev) || in(unicode.Duployan, next(rest))
	case r >= 0x1d173 && r <= 0x1d17a:
		return musical(c.prev) || musical(next(rest))
	}
	return false
}

// emoji reports whether a ZWJ stands between two pictographs (UTS 51, emoji ZWJ sequence).
func (c *context) emoji(rest string) bool {
	return (pictograph(c.prev) || c.prev == 0xfe0f || c.prev == 0xe007f) && pictograph(next(rest))
}

// flag reports whether r begins the tags of a subdivision flag, and remembers how many follow: a black flag,
// three to six tag letters or digits, the cancel tag (UTS 51, emoji tag sequence; UTS 35, subdivision ids).
func (c *context) flag(rest string, r rune) bool {
	const black, cancel = 0x1f3f4, 0xe007f
	if c.prev != black || c.stray {
		return false
	}
	c.stray = true
	n := 0
	for n <= 6 && (r >= 0xe0030 && r <= 0xe0039 || r >= 0xe0061 && r <= 0xe007a) {
		n++
		var size int
		r, size = utf8.DecodeRuneInString(rest)
		rest = rest[size:]
	}
	if n < 3 || n > 6 || r != cancel {
		return false
	}
	c.tags = n + 1
	return true
}

// varies reports whether a variation selector can mean something after r: a symbol, a sign, a keycap's digit, a
// letter of a script without case, a mathematical letter (Unicode's StandardizedVariants and emoji-variation-sequences).
func varies(r rune) bool {
	if r < 0x80 {
		return r >= '0' && r <= '9' || r == '#' || r == '*'
	}
	return !Invisible(r) && (unicode.In(r, unicode.S, unicode.P, unicode.Lo) ||
		r >= 0x2100 && r <= 0x214f || r >= 0x1d400 && r <= 0x1d7ff)
}

// pictograph reports whether r can be part of an emoji: a symbol, or what the emoji blocks hold or reserve.
func pictograph(r rune) bool {
	return r >= 0x1f000 && r <= 0x1faff || r >= 0xa9 && unicode.Is(unicode.So, r) || r == 0x2194 // ↔ is Sm
}

func musical(r rune) bool { return r >= 0x1d100 && r <= 0x1d1ff && !Invisible(r) }

func in(t *unicode.RangeTable, r rune) bool { return unicode.Is(t, r) && !Invisible(r) }

// next is the first character of rest; -1, which is in no set of characters, where there is none or where bytes stand
// that are no UTF-8 and will go. (U+FFFD would not do: it is a symbol.)
func next(rest string) rune {
	r, size := utf8.DecodeRuneInString(rest)
	if r == utf8.RuneError && size <= 1 {
		return -1
	}
	return r
}

// joinerScripts are the scripts whose spelling or shaping uses ZWJ and ZWNJ: those that join letters, and those
// with a virama (The Unicode Standard, chapters 9, 12 to 16 and 23.2).
var joinerScripts = rangetable.Merge(unicode.Arabic, unicode.Syriac, unicode.Hebrew, unicode.Nko, unicode.Mandaic,
	unicode.Mongolian, unicode.Phags_Pa, unicode.Manichaean, unicode.Psalter_Pahlavi, unicode.Adlam,
	unicode.Hanifi_Rohingya, unicode.Sogdian, unicode.Thaana, unicode.Tifinagh,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil,
	unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Tibetan, unicode.Myanmar,
	unicode.Khmer, unicode.Balinese, unicode.Javanese, unicode.Sundanese, unicode.Meetei_Mayek, unicode.Chakma,
	unicode.Brahmi, unicode.Kaithi, unicode.Sharada, unicode.Grantha, unicode.Newa, unicode.Tirhuta, unicode.Siddham,
	unicode.Modi, unicode.Saurashtra, unicode.Syloti_Nagri, unicode.Tai_Tham, unicode.Limbu, unicode.Lepcha)

// spacelessScripts put no space between words (UAX 14, class SA), so a text may hold U+200B there.
var spacelessScripts = rangetable.Merge(unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tai_Le,
	unicode.New_Tai_Lue, unicode.Tai_Tham, unicode.Tai_Viet, unicode.Ahom, unicode.Tibetan, unicode.Balinese, unicode.Javanese)
