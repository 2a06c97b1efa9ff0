package sqli_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/detect/sqli"
)

// FuzzDetector holds for every text: no panic, spans inside the text, nothing where the gate is shut, the same answer
// twice, and a bounded number of steps.
func FuzzDetector(f *testing.F) {
	f.Add("a' or 1=1-- ")
	f.Add("4 UNION SELECT 1,2")
	f.Add("O'Brien; drop")
	f.Add("/*!50000x*/'\"`[(")
	f.Add("un/**/ion")
	f.Add("%4%1")
	f.Add("NCBPUiAx")
	f.Add("1.e(")
	f.Add("' like '")
	d := sqli.Detector()
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
