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
	if quick(v) {
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
}

// inspect searches s with each reading of the characters that have two.
func (d *detection) inspect(s string) finding {
	has := &d.v.Has
	d.s, d.ends = s, endsOf(s, has)
	for _, m := range [...]lexMode{{}, {escape: true}, {plus: true}, {glue: true}} {
		if m.escape && !has.Has('\\') || m.plus && (!has.Has('+') || has.Has(' ')) ||
			m.glue && d.ends.comment < 0 {
			continue
		}
		d.mode, d.budget = m, min(16*len(s)+512, 4*maxRead+len(s)/4)
		if f := d.search(); f.rule != "" {
			return f
		}
	}
	return finding{}
}

func (d *detection) parser(pos int, operand, quoted bool) parser {
	return parser{lexer: lexer{s: d.s, pos: pos, ends: &d.ends, mode: d.mode, operand: operand}, quoted: quoted}
}

func (d *detection) run(p *parser) {
	start := p.pos
	p.run()
	n := p.pos - start + 1
	d.budget -= n + 32 // a start costs more than the bytes it reads
	d.v.Work(n)
}

func (d *detection) search() finding {
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
	if f := probe(d.s); f.rule != "" {
		return f
	}
	if f := d.quotes(); f.rule != "" {
		return f
	}
	return d.anchors()
}

// quotes looks at what follows each quote, where the text leaves the literal that it was put in.
func (d *detection) quotes() finding {
	var single, double, tick bool
	for i := 0; i < len(d.s) && d.budget > 0; i++ {
		n := strings.IndexAny(d.s[i:], "'\"`")
		if n < 0 {
			break
		}
		i += n
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
		if !follows(d.s, i+1, &d.v.Has, true) && !d.mode.plus {
			continue
		}
		p := d.parser(i+1, true, true)
		d.run(&p)
		if r := p.judgeQuoted(d.s[:i], first); r != "" {
			return finding{r, i, p.spanEnd(i)}
		}
	}
	return finding{}
}

// probe finds what scanners send to see whether quotes break something: a word and a handful of both quotes,
// brackets, commas and full stops, or both quotes between angle brackets.
func probe(s string) finding {
	if i := strings.Index(s, "<'\">"); i >= 0 {
		return finding{"quote-probe", i, i + len("<'\">")}
	}
	if n := len("'\"("); len(s) > n && strings.HasSuffix(s, "'\"(") && !hasSpace(s) {
		return finding{"quote-probe", len(s) - n, len(s)}
	}
	if i := strings.LastIndex(s, "--"); i >= 0 {
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
