// Package markup tokenises HTML as a browser does and says where in the text everything stands.
//
// It follows the WHATWG HTML Living Standard, section 13.2.5 (Tokenization). golang.org/x/net/html implements
// the same section but keeps no offsets, cannot begin inside a tag, and drops a tag that the text cuts off;
// all three matter to a detector, because an injected string begins in the middle of a page and goes on with
// the rest of it. A fuzz target holds the two against each other.
//
// Only tags come out. Text, comments, doctypes and processing instructions are passed over. Character
// references are left as they are.
package markup

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// Tag is a start tag or an end tag. All numbers are byte offsets into the text.
type Tag struct {
	Start   int  // of its "<"
	Name    int  // of its first letter
	NameEnd int  // behind its last
	Closing bool // an end tag, "</name"
}

// Attr is an attribute. An attribute without "=" has an empty value and HasValue false.
type Attr struct {
	Name, NameEnd   int
	Value, ValueEnd int
	HasValue        bool
}

// Tags walks through the tags of a text that begins as element content ("data state").
type Tags struct {
	text string
	pos  int
	raw  string // the element whose raw text is open, or ""
}

// NewTags makes the walk.
func NewTags(text string) Tags { return Tags{text: text} }

// Next returns the next tag. The caller hands its end, as Attrs found it, to Skip before it calls Next again.
func (t *Tags) Next() (Tag, bool) {
	if t.raw != "" {
		t.pos = endOfRaw(t.text, t.pos, t.raw)
		t.raw = ""
	}
	for {
		i := strings.IndexByte(t.text[t.pos:], '<')
		if i < 0 {
			t.pos = len(t.text)
			return Tag{}, false
		}
		t.pos += i
		if tag, ok := TagAt(t.text, t.pos); ok {
			return tag, true
		}
		t.pos = endOfMarkup(t.text, t.pos)
	}
}

// Skip goes on behind the tag, which ends at end.
func (t *Tags) Skip(tag Tag, end int) {
	t.pos = end
	if tag.Closing {
		return
	}
	t.raw = rawElement(t.text[tag.Name:tag.NameEnd])
	if t.raw == "plaintext" {
		t.pos = len(t.text)
	}
}

// TagAt reads the beginning of a tag at the "<" at offset i: 13.2.5.6 to 13.2.5.8.
func TagAt(s string, i int) (Tag, bool) {
	t := Tag{Start: i, Name: i + 1}
	if t.Name < len(s) && s[t.Name] == '/' {
		t.Closing = true
		t.Name++
	}
	if t.Name >= len(s) || !lex.IsLetter(s[t.Name]) {
		return Tag{}, false
	}
	for t.NameEnd = t.Name; t.NameEnd < len(s); t.NameEnd++ {
		if c := s[t.NameEnd]; lex.IsHTMLSpace(c) || c == '/' || c == '>' {
			break
		}
	}
	return t, true
}

// NextAttr reads one attribute from offset i on, in the "before attribute name" state, 13.2.5.32 and
// following. It returns ok false where the tag ends; next is the offset to go on from.
func NextAttr(s string, i int) (a Attr, next int, ok bool) { return nextAttr(s, i, ' ') }

// NextFormAttr is NextAttr for a tag that is still encoded as the value of a form, where "+" is a blank
// (WHATWG URL 5.1).
func NextFormAttr(s string, i int) (a Attr, next int, ok bool) { return nextAttr(s, i, '+') }

func nextAttr(s string, i int, blank byte) (a Attr, next int, ok bool) {
	for i < len(s) && (lex.IsHTMLSpace(s[i]) || s[i] == '/' || s[i] == blank) {
		i++
	}
	if i >= len(s) {
		return Attr{}, len(s), false
	}
	if s[i] == '>' {
		return Attr{}, i + 1, false
	}
	a.Name = i
	for i++; i < len(s); i++ { // a leading "=" belongs to the name
		if c := s[i]; lex.IsHTMLSpace(c) || c == '/' || c == '>' || c == '=' || c == blank {
			break
		}
	}
	a.NameEnd = i
	j := skipBlank(s, i, blank)
	if j >= len(s) || s[j] != '=' {
		a.Value, a.ValueEnd = i, i
		return a, i, true
	}
	a.HasValue = true
	i = skipBlank(s, j+1, blank)
	if i < len(s) && (s[i] == '"' || s[i] == '\'') {
		a.Value = i + 1
		if n := strings.IndexByte(s[a.Value:], s[i]); n >= 0 {
			a.ValueEnd = a.Value + n
			return a, a.ValueEnd + 1, true
		}
		a.ValueEnd = len(s)
		return a, len(s), true
	}
	a.Value = i
	for i < len(s) && !lex.IsHTMLSpace(s[i]) && s[i] != '>' && s[i] != blank {
		i++
	}
	a.ValueEnd = i
	return a, i, true
}

func skipBlank(s string, i int, blank byte) int {
	for i < len(s) && (lex.IsHTMLSpace(s[i]) || s[i] == blank) {
		i++
	}
	return i
}

// endOfMarkup returns where tokenisation goes on behind a "<" at i that begins no tag: behind the comment,
// the doctype or the bogus comment, or behind the "<" itself.
func endOfMarkup(s string, i int) int {
	rest := s[i+1:]
	switch {
	case strings.HasPrefix(rest, "!--"):
		return endOfComment(s, i+4)
	case strings.HasPrefix(rest, "!"), strings.HasPrefix(rest, "?"), strings.HasPrefix(rest, "/") && len(rest) > 1:
		if n := strings.IndexByte(rest, '>'); n >= 0 {
			return i + 1 + n + 1
		}
		return len(s)
	}
	return i + 1
}

// endOfComment returns the offset behind the comment whose text begins at i: 13.2.5.43 and following.
func endOfComment(s string, i int) int {
	for _, short := range []string{">", "->"} {
		if strings.HasPrefix(s[i:], short) {
			return i + len(short)
		}
	}
	for j := i; ; {
		n := strings.IndexByte(s[j:], '>')
		if n < 0 {
			return len(s)
		}
		j += n + 1
		body := s[i : j-1]
		if strings.HasSuffix(body, "--") || strings.HasSuffix(body, "--!") {
			return j
		}
	}
}

// rawElement returns the name of the element, lower-cased, if its content is not markup to a tokeniser, else "".
func rawElement(name string) string {
	for _, raw := range [...]string{
		"iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "textarea", "title", "xmp",
	} {
		if lex.EqualFold(name, raw) {
			return raw
		}
	}
	return ""
}

// endOfRaw returns the offset of the end tag of a raw text element whose content begins at i. In a script
// "<!--" hides the end tag of an inner "<script": 13.2.5.15 to 13.2.5.31.
func endOfRaw(s string, i int, name string) int {
	const (
		plain = iota
		escaped
		doubly
	)
	state := plain
	for ; i < len(s); i++ {
		switch {
		case s[i] == '-' && state != plain && strings.HasPrefix(s[i:], "-->"):
			state = plain
		case s[i] != '<':
		case state == doubly:
			if isTagNamed(s, i+1, "/", name) {
				state = escaped
			}
		case isTagNamed(s, i+1, "/", name):
			return i
		case name != "script":
		case state == plain && strings.HasPrefix(s[i:], "<!--"):
			state = escaped
			i++ // its dashes may be those of "-->"
		case state == escaped && isTagNamed(s, i+1, "", name):
			state = doubly
		}
	}
	return len(s)
}

// isTagNamed reports whether at i stand the prefix, the name and something that ends a tag name.
func isTagNamed(s string, i int, prefix, name string) bool {
	if !strings.HasPrefix(s[i:], prefix) {
		return false
	}
	i += len(prefix)
	if !lex.HasPrefixFold(s, i, name) || i+len(name) >= len(s) {
		return false
	}
	c := s[i+len(name)]
	return lex.IsHTMLSpace(c) || c == '/' || c == '>'
}
