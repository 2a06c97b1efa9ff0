// Package sqli finds SQL injection.
package sqli

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "sqli"

// Detector finds SQL injection (CWE-89, CWE-564).
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Find: find}
}

func find(v *scan.View, report scan.Report) {
	s := v.Text
	e := ends{-1, -1, -1, -1, -1, -1}
	if len(s) > 1 {
		e = endsOf(s)
	}
	d := detection{v: v, ends: &e, budget: 16*len(s) + 512}
	for _, escape := range [...]bool{false, true} {
		if escape && !v.Has.Has('\\') {
			return
		}
		if rule, start, end := d.search(escape); rule != "" {
			report(rule, start, end)
			return
		}
	}
}

type detection struct {
	v      *scan.View
	ends   *ends
	budget int
	spent  int
}

func (d *detection) parse(pos int, operand, quoted, escape bool) *parser {
	p := &parser{lexer: lexer{s: d.v.Text, pos: pos, ends: d.ends, escape: escape}, operand: operand, quoted: quoted}
	return p
}

func (d *detection) run(p *parser) {
	start := p.pos
	p.run()
	n := p.pos - start + 1
	d.spent += n
	d.v.Work(n)
}

func (d *detection) search(escape bool) (string, int, int) {
	s := d.v.Text
	// The text stands where a value is due.
	p := d.parse(0, false, false, escape)
	d.run(p)
	if r := p.judgeBare(false); r != "" {
		return r, 0, p.spanEnd(0)
	}
	// The text follows a value.
	p = d.parse(0, true, false, escape)
	d.run(p)
	if r := p.judgeBare(true); r != "" {
		return r, 0, p.spanEnd(0)
	}
	p = d.parse(0, true, false, escape)
	if p.statement(true) {
		p.run()
		if r := p.judgeStatement(); r != "" {
			return r, 0, p.spanEnd(0)
		}
	}
	if i, j := probe(s); j > 0 {
		return "quote-probe", i, j
	}
	first := byte(0)
	for i := 0; i < len(s) && d.spent < d.budget; i++ {
		n := strings.IndexAny(s[i:], "'\"`")
		if n < 0 {
			break
		}
		i += n
		if escape && escaped(s[:i]) {
			continue
		}
		p = d.parse(i+1, true, true, escape)
		d.run(p)
		if r := p.judgeQuoted(s[:i], first != s[i]); r != "" {
			return r, i, p.spanEnd(i)
		}
		first = s[i]
	}
	return "", 0, 0
}

// probe finds what scanners send to see whether quotes break something: a word and a handful of both quotes,
// brackets, commas and full stops, or both quotes between angle brackets.
func probe(s string) (int, int) {
	if i := strings.Index(s, "<'\">"); i >= 0 {
		return i, i + len("<'\">")
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
		return 0, 0
	}
	return i, len(s)
}
