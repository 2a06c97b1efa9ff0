package nosqli_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/nosqli"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// FuzzDetector holds for every text: no panic, spans inside the text, nothing where the gate is shut, the same answer
// twice, and a bounded number of steps.
func FuzzDetector(f *testing.F) {
	f.Add("{\"$ne\":1}")
	f.Add("';return 1")
	f.Add("db.a.b(")
	f.Add("\r\nset a 1 2 3\r\n")
	f.Add("\"script\":{\"")
	d := nosqli.Detector()
	f.Fuzz(func(t *testing.T, s string) {
		if s == "" {
			return
		}
		first := rule(t, s)
		v := scan.NewView(s)
		again := ""
		d.Find(&v, func(rule string, _, _ int) { again = rule })
		if first != again {
			t.Errorf("%q, then %q", first, again)
		}
		if again != "" && !d.Open(&v) {
			t.Errorf("the gate is shut: %q", again)
		}
		if v.Steps() > 64*len(s)+4096 {
			t.Errorf("%d steps for %d bytes", v.Steps(), len(s))
		}
	})
}
