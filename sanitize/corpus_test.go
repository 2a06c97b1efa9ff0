package sanitize

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/oracle"
	"github.com/tangoguard/tangoguard/testdata"
)

// TestTextLeavesTheBenignCorpusAlone: nothing that people write is changed by Text, and by Line only white space.
func TestTextLeavesTheBenignCorpusAlone(t *testing.T) {
	lines, err := testdata.Benign()
	require.NoError(t, err)
	require.NotEmpty(t, lines)
	for _, l := range lines {
		if out := Text(l.Text); out != l.Text {
			assert.NoError(t, changedHarmlessly(l.Text, out), "%s: %q", l.ID, l.Text)
		}
		assert.NoError(t, changedHarmlessly(l.Text, Line(l.Text)), "%s: %q", l.ID, l.Text)
	}
}

// TestTextOnSharedCorpus measures Text on a benign corpus that is not part of the project: JSON lines with a text
// each, in the file that TANGOGUARD_BENIGN names, or where the founders keep one.
func TestTextOnSharedCorpus(t *testing.T) {
	name := os.Getenv("TANGOGUARD_BENIGN")
	if name == "" {
		name = filepath.Join("..", "..", "shared", "corpora", "benign.jsonl")
		if _, err := os.Stat(name); err != nil {
			t.Skip("skipped: no corpus to measure with; name one in TANGOGUARD_BENIGN")
		}
	}
	f, err := os.Open(name)
	require.NoError(t, err)
	defer f.Close()
	var all, changed int
	why := map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var l struct{ ID, Text string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &l))
		all++
		out := Text(l.Text)
		if out == l.Text {
			continue
		}
		changed++
		why[reason(l.Text, out)]++
		if err := changedHarmlessly(l.Text, out); err != nil {
			t.Errorf("%s: %v", l.ID, err)
		}
	}
	require.Positive(t, all)
	t.Logf("%d of %d texts pass Text unchanged (%.3f %%); changed: %v", all-changed, all, 100-100*float64(changed)/float64(all), why)
	assert.LessOrEqual(t, float64(changed), 0.003*float64(all), "changed texts")
}

// reason says in a word what Text did to a text.
func reason(in, out string) string {
	squeezed := func(s string) string { return strings.ReplaceAll(s, " ", "") }
	switch {
	case len(plainText.unicode(in)) == len(in) && squeezed(in) == squeezed(out):
		return "space behind <"
	case plainText.unicode(in) == out:
		return "invisible characters or NFC"
	case attack(plainText.steps(in, true)):
		return "would have joined an attack"
	}
	return "markup"
}

// changedHarmlessly returns an error if a visible character went that is not part of a real HTML element.
func changedHarmlessly(in, out string) error {
	if oracle.Subsequence(oracle.Visible(in), oracle.Visible(out)) == nil {
		return nil
	}
	return oracle.OnlyMarkupLost(in, out)
}
