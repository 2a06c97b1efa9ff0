package xss

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/js"
	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/markup"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "xss"

// The rules. Their meaning does not change.
const (
	ruleHandler   = "event-handler"
	ruleURL       = "script-url"
	ruleScript    = "script-element"
	ruleElement   = "active-element"
	ruleLoad      = "resource-attribute"
	ruleStyle     = "active-style"
	ruleDirective = "framework-directive"
	ruleEnd       = "raw-text-end"
	ruleAttrOut   = "attribute-breakout"
	ruleStringOut = "string-breakout"
	ruleCode      = "script-code"
	ruleObfuscate = "obfuscated-script"
	ruleCharset   = "charset-markup"
	ruleProbe     = "context-probe"
	ruleDangling  = "dangling-markup"
)

// gate holds what can begin or end something of which find makes a finding. Code calls or assigns; a style sheet that
// lands in one has a brace or escapes.
var gate = scan.Any("[=(`{\\\\]", scan.Markup, scan.Closing, scan.Scheme, scan.Added, // the last for JavaScript without letters, UTF-7, XML as a literal
	`][+!]`, "[\xBC%][sS\\]bB]") // and ¼script

// Detector finds xss.
func Detector() scan.Detector {
	return scan.Detector{
		Class: Class,
		// Markup needs "<"; a handler or an assignment "="; a call "(" or a back-tick; a URL or a style ":"; markup
		// in UTF-7 "+"; a probe ">"; a style in escapes a backslash; markup of US-ASCII’s upper half 0xBC.
		Gate: gate,
		Find: find,
	}
}

// effects holds the bytes without which code does nothing: it calls or assigns.
var effects = scan.Bytes("(`=")

// The bytes at which find stops, by what else must be in the text for them to matter.
const (
	stopAlways = 1 << iota
	stopCode   // "(", "=" or a back-tick: something has an effect
	stopQuote  // the same: without an effect, a quote that ends ends nothing
	stopIndex  // "(": what is indexed is called
	stopEntity // "{": &{code}
	stopNot    // "+" or an array: JavaScript without letters adds and negates
	stopWide   // "¼script" in another character set
)

var stops = [256]uint8{
	'<': stopAlways, '>': stopAlways, ':': stopAlways, '+': stopAlways,
	'=': stopCode, '(': stopCode, '`': stopCode,
	'\'': stopQuote, '"': stopQuote,
	'[': stopIndex, ']': stopIndex,
	'&': stopEntity, '!': stopNot, '%': stopWide, 0xBC: stopWide,
}

// stopsFor chooses the stops that matter in a text with the given bytes.
func stopsFor(has *scan.ByteSet, acts bool) uint8 {
	m := uint8(stopAlways | stopWide)
	if acts {
		m |= stopCode | stopQuote
	}
	if has.Has('(') {
		m |= stopIndex
	}
	if has.Has('{') {
		m |= stopEntity
	}
	if has.Has('+') || has.Has('[') {
		m |= stopNot
	}
	return m
}

// nextStop returns the first offset from i on at which a byte of the mask stands, or len(s).
func nextStop(s string, i int, mask uint8) int {
	for ; i+8 <= len(s); i += 8 {
		t := s[i : i+8]
		if (stops[t[0]]|stops[t[1]]|stops[t[2]]|stops[t[3]]|stops[t[4]]|stops[t[5]]|stops[t[6]]|stops[t[7]])&mask != 0 {
			break
		}
	}
	for i < len(s) && stops[s[i]]&mask == 0 {
		i++
	}
	return i
}

// finder is the state of one pass over a text.
type finder struct {
	view   *scan.View
	text   string
	report scan.Report
	work   int

	tag   markup.Tag // the last "<name", whether its ">" has come or not
	inTag bool       // no ">" since then
	acts  bool       // there are bytes by which code has an effect
	done  int        // to here the attributes of the last tag have been reported
	read  int        // to here the text has been read as code

	brackets brackets
	quotes   [3]int // where the first ', " and ` stand, plus one, or 0
	opened   uint16 // the raw text elements that the text has opened
	joined   bool   // the text was read for names that are made of pieces
	empty    int    // how many +[] and ![] were seen
	first    int    // where the first of them stands
}

func find(v *scan.View, report scan.Report) {
	f := finder{view: v, text: v.Text, report: report}
	s := v.Text
	if strings.IndexByte(s, '<') >= 0 {
		f.enclosing()
	}
	if f.acts = v.Has.Meets(&effects); f.acts {
		f.program()
	}
	f.sheet(&v.Has)
	if !f.acts && !v.Has.Has('<') && !v.Has.Has('>') {
		f.sparse(&v.Has)
		v.Work(f.work)
		return
	}
	mask := stopsFor(&v.Has, f.acts)
	for i := nextStop(s, 0, mask); i < len(s); i = nextStop(s, i+1, mask) {
		switch s[i] {
		case '<':
			f.lessThan(i)
		case '>':
			f.probe(i)
			f.inTag = false
		case '=':
			f.equals(i)
		case '(':
			f.call(i)
		case '[':
			f.brackets.opens(i)
		case ']':
			f.brackets.closes(i)
		case ':':
			f.colon(i)
		case '`':
			f.template(i)
			f.quote(i, 2)
		case '\'':
			f.quote(i, 0)
		case '"':
			f.quote(i, 1)
		case '!', '+':
			f.sign(i)
		case '&':
			f.ampersand(i)
		case 0xBC, '%':
			f.foreign(i)
		}
	}
	if f.empty >= 4 && (v.Has.Has('+') || f.empty >= 8) { // form decoding makes a blank of "+"
		f.report(ruleObfuscate, f.first, len(s))
	}
	v.Work(len(s) + f.work)
}

// sparse is find for text that holds no markup and nothing that calls or assigns, as most text does: few bytes
// are left that matter, each by itself, and they are found faster one kind at a time.
func (f *finder) sparse(has *scan.ByteSet) {
	s := f.text
	each := func(c byte, look func(int)) {
		if !has.Has(c) {
			return
		}
		f.work += len(s)
		for i := strings.IndexByte(s, c); i >= 0; {
			look(i)
			k := strings.IndexByte(s[i+1:], c)
			if k < 0 {
				return
			}
			i += 1 + k
		}
	}
	each(':', f.colon)
	each('%', f.foreign)
	each(0xBC, f.foreign)
	if has.Has('+') {
		f.first = len(s)
		each('+', f.sign)
		each('!', f.sign)
		if f.empty >= 4 {
			f.report(ruleObfuscate, f.first, len(s))
		}
	}
}

// lessThan looks at the markup that begins at i. It reads the tag's attributes up to the next "<" that begins
// a tag: of tags that lie in each other's attributes every one is read, and no byte twice.
func (f *finder) lessThan(i int) {
	if !beginsTag(f.text, i) {
		f.declaration(i)
		f.twice(i)
		return
	}
	limit := len(f.text)
	if n := nextTag(f.text[i+1:]); n >= 0 {
		limit = i + 1 + n
	}
	f.work += limit - i
	f.tag, _ = markup.TagAt(f.text[:limit], i)
	f.inTag = true
	if name := f.text[f.tag.Name:f.tag.NameEnd]; strings.Contains(name, `"'`) || strings.Contains(name, `'"`) {
		f.report(ruleProbe, i, f.tag.NameEnd)
	}
	if n := strings.IndexByte(f.text[f.tag.Name:f.tag.NameEnd], '+'); n > 0 { // a value of a form, not decoded
		form := f.tag
		form.NameEnd = f.tag.Name + n
		f.elementOf(form, limit, markup.NextFormAttr)
		return
	}
	f.element(f.tag, limit)
}

// twice looks at two "<" side by side, the first at i, of which one was percent-encoded and the other a character
// reference: a list of encodings, by which a scanner finds out what a filter decodes.
func (f *finder) twice(i int) {
	k := skipBlank(f.text, i+1, 1)
	if f.view.Layer == 0 || next(f.text, k) != '<' {
		return
	}
	const both = scan.Percent | scan.Entity
	if a, b := f.view.Kind(i)&both, f.view.Kind(k)&both; a != b && a|b == both {
		f.report(ruleProbe, i, k+1)
	}
}

// nextTag returns the offset of the first "<" in s that begins a tag, or -1.
func nextTag(s string) int {
	for i := 0; ; i++ {
		n := strings.IndexByte(s[i:], '<')
		if n < 0 {
			return -1
		}
		i += n
		if beginsTag(s, i) {
			return i
		}
	}
}

// beginsTag reports whether the "<" at i begins a tag.
func beginsTag(s string, i int) bool {
	i++
	if i < len(s) && s[i] == '/' {
		i++
	}
	return i < len(s) && lex.IsLetter(s[i])
}

// enclosing reads the tags as a browser does that finds the text in element content. Only those with "<" in
// an attribute are looked at here; lessThan sees the others.
func (f *finder) enclosing() {
	tags := markup.NewTags(f.text)
	for {
		tag, ok := tags.Next()
		if !ok {
			return
		}
		end := tag.NameEnd
		for {
			_, next, more := markup.NextAttr(f.text, end)
			end = next
			if !more {
				break
			}
		}
		f.work += end - tag.Start
		if nextTag(f.text[tag.NameEnd:end]) >= 0 {
			f.element(tag, end)
		}
		tags.Skip(tag, end)
	}
}

// quote looks at what follows the first quote of its kind: an attribute or a string in the page may end there.
func (f *finder) quote(i, kind int) {
	if i >= 2 && threeQuotes(f.text[i-2], f.text[i-1], f.text[i]) && isMark(f.text[:i-2]) {
		f.report(ruleProbe, i-2, i+1)
	}
	if f.quotes[kind] > 0 {
		return
	}
	f.quotes[kind] = i + 1
	if !f.acts {
		return
	}
	if c := next(f.text, i+1); lex.IsLetter(c) && c|0x20 != 'i' && c|0x20 != 'o' || lex.IsDigit(c) {
		return // "it's": behind a string no word stands but "in", "instanceof" and "of"
	}
	p := js.Read(f.text, i+1, true)
	f.work += p.Steps
	if p.Effect < js.Calls || p.Effect < js.Acts && f.text[i] == '`' { // Markdown puts all kinds of code into back-ticks
		return
	}
	// Code behind a string begins with an operator, and it must end as code: in a comment, in a literal that the
	// page's own quote closes, or with the text.
	if p.Whole && (p.Effect == js.Acts || p.Cut || f.escaped(i)) {
		f.report(ruleStringOut, i, len(f.text))
	}
}

// next returns the byte at i, or 0 behind the end.
func next(s string, i int) byte {
	if i < len(s) {
		return s[i]
	}
	return 0
}

// isMark reports whether before, which stands before three quotes, is nothing or the one word that a scanner marks its
// probe with. Behind more than that, or behind blanks alone, they are part of a drawing.
func isMark(before string) bool {
	const maxMark = 32
	return before == "" || len(before) <= maxMark && (lex.IsLetter(before[0]) || lex.IsDigit(before[0])) && !strings.ContainsAny(strings.TrimSuffix(before, " "), " \t\n")
}

// threeQuotes reports whether s is the three quotes in some order, the head of a scanner's probe. In the order
// `"' they are how GNU quotes a quote.
func threeQuotes(a, b, c byte) bool {
	return isQuote(a) && isQuote(b) && isQuote(c) && a != b && b != c && a != c && !(a == '`' && c == '\'')
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// escaped reports whether a backslash stands before the quote: \' is how a filter's own backslash is undone.
func (f *finder) escaped(i int) bool { return i > 0 && f.text[i-1] == '\\' }

// codeWindow is how much of a piece of code is read; what it does shows at its beginning.
const codeWindow = 256

// code reads the code that begins at start and ends at end at the latest. What lies in code that has been read
// already is not read again: the nested piece was part of it.
func (f *finder) code(start, end int) js.Program {
	if start < f.read {
		return js.Program{}
	}
	p := js.Read(f.text[start:min(end, start+codeWindow)], 0, false)
	f.work += p.Steps
	f.read = start + p.Stop
	return p
}

// program looks at the text as a whole: it may land between the tags of a script element.
func (f *finder) program() {
	if js.Prose(f.text) {
		f.work += maxName
		return
	}
	p := js.Read(f.text, 0, false)
	f.work += p.Steps
	if p.Effect == js.Acts && p.Whole {
		f.report(ruleCode, p.Start, len(f.text))
	} else if p.Effect != js.None {
		f.assemble()
	}
}
