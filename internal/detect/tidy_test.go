package detect

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// TestTidy: the documented order, and nothing twice.
func TestTidy(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var found []scan.Finding
	for range 2000 {
		found = append(found, scan.Finding{
			Class: []scan.Class{"a", "b"}[r.IntN(2)], Rule: []string{"x", "y"}[r.IntN(2)], Start: r.IntN(20), End: 20 + r.IntN(5),
		})
	}
	slow := func(a, b scan.Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Rule, b.Rule))
	}
	want := slices.Compact(slices.SortedFunc(slices.Values(found), slow))
	if got := tidy(found); !slices.Equal(got, want) {
		t.Error("not in order")
	}
}
