package textclean

import (
	"sync"

	"golang.org/x/text/unicode/norm"
)

// NFC returns s in Unicode's normalization form C: s itself, without an allocation, if it is in that form already.
func NFC(s string) string {
	n := norm.NFC.QuickSpanString(s)
	if n == len(s) || normal(s[n:]) {
		return s
	}
	return norm.NFC.String(s)
}

// iterators saves an allocation for text that is in NFC but whose characters do not show it one by one, as in many
// Indic scripts.
var iterators = sync.Pool{New: func() any { return new(norm.Iter) }}

// normal reports whether s, which begins at a boundary, is in NFC.
func normal(s string) bool {
	it := iterators.Get().(*norm.Iter)
	defer func() {
		it.InitString(norm.NFC, "") // let go of s
		iterators.Put(it)
	}()
	it.InitString(norm.NFC, s)
	for !it.Done() {
		segment := it.Next()
		if len(segment) > len(s) || s[:len(segment)] != string(segment) {
			return false
		}
		s = s[len(segment):]
	}
	return s == ""
}
