package sqli

import (
	"encoding/base64"
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// unwrap returns what is left of a text in which a percent sign stands before every character, as IIS and
// ASP read it, or which is base64 as a whole; "" when it is neither.
func unwrap(v *scan.View) string {
	s := v.Text
	if !wrapped(s, &v.Has) {
		return ""
	}
	s = trimBlank(s)
	if v.Has.Has('%') {
		v.Work(len(s))
		return unsigned(v.Text)
	}
	var head [6]byte // the first bytes tell text from an identifier that merely uses the same letters
	if _, err := base64.StdEncoding.Decode(head[:], []byte(s[:8])); err != nil || !printable(string(head[:])) {
		return ""
	}
	v.Work(len(s))
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || !printable(string(b)) {
		return ""
	}
	if t := unsigned(string(b)); t != "" {
		return t
	}
	return string(b)
}

// unsigned returns s without the percent signs that stand before every character, "" when they do not.
func unsigned(s string) string {
	if n := strings.Count(s, "%"); n == 0 || n*3 < len(s) {
		return ""
	}
	return strings.ReplaceAll(s, "%", "")
}

// noBase64 are bytes that base64 does not use and identifiers, addresses and sentences do.
var noBase64 = scan.Bytes("-_.,@:'\"!?&;()")

// wrapped reports whether s may be one of the two.
func wrapped(s string, has *scan.ByteSet) bool {
	if has.Has('%') {
		return len(s) >= 8 && len(s) <= 1<<16
	}
	if noBase64.Meets(has) {
		return false
	}
	s = trimBlank(s)
	return len(s) >= 16 && len(s) <= 1<<16 && len(s)%4 == 0 && (!has.Has(' ') || strings.IndexByte(s, ' ') < 0)
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' && s[i] != '\n' && s[i] != '\r' || s[i] > '~' {
			return false
		}
	}
	return true
}
