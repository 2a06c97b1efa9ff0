package xpath_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/xpath"
)

func TestRules(t *testing.T) {
	detecttest.Table(t, xpath.Detector(), detecttest.Rows{
		{"a true condition behind the quote", "' or '7'='7", "boolean"},
		{"a function of XPath", "x' or name()='gift' or 'a'='b", "boolean"},
		{"the position of a node", "1 or position()=1", "boolean"},
		{"the predicate is closed", "'] | //* | //*['", "predicate"},
		{"a path behind a connective", "' or /* or '", "path"},
		{"a function on a path", "count(/child::node())", "function"},
		{"another document", "doc('http://evil.example/x')", "function"},
		{"XQuery", "for $g in //gift return $g", "flwor"},
	})
}

func TestNotReported(t *testing.T) {
	detecttest.Table(t, xpath.Detector(), detecttest.Rows{
		{"a plain path", "//shelf[@room]", ""},
		{"words with a slash", "either/or and both", ""},
		{"quoted words", "he said 'yes' or 'no'", ""},
		{"a word with brackets", "count(ing) sheep", ""},
		{"fractions", "1/2 or 3/4 cup", ""},
		{"a URL", "http://example.com/a/b?c=d", ""},
		{"an amount", "for $5 in cash", ""},
	})
}

func TestCorpora(t *testing.T) { detecttest.Corpora(t, xpath.Detector()) }

// TestLinear holds the bytes looked at against the length of inputs that would cost a careless reader the square.
func TestLinear(t *testing.T) {
	detecttest.Linear(t, xpath.Detector(), 40,
		"'", "\"", "' or ", "' or a", "'='", "' or '", "(", "((", "count(", "[", "]", "/", "//", "//a", "|", "a|", "'|//a", "$a", "for $a in ", "@", "::", "a::", "not(", "' and not(", ".", "..", "*", " or ", "1 or ", "(:",
	)
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	detecttest.Clean(t, xpath.Detector(),
		"Mr/Mrs O'Brien and \"friends\"", "either/or (and both)", "5 = 5 | 6",
	)
}

func FuzzDetector(f *testing.F) {
	f.Add("' or 1=1")
	f.Add("']|//*")
	f.Add("count(//a)")
	f.Add("for $x in //a")
	f.Add("' or ../a[b='")
	f.Fuzz(detecttest.Sound(xpath.Detector(), 64))
}
