package jsonwalk

import (
	"math/bits"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const ones, high = 0x0101010101010101, 0x8080808080808080

// special has a high bit for each byte of v that is a quote, a backslash or below 0x20; perhaps for others, but only
// above one that has its own (the borrow).
func special(v uint64) uint64 {
	quote, slash := v^ones*'"', v^ones*'\\'
	return ((quote - ones) | (slash - ones) | (v - ones*0x20)) &^ v & high
}

// plainEnd is where a string stops being plain: at its closing quote, a backslash, a control character, or the end of
// text. wide tells that there were bytes above 0x7f. It looks at eight bytes at a time.
func plainEnd(text string, i int) (end int, wide bool) {
	var seen uint64
	for ; i+16 <= len(text); i += 16 {
		v, v2 := word(text[i:i+8]), word(text[i+8:i+16])
		if special(v)|special(v2) != 0 {
			break
		}
		seen |= v | v2
	}
	for ; i+8 <= len(text); i += 8 {
		v := word(text[i : i+8])
		if hit := special(v); hit != 0 {
			seen |= v & (hit&-hit - 1)
			return i + bits.TrailingZeros64(hit)/8, seen&high != 0
		}
		seen |= v
	}
	wide = seen&high != 0
	for ; i < len(text); i++ {
		c := text[i]
		if c == '"' || c == '\\' || c < 0x20 {
			break
		}
		wide = wide || c >= utf8.RuneSelf
	}
	return i, wide
}

// word is s, eight bytes, as one number. The compiler makes one load of it.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// unquote decodes a string whose contents begin at start and are plain up to i. end is its closing quote. ok is false
// for what is no string: an unknown escape, half a surrogate pair, a control character, no end.
func (w *Walker) unquote(start, i int, wide bool) (text string, end int, _, ok bool) {
	for end = i; w.at(end) == '\\'; {
		var more bool
		end, more = plainEnd(w.text, min(end+2, len(w.text)))
		wide = wide || more
	}
	if w.at(end) != '"' {
		return "", end, wide, false
	}
	var b strings.Builder
	b.Grow(end - start)
	for {
		b.WriteString(w.text[start:i])
		if i == end {
			return b.String(), end, wide, true
		}
		r, size := escaped(w.text[i:])
		if size == 0 {
			return "", end, wide, false
		}
		b.WriteRune(r)
		start = i + size
		if i = strings.IndexByte(w.text[start:end], '\\'); i < 0 {
			i = end
		} else {
			i += start
		}
	}
}

// escaped decodes the escape that s begins with (RFC 8259, section 7), two for a surrogate pair. size is 0 if it is
// none.
func escaped(s string) (r rune, size int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case '"', '\\', '/':
		return rune(s[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
	default:
		return 0, 0
	}
	r, ok := unit(s)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	low, ok := unit(s[6:])
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, 0
	}
	return r, 12
}

// unit reads \uXXXX.
func unit(s string) (r rune, ok bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	for i := 2; i < 6; i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
