// Package expr judges what stands between the delimiters of a template or expression language: a lone name,
// as honest mail merges write it, or an expression that computes, calls or reaches into an object. The
// languages (Jinja2, Twig, FreeMarker, Velocity, ERB, SpEL, OGNL, JavaScript, …) agree on these marks.
package expr

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// Effect says what an expression does, the strongest thing that was seen in it.
type Effect int

// The effects, from none to beyond doubt.
const (
	None    Effect = iota // nothing that is an expression: blank, prose
	Name                  // one name, .name or number
	Range                 // 5-7, 1/2: arithmetic, or just how people write
	Literal               // 'x': nothing but a string
	Field                 // a.b
	Filter                // a|b
	Assign                // a=b
	Compute               // 7*7, 'a'+'b', a==1
	Index                 // a[0], a['b']
	Call                  // f(x), 'x'.f, new X
)

// Judgement is the answer of Judge.
type Judgement struct {
	Effect Effect
	Name   string // the only name of an expression that is a Name, or the first name of any other
	Work   int    // bytes looked at
}

type kind byte

const (
	start kind = iota
	ident
	number
	text
	closing // ) ] }
	opening // ( [ {
	dot
	operator
	other
)

// state is what the judge remembers of the expression so far.
type state struct {
	s       string
	j       Judgement
	prev    kind
	prevEnd int  // where the previous token ends
	op      byte // a binary operator that waits for its right side, or 0
	opLeft  kind
	opGlued bool
	names   int
	tokens  int
	waiting string // an operator that is a word and waits for its right side
	depth   int    // brackets that are open
	glued   bool   // the dot before this token stands right behind an operand
	over    bool   // no expression goes on like this
	zero    bool   // the number that is read is 0
}

// maxBody bounds how much of one expression is read.
const maxBody = 2048

// Judge judges the expression s, without its delimiters. It reads each byte once, and no more than maxBody.
func Judge(s string) Judgement {
	s = s[:min(len(s), maxBody)]
	st := state{s: s}
	if strings.Contains(s[:min(len(s), 64)], `"$@"`) {
		return Judgement{Work: min(len(s), 64)} // ${1+"$@"}: the idiom of old shell scripts
	}
	i := 0
	for i < len(s) && st.j.Effect < Call && !st.over {
		i = st.token(i)
	}
	st.j.Work = i + 1
	if st.j.Effect == None && st.names == 1 && st.tokens == 1 || st.j.Effect == None && st.names == 0 && st.tokens == 1 && st.prev == number {
		st.j.Effect = Name
	}
	if st.prev == text && st.tokens == 1 {
		st.j.Effect = Literal
	}
	return st.j
}

func (st *state) rise(e Effect) { st.j.Effect = max(st.j.Effect, e) }

// token reads one token at i and returns its end.
func (st *state) token(i int) int {
	s := st.s
	c := s[i]
	switch {
	case lex.IsSpace(c):
		return i + 1
	case lex.IsLetter(c) || c == '_' || c == '$' || c >= 0x80 || (c == '@' || c == '#') && lex.IsLetter(lex.At(s, i+1)):
		return st.ident(i)
	case lex.IsDigit(c):
		return st.number(i)
	case c == '\'' || c == '"' || c == '`' || c == '\\' && (lex.At(s, i+1) == '\'' || lex.At(s, i+1) == '"'):
		return st.text(i)
	case c == '\\':
		st.over = true
		st.j.Effect = None // no language has it outside of texts: a drawing, LaTeX
	case c == '(' || c == '[' || c == '{':
		st.depth++
		st.open(i, c)
		st.push(opening, i+1)
	case c == ')' || c == ']' || c == '}':
		st.depth--
		st.over = st.depth < 0
		st.push(closing, i+1)
	case c == '.':
		if st.prev == text || st.prev == closing && st.prevEnd == i && lex.IsLetter(lex.At(s, i+1)) {
			if lex.IsLetter(lex.At(s, i+1)) || lex.At(s, i+1) == '_' {
				st.rise(Call)
			}
		} else if st.prev == closing && st.prevEnd == i && lex.At(s, i+1) == '"' {
			st.rise(Call) // Handlebars: []."constructor"
		}
		st.glued = st.prevEnd == i && (st.prev == ident || st.prev == closing || st.prev == text || st.prev == number)
		st.push(dot, i+1)
	default:
		return st.operator(i, c)
	}
	return i + 1
}

func (st *state) push(k kind, end int) {
	if k == text && st.waiting != "" && st.waiting != "is" || k == number && Has("eq ne lt gt le ge div mod", st.waiting) || st.waiting == ":" && k != operator {
		st.rise(Compute)
	}
	if st.op != 0 && (k == ident || k == number || k == text || k == opening) {
		st.operate(k)
	}
	st.prev, st.prevEnd = k, end
	st.tokens++
}

func (st *state) ident(i int) int {
	s := st.s
	end := i + 1
	for end < len(s) && (lex.IsWord(s[end]) || s[end] == '$' || s[end] >= 0x80) {
		end++
	}
	name := s[i:end]
	switch {
	case st.prev == dot && st.prevEnd == i && st.glued:
		st.rise(Field)
		if strings.HasPrefix(name, "__") {
			st.rise(Call) // Python's way to everything
		}
	case st.names == 0:
		st.j.Name = name
	}
	if name == "new" && end < len(s) && lex.IsSpace(s[end]) && lex.IsLetter(lex.At(s, end+1)) {
		st.rise(Field)
	}
	if s[i] == '#' && st.names == 0 && i == 0 {
		st.rise(Field) // a variable of OGNL or SpEL
	}
	if s[i] == '@' && lex.At(s, end) == '@' {
		st.rise(Call) // @class@method
	}
	st.word(name)
	st.names++
	st.push(ident, end)
	return end
}

// word handles the operators that are words, in Jinja2, Twig and EL, between operands of which one is a literal:
// 'g' in gift, 1 if gift else 2, gift is defined. Between names they are prose.
func (st *state) word(name string) {
	switch {
	case (st.prev == text || st.prev == number) && st.waiting == "" && Has("if unless", name), st.prev == text && Has("in not is matches starts ends and or eq ne", name):
		st.waiting = name
	case name == "else" && Has("if unless", st.waiting):
		st.rise(Compute)
	case st.waiting == "is" && Has("defined undefined none null string number mapping iterable sequence callable divisibleby odd even sameas empty", name):
		st.rise(Compute)
	case st.prev == ident && name == "is" && st.names == 1, st.prev == number && Has("eq ne lt gt le ge div mod", name):
		st.waiting = name
	}
}

func (st *state) number(i int) int {
	end := i
	for end < len(st.s) && (lex.IsWord(st.s[end]) || st.s[end] == '.' && lex.IsDigit(lex.At(st.s, end+1))) {
		end++
	}
	for k := i; k < end; k++ {
		if lex.IsLetter(st.s[k]) && !lex.HasPrefix(st.s, i, "0x") {
			st.names++
			st.push(ident, end) // 7th, 2nd
			return end
		}
	}
	st.zero = st.s[i:end] == "0"
	st.push(number, end)
	return end
}

func (st *state) text(i int) int {
	s := st.s
	escaped := s[i] == '\\'
	if escaped {
		i++
	}
	q := s[i]
	end := i + 1
	for end < len(s) && s[end] != q {
		if s[end] == '\\' && end+1 < len(s) && !escaped {
			end++
		}
		end++
	}
	if end >= len(s) {
		st.push(other, len(s)) // an apostrophe
		return len(s)
	}
	st.push(text, end+1)
	return end + 1
}

// open handles an opening bracket: a call or an index when it stands directly behind an operand.
func (st *state) open(i int, c byte) {
	glued := st.prevEnd == i
	operand := st.prev == ident || st.prev == closing || st.prev == text
	switch {
	case c == '(' && operand && glued:
		st.rise(Call)
	case c == '[' && operand && glued && (st.prev != text || strings.IndexByte("'\":-", lex.At(st.s, i+1)) >= 0) && lex.At(st.s, i+1) != '@' && lex.At(st.s, i+1) != '*':
		st.rise(Index)
	}
}

// operator reads an operator; its right side decides whether it computes.
func (st *state) operator(i int, c byte) int {
	s := st.s
	end := i + 1
	switch c {
	case '-':
		if lex.At(s, end) == '>' && lex.IsLetter(lex.At(s, end+1)) && st.prevEnd == i && st.prev == ident {
			st.rise(Field) // PHP's arrow
			end++
		} else if lex.At(s, end) == '-' {
			end++
		}
	case '*', '+', '/', '%', '~', '^', '<', '>':
		if lex.At(s, end) == c || (c == '<' || c == '>') && lex.At(s, end) == '=' {
			end++
		}
	case '=', '!', '&':
		if lex.At(s, end) == '=' || c == '&' && lex.At(s, end) == '&' {
			end++
		} else if c != '=' {
			st.push(other, end)
			return end
		}
	case '|':
		if lex.At(s, end) == '|' {
			end++
		}
	case '?':
		if (lex.IsLetter(lex.At(s, end)) || lex.At(s, end) == '.') && st.prevEnd == i && (st.prev == text || st.prev == closing || st.prev == ident) {
			st.rise(Filter) // FreeMarker's built-ins: x?api
		}
	case ':':
		if st.waiting == "?" && (st.prev == number || st.prev == text) {
			st.waiting = ":" // the else of a condition
		}
		st.prev, st.prevEnd = other, end
		st.tokens++
		return end
	default:
		st.push(other, end)
		return end
	}
	if c == '?' && lex.IsBlank(lex.At(s, end)) && lex.IsBlank(lex.At(s, i-1)) {
		st.waiting = "?"
	}
	if st.prev == ident || st.prev == number || st.prev == text || st.prev == closing {
		st.op, st.opLeft, st.opGlued = c, st.prev, st.prevEnd == i && end < len(s) && !lex.IsSpace(s[end])
		if end-i == 2 && c != '/' && c != '-' {
			st.op = 'o'
		}
	}
	st.prev, st.prevEnd = operator, end
	st.tokens++
	return end
}

// operate weighs a binary operator when its right operand arrives.
func (st *state) operate(right kind) {
	c, left := st.op, st.opLeft
	st.op = 0
	literal := (left == number || left == text || left == closing) && right != ident || right == text && left != number
	switch {
	case c == 'o':
		if literal || st.opGlued {
			st.rise(Compute)
		}
	case c == '|':
		if right == ident {
			st.rise(Filter)
		}
	case c == '=':
		if left == ident && right != opening {
			st.rise(Assign)
		}
	case c == '?':
		if literal {
			st.rise(Compute)
		}
	case c == '/' && left == number && right == number && st.zero:
		st.rise(Compute) // 7/0: no range, and no date
	case (c == '-' || c == '/') && left == number && right == number:
		st.rise(Range)
	case c == '-' || c == '<' || c == '>':
		if literal {
			st.rise(Compute)
		}
	case literal, st.opGlued && left == number && c == '*', left == number && right == text:
		st.rise(Compute)
	}
}

// Has reports whether the list, words between blanks, holds name.
func Has(list, name string) bool {
	for i := 0; name != "" && i+len(name) <= len(list); {
		k := strings.Index(list[i:], name)
		if k < 0 {
			return false
		}
		i += k
		if (i == 0 || list[i-1] == ' ') && (i+len(name) == len(list) || list[i+len(name)] == ' ') {
			return true
		}
		i++
	}
	return false
}
