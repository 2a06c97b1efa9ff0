package detect

import (
	"slices"
	"sync"
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/testdata"
)

// TestInspectInParallel: inspections share memory one after the other, never at the same time.
func TestInspectInParallel(t *testing.T) {
	attacks, err := testdata.Attacks()
	if err != nil {
		t.Fatal(err)
	}
	attacks = attacks[:min(len(attacks), 300)]
	want := make([][]scan.Finding, len(attacks))
	for i, l := range attacks {
		want[i] = Inspect(l.Text)
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range attacks {
				k := (i*7 + g) % len(attacks)
				if got := Inspect(attacks[k].Text); !slices.Equal(got, want[k]) {
					t.Errorf("%s: %+v alone, %+v in parallel", attacks[k].ID, want[k], got)
				}
			}
		})
	}
	wg.Wait()
}
