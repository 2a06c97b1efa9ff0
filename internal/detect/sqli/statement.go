package sqli

import (
	"strings"
)

// statement reads what begins a statement, behind a semicolon or, as SQL Server and clients that send batches
// allow, without one. It reports whether the text can be one, and notes fStacked when it has an effect.
func (p *parser) statement(semicolon bool) bool {
	p.settle()
	for {
		p.blank()
		if p.at(p.pos) != ';' || p.pos >= len(p.s) {
			break
		}
		p.pos++
		semicolon = true
	}
	p.stacked = semicolon && !p.alone
	start := p.pos
	t := p.next()
	p.tokens++
	p.last = t
	p.operand = false
	switch t.kind {
	case tEnd:
		p.operand = true
		return semicolon
	case tComment:
		p.pos = start
		p.operand = true
		return semicolon
	case tWord:
		return p.statementWord(t)
	case tLParen:
		p.push(callNone)
		return semicolon && p.bracketed()
	case tName:
		if p.verb(t) {
			return true
		}
		p.pos = t.end
		p.operand = false
		c := function(p.s[t.start:t.end])
		if !semicolon || c == callNone || !p.opensCall() {
			return false
		}
		p.feats |= fSelect
		p.push(c)
		p.advance(token{kind: tLParen, start: t.start, end: p.pos})
		return true
	}
	return false
}

// bracketed reports whether a few more brackets at most stand before a SELECT: else the brackets are an expression,
// which is read as one.
func (p *parser) bracketed() bool {
	pos := p.pos
	defer func() { p.pos = pos }()
	for range maxDepth {
		switch t := p.next(); t.kind {
		case tLParen:
		case tWord:
			return t.word == wSelect || t.word == wValues
		case tName: // (SELECTCHAR(…
			return true
		default:
			return false
		}
	}
	return false
}

func (p *parser) statementWord(t token) bool {
	switch t.word {
	case wSelect:
		p.depth = 0
		p.frames[0] = frame{sel: true}
		p.feats |= fSelect | p.selectEffect()
		p.advance(t)
		return true
	case wOr, wAnd, wHaving, wWhere, wOrder, wGroup, wUnion: // ; or '1'='1
		p.operand = true
		return p.operator(t)
	case wDesc:
		n := p.next()
		if p.s[t.start]|0x20 != 'd' || n.kind != tName || !p.done() {
			return false
		}
		p.feats |= fStacked
		p.operand = true
		return true
	case wValues:
		return p.opensCall() && p.push(callPlain)
	}
	return false
}

// selectEffect looks whether what comes behind SELECT can be selected, one token ahead.
func (p *parser) selectEffect() feature {
	pos := p.pos
	t := p.next()
	defer func() { p.pos = pos }()
	switch t.kind {
	case tStar, tVar, tNumber, tString, tOpen, tLParen:
		return fItems
	case tWord:
		if t.word == wConst || t.word == wCase || t.word == wAll {
			return fItems
		}
	case tName:
		if p.opensCall() {
			return fItems
		}
		n := p.next()
		if n.kind == tComment && p.stacked { // SELECT user--
			return fItems
		}
		if n.kind == tComma {
			n = p.next()
			for i := 0; i < 8 && n.kind == tName; i++ {
				n = p.next()
				if n.kind != tComma {
					break
				}
				n = p.next()
			}
		}
		if n.kind == tWord && n.word == wFrom && p.next().kind == tName {
			return fItems
		}
		if p.isName(t, "top") && n.kind == tNumber {
			return fItems
		}
	}
	return 0
}

// verb reads a statement that begins with a word other than SELECT, far enough to know that it is one.
func (p *parser) verb(t token) bool {
	var buf [maxWord]byte
	ok := false
	switch string(fold(buf[:], p.s[t.start:t.end])) {
	case "drop", "create", "alter", "truncate", "rename", "comment":
		pos := p.pos
		ok = p.object() && !p.sentence(t)
		if !ok && p.stacked { // DROP members--: a word forgotten, and the rest of the query hidden
			p.pos = pos
			ok = p.anyName()
			n := p.next()
			ok = ok && (n.kind == tComment || p.isName(t, "truncate") && (n.kind == tEnd || n.kind == tSemi))
		}
	case "insert", "replace", "merge":
		ok = p.insert()
	case "update":
		ok = p.anyName() && p.nameIs("set") && p.assigned() && p.kindIs(tCompare)
	case "delete":
		n := p.next()
		ok = n.kind == tWord && n.word == wFrom && p.anyName() && p.done()
	case "exec", "execute", "sp_executesql":
		ok = p.exec()
	case "declare":
		ok = p.declare()
	case "set":
		n := p.next()
		ok = n.kind == tVar && p.kindIs(tCompare) || p.stacked && p.isName(n, "global") && p.anyName() && p.kindIs(tCompare) || n.dotted && p.quoted && p.kindIs(tCompare) && strings.Contains(p.s[p.pos:], "//")
	case "remove": // Cypher
		n := p.next()
		ok = n.dotted && p.quoted && strings.Contains(p.s[p.pos:], "//")
	case "waitfor":
		n := p.next()
		ok = (p.isName(n, "delay") || p.isName(n, "time")) && p.kindIs(tString, tOpen, tVar)
		if ok {
			p.feats |= fDelay
		}
	case "shutdown", "reconfigure", "commit", "rollback":
		ok = p.done()
	case "grant", "revoke":
		ok = p.grant()
	case "if", "while":
		ok = (p.stacked || !p.quoted) && p.condition()
	case "begin":
		ok = p.begin()
	case "copy":
		ok = p.copyTable()
	case "load":
		ok = p.load()
	case "backup", "restore":
		ok = p.backup()
	case "bulk":
		n := p.next()
		ok = p.isName(n, "insert") && p.anyName() && p.wordIs(wFrom)
	case "print":
		n := p.next()
		ok = n.kind == tVar || n.kind == tString && p.stacked && strings.Contains(p.s[p.pos:], "--")
	case "call":
		n := p.next()
		c := function(p.s[n.start:n.end])
		ok = n.kind == tName && (p.stacked || c == callDelay || c == callReach) && p.at(p.pos) == '(' && p.at(p.pos+1) != ')'
	case "do":
		n := p.next()
		ok = n.kind == tName && function(p.s[n.start:n.end]) != callNone && p.opensCall() || p.dollar(t)
	case "handler":
		n := p.next()
		ok = n.kind == tName && p.nameIs("open")
	case "attach":
		ok = p.nameIs("database") || p.kindIs(tString)
	case "pragma", "dbcc":
		ok = p.kindIs(tName) && p.kindIs(tCompare, tLParen, tEnd, tComment)
	case "kill":
		ok = p.stacked && p.kindIs(tNumber) && p.done()
	case "lock":
		ok = p.nameIs("tables") && p.anyName()
	case "raiserror":
		ok = p.stacked && p.opensCall() && p.kindIs(tString, tNumber)
	case "explain":
		ok = p.wordIs(wSelect) && p.selectEffect() != 0
	case "use", "describe", "notify", "listen", "vacuum", "checkpoint", "reset", "flush", "analyze", "reindex",
		"discard", "table":
		ok = p.stacked && p.maintains(t)
	case "show":
		n := p.next()
		ok = (p.isName(n, "tables") || p.isName(n, "databases")) && p.shown()
	case "prepare":
		ok = p.anyName() && p.wordIs(wFrom)
	case "with":
		ok = p.withQuery()
	case "match":
		ok = p.pattern()
	case "return": // Cypher
		ok = p.quoted && p.kindIs(tNumber, tName, tString) && (strings.Contains(p.s[p.pos:], "//") || p.wordIs(wUnion))
	case "detach":
		ok = p.nameIs("delete") && p.anyName()
	case "xp_cmdshell", "xp_dirtree", "xp_fileexist", "xp_regread":
		ok = true
	}
	if ok {
		p.feats |= fStacked
		p.hidden = strings.Contains(p.s[p.pos:], "--") || strings.HasSuffix(p.s, "#") || p.feats&fDelay != 0
		p.pos = len(p.s)
		p.operand = true
		p.advance(token{kind: tName, start: t.start, end: len(p.s)})
	}
	return ok
}

// condition reads the condition of IF and WHILE up to the statement that hangs on it. Code of other languages
// has conditions too; what follows theirs is no statement of SQL.
func (p *parser) condition() bool {
	if !p.tests() {
		return false
	}
	depth := 0
	for i := range 64 {
		t := p.next()
		switch t.kind {
		case tLParen:
			if p.s[t.start] == '{' {
				return false
			}
			depth++
		case tRParen:
			depth--
		case tComma:
			if depth <= 0 {
				return false
			}
		case tWord:
			if i > 0 && depth <= 0 && t.word == wSelect {
				return p.selectEffect() != 0
			}
			if t.word == wWhen && p.acts() {
				return true
			}
		case tName:
			if i > 0 && depth <= 0 && isVerb(p.s[t.start:t.end]) {
				pos := p.pos
				if p.verb(t) {
					return true
				}
				p.pos = pos
			}
		case tEnd, tComment, tOpen, tBad, tSemi:
			return false
		}
	}
	return false
}

// acts reports whether a function that waits or reaches out is called next: IF a THEN DBMS_LOCK.SLEEP(1).
func (p *parser) acts() bool {
	pos := p.pos
	n := p.next()
	if n.kind == tName && p.opensCall() {
		if c := function(p.s[n.start:n.end]); c == callDelay || c == callReach {
			return true
		}
	}
	p.pos = pos
	return false
}

// tests looks whether a condition begins with a bracket, NOT, EXISTS, a comparison of a number or a function.
func (p *parser) tests() bool {
	pos := p.pos
	defer func() { p.pos = pos }()
	switch t := p.next(); t.kind {
	case tLParen:
		return true
	case tWord:
		return t.word == wNot || t.word == wExists
	case tNumber:
		return p.kindIs(tCompare)
	case tName:
		return function(p.s[t.start:t.end]) != callNone && p.opensCall()
	}
	return false
}

func (p *parser) begin() bool {
	t := p.next()
	switch t.kind {
	case tSemi:
		return !p.alone || p.over()
	case tWord: // BEGIN NULL; END
		return t.word == wConst && p.kindIs(tSemi)
	case tName:
		return p.isName(t, "declare") && p.declare() || p.isName(t, "dbms_lock.sleep") || t.dotted && p.opensCall() ||
			p.isName(t, "if") && p.condition() || p.verb(t)
	}
	return false
}
