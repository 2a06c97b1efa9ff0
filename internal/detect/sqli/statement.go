package sqli

import "strings"

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
		return semicolon
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
		ok = p.object()
	case "insert", "replace", "merge":
		ok = p.insert()
	case "update":
		ok = p.name1() && p.nameIs("set") && p.kindIs(tName, tVar) && p.kindIs(tCompare)
	case "delete":
		n := p.next()
		ok = n.kind == tWord && n.word == wFrom && p.name1() && p.done()
	case "exec", "execute", "sp_executesql":
		ok = p.exec()
	case "declare":
		ok = p.declare()
	case "set":
		n := p.next()
		ok = n.kind == tVar && p.kindIs(tCompare)
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
	case "if":
		ok = p.condition()
	case "while":
		ok = p.condition()
	case "begin":
		ok = p.begin()
	case "copy":
		ok = p.copyTable()
	case "load":
		ok = p.load()
	case "backup", "restore":
		ok = (p.nameIs("database") || p.nameIs("log")) && p.name1()
	case "bulk":
		n := p.next()
		ok = p.isName(n, "insert") && p.name1() && p.wordIs(wFrom)
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
	case "show":
		ok = p.nameIs("tables") || p.nameIs("databases")
	case "prepare":
		ok = p.name1() && p.wordIs(wFrom)
	case "with":
		ok = p.withQuery()
	case "match":
		ok = p.at(p.pos) == '(' || p.at(p.pos+1) == '('
	case "return": // Cypher
		ok = p.quoted && p.kindIs(tNumber, tName, tString) && (strings.Contains(p.s[p.pos:], "//") || p.wordIs(wUnion))
	case "detach":
		ok = p.nameIs("delete") && p.name1()
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

func (p *parser) wordIs(w word) bool {
	t := p.next()
	return t.kind == tWord && t.word == w
}

func (p *parser) nameIs(w string) bool { return p.isName(p.next(), w) }
func (p *parser) name1() bool          { return p.kindIs(tName) }

func (p *parser) kindIs(ks ...kind) bool {
	t := p.next()
	for _, k := range ks {
		if t.kind == k {
			return true
		}
	}
	return false
}

// done reports whether a statement can be over here, or goes on with a clause of its own.
func (p *parser) done() bool {
	t := p.next()
	switch t.kind {
	case tEnd, tOpen, tRParen:
		return true
	case tComment:
		p.ended = true
		return true
	case tSemi:
		p.ended = p.over()
		return p.ended
	case tWord:
		return t.word == wWhere || t.word == wFrom || t.word == wAs || t.word == wSelect
	case tName:
		for _, w := range [...]string{"cascade", "restrict", "add", "set", "with", "modify", "rename", "enable", "disable", "identified"} {
			if p.isName(t, w) {
				p.ended = true
				return true
			}
		}
	}
	return false
}

// over reports whether a semicolon ended the text, or another statement follows it.
func (p *parser) over() bool {
	t := p.next()
	for t.kind == tSemi {
		t = p.next()
	}
	switch t.kind {
	case tEnd, tComment:
		return true
	case tWord:
		return t.word == wSelect
	case tName:
		return isVerb(p.s[t.start:t.end])
	}
	return false
}

// object reads the kind of an object, its name, and what can follow it.
func (p *parser) object() bool {
	for range 4 {
		t := p.next()
		if t.kind == tWord && t.word == wOr {
			if !p.nameIs("replace") {
				return false
			}
			continue
		}
		if t.kind != tName && t.kind != tWord {
			return false
		}
		var buf [maxWord]byte
		switch string(fold(buf[:], p.s[t.start:t.end])) {
		case "replace", "temp", "temporary", "unique", "global", "public", "external", "materialized", "login":
			if t.end-t.start != len("login") {
				continue
			}
			return p.objectName()
		case "table", "database":
			return p.objectName()
		case "schema", "view", "index", "procedure", "proc", "function", "user", "role",
			"trigger", "column", "sequence", "extension", "language", "server", "tablespace", "type", "assembly",
			"alias", "synonym", "directory", "event":
			return p.objectName() && (!p.alone || p.ended)
		default:
			return false
		}
	}
	return false
}

func (p *parser) objectName() bool {
	n := p.next()
	if p.isName(n, "if") {
		if n = p.next(); n.kind == tWord && n.word == wNot {
			n = p.next()
		}
		n = p.next()
	}
	if n.kind == tString {
		return !p.alone
	}
	if n.kind != tName {
		return false
	}
	pos := p.pos
	if p.done() {
		return true
	}
	p.pos = pos
	switch t := p.next(); t.kind {
	case tLParen:
		k := p.next().kind
		return k == tName || k == tRParen
	case tComma:
		return p.name1() && p.done()
	}
	return false
}

func (p *parser) insert() bool {
	n := p.next()
	if n.kind == tName && (p.isName(n, "ignore") || p.isName(n, "overwrite")) {
		n = p.next()
	}
	if n.kind == tWord && n.word == wInto {
		n = p.next()
	} else if p.alone {
		return false
	}
	if n.kind != tName {
		return false
	}
	switch t := p.next(); {
	case t.kind == tLParen, t.kind == tWord && (t.word == wSelect || t.word == wValues):
		return true
	case t.kind == tName:
		return p.isName(t, "set") || p.isName(t, "default")
	}
	return false
}

// exec reads what EXEC runs: a string, a variable, a procedure. Alone, without a break-out before it, only a
// procedure of the system counts: a sentence may begin with the word.
func (p *parser) exec() bool {
	t := p.next()
	switch t.kind {
	case tVar:
		return true
	case tString, tOpen:
		return p.stacked
	case tLParen:
		return p.kindIs(tVar, tString, tOpen, tNumber) && (!p.alone || p.kindIs(tRParen, tSign, tConcat, tEnd) && p.done())
	case tName:
		if p.isName(t, "immediate") {
			return p.kindIs(tString, tOpen, tVar, tName)
		}
		if t.dotted || function(p.s[t.start:t.end]) == callReach || t.end-t.start == 3 && function(p.s[t.start:t.end]+"xxxx") == callReach {
			return true
		}
		return p.stacked && p.kindIs(tEnd, tComment, tSemi, tString, tVar)
	}
	return false
}

func (p *parser) declare() bool {
	t := p.next()
	if t.kind == tVar {
		return true
	}
	return p.stacked && t.kind == tName && p.kindIs(tName) && p.kindIs(tSemi, tCompare, tLParen)
}

func (p *parser) grant() bool {
	for i := range 8 {
		t := p.next()
		switch {
		case i > 0 && (t.kind == tWord && (t.word == wOn || t.word == wFrom) || p.isName(t, "to")):
			if p.alone && t.kind == tName {
				return p.name1() && p.kindIs(tSemi) && p.over()
			}
			if p.alone {
				return p.name1() && p.nameIs("to") && p.name1()
			}
			return p.name1() && p.kindIs(tEnd, tComment, tSemi, tName, tComma)
		case t.kind == tWord && t.word != wAll && t.word != wSelect, t.kind != tName && t.kind != tComma && t.kind != tWord:
			return false
		}
	}
	return false
}

// condition reads the condition of IF and WHILE up to the statement that hangs on it. Code of other languages
// has conditions too; what follows theirs is no statement of SQL.
func (p *parser) condition() bool {
	if p.quoted && !p.stacked || !p.tests() {
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
		return true
	case tName:
		return p.isName(t, "declare") && p.declare() || p.isName(t, "dbms_lock.sleep") || t.dotted && p.opensCall() || p.verb(t)
	}
	return false
}

func (p *parser) copyTable() bool {
	t := p.next()
	if t.kind == tLParen {
		t = p.next()
		return t.kind == tWord && t.word == wSelect
	}
	if t.kind != tName {
		return false
	}
	t = p.next()
	if t.kind == tLParen {
		return p.name1()
	}
	if t.kind == tWord && t.word == wFrom || p.isName(t, "to") {
		t = p.next()
		return t.kind == tString || t.kind == tArith || p.isName(t, "program")
	}
	return false
}

func (p *parser) load() bool {
	t := p.next()
	if p.isName(t, "csv") {
		return true
	}
	if !p.isName(t, "data") {
		return false
	}
	t = p.next()
	return p.isName(t, "infile") || p.isName(t, "local")
}

// dollar reads the body of PostgreSQL's DO $$ … $$.
func (p *parser) dollar(do token) bool {
	p.pos = do.end
	p.blank()
	return p.at(p.pos) == '$' && p.at(p.pos+1) == '$'
}

func (p *parser) withQuery() bool {
	if !p.name1() {
		return false
	}
	t := p.next()
	return t.kind == tWord && t.word == wAs && p.kindIs(tLParen) && p.kindIs(tWord)
}
