package detect

import (
	"slices"
	"strings"
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/race"
	"github.com/tangoguard/tangoguard/testdata"
)

// ungated is the slow reference: every detector on every text.
var ungated = func() *Set {
	s := NewSet(func(c scan.Class) bool { return c != LinkClass })
	s.ungated = true
	return s
}()

// TestGates holds the gates against the reference on every attack of testdata, on each of its pieces that begins or
// ends at one of its places, and on what is left when one byte goes, becomes another or changes its case: where a
// gate asks for a byte or a pair that a detector can do without, one of them shows it.
func TestGates(t *testing.T) {
	attacks, err := testdata.Attacks()
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	check := func(s string) {
		if got, want := Inspect(s), ungated.Inspect(s); !slices.Equal(got, want) && failed < 20 {
			failed++
			t.Errorf("%q: %+v with gates, %+v without", s, got, want)
		}
	}
	check("%SYSTEMROOT%ini") // no separator
	for _, s := range []string{"app.localhost", "app.localhost.", "app.localhost:", "app.localhost?x", "app.localhost#x", "url=app.localhost", "a.b.oast.fun"} {
		check(s) // a host alone
	}
	check(`"return@a`) // an @ behind a word that is no address
	for n, l := range attacks {
		s := l.Text
		if len(s) > 400 || (testing.Short() || race.Enabled) && n%8 != 0 {
			continue
		}
		check(s)
		check(strings.ToUpper(s))
		check(strings.ToLower(s))
		for i := range len(s) {
			check(s[:i])
			check(s[i:])
			check(s[:i] + s[i+1:])
			for _, c := range []byte("a 0'\n") {
				check(s[:i] + string([]byte{c}) + s[i+1:])
			}
		}
	}
}

// TestPairsHaveTheirOwnBit: with more pairs than bits some share one, and gates open for nothing.
func TestPairsHaveTheirOwnBit(t *testing.T) {
	const most = 64
	if n := Standard().sieve.Pairs(); n > most {
		t.Errorf("the gates ask for %d different pairs, more than %d: let some share a clue of package scan", n, most)
	}
}
