package sqli

import "strings"

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
	fPattern                       // LIKE and a literal, or a name compared with a hexadecimal one
	fFrom                          // FROM and a table
	fNull                          // IS NULL
	fTwin                          // a longer name equal to itself
	fApp                           // the value before the break-out compared with a constant
	fCalled                        // any call with arguments
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
	frames  *[maxDepth]frame
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
	counted bool // a number stands between the quote and the first operator
	past    *passed
	pending [2]int // where the last two literals closed, until two more tokens are read; 0 for another token
	hidden  bool   // the statement behind a semicolon hides what follows it, or waits
}

func (p *parser) frame() *frame { return &p.frames[min(p.depth, maxDepth-1)] }

// run reads from pos until the text ends, a comment hides the rest, or the grammar breaks.
func (p *parser) run() {
	p.moved = false
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
		if t.kind == tArith && p.operand && p.quoted && p.conn && p.s[t.start] == '/' && p.at(t.end) == '/' {
			t = token{kind: tComment, start: t.start, end: len(p.s)} // Cypher
		}
		if t.kind == tEnd || t.kind == tComment {
			p.finish(t)
			return
		}
		ok := false
		p.within = !p.operand
		switch {
		case p.operand && p.mode.plus && p.added(t):
			ok = p.value(t)
		case p.operand:
			ok = p.operator(t)
		default:
			ok = p.value(t)
		}
		if !ok {
			p.unwind()
			p.end, p.broke = endBad, t.kind
			p.lineComment()
			p.failing(t)
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
		if p.past != nil && !p.counted { // such a reading is judged more strictly than others
			p.pass(t)
		}
	}
}

// failing corrects the end where the grammar broke at a number behind another and a comment hides the rest: what
// scanners send to see a query fail (a' AND 7 9--).
func (p *parser) failing(t token) {
	if t.kind != tNumber || p.last.kind != tNumber || !p.conn {
		return
	}
	if n := p.next(); n.kind == tComment {
		p.end, p.comment = endComment, p.describe(n)
		p.feats |= fConst
	}
}

// added reports whether t is an operand behind a plus sign that adds, although plus signs are read as spaces:
// CHAR(1)+CHAR(2) in a text that a form has encoded.
func (p *parser) added(t token) bool {
	if t.start == 0 || p.s[t.start-1] != '+' {
		return false
	}
	switch t.kind {
	case tNumber, tString, tVar, tLParen:
	case tName:
		if p.at(t.end) != '(' {
			return false
		}
	default:
		return false
	}
	p.operand, p.arith, p.frame().op = false, true, true
	return true
}

// advance makes t the last token, when more than one was taken.
func (p *parser) advance(t token) { p.last, p.moved = t, true }

// unwind closes the brackets that are still open: the query around the text does so.
func (p *parser) unwind() {
	p.depth = min(p.depth, maxDepth) // deeper ones share one frame
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

// settle ends the expression that is being read.
func (p *parser) settle() {
	f := p.frame()
	switch {
	case f.cmp:
		p.settleComparison()
	case !f.conn || !p.operand:
	case f.side == cConst:
		p.feats |= fOperand
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
	case l == 0 && r == cName && f.like && f.sideAt.start > 0 && strings.IndexByte("-+~", p.s[f.sideAt.start-1]) >= 0: // a'is not-b
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
		case (f.equal || f.like) && len(a) > 1 && strings.EqualFold(a, b):
			p.feats |= fTwin
		case len(a) != 1 || len(b) != 1 || !f.equal:
			p.feats |= fNames
		case a == b:
			p.feats |= fSelf
		default:
			p.feats |= fPair
		}
	default:
		p.feats |= fMixed
		if at := f.sideAt; f.equal && r == cConst && at.end-at.start > 5 && p.s[at.start] == '0' && p.s[at.start+1]|0x20 == 'x' {
			p.feats |= fPattern
		}
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
	if inner.call != callNone && p.last.kind != tLParen {
		p.feats |= fCalled
	}
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
