package nosqli_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/nosqli"
)

func TestRules(t *testing.T) {
	detecttest.Table(t, nosqli.Detector(), detecttest.Rows{
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
	})
}

func TestNotReported(t *testing.T) {
	detecttest.Table(t, nosqli.Detector(), detecttest.Rows{
		{"amounts", "$100 or $ne", ""},
		{"a key without a name", "{ \"$\": 5 }", ""},
		{"an operator as a word", "$gt 5 dollars", ""},
		{"a template", "{$name} and ${price}", ""},
		{"a comparison of quoted words", "'A' && 'B' forever", ""},
		{"a semicolon in prose", "don't; return it", ""},
		{"code that is none of MongoDB's", "while(alive){ eat(); sleep(); code(); }", ""},
		{"a list of lines", "list\nset alarm 7", ""},
		{"an argument that is a word", "1; sleep(late)", ""},
	})
}

func TestCorpora(t *testing.T) { detecttest.Corpora(t, nosqli.Detector()) }

// TestLinear holds the bytes looked at against the length of inputs that would cost a careless reader the square.
func TestLinear(t *testing.T) {
	detecttest.Linear(t, nosqli.Detector(), 24,
		"$", "$ne", "[$ne", "$ne ", "{\"$ne\" ", "{\"", "'", "';", "'||", "'|| a", "'|| 'a", "; ", "'; var ", "db.", "db.a.", "__", "__schema", "__schema ", "\"script\":", "\"script", "\n", "\n*1", "\nset a", "\nset a 1 ", "\r\n", "&&", "' && this", ") ", "} ", "'+", "'\\", "\"query\":{",
		"\"query\":[", "\"map\":\"", ":*", "a:* OR ", "{!", "{!a ", "[where]", "[where][a", "' call ", "') match (", "'})-[", "query{", "query($",
	)
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	detecttest.Clean(t, nosqli.Detector(),
		"Happy birthday, don't open it before 5!", "Anna & Bob; see you at (8)", "price: $5",
	)
}

func FuzzDetector(f *testing.F) {
	f.Add("{\"$ne\":1}")
	f.Add("';return 1")
	f.Add("db.a.b(")
	f.Add("\r\nset a 1 2 3\r\n")
	f.Add("\"script\":{\"")
	f.Fuzz(detecttest.Sound(nosqli.Detector(), 64))
}
