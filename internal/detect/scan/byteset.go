package scan

// ByteSet is a set of byte values.
type ByteSet [4]uint64

// Bytes makes the set of the bytes of s.
func Bytes(s string) ByteSet {
	// Go defines a shift by 64 or more as zero, so for ASCII two shifts fill two registers without a branch.
	var lo, hi uint64
	for i := range len(s) {
		c := s[i]
		if c >= 0x80 {
			return bytesFrom(s, i, lo, hi)
		}
		lo |= 1 << c
		hi |= 1 << (c - 64)
	}
	return ByteSet{lo, hi}
}

func bytesFrom(s string, i int, lo, hi uint64) ByteSet {
	b := ByteSet{lo, hi}
	for ; i < len(s); i++ {
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
