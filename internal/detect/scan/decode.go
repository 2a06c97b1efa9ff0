package scan

import (
	"strings"
	"unicode/utf8"
)

// Kinds is a set of the ways in which a text can be encoded.
type Kinds uint8

// What a layer decodes.
const (
	Percent   Kinds = 1 << iota // %3C, %u003C, overlong UTF-8 (RFC 3986 section 2.1, IIS)
	Entity                      // &lt; &lt &#60 &#x3c; (WHATWG HTML 13.5)
	Backslash                   // \x3c \u003c \u{3c} \74 \' \n (ECMAScript 12.9.4, JSON)
	Fold                        // full-width, compatibility and look-alike forms of ASCII
	Charset                     // UTF-7, overlong UTF-8 as it is
	Drop                        // NUL and characters that cannot be seen
	quoting                     // the quotes of a CSV cell, see Cell: a reading of the whole text, and so not in All

	All = Percent | Entity | Backslash | Fold | Charset | Drop
)

// unit is what stands at one place of a text: n bytes that decode to out[:size].
type unit struct {
	n    int
	skip int // where nothing decodes: how many bytes need not be looked at again
	size int
	kind Kinds
	weak bool // decodes with the rest, but is no reason for a layer of its own
	out  [utf8.UTFMax]byte
}

func (u *unit) rune(r rune) {
	u.size = utf8.EncodeRune(u.out[:], r)
}

func (u *unit) text(s string) {
	u.size = copy(u.out[:], s)
}

// trigger says at which bytes something may decode.
type trigger uint8

const (
	plain trigger = iota
	atPercent
	atEntity
	atBackslash
	atPlus
	atNUL
	atLatin
	atRune
)

var triggers = [256]trigger{
	'%': atPercent, '&': atEntity, '\\': atBackslash, '+': atPlus, 0: atNUL,
	0xC0: atRune, 0xC1: atRune, 0xC2: atRune, 0xC3: atLatin, 0xC5: atRune, 0xC7: atRune, 0xCA: atRune, 0xCB: atRune, 0xCD: atRune,
	0xD8: atRune, 0xE0: atRune, 0xE1: atRune, 0xE2: atRune, 0xE3: atRune, 0xEA: atRune, 0xEF: atRune,
	0xF0: atRune, 0xF3: atRune, 0xF8: atRune, 0xFC: atRune,
}

// Decodable is the gate of decoding: where it is closed, Encoded finds nothing. A letter with an accent is no reason to
// look, only the characters whose first two bytes begin one that decodes.
func Decodable() Gate {
	return Any(Percented, `&[#a-zA-Z]`, `\\`, Added, "\x00",
		"[\xC0\xC1\xF8\xFC][\x00-\xFF]", // overlong
		"[\x80\x81\x85\xAF]\xC2",        // UTF-8 read as Latin-1
		"\xC2[\xA0-\xBF]", Private,      // signs of Latin-1, the long s
		"[\xC7\xCA\xCB\xCD\xD8\xE0-\xE3\xEA\xEF\xF0\xF3][\x80-\xBF]")
}

// decodable holds the bytes at which something may decode; wide those of them above ASCII.
var decodable, wide = func() (all, wide ByteSet) {
	for c, t := range triggers {
		if t != plain {
			all.Add(byte(c))
		}
		if t == atRune || t == atLatin {
			wide.Add(byte(c))
		}
	}
	return all, wide
}()

// Decode makes into the next layer of v: everything of the given kinds decoded once, in one pass, without ever
// growing. It returns the kinds that occurred; where that is none, into is untouched. It uses the memory that
// into holds, so the text that stood there is gone.
func (v *View) Decode(into *View, kinds Kinds) Kinds {
	if _, _, ok := v.Encoded(kinds); !ok {
		return 0
	}
	s := v.Text
	if cap(into.buf) < len(s) {
		into.buf = make([]byte, 0, len(s))
	}
	out, edits := into.buf[:0], into.edits[:0]
	var did Kinds
	var u unit
	for i, from := 0, 0; ; {
		for i < len(s) {
			if triggers[s[i]] == plain {
				i++
				continue
			}
			ok := u.read(s, i, kinds)
			v.Work(1 + u.n + u.skip)
			if ok {
				break
			}
			i += max(1, u.skip)
		}
		out = append(out, s[from:i]...)
		if i == len(s) {
			break
		}
		edits = add(edits, len(out), i, &u)
		out = append(out, u.out[:u.size]...)
		did |= u.kind
		i += u.n
		from = i
	}
	text := bytesAsString(out)
	*into = View{Text: text, Has: bytesOf(GroupsOf(text)), Layer: v.Layer + 1, parent: v, edits: edits, buf: out, work: v.work}
	return did
}

// Encoded finds the first place where an encoding of the given kinds stands that is worth a layer.
func (v *View) Encoded(kinds Kinds) (start, end int, ok bool) {
	if !decodable.Meets(&v.Has) {
		return 0, 0, false
	}
	s := v.Text
	var u unit
	if !wide.Meets(&v.Has) {
		// Few bytes of prose can begin an escape, and where they do is found faster one by one.
		first := len(s)
		for _, c := range [...]byte{'%', '&', '\\', '+', 0} {
			if !v.Has.Has(c) {
				continue
			}
			for i := strings.IndexByte(s[:first], c); i >= 0; {
				ok := u.read(s, i, kinds)
				v.Work(1 + u.n + u.skip)
				if ok && !u.weak {
					first, end = i, i+u.n
					break
				}
				next := min(i+max(1, u.skip), first)
				k := strings.IndexByte(s[next:first], c)
				if k < 0 {
					break
				}
				i = next + k
			}
		}
		return first, end, end > 0
	}
	for i := 0; i < len(s); {
		if triggers[s[i]] == plain {
			i++
			continue
		}
		ok := u.read(s, i, kinds)
		v.Work(1 + u.n + u.skip)
		if ok && !u.weak {
			return i, i + u.n, true
		}
		i += max(1, u.skip)
	}
	return 0, 0, false
}

// read decodes what stands at s[i] and reports whether anything does.
func (u *unit) read(s string, i int, kinds Kinds) bool {
	*u = unit{}
	switch triggers[s[i]] {
	case atPercent:
		u.kind = Percent
		return kinds&Percent != 0 && u.percent(s[i:])
	case atEntity:
		u.kind = Entity
		return kinds&Entity != 0 && u.entity(s[i:])
	case atBackslash:
		u.kind = Backslash
		return kinds&Backslash != 0 && u.backslash(s[i:])
	case atPlus:
		u.kind = Charset
		return kinds&Charset != 0 && u.utf7(s[i:])
	case atNUL:
		u.kind, u.n = Drop, 1
		return kinds&Drop != 0
	case atLatin:
		u.kind = Charset
		return kinds&Charset != 0 && u.latin(s[i:])
	case atRune:
		return u.fold(s, i, kinds)
	}
	return false
}

// percent decodes %XX and %uXXXX. A byte above ASCII decodes only as part of a character, well-formed or
// overlong: what is left over says nothing to any interpreter, and "%ad" may be the start of a word.
func (u *unit) percent(s string) bool {
	if len(s) >= 6 && s[1]|0x20 == 'u' {
		r, ok := hexRune(s[2:6])
		if ok && utf8.ValidRune(r) {
			u.n = 6
			u.folded(r)
		}
		return u.n > 0
	}
	c, ok := percentByte(s)
	if !ok {
		return false
	}
	u.n = 3
	switch {
	case c < 0x80:
		u.out[0], u.size = c, 1
		return true
	case c == 0xA0:
		u.text(" ") // NBSP of Latin-1: white space to MySQL
		return true
	case c == 0xAD:
		u.text("-") // soft hyphen of Latin-1: Windows' best fit makes it a hyphen (CVE-2024-4577)
		return true
	case c == 0xBF && len(s) >= 6 && s[3] == '%' && (hasHex(s[4:], 0x27) || hasHex(s[4:], 0x22)):
		return true // swallows the backslash of a filter in GBK and its kin, and nothing else
	case c < 0xC0:
		return false
	}
	var seq [6]byte
	seq[0] = c
	want := sequenceLen(c)
	k := 1
	for ; k < want; k++ {
		c, ok := percentByte(s[min(3*k, len(s)):])
		if !ok {
			break
		}
		seq[k] = c
	}
	if k < want {
		return false
	}
	if r, size := utf8.DecodeRune(seq[:k]); size == k {
		u.n = 3 * k
		u.folded(r)
		return true
	}
	if r := overlong(seq[:k]); r > 0 {
		u.n = 3 * k
		u.rune(r)
		return true
	}
	return false
}

func hasHex(s string, c byte) bool {
	return hexDigit[s[0]]<<4|hexDigit[s[1]]&15 == c && hexDigit[s[1]] < 16
}

func percentByte(s string) (byte, bool) {
	if len(s) < 3 || s[0] != '%' {
		return 0, false
	}
	hi, lo := hexDigit[s[1]], hexDigit[s[2]]
	return hi<<4 | lo&15, hi|lo < 16
}

// sequenceLen is the length of a UTF-8 sequence by its first byte, the forms of RFC 2279 included.
func sequenceLen(c byte) int {
	switch {
	case c < 0xE0:
		return 2
	case c < 0xF0:
		return 3
	case c < 0xF8:
		return 4
	case c < 0xFC:
		return 5
	}
	return 6
}

// overlong decodes a sequence that hides an ASCII character as decoders that do not check would. The last
// byte of two may lack its mark: IIS read %c0%2f as it read %c0%af.
func overlong(seq []byte) rune {
	if len(seq) < 2 || len(seq) == 2 && seq[0]&0xFE != 0xC0 {
		return 0
	}
	r := rune(seq[0]) & (0x7F >> len(seq))
	for _, c := range seq[1:] {
		switch {
		case c&0xC0 == 0x80:
			r = r<<6 | rune(c&0x3F)
		case c < 0x80 && len(seq) == 2:
			r = r<<6 + rune(c)
		default:
			return 0
		}
	}
	if r >= 0x80 {
		return 0
	}
	return r
}

// hexDigit is the value of a hexadecimal digit; 255 for other bytes.
var hexDigit = func() (t [256]byte) {
	for i := range t {
		t[i] = 255
	}
	for i := range 16 {
		t["0123456789abcdef"[i]] = byte(i)
		t["0123456789ABCDEF"[i]] = byte(i)
	}
	return t
}()

func hexRune(s string) (rune, bool) {
	var r rune
	for i := range len(s) {
		d := hexDigit[s[i]]
		if d > 15 {
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	return r, true
}

// backslash decodes an escape of JavaScript, JSON, C or SQL. A row of backslashes is one escape that was
// escaped again and again.
func (u *unit) backslash(s string) bool {
	k := 1
	for k < len(s) && s[k] == '\\' {
		k++
	}
	u.skip = k // what the row means depends on what follows it, from wherever in the row it is read
	if k == len(s) {
		return false
	}
	e := s[k:]
	switch c := e[0]; c {
	case '\'', '"', '/':
		u.n, u.out[0], u.size = k+1, c, 1
	case 'n':
		u.n = k + 1
		u.text("\n")
	case 'r':
		u.n = k + 1
		u.text("\r")
	case 't':
		u.n = k + 1
		u.text("\t")
	case 'x', 'u', 'U':
		r, n := hexEscape(e)
		if c == 'x' && n == 3 && r >= 0xC2 {
			r, n = byteEscapes(e)
		}
		if n > 0 {
			u.n = k + n
			u.folded(r)
		}
	case '0', '1', '2', '3', '4', '5', '6', '7':
		if r, n := octalEscape(e); n > 0 {
			u.n = k + n
			u.rune(r)
		}
	}
	return u.n > 0
}

// byteEscapes decodes xe2\x80\xae: bytes of UTF-8, as C, Python and Go escape them, or else the one character that
// JavaScript makes of the first.
func byteEscapes(s string) (r rune, n int) {
	var seq [utf8.UTFMax]byte
	k := 0
	for ; k < len(seq) && len(s) >= 4*k+3; k++ {
		if k > 0 && (s[4*k-1] != '\\' || s[4*k] != 'x') {
			break
		}
		hi, lo := hexDigit[s[4*k+1]], hexDigit[s[4*k+2]]
		if hi|lo > 15 {
			break
		}
		seq[k] = hi<<4 | lo
	}
	if r, size := utf8.DecodeRune(seq[:k]); size > 1 {
		return r, 4*size - 1
	}
	return rune(seq[0]), 3
}

// hexEscape decodes x3c, x{3c}, u003c, u{3c}, U0000003c and a surrogate pair; n is 0 where none stands.
func hexEscape(s string) (r rune, n int) {
	if len(s) > 1 && s[1] == '{' {
		i := 2
		for ; i < len(s) && s[i] != '}'; i++ {
			d := hexDigit[s[i]]
			if d > 15 || r > utf8.MaxRune {
				return 0, 0
			}
			r = r<<4 | rune(d)
		}
		if i == len(s) || i == 2 || !utf8.ValidRune(r) {
			return 0, 0
		}
		return r, i + 1
	}
	digits := 2
	switch s[0] {
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	}
	if len(s) <= digits {
		return 0, 0
	}
	r, ok := hexRune(s[1 : 1+digits])
	if !ok {
		return 0, 0
	}
	n = 1 + digits
	if digits == 4 && r >= 0xD800 && r < 0xDC00 && len(s) >= 11 && s[5] == '\\' && s[6] == 'u' {
		if lo, ok := hexRune(s[7:11]); ok && lo >= 0xDC00 && lo < 0xE000 {
			return (r-0xD800)<<10 | (lo - 0xDC00) + 0x10000, 11
		}
	}
	if !utf8.ValidRune(r) {
		return 0, 0
	}
	return r, n
}

// octalEscape decodes two or three octal digits that stand for an ASCII character that can be seen.
func octalEscape(s string) (r rune, n int) {
	for n < len(s) && n < 3 && s[n] >= '0' && s[n] <= '7' {
		r = r<<3 | rune(s[n]-'0')
		n++
	}
	if n < 2 || r < 0x20 || r > 0x7E {
		return 0, 0
	}
	return r, n
}

// utf7 decodes a shifted sequence of one to four ASCII characters (RFC 2152), which begins with "+A" because
// the upper byte is zero, and reports whether it holds a character that needed no shift: markup.
func (u *unit) utf7(s string) bool {
	var bits, have uint
	i, meta := 1, false
	for ; i < len(s) && u.size < len(u.out); i++ {
		d, ok := base64Value(s[i])
		if !ok {
			break
		}
		bits, have = bits<<6|uint(d), have+6
		if have >= 16 {
			have -= 16
			r := bits >> have & 0xFFFF
			if r < 0x20 || r > 0x7E {
				return false
			}
			u.out[u.size], u.size = byte(r), u.size+1
			meta = meta || r == '<' || r == '>' || r == '"' || r == '&' || r == '\'' || r == '='
		}
	}
	if u.size == 0 || !meta || bits&(1<<have-1) != 0 {
		return false
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	u.n = i
	return true
}

func base64Value(c byte) (byte, bool) {
	switch {
	case c >= 'A' && c <= 'Z':
		return c - 'A', true
	case c >= 'a' && c <= 'z':
		return c - 'a' + 26, true
	case c >= '0' && c <= '9':
		return c - '0' + 52, true
	case c == '+':
		return 62, true
	case c == '/':
		return 63, true
	}
	return 0, false
}
