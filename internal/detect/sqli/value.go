package sqli

import "strings"

// value takes a token where an operand is due.
func (p *parser) value(t token) bool {
	f := p.frame()
	switch t.kind {
	case tNumber, tString, tOpen:
		if t.kind == tNumber && p.last.kind == tWord && (p.last.word == wOrder || p.last.word == wGroup || p.last.word == wLimit) {
			p.feats |= fCount
		}
		p.digit = p.digit || t.kind == tNumber && (p.tokens == 1 || p.tokens == 2 && p.last.kind == tSign)
		p.take(t, cConst)
		return true
	case tVar:
		if t.system {
			p.feats |= fSystem
		}
		p.take(t, cVar)
		return true
	case tName:
		return p.named(t)
	case tLParen:
		p.push(callNone)
		p.skipODBC(t)
		return true
	case tRParen:
		return p.last.kind == tLParen && f.call != callNone && p.pop()
	case tSign, tUnary:
		return true
	case tArith: // | |, which a filter took apart
		if p.s[t.start] != '|' || p.last.kind != tArith || p.s[p.last.start] != '|' {
			return false
		}
		p.connect()
		return true
	case tStar:
		return p.star(t)
	case tWord:
		return p.valueWord(t)
	}
	return false
}

// skipODBC skips the kind in an ODBC escape: {d '…'}, {fn …}, {x 1}.
func (p *parser) skipODBC(t token) {
	if p.s[t.start] != '{' {
		return
	}
	p.blank()
	if p.pos < len(p.s) && (isAlpha(p.s[p.pos]) || p.s[p.pos] == '`') {
		if w := p.name(); w.kind == tName && p.at(p.pos) == '(' {
			p.pos = w.start
		}
	}
}

// take makes t the operand.
func (p *parser) take(t token, c class) {
	f := p.frame()
	f.side |= c
	f.sideAt = span{int32(min(t.start, 1<<30)), int32(min(t.end, 1<<30))}
	f.word = t.kind == tWord
	p.operand = true
	if f.like && c == cConst {
		p.feats |= fPattern
	}
	if f.sel {
		f.alias = true
		p.item(c)
	}
}

// item notes what a SELECT selects.
func (p *parser) item(c class) {
	f := p.frame()
	switch {
	case f.union && c != cName:
		p.feats |= fUnion
	case p.depth > 0 && c&(cCall|cQuery|cVar) != 0:
		p.feats |= fQuery
	case p.depth > 0:
		p.feats |= fListed
	}
}

func (p *parser) star(t token) bool {
	switch {
	case p.last.kind == tWord && (p.last.word == wSelect || p.last.word == wAll):
		p.feats |= fStar
	case p.last.kind == tComma && p.frame().sel:
	case p.last.kind == tLParen && p.frame().call != callNone:
	default:
		return false
	}
	p.take(t, cName|cCall)
	p.frame().alias = false
	return true
}

// named takes a name where an operand is due: a column, a table, a function.
func (p *parser) named(t token) bool {
	f := p.frame()
	if n := t.start + len("select"); p.last.kind == tLParen && t.end > n && lookup(p.s[t.start:n]) == wSelect &&
		(isDigit(p.s[n]) || function(p.s[n:t.end]) != callNone) {
		// (SELECTCOUNT(*): what stood between was removed by a filter.
		f.sel = true
		p.pos = n
		p.advance(token{kind: tWord, word: wSelect, start: t.start, end: n})
		return true
	}
	if p.opensCall() {
		c := function(p.s[t.start:t.end])
		if c == callNone {
			c = callPlain + 100 // some function: nothing is known about it
		}
		if (f.sel || p.alone) && t.dotted && catalogue(p.s[t.start:t.end]) {
			p.feats |= fCatalogue
		}
		p.push(c)
		p.advance(token{kind: tLParen, start: t.start, end: p.pos})
		return true
	}
	if p.last.kind == tWord && p.last.word == wFrom && f.sel && !(p.alone && p.determiner(t)) {
		p.feats |= fFrom
		if f.union {
			p.feats |= fUnion
		}
		if p.depth > 0 {
			p.feats |= fQuery
		}
	}
	if (t.dotted || p.feats&fFrom != 0 || f.sel) && catalogue(p.s[t.start:t.end]) {
		p.feats |= fCatalogue
	}
	if p.last.kind == tWord && (p.last.word == wSelect || p.last.word == wAll) && f.sel &&
		(p.isName(t, "top") || p.skips(t)) || p.isName(t, "interval") {
		f.loose = true
		return true
	}
	if p.last.kind == tLParen && p.isName(t, "begin") {
		return p.verb(t) // a block of PL/SQL
	}
	if p.last.kind == tWord && p.last.word == wInto && (p.isName(t, "outfile") || p.isName(t, "dumpfile")) {
		f.loose = true
		pos := p.pos
		if n := p.next(); n.kind == tString || n.kind == tOpen || n.kind == tNumber || n.kind == tVar && p.s[n.start] == '@' {
			p.feats |= fOutfile
		}
		p.pos = pos
		return true
	}
	if f.sel && secret(p.s[t.start:t.end]) {
		p.feats |= fSecret
	}
	if niladic(p.s[t.start:t.end]) {
		p.feats |= fInfo
		p.take(t, cVar)
		return true
	}
	if p.at(p.pos) == '[' && p.isName(t, "array") && p.ends.bracket > p.pos {
		p.pos += strings.IndexByte(p.s[p.pos:], ']') + 1
		p.take(t, cConst)
		return true
	}
	p.take(t, cName)
	return true
}

// skips reports whether t is Firebird's FIRST or SKIP with its number.
func (p *parser) skips(t token) bool {
	p.blank()
	return (p.isName(t, "first") || p.isName(t, "skip")) && isDigit(p.at(p.pos))
}

// determiner reports whether t is a word that stands before a noun in a sentence, where a query has its table.
func (p *parser) determiner(t token) bool {
	return p.isName(t, "the") || p.isName(t, "our") || p.isName(t, "your") || p.isName(t, "my") || p.isName(t, "this")
}

// opensCall reports whether an opening bracket comes next, and skips to it.
func (p *parser) opensCall() bool {
	p.blank()
	if p.at(p.pos) != '(' || p.pos >= len(p.s) {
		return false
	}
	p.pos++
	return true
}

func (p *parser) valueWord(t token) bool {
	f := p.frame()
	switch t.word {
	case wConst:
		p.take(t, cConst)
		if p.last.kind == tWord && (p.last.word == wCompare || p.last.word == wNot) {
			p.feats |= fNull
		}
		return true
	case wNot, wAll, wExists:
		return true
	case wSelect:
		return p.selects()
	case wCase:
		p.cases = true
		return true
	case wWhen:
		return p.last.kind == tWord && p.last.word == wCase && p.when(t)
	case wUnion:
		return (p.tokens == 1 || p.last.kind == tLParen || p.plus()) && p.union()
	case wCompare:
		if p.opensCall() {
			p.push(callPlain)
			p.advance(token{kind: tLParen, start: t.start, end: p.pos})
			return true
		}
		return p.last.kind == tWord && p.last.word == wCompare || p.plus() && p.operator(t)
	case wValues, wArith:
		return p.opensCall() && p.push(callPlain)
	case wJoin:
		return p.last.kind == tWord && p.last.word == wJoin
	case wLimit, wDesc, wBy, wFor, wProcedure:
		if t.word == wDesc && p.opensCall() { // ASC('a') of Access
			p.push(callPlain)
			p.advance(token{kind: tLParen, start: t.start, end: p.pos})
			return true
		}
		if !p.plus() && f.sel {
			p.take(t, cName) // a column of that name
			return true
		}
	}
	return p.plus() && p.operator(t)
}

// plus reports whether the last token was a + that stands for a space, as in a form: '+or+1=1.
func (p *parser) plus() bool { return p.last.kind == tSign && p.s[p.last.start] == '+' }

func (p *parser) selects() bool {
	f := p.frame()
	switch {
	case p.tokens == 1, p.last.kind == tLParen, p.last.kind == tSemi, p.last.kind == tSign:
	case p.quoted && p.last.kind == tWord && (p.last.word == wOr || p.last.word == wAnd): // no grammar, but sent
	case p.last.kind == tWord && (p.last.word == wUnion || p.last.word == wAll || p.last.word == wAs || p.last.word == wInto):
	default:
		return false
	}
	f.sel = true
	f.side = 0
	return true
}
