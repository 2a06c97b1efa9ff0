// Package jsonwalk reads one JSON text strictly, string by string, with bounds. It is what the guard and the
// account check see a body through.
//
// Strict means RFC 8259 with the promises of RFC 7493: valid UTF-8, no name twice in an object, no surrogate
// without its partner, no noncharacter, nothing behind the value, no byte order mark. Two parsers that both
// accept such a text agree about what it says.
//
// jsontext's decoder would do the same at more than twice the cost, which every request would pay. The tests hold this one
// against it: the same texts are accepted, and the same strings are read.
package jsonwalk

import (
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Limits bound a text. A limit of 0 means none.
type Limits struct {
	Depth  int // objects and arrays inside each other
	Keys   int // names in all objects together
	String int // bytes of one decoded string or name
}

// MaxNumber is the longest number, in bytes. One with an exponent is refused too: 1e999999999 is short and
// ruins whoever converts it to a decimal. What is left lies within float64 by its length.
const MaxNumber = 32

// The reasons of an [Error].
const (
	ReasonSyntax       = "json.syntax"
	ReasonEmpty        = "json.empty"
	ReasonTrailing     = "json.trailing"
	ReasonDuplicate    = "json.duplicate_name"
	ReasonUTF8         = "json.utf8"
	ReasonNoncharacter = "json.noncharacter"
	ReasonDepth        = "json.depth"
	ReasonKeys         = "json.keys"
	ReasonString       = "json.string"
	ReasonNumber       = "json.number"
)

// Error says why a text was refused. It holds no part of the text but the pointer's names.
type Error struct {
	Reason  string
	Pointer string // RFC 6901, to where it was noticed
}

func (e *Error) Error() string { return e.Reason }

// Kind tells what a [Token] is.
type Kind uint8

// The kinds of tokens that are visited.
const (
	Name Kind = iota
	String
	Number
)

// Token is a name, a string or a number. Text is decoded; it shares memory with the text that was given when
// there was nothing to decode.
type Token struct {
	Kind       Kind
	Text       string
	Start, End int // the raw token in the text, quotes included
}

// Walker is handed to the visitor, which may ask where it is. It is valid during the visit only.
type Walker struct {
	text   string
	limits Limits
	frames []frame
	names  []string // of the open objects, innermost last
	deep   int      // so many frames were in use
	many   int      // so many names were in use
	keys   int
}

// frame is one open object or array.
type frame struct {
	object bool
	first  int // in an object: where its names begin in Walker.names
	more   map[string]struct{}
	name   string // in an object: the last name, decoded
	index  int    // in an array: of the value that is read now
}

const (
	keptNames = 4 << 10 // the longest list of names that is kept for the next text
	// maxNesting bounds a text for which Limits.Depth has no bound. The decoder behind the guard has the same.
	maxNesting = 10_000
)

// walkers keep a walker's own memory from one text to the next. Nothing of a text stays in them.
var walkers = sync.Pool{New: func() any { return new(Walker) }}

// Walk reads text and calls visit for every name, string and number in order. It stops at the first
// error, visit's own included, which it returns as it is; its own errors are of type *Error. The work is linear in
// len(text).
func Walk(text string, limits Limits, visit func(*Walker, Token) error) error {
	w := walkers.Get().(*Walker)
	w.text, w.limits = text, limits
	if limits.Depth <= 0 || limits.Depth > maxNesting {
		w.limits.Depth = maxNesting
	}
	err := w.walk(visit)
	w.release()
	walkers.Put(w)
	return err
}

// visitor is passed on and kept nowhere, so that a closure needs no allocation.
type visitor = func(*Walker, Token) error

// release lets go of the text and of everything that was made from it.
func (w *Walker) release() {
	w.text, w.keys = "", 0
	clear(w.frames[:w.deep])
	clear(w.names[:w.many])
	w.frames, w.names, w.deep, w.many = w.frames[:0], w.names[:0], 0, 0
	if cap(w.names) > keptNames {
		w.names = nil
	}
}

// walk reads the whole text. It goes from value to value and not from call to call, so that depth costs no stack.
func (w *Walker) walk(visit visitor) error {
	i := w.space(0)
	for {
		var err error
		var opened bool
		if i, opened, err = w.value(i, visit); err != nil {
			return err
		}
		for !opened {
			if len(w.frames) == 0 {
				return w.end(i)
			}
			var more bool
			if i, more, err = w.behind(i, visit); err != nil {
				return err
			}
			if more {
				break
			}
		}
	}
}

// value reads what begins at i: a whole scalar or empty container, or (opened is then true) what stands before the
// first value of a container.
func (w *Walker) value(i int, visit visitor) (next int, opened bool, err error) {
	switch c := w.at(i); {
	case c == '"':
		next, err = w.str(i, String, visit)
	case c == '{' || c == '[':
		return w.open(i, c == '{', visit)
	case c == '-' || c >= '0' && c <= '9':
		next, err = w.number(i, visit)
	case c == 't':
		next, err = w.literal(i, "true")
	case c == 'f':
		next, err = w.literal(i, "false")
	case c == 'n':
		next, err = w.literal(i, "null")
	default:
		err = w.broken()
	}
	return next, false, err
}

func (w *Walker) open(i int, object bool, visit visitor) (next int, opened bool, err error) {
	if len(w.frames) >= w.limits.Depth {
		return i, false, w.err(ReasonDepth)
	}
	w.frames = append(w.frames, frame{object: object, first: len(w.names)})
	w.deep = max(w.deep, len(w.frames))
	i = w.space(i + 1)
	if c := w.at(i); object && c == '}' || !object && c == ']' {
		w.close()
		return i + 1, false, nil
	}
	if object {
		i, err = w.member(i, visit)
	}
	return i, err == nil, err
}

func (w *Walker) close() {
	last := len(w.frames) - 1
	w.names = w.names[:w.frames[last].first]
	w.frames = w.frames[:last]
}

// behind reads what follows a value in a container: a comma and what stands before the next value (more is then
// true), or the container's end.
func (w *Walker) behind(i int, visit visitor) (next int, more bool, err error) {
	i = w.space(i)
	f := &w.frames[len(w.frames)-1]
	switch c := w.at(i); {
	case c == ',' && f.object:
		i, err = w.member(w.space(i+1), visit)
		return i, err == nil, err
	case c == ',':
		f.index++
		return w.space(i + 1), true, nil
	case c == '}' && f.object, c == ']' && !f.object:
		w.close()
		return i + 1, false, nil
	}
	return i, false, w.broken()
}

// member reads a name and its colon.
func (w *Walker) member(i int, visit visitor) (next int, err error) {
	if w.at(i) != '"' {
		return i, w.broken()
	}
	if i, err = w.str(i, Name, visit); err != nil {
		return i, err
	}
	if i = w.space(i); w.at(i) != ':' {
		return i, w.broken()
	}
	return w.space(i + 1), nil
}

// at is the byte at i, 0 behind the end: no JSON text has one outside of a string's escapes.
func (w *Walker) at(i int) byte {
	if i < len(w.text) {
		return w.text[i]
	}
	return 0
}

// space is where the white space at i ends.
func (w *Walker) space(i int) int {
	for i < len(w.text) && w.text[i] <= ' ' && (w.text[i] == ' ' || w.text[i] == '\n' || w.text[i] == '\t' || w.text[i] == '\r') {
		i++
	}
	return i
}

// end makes sure that nothing but white space follows.
func (w *Walker) end(i int) error {
	if w.space(i) != len(w.text) {
		return &Error{Reason: ReasonTrailing}
	}
	return nil
}

func (w *Walker) literal(i int, word string) (int, error) {
	if !strings.HasPrefix(w.text[i:], word) {
		return i, w.broken()
	}
	return i + len(word), nil
}

// number reads a number (RFC 8259, section 6).
func (w *Walker) number(i int, visit visitor) (int, error) {
	start, exponent := i, false
	if w.at(i) == '-' {
		i++
	}
	whole := i
	if i = w.digits(i); i == whole {
		return i, w.broken()
	}
	if w.text[whole] == '0' {
		i = whole + 1 // a digit behind it is an error of its own
	}
	if w.at(i) == '.' {
		fraction := i + 1
		if i = w.digits(fraction); i == fraction {
			return i, w.broken()
		}
	}
	if w.at(i)|0x20 == 'e' {
		exponent = true
		if i++; w.at(i) == '+' || w.at(i) == '-' {
			i++
		}
		power := i
		if i = w.digits(i); i == power {
			return i, w.broken()
		}
	}
	if exponent || i-start > MaxNumber {
		return i, w.err(ReasonNumber)
	}
	return i, visit(w, Token{Number, w.text[start:i], start, i})
}

func (w *Walker) digits(i int) int {
	for i < len(w.text) && w.text[i] >= '0' && w.text[i] <= '9' {
		i++
	}
	return i
}

// str reads a name or string that begins at i.
func (w *Walker) str(i int, kind Kind, visit visitor) (int, error) {
	end, wide := plainEnd(w.text, i+1)
	t := Token{Kind: kind, Start: i}
	if w.at(end) == '"' {
		t.Text = w.text[i+1 : end]
	} else {
		var ok bool
		if t.Text, end, wide, ok = w.unquote(i+1, end, wide); !ok {
			return end, w.broken()
		}
	}
	t.End = end + 1
	if wide && !utf8.ValidString(w.text[i+1:end]) {
		return i, w.err(ReasonUTF8)
	}
	if kind == Name {
		if err := w.named(t.Text); err != nil {
			return i, err
		}
	}
	if w.limits.String > 0 && len(t.Text) > w.limits.String {
		return i, w.err(ReasonString)
	}
	if len(t.Text) > 2 && (wide || t.End-i-2 != len(t.Text)) && hasNoncharacter(t.Text) {
		return i, w.err(ReasonNoncharacter)
	}
	return t.End, visit(w, t)
}

// few is how many names of an object are compared one by one. Behind it a table is made.
const few = 32

// named notes a name of the innermost object. One that the object has already is an error.
func (w *Walker) named(name string) error {
	f := &w.frames[len(w.frames)-1]
	f.name = name
	if w.keys++; w.limits.Keys > 0 && w.keys > w.limits.Keys {
		return &Error{Reason: ReasonKeys}
	}
	own := w.names[f.first:]
	twice := false
	if f.more != nil {
		_, twice = f.more[name]
	} else {
		for _, x := range own {
			twice = twice || x == name
		}
	}
	if twice {
		return w.err(ReasonDuplicate)
	}
	switch {
	case f.more != nil:
		f.more[name] = struct{}{}
	case len(own) < few:
		w.names = append(w.names, name)
		w.many = max(w.many, len(w.names))
	default:
		f.more = make(map[string]struct{}, 2*few)
		for _, x := range own {
			f.more[x] = struct{}{}
		}
		f.more[name] = struct{}{}
	}
	return nil
}

// hasNoncharacter looks for U+FDD0 to U+FDEF and the last two code points of each plane in valid UTF-8.
// RFC 7493, section 2.1, forbids them.
func hasNoncharacter(s string) bool {
	if strings.IndexByte(s, 0xBF) < 0 && strings.IndexByte(s, 0xB7) < 0 {
		return false // every noncharacter has one of these bytes
	}
	for _, r := range s {
		if r >= 0xFDD0 && r <= 0xFDEF || r&0xFFFE == 0xFFFE {
			return true
		}
	}
	return false
}

func (w *Walker) err(reason string) error { return &Error{Reason: reason, Pointer: w.Pointer()} }

// broken is the error for what no JSON text has.
func (w *Walker) broken() error {
	switch {
	case strings.TrimLeft(w.text, " \t\r\n") == "":
		return &Error{Reason: ReasonEmpty}
	case !utf8.ValidString(w.text):
		return w.err(ReasonUTF8)
	}
	return w.err(ReasonSyntax)
}

// Pointer is the RFC 6901 pointer to the value that is visited; for a name, to the member it begins.
func (w *Walker) Pointer() string {
	var b strings.Builder
	for i := range w.frames {
		f := &w.frames[i]
		b.WriteByte('/')
		if f.object {
			b.WriteString(escape.Replace(f.name))
		} else {
			b.WriteString(strconv.Itoa(f.index))
		}
	}
	return b.String()
}

var escape = strings.NewReplacer("~", "~0", "/", "~1")

// Depth is how many objects and arrays are open.
func (w *Walker) Depth() int { return len(w.frames) }

// Step is the name or index at a level, 0 being the outermost. object tells which.
func (w *Walker) Step(level int) (name string, index int, object bool) {
	f := &w.frames[level]
	return f.name, f.index, f.object
}
