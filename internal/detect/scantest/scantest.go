// Package scantest holds the tests that a detector must pass, whatever its class.
package scantest

import (
	"slices"
	"strings"
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/testdata"
)

// maxLayers is how many times Inspect decodes, as package detect does.
const maxLayers = 4

// Inspect runs one detector over every decoding layer of a text, and checks that what it says is sound: spans
// lie inside, a closed gate means no finding.
func Inspect(t testing.TB, d scan.Detector, text string) []scan.Finding {
	t.Helper()
	first := scan.NewView(text)
	found := layers(t, d, text, &first)
	if cell := new(scan.View); first.Cell(cell) {
		found = append(found, layers(t, d, text, cell)...)
	}
	return found
}

// layers is Inspect from one view of text on.
func layers(t testing.TB, d scan.Detector, text string, view *scan.View) (found []scan.Finding) {
	t.Helper()
	for {
		open := d.Open(view)
		d.Find(view, func(rule string, start, end int) {
			if start < 0 || end <= start || end > len(view.Text) {
				t.Errorf("%s/%s: span [%d,%d) outside of %q", d.Class, rule, start, end, view.Text)
				return
			}
			if !open {
				t.Errorf("%s/%s: reported in %q although the gate is closed", d.Class, rule, view.Text)
			}
			start, end = view.Origin(start, end)
			if start < 0 || end <= start || end > len(text) {
				t.Errorf("%s/%s: span [%d,%d) outside of %q", d.Class, rule, start, end, text)
			}
			found = append(found, scan.Finding{Class: d.Class, Rule: rule, Start: start, End: end})
		})
		next := new(scan.View)
		if view.Layer == maxLayers || view.Decode(next, scan.All) == 0 {
			return found
		}
		view = next
	}
}

// Rules lists the rules of the findings, each once, sorted.
func Rules(found []scan.Finding) []string {
	var rules []string
	for _, f := range found {
		rules = append(rules, f.Rule)
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

// Corpus checks that the detector finds every attack of its class in testdata and reports nothing in the near
// misses that were written for it.
func Corpus(t *testing.T, d scan.Detector) {
	t.Helper()
	attacks, err := testdata.Attacks()
	if err != nil {
		t.Fatal(err)
	}
	honest, err := testdata.Benign()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range attacks {
		if l.Category != string(d.Class) {
			continue
		}
		n++
		if len(Inspect(t, d, l.Text)) == 0 {
			t.Errorf("%s is not found: %q", l.ID, l.Text)
		}
	}
	if n == 0 {
		t.Errorf("testdata has no attacks of class %s", d.Class)
	}
	for _, l := range honest {
		if found := Inspect(t, d, l.Text); found != nil {
			t.Errorf("%s is honest and reported as %v: %q", l.ID, Rules(found), l.Text)
		}
	}
}

// Linear checks that the steps which the detector counts stay below perByte for each byte, on the pattern
// repeated to 1 KB, 32 KB, 64 KB and 1 MB.
func Linear(t *testing.T, d scan.Detector, perByte int, pattern string) {
	t.Helper()
	for _, size := range []int{1 << 10, 1 << 15, 1 << 16, 1 << 20} {
		text := strings.Repeat(pattern, size/len(pattern)+1)[:size]
		v := scan.NewView(text)
		d.Find(&v, func(string, int, int) {})
		if steps := v.Steps(); steps > perByte*size {
			t.Errorf("%q to %d bytes: %d steps, %d a byte, more than %d", pattern, size, steps, steps/size, perByte)
			return
		}
	}
}

// Clean checks that the detector allocates nothing on honest texts.
func Clean(t *testing.T, d scan.Detector, texts ...string) {
	t.Helper()
	report := func(rule string, _, _ int) { t.Errorf("%s/%s reported", d.Class, rule) }
	for _, text := range texts {
		v := scan.NewView(text)
		if n := testing.AllocsPerRun(20, func() { d.Find(&v, report) }); n > 0 {
			t.Errorf("%v allocations for %q", n, text)
		}
	}
}
