// Package jsonwalk reads one JSON text strictly, string by string, with bounds. It is what the guard and the
// account check see a body through.
//
// Strict means RFC 8259 with the promises of RFC 7493: valid UTF-8, no name twice in an object, no surrogate
// without its partner, no noncharacter, nothing behind the value, no byte order mark. Two parsers that both
// accept such a text agree about what it says.
package jsonwalk

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
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
	dec    *jsontext.Decoder
	buf    bytes.Buffer
	text   string
	frames []frame
	keys   int
	plain  []byte // a string while it is decoded
	wrote  int    // the longest of them
}

// frame is one open object or array.
type frame struct {
	object bool
	named  bool   // in an object: the name was read, the value is next
	name   string // in an object: the last name, decoded
	index  int    // in an array: of the value that is read now
}

// keptPlain is the largest buffer that is kept for the next text.
const keptPlain = 128 << 10

// walkers keep the decoder's own memory from one text to the next. Nothing of a text stays in them.
var walkers = sync.Pool{New: func() any { return &Walker{dec: jsontext.NewDecoder(new(bytes.Buffer))} }}

// Walk reads text and calls visit for every name, string and number in order. data holds the same bytes as
// text; it is only read. Walk stops at the first error, visit's own included, which it returns as it is; its
// own errors are of type *Error. The work is linear in len(text).
func Walk(data []byte, text string, limits Limits, visit func(*Walker, Token) error) error {
	w := walkers.Get().(*Walker)
	w.buf = *bytes.NewBuffer(data)
	w.dec.Reset(&w.buf)
	w.text, w.keys = text, 0
	err := w.walk(limits, visit)
	clear(w.frames[:cap(w.frames)])
	w.frames = w.frames[:0]
	if cap(w.plain) > keptPlain {
		w.plain = nil
	}
	clear(w.plain[:min(w.wrote, cap(w.plain))])
	w.wrote = 0
	w.text, w.buf = "", bytes.Buffer{}
	w.dec.Reset(&w.buf)
	walkers.Put(w)
	return err
}

func (w *Walker) walk(limits Limits, visit func(*Walker, Token) error) error {
	for {
		kind := w.dec.PeekKind()
		switch kind {
		case '{', '[', '}', ']', 'n', 't', 'f':
			if _, err := w.dec.ReadToken(); err != nil {
				return w.refusal(err)
			}
		case '"', '0':
			if err := w.scalar(kind, limits, visit); err != nil {
				return err
			}
		default:
			_, err := w.dec.ReadToken()
			return w.refusal(err)
		}
		if kind == '{' || kind == '[' {
			if limits.Depth > 0 && len(w.frames) >= limits.Depth {
				return w.err(ReasonDepth)
			}
			w.frames = append(w.frames, frame{object: kind == '{'})
			continue
		}
		if kind == '}' || kind == ']' {
			w.frames = w.frames[:len(w.frames)-1]
		}
		if w.valueDone(kind) {
			return w.end()
		}
	}
}

// valueDone moves on behind a value or a name; true when the whole value is read.
func (w *Walker) valueDone(kind jsontext.Kind) bool {
	if len(w.frames) == 0 {
		return true
	}
	f := &w.frames[len(w.frames)-1]
	switch {
	case !f.object:
		f.index++
	case kind == '"' && !f.named:
		f.named = true
	default:
		f.named = false
	}
	return false
}

// end makes sure that nothing but white space follows.
func (w *Walker) end() error {
	if strings.TrimLeft(w.text[w.dec.InputOffset():], " \t\r\n") != "" {
		return &Error{Reason: ReasonTrailing}
	}
	return nil
}

func (w *Walker) scalar(kind jsontext.Kind, limits Limits, visit func(*Walker, Token) error) error {
	raw, err := w.dec.ReadValue()
	if err != nil {
		return w.refusal(err)
	}
	end := int(w.dec.InputOffset())
	t := Token{Start: end - len(raw), End: end}
	if kind == '0' {
		if len(raw) > MaxNumber || bytes.ContainsAny(raw, "eE") {
			return w.err(ReasonNumber)
		}
		t.Kind, t.Text = Number, w.text[t.Start:t.End]
		return visit(w, t)
	}
	t.Kind, t.Text = String, w.text[t.Start+1:t.End-1]
	if bytes.IndexByte(raw, '\\') >= 0 {
		if w.plain, err = jsontext.AppendUnquote(w.plain[:0], raw); err != nil {
			return w.err(ReasonUTF8)
		}
		t.Text = string(w.plain)
		w.wrote = max(w.wrote, len(w.plain))
	}
	if len(w.frames) > 0 {
		if f := &w.frames[len(w.frames)-1]; f.object && !f.named {
			t.Kind, f.name = Name, t.Text
			w.keys++
			if limits.Keys > 0 && w.keys > limits.Keys {
				return &Error{Reason: ReasonKeys}
			}
		}
	}
	if limits.String > 0 && len(t.Text) > limits.String {
		return w.err(ReasonString)
	}
	if hasNoncharacter(t.Text) {
		return w.err(ReasonNoncharacter)
	}
	return visit(w, t)
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

// refusal turns an error of the decoder into ours.
func (w *Walker) refusal(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		pointer := ""
		if errors.As(err, &syntax) {
			pointer = string(syntax.JSONPointer)
		}
		return &Error{Reason: ReasonDuplicate, Pointer: pointer}
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
