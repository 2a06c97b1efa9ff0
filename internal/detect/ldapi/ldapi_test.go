package ldapi_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/detect/ldapi"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/testdata"
)

// rule returns the rule that the detector reports for s, "" when it reports nothing, and checks gate and span.
func rule(t testing.TB, s string) string {
	t.Helper()
	d := ldapi.Detector()
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
		{"a bracket closes and another filter follows", "*)(uid=*))(|(uid=*", "filter-break-out"},
		{"an empty AND", "admin)(&)", "filter-break-out"},
		{"an operator with filters", "(&(objectClass=*)(uid=x))", "filter"},
		{"the presence of an attribute", "(objectClass=*)", "filter"},
		{"an extensible match", "userPassword:2.5.13.18:=x", "matching-rule"},
		{"only metacharacters", "*()|&'", "metacharacters"},
		{"cut off by a NUL", "*))\u0000", "cut-off"},
		{"escaped as the RFC says", "\\2a\\29\\28uid=\\2a", "filter-break-out"},
	} {
		assert.Equal(t, c.rule, rule(t, c.text), "%s: %q", c.why, c.text)
	}
}

func TestNotReported(t *testing.T) {
	for _, c := range []struct{ why, text string }{
		{"a smiley", ":*)(:"},
		{"a footnote", "(*)"},
		{"emphasis", "**bold** and *(italic)*"},
		{"a formula", "f(x)(y)"},
		{"brackets in a list", "a) red b) blue"},
		{"a distinguished name", "cn=anna,dc=example,dc=com"},
		{"a Windows path", "C:\\28\\x"},
	} {
		assert.Empty(t, rule(t, c.text), "%s: %q", c.why, c.text)
	}
}

func TestCorpora(t *testing.T) {
	attacks, err := testdata.Attacks()
	require.NoError(t, err)
	n := 0
	for _, l := range attacks {
		if l.Category == string(ldapi.Class) {
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
	const most = 24 // steps a byte
	for _, seed := range []string{"(", ")", ")(", "(&", "(&(", "((", "))", "*)(", "(a", "(a=", ")(a", "(|(a", ":", ":dn:", "a:1.2", ":1.", "\\28", "\\", "(cn=*", "()", "( ", ") "} {
		for _, n := range []int{1 << 10, 2 << 10, 4 << 10, 1 << 20} {
			s := strings.Repeat(seed, n/len(seed)+1)
			d := ldapi.Detector()
			v := scan.NewView(s)
			d.Find(&v, func(string, int, int) {})
			assert.LessOrEqual(t, v.Steps(), most*len(s)+4096, "%d times %q", len(s)/len(seed), seed)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	d := ldapi.Detector()
	for _, s := range []string{"Happy birthday :) (see below)", "a) red b) blue", "5 * (3 + 4)"} {
		v := scan.NewView(s)
		assert.Zero(t, testing.AllocsPerRun(20, func() { d.Find(&v, func(string, int, int) {}) }), "%q", s)
	}
}
