// Package detecttest holds the tests that every detector must pass, whatever its class.
package detecttest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/testdata"
)

// only is the set of one detector, as package detect runs it.
func only(d scan.Detector) *detect.Set {
	return detect.NewSet(func(c scan.Class) bool { return c == d.Class })
}

// Plain runs one detector over the text as given, nothing decoded, and checks that what it says is sound.
func Plain(t testing.TB, d scan.Detector, text string) []scan.Finding {
	t.Helper()
	v := scan.NewView(text)
	return view(t, d, text, &v)
}

// Inspect gives what package detect finds with this detector alone, and checks that what the detector says is sound
// at every layer.
func Inspect(t testing.TB, d scan.Detector, text string) []scan.Finding {
	t.Helper()
	first := scan.NewView(text)
	layers(t, d, text, &first)
	if cell := new(scan.View); first.Cell(cell) {
		layers(t, d, text, cell)
	}
	return only(d).Inspect(text)
}

func layers(t testing.TB, d scan.Detector, text string, v *scan.View) {
	t.Helper()
	for {
		view(t, d, text, v)
		next := new(scan.View)
		if v.Layer == detect.MaxLayers || v.Decode(next, scan.All) == 0 {
			return
		}
		v = next
	}
}

// view runs the detector on one view of text: spans lie inside, and where the gate is shut there is no finding.
func view(t testing.TB, d scan.Detector, text string, v *scan.View) (found []scan.Finding) {
	t.Helper()
	open := d.Open(v) && (d.Worth == nil || d.Worth(v.Text, v.Has))
	d.Find(v, func(rule string, start, end int) {
		if start < 0 || end <= start || end > len(v.Text) {
			t.Errorf("%s/%s: span [%d,%d) outside of %q", d.Class, rule, start, end, v.Text)
			return
		}
		if !open {
			t.Errorf("%s/%s: reported in %q although the gate is shut", d.Class, rule, v.Text)
		}
		start, end = v.Origin(start, end)
		if start < 0 || end <= start || end > len(text) {
			t.Errorf("%s/%s: span [%d,%d) outside of %q", d.Class, rule, start, end, text)
		}
		found = append(found, scan.Finding{Class: d.Class, Rule: rule, Start: start, End: end})
	})
	return found
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

// Print prints a line for each text, for examples: the rules that break on it.
func Print(d scan.Detector, texts ...string) {
	for _, text := range texts {
		fmt.Println(Rules(only(d).Inspect(text)))
	}
}

// Rows are texts with what they show. Rules are all the rules that report the text, sorted, with blanks between: none
// for honest text.
type Rows = []struct{ Why, Text, Rules string }

// Table checks that each text is reported by its rules and by no others.
func Table(t *testing.T, d scan.Detector, rows Rows) {
	t.Helper()
	for _, row := range rows {
		if got := strings.Join(Rules(Inspect(t, d, row.Text)), " "); got != row.Rules {
			t.Errorf("%s: %q is reported as %q, not as %q", row.Why, row.Text, got, row.Rules)
		}
	}
}

// The fewest lines that the corpora of a class may hold: attacks, and honest texts that come near.
const (
	minAttacks = 40
	minNear    = 30
)

// Corpora checks that the detector alone finds every line of testdata/attacks/CLASS.jsonl, and refuses no honest line
// of testdata at all.
func Corpora(t *testing.T, d scan.Detector) {
	t.Helper()
	attacks, err := testdata.Attacks()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range attacks {
		if l.Category != string(d.Class) {
			continue
		}
		n++
		if len(Inspect(t, d, l.Text)) == 0 || only(d).Clean(l.Text) {
			t.Errorf("%s: nothing found in %q", l.ID, l.Text)
		}
	}
	if n < minAttacks {
		t.Errorf("testdata/attacks/%s.jsonl holds %d lines: too few", d.Class, n)
	}
	benign, err := testdata.Benign()
	if err != nil {
		t.Fatal(err)
	}
	near := 0
	for _, l := range benign {
		if l.Category == "near-"+string(d.Class) {
			near++
		}
		for _, f := range Inspect(t, d, l.Text) {
			t.Errorf("%s: %s refuses %q in %q", l.ID, f.Rule, l.Text[f.Start:f.End], l.Text)
		}
	}
	if near < minNear {
		t.Errorf("testdata/benign/near-%s.jsonl holds %d lines: too few", d.Class, near)
	}
}

// maxPerByte is how many steps a detector may take for each byte of a text, all layers together.
const maxPerByte = 500

// Linear holds the steps of the detector on each part, repeated: on one view of up to 1 MB, whether its gate is open or
// not, under perByte for each byte; and over all layers of up to 256 KB under that for each byte of each layer, under
// maxPerByte in all, and for four times the text under five times the steps.
func Linear(t *testing.T, d scan.Detector, perByte int, parts ...string) {
	t.Helper()
	for _, part := range parts {
		viewIsLinear(t, d, perByte, part)
		layersAreLinear(t, d, perByte, part)
	}
}

func viewIsLinear(t *testing.T, d scan.Detector, perByte int, part string) {
	t.Helper()
	for _, size := range []int{1 << 10, 2 << 10, 4 << 10, 1 << 15, 1 << 16, 1 << 20} {
		v := scan.NewView(strings.Repeat(part, size/len(part)+1)[:size])
		d.Find(&v, func(string, int, int) {})
		if steps := v.Steps(); steps > perByte*size {
			t.Errorf("%q to %d bytes: %d steps, %d a byte, more than %d", part, size, steps, steps/size, perByte)
			return
		}
	}
}

func layersAreLinear(t *testing.T, d scan.Detector, perByte int, part string) {
	t.Helper()
	set, before := only(d), 0
	most := min((1+detect.MaxLayers)*perByte, maxPerByte)
	for _, size := range []int{1 << 16, 1 << 18} {
		s := strings.Repeat(part, size/len(part))
		steps := set.Steps(s)
		if steps > most*len(s) {
			t.Errorf("%q: %d steps over all layers for %d bytes, more than %d a byte", part, steps, len(s), most)
		}
		if before > 0 && steps > 5*before {
			t.Errorf("%q: %d steps over all layers for %d bytes, %d for a quarter of them", part, steps, len(s), before)
		}
		before = steps
	}
}

// Clean checks that the detector reports nothing and allocates nothing on honest texts.
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

// Sound is the body of a fuzz target. It holds for every text: no panic, spans inside the text, nothing where the gate
// is shut, the same answer twice, and at most perByte steps for each byte.
func Sound(d scan.Detector, perByte int) func(*testing.T, string) {
	return func(t *testing.T, s string) {
		if s == "" {
			return
		}
		first := Plain(t, d, s)
		v := scan.NewView(s)
		if again := view(t, d, s, &v); !slices.Equal(first, again) {
			t.Errorf("%v, then %v", first, again)
		}
		if v.Steps() > perByte*len(s)+4096 {
			t.Errorf("%d steps for %d bytes", v.Steps(), len(s))
		}
	}
}
