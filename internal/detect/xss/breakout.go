package xss

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/js"
	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/markup"
)

// equals looks at the "=" at i: an attribute in a tag that the text opens, whatever its quotes say; a handler
// of a tag that the page opened; an assignment.
func (f *finder) equals(i int) {
	s := f.text
	end := i
	for end > 0 && i-end < maxName && s[end-1] <= ' ' {
		end--
	}
	name, start := f.nameBefore(end)
	if strings.HasPrefix(s[i+1:], "document.cookie") {
		f.report(ruleCode, i, i+1+len("document.cookie"))
	}
	if strings.HasPrefix(s[i+1:], "~[]") { // $=~[], how JavaScript without letters makes its first number
		f.report(ruleObfuscate, i, i+4)
	}
	if end > 0 && isJunk(s[end-1]) || start > 0 && isJunk(s[start-1]) {
		f.littered(end)
	}
	if name == "" || lex.IsDigit(name[0]) || start < f.done {
		return
	}
	if strings.IndexByte("oOsSfFhHaAcCbBdDlL", name[0]) < 0 {
		f.alias(name, start, i)
		return
	}
	var buf [24]byte
	low := string(lex.Fold(buf[:], name))
	switch {
	case handlerName(low):
		if f.inTag && separates(s, start) || f.breaksOut(low, start, i) {
			f.report(ruleAttrOut, start, i+1)
		}
	case low == "style":
		if f.inTag && separates(s, start) || start == 0 || quoteBefore(s, start) {
			if activeStyle(strings.TrimLeft(window(s, i+1, 256), " \t\r\n'\"`")) && !strings.HasPrefix(s[i+1:], "=") {
				f.report(ruleStyle, start, i+1)
			}
		}
	case low == "srcdoc" || low == "formaction":
		if separates(s, start) && (f.inTag || quoteBefore(s, start)) {
			f.report(ruleAttrOut, start, i+1)
		}
	case low == "src" || low == "href" || low == "action" || low == "codebase" || low == "background" || low == "data":
		if value := strings.TrimLeft(window(s, i+1, maxName), " '\"`\\"); start > 0 && s[start-1] == '.' && lex.HasPrefixFold(value, 0, "javascript:") {
			f.report(ruleURL, start, i+1)
		} else if !f.inTag && f.firstQuoteBefore(start) && remote(s[i+1:]) {
			f.report(ruleAttrOut, start, i+1)
		} else if start == 0 && scriptURL(strings.TrimLeft(window(s, i+1, 2*maxName), " '\"`")) {
			f.report(ruleURL, start, i+1)
		}
	case low == "location":
		f.assigned(start, i)
	default:
		f.alias(name, start, i)
	}
}

// breaksOut reports whether the handler whose name begins at start stands where the page's own tag may go on,
// and its value, behind the "=" at i, is code; behind a quote the name of a known event is enough.
func (f *finder) breaksOut(name string, start, i int) bool {
	s := f.text
	if start > 0 && !separates(s, start) && strings.IndexByte(";&?(", s[start-1]) < 0 {
		return false
	}
	if knownEvent(name[2:]) && (quoteBefore(s, start) || f.amongAttributes(start)) {
		return true
	}
	value := i + 1
	for value < len(s) && value-i < maxName && (s[value] <= ' ' || strings.IndexByte("'\"`\\", s[value]) >= 0) {
		value++
	}
	p := f.code(value, len(s))
	tight := p.End >= 2 && s[value+p.End-2] > ' ' // "true (photo club)" calls nothing
	return p.Effect == js.Acts || p.Effect == js.Calls && tight && knownEvent(name[2:])
}

// separates reports whether what stands before start ends an attribute or a tag's name.
func separates(s string, start int) bool {
	if start == 0 {
		return true
	}
	c := s[start-1]
	return c <= ' ' || c >= 0x80 || strings.IndexByte("/'\"`+]>", c) >= 0
}

// quoteBefore reports whether a quote, and nothing but blanks and slashes behind it, stands before start.
func quoteBefore(s string, start int) bool {
	i := start - 1
	for n := 0; i >= 0 && n < maxName && (s[i] <= ' ' || s[i] == '/' || s[i] == '+'); n++ {
		i--
	}
	return i >= 0 && strings.IndexByte("'\"`", s[i]) >= 0
}

// firstQuoteBefore reports whether the first quote of its kind, and nothing but blanks behind it, stands before
// start: where a value of the page ends, not one that the text has opened.
func (f *finder) firstQuoteBefore(start int) bool {
	for _, q := range f.quotes {
		if q > 0 && q <= start && start-q < maxName && strings.TrimLeft(f.text[q:start], " \t\r\n/+") == "" {
			return true
		}
	}
	return false
}

// amongAttributes reports whether the text begins with a quote, and nothing but attributes with values stands from
// there to start: " type=image src=x onerror=…
func (f *finder) amongAttributes(start int) bool {
	if !isQuote(f.text[0]) || start > 2*maxName {
		return false
	}
	f.work += start
	for i, n := 1, 0; ; n++ {
		a, next, ok := markup.NextAttr(f.text[:start], i)
		if !ok {
			return n > 0 && next == start
		}
		if !a.HasValue {
			return false
		}
		i = next
	}
}

func isJunk(c byte) bool { return c == '<' || c == '>' || isQuote(c) }

// littered looks at the name that ends at end and has quotes, brackets or tags between its letters, which a filter
// takes out that removes them: o<nblur=, "onblur<=, o'n'l'o'a'd'=, o<x>nblur=.
func (f *finder) littered(end int) {
	if !f.withoutJunk(end, false) && f.view.Has.Has('<') {
		f.withoutJunk(end, true)
	}
}

func (f *finder) withoutJunk(end int, tags bool) bool {
	s := f.text
	var buf [24]byte
	n, junk, i := len(buf), 0, end-1
	for ; i >= 0 && n > 0 && end-i < maxName; i-- {
		c := s[i]
		if lex.IsLetter(c) {
			n--
			buf[n] = c | 0x20
		} else if !isJunk(c) {
			break
		} else if n > 0 {
			junk++
			if tags && c == '>' {
				i = tagBefore(s, i)
			}
		}
	}
	f.work += end - i
	for i++; i < end && isJunk(s[i]); i++ { // before its first letter they are the end of a value
		junk--
	}
	low := string(buf[n:])
	if junk <= 0 || !handlerName(low) || !knownEvent(low[2:]) {
		return false
	}
	f.report(ruleAttrOut, i, end+1)
	return true
}

// tagBefore returns the offset at which a short tag begins that ends at i, as in "o<x>nblur=, or i.
func tagBefore(s string, i int) int {
	for k := i - 1; k >= 0 && i-k < maxName/4 && s[k] != '>'; k-- {
		if s[k] == '<' && k+1 < i && lex.IsLetter(s[k+1]) {
			return k
		}
	}
	return i
}

// remote reports whether a value begins with a URL of another origin.
func remote(value string) bool {
	value = strings.TrimLeft(value[:min(len(value), maxName)], " \t\r\n'\"")
	return strings.HasPrefix(value, "//") || lex.HasPrefixFold(value, 0, "http:") || lex.HasPrefixFold(value, 0, "https:")
}

// knownEvent reports whether the name of an event begins as those do that browsers know.
func knownEvent(event string) bool {
	for _, stem := range [...]string{
		"abort", "activate", "after", "animation", "auxclick", "before", "begin", "blur", "bounce", "cancel", "canplay", "cellchange",
		"change", "click", "close", "command", "contextmenu", "control", "copy", "cuechange", "cut", "data", "dblclick", "deactivate",
		"device", "drag", "drop", "duration", "emptied", "end", "error", "filter", "finish", "focus", "form", "fullscreen", "gesture",
		"gotpointer", "hash", "help", "input", "invalid", "key", "layout", "load", "lose", "lost", "media", "message", "mouse", "move",
		"offline", "online", "outofsync", "page", "paste", "pause", "play", "pointer", "popstate", "popup", "progress", "property",
		"ratechange", "readystate", "repeat", "reset", "resize", "reverse", "row", "scroll", "search", "security", "seek", "select",
		"show", "slotchange", "stalled", "start", "stop", "storage", "submit", "suspend", "time", "toggle", "touch", "track", "transition",
		"unhandled", "unload", "urlflip", "volume", "wait", "webkit", "wheel", "zoom",
	} {
		if strings.HasPrefix(event, stem) {
			return true
		}
	}
	return false
}

// assigned looks at location = …, the "=" at i: it navigates if a URL or something from the page is assigned.
func (f *finder) assigned(start, i int) {
	s := f.text
	if start > 0 && strings.IndexByte("=;:,-+*!&|{(>/'\"`.", s[start-1]) < 0 {
		return
	}
	if p := f.code(start, len(s)); p.Effect == js.Acts {
		f.report(ruleCode, start, start+p.End)
	}
}

// alias looks at the assignment of a sink to a name that is called afterwards, a=alert,a(1), or by an error,
// onerror=alert;throw 1. The "=" stands at i.
func (f *finder) alias(name string, start, i int) {
	s := f.text
	end := i + 1
	for end < len(s) && end-i < 12 && lex.IsLetter(s[end]) {
		end++
	}
	if end == i+1 || !js.Dialog(s[i+1:end]) {
		return
	}
	if again := s[end:]; strings.HasPrefix(again, " "+name+"(") { // a line break was lost: a=alert a(0)
		f.report(ruleCode, start, end)
		return
	}
	if p := f.code(start, len(s)); p.Effect == js.Acts {
		f.report(ruleCode, start, start+p.End)
	}
}

// sign looks at "!" and "+": the empty array that JavaScript without letters is made of, markup in UTF-7, and
// the page's cookie on its way out.
func (f *finder) sign(i int) {
	rest := f.text[i+1:]
	switch {
	case f.emptyOperand(i):
		if f.empty == 0 || i < f.first {
			f.first = i
		}
		f.empty++
	case strings.HasPrefix(rest, "ADw") || strings.HasPrefix(rest, "AD4"):
		if f.text[i] == '+' && len(rest) > 3 && (rest[3] == '-' || isWord(rest[3])) {
			f.report(ruleCharset, i, i+4)
		}
	case strings.HasPrefix(rest, "document.cookie"):
		f.report(ruleCode, i, i+1+len("document.cookie"))
	case f.text[i] == '+' && i > 1 && f.literalMarkup(i):
		f.report(ruleCode, i-1, i+2)
	case f.text[i] == '+' && i > 0 && isQuote(f.text[i-1]) && isQuote(next(f.text, i+1)): // window["doc"+"ument"]
		f.assemble()
	}
}

// literalMarkup reports whether the "+" at i joins an empty string and an XML literal (ECMA-357), ”+<a>ev</a>:
// how a script makes a string where quotes are filtered.
func (f *finder) literalMarkup(i int) bool {
	s := f.text
	if isQuote(s[i-1]) && s[i-2] == s[i-1] {
		return next(s, i+1) == '<' && (beginsTag(s, i+1) || next(s, i+2) == '_')
	}
	return s[i-1] == '>' && (strings.HasPrefix(s[i+1:], "''") || strings.HasPrefix(s[i+1:], `""`))
}

// emptyOperand reports whether at i an empty array or string is made a value, as JavaScript without letters
// does at every step: +[], ![], []+"", {}+"", and aaencode's (ﾟДﾟ)[ﾟoﾟ]+.
func (f *finder) emptyOperand(i int) bool {
	before, rest := f.text[:i], f.text[i+1:]
	switch {
	case strings.HasPrefix(rest, "[]"): // and no window of a house that is drawn: |  +[]|
		return f.text[i] == '!' || i == 0 || before[i-1] > ' ' && before[i-1] != '|'
	case strings.HasPrefix(rest, `""`), strings.HasPrefix(rest, "''"):
		return f.text[i] == '!' || i > 0 && strings.IndexByte("]}", before[i-1]) >= 0
	}
	return strings.HasSuffix(before, "ﾟ]")
}

// ampersand looks for "&{code}" at i, the JavaScript entity of Netscape 4 as scanners still probe for it.
func (f *finder) ampersand(i int) {
	if !strings.HasPrefix(f.text[i+1:], "{") {
		return
	}
	if strings.HasPrefix(f.text[i+2:], "(") || f.acts && f.code(i+2, len(f.text)).Effect == js.Acts {
		f.report(ruleCode, i, min(len(f.text), i+3))
	}
}

// foreign looks at "script" between brackets that become < and > when the page is read in another character
// set, US-ASCII with the high bit set: the byte 0xBC, alone or as the end of "¼".
func (f *finder) foreign(i int) {
	rest := f.text[i+1:]
	if f.text[i] == '%' { // %BC: no UTF-8, so no layer decodes it
		if !lex.HasPrefixFold(rest, 0, "bc") {
			return
		}
		rest = rest[2:]
	}
	if bare := strings.TrimPrefix(rest, "]"); lex.HasPrefixFold(bare, 0, "script") { // [\xC0][\xBC] is how reports write it
		after := bare[len("script"):]
		closed := after != "" && (after[0] == '>' || after[0] == 0xBE || strings.HasPrefix(after, "¾") || lex.HasPrefixFold(after, 0, "%be"))
		if closed || f.acts {
			f.report(ruleCharset, i, i+7)
		}
	}
}

// maxProbe bounds how far back a probe's run of quotes is looked for.
const maxProbe = 16

// leaves reports whether the ">" at i stands behind a quote, which a slash may follow: it ends the page's tag.
func (f *finder) leaves(i int) bool {
	s := f.text
	if i > 1 && s[i-1] == '/' {
		i--
	}
	return i > 0 && isQuote(s[i-1])
}

// probe looks at the ">" at i: "--> and ']]> in one run with several quotes are how a scanner finds out in
// which context it landed.
func (f *finder) probe(i int) {
	s := f.text
	if i > 0 && s[i-1] == '>' {
		return // the first of a run looked at all of it
	}
	if !f.inTag && f.leaves(i) {
		near := strings.TrimLeft(window(s, i+1, maxName/2), "> '\"")
		f.work += maxName / 2
		if n := strings.IndexByte(near, '<'); n >= 0 && beginsTag(near, n) && (n == 0 || near[n+1] == '/') {
			f.report(ruleProbe, i-1, i+1)
			return
		}
	}
	if !strings.HasSuffix(s[:i], "--") && !strings.HasSuffix(s[:i], "]]") {
		return
	}
	start, single, double, tick := i, 0, 0, 0
	for start > 0 && i-start < maxProbe && strings.IndexByte("'\"`);]}>-!*/\\", s[start-1]) >= 0 {
		start--
		switch s[start] {
		case '\'':
			single = 1
		case '"':
			double = 1
		case '`':
			tick = 1
		}
	}
	f.work += i - start
	if single+double+tick >= 2 {
		f.report(ruleProbe, start, i+1)
	}
}
