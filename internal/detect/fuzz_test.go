package detect

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/race"
	"github.com/tangoguard/tangoguard/testdata"
)

// maxSteps is how many steps a byte of input may cost, all detectors and layers together, and how many an
// inspection may cost besides.
const (
	maxSteps  = 600
	freeSteps = 100_000
)

func order(a, b scan.Finding) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Rule, b.Rule))
}

// FuzzInspect: spans lie inside the input, in order and each once; the same string gets the same answer, by Clean
// too; what the gates keep from detectors holds nothing; the steps are bounded by the length.
func FuzzInspect(f *testing.F) {
	attacks, err := testdata.Attacks()
	if err != nil {
		f.Fatal(err)
	}
	benign, err := testdata.Benign()
	if err != nil {
		f.Fatal(err)
	}
	for _, l := range slices.Concat(attacks, benign) {
		f.Add(l.Text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		found := Inspect(s)
		for i, x := range found {
			if x.Start < 0 || x.Start >= x.End || x.End > len(s) {
				t.Errorf("%q: %+v lies outside or is empty", s, x)
			}
			if !slices.Contains(Classes(), x.Class) || x.Rule == "" {
				t.Errorf("%q: %+v has no known class or no rule", s, x)
			}
			if i > 0 && order(found[i-1], x) >= 0 {
				t.Errorf("%q: %+v stands behind %+v", s, x, found[i-1])
			}
		}
		if found != nil && len(found) == 0 {
			t.Errorf("%q: empty, not nil", s)
		}
		if again := Inspect(strings.Clone(s)); !slices.Equal(found, again) {
			t.Errorf("%q: %+v the first time, %+v the second", s, found, again)
		}
		if slow := ungated.Inspect(s); !slices.Equal(found, slow) {
			t.Errorf("%q: %+v with gates, %+v without", s, found, slow)
		}
		if Standard().Clean(s) != (found == nil) {
			t.Errorf("%q: Clean disagrees with %+v", s, found)
		}
		if n := Standard().Steps(s); n > maxSteps*len(s)+freeSteps {
			t.Errorf("%d steps for %d bytes of %q", n, len(s), s[:min(len(s), 200)])
		}
	})
}

// hostile are fragments of the attacked languages whose repetition makes a careless reader look again and again.
var hostile = []string{
	"'", `"`, "`", "<", "<a ", "<!--", "<!", "<x y=", "='", "/*", "/*!", "*/", "--", "#", "(", ")", "((((", "[", "{", "{{", "${", "$(", "#{", "%{",
	"<%", "<?", "%", "%25", "%2525", "%u", "&", "&#", "&#x", "&amp;", "&lt;", "\\", `\\`, `\u`, `\x`, `\u{`, "\x00", "\r\n", "\n=", "=?", "=?a?q?",
	"/?a=", "/?a=1&", "?a='&", "?a=%27&b=", "a=1&",
	"a:", "://", "http://", "http://a", "http://a@", "http://a:b@", "=http://a/?", "data:,", "php:", "//", "../", `..\`, "..", "./", "....//", "0x2e",
	"=", "=1+", "+", "-", "@", "a|", "|'", "'a'", "'||'", "' or ", "1 or ", "or 1=1 ", "and ", "union ", "select ", "select(", "a,", ",", ";", ";a",
	"|", "||", "&&", "$", "$a", "$IFS", "a.", "a.b", "__", ".__a__", "{a.", "{%", "%n", "%x", "%1$", "*", "(*", "(&", "(|", "*)(", ")(", "a=b", "a=",
	"on", "onx=", "style=", "url(", "javascript:", "eval(", "alert(", "${jndi:", "${${", "O:1:", "a:1:{", "rO0", "__proto__", "[__proto__]",
	"<!ENTITY ", "<!DOCTYPE ", "&a;", "%a;", "\u202e", "\u200b", "\u2066", "\U000E0041", "\ufe0f", "＜", "’", "“", "é", "日", "𝐬", "\xc0\xae", "\xff",
	"+ADw-", "concat(", "char(", "0x41", "1e", "1", "9", "a", "a ", " ", "\t", "' '", "a'b ", "(a)(b)", "a(b", "`a`", "''", `"a"=`, "<<", ">>", "]]>", "<![CDATA[",
}

// metacharacters are the bytes of which each two are a unit of hostile repetition, too.
const metacharacters = "'\"`<>()[]{}$#@%&|;:=+-*/\\.,!?^~_ \n\x00a0A"

// TestStepsAreLinear holds the steps of all detectors on hostile repetitions against the length, and against those
// of the text half as long. Each detector's own tests go up to 1 MB.
func TestStepsAreLinear(t *testing.T) {
	for _, part := range hostile {
		holdSteps(t, part, 1<<12)
	}
	for i := range len(metacharacters) {
		if race.Enabled && i%8 != 0 {
			continue
		}
		for k := range len(metacharacters) {
			holdSteps(t, metacharacters[i:i+1]+metacharacters[k:k+1], 1<<11)
		}
	}
}

// holdSteps takes the steps on part, repeated to n bytes, twice and four times as many.
func holdSteps(t *testing.T, part string, n int) {
	t.Helper()
	for _, shape := range []struct {
		name string
		make func(n int) string
	}{
		{"repeated", func(n int) string { return strings.Repeat(part, n/len(part)) }},
		{"once and then filler", func(n int) string { return part + strings.Repeat("a", n) }},
		{"with spaces", func(n int) string { return strings.Repeat(part+" ", n/(len(part)+1)) }},
		{"behind a bracket", func(n int) string { return "(" + strings.Repeat(part, n/len(part)) }},
	} {
		before := 0
		for size := n; size <= 4*n; size *= 2 {
			s := shape.make(size)
			steps := Standard().Steps(s)
			if steps > maxSteps*len(s)+freeSteps {
				t.Errorf("%q %s: %d steps for %d bytes", part, shape.name, steps, len(s))
				break
			}
			if steps < len(s) {
				t.Errorf("%q %s: %d steps for %d bytes: somebody takes steps away", part, shape.name, steps, len(s))
			}
			if before > freeSteps && float64(steps) > 2.3*float64(before) {
				t.Errorf("%q %s: %d steps for %d bytes, %d for half of them", part, shape.name, steps, len(s), before)
			}
			before = steps
		}
	}
}

// TestCorpora: every line of testdata's attacks is found, by its own class; no honest line is refused.
func TestCorpora(t *testing.T) {
	attacks, err := testdata.Attacks()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range attacks {
		found := Inspect(l.Text)
		if !slices.ContainsFunc(found, func(f scan.Finding) bool { return string(f.Class) == l.Category }) {
			t.Errorf("%s: %s not found in %q, only %v", l.ID, l.Category, l.Text, found)
		}
	}
	benign, err := testdata.Benign()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range benign {
		for _, f := range Inspect(l.Text) {
			t.Errorf("%s: %s/%s refuses %q in %q", l.ID, f.Class, f.Rule, l.Text[f.Start:f.End], l.Text)
		}
	}
}

func TestNestedEncoding(t *testing.T) {
	s := "x"
	for _, tt := range []struct {
		layers int
		want   bool
	}{{1, false}, {4, false}, {5, true}, {9, true}} {
		in := s + "%" + strings.Repeat("25", tt.layers-1) + "41"
		var rules []string
		for _, f := range Inspect(in) {
			rules = append(rules, f.Rule)
		}
		if slices.Contains(rules, "nested-encoding") != tt.want {
			t.Errorf("%d layers, %q: %v", tt.layers, in, rules)
		}
	}
}

// TestBackslashBesideOthers: a layer that decodes everything would make the path's "\b" a backspace.
func TestBackslashBesideOthers(t *testing.T) {
	for _, s := range []string{`%20http:\\127.0.0.1\admin`, `%2e%2e%2f%2e%2e\t%41`, `\x2e\x2e\%74est %2e%2e\new\..\..\t`} {
		if Inspect(s) == nil {
			t.Errorf("%q: nothing found", s)
		}
	}
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	if race.Enabled {
		t.Skip("sync.Pool drops what it gets at random under -race; run without it")
	}
	for _, s := range []string{"Anna", prose, strings.Repeat(prose, 100), "Siobhán O’Brien — “hello” & goodbye…", "Дорогая Анна", "100% of AT&T"} {
		Inspect(s)
		if n := testing.AllocsPerRun(50, func() { Inspect(s) }); n != 0 {
			t.Errorf("%.40q: %v allocations", s, n)
		}
	}
}
