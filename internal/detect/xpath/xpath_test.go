package xpath_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/detect/xpath"
	"github.com/tangoguard/tangoguard/testdata"
)

// rule returns the rule that the detector reports for s, "" when it reports nothing, and checks gate and span.
func rule(t testing.TB, s string) string {
	t.Helper()
	d := xpath.Detector()
	v := scan.NewView(s)
	found := ""
	d.Find(&v, func(rule string, start, end int) {
		require.True(t, 0 <= start && start < end && end <= len(s), "span [%d,%d) in %q", start, end, s)
		found = rule
	})
	if !d.Open(&v) {
		assert.Empty(t, found, "the gate is shut: %q", s)
	}
	return found
}

func TestRules(t *testing.T) {
	for _, c := range []struct{ why, text, rule string }{
		{"a true condition behind the quote", "' or '7'='7", "boolean"},
		{"a function of XPath", "x' or name()='gift' or 'a'='b", "boolean"},
		{"the position of a node", "1 or position()=1", "boolean"},
		{"the predicate is closed", "'] | //* | //*['", "predicate"},
		{"a path behind a connective", "' or /* or '", "path"},
		{"a function on a path", "count(/child::node())", "function"},
		{"another document", "doc('http://evil.example/x')", "function"},
		{"XQuery", "for $g in //gift return $g", "flwor"},
	} {
		assert.Equal(t, c.rule, rule(t, c.text), "%s: %q", c.why, c.text)
	}
}

func TestNotReported(t *testing.T) {
	for _, c := range []struct{ why, text string }{
		{"a plain path", "//book[@author]"},
		{"words with a slash", "either/or and both"},
		{"quoted words", "he said 'yes' or 'no'"},
		{"a word with brackets", "count(ing) stars"},
		{"fractions", "1/2 or 3/4 cup"},
		{"a URL", "http://example.com/a/b?c=d"},
		{"an amount", "for $5 in cash"},
	} {
		assert.Empty(t, rule(t, c.text), "%s: %q", c.why, c.text)
	}
}

func TestCorpora(t *testing.T) {
	attacks, err := testdata.Attacks()
	require.NoError(t, err)
	n := 0
	for _, l := range attacks {
		if l.Category == string(xpath.Class) {
			n++
			assert.True(t, layered(t, l.Text), "%s %q", l.ID, l.Text)
		}
	}
	assert.Greater(t, n, 30)
	benign, err := testdata.Benign()
	require.NoError(t, err)
	for _, l := range benign {
		assert.Empty(t, rule(t, l.Text), "%s %q", l.ID, l.Text)
	}
	assert.Greater(t, len(benign), 100)
}

// layered reports whether the detector finds something in s or in what it becomes when it is decoded, as package
// detect decodes it.
func layered(t testing.TB, s string) bool {
	v := scan.NewView(s)
	for range 5 {
		if rule(t, v.Text) != "" {
			return true
		}
		var next scan.View
		if v.Decode(&next, scan.All) == 0 {
			return false
		}
		v = next
	}
	return false
}

// TestLinear holds the bytes looked at against the length of inputs that would cost a careless reader the square.
func TestLinear(t *testing.T) {
	const most = 40 // steps a byte
	for _, seed := range []string{"'", "\"", "' or ", "' or a", "'='", "' or '", "(", "((", "count(", "[", "]", "/", "//", "//a", "|", "a|", "'|//a", "$a", "for $a in ", "@", "::", "a::", "not(", "' and not(", ".", "..", "*", " or ", "1 or ", "(:"} {
		for _, n := range []int{1 << 10, 2 << 10, 4 << 10, 1 << 20} {
			s := strings.Repeat(seed, n/len(seed)+1)
			d := xpath.Detector()
			v := scan.NewView(s)
			d.Find(&v, func(string, int, int) {})
			assert.LessOrEqual(t, v.Steps(), most*len(s)+4096, "%d times %q", len(s)/len(seed), seed)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	d := xpath.Detector()
	for _, s := range []string{"Mr/Mrs O'Brien and \"friends\"", "either/or (and both)", "5 = 5 | 6"} {
		v := scan.NewView(s)
		assert.Zero(t, testing.AllocsPerRun(20, func() { d.Find(&v, func(string, int, int) {}) }), "%q", s)
	}
}
