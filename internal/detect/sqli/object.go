package sqli

func (p *parser) wordIs(w word) bool {
	t := p.next()
	return t.kind == tWord && t.word == w
}

func (p *parser) nameIs(w string) bool { return p.isName(p.next(), w) }

func (p *parser) anyName() bool { return p.kindIs(tName) }

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
		return t.word == wWhere || t.word == wFrom || t.word == wAs || t.word == wSelect || t.word == wOn
	case tName:
		for _, w := range [...]string{"cascade", "restrict", "add", "set", "with", "modify", "rename", "enable", "disable", "identified"} {
			if p.isName(t, w) {
				p.ended = true
				return true
			}
		}
		return p.isName(t, "to") && p.anyName() // RENAME
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

// assigned reads what UPDATE sets; scanners count where they know no column.
func (p *parser) assigned() bool {
	t := p.next()
	return t.kind == tName || t.kind == tVar || t.kind == tNumber && p.stacked
}

// shown reports whether SHOW TABLES can be over here, or goes on with what narrows it.
func (p *parser) shown() bool {
	switch t := p.next(); t.kind {
	case tEnd, tComment, tSemi, tOpen, tRParen:
		return true
	case tWord:
		return t.word == wFrom || t.word == wWhere || t.word == wCompare
	}
	return false
}

// sentence reports whether a text of its own that begins with t is written as a sentence is, with one capital and
// nothing but words: "Drop table lamp".
func (p *parser) sentence(t token) bool {
	if !p.alone || p.ended || p.s[t.start] > 'Z' {
		return false
	}
	for _, c := range []byte(p.s[t.start+1:]) {
		if c != ' ' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
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
			"alias", "synonym", "directory", "event", "owned":
			if t.end-t.start == len("owned") && p.s[t.start]|0x20 == 'o' {
				return p.wordIs(wBy) && p.anyName()
			}
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
		p.ended = p.ended || p.returns()
		return k == tName || k == tRParen
	case tComma:
		return p.anyName() && p.done()
	}
	return false
}

// returns reports whether the bracket that is open closes before RETURNS, RETURN or AS: the parameters of a function.
func (p *parser) returns() bool {
	pos := p.pos
	defer func() { p.pos = pos }()
	for range 32 {
		switch t := p.next(); t.kind {
		case tRParen:
			t = p.next()
			return p.isName(t, "returns") || p.isName(t, "return") || t.kind == tWord && t.word == wAs
		case tEnd, tBad, tComment, tOpen:
			return false
		}
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
	case t.kind == tLParen, t.kind == tWord && (t.word == wSelect || t.word == wValues || t.word == wOn && p.merges(t)):
		return true
	case t.kind == tName:
		return p.isName(t, "set") || p.isName(t, "default") || p.isName(t, "using")
	}
	return false
}

// merges reports whether t is the USING of MERGE INTO a USING b ON.
func (p *parser) merges(t token) bool {
	return p.s[t.start]|0x20 == 'u' && p.anyName() && p.wordIs(wOn)
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

// backup reads what BACKUP and RESTORE take.
func (p *parser) backup() bool {
	t := p.next()
	for _, w := range [...]string{"headeronly", "filelistonly", "labelonly", "rewindonly", "verifyonly"} {
		if p.isName(t, w) {
			return p.wordIs(wFrom) && p.nameIs("disk") && p.kindIs(tCompare)
		}
	}
	if !p.isName(t, "database") && !p.isName(t, "log") || !p.anyName() {
		return false
	}
	if p.stacked {
		return true
	}
	t = p.next()
	return (p.isName(t, "to") || t.kind == tWord && t.word == wFrom) && (p.nameIs("disk") || p.kindIs(tCompare))
}

// maintains reads the statements that begin with a word of every day and so count behind a break-out alone, and
// most of them only when a comment hides the rest of the query.
func (p *parser) maintains(t token) bool {
	n := p.next()
	switch {
	case n.kind == tComment, n.kind == tSemi:
		alone := p.isName(t, "vacuum") || p.isName(t, "checkpoint") || p.isName(t, "analyze") || p.isName(t, "reindex")
		return alone && (n.kind == tComment || p.kindIs(tComment))
	case p.isName(t, "flush"):
		return p.isName(n, "privileges") || p.isName(n, "tables") || p.isName(n, "logs") || p.isName(n, "hosts")
	case p.isName(t, "analyze"):
		return p.isName(n, "table") && p.anyName()
	case p.isName(t, "discard"):
		return n.kind == tWord && n.word == wAll && p.kindIs(tComment)
	case p.isName(t, "use"), p.isName(t, "describe"):
		return n.kind == tName && p.kindIs(tComment, tSemi)
	}
	if n.kind != tName {
		return false
	}
	c := p.next()
	return c.kind == tComment || c.kind == tSemi && p.kindIs(tComment)
}

func (p *parser) grant() bool {
	for i := range 8 {
		t := p.next()
		switch {
		case i > 0 && (t.kind == tWord && (t.word == wOn || t.word == wFrom) || p.isName(t, "to")):
			if p.alone && t.kind == tName {
				return p.anyName() && p.kindIs(tSemi) && p.over()
			}
			if p.alone {
				return p.grantee() && p.nameIs("to") && p.kindIs(tName, tString)
			}
			return p.kindIs(tName, tStar) && p.kindIs(tEnd, tComment, tSemi, tName, tComma, tDot, tWord)
		case t.kind == tWord && t.word != wAll && t.word != wSelect, t.kind != tName && t.kind != tComma && t.kind != tWord:
			return false
		}
	}
	return false
}

// grantee reads what a privilege is for: a name, or MySQL's *.*
func (p *parser) grantee() bool {
	t := p.next()
	return t.kind == tName || t.kind == tStar && p.kindIs(tDot) && p.kindIs(tStar)
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
		return p.anyName()
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

// pattern reads what MATCH of Cypher takes: a node in brackets, and later a clause that does something with it.
func (p *parser) pattern() bool {
	if !p.kindIs(tLParen) || !p.kindIs(tName, tVar, tRParen) {
		return false
	}
	for range 24 {
		t := p.next()
		switch t.kind {
		case tEnd, tComment, tOpen, tSemi:
			return false
		case tName:
			for _, w := range [...]string{"return", "delete", "detach", "remove", "set"} {
				if p.isName(t, w) {
					return true
				}
			}
		case tWord:
			if t.word == wWhere {
				return true
			}
		}
	}
	return false
}

// withQuery reads a common table expression, or Cypher's WITH 1 AS a MATCH.
func (p *parser) withQuery() bool {
	n := p.next()
	if n.kind != tName && n.kind != tNumber && n.word != wConst || !p.wordIs(wAs) {
		return false
	}
	t := p.next()
	if t.kind == tLParen {
		return n.kind == tName && p.kindIs(tWord)
	}
	if t.kind != tName {
		return false
	}
	t = p.next()
	for _, w := range [...]string{"match", "optional", "call", "unwind", "load"} {
		if p.isName(t, w) {
			return true
		}
	}
	return false
}
