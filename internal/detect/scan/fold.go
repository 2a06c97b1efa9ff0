package scan

import (
	"unicode/utf8"
	"unsafe"

	"golang.org/x/text/unicode/norm"
)

// bytesAsString gives b as a string without a copy; b must not change any more.
func bytesAsString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// fold decodes the character at s[i]: a form of ASCII, an overlong sequence, or one that cannot be seen.
func (u *unit) fold(s string, i int, kinds Kinds) bool {
	r, size := utf8.DecodeRuneInString(s[i:])
	if r == utf8.RuneError && size <= 1 {
		return kinds&Charset != 0 && u.overlong(s[i:])
	}
	if r == 0xBF && i+2 < len(s) && (s[i+2] == '\'' || s[i+2] == '"') {
		u.kind, u.n = Charset, size // %bf%27 read as Latin-1
		return kinds&Charset != 0
	}
	if Invisible(r) {
		u.kind, u.n = Drop, size
		// Between letters that are not ASCII (emoji, Persian, Indic) it joins or parts and hides nothing.
		u.weak = i > 0 && (s[i-1] >= 0x80 || s[i-1] == ' ')
		return kinds&Drop != 0
	}
	if kinds&Fold == 0 || !u.ascii(r, size) {
		return false
	}
	u.kind, u.n, u.weak = Fold, size, weakFold(r)
	if r == 0x3002 && i > 0 && isAlnum(s[i-1]) && i+size < len(s) && isAlnum(s[i+size]) {
		u.weak = false // the dot of a host name (RFC 3490 section 3.1)
	}
	return true
}

// folded puts r, decoded from something else, into out: in its ASCII form if it has one.
func (u *unit) folded(r rune) {
	if r >= 0x80 && u.ascii(r, utf8.RuneLen(r)) {
		return
	}
	u.rune(r)
}

func (u *unit) overlong(s string) bool {
	if s[0] < 0xC0 {
		return false
	}
	n := sequenceLen(s[0])
	if len(s) < n {
		return false
	}
	var seq [6]byte
	copy(seq[:], s[:n])
	r := overlong(seq[:n])
	if r <= 0 {
		return false
	}
	u.kind, u.n = Charset, n
	u.rune(r)
	return true
}

// latin decodes what was UTF-8 and has been read as Latin-1 on its way: overlong forms of ASCII ("À§" was C0 A7), the long s and
// full-width forms ("ï¼" and a third character).
func (u *unit) latin(s string) bool {
	if len(s) < 4 || s[2] != 0xC2 {
		return false
	}
	switch {
	case s[1] == 0x85 && s[3] == 0xBF: // "Å¿": the long s, which upper-cased is S
		u.n, u.out[0], u.size = 4, 's', 1
		return true
	case s[1] == 0x80 || s[1] == 0x81:
		u.n = 4
		u.rune(rune(s[1]&1)<<6 | rune(s[3]&0x3F))
		u.weak = s[3] == 0xA0 // "À Paris" with a no-break space
		return true
	case s[1] == 0xAF && (s[3] == 0xBC || s[3] == 0xBD) && len(s) >= 6 && s[4] == 0xC2:
		if u.ascii(0xF000|rune(s[3]&0x3F)<<6|rune(s[5]&0x3F), 6) {
			u.n = 6
			return true
		}
	}
	return false
}

// weakFold reports the forms that fill honest text: they fold with the rest but make no layer.
func weakFold(r rune) bool {
	switch r {
	case 0x207C, 0x207D, 0x207E, 0x208C, 0x208D, 0x208E: // raised and lowered = ( )
		return false
	case 0x00A0, 0x202F, 0x205F, 0x3000, // spaces
		0x00AA, 0x00B2, 0x00B3, 0x00B9, 0x00BA, // superscripts
		0x2026,         // the ellipsis
		0x2116, 0x2122, // numero, trade mark
		0x3002,                         // the ideographic full stop
		0xFF01, 0xFF0C, 0xFF1A, 0xFF1F, // full-width ! , : ?
		0xFF5E: // the wave dash of Japanese
		return true
	}
	return r >= 0x2000 && r <= 0x200A || r >= 0x2070 && r <= 0x209C
}

// lookAlikes are what converters make ASCII of although Unicode does not: Windows' best-fit tables, case
// folding, and comparisons that lose their stroke when decomposed.
func lookAlike(r rune) byte {
	switch r {
	case 0x02B9, 0x02BC, 0x02C8, 0x2018, 0x2019, 0x201B, 0x2032:
		return '\''
	case 0x02BA, 0x201C, 0x201D, 0x201F, 0x2033:
		return '"'
	case 0x2035:
		return '`'
	case 0x2039, 0x2329, 0x27E8, 0x3008, 0x226E:
		return '<'
	case 0x203A, 0x232A, 0x27E9, 0x3009, 0x226F:
		return '>'
	case 0x2260, 0xA78A:
		return '='
	case 0x2044, 0x2215, 0x29F8:
		return '/'
	case 0x2216, 0x29F5, 0x29F9:
		return '\\'
	case 0x2010, 0x2011, 0x2212:
		return '-'
	case 0x02D0, 0x2236, 0xA789:
		return ':'
	case 0x01C0, 0x2223:
		return '|'
	case 0x2217:
		return '*'
	case 0x3002:
		return '.'
	case 0x017F:
		return 's' // upper-cased it is S
	case 0x212A:
		return 'k' // lower-cased it is k
	}
	return 0
}

// hasForms reports whether r stands in a block with compatibility forms of ASCII.
func hasForms(r rune) bool {
	switch {
	case r < 0x2000:
		return r >= 0xA0 && r <= 0xFF || r == 0x037E || r >= 0x1D2C && r <= 0x1D6A || r == 0x1FEF
	case r < 0x3001:
		return r <= 0x218F || r >= 0x2460 && r <= 0x24FF || r == 0x3000
	}
	return r >= 0xFB00 && r <= 0xFB06 || r >= 0xFE10 && r <= 0xFE6B || r >= 0xFF01 && r <= 0xFF5E ||
		r >= 0x1D400 && r <= 0x1D7FF
}

// ascii puts the ASCII form of r, not longer than size bytes, into out and reports whether it has one:
// Unicode's compatibility decomposition (NFKD) or a look-alike.
func (u *unit) ascii(r rune, size int) bool {
	if c := lookAlike(r); c != 0 {
		u.out[0], u.size = c, 1
		return true
	}
	if !hasForms(r) {
		return false
	}
	var b [utf8.UTFMax]byte
	n := utf8.EncodeRune(b[:], r)
	d := norm.NFKD.Properties(b[:n]).Decomposition()
	if len(d) == 0 || len(d) > size {
		return false
	}
	for _, c := range d {
		if c >= 0x80 {
			return false
		}
	}
	u.size = copy(u.out[:], d)
	return true
}

// Invisible reports whether r takes no room and shows nothing: default ignorable code points of Unicode,
// without the line and paragraph separators.
func Invisible(r rune) bool {
	switch {
	case r < 0xAD:
		return r == 0
	case r < 0x2000:
		return r == 0xAD || r == 0x034F || r == 0x061C || r == 0x115F || r == 0x1160 ||
			r == 0x17B4 || r == 0x17B5 || r >= 0x180B && r <= 0x180F
	case r <= 0x206F:
		return r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2060
	case r < 0xE0000:
		return r == 0x3164 || r >= 0xFE00 && r <= 0xFE0F || r == 0xFEFF || r == 0xFFA0 ||
			r >= 0xFFF0 && r <= 0xFFFB || r >= 0x1D173 && r <= 0x1D17A
	}
	return r <= 0xE0FFF
}
