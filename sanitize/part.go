package sanitize

import "strings"

// part puts one space behind each < that an HTML tokenizer would take for the beginning of a tag, a comment or a
// declaration (WHATWG HTML 13.2.5.6, tag open state): one before a letter, /, ! or ?. Both may be written as character
// references, so that the text is still one text token after html.UnescapeString.
func part(s string) string {
	var out []byte
	done := 0
	lt, amp := -1, -1 // the next ones; IndexByte finds them at memory speed
	for i := 0; ; {
		if lt < i {
			lt = index(s, i, '<')
		}
		if amp < i {
			amp = index(s, i, '&')
		}
		if i = min(lt, amp); i == len(s) {
			break
		}
		n := lessThan(s[i:])
		if n > 0 && opens(s[i+n:]) {
			out = append(append(out, s[done:i+n]...), ' ')
			done = i + n
		}
		i += max(n, 1)
	}
	if done == 0 {
		return s
	}
	return string(append(out, s[done:]...))
}

// index returns the offset of the next c at i or behind it, len(s) if there is none.
func index(s string, i int, c byte) int {
	if n := strings.IndexByte(s[i:], c); n >= 0 {
		return i + n
	}
	return len(s)
}

// lessThan returns the length of a < at the start of s, as itself or as a character reference; 0 if there is none.
func lessThan(s string) int {
	if s[0] == '<' {
		return 1
	}
	if n, codes := numeric(s); n > 0 {
		if codes[0] == '<' || codes[1] == '<' {
			return n
		}
		return 0
	}
	if !strings.HasPrefix(s, "&lt") && !strings.HasPrefix(s, "&LT") {
		return 0
	}
	// Without its semicolon lt is taken for < whatever follows it, unless a longer name with one is there.
	name := referenceName(s)
	switch name {
	case "lt;", "LT;":
		return 4
	case "ltcc;", "ltcir;", "ltdot;", "lthree;", "ltimes;", "ltlarr;", "ltquest;", "ltrPar;", "ltri;", "ltrie;", "ltrif;":
		return 0
	}
	return 3
}

// opens reports whether s, which follows a <, makes it the beginning of markup.
func opens(s string) bool {
	if s == "" {
		return false
	}
	if s[0] != '&' {
		return opensTag(rune(s[0]))
	}
	if n, codes := numeric(s); n > 0 {
		return opensTag(codes[0]) || opensTag(codes[1])
	}
	switch referenceName(s) {
	case "sol;", "excl;", "quest;", "fjlig;":
		return true
	}
	return false
}

func opensTag(c rune) bool {
	return c == '/' || c == '!' || c == '?' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// numeric reads a numeric character reference (WHATWG HTML 13.2.5.75) and returns its length and the two values that
// implementations give it: package html lets a long one wrap round 32 bits, the others do not. The length is 0 if
// there is none.
func numeric(s string) (n int, codes [2]rune) {
	if len(s) < 3 || s[1] != '#' {
		return 0, codes
	}
	i, base := 2, rune(10)
	if s[2]|0x20 == 'x' {
		i, base = 3, 16
	}
	start := i
	for ; i < len(s); i++ {
		d := digit(s[i])
		if d >= base {
			break
		}
		codes[0] = codes[0]*base + d // wraps
		if codes[1] <= 0x10ffff {
			codes[1] = codes[1]*base + d
		}
	}
	if i == start {
		return 0, codes
	}
	if i < len(s) && s[i] == ';' {
		i++
	}
	return i, codes
}

// digit is the value of a hexadecimal digit, 16 for anything else.
func digit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return 16
}

// referenceName is the name behind an & with its semicolon, if it has one. No name that matters here is longer than
// eight characters, so a longer one is cut.
func referenceName(s string) string {
	i := 1
	for i < len(s) && i < 12 && (s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' || s[i] >= '0' && s[i] <= '9') {
		i++
	}
	if i < len(s) && s[i] == ';' {
		i++
	}
	return s[1:i]
}
