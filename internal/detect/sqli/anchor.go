package sqli

import "strings"

// anchors looks for what is an attack wherever it stands: a text may hold a whole request, or break off in a
// way that the scanner did not mean. Only shapes that mean something to a database count here.
func (d *detection) anchors() finding {
	has := &d.v.Has
	d.v.Work(len(d.s))
	if has.Has('(') {
		if f := d.brackets(); f.rule != "" {
			return f
		}
	}
	if has.Has(';') {
		if f := d.semicolons(); f.rule != "" {
			return f
		}
	}
	if d.ends.comment >= 0 && !d.mode.glue {
		if f := d.commented(); f.rule != "" {
			return f
		}
	}
	return d.unions()
}

// commented looks at each SELECT behind a comment: what stood before may be cut off.
func (d *detection) commented() finding {
	for i := 0; d.budget > 0; {
		n := strings.Index(d.s[i:], "*/")
		if n < 0 {
			break
		}
		i += n + len("*/")
		if !d.selects(i) {
			continue
		}
		p := d.parser(i, true, false)
		p.alone = true
		ok := p.statement(true)
		d.budget -= 8 * (p.pos - i) // names that comments take apart are read letter by letter
		if ok {
			d.run(&p)
			if p.whole() && p.has(fItems) {
				return finding{"union-select", i, p.spanEnd(i)}
			}
		}
	}
	return finding{}
}

// brackets looks at each opening bracket: a subquery behind it, or a function of databases before it.
func (d *detection) brackets() finding {
	for i := 0; i < len(d.s) && d.budget > 0; i++ {
		if d.s[i] != '(' {
			continue
		}
		start := i
		for start > 0 && (isWord(d.s[start-1]) || d.s[start-1] == '.') && d.s[start-1] < 0x80 && i-start < 40 {
			start--
		}
		if start < i && !telling(d.s[start:i]) {
			continue
		}
		if start == i && !d.selects(i+1) {
			continue
		}
		p := d.parser(start, false, false)
		d.run(&p)
		switch {
		case start < i && p.has(fDelay|fReach):
			return finding{"reaching-function", start, p.spanEnd(start)}
		case start == i && p.has(fQuery) && (p.whole() || p.has(fCatalogue|fSystem|fDelay|fReach|fUnion)):
			return finding{"subquery", start, p.spanEnd(start)}
		}
	}
	return finding{}
}

// selects reports whether the word SELECT comes at i, behind white space.
func (d *detection) selects(i int) bool {
	for i < len(d.s) && d.s[i] <= ' ' {
		i++
	}
	return i+6 <= len(d.s) && d.s[i]|0x20 == 's' && lookup(d.s[i:i+6]) == wSelect
}

// telling reports whether s is a function that nobody writes who does not speak to a database.
func telling(s string) bool {
	switch function(s) {
	case callDelay, callReach:
	default:
		return false
	}
	var buf [maxWord]byte
	switch string(fold(buf[:], s)) {
	case "sleep", "shell", "polygon", "procedure", "readfile", "writefile", "file_read", "file_write", "analyse", "xmltable",
		"linestring", "json_keys", "dblink", "openquery", "benchmark":
		return false
	}
	return true
}

// semicolons looks at each semicolon for a statement that reaches out, waits, or hides what follows it.
func (d *detection) semicolons() finding {
	for i, next := 0, 0; i < len(d.s) && d.budget > 0; i = next {
		next = i + 1
		if d.s[i] != ';' {
			continue
		}
		next = skipClosers(d.s, i) // what begins behind the first of a row begins behind each of them
		d.v.Work(next - i)
		if literalNext(d.s, i) || !follows(d.s, i, &d.v.Has, true) {
			continue
		}
		p := d.parser(i, true, false)
		d.run(&p)
		if p.has(fStacked) && p.hidden || p.has(fSelect) && p.has(fDelay|fReach|fSystem) {
			return finding{"stacked-statement", i, p.spanEnd(i)}
		}
	}
	return finding{}
}

// unions looks at each UNION SELECT.
func (d *detection) unions() finding {
	for i := 0; i+12 < len(d.s) && d.budget > 0; i++ {
		if d.s[i]|0x20 != 'u' || d.s[i+1]|0x20 != 'n' || d.s[i+2]|0x20 != 'i' || d.s[i+3]|0x20 != 'o' || d.s[i+4]|0x20 != 'n' {
			continue
		}
		p := d.parser(i, true, true)
		d.run(&p)
		if p.has(fUnion) {
			return finding{"union-select", i, p.spanEnd(i)}
		}
	}
	return finding{}
}
