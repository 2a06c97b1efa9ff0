package detect

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// TestA03IsWholeAndTrue holds the table against OWASP's list and against the classes.
func TestA03IsWholeAndTrue(t *testing.T) {
	owasp := []int{
		20, 74, 75, 77, 78, 79, 80, 83, 87, 88, 89, 90, 91, 93, 94, 95, 96, 97, 98, 99, 100, 113, 116, 138, 184, 470, 471, 564, 610, 643,
		644, 652, 917,
	}
	var have []int
	for _, w := range A03() {
		have = append(have, w.CWE)
		assert.NotEmpty(t, w.Name, "CWE-%d", w.CWE)
		assert.True(t, len(w.Classes) > 0 || w.Why != "", "CWE-%d has a class, or a reason why not", w.CWE)
		for _, c := range w.Classes {
			assert.Contains(t, Classes(), c, "CWE-%d", w.CWE)
		}
	}
	assert.Equal(t, owasp, have)
}

func TestEveryClassNamesWeaknesses(t *testing.T) {
	for _, c := range Classes() {
		assert.NotEmpty(t, CWEs(c), "class %s", c)
	}
	for c, numbers := range cwes {
		assert.Contains(t, Classes(), c)
		for _, n := range numbers {
			i := slices.IndexFunc(A03(), func(w Weakness) bool { return w.CWE == n })
			if i >= 0 && c != LinkClass {
				assert.Contains(t, A03()[i].Classes, scan.Class(c), "CWE-%d is listed by %s", n, c)
			}
		}
	}
}
