package nosqli_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/detect/nosqli"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/testdata"
)

// rule returns the rule that the detector reports for s, "" when it reports nothing, and checks gate and span.
func rule(t testing.TB, s string) string {
	t.Helper()
	d := nosqli.Detector()
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
		{"an operator where a key stands", "{\"$ne\": null}", "operator-key"},
		{"the same without quotes", "{$gt:''}", "operator-key"},
		{"the same behind a value", "true, $where: '7 == 7'", "operator-key"},
		{"brackets of a form", "user[$ne]=x", "operator-bracket"},
		{"a condition behind the quote", "' || 7==7//", "javascript"},
		{"a statement behind the quote", "'; return true; var x='", "javascript"},
		{"a field of the document", "' && this.pin.match(/^7/)//", "javascript"},
		{"the server waits", "7;sleep(9000)", "javascript"},
		{"a method of a collection", "db.gifts.drop()", "shell"},
		{"GraphQL describes itself", "{__schema{types{name}}}", "introspection"},
		{"a script of Elasticsearch", "{\"script\":{\"source\":\"1\"}}", "script"},
		{"a command of Redis", "gift\r\nFLUSHALL\r\n", "command"},
	} {
		assert.Equal(t, c.rule, rule(t, c.text), "%s: %q", c.why, c.text)
	}
}

func TestNotReported(t *testing.T) {
	for _, c := range []struct{ why, text string }{
		{"amounts", "$100 or $ne"},
		{"a key without a name", "{ \"$\": 5 }"},
		{"an operator as a word", "$gt 5 dollars"},
		{"a template", "{$name} and ${price}"},
		{"a comparison of quoted words", "'A' && 'B' forever"},
		{"a semicolon in prose", "don't; return it"},
		{"code that is none of MongoDB's", "while(alive){ eat(); sleep(); code(); }"},
		{"a list of lines", "list\nset alarm 7"},
		{"an argument that is a word", "1; sleep(late)"},
	} {
		assert.Empty(t, rule(t, c.text), "%s: %q", c.why, c.text)
	}
}

func TestCorpora(t *testing.T) {
	attacks, err := testdata.Attacks()
	require.NoError(t, err)
	n := 0
	for _, l := range attacks {
		if l.Category == string(nosqli.Class) {
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
	for _, seed := range []string{"$", "$ne", "[$ne", "$ne ", "{\"$ne\" ", "{\"", "'", "';", "'||", "'|| a", "'|| 'a", "; ", "'; var ", "db.", "db.a.", "__", "__schema", "__schema ", "\"script\":", "\"script", "\n", "\n*1", "\nset a", "\nset a 1 ", "\r\n", "&&", "' && this", ") ", "} ", "'+", "'\\", "\"query\":{",
		"\"query\":[", "\"map\":\"", ":*", "a:* OR ", "{!", "{!a ", "[where]", "[where][a", "' call ", "') match (", "'})-[", "query{", "query($"} {
		for _, n := range []int{1 << 10, 2 << 10, 4 << 10, 1 << 20} {
			s := strings.Repeat(seed, n/len(seed)+1)
			d := nosqli.Detector()
			v := scan.NewView(s)
			d.Find(&v, func(string, int, int) {})
			assert.LessOrEqual(t, v.Steps(), most*len(s)+4096, "%d times %q", len(s)/len(seed), seed)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	d := nosqli.Detector()
	for _, s := range []string{"Happy birthday, don't open it before 5!", "Anna & Bob; see you at (8)", "price: $5"} {
		v := scan.NewView(s)
		assert.Zero(t, testing.AllocsPerRun(20, func() { d.Find(&v, func(string, int, int) {}) }), "%q", s)
	}
}
