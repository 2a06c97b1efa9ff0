package textclean

import "golang.org/x/text/unicode/norm"

// NFC returns s in Unicode's normalization form C: s itself if it is in that form already.
//
// A norm.Iter could tell without an allocation if it were used again, but it keeps characters of a text that was not read
// to its end, and panics when they are too many. What is clean hardly ever comes here: see table.
func NFC(s string) string {
	if norm.NFC.IsNormalString(s) {
		return s
	}
	return norm.NFC.String(s)
}
