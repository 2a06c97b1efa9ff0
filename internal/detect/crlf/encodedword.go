package crlf

import (
	"encoding/base64"
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// maxWord bounds an encoded word; RFC 2047 section 2 allows 75 characters.
const maxWord = 512

// encodedWords finds encoded words, =?charset?Q?text?= or =?charset?B?text?= (RFC 2047), whose text holds what an
// address or a header is made of: a mail library decodes them after the check.
func encodedWords(v *scan.View, report scan.Report) {
	s := v.Text
	for i := 0; ; {
		k := strings.Index(s[i:], "=?")
		if k < 0 {
			return
		}
		start := i + k
		i = start + 2
		end := encodedWord(s[start:min(len(s), start+maxWord)])
		v.Work(maxWord)
		if end > 0 {
			report("encoded-word", start, start+end)
			i = start + end
		}
	}
}

// encodedWord gives the length of the encoded word that s begins with if it hides something, else 0.
func encodedWord(s string) int {
	charset := strings.IndexByte(s[2:min(len(s), 48)], '?')
	if charset <= 0 {
		return 0
	}
	i := 2 + charset + 1
	if i+2 >= len(s) || s[i+1] != '?' || strings.ContainsAny(s[2:i-1], " \t") {
		return 0
	}
	text := s[i+2:]
	n := strings.Index(text, "?=")
	if n < 0 {
		n = len(text)
	}
	end := min(len(s), i+2+n+2)
	text = text[:n]
	if k := atoms(s, end); k > end-1 && k < len(s) && s[k] == '@' && strings.IndexByte("qb", s[i]|0x20) >= 0 {
		return k + 1 // no address holds an encoded word (RFC 2047 section 5): one parser reads another address here
	}
	switch s[i] | 0x20 {
	case 'q':
		for j := 0; j+2 < len(text); j++ {
			if text[j] == '=' && hides(unhex(text[j+1])<<4|unhex(text[j+2])) {
				return end
			}
		}
	case 'b':
		var buf [maxWord]byte
		m, _ := base64.RawStdEncoding.Decode(buf[:], []byte(strings.TrimRight(text, "=")))
		for _, c := range buf[:m] {
			if hides(c) {
				return end
			}
		}
	}
	return 0
}

// atoms gives the offset behind the characters of an atom at i.
func atoms(s string, i int) int {
	for i < len(s) && (isToken(s[i]) || s[i] == '.' || s[i] == '+') {
		i++
	}
	return i
}

// hides reports the bytes for which an encoded word is used against a parser of addresses or headers.
func hides(c byte) bool {
	switch c {
	case '\r', '\n', 0, '@', '<', '>':
		return true
	}
	return false
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 0xFF
}
