// Package markup takes real HTML, SVG and MathML markup out of plain text, and nothing else.
//
// A person who writes "a<b and c>d" or "<enter type here>" writes text; a tag is real when its name is an element's
// and its attributes are well formed. What this package takes for text is not made safe by it: that is the task of
// its caller, who parts a remaining < from what follows.
package markup

import "strings"

// Strip returns s without tags of known elements, closed comments, CDATA sections, doctypes and processing
// instructions. The contents of raw-text elements (script, style, title and the like) go too where their end tag
// exists. Where an element of block kind was, brk stands between the words on either side.
//
// It is linear in len(s), reads the text once from left to right and does not look at what it has joined; s itself
// is returned when nothing is taken out.
func Strip(s string, brk byte) string {
	x := stripper{s: s, brk: brk}
	return x.run()
}

// EscapeText returns s with "&lt;" for each < behind which no tag can begin, whatever its name: the name has a
// character that no element's has, or no > follows. An HTML parser would take it for a tag and drop the words behind
// it. Comments and declarations that end somewhere stay.
func EscapeText(s string) string {
	last := strings.LastIndexByte(s, '>')
	var out []byte
	done := 0
	for i := strings.IndexByte(s, '<'); i >= 0; {
		if i > last || !canOpen(s[i+1:]) {
			out = append(append(out, s[done:i]...), "&lt;"...)
			done = i + 1
		}
		n := strings.IndexByte(s[i+1:], '<')
		if n < 0 {
			break
		}
		i += 1 + n
	}
	if done == 0 {
		return s
	}
	return string(append(out, s[done:]...))
}

// canOpen reports whether a < before s can begin markup. No name is longer than 64 bytes, so this looks no further.
func canOpen(s string) bool {
	if s == "" {
		return false
	}
	if s[0] == '!' || s[0] == '?' {
		return true
	}
	s = strings.TrimPrefix(s, "/")
	if s == "" || !isLetter(s[0]) {
		return false
	}
	for i := range min(len(s), 64) {
		switch c := s[i]; {
		case isSpace(c) || c == '/' || c == '>':
			return true
		case !isLetter(c) && (c < '0' || c > '9') && c != '-' && c != ':' && c != '_' && c != '.':
			return false
		}
	}
	return false
}

type stripper struct {
	s    string
	brk  byte
	out  []byte
	done int // s[:done] is in out, or was taken out

	blocks bool // a block boundary waits to be written
	breaks int  // so many br wait

	gt, dashes, bang, cdata, subset, bracket, pi ahead

	ends   map[string]ahead // where the end tag of a raw-text element is
	dead   map[int]bool     // quotes that open an attribute value in a tag that did not work out
	opened []int            // the quotes of the tag at hand

	work int // bytes looked at, IndexByte's too: a test holds it against len(s)
}

func (x *stripper) run() string {
	for i := 0; ; {
		lt := strings.IndexByte(x.s[i:], '<')
		if lt < 0 {
			break
		}
		i += lt
		end, k := x.construct(i)
		if end < 0 {
			i++
			continue
		}
		x.write(x.s[x.done:i])
		x.done, i = end, end
		switch k {
		case block, rawBlock:
			x.blocks = true
		case newline:
			x.breaks++
		}
	}
	x.work += len(x.s)
	if x.done == 0 {
		return x.s
	}
	x.write(x.s[x.done:])
	return string(x.out)
}

// write adds a piece of text, and before it the break that waits.
func (x *stripper) write(piece string) {
	if piece == "" {
		return
	}
	if x.out == nil {
		x.out = make([]byte, 0, len(x.s))
	}
	if n := len(x.out); n > 0 {
		for range x.breaks {
			x.out = append(x.out, x.brk)
		}
		if x.blocks && x.breaks == 0 && x.out[n-1] != x.brk && piece[0] != x.brk {
			x.out = append(x.out, x.brk)
		}
	}
	x.blocks, x.breaks = false, 0
	x.out = append(x.out, piece...)
}

// construct returns the end of the markup that begins with the < at i, or -1 if that < is text.
func (x *stripper) construct(i int) (end int, k kind) {
	if i+2 >= len(x.s) {
		return -1, unknown
	}
	switch c := x.s[i+1]; {
	case isLetter(c):
		return x.startTag(i)
	case c == '/':
		name := tagName(x.s[i+2:])
		if k = lookup(name); k != unknown {
			end = x.attributes(i + 2 + len(name))
		} else {
			end = -1
		}
		return end, asEnd(k)
	case c == '!':
		return x.declaration(i), inline
	case c == '?' && isLetter(x.s[i+2]):
		return x.pi.after(x, "?>", i+2), inline
	}
	return -1, unknown
}

// asEnd is what an end tag leaves: the contents of a raw-text element went with its start tag.
func asEnd(k kind) kind {
	switch k {
	case raw:
		return inline
	case rawBlock, newline: // </br> is a br (WHATWG HTML 13.2.6.4.7)
		return block
	}
	return k
}

func (x *stripper) startTag(i int) (int, kind) {
	name := tagName(x.s[i+1:])
	k := lookup(name)
	if k == unknown {
		return -1, unknown
	}
	end := x.attributes(i + 1 + len(name))
	if end >= 0 && (k == raw || k == rawBlock) {
		to := x.rawEnd(strings.ToLower(name), end)
		if to < 0 {
			return end, inline // only the tag goes: "fill the <title> field"
		}
		end = to
	}
	return end, k
}

// declaration is construct for comments (WHATWG HTML 13.2.5.42 to 51), CDATA sections and doctypes. Anything else
// behind <! is text here; a browser makes a comment of it.
func (x *stripper) declaration(i int) int {
	rest := x.s[i+2:]
	switch {
	case strings.HasPrefix(rest, "--"):
		end := x.dashes.after(x, "-->", i+2) // from i+2: <!--> and <!---> are whole
		if bang := x.bang.after(x, "--!>", i+4); bang >= 0 && (end < 0 || bang < end) {
			end = bang
		}
		return end
	case strings.HasPrefix(rest, "[CDATA["):
		return x.cdata.after(x, "]]>", i+9)
	case len(rest) > 7 && strings.EqualFold(rest[:7], "doctype") && (isSpace(rest[7]) || rest[7] == '>'):
		end := x.gt.after(x, ">", i+9)
		if open := x.bracket.after(x, "[", i+9); open >= 0 && open < end { // an internal subset (XML 1.0, 2.8)
			if to := x.subset.after(x, "]>", open); to >= 0 {
				return to
			}
		}
		return end
	}
	return -1
}

// attributes returns the end of a tag whose name ends at j, -1 if the attributes are not well formed: words with
// values, or words that mean something without one. A < outside quotes ends the attempt, and a quote that led
// nowhere once is not tried again, so all attempts together are linear.
func (x *stripper) attributes(j int) int {
	from := j
	x.opened = x.opened[:0]
	end := x.tagEnd(&j)
	x.work += max(j, end) - from
	if end < 0 && len(x.opened) > 0 {
		if x.dead == nil {
			x.dead = make(map[int]bool)
		}
		for _, q := range x.opened {
			x.dead[q] = true
		}
	}
	return end
}

func (x *stripper) tagEnd(at *int) int {
	s, j := x.s, *at
	defer func() { *at = j }()
	for {
		for j < len(s) && (isSpace(s[j]) || s[j] == '/') {
			j++
		}
		if j == len(s) {
			return -1
		}
		if s[j] == '>' {
			return j + 1
		}
		name := attributeName(s[j:])
		if name == "" {
			return -1
		}
		j += len(name)
		eq := j
		for eq < len(s) && isSpace(s[eq]) {
			eq++
		}
		if eq == len(s) || s[eq] != '=' {
			if !isBare(name) {
				return -1
			}
			continue
		}
		if j = x.value(eq + 1); j < 0 {
			j = eq + 1
			return -1
		}
	}
}

// value returns the end of an attribute's value, -1 if there is none.
func (x *stripper) value(j int) int {
	s := x.s
	for j < len(s) && isSpace(s[j]) {
		j++
	}
	if j == len(s) {
		return -1
	}
	if q := s[j]; q == '"' || q == '\'' {
		if x.dead[j] {
			return -1
		}
		x.opened = append(x.opened, j)
		n := strings.IndexByte(s[j+1:], q)
		if n < 0 {
			x.work += len(s) - j
			return -1
		}
		return j + n + 2
	}
	start := j
	for j < len(s) && !isSpace(s[j]) && s[j] != '>' && s[j] != '<' {
		j++
	}
	if j == start || j < len(s) && s[j] == '<' {
		return -1
	}
	return j
}

// rawEnd returns where the end tag of the raw-text element name ends, -1 if there is none behind i.
func (x *stripper) rawEnd(name string, i int) int {
	a := x.ends[name]
	for !a.none && a.start < i {
		a = x.nextEnd(name, max(i, a.start+1))
	}
	if x.ends == nil {
		x.ends = make(map[string]ahead, 1)
	}
	x.ends[name] = a
	if a.none {
		return -1
	}
	return x.gt.after(x, ">", a.start)
}

// nextEnd looks for </name followed by white space, / or > at i or behind it.
func (x *stripper) nextEnd(name string, i int) ahead {
	from := i
	for {
		n := strings.Index(x.s[i:], "</")
		if n < 0 {
			x.work += len(x.s) - from
			return ahead{none: true}
		}
		i += n
		if e := i + 2 + len(name); e < len(x.s) && strings.EqualFold(x.s[i+2:e], name) &&
			(isSpace(x.s[e]) || x.s[e] == '/' || x.s[e] == '>') {
			x.work += i - from
			return ahead{start: i}
		}
		i += 2
	}
}

// ahead remembers where something is next, so that no stretch of the text is searched twice for it.
type ahead struct {
	start int
	none  bool
}

// after returns the end of the next needle that begins at i or behind it, -1 if there is none.
func (a *ahead) after(x *stripper, needle string, i int) int {
	if a.none || i > len(x.s) {
		return -1
	}
	if a.start < i || a.start == 0 {
		n := strings.Index(x.s[i:], needle)
		if n < 0 {
			x.work += len(x.s) - i
			a.none = true
			return -1
		}
		x.work += n
		a.start = i + n
	}
	return a.start + len(needle)
}

// tagName is the name at the start of s, up to white space, / or > (WHATWG HTML 13.2.5.8); "" if s ends first.
func tagName(s string) string {
	for i := range min(len(s), longestBare+1) {
		if c := s[i]; isSpace(c) || c == '/' || c == '>' {
			return s[:i]
		}
	}
	return ""
}

// attributeName is the attribute name at the start of s: a letter or one of the signs that templates use, and then
// anything but white space, / > = < and quotes.
func attributeName(s string) string {
	if s == "" || !isLetter(s[0]) && strings.IndexByte("_:@#*([", s[0]) < 0 {
		return ""
	}
	i := 1
	for i < len(s) && !isSpace(s[i]) && strings.IndexByte("/>=<\"'`", s[i]) < 0 {
		i++
	}
	return s[:i]
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isSpace(c byte) bool  { return c == ' ' || c == '\n' || c == '\t' || c == '\f' || c == '\r' }
