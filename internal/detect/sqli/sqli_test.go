package sqli_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/sqli"
)

func TestRules(t *testing.T) {
	detecttest.Table(t, sqli.Detector(), detecttest.Rows{
		{"a true condition behind the quote", "a' or 3=3-- ", "boolean"},
		{"the query's own quote closes the literal", "a' or 'b'='b", "boolean"},
		{"brackets of the query are closed first", "a')) or (('b'='b", "boolean"},
		{"a number needs no quote", "4 or 5=5", "boolean"},
		{"a fragment that follows a value", "AND 5=6", "boolean"},
		{"the comment alone hides what follows", "root'-- ", "comment-after-quote"},
		{"columns of another table", "4 UNION SELECT a, b FROM c", "union-select"},
		{"another statement", "4; DROP TABLE a", "stacked-statement"},
		{"a statement without a semicolon", "a' EXEC xp_cmdshell 'dir'--", "stacked-statement"},
		{"the server waits", "4 AND sleep(5)", "time-delay"},
		{"the server reaches out", "4 AND load_file('/etc/hosts')", "reaching-function"},
		{"a query in place of a value", "(select a from b where c=(select version()))", "subquery"},
		{"a file is written", "a' INTO OUTFILE '/tmp/x'#", "into-outfile"},
		{"columns are counted", "4 ORDER BY 3#", "clause-probe"},
		{"a CASE in place of a value", "(CASE WHEN 3=4 THEN 1 ELSE NULL END)", "expression"},
		{"operators on the literal", "a'+'", "string-operator"},
		{"the version", "@@version", "system-variable"},
		{"a whole query", "select * from members", "statement"},
		{"quotes and brackets at random", "1\"'),(.,,", "quote-probe"},
	})
}

// What these texts have in common with SQL is words and signs, not grammar.
func TestNotReported(t *testing.T) {
	detecttest.Table(t, sqli.Detector(), detecttest.Rows{
		{"names hold apostrophes", "O'Brien or O'Neil", ""},
		{"a word follows the quote, no operator", "the girls' team and the boys' team", ""},
		{"the condition is followed by prose", "and 1 = 1, as my teacher said", ""},
		{"a connective without a condition", "4 or 5 and not 6", ""},
		{"quoted words are no comparison", "'yes' or 'no'", ""},
		{"feet and inches", "5' 10\" or 6' 1\"", ""},
		{"dashes are punctuation", "the Smiths' -- our neighbours", ""},
		{"a table that is no name", "drop table 5", ""},
		{"a plain query of plain columns", "SELECT happiness FROM life;", ""},
		{"a call with a word for an argument", "sleep (eight) hours", ""},
		{"code that is not SQL", "while(alive){ eat(); sleep(); code(); }", ""},
		{"arithmetic", "1 + 1 = 3 now", ""},
		{"a list of quoted words", "'a', 'b' and 'c'", ""},
	})
}

func TestCorpora(t *testing.T) { detecttest.Corpora(t, sqli.Detector()) }

func TestCleanTextDoesNotAllocate(t *testing.T) {
	detecttest.Clean(t, sqli.Detector(),
		"Anna O'Brien", "Happy birthday, don't open it before 5!", "Tom & Anna; 'with love' -- or \"hugs\" (5 of them)",
		"SELECT happiness FROM life;", "4f8d2c1b9a7e6f5d4c3b2a19",
	)
}

// TestLinear holds the bytes looked at against the length of inputs that would cost a careless tokeniser the square.
func TestLinear(t *testing.T) {
	detecttest.Linear(t, sqli.Detector(), 16,
		"'", "\"", "`", "''", "'\"", "'a", "'a'", "' or ", "'='", "' or '", "' or 1=1 or '", "' or a ", "(", ")", "((", "()", "(select ", "(select 1 from(",
		"--", "-", "#", "/*", "*/", "/**/", "/*!", "/*/*/*", "a/**/", "'a/**/", "a/**/(", "un/**/", ";", "; select 1 ", ";a(", "'; drop table ", "union ",
		"union select ", "select ", "x union all ", "1 or ", "1,", "1 and 1=1 ", "case when ", "@@a", "@", "[", "]", "[a", "{", "{d ", "0x", "1e", "1.e(", "\\", "\\'", "'\\",
		"%", "%a", "a.", "a:", "a..", "+", "'+or+", "\n", "--\n", "#\n'", "\u00a0", "\xa0", "–", "A", "QUJD", "n'", "_utf8'", "'-- \n", "' like ", "(a", "load_file(", "sleep(", "xp_a(",
		"~'", "+'", "(a=", "union/**/", "in/**/", "$$", "$$a", "::", "a::b ", ";match (a) ", ";with a as b ", ";create function a(b ", ";if(", "a not ", "\ufffd", "%bf'",
	)
}

func FuzzDetector(f *testing.F) {
	f.Add("a' or 1=1-- ")
	f.Add("4 UNION SELECT 1,2")
	f.Add("O'Brien; drop")
	f.Add("/*!50000x*/'\"`[(")
	f.Add("un/**/ion")
	f.Add("%4%1")
	f.Add("NCBPUiAx")
	f.Add("1.e(")
	f.Add("' like '")
	f.Fuzz(detecttest.Sound(sqli.Detector(), 64))
}
