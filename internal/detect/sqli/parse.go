package sqli

// class is a set of what one side of a comparison is made of.
type class uint8

const (
	cConst class = 1 << iota // literals only
	cName                    // a column, or any word
	cCall                    // the result of a function or CASE
	cQuery                   // a subquery
	cVar                     // a variable
)

// feature is something in the text that has an effect as SQL.
type feature uint64

const (
	fConst     feature = 1 << iota // a condition on constants: 1=1, 'a'='b'
	fGrouped                       // the same in brackets
	fArgument                      // the same as an argument of a known function
	fSelf                          // a name of one letter equal to itself
	fPair                          // a name of one letter equal to another
	fMixed                         // a name compared with a constant
	fNames                         // a name compared with a name
	fOperand                       // a connective and then a lone constant: or 1
	fShaped                        // the same with an operator: or 'a'-'b'
	fTrue                          // a connective and then TRUE or NULL
	fCall                          // a known function in a condition
	fInfo                          // a function that tells about the database
	fDelay                         // a function that waits
	fReach                         // a function that reaches out of the query
	fSystem                        // @@variable
	fQuery                         // a subquery with effect
	fListed                        // a subquery of plain names or numbers
	fUnion                         // UNION SELECT with effect
	fUnionOpen                     // UNION SELECT and then nothing
	fStacked                       // another statement
	fSelect                        // SELECT where a statement begins
	fKnown                         // a known function
	fItems                         // SELECT with a list, a call or a literal
	fOrder                         // ORDER BY or GROUP BY
	fLimit                         // LIMIT, OFFSET, FETCH
	fCount                         // one of them with a number
	fOutfile                       // INTO OUTFILE
	fAnalyse                       // PROCEDURE ANALYSE
	fCase                          // CASE WHEN … THEN
	fWhere                         // WHERE or HAVING
	fCatalogue                     // a table in which a database describes itself
	fStar                          // SELECT *
	fSecret                        // SELECT of a column for passwords
	fPattern                       // LIKE and a literal
	fFrom                          // FROM and a table
	fNull                          // IS NULL
	fApp                           // the value before the break-out compared with a constant
)

// ending says where reading stopped.
type ending uint8

const (
	endText    ending = iota // the text is over behind an operand
	endCut                   // the text is over where an operand is due
	endComment               // a comment hides the rest
	endOpen                  // a literal is open at the end
	endLong                  // the text went on being SQL for maxRead bytes
	endBad                   // what follows is no SQL
)

const maxDepth = 16

// maxRead bounds what is read behind one break-out. What is SQL for that long and is no list is reported for that.
const maxRead = 32 << 10

// span is a place in the text, short because there are many; a text too long for it is compared no further.
type span struct{ start, end int32 }

// frame is one open bracket.
type frame struct {
	left, side class
	leftAt     span // the last name on the left side
	sideAt     span
	word       bool // the side being read is a reserved word
	op         bool // an arithmetic operator or a literal behind a literal was read
	equal      bool // the comparison is =
	cmp        bool // a comparison waits for its right side
	like       bool // and it is one by pattern
	conn       bool // a connective came before
	sel        bool // a SELECT: aliases and clauses belong here
	union      bool // a SELECT behind UNION
	alias      bool // an alias may follow
	loose      bool // behind LIMIT, FOR, INTO: words follow each other
	call       call
}

// parser reads tokens as an expression and what may follow one, without a tree: it knows whether an operand
// or an operator is due, and one frame for each open bracket. So it is linear and needs no recursion.
type parser struct {
	lexer
	frames  [maxDepth]frame
	depth   int
	quoted  bool // the text left a quoted literal
	last    token
	moved   bool // last is set already
	tokens  int
	closed  int  // brackets closed that the text did not open
	conn    bool // a connective was read
	digit   bool // the text began with a number
	digits  bool // and went on with a comparison: 2 < 3
	stacked bool // a semicolon began a statement
	whens   bool // and WHEN behind it
	ended   bool // a statement was read up to its end
	within  bool // the literal that is open at the end stands where a value is due
	alone   bool // the text is read as a statement of its own
	cases   bool // a CASE was read: WHEN, THEN and ELSE have a place
	arith   bool // an arithmetic operator was read
	op      bool // the text began with an operator
	feats   feature
	end     ending
	comment token
	broke   kind // of the token where the grammar broke
	hidden  bool // the statement behind a semicolon hides what follows it, or waits
}

func (p *parser) frame() *frame { return &p.frames[min(p.depth, maxDepth-1)] }

// run reads from pos until the text ends, a comment hides the rest, or the grammar breaks.
func (p *parser) run() {
	for most := p.pos + maxRead; ; {
		if p.pos > most {
			p.unwind()
			p.end = endLong
			return
		}
		t := p.next()
		p.tokens++
		if t.kind == tComment && t.soft && p.feats == 0 && !p.quoted && !p.conn && p.closed == 0 {
			// Two minus signs for MySQL; elsewhere a comment behind nothing of interest.
			p.pos = t.start + 2
			p.operand = false
			p.last = token{kind: tSign, start: t.start, end: t.start + 2}
			continue
		}
		if t.kind == tEnd || t.kind == tComment {
			p.finish(t)
			return
		}
		ok := false
		p.within = !p.operand
		if p.operand {
			ok = p.operator(t)
		} else {
			ok = p.value(t)
		}
		if !ok {
			p.unwind()
			p.end, p.broke = endBad, t.kind
			p.lineComment()
			return
		}
		if p.moved {
			p.moved = false
		} else {
			p.last = t
		}
		if t.kind == tOpen {
			p.unwind()
			p.end = endOpen
			return
		}
	}
}

// advance makes t the last token, when more than one was taken.
func (p *parser) advance(t token) { p.last, p.moved = t, true }

// unwind closes the brackets that are still open: the query around the text does so.
func (p *parser) unwind() {
	for p.depth > 0 {
		p.pop()
	}
	p.settle()
}

func (p *parser) finish(t token) {
	operand := p.operand
	p.unwind()
	p.operand = operand
	switch {
	case t.kind == tComment:
		p.end, p.comment = endComment, p.describe(t)
	case p.operand:
		p.end = endText
	default:
		p.end = endCut
		p.lineComment()
	}
}

// lineComment corrects the end where a line end closed a comment, and one word behind it is all there is:
// white space that a scanner chose at random inside its comment.
func (p *parser) lineComment() {
	if p.line > 0 && oneWord(p.s[p.line:]) {
		p.end = endComment
		p.comment = token{kind: tComment, start: p.line, end: len(p.s), hides: true}
	}
}

// value takes a token where an operand is due.
func (p *parser) value(t token) bool {
	f := p.frame()
	switch t.kind {
	case tNumber, tString, tOpen:
		if t.kind == tNumber && p.last.kind == tWord && (p.last.word == wOrder || p.last.word == wGroup || p.last.word == wLimit) {
			p.feats |= fCount
		}
		p.digit = p.digit || t.kind == tNumber && p.tokens == 1
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
		p.push(c)
		p.advance(token{kind: tLParen, start: t.start, end: p.pos})
		return true
	}
	if p.last.kind == tWord && p.last.word == wFrom && f.sel {
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
	if p.last.kind == tWord && (p.last.word == wSelect || p.last.word == wAll) && f.sel && p.isName(t, "top") ||
		p.isName(t, "interval") {
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
	p.take(t, cName)
	return true
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
	case p.last.kind == tWord && (p.last.word == wUnion || p.last.word == wAll || p.last.word == wAs || p.last.word == wInto):
	default:
		return false
	}
	f.sel = true
	f.side = 0
	return true
}

// operator takes a token where an operator is due.
func (p *parser) operator(t token) bool {
	f := p.frame()
	p.operand = false
	p.op = p.op || p.tokens == 1 && t.kind != tWord && t.kind != tDot && t.kind != tString && t.kind != tOpen
	switch t.kind {
	case tCompare:
		p.digits = p.digits || p.digit && !p.conn && p.depth == 0
		p.compare(false)
		f.equal = p.s[t.start] == '='
		return true
	case tSign, tArith, tStar:
		f.op, p.arith = true, true
		return true
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
		return f.loose
	}
	return false
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
	p.operand = true
	if p.isName(t, "escape") || p.isName(t, "over") {
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
		if string(fold(buf[:], p.s[t.start:t.end])) == "in" {
			return p.in()
		}
		return true
	case wArith:
		return true
	case wNot:
		p.operand = true
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
		return true
	case wFor:
		p.settle()
		return f.call != callNone || p.locks()
	case wJoin:
		return true
	case wAs:
		n := p.next()
		p.operand = true
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
		return !p.leading() && p.statement(false)
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

// is looks at what must follow IS.
func (p *parser) is() bool {
	pos := p.pos
	t := p.next()
	p.pos = pos
	return t.kind == tWord && (t.word == wNot || t.word == wConst) || p.isName(t, "unknown") || p.isName(t, "distinct")
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

// leading reports whether nothing stands before the token: a text that merely begins like a statement.
func (p *parser) leading() bool { return p.tokens == 1 && !p.quoted }

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

// settle ends the expression that is being read.
func (p *parser) settle() {
	f := p.frame()
	switch {
	case f.cmp:
		p.settleComparison()
	case !f.conn || !p.operand:
	case f.side == cConst:
		p.feats |= fOperand
		if f.word {
			p.feats |= fTrue
		}
		if f.op {
			p.feats |= fShaped
		}
	case f.side&(cCall|cQuery) != 0:
		p.feats |= fCall
	}
	f.left, f.side, f.cmp, f.like, f.op = 0, 0, false, false, false
}

// settleComparison looks at the two sides of a comparison.
func (p *parser) settleComparison() {
	f := p.frame()
	f.cmp = false
	l, r := f.left, f.side
	switch {
	case l == 0 && r&(cConst) != 0 && r&cName == 0:
		p.feats |= fApp
	case l == 0 || r == 0:
	case l == cConst && r == cConst && f.word:
		p.feats |= fMixed
	case l == cConst && r == cConst:
		p.feats |= fConst
		if p.depth > 0 {
			p.feats |= fGrouped
		}
		if f.call != callNone && f.call <= callReach {
			p.feats |= fArgument
		}
	case (l|r)&cCall != 0:
		p.feats |= fCall
	case (l|r)&cVar != 0 && (l|r)&cConst != 0, (l|r)&cQuery != 0:
		p.feats |= fCall
	case l == cName && r == cName:
		a, b := p.s[f.leftAt.start:f.leftAt.end], p.s[f.sideAt.start:f.sideAt.end]
		switch {
		case len(a) != 1 || len(b) != 1 || !f.equal:
			p.feats |= fNames
		case a == b:
			p.feats |= fSelf
		default:
			p.feats |= fPair
		}
	default:
		p.feats |= fMixed
	}
}

func (p *parser) push(c call) bool {
	p.depth++
	if p.depth < maxDepth {
		p.frames[p.depth] = frame{call: c}
	}
	p.operand = false
	return true
}

// pop takes a closing bracket.
func (p *parser) pop() bool {
	inner := *p.frame()
	was := p.operand
	p.operand = true
	p.settle()
	p.operand = was
	if p.depth == 0 {
		p.closed++
		p.frames[0].conn = false
		p.frames[0].sel = false
		p.operand = true
		return true
	}
	p.depth--
	f := p.frame()
	c := inner.side
	switch {
	case p.last.kind == tLParen:
		c = cCall // a call without arguments neither waits nor reaches
		if inner.call == callInfo {
			p.feats |= fInfo
		} else if inner.call > callReach {
			c = cName
		}
	case inner.call == callDelay && inner.side&(cConst|cCall|cQuery|cVar) == 0:
		c = cName
	case inner.call == callDelay:
		p.feats |= fDelay
		c = cCall
	case inner.call == callReach:
		p.feats |= fReach
		c = cCall
	case inner.call == callInfo:
		p.feats |= fInfo
		c = cCall
	case inner.call == callPlain:
		p.feats |= fKnown
		c = cCall
	case inner.call != callNone:
		c = cName
	case inner.sel:
		c = cQuery
	}
	f.side |= c
	f.sideAt, f.word = span{}, false
	p.operand = true
	if f.sel {
		f.alias = true
		p.item(c)
	} else if inner.sel {
		f.alias = true // a derived table
	}
	return true
}

// isName reports whether t is the given name, in any case.
func (p *parser) isName(t token, w string) bool {
	if t.kind != tName || t.end-t.start < len(w) {
		return false
	}
	var buf [maxWord]byte
	return string(fold(buf[:], p.s[t.start:t.end])) == w
}
