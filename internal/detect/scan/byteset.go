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

// alone are the bytes that have a group for themselves: what every detector's gate is made of. The rest is
// grouped: letters by case, digits, other controls, and the bytes of UTF-8 by what they may begin.
const alone = "\x00\t\n\r !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\x85\xE2\xEF"

// groups maps a byte to a set with one bit, its group's.
var groups, members = func() (g [256]uint64, m [64]ByteSet) {
	next := 0
	group := func(bytes ...byte) {
		for _, c := range bytes {
			if g[c] == 0 {
				g[c] = 1 << next
				m[next].Add(c)
			}
		}
		next++
	}
	span := func(from, to int) (b []byte) {
		for c := from; c <= to; c++ {
			b = append(b, byte(c))
		}
		return b
	}
	for i := range len(alone) {
		group(alone[i])
	}
	group(span('a', 'z')...)
	group(span('A', 'Z')...)
	group(span('0', '9')...)
	var leads, others []byte
	for c := 0xC0; c <= 0xFF; c++ {
		if triggers[c] != plain {
			leads = append(leads, byte(c))
		} else {
			others = append(others, byte(c))
		}
	}
	group(0x80, 0x81, 0x84, 0x98, 0xA0, 0xA8, 0xA9, 0xB8)
	group(leads...)
	group(others...)
	group(span(0, 255)...)
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
	for ; m != 0; m &= m - 1 {
		b.add(&members[bits.TrailingZeros64(m)])
	}
	return b
}
