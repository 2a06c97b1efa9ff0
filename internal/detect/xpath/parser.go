package xpath

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// side is what one side of a comparison is made of.
type side uint8

const (
	sConst side = 1 << iota
	sName
	sPath
	sCall
)

const maxDepth = 16

// frame is one open bracket.
type frame struct {
	left, right side
	compared    bool
	known       bool // the arguments of a function of XPath
	path        bool // among them a path
	reads       bool // of a function that reads a document
}

// parser follows the alternation of operands and operators; no tree, no recursion.
type parser struct {
	lexer
	frames  [maxDepth]frame
	depth   int
	operand bool
	quoted  bool
	last    token
	moved   bool // last is set already
	tokens  int

	connected bool // and, or
	constant  bool // a comparison of constants
	call      bool // a function of XPath
	measured  bool // its result compared with a constant
	onPath    bool // a function of XPath with a path for an argument, or one that reads a document
	path      bool // a path from the root, an axis, an attribute
	leading   bool // brackets closed before anything else
	steps     bool // a further step of a path
	closed    int  // brackets closed that the text did not open
	union     bool // a path behind |
	far       bool // a path through the whole document, or along an axis
	context   bool // the context node
	digit     bool // the text began with a number
	bracket   bool // a predicate closed that the text did not open
	filtered  bool // a predicate of the text's own behind a step of a path
	axes      bool // an axis
	compared  bool // a comparison
	listed    bool // a comma outside of brackets
	satisfies bool // a variable was bound
	condition bool // IF was read
	bad       bool // the grammar broke
	prose     bool // at a word
	open      bool // a literal is open at the end
	start     int  // where reading began
	broke     kind // of the token where the grammar broke
}

func (p *parser) frame() *frame { return &p.frames[min(p.depth, maxDepth-1)] }

func (p *parser) spanEnd(start int) int { return min(max(p.last.end, start+1), len(p.s)) }

func (p *parser) whole() bool { return !p.bad && (p.operand || p.open) }

func (p *parser) run(v *scan.View) {
	begin := p.pos
	p.start = begin
	for !p.bad && !p.open {
		t := p.next()
		p.tokens++
		if t.kind == tEnd {
			break
		}
		if p.operand {
			p.bad = !p.operator(t)
		} else {
			p.bad = !p.value(t)
		}
		p.prose, p.broke = p.bad && t.kind == tName, t.kind
		if !p.moved {
			p.last = t
		}
		p.moved = false
		p.open = t.kind == tOpen
	}
	for p.depth > 0 {
		p.pop()
	}
	p.settle()
	v.Work(p.pos - begin + 1)
}

// settle ends the expression that is being read.
func (p *parser) settle() {
	f := p.frame()
	if f.compared && f.left == sConst && f.right == sConst {
		p.constant = true
	}
	if l, r := f.left, f.right; f.compared && (l == sConst && r == sCall || l == sCall && r == sConst) {
		p.measured = true
	}
	f.left, f.right, f.compared = 0, 0, false
}

func (p *parser) take(s side) bool {
	f := p.frame()
	f.right |= s
	if s == sPath {
		f.path, p.path = true, true
	}
	if s == sPath || p.leading {
		p.union = p.union || p.last.kind == tUnion
	}
	p.operand = true
	return true
}

func (p *parser) value(t token) bool {
	switch t.kind {
	case tNumber, tString, tOpen:
		p.digit = p.digit || t.kind == tNumber && p.tokens == 1
		return p.take(sConst)
	case tVariable:
		return p.take(sName)
	case tDot:
		p.frame().path = true
		p.path = p.path || t.end-t.start == len("..")
		p.context = true
		p.far = p.far || t.end-t.start == len("..") && lex.At(p.s, t.end) == '/'
		return p.take(sName)
	case tName:
		return p.named(t)
	case tOperator:
		return true
	case tStar:
		p.frame().path = true
		return p.take(sName)
	case tAt:
		n := p.next()
		return (n.kind == tName || n.kind == tStar) && p.take(sPath)
	case tSlash:
		p.far = p.far || t.end-t.start == len("//")
		return p.root()
	case tLParen:
		return p.push(false)
	case tRParen:
		return p.last.kind == tLParen && p.pop()
	}
	return false
}

// root reads the first step of a path from the root.
func (p *parser) root() bool {
	pos := p.pos
	switch n := p.next(); n.kind {
	case tName:
		p.pos = pos
		p.take(sPath)
		p.operand = false
		return true
	case tStar, tDot:
		return p.take(sPath)
	case tAt:
		n = p.next()
		return (n.kind == tName || n.kind == tStar) && p.take(sPath)
	case tRParen: // the document itself
		p.pos = pos
		return p.take(sPath)
	}
	return false
}

func (p *parser) named(t token) bool {
	name := p.s[t.start:t.end]
	pos := p.pos
	switch n := p.next(); n.kind {
	case tLParen:
		known, reads := function(name)
		p.call = p.call || known
		p.condition = p.condition || name == "if"
		p.push(known)
		p.frame().reads = reads
		return true
	case tAxis:
		p.far, p.axes = true, true
		return axis(name) && p.take(sPath) && p.step()
	case tVariable:
		return p.binds(name)
	}
	p.pos = pos
	if lex.EqualFold(name, "or") || lex.EqualFold(name, "and") {
		return false
	}
	return p.take(sName)
}

// binds reads what stands between the variable and its source in FOR, LET, SOME and EVERY.
func (p *parser) binds(name string) bool {
	switch name {
	case "for", "some", "every":
		n := p.next()
		p.satisfies = n.kind == tName && p.s[n.start:n.end] == "in"
	case "let":
		p.blank()
		p.satisfies = lex.HasPrefix(p.s, p.pos, ":=")
		p.pos += len(":=")
	}
	return p.satisfies
}

// step says that a node test is due.
func (p *parser) step() bool {
	p.operand = false
	return true
}

func (p *parser) operator(t token) bool {
	f := p.frame()
	p.operand = false
	switch t.kind {
	case tCompare:
		if f.compared {
			p.settle()
		}
		f.left, f.right, f.compared = f.right, 0, true
		p.compared = true
		return true
	case tOperator, tStar:
		return true
	case tUnion:
		return true
	case tSlash:
		return p.last.kind != tNumber && p.last.kind != tString && p.tokens > 1 && p.deeper()
	case tComma:
		p.settle()
		p.listed = p.listed || p.depth == 0
		return true
	case tLBracket:
		p.filtered = p.filtered || f.path
		return p.push(false)
	case tRParen, tRBracket:
		p.operand = true
		p.bracket = p.bracket || p.depth == 0 && t.kind == tRBracket
		p.leading = p.leading || p.tokens == 1
		return p.pop()
	case tName:
		return p.connective(t)
	}
	p.operand = true
	return false
}

// deeper takes a further step of a path, or // behind a closed predicate.
func (p *parser) deeper() bool {
	p.steps = true
	p.frame().path = true
	pos := p.pos
	n := p.next()
	switch n.kind {
	case tStar, tDot:
		p.operand = true
		return true
	case tAt:
		n = p.next()
		p.operand = true
		return n.kind == tName || n.kind == tStar
	}
	p.pos = pos
	return n.kind == tName
}

func (p *parser) connective(t token) bool {
	switch w := p.s[t.start:t.end]; {
	case lex.EqualFold(w, "or"), lex.EqualFold(w, "and"):
		p.settle()
		p.connected = true
		return true
	case w == "div", w == "mod", w == "idiv", w == "to":
		return true
	case w == "union", w == "intersect", w == "except":
		p.last, p.moved = token{kind: tUnion, start: t.start, end: t.end}, true
		return true
	case w == "eq", w == "ne", w == "lt", w == "gt", w == "le", w == "ge":
		p.operand = true
		return p.operator(token{kind: tCompare, start: t.start, end: t.end})
	case w == "return", w == "satisfies": // the former begins another clause of FLWOR, which the text was put into
		p.union = p.union || p.quoted && w == "return"
		p.last, p.moved = token{kind: tUnion, start: t.start, end: t.end}, true
		return p.satisfies || p.quoted && w == "return"
	case w == "then", w == "else":
		return p.condition
	}
	return false
}

func (p *parser) push(known bool) bool {
	p.depth++
	if p.depth < maxDepth {
		p.frames[p.depth] = frame{known: known}
	}
	p.operand = false
	p.last, p.moved = token{tLParen, p.pos - 1, p.pos}, true
	return true
}

func (p *parser) pop() bool {
	inner := *p.frame()
	p.settle()
	p.operand = true
	if p.depth == 0 {
		p.closed++
		p.frames[0] = frame{}
		return true
	}
	p.depth--
	f := p.frame()
	switch {
	case inner.known:
		p.onPath = p.onPath || inner.path || inner.reads && inner.right&(sConst|sPath|sCall) != 0
		f.right |= sCall
	case inner.right == sConst && !inner.compared:
		f.right |= sConst
	default:
		f.right |= sName
	}
	f.path = f.path || inner.path
	return true
}

// judgeBare judges a text that stands bare in an expression; after says that it follows a value.
func (p *parser) judgeBare(after bool) string {
	if !p.whole() {
		return ""
	}
	switch {
	case p.connected && (p.measured || p.onPath || p.constant && (after || p.path)):
		return "boolean"
	case p.connected && (after || p.digit) && (p.call || p.far), p.connected && p.digit && p.path && p.steps:
		return "boolean"
	case p.closed > 0 && p.union, p.bracket && p.digit && p.steps:
		return "predicate"
	case p.onPath:
		return "function"
	case p.filtered && p.measured, p.union && p.far && p.digit && strings.IndexByte(p.s, '.') < 0 && !strings.Contains(p.s, "// "):
		return "path"
	case !after && p.s[0] == '/' && p.path && (p.call || p.compared || p.far && p.steps && p.axes):
		return "path"
	}
	return ""
}

// judgeQuoted judges what follows a quote; first says that it is the first of its kind.
func (p *parser) judgeQuoted(first bool) string {
	if p.bad && (p.prose || !first || !p.connected || !p.constant || p.quotation()) {
		return ""
	}
	switch {
	case p.connected && (p.constant || p.call):
		return "boolean"
	case first && p.leading && (p.union || p.path || p.steps):
		return "predicate"
	case (p.connected || p.union) && p.path, p.connected && p.context && p.open, p.listed && p.far && p.open:
		return "path"
	case p.onPath:
		return "function"
	}
	return ""
}

// quotation reports whether the text begins with its quote and the next one closes it in the midst of a sentence.
func (p *parser) quotation() bool {
	return p.start == 1 && p.broke == tOpen && strings.Contains(p.s[p.last.start+1:], " ")
}

// axis reports whether name is an axis: XPath 1.0 section 2.2.
func axis(name string) bool {
	switch name {
	case "ancestor", "ancestor-or-self", "attribute", "child", "descendant", "descendant-or-self", "following",
		"following-sibling", "namespace", "parent", "preceding", "preceding-sibling", "self":
		return true
	}
	return false
}

// function reports whether name is a function or node test of XPath, and whether it reads a document by itself.
func function(name string) (known, reads bool) {
	name = trimPrefix(name)
	switch name {
	case "doc", "document", "unparsed-text", "doc-available", "collection", "environment-variable", "unparsed-text-lines",
		"system-property":
		return true, true
	case "count", "name", "local-name", "namespace-uri", "string-length", "substring", "substring-before", "substring-after",
		"contains", "starts-with", "ends-with", "position", "last", "text", "node", "comment", "processing-instruction",
		"normalize-space", "translate", "string", "number", "boolean", "not", "true", "false", "id", "lang", "matches",
		"tokenize", "error", "string-to-codepoints", "codepoints-to-string", "upper-case", "lower-case",
		"concat", "string-join", "base-uri", "document-uri", "exists", "empty", "root", "sum", "serialize", "distinct-values",
		"generate-id", "current", "key", "static-base-uri", "deep-equal", "index-of", "nilled", "node-name", "element-available",
		"function-available", "unparsed-entity-uri", "local-name-from-QName", "compare", "data", "subsequence", "trace":
		return true, false
	}
	m := module(name)
	return m, m
}

// module reports whether name is a function of a module that XQuery processors bring along and that reads files,
// databases or the output of programs.
func module(name string) bool {
	for _, m := range [...]string{"db:", "file:", "proc:", "xdmp:", "sql:"} {
		if len(name) > len(m) && lex.HasPrefix(name, 0, m) {
			return true
		}
	}
	return false
}

func trimPrefix(name string) string {
	if lex.HasPrefix(name, 0, "fn:") {
		return name[len("fn:"):]
	}
	return name
}
