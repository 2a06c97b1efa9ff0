package scan

import "math/bits"

// ByteSet is a set of byte values.
type ByteSet [4]uint64

// Bytes makes the set of the bytes of s.
func Bytes(s string) (b ByteSet) {
	for i := range len(s) {
		b.Add(s[i])
	}
	return b
}

// Add puts c into the set.
func (b *ByteSet) Add(c byte) { b[c>>6] |= 1 << (c & 63) }

// Has reports whether c is in the set.
func (b *ByteSet) Has(c byte) bool { return b[c>>6]&(1<<(c&63)) != 0 }

// Meets reports whether the two sets share a byte.
func (b *ByteSet) Meets(o *ByteSet) bool {
	return b[0]&o[0]|b[1]&o[1]|b[2]&o[2]|b[3]&o[3] != 0
}

// add puts the bytes of o into the set.
func (b *ByteSet) add(o *ByteSet) {
	b[0] |= o[0]
	b[1] |= o[1]
	b[2] |= o[2]
	b[3] |= o[3]
}

// Each byte belongs to a group, and a text is known by the groups of its bytes: 64 bits. ASCII but letters and a few
// controls has a group for each byte, in order, so that a set of bytes is made of them with a few shifts.
const (
	space    = 0            // from here on the bytes 0x20 to 0x3F
	at       = space + 32   // @
	square   = at + 1       // [ \ ] ^ _ `
	curly    = square + 6   // { | } ~
	upper    = curly + 4    // A to Z
	lower    = upper + 1    // a to z
	controls = lower + 1    // NUL, tab, line feed, carriage return
	others   = controls + 4 // the groups of everything else
	fine     = "\x00\t\n\r" // the controls that have a group each
)

// groups maps a byte to a set with one bit, its group's; members maps back.
var groups, members = func() (g [256]uint64, m [64]ByteSet) {
	put := func(n int, bytes ...byte) {
		for _, c := range bytes {
			if g[c] == 0 {
				g[c] = 1 << n
				m[n].Add(c)
			}
		}
	}
	row := func(n int, from, to byte) {
		for c := int(from); c <= int(to); c++ {
			put(n+c-int(from), byte(c))
		}
	}
	span := func(from, to int) (b []byte) {
		for c := from; c <= to; c++ {
			b = append(b, byte(c))
		}
		return b
	}
	row(space, ' ', '?')
	row(at, '@', '@')
	row(square, '[', '`')
	row(curly, '{', '~')
	put(upper, span('A', 'Z')...)
	put(lower, span('a', 'z')...)
	for i := range len(fine) {
		put(controls+i, fine[i])
	}
	var leads, rest []byte // of UTF-8: what something that decodes may begin with, and the others
	for c := 0xC0; c <= 0xFF; c++ {
		if triggers[c] != plain {
			leads = append(leads, byte(c))
		} else {
			rest = append(rest, byte(c))
		}
	}
	put(others, 0xE2)
	put(others+1, 0xEF)
	put(others+2, leads...)
	put(others+3, rest...)
	put(others+4, span(0x80, 0xBF)...)
	put(others+5, span(0, 0xFF)...)
	return g, m
}()

// Groups gives the groups of the bytes of b as bits: texts and gates are compared by them.
func Groups(b *ByteSet) (m uint64) {
	for c := range groups {
		if b.Has(byte(c)) {
			m |= groups[c]
		}
	}
	return m
}

// GroupsOf gives the groups of the bytes of s as bits. One load and one OR a byte make it several times faster than
// an exact set, and gates lose little by it.
func GroupsOf(s string) (m uint64) {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		c := s[i : i+8]
		m |= groups[c[0]] | groups[c[1]] | groups[c[2]] | groups[c[3]] | groups[c[4]] | groups[c[5]] | groups[c[6]] | groups[c[7]]
	}
	for ; i < len(s); i++ {
		m |= groups[s[i]]
	}
	return m
}

// bytesOf gives the bytes of the groups m: of a text's, the bytes that may occur in it.
func bytesOf(m uint64) (b ByteSet) {
	const letters = 1<<26 - 1
	b[0] = m >> space << 32
	b[1] = m>>at&1 | m>>square&(1<<6-1)<<27 | m>>curly&(1<<4-1)<<59 | -(m>>upper&1)&letters<<1 | -(m>>lower&1)&letters<<33
	for m >>= controls; m != 0; m &= m - 1 {
		b.add(&members[controls+bits.TrailingZeros64(m)])
	}
	return b
}
