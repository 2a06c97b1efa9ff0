// Package xpath finds XPath and XQuery injection (CWE-643, CWE-652): text that leaves the literal or the predicate it
// was put into and goes on as an expression, or that is an expression which reads the document by itself; both are
// XML injection of a kind (CWE-91).
//
// # What it recognises
//
// It tokenises XPath 1.0 with what version 2.0 and XQuery add that attackers use, as the text would be read bare and
// behind each quote, and follows the alternation of operands and operators to the end of the text or to a literal that
// stays open for the quote of the query.
//
// # Rules
//
//	rule                where                                            example
//	boolean             a connective, and a condition on constants,      ' or '1'='1
//	                    a path or a function of XPath
//	predicate           ] or ) that closes the predicate, and a path     '] | //* | //*['
//	path                a path from the root of the document behind      ' or /*, //user[@id='1']/text()
//	                    an operator, or alone with a condition or a
//	                    node test
//	function            a function of XPath on a path or a document      count(/child::node()), doc('http://x/')
//	flwor               for or let, a variable, its source and return;   for $u in //user return $u, delete node /a
//	                    a prolog, an update
//
// # What it does not recognise
//
// A plain path (//book/title), dates and fractions, and/or, URLs, file names, comments, quoted words
// with or and and between them. No finding is no proof: compiled expressions with variables stay necessary.
package xpath

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "xpath"

// gate holds what worth asks for: a comparison, a path, a union, a variable, a call; the dots of ".." begin a token. And
// then anything that the address of a mail does not hold: an @ may follow a word of the language, as in "'or@a".
var gate = scan.Any(`[=<>/|@$(]`, `::`, dots).And("[\x00-,/:-?[\\\\\\]\\^`{-\xFF]", scan.Mention, dots)

// dots begins with what may stand before a token.
const dots scan.Clue = "[^\x00--/:-@[\\\\\\]\\^`{-\x7F]."

// Detector finds XPath injection.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: gate, Find: find}
}

func find(v *scan.View, report scan.Report) {
	s := v.Text
	if !worth(v) {
		return
	}
	if wildcard(s) || along(s) {
		report("path", 0, len(s))
		return
	}
	l := newLexer(s, &v.Has)
	for _, operand := range [...]bool{false, true} {
		p := parser{lexer: l, operand: operand}
		p.run(v)
		if rule := p.judgeBare(operand); rule != "" {
			report(rule, 0, p.spanEnd(0))
			return
		}
	}
	if v.Has.Has('\'') || v.Has.Has('"') {
		if quotes(v, l, report) {
			return
		}
	}
	if v.Has.Has('$') && flwor(v, report) {
		return
	}
	if end := update(s); end > 0 {
		report("flwor", 0, end)
	}
}

// signs are the bytes of which a finding without a call needs one: a comparison, a path, a union, a variable.
var (
	signs      = scan.Bytes("=<>/|@$")
	quoteMarks = lex.NewTable("'\"")
)

// worth reports whether a text is worth reading: it compares, has a path, or calls a function of XPath. Nearly all
// that people write does not.
func worth(v *scan.View) bool {
	s, has := v.Text, &v.Has
	v.Work(len(s))
	if signs.Meets(has) || has.Has(':') && strings.Contains(s, "::") || has.Has('.') && strings.Contains(s, "..") {
		return true
	}
	if !has.Has('(') {
		return false
	}
	for i := 0; ; i++ {
		n := strings.IndexByte(s[i:], '(')
		if n < 0 {
			return false
		}
		i += n
		if called(v, i) {
			return true
		}
	}
}

// called reports whether the name of a function of XPath stands before the bracket at i.
func called(v *scan.View, i int) bool {
	s := v.Text
	end := i
	for end > 0 && i-end < maxGap && s[end-1] <= ' ' {
		end--
	}
	start := end
	for start > 0 && end-start < maxName && (lex.IsWord(s[start-1]) || strings.IndexByte("-:.", s[start-1]) >= 0) {
		start--
	}
	v.Work(i - start)
	if i-end == maxGap || end-start == maxName {
		return true
	}
	for k := start; k < end; k++ { // a name may stand behind a number or another sign: 1count(
		if k == start || !lex.IsLetter(s[k-1]) {
			if known, _ := function(s[k:end]); known {
				return true
			}
		}
	}
	return false
}

// maxGap and maxName bound what is looked at before a bracket.
const (
	maxGap  = 8
	maxName = 40
)

// wildcard reports whether s is a path to everything: two steps or more, or one through the whole document, of which
// each is an asterisk or a node test without a name, perhaps with a number for a predicate.
func wildcard(s string) bool {
	steps := 0
	for i := 0; i < len(s); steps++ {
		n := i
		for n < len(s) && s[n] == '/' {
			n++
		}
		if n == i || n > i+2 {
			return false
		}
		steps += n - i - 1
		if i = anything(s, n); i == 0 {
			return false
		}
	}
	return steps > 1
}

// along reports whether s is one step along an axis whose name means nothing elsewhere, to whatever is there.
func along(s string) bool {
	name, _, ok := strings.Cut(s, "::")
	if !ok || anything(s, len(name)+len("::")) != len(s) {
		return false
	}
	switch name {
	case "ancestor", "ancestor-or-self", "descendant", "descendant-or-self", "following-sibling", "preceding-sibling":
		return true
	}
	return false
}

// anything returns the end of a step at i that takes whatever there is, 0 when there is none.
func anything(s string, i int) int {
	for _, w := range [...]string{"*", "@*", "node()", "text()", "child::node()", "descendant::node()"} {
		if lex.HasPrefix(s, i, w) {
			i += len(w)
			if j := lex.SkipDigits(s, i+1); lex.At(s, i) == '[' && j > i+1 && lex.At(s, j) == ']' {
				i = j + 1
			}
			return i
		}
	}
	return 0
}

// quotes looks at what follows each quote. Each run reads until the grammar breaks; a budget keeps a text that is
// grammar from each of its quotes from costing more than a multiple of its length.
func quotes(v *scan.View, l lexer, report scan.Report) bool {
	s := v.Text
	budget := 2*len(s) + 1024
	var single, double bool
	for i := quoteMarks.Next(s, 0); i < len(s) && budget > 0; i = quoteMarks.Next(s, i+1) {
		l.pos = i + 1
		p := parser{lexer: l, operand: true, quoted: true}
		p.run(v)
		budget -= p.pos - i + 8 // a start costs more than the bytes it reads
		first := !single
		if s[i] == '"' {
			first, double = !double, true
		} else {
			single = true
		}
		if rule := p.judgeQuoted(first); rule != "" {
			report(rule, i, p.spanEnd(i))
			return true
		}
	}
	return false
}

// flwor looks for an XQuery expression: for $x in path, let $x := path.
func flwor(v *scan.View, report scan.Report) bool {
	s := v.Text
	for i := 1; i < len(s); i++ {
		if s[i] != '$' || !lex.IsLetter(lex.At(s, i+1)) {
			continue
		}
		start := i
		for start > 0 && i-start < 4 && lex.IsSpace(s[start-1]) {
			start--
		}
		word := start
		for word > 0 && start-word < 4 && lex.IsLetter(s[word-1]) {
			word--
		}
		j := lex.SkipSpace(s, lex.SkipWord(s, i+1))
		v.Work(j - word)
		switch w := s[word:start]; {
		case lex.EqualFold(w, "for") && lex.HasPrefixFold(s, j, "in "):
			j = lex.SkipSpace(s, j+len("in "))
		case lex.EqualFold(w, "let") && lex.HasPrefix(s, j, ":="):
			j = lex.SkipSpace(s, j+len(":="))
		default:
			continue
		}
		if source(s, j) {
			report("flwor", word, j)
			return true
		}
	}
	return false
}

// update returns the end of what begins a prolog or an update of XQuery at the beginning of s, 0 when nothing does:
// XQuery 3.1 section 4, XQuery Update Facility 3.0 section 5.
func update(s string) int {
	i := lex.SkipSpace(s, 0)
	for _, w := range [...]string{"xquery version ", "declare variable $", "declare namespace ", "declare option ", "delete node /",
		"delete nodes /", "insert node ", "replace value of node /", "replace node /", "rename node /"} {
		if !lex.HasPrefix(s, i, w) {
			continue
		}
		switch end := i + len(w); w[0] {
		case 'x':
			if c := lex.At(s, end); c == '\'' || c == '"' {
				return end
			}
		case 'i':
			if c := lex.At(s, end); c == '<' || c == '/' || c == '(' {
				return end
			}
		default:
			return end
		}
	}
	return 0
}

// source reports whether a path or a call that reads a document begins at i.
func source(s string, i int) bool {
	if lex.At(s, i) == '/' && (lex.At(s, i+1) == '/' || lex.IsLetter(lex.At(s, i+1))) {
		return true
	}
	for _, f := range [...]string{"doc(", "collection(", "fn:doc(", "fn:collection(", "document(", "db:open("} {
		if lex.HasPrefix(s, i, f) {
			return true
		}
	}
	return false
}
