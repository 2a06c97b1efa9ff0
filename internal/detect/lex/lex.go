// Package lex holds the few byte-level steps that the tokenisers of several detectors share. Everything works on ASCII:
// the attacked languages look at case in ASCII only, where strings.EqualFold looks further, and bytes from 0x80 up belong
// to words of prose and to no keyword.
package lex

import "strings"

// IsLower, IsUpper, IsLetter, IsDigit, IsWord and IsBlank sort single bytes. A word byte is a letter, a
// digit or an underscore; a blank separates words on one line.
func IsLower(c byte) bool  { return c-'a' < 26 }
func IsUpper(c byte) bool  { return c-'A' < 26 }
func IsLetter(c byte) bool { return c|0x20-'a' < 26 }
func IsDigit(c byte) bool  { return c-'0' < 10 }
func IsWord(c byte) bool   { return IsLetter(c) || IsDigit(c) || c == '_' }
func IsBlank(c byte) bool  { return c == ' ' || c == '\t' || c == '\v' || c == '\f' }
func IsSpace(c byte) bool  { return IsBlank(c) || c == '\n' || c == '\r' }

// IsHTMLSpace reports HTML's and XML's white space; a carriage return is one, as HTML turns it into a line feed before
// tokenisation (WHATWG HTML 13.2.3.5).
func IsHTMLSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r' }

// Lower folds an ASCII letter to lower case.
func Lower(c byte) byte {
	if IsUpper(c) {
		return c | 0x20
	}
	return c
}

// At returns the byte at i, or 0 outside of s.
func At(s string, i int) byte {
	if uint(i) < uint(len(s)) {
		return s[i]
	}
	return 0
}

// SkipBlanks returns the first offset from i on that holds no blank.
func SkipBlanks(s string, i int) int {
	for i < len(s) && IsBlank(s[i]) {
		i++
	}
	return i
}

// SkipSpace returns the first offset from i on that holds neither a blank nor a line end.
func SkipSpace(s string, i int) int {
	for i < len(s) && IsSpace(s[i]) {
		i++
	}
	return i
}

// SkipHTMLSpace returns the first offset from i on that holds no white space of HTML.
func SkipHTMLSpace(s string, i int) int {
	for i < len(s) && IsHTMLSpace(s[i]) {
		i++
	}
	return i
}

// SkipWord returns the first offset from i on that holds no word byte.
func SkipWord(s string, i int) int {
	for i < len(s) && IsWord(s[i]) {
		i++
	}
	return i
}

// SkipDigits returns the first offset from i on that holds no digit.
func SkipDigits(s string, i int) int {
	for i < len(s) && IsDigit(s[i]) {
		i++
	}
	return i
}

// HasPrefix reports whether s has prefix at offset i.
func HasPrefix(s string, i int, prefix string) bool {
	return i >= 0 && len(s)-i >= len(prefix) && s[i:i+len(prefix)] == prefix
}

// HasPrefixFold is HasPrefix without regard to ASCII case; prefix is in lower case.
func HasPrefixFold(s string, i int, prefix string) bool {
	if i < 0 || len(s)-i < len(prefix) {
		return false
	}
	for k := range len(prefix) {
		if Lower(s[i+k]) != prefix[k] {
			return false
		}
	}
	return true
}

// EqualFold reports whether s is want without regard to ASCII case; want is in lower case.
func EqualFold(s, want string) bool { return len(s) == len(want) && HasPrefixFold(s, 0, want) }

// OneOfFold reports whether s is one of the names without regard to ASCII case; names are in lower case.
func OneOfFold(s string, names ...string) bool {
	for _, n := range names {
		if EqualFold(s, n) {
			return true
		}
	}
	return false
}

// ContainsFold reports whether s, which is short, holds part without regard to ASCII case; part is in lower case.
func ContainsFold(s, part string) bool {
	for i := 0; i+len(part) <= len(s); i++ {
		if HasPrefixFold(s, i, part) {
			return true
		}
	}
	return false
}

// Set is a set of words.
type Set map[string]bool

// NewSet makes the set of the words of a list, between blanks.
func NewSet(list string) Set {
	set := make(Set)
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// Fold copies s in lower case into buf, for the look-up of a keyword without allocating. It returns nil
// when s is longer than buf, as no keyword is.
func Fold(buf []byte, s string) []byte {
	if len(s) > len(buf) {
		return nil
	}
	for i := range len(s) {
		buf[i] = Lower(s[i])
	}
	return buf[:len(s)]
}
