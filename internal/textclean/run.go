package textclean

import "unicode/utf8"

// run returns how many bytes at the start of s are characters that never change and of which no normalization form
// says anything by itself: printable ASCII, and whole ranges of the most common scripts.
func (c *context) run(s string) int {
	i := 0
	for i < len(s) {
		n := 0
		if b := s[i]; b < 0x80 {
			n = ascii(s[i:])
		} else if b < 0xe0 {
			n = easy2(s[i:])
		} else {
			n = easy3(s[i:])
		}
		if n == 0 {
			break
		}
		i += n
	}
	if i > 0 {
		r, _ := utf8.DecodeLastRuneInString(s[:i])
		c.kept(r)
	}
	return i
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

// easy2 is the length of a character of two bytes at the start of s, 0 if it needs a look: U+00C0 to U+02FF, and
// Greek and Cyrillic from U+0388 to U+047F.
func easy2(s string) int {
	if len(s) < 2 || s[1]&0xc0 != 0x80 {
		return 0
	}
	switch b := s[0]; {
	case b >= 0xc3 && b <= 0xcb, b >= 0xcf && b <= 0xd1, b == 0xce && s[1] >= 0x88:
		return 2
	}
	return 0
}

// easy3 is the same for longer ones: U+2010 to U+2027, kana, CJK ideographs, Hangul syllables.
func easy3(s string) int {
	if len(s) < 3 || s[1]&0xc0 != 0x80 || s[2]&0xc0 != 0x80 {
		return 0
	}
	easy := false
	switch b := s[0]; {
	case b == 0xe2:
		easy = s[1] == 0x80 && s[2] >= 0x90 && s[2] <= 0xa7
	case b == 0xe3: // not U+3000, the marks U+302A to U+302F, U+3099 and U+309A
		easy = s[1] == 0x80 && s[2] >= 0x81 && s[2] <= 0xa9 || s[1] == 0x81 || s[1] == 0x83 || s[1] == 0x82 && s[2] != 0x99 && s[2] != 0x9a
	case b == 0xe4:
		easy = s[1] >= 0xb8
	case b >= 0xe5 && b <= 0xe9, b == 0xeb, b == 0xec:
		easy = true
	case b == 0xea:
		easy = s[1] >= 0xb0
	case b == 0xed:
		easy = s[1] <= 0x9d
	}
	if !easy {
		return 0
	}
	return 3
}
