// Package sqli finds SQL injection (CWE-89), and with it injection into HQL and JPQL (CWE-564) and Cypher, whose
// break-outs look alike: text that leaves the value it was put into and goes on as SQL that has an effect.
//
// # What it recognises
//
// It reads a text as the union of the dialects of MySQL, MariaDB, PostgreSQL, SQL Server, Oracle, SQLite, DB2, Firebird,
// Informix, HSQLDB, H2 and Access would, from each place where SQL can begin: bare where a value is due, bare behind a
// value, as a statement of its own, and behind each quote, of which the first of its kind leaves the literal. From there
// it follows the alternation of operands and operators, through brackets, subqueries, CASE, comments that are white space
// and comments that MySQL runs, until the text ends, a comment hides the rest, a literal stays open for the quote of the
// query, or the grammar breaks. What it saw on the way decides, not single words: prose breaks the grammar within a few
// words, or has no effect.
//
// # Rules
//
//	rule                 what was read                                             example
//	boolean              a connective and a condition of the text's own            a' OR 7=7--
//	union-select         UNION and a SELECT that selects something                 4 UNION SELECT a, b FROM c
//	stacked-statement    another statement behind the value                        4; DROP TABLE a
//	statement            a text that is a statement with an effect                 select * from members
//	subquery             a SELECT in brackets that reads or computes               (select a from b)
//	time-delay           a call that makes the server wait                         4 AND sleep(9)
//	reaching-function    a call that reaches files, hosts or error messages        a'||utl_http.request('…')||'
//	into-outfile         a result written to a file                                a' INTO OUTFILE '…'#
//	clause-probe         ORDER BY, GROUP BY, HAVING, LIMIT, PROCEDURE ANALYSE      4 ORDER BY 3#
//	expression           a condition inside CASE or a function, for a value        MAKE_SET(3=4,5)
//	comment-after-quote  nothing but the end of a literal and a comment            root'--
//	string-operator      operators that combine the literal with another           a'+'
//	system-variable      a variable in which the server tells about itself         @@version
//	quote-probe          quotes and brackets that scanners send at random          4'",(.)'.,
//
// A text is read again with a backslash as an escape, with a plus sign as a space, with comments that vanish inside words
// (un/**/ion), without the percent signs that IIS skips, and out of base64 when it is base64 as a whole, each only where
// its characters occur. Percent-encoding, entities and look-alike characters are decoded before, by package detect.
//
// # What it does not recognise
//
// Names and prose with apostrophes; words of SQL in sentences; quoted words with "or" and
// "and" between them; conditions that go on as a sentence ("and 1 = 1, as my teacher said"); a SELECT of plain columns
// from a plain table; statements quoted in the midst of prose; arithmetic; feet and inches; a lone quote. Behind one
// break-out 32 KiB are read; what is SQL for that long and no mere list is reported for it. A text that is a condition of
// another language (x == 'a' && y) is not reported unless it compares constants with each other.
//
// No finding is no proof. Parameterised queries stay necessary.
package sqli

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "sqli"

// Detector finds SQL injection.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Worth: worth, Find: find}
}

// worth reports whether find has anything to do.
func worth(s string, has scan.ByteSet) bool { return quick(s, &has) || wrapped(s, &has) }

func find(v *scan.View, report scan.Report) {
	v.Work(len(v.Text))
	if quick(v.Text, &v.Has) {
		d := detection{v: v}
		if f := d.inspect(v.Text); f.rule != "" {
			report(f.rule, f.start, f.end)
			return
		}
	}
	if s := unwrap(v); s != "" {
		inner := scan.NewView(s)
		d := detection{v: &inner}
		if f := d.inspect(s); f.rule != "" {
			report(f.rule, 0, len(v.Text))
		}
		v.Work(inner.Steps())
	}
}

type finding struct {
	rule       string
	start, end int
}

// detection looks at one text.
type detection struct {
	v      *scan.View
	s      string
	ends   ends
	mode   lexMode
	budget int // bytes that may still be read
	frames [maxDepth]frame
	past   passed
}

// inspect searches s with each reading of the characters that have two.
func (d *detection) inspect(s string) finding {
	has := &d.v.Has
	s = strings.TrimRight(s, "\r\n") // so that a comment in the last line hides what the query has behind it
	d.s, d.ends = s, endsOf(s, has)
	for _, m := range [...]lexMode{{}, {escape: true}, {plus: true}, {glue: true}} {
		if m.escape && !has.Has('\\') || m.plus && !has.Has('+') ||
			m.glue && d.ends.comment < 0 {
			continue
		}
		d.mode, d.budget = m, min(8*len(s)+2048, 4*maxRead+len(s)/4)
		if f := d.search(); f.rule != "" {
			return f
		}
	}
	return finding{}
}

func (d *detection) parser(pos int, operand, quoted bool) parser {
	d.frames[0] = frame{}
	return parser{lexer: lexer{s: d.s, pos: pos, ends: &d.ends, mode: d.mode, operand: operand}, quoted: quoted, frames: &d.frames}
}

func (d *detection) run(p *parser) {
	start := p.pos
	p.run()
	n := p.pos - start + 1
	d.budget -= n
	d.v.Work(n)
}

func (d *detection) search() finding {
	if d.mode.plus || d.mode.glue || begins(d.s, &d.v.Has) {
		if f := d.bare(); f.rule != "" {
			return f
		}
	}
	if literals(d.s) {
		return finding{"boolean", 0, len(d.s)}
	}
	if f := probe(d.s, &d.v.Has); f.rule != "" {
		return f
	}
	if f := d.quotes(); f.rule != "" {
		return f
	}
	return d.anchors()
}

// bare looks at the text where no quote stands before it.
func (d *detection) bare() finding {
	// The text stands where a value is due.
	p := d.parser(0, false, false)
	d.run(&p)
	if r := p.judgeBare(false); r != "" {
		return finding{r, 0, p.spanEnd(0)}
	}
	// The text follows a value.
	p = d.parser(0, true, false)
	d.run(&p)
	if r := p.judgeBare(true); r != "" {
		return finding{r, 0, p.spanEnd(0)}
	}
	// The text is a statement.
	p = d.parser(0, true, false)
	p.alone = true
	if p.statement(true) {
		d.run(&p)
		if r := p.judgeStatement(); r != "" {
			return finding{r, 0, p.spanEnd(0)}
		}
	}
	return finding{}
}

var quoteMarks = lex.NewTable("'\"`")

// quotes looks at what follows each quote, where the text leaves the literal that it was put in.
func (d *detection) quotes() finding {
	var single, double, tick bool
	d.past = passed{}
	for i := quoteMarks.Next(d.s, 0); i < len(d.s) && d.budget > 0; i = quoteMarks.Next(d.s, i+1) {
		if d.mode.escape && escaped(d.s[:i]) {
			continue
		}
		first := false
		switch d.s[i] {
		case '\'': // behind a back-tick it closes a word `quoted' as in old manuals
			first, single = !single && !tick, true
		case '"':
			first, double = !double, true
		case '`':
			first, tick = !tick, true
		}
		if literalNext(d.s, i+1) {
			continue
		}
		if !first && d.past.has(i) || !follows(d.s, i+1, &d.v.Has, true) && !d.mode.plus {
			continue
		}
		p := d.parser(i+1, true, true)
		p.past = d.past.from(i)
		d.run(&p)
		if r := p.judgeQuoted(d.s[:i], first); r != "" {
			return finding{r, i, p.spanEnd(i)}
		}
	}
	return finding{}
}

// literalNext reports whether a literal, or one in a bracket, comes next behind a value: no grammar.
func literalNext(s string, i int) bool {
	j := skipClosers(s, i)
	if j+1 < len(s) && s[j] == '(' && j == skipBlank(s, i) { // behind a semicolon a bracket begins a statement
		j++
	}
	return j+1 < len(s) && (s[j] == '\'' || s[j] == '"' || s[j] == '`')
}

// probe finds what scanners send to see whether quotes break something: a word and a handful of both quotes,
// brackets, commas and full stops, or both quotes between angle brackets.
func probe(s string, has *scan.ByteSet) finding {
	if !has.Has('-') && !(has.Has('\'') && has.Has('"')) {
		return finding{}
	}
	if i := strings.Index(s, "<'\">"); i >= 0 {
		return finding{"quote-probe", i, i + len("<'\">")}
	}
	if n := len("'\"("); len(s) > n && strings.HasSuffix(s, "'\"(") && !hasSpace(s) {
		return finding{"quote-probe", len(s) - n, len(s)}
	}
	if strings.Contains(s, "--") {
		i := strings.LastIndex(s, "--")
		if cutWord(s[:i]) && oneWord(s[i+len("--"):]) {
			return finding{"quote-probe", 0, i + len("--")}
		}
		s = s[:i]
	}
	i := len(s)
	single, double, other := 0, 0, 0
	for i > 0 && strings.IndexByte("\"'(),.", s[i-1]) >= 0 {
		i--
		switch s[i] {
		case '\'':
			single++
		case '"':
			double++
		default:
			other++
		}
	}
	if single == 0 || double == 0 || other < 6 || hasSpace(s[:i]) {
		return finding{}
	}
	return finding{"quote-probe", i, len(s)}
}

// literals reports whether s is a comparison of two short literals and nothing else: 'a'='a'.
func literals(s string) bool {
	n := len(s)
	if n < 5 || n > 40 || s[0] != '\'' && s[0] != '"' || s[n-1] != s[0] {
		return false
	}
	i := strings.IndexByte(s[1:], s[0]) + 1
	if i+2 >= n || s[i+1] != '=' || s[i+2] != s[0] {
		return false
	}
	return strings.Count(s, s[:1]) == 4 && !hasSpace(s)
}

// cutWord reports whether s is a quote and one plain word behind it, long enough to be no 'tis.
func cutWord(s string) bool {
	if len(s) < 5 || len(s) > 24 || s[0] != '\'' && s[0] != '"' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if !isAlpha(s[i]) && !isDigit(s[i]) {
			return false
		}
	}
	return true
}
