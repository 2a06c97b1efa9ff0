// Package ascii holds what the detectors of markup and scripts ask about bytes: their languages look at case in
// ASCII only, and strings.EqualFold looks further.
package ascii

// IsLetter reports whether c is an ASCII letter.
func IsLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// IsDigit reports whether c is an ASCII digit.
func IsDigit(c byte) bool { return '0' <= c && c <= '9' }

// IsSpace reports HTML's and XML's white space; a carriage return is one, as HTML turns it into a line feed
// before tokenisation (WHATWG HTML 13.2.3.5).
func IsSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r' }

// SkipSpace returns the offset of the first byte from i on that is no white space.
func SkipSpace(s string, i int) int {
	for i < len(s) && IsSpace(s[i]) {
		i++
	}
	return i
}

// HasPrefix reports whether s begins with prefix, which is in lower case, whatever the case of s.
func HasPrefix(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if lower(s[i]) != prefix[i] {
			return false
		}
	}
	return true
}

// Lower writes s in lower case into buf and returns that; nil if buf is too short. It allocates nothing.
func Lower(buf []byte, s string) []byte {
	if len(s) > len(buf) {
		return nil
	}
	for i := range len(s) {
		buf[i] = lower(s[i])
	}
	return buf[:len(s)]
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
