package lex

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Sweep calls at for each offset of s that holds a byte of list, byte by byte of the list: for a few bytes
// that are rare in a text this is several times faster than one pass that looks for all of them. has are the
// bytes that may occur in s. at returns the offset to go on from, or -1 to stop. Sweep returns how many bytes
// were passed over.
func Sweep(s, list string, has *scan.ByteSet, at func(i int) int) (steps int) {
	for k := range len(list) {
		if !has.Has(list[k]) {
			continue
		}
		for i := 0; i < len(s); {
			n := strings.IndexByte(s[i:], list[k])
			if n < 0 {
				steps += len(s) - i
				break
			}
			next := at(i + n)
			if next < 0 {
				return steps + n
			}
			next = max(next, i+n+1)
			steps += next - i
			i = next
		}
	}
	return steps
}
