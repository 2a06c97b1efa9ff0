// Package detecttest holds the tests that every detector must pass: its corpora, and steps that are linear.
package detecttest

import (
	"strings"
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/testdata"
)

func only(class scan.Class) *detect.Set {
	return detect.NewSet(func(c scan.Class) bool { return c == class })
}

// Rules lists the rules of the class that break on s, in order, each once.
func Rules(class scan.Class, s string) []string {
	var rules []string
	seen := map[string]bool{}
	for _, f := range only(class).Inspect(s) {
		if f.Class == class && !seen[f.Rule] {
			seen[f.Rule] = true
			rules = append(rules, f.Rule)
		}
	}
	return rules
}

// Corpora checks that the detector of the class alone finds every line of testdata/attacks/CLASS.jsonl,
// and refuses no honest line of testdata at all.
func Corpora(t *testing.T, class scan.Class) {
	t.Helper()
	set := only(class)
	attacks, err := testdata.Attacks()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range attacks {
		if l.Category != string(class) {
			continue
		}
		n++
		if set.Clean(l.Text) {
			t.Errorf("%s: nothing found in %q", l.ID, l.Text)
		}
	}
	if n < 30 {
		t.Errorf("testdata/attacks/%s.jsonl holds %d lines: too few", class, n)
	}
	benign, err := testdata.Benign()
	if err != nil {
		t.Fatal(err)
	}
	near := 0
	for _, l := range benign {
		if l.Category == "near-"+string(class) {
			near++
		}
		for _, f := range set.Inspect(l.Text) {
			t.Errorf("%s: %s refuses %q in %q", l.ID, f.Rule, l.Text[f.Start:f.End], l.Text)
		}
	}
	if near < 20 {
		t.Errorf("testdata/benign/near-%s.jsonl holds %d lines: too few", class, near)
	}
}

// Linear holds the steps of the class on the parts, repeated up to 1 MB, under perByte for each byte of each
// layer, and under 2.3 times those of the text half as long.
func Linear(t *testing.T, class scan.Class, perByte int, parts ...string) {
	t.Helper()
	set := only(class)
	for _, part := range parts {
		before := 0
		for _, n := range []int{1 << 18, 1 << 19, 1 << 20} {
			s := strings.Repeat(part, n/len(part))
			steps := set.Steps(s)
			if steps == 0 {
				t.Logf("%q: the gate is closed", part)
			}
			if steps > perByte*len(s) {
				t.Errorf("%q: %d steps for %d bytes, more than %d a byte", part, steps, len(s), perByte)
			}
			if before > 0 && float64(steps) > 2.3*float64(before) {
				t.Errorf("%q: %d steps for %d bytes, %d for half of them", part, steps, len(s), before)
			}
			before = steps
		}
	}
}
