package sqli

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// TestPassed holds the readings that are left out against reading behind each quote: both find or neither does.
func TestPassed(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	pieces := []string{"'", "'", "'", "\"", "`", "=", "+", " or ", " and ", "1", "a", ",", "(", ")", "--", " like ", "||", ";", "x'", "/", "\\",
		" union select ", " select ", " from t", " is null", " then ", "#", " 2", "*", "sleep(1)"}
	skipped, found := 0, 0
	for range 60000 {
		var b strings.Builder
		for range 2 + r.IntN(14) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		s := b.String()
		v := scan.NewView(s)
		for _, m := range [...]lexMode{{}, {escape: true}} {
			d := detection{v: &v, s: s, ends: endsOf(s, &v.Has), mode: m, budget: 1 << 20}
			got := d.quotes()
			want, n := everyQuote(&d, s)
			skipped += n
			if got.rule != "" {
				found++
			}
			require.Equal(t, want != "", got.rule != "", "seed %d: %q: %s", seed, s, want)
		}
	}
	assert.Greater(t, skipped, 100)
	assert.Greater(t, found, 1000)
}

// everyQuote is quotes without what it leaves out; n counts what that would be.
func everyQuote(d *detection, s string) (rule string, n int) {
	seen := map[byte]bool{}
	for i := range len(s) {
		c := s[i]
		if strings.IndexByte("'\"`", c) < 0 || d.mode.escape && escaped(s[:i]) {
			continue
		}
		first := !seen[c] && (c != '\'' || !seen['`'])
		seen[c] = true
		if !follows(s, i+1, &d.v.Has, true) {
			continue
		}
		if d.past.has(i) {
			n++
		}
		p := d.parser(i+1, true, true)
		d.run(&p)
		if r := p.judgeQuoted(s[:i], first); r != "" && rule == "" {
			rule = r
		}
	}
	return rule, n
}

// TestPadding hides a break-out behind thousands of quotes that are grammar.
func TestPadding(t *testing.T) {
	for _, padding := range []string{"''", "' '", "'a'+'b',", "',", "'='a", "('')", "\"'\"", "'a' x "} {
		s := strings.Repeat(padding, 2000) + " z' or 4=4--"
		v := scan.NewView(s)
		rule := ""
		Detector().Find(&v, func(r string, _, _ int) { rule = r })
		assert.NotEmpty(t, rule, "%q", padding)
	}
}
