package sanitize

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/textclean"
)

// HeaderValue returns s as the value of an HTTP or e-mail header field: each run of control characters but tab, and of
// the line separators U+0085, U+2028 and U+2029, becomes one space, and there is no white space at either end. So
// there is no CR, LF or NUL in it, and what follows cannot become another field (CWE-113; RFC 9110, 5.5, tells
// recipients to do the same). It does not encode: what is not ASCII needs RFC 2047 in e-mail, and has no agreed
// meaning in HTTP. HeaderValue is idempotent and linear.
func HeaderValue(s string) string {
	return strings.Trim(replaceRuns(s, func(r rune) bool {
		return r < 0x20 && r != '\t' || r >= 0x7f && r <= 0x9f || r == 0x2028 || r == 0x2029
	}), " \t")
}

// LogField returns s as one line that a log and a terminal can show (CWE-117, CWE-150): white space becomes spaces, one
// each; control characters, escape sequences' ESC and CSI among them, bidirectional overrides, stray invisible
// characters and bytes that are not UTF-8 become U+FFFD, so that a reader sees that something was there. Nothing else
// is changed: no markup is taken out, nothing is put into NFC. LogField is idempotent and linear. A structured logger's
// own quoting is better where there is one.
func LogField(s string) string { return textclean.Marked(s) }

// replaceRuns puts a space in place of each run of characters that bad reports. A byte that is not UTF-8 stays.
func replaceRuns(s string, bad func(rune) bool) string {
	first := strings.IndexFunc(s, bad)
	if first < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for first >= 0 {
		out = append(append(out, s[:first]...), ' ')
		s = s[first:]
		end := strings.IndexFunc(s, func(r rune) bool { return !bad(r) })
		if end < 0 {
			return string(out)
		}
		s = s[end:]
		first = strings.IndexFunc(s, bad)
	}
	return string(append(out, s...))
}
