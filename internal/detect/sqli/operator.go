package sqli

// operator takes a token where an operator is due.
func (p *parser) operator(t token) bool {
	f := p.frame()
	p.operand = false
	p.op = p.op || p.tokens == 1 && t.kind != tWord && t.kind != tDot && t.kind != tString && t.kind != tOpen
	switch t.kind {
	case tCompare:
		p.digits = p.digits || p.digit && !p.conn && p.depth == 0 && p.feats == 0 && !p.cases
		p.compare(false)
		f.equal = p.s[t.start] == '='
		return true
	case tArith:
		if t.end-t.start == 2 && p.s[t.start] == ':' {
			return p.cast()
		}
		f.op, p.arith = true, true
		return true
	case tSign, tStar:
		f.op, p.arith = true, true
		return true
	case tUnary: // PostgreSQL's match by regular expression
		if t.start > 0 && isDigit(p.s[t.start-1]) && isDigit(p.at(t.end)) {
			return false // 3~5: a range, or a version of a package
		}
		p.compare(true)
		return p.s[t.start] == '~'
	case tAnd, tConcat:
		p.connect()
		return true
	case tRParen:
		p.operand = true
		return p.pop()
	case tLParen:
		return p.query()
	case tComma:
		p.settle()
		f.alias = false
		return true
	case tSemi:
		p.settle()
		return p.statement(true)
	case tDot:
		return p.tokens > 1
	case tWord:
		return p.operatorWord(t)
	case tString, tOpen:
		return p.juxtaposed(t)
	case tName:
		return p.follows(t)
	case tNumber, tVar:
		p.operand = true
		if p.quoted && p.tokens == 1 && t.kind == tNumber {
			p.counted = true
			return true
		}
		return f.loose
	}
	return false
}

// cast takes the type behind PostgreSQL's double colon: what is cast stays what it is.
func (p *parser) cast() bool {
	p.operand = true
	t := p.next()
	if t.kind != tName {
		return false
	}
	if p.has(fCalled) && p.last.kind == tRParen && (p.isName(t, "int") || p.isName(t, "integer") || p.isName(t, "numeric")) { // an error that tells the result
		p.feats |= fArgument
	}
	if p.at(p.pos) == '[' && p.at(p.pos+1) == ']' {
		p.pos += 2
	}
	return true
}

// query takes a bracket behind a value: no grammar, but scanners send it with a SELECT in it.
func (p *parser) query() bool {
	if t := p.next(); t.kind != tWord || t.word != wSelect {
		return false
	}
	p.push(callNone)
	p.frame().sel = true
	p.advance(token{kind: tWord, word: wSelect, start: p.pos, end: p.pos})
	return true
}

// juxtaposed takes a literal behind an operand: 'a' 'b', date '2020-01-01', an alias.
func (p *parser) juxtaposed(t token) bool {
	p.operand = true
	switch {
	case p.last.kind == tString, p.frame().loose, p.frame().alias:
		p.frame().op = true
		return true
	case p.last.kind == tName && p.tokens > 2:
		return p.typed(p.last)
	case t.kind == tOpen && t.empty:
		return true
	}
	return false
}

func (p *parser) typed(t token) bool {
	for _, w := range [...]string{"date", "time", "timestamp", "escape", "interval", "d", "t", "ts"} {
		if p.isName(t, w) {
			return true
		}
	}
	return false
}

// follows takes a name behind an operand: an alias, or a statement that needs no semicolon (SQL Server).
func (p *parser) follows(t token) bool {
	f := p.frame()
	pos := p.pos
	if (p.depth == 0 || p.isName(t, "waitfor")) && !f.loose && (p.quoted || p.digit || p.closed > 0 || p.isName(t, "waitfor")) {
		p.pos = t.start
		if p.statement(false) {
			return true
		}
		p.pos = pos
	}
	if p.quoted && p.conn && p.compares(t) {
		return true
	}
	p.operand = true
	if p.isName(t, "escape") || p.isName(t, "over") || p.clause(t) {
		return true
	}
	if !f.loose && !f.alias {
		return false
	}
	f.alias = false
	if p.opensCall() {
		p.push(callPlain + 100)
		p.operand = false
		p.advance(token{kind: tLParen, start: t.start, end: p.pos})
	}
	return true
}

// compares takes the operators of Cypher that are words: STARTS WITH, ENDS WITH, CONTAINS.
func (p *parser) compares(t token) bool {
	pos := p.pos
	if !p.isName(t, "contains") && (!p.isName(t, "starts") && !p.isName(t, "ends") || !p.nameIs("with")) {
		p.pos = pos
		return false
	}
	p.compare(true)
	return true
}

// clause takes the clauses behind a condition that begin with a word which is none elsewhere. It does not move when
// t begins none.
func (p *parser) clause(t token) bool {
	pos := p.pos
	ok := false
	switch {
	case p.isName(t, "lock"):
		n := p.next()
		ok = n.kind == tWord && n.word == wCompare && p.nameIs("share") && p.nameIs("mode")
	case p.isName(t, "allow"): // CQL
		ok = p.nameIs("filtering")
	case p.isName(t, "with"):
		n := p.next()
		ok = p.has(fOrder) && (p.isName(n, "rollup") || p.isName(n, "cube") || p.isName(n, "ties"))
	case p.isName(t, "returning"):
		ok = p.kindIs(tName, tStar)
	}
	if !ok {
		p.pos = pos
		return false
	}
	if !p.isName(t, "returning") {
		p.feats |= fCount
	}
	p.feats |= fLimit
	p.settle()
	p.frame().loose = true
	return true
}

func (p *parser) operatorWord(t token) bool {
	f := p.frame()
	switch t.word {
	case wOr, wAnd:
		p.connect()
		return true
	case wCompare:
		p.compare(true)
		if t.end-t.start == len("is") && p.s[t.start]|0x20 == 'i' && p.s[t.start+1]|0x20 == 's' {
			return p.is()
		}
		var buf [maxWord]byte
		switch string(fold(buf[:], p.s[t.start:t.end])) {
		case "in":
			return p.in()
		case "similar":
			return p.nameIs("to")
		}
		return true
	case wArith:
		if p.s[t.start]|0x20 == 'c' { // COLLATE and its name leave the operand what it is
			p.operand = true
			return p.kindIs(tName, tWord, tString)
		}
		return true
	case wNot:
		p.operand = true
		return true
	case wConst: // SQLite: a NOT NULL
		p.operand = true
		if p.last.kind != tWord || p.last.word != wNot {
			return false
		}
		p.feats |= fNull
		return true
	case wUnion:
		return p.union()
	case wFrom:
		p.settle()
		return f.sel || f.call != callNone || p.depth == 0
	case wWhere, wHaving, wOn:
		p.settle()
		if t.word != wOn {
			p.feats |= fWhere
		} else if pos := p.pos; !p.nameIs("duplicate") { // ON DUPLICATE KEY UPDATE
			p.pos = pos
		} else {
			f.loose = true
		}
		f.conn, p.conn = true, true
		f.alias = false
		return true
	case wGroup, wOrder:
		p.settle()
		if n := p.next(); n.kind != tWord || n.word != wBy {
			return false
		}
		p.feats |= fOrder
		f.alias = false
		return true
	case wLimit:
		p.settle()
		p.feats |= fLimit
		f.alias = true
		if p.s[t.start]|0x20 == 'f' { // FETCH FIRST 1 ROW ONLY
			f.loose = true
			n := p.next()
			return p.isName(n, "first") || p.isName(n, "next")
		}
		return true
	case wInto:
		p.settle()
		pos := p.pos
		if n := p.next(); n.kind == tVar && p.s[n.start] == '@' {
			p.feats |= fLimit | fCount
		}
		p.pos = pos
		return true
	case wFor:
		p.settle()
		return f.call != callNone || p.locks()
	case wJoin:
		return true
	case wAs:
		n := p.next()
		p.operand = true
		if p.mode.glue { // IN/**/T is no IN
			p.pos = p.glued(p.pos)
		}
		return n.kind == tName && p.pastAlias() || n.kind == tWord || n.kind == tString
	case wWhen:
		p.settle()
		return p.when(t)
	case wEndCase, wDesc:
		if t.word == wEndCase && !p.cases {
			return false
		}
		p.settle()
		p.operand = true
		f.side = cCall
		f.alias = f.sel
		return true
	case wProcedure:
		n := p.next()
		if n.kind == tName && p.isName(n, "analyse") && p.opensCall() {
			p.feats |= fAnalyse
			return p.push(callReach)
		}
		return false
	case wSelect:
		p.pos = t.start
		return (p.quoted || p.digit || p.closed > 0) && p.statement(false)
	}
	return false
}

// locks reads what can follow FOR behind a query.
func (p *parser) locks() bool {
	t := p.next()
	p.frame().loose = true
	p.operand = true
	for _, w := range [...]string{"update", "share", "xml", "json", "browse", "read"} {
		if p.isName(t, w) {
			return true
		}
	}
	return false
}

// is looks at what must follow IS; IS DISTINCT FROM is one operator.
func (p *parser) is() bool {
	pos := p.pos
	t := p.next()
	n := t
	if t.kind == tWord && t.word == wNot {
		n = p.next()
	}
	if n.kind == tWord && n.word == wAll && p.wordIs(wFrom) {
		return true
	}
	p.pos = pos
	return t.kind == tWord && (t.word == wNot || t.word == wConst) || p.isName(t, "unknown")
}

// in reads what must follow IN: a list, or MySQL's search modifiers behind AGAINST ('…'.
func (p *parser) in() bool {
	p.blank()
	if c := p.at(p.pos); c == '(' || c == '@' {
		return true
	}
	f := p.frame()
	f.side, f.cmp, f.like = f.left, false, false
	t := p.next()
	if !p.isName(t, "boolean") {
		if t.kind != tWord && !p.isName(t, "natural") || !p.isName(p.next(), "language") {
			return false
		}
	}
	p.operand = true
	return p.isName(p.next(), "mode")
}

// when takes WHEN, THEN or ELSE.
func (p *parser) when(t token) bool {
	switch p.s[t.start] | 0x20 {
	case 'w':
		p.whens = true
	case 't':
		if p.whens {
			p.feats |= fCase
		}
		return p.whens
	}
	return p.cases
}

func (p *parser) pastAlias() bool {
	if p.opensCall() {
		p.push(callPlain + 100)
		p.operand = false
	}
	return true
}

// union takes UNION and up to the word SELECT.
func (p *parser) union() bool {
	p.settle()
	p.operand = false
	for {
		t := p.next()
		p.tokens++
		switch {
		case t.kind == tWord && t.word == wAll, t.kind == tSign && p.s[t.start] == '+':
		case t.kind == tLParen:
			p.push(callNone)
		case t.kind == tWord && (t.word == wSelect || t.word == wValues):
			f := p.frame()
			f.sel, f.union, f.alias = true, true, false
			p.advance(t)
			if t.word == wValues {
				p.feats |= fUnion
			}
			if p.blank(); p.pos >= len(p.s) || p.at(p.pos) == '#' || p.at(p.pos) == '-' {
				p.feats |= fUnionOpen
			}
			return true
		case p.isName(t, "table"): // MySQL: TABLE t is SELECT * FROM t
			if p.kindIs(tName) {
				p.feats |= fUnion
				p.operand = true
				return true
			}
			return false
		case t.kind == tName && t.end-t.start > len("select") && lookup(p.s[t.start:t.start+len("select")]) == wSelect:
			// SELECTCHAR(…): what stood between was removed by a filter.
			f := p.frame()
			f.sel, f.union, f.alias = true, true, false
			p.pos = t.start + len("select")
			p.advance(token{kind: tWord, word: wSelect, start: t.start, end: p.pos})
			return true
		default:
			return false
		}
	}
}

func (p *parser) compare(like bool) {
	f := p.frame()
	if f.cmp {
		p.settleComparison()
	}
	f.left, f.leftAt = f.side, f.sideAt
	f.side = 0
	f.cmp, f.like = true, like
}

// connect takes AND, OR and what stands for them.
func (p *parser) connect() {
	f := p.frame()
	p.settle()
	f.conn, p.conn = true, true
}
