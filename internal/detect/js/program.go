package js

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// Effect says what a program would do, weakest first.
type Effect uint8

// The effects.
const (
	None  Effect = iota
	Sets         // it assigns something, nobody knows what: a.b = c
	Calls        // it calls something, nobody knows what: foo(1)
	Acts         // it calls or assigns what a browser provides: alert(1), top["al"+"ert"](1), location = "//x"
)

// Program is what Read found.
type Program struct {
	Stop   int    // where the text stops being a program, or its end
	Whole  bool   // it is one to the end of the text
	Cut    bool   // and its end is a comment, or a quote with nothing behind it, which the page's text would close
	Effect Effect // the strongest effect
	Start  int    // the place of that effect
	End    int
	Steps  int // how many bytes were looked at
}

// maxDepth bounds the nesting of brackets: Read stops at a deeper one.
const maxDepth = 24

// chain is the operand that is being put together: root.member[computed](called). It holds offsets and not
// strings, to keep the stack of a reader small.
type chain struct {
	start, rootEnd int32 // the first name; empty where there is none
	last, lastEnd  int32 // the last name, or what stands in the quotes of a string
	computed       bool
}

// literalAt makes the chain of an operand that begins at start without a name.
func literalAt(start int) chain { return chain{start: int32(start), rootEnd: int32(start)} }

// called is the chain when it has been called: the name to call next is not known.
func (c chain) called() chain { return chain{start: c.start, rootEnd: c.rootEnd} }

// frame is an open bracket.
type frame struct {
	open    byte
	call    bool // ( behind an operand, [ behind an operand
	control bool // ( of if, for, function
	creates bool // ( of new
	coerces bool // { with a member that is called where the object is made a string or a number
	holds   bool // a sink stands in it: an element, a key, one of two operands to choose from
	chain   chain
}

type reader struct {
	lex     Lexer
	p       Program
	stack   [maxDepth]frame
	depth   int
	chain   chain
	operand bool // the last token ended an operand
	brace   bool // the last token was "}": a statement or an operand may follow
	dot     bool // the last token was "."
	control bool // if, for, while, function, … went before
	literal bool // the operand is one string and nothing else
	infix   bool // the last token was an operator between operands
	imports bool // an import declaration has begun
	sink    bool // a sink was assigned to a name: a = alert
	unpacks bool // the last bracket closed holds a sink: [alert], {alert:a}
	extends bool // the last word was "extends"
	creates bool // the last word but one was "new"
	gets    bool // an operand is being assigned
	threw   bool
}

// Read reads the text from offset pos on as a program, up to the first token that cannot stand where it stands.
// With operand set, an operand goes before: the text stands behind the end of a string. Closing brackets
// without a partner are allowed, because the page may have opened them.
func Read(text string, pos int, operand bool) Program {
	r := reader{lex: Lexer{Text: text, Pos: pos, Operand: operand}, operand: operand}
	for {
		t := r.lex.Next()
		if t.Kind == End {
			r.p.Whole, r.p.Cut = true, r.p.Cut || r.lex.Comment
			break
		}
		if !r.token(t) {
			break
		}
		if t.Open {
			r.p.Cut = strings.TrimSpace(text[t.Start+1:t.Stop]) == ""
		}
		r.p.Stop = t.Stop
		r.lex.Operand = r.operand && !r.brace
	}
	if r.p.Whole {
		r.p.Stop = len(text)
	}
	r.p.Steps = r.lex.Steps
	return r.p
}

// Prose reports whether the text begins with two words of which neither is a keyword, so that Read would stop at the
// second: most prose does, and is told from a program so in a few instructions.
func Prose(text string) bool {
	first := letters(text)
	if first == 0 || first+1 >= len(text) || text[first] != ' ' {
		return false
	}
	rest := text[first+1:]
	second := letters(rest)
	if second == 0 || second < len(rest) && isWord(rest[second]) {
		return false
	}
	kind := keywordOf(rest[:second])
	return keywordOf(text[:first]) == plain && kind != infix && rest[:second] != "extends"
}

// letters is the length of the run of letters that s begins with.
func letters(s string) int {
	n := 0
	for n < len(s) && lex.IsLetter(s[n]) {
		n++
	}
	return n
}

// token takes the next token and reports whether it can stand here.
func (r *reader) token(t Token) bool {
	if r.operand && t.Newline && t.Kind != Punct { // a semicolon is put in: ECMA-262 12.10
		r.settle()
		r.operand = false
	}
	switch t.Kind {
	case Word:
		return r.word(t)
	case Template:
		if r.operand && !r.brace {
			r.call(t)
			r.chain = r.chain.called()
			r.literal = false
			return true
		}
		fallthrough
	case Number, String, Regexp:
		r.infix = false
		if r.operand && !r.brace || r.dot {
			return false
		}
		r.chain = literalAt(t.Start)
		r.operand, r.brace, r.control = true, false, false
		r.literal = t.Kind == String
		if r.literal && r.imports { // import "x", import a from "x"
			r.effect(Calls, t.Start, t.Stop)
		}
		if r.literal && !t.Open {
			r.chain.last, r.chain.lastEnd = int32(t.Start+1), int32(t.Stop-1)
		}
		return true
	case Punct:
		return r.punct(t, r.lex.Text[t.Start:t.Stop])
	}
	return false
}

func (r *reader) word(t Token) bool {
	r.infix = false
	w := r.lex.Text[t.Start:t.Stop]
	if r.dot {
		r.chain.last, r.chain.lastEnd, r.chain.computed = int32(t.Start), int32(t.Stop), false
		r.dot, r.operand, r.literal = false, true, false
		return true
	}
	kind := keywordOf(w)
	r.unpacks = false
	switch {
	case w == "import" && r.calledNext():
		kind = plain
	case w == "import" && !r.operand:
		r.imports = true
	case r.imports && r.operand && (w == "from" || w == "as"), r.operand && w == "extends":
		kind = infix
	}
	if r.operand && kind == infix {
		r.operand, r.brace, r.extends = false, false, w == "extends"
		return true
	}
	if r.operand && !r.brace {
		return false
	}
	r.operand, r.brace, r.literal = false, false, false
	r.extends = r.extends && Sink(w)
	switch kind {
	case prefix:
		r.extends, r.creates = w == "extends", w == "new"
	case control:
		r.control = true
	case throwing:
		r.threw = true
		if r.sink {
			r.effect(Acts, t.Start, t.Stop)
		}
	default:
		r.operand = true
		r.chain = chain{int32(t.Start), int32(t.Stop), int32(t.Start), int32(t.Stop), false}
		if w == "XMLHttpRequest" || w == "ActiveXObject" { // nobody names them who does not use them
			r.effect(Acts, t.Start, t.Stop)
		}
	}
	return true
}

func (r *reader) calledNext() bool {
	t, _ := r.peek(r.operand)
	return t.Kind == Punct && r.lex.Text[t.Start] == '('
}

// peek returns the next token, and the lexer behind it, without taking it.
func (r *reader) peek(operand bool) (Token, Lexer) {
	next := r.lex
	next.Operand = operand
	t := next.Next()
	r.lex.Steps = next.Steps
	return t, next
}

func (r *reader) punct(t Token, p string) bool {
	dot, infix := r.dot, r.infix
	r.dot, r.infix = false, false
	r.member(p)
	r.unpacks = r.unpacks && p == "="
	switch p {
	case "(", "[", "{":
		if r.depth == maxDepth {
			return false
		}
		r.open(t, p[0])
		return true
	case ")", "]", "}":
		r.close(p[0])
		return !infix && !dot // ":)" closes nothing
	case ".", "?.":
		r.dot = true
		return r.operand && !dot
	case ";", ",":
		r.argument()
		r.settle()
		r.operand, r.brace, r.control = false, false, false
		r.imports = r.imports && p == ","
		return true
	case "++", "--":
		return true
	case "+", "-", "...":
	case "!", "~":
		if r.operand && !r.brace && !t.Newline {
			return false
		}
	case "=", "+=", "||=", "&&=", "??=":
		if !r.operand {
			return false
		}
		r.assign(t)
	default: // what stands between operands
		if !r.operand || dot {
			return false
		}
		r.infix = true
	}
	r.operand, r.brace = false, false
	return true
}

// member notes a sink that p, the punctuator behind it, makes part of the bracket that is open: a key, the member
// of an object that JavaScript calls by itself, or one of two operands to choose from.
func (r *reader) member(p string) {
	if r.depth == 0 || !r.operand || r.brace {
		return
	}
	f := &r.stack[r.depth-1]
	switch p {
	case ":":
		if f.open == '{' {
			f.coerces = f.coerces || coercion(r.last(r.chain)) || r.symbol()
			f.holds = f.holds || r.names()
		}
	case "||", "&&", "??", "?":
		f.holds = f.holds || f.open == '(' && !f.call && !f.control && r.names()
	case "]", ",":
		f.holds = f.holds || f.open == '[' && !f.call && r.names()
	}
}

// names reports whether the operand is a sink by its name alone.
func (r *reader) names() bool { return !r.chain.computed && r.simple(r.chain) && Sink(r.last(r.chain)) }

// coercion reports whether a member of that name is called where its object is used as a primitive value: ECMA-262 7.1.1.
func coercion(name string) bool { return name == "toString" || name == "valueOf" || name == "toJSON" }

// symbol reports whether the operand is the key of a method that the language calls: [Symbol.toPrimitive].
func (r *reader) symbol() bool {
	return strings.HasPrefix(strings.TrimLeft(r.lex.Text[r.chain.start:], "[ "), "Symbol")
}

func (r *reader) open(t Token, c byte) {
	if c == '{' && r.extends && r.operand { // class extends alert {
		r.effect(Acts, int(r.chain.start), t.Stop)
	}
	r.extends = false
	f := frame{open: c, call: r.operand && !r.brace && c != '{', control: r.control, creates: r.creates, chain: r.chain}
	r.creates = false
	if !f.call {
		f.chain = literalAt(t.Start)
	} else if c == '(' && !f.control {
		r.call(t)
	}
	if c == '(' {
		r.control = false
	}
	r.stack[r.depth] = f
	r.depth++
	r.operand, r.brace, r.literal = false, false, false
}

func (r *reader) close(c byte) {
	if c != ']' {
		r.argument()
	}
	inner, literal := r.chain, r.literal
	r.operand, r.brace, r.literal = true, c == '}', false
	if r.depth == 0 {
		r.chain = literalAt(int(r.chain.start))
		return
	}
	r.depth--
	f := r.stack[r.depth]
	r.held(f, c)
	switch {
	case f.control && c == ')':
		r.operand = false
	case f.call && c == ')':
		r.chain = f.chain.called()
		if rest := r.lex.Text[r.lex.Pos:]; rest != "" && rest[0] == '(' && Sink(r.last(f.chain)) { // eval(x)(1)
			r.effect(Acts, int(f.chain.start), r.lex.Pos)
		}
	case f.call && c == ']':
		r.chain = f.chain
		r.chain.computed, r.chain.last, r.chain.lastEnd = true, 0, 0
		if literal {
			r.chain.last, r.chain.lastEnd = inner.last, inner.lastEnd
		}
	case c == ')': // (alert)(1): the last operand in the group is what is called
	default:
		r.chain = f.chain
	}
}

// settle notes a sink under another name, a=top.alert, or what only running it tells, a=top[x+y], when the operand
// that is assigned has been read.
func (r *reader) settle() {
	if r.gets && r.operand {
		r.sink = r.sink || !r.chain.computed && Sink(r.last(r.chain)) || r.chain.computed && scope(r.root(r.chain))
	}
	r.gets = false
}

// scope reports whether name is the global object, whose members are the functions of the browser.
func scope(name string) bool {
	switch name {
	case "window", "self", "top", "parent", "frames", "globalThis", "this":
		return true
	}
	return false
}

// held notes what becomes of the sink that the bracket f held, which c has closed.
func (r *reader) held(f frame, c byte) {
	r.unpacks = f.holds
	switch {
	case !f.holds:
	case c == ')' && r.calledNext(): // (alert||x)(1)
		r.effect(Acts, int(f.chain.start), r.lex.Pos)
	case c == ']': // [a]=[alert]; a bracket behind it would make it a link in Markdown
		r.sink = r.sink || !r.calledNext()
		if r.sink && r.threw { // throw[onerror]=[alert]
			r.effect(Acts, int(f.chain.start), r.lex.Pos)
		}
	}
}

// call notes the call of the chain that has been read; t is the parenthesis or template behind it.
func (r *reader) call(t Token) {
	c := r.chain
	root, last := r.root(c), r.last(c)
	prose := t.Kind == Template // more likely a quotation, `like this`, than a template with an unknown tag
	direct := last != "" && last == root && !c.computed
	switch {
	case root == "" && !c.computed && last == "", r.literal: // a number or a string is no function
	case Sink(last) && !(direct && t.Kind == Punct && r.plainArgument()), last == "constructor", r.sink,
		Loader(last) && r.loads(),
		Sink(root) && (last == "call" || last == "apply" || last == "bind"),
		prose && Global(root) && !direct && methodOf(last) == navigates && r.leads(t),
		Global(root) && c.computed:
		r.effect(Acts, int(c.start), t.Stop)
	case prose:
	case Global(root) && !direct && r.acts(methodOf(last)),
		root == "Reflect" && !direct,
		root == "this" && c.computed,
		root == "" && c.computed:
		r.effect(Acts, int(c.start), t.Stop)
	case root != "":
		r.effect(Calls, int(c.start), t.Stop)
	}
}

// acts reports whether a method with the argument that follows does something.
func (r *reader) acts(m method) bool {
	if m != navigates {
		return m == active
	}
	t, _ := r.peek(false)
	return r.leads(t)
}

// loads reports whether the argument that follows leads to another origin, or is made of something of the page's.
func (r *reader) loads() bool {
	t, _ := r.peek(false)
	text := r.lex.Text[t.Start:t.Stop]
	return t.Kind == Word && Value(text) || t.Kind == Template && strings.Contains(text, "${") ||
		(t.Kind == String || t.Kind == Template) && (strings.Contains(text, "//") || strings.Contains(text, `\`) || strings.Contains(text, ":"))
}

// leads reports whether a token is a URL, or a value that an attacker may have filled.
func (r *reader) leads(t Token) bool {
	text := r.lex.Text[t.Start:t.Stop]
	return (t.Kind == String || t.Kind == Template || t.Kind == Regexp) && strings.ContainsAny(text, `:/\%`) || t.Kind == Word && Value(text)
}

// plainArgument reports whether the argument that follows is a word such as honest text puts into brackets,
// "confirm(ed)", "alert(s)", or honest code hands to a timer, "setTimeout(wrap, 100)".
func (r *reader) plainArgument() bool {
	t, next := r.peek(false)
	word := next.Text[t.Start:t.Stop]
	if t.Kind != Word || Value(word) || Sink(word) || len(word) == 1 && word != "s" && Dialog(r.last(r.chain)) && r.last(r.chain) != "eval" {
		return false
	}
	next.Operand = true
	t = next.Next()
	return t.Kind == End || next.Text[t.Start] == ')' || next.Text[t.Start] == ','
}

// argument notes a sink that is handed to a method, [1].find(alert), Object.defineProperty(self,"x",{get:alert}),
// or put into an object. A function's name must look like code: "mail(confirm)" is none, addEventListener("x",alert) is.
func (r *reader) argument() {
	if !r.operand || r.depth == 0 || r.chain.computed || !r.simple(r.chain) || !Sink(r.last(r.chain)) {
		return
	}
	f := r.stack[r.depth-1]
	if f.coerces { // ({toString:alert})+""
		r.effect(Acts, int(r.chain.start), r.lex.Pos)
	}
	if f.open == '{' {
		r.sink = true
		if r.depth > 1 {
			f = r.stack[r.depth-2]
		}
	}
	if f.call && f.open == '(' && (!r.simple(f.chain) || innerCapital(r.last(f.chain)) || f.creates && calls(r.last(f.chain))) {
		r.effect(Acts, int(f.chain.start), r.lex.Pos)
	}
}

// calls reports whether a constructor of the language calls what it is given: ECMA-262 27.2.3.1 and 28.2.1.1.
func calls(constructor string) bool { return constructor == "Promise" || constructor == "Proxy" }

func innerCapital(s string) bool {
	for i := 1; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' && 'a' <= s[i-1] && s[i-1] <= 'z' {
			return true
		}
	}
	return false
}

// assign notes an assignment to the chain that has been read; t is the operator.
func (r *reader) assign(t Token) {
	c := r.chain
	root, last := r.root(c), r.last(c)
	v, _ := r.peek(false)
	text := r.lex.Text[v.Start:v.Stop]
	goes := r.leads(v)
	acts := false
	switch last {
	case "location":
		acts = goes
	case "href", "hash":
		acts = goes && Global(root)
	case "cookie", "domain":
		acts = root == "document"
	case "src", "action":
		acts = goes && strings.Contains(text, "//") || root == "document" && (text == "http" || text == "https")
	case "innerHTML", "outerHTML", "srcdoc":
		acts = !r.simple(c) || v.Kind == Word && Value(text)
	case "formAction":
		acts = goes
	case "textContent", "innerText":
		acts = root == "document"
	}
	if v.Kind == String && strings.HasPrefix(text[1:], "javascript") && (last == "protocol" || strings.HasPrefix(text[1:], "javascript:")) {
		acts = true
	}
	r.sink = r.sink || r.unpacks && Global(text) // {alert:a}=window
	if v.Kind == Word && Sink(text) {
		r.sink = true
		acts = acts || len(last) > 4 && strings.HasPrefix(last, "on") || last == "valueOf" || last == "toString" ||
			Global(root) && !r.simple(c) && Dialog(text) && text != last // "self.prompt = prompt" only keeps it
	}
	r.gets = true
	if acts {
		r.effect(Acts, int(c.start), v.Stop)
	} else if !r.literal && (last != "" || c.computed) {
		r.effect(Sets, int(c.start), t.Stop)
	}
}

// root is the first name of a chain, last the name that a call of it would call.
func (r *reader) root(c chain) string { return r.lex.Text[c.start:c.rootEnd] }

func (r *reader) last(c chain) string { return r.lex.Text[c.last:c.lastEnd] }

// simple reports whether the chain is one name or none.
func (r *reader) simple(c chain) bool { return r.last(c) == r.root(c) }

func (r *reader) effect(e Effect, start, end int) {
	if e > r.p.Effect {
		r.p.Effect, r.p.Start, r.p.End = e, start, end
	}
}
