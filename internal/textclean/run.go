package textclean

import (
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// run returns how many bytes at the start of s are visible characters that stay as they are: printable ASCII, and what
// the table knows. What NFC may do with them is noted in c.order.
func (c *context) run(s string) int {
	i := ascii(s)
	if i > 0 {
		c.prev, c.stray, c.joins = rune(s[i-1]), false, false
		c.order.starts(c.prev)
	}
	if i == len(s) || s[i] < utf8.RuneSelf {
		return i
	}
	return c.wide(s, i)
}

// wide is run for text beyond ASCII, from i on.
func (c *context) wide(s string, i int) int {
	t := characters()
	start, done := i, i // order has seen s[:done]
	for {
		i = t.untilRestless(s, i)
		r, size := utf8.DecodeRuneInString(s[i:])
		if r < 0x300 || r >= 0x20000 || t.mark(r) == (mark{}) || Invisible(r) || unicode.IsSpace(r) {
			break
		}
		if done < i {
			c.settle(t, s[:i])
		}
		c.order.next(t, r)
		i += size
		done = i
	}
	if i == start {
		return i
	}
	c.prev, _ = utf8.DecodeLastRuneInString(s[:i])
	c.stray = false
	if done < i {
		c.settle(t, s[:i])
	}
	c.joined(t, s[start:i])
	return i
}

// settle is what c.order is behind s, which ends with an inert character, or one and a mark.
func (c *context) settle(t *table, s string) {
	r, size := utf8.DecodeLastRuneInString(s)
	if t.mark(r) == (mark{}) {
		c.order.starts(r)
		return
	}
	letter, _ := utf8.DecodeLastRuneInString(s[:len(s)-size])
	c.order.starts(letter)
	c.order.next(t, r)
}

// joined is script for all of s.
func (c *context) joined(t *table, s string) {
	for len(s) > 0 {
		r, size := utf8.DecodeLastRuneInString(s)
		if !t.nonspacing(r) {
			c.script(t, r)
			return
		}
		s = s[:len(s)-size]
	}
}

// ascii returns how many bytes at the start of s are printable ASCII.
func ascii(s string) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+16 <= len(s); i += 16 {
		v, w := word(s[i:i+8]), word(s[i+8:i+16])
		// A high bit comes up for a byte below 0x20 (the borrow), for 0x7f (the carry) and for one above it.
		if ((v-ones*0x20)|(v+ones)|v|(w-ones*0x20)|(w+ones)|w)&high != 0 {
			break
		}
	}
	for i < len(s) && s[i] >= 0x20 && s[i] < 0x7f {
		i++
	}
	return i
}

func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// untilRestless is where the inert characters and the printable ASCII at i end, with marks that stand alone on a
// character: NFC has nothing to move there, and nothing to join if the mark is no second of a pair.
func (t *table) untilRestless(s string, i int) int {
	for free := i; ; free = i { // a mark needs an inert character in front of it that is behind this
		if i = t.inert(s, i); i == free || i == len(s) {
			return i
		}
		n := t.lone(s[i:])
		if n == 0 {
			return i
		}
		i += n
	}
}

// lone is the length of a mark at the start of s that NFC leaves where it is behind an inert character.
func (t *table) lone(s string) int {
	r, size := utf8.DecodeRuneInString(s)
	if r >= 0x20000 || t.quiet[r/64].lone>>(r%64)&1 == 0 {
		return 0
	}
	return size
}

// inert is where the inert characters and the printable ASCII at i end. It reads eight bytes at a time.
func (t *table) inert(s string, i int) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for i+8 <= len(s) {
		v := word(s[i : i+8])
		switch {
		case v&0x80 == 0:
			n := bits.TrailingZeros64(v&high|1<<63) &^ 7 // the bits of the ASCII in front; the last byte can wait
			if ((v-ones*0x20)|(v+ones))&high&(1<<n-1) != 0 {
				return i + t.inertByOne(s[i:])
			}
			i += n / 8
			continue
		case t.isTwo(v):
			for ; t.isTwo(v); v >>= 16 {
				i += 2
			}
		case t.isThree(v):
			i = t.threes(s, i+3)
			continue
		default:
			n := t.one(s[i:])
			if n == 0 {
				return i
			}
			i += n
			continue
		}
		if v&0xff == ' ' {
			i++
		}
	}
	return i + t.inertByOne(s[i:])
}

// isTwo reports whether v begins with an inert character of two bytes, 110xxxxx 10xxxxxx. (Nothing in ASCII is inert, so
// overlong forms are not.)
func (t *table) isTwo(v uint64) bool {
	return v&0xc0e0 == 0x80c0 && t.quiet[v&0x1f].inert>>(v>>8&0x3f)&1 != 0
}

// isThree is the same for three bytes, 1110xxxx 10xxxxxx 10xxxxxx.
func (t *table) isThree(v uint64) bool {
	return v&0xc0c0f0 == 0x8080e0 && t.threeBit(v)&1 != 0
}

// threeBit has the answer in its lowest bit.
func (t *table) threeBit(v uint64) uint64 { return t.three[v&0x0f<<6|v>>8&0x3f] >> (v >> 16 & 0x3f) }

// threes is where the inert characters of three bytes at i end, and a space behind them. It takes two at a time.
func (t *table) threes(s string, i int) int {
	for i+8 <= len(s) {
		v := word(s[i : i+8])
		switch {
		case v&0xc0c0f0_c0c0f0 == 0x8080e0_8080e0 && t.threeBit(v)&t.threeBit(v>>24)&1 != 0:
			i += 6
		case t.isThree(v):
			i += 3
		case v&0xff == ' ':
			return i + 1
		default:
			return i
		}
	}
	return i
}

// inertByOne is inert, one character after the other.
func (t *table) inertByOne(s string) int {
	i := 0
	for i < len(s) {
		n := t.one(s[i:])
		if n == 0 {
			break
		}
		i += n
	}
	return i
}

// one is the length of an inert or printable character at the start of s; 0 if it needs a look.
func (t *table) one(s string) int {
	if s[0] >= 0x20 && s[0] < 0x7f {
		return 1
	}
	r, size := utf8.DecodeRuneInString(s)
	if r < 0x80 || r >= 0x20000 || size == 1 || t.quiet[r/64].inert>>(r%64)&1 == 0 {
		return 0
	}
	return size
}
