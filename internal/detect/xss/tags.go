package xss

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/js"
	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/markup"
)

// element looks at a tag: its attributes, which end at limit at the latest, and for script and style the text
// behind it.
func (f *finder) element(tag markup.Tag, limit int) { f.elementOf(tag, limit, markup.NextAttr) }

func (f *finder) elementOf(tag markup.Tag, limit int, nextAttr func(string, int) (markup.Attr, int, bool)) {
	var buf [24]byte
	name := lex.Fold(buf[:], local(f.text[tag.Name:tag.NameEnd]))
	end, reported, open := tag.NameEnd, false, false
	for {
		a, next, ok := nextAttr(f.text[:limit], end)
		end = next
		if !ok {
			break
		}
		open = a.HasValue && a.ValueEnd == len(f.text) && strings.TrimSpace(f.text[a.Value:]) == ""
		if rule := f.attribute(name, a); rule != "" {
			f.report(rule, tag.Start, end)
			reported, f.done = true, end
		}
	}
	f.work += end - tag.Start
	if !tag.Closing {
		f.opened |= rawText(name)
	}
	if reported {
		return
	}
	switch {
	case open && !tag.Closing:
		f.report(ruleDangling, tag.Start, end)
	case tag.Closing:
		if raw := rawText(name); raw != 0 && f.opened&raw == 0 && f.afterEnd(tag.Start, end) {
			f.report(ruleEnd, tag.Start, end)
		} else {
			f.opened &^= raw
		}
	case string(name) == "script" || string(name) == "handler":
		if f.script(end) || f.alone(tag.Start, end) {
			f.report(ruleScript, tag.Start, end)
		}
	case string(name) == "style":
		if activeStyle(window(f.text, end, styleWindow)) || f.alone(tag.Start, end) {
			f.report(ruleStyle, tag.Start, end)
		}
	default:
		switch string(name) {
		case "marquee", "plaintext", "bgsound", "blink": // nobody's formatting: they move, hide or play
			if end-tag.NameEnd > 1 && !tag.Closing || f.alone(tag.Start, end) || !tag.Closing && end < len(f.text) && f.text[end] > ' ' {
				f.report(ruleElement, tag.Start, end)
			}
		case "svg", "math", "iframe", "object", "embed", "applet", "frameset":
			if f.alone(tag.Start, end) {
				f.report(ruleElement, tag.Start, end)
			}
		}
	}
}

// attribute returns the rule that an attribute of the element meets, or "".
func (f *finder) attribute(element []byte, a markup.Attr) string {
	var buf [40]byte
	full := f.text[a.Name:a.NameEnd]
	name := string(lex.Fold(buf[:], local(full)))
	value := strings.TrimLeft(f.text[a.Value:a.ValueEnd], " \t\n\r\f`")
	switch {
	case directive(full):
		return ruleDirective
	case !a.HasValue:
		return ""
	case shorthand(full):
		return ruleDirective
	case handlerName(name):
		return ruleHandler
	case scriptURL(value):
		return ruleURL
	case name == "style":
		if activeStyle(value) {
			return ruleStyle
		}
		return ""
	case value == "":
		return ""
	case name == "type" && string(element) == "style" && !lex.HasPrefixFold(value, 0, "text/css"): // text/javascript was Netscape's
		return ruleStyle
	case strings.HasPrefix(full, "xmlns") && strings.Contains(value, "w3.org/"), strings.HasPrefix(value, "urn:schemas-microsoft-com:"):
		return ruleElement
	}
	return loads(string(element), name)
}

// loads returns the rule of an attribute by which the element loads, navigates, submits or embeds, or "".
func loads(element, name string) string {
	switch element {
	case "script", "iframe", "frame", "object", "embed", "applet", "base", "portal", "fencedframe", "layer", "ilayer":
		switch name {
		case "type", "class", "width", "height":
			return ""
		case "src", "href", "data", "code", "name", "id", "srcdoc", "classid", "codebase", "archive", "target",
			"allowscriptaccess", "sandbox", "language", "defer", "async", "for", "event", "nonce", "xml:base":
			return ruleElement
		}
	case "form", "isindex":
		switch name {
		case "action", "method", "id", "name", "target":
			return ruleElement
		}
	case "input", "button", "textarea", "select", "keygen", "param", "output":
		switch name {
		case "name", "value", "id", "form", "dirname", "pattern", "formmethod", "formtarget":
			return ruleElement
		}
	case "meta":
		switch name {
		case "http-equiv", "charset", "content":
			return ruleElement
		}
	case "animate", "set", "animatetransform", "animatemotion":
		switch name {
		case "attributename", "to", "values", "from", "by":
			return ruleElement
		}
	case "body", "table", "thead", "tbody", "tfoot", "td", "tr", "th":
		if name == "background" {
			return ruleLoad
		}
	case "svg", "math":
		return ruleElement
	case "template":
		if name == "shadowrootmode" || name == "shadowroot" {
			return ruleElement
		}
	}
	switch name {
	case "src", "srcset", "href", "poster", "lowsrc", "dynsrc", "ping", "longdesc", "usemap":
		return ruleLoad
	case "srcdoc", "formaction", "datasrc", "datafld", "implementation", "dataformatas", "repeat-start", "imagesrcset":
		return ruleElement
	}
	return ""
}

// handlerName reports whether an attribute name is that of an event handler content attribute (WHATWG HTML
// 8.1.8.1): "on" and the name of an event, which is at least three letters long. Not a list: browsers add
// events, and an element of the page's own script may listen to any.
func handlerName(name string) bool {
	if len(name) < 5 || name[0] != 'o' || name[1] != 'n' {
		return false
	}
	for i := 2; i < 5; i++ {
		if !lex.IsLetter(name[i]) {
			return false
		}
	}
	return true
}

// directive reports whether an attribute is code to a client-side framework: AngularJS, Vue, Alpine, htmx,
// Knockout, Angular.
func directive(name string) bool {
	var buf [12]byte
	head := string(lex.Fold(buf[:], name[:min(len(name), len(buf))]))
	for _, p := range [...]string{
		"ng-", "data-ng-", "x-ng-", "ng:", "v-", "x-on:", "x-init", "x-data", "x-html", "x-bind:", "hx-", "data-hx-",
		"data-bind", "*ng",
	} {
		if strings.HasPrefix(head, p) {
			return true
		}
	}
	return false
}

// shorthand reports whether an attribute with a value is a listener or a binding in the short form of Vue and
// Alpine, @name, @[name], :[name], or in Angular's, (name), [name].
func shorthand(name string) bool {
	first, last := next(name, 0), name[len(name)-1]
	switch c := next(name, 1); first {
	case '@':
		return lex.IsLetter(c) || c == '['
	case ':':
		return c == '['
	case '(':
		return lex.IsLetter(c) && last == ')'
	case '[':
		return (lex.IsLetter(c) || c == '(') && last == ']'
	}
	return false
}

// scriptURL reports whether a URL runs code where it is followed or loaded: javascript:, its old relatives, and
// data: URLs that are documents or scripts. White space and controls that the URL parser drops (WHATWG URL 4.4)
// are passed over.
func scriptURL(value string) bool {
	var buf [12]byte
	n := 0
	for i := range len(value) {
		c := value[i]
		switch {
		case c <= ' ':
		case c == ':':
			switch string(lex.Fold(buf[:], string(buf[:n]))) {
			case "javascript", "vbscript", "livescript", "mocha", "jar", "mhtml", "feed", "view-source":
				return true
			case "data":
				return activeData(value[i+1:])
			}
			return false
		case n == len(buf):
			return false
		default:
			buf[n] = c
			n++
		}
	}
	return false
}

// activeData reports whether what follows "data:" is a document or a script, or says nothing about its type.
func activeData(s string) bool {
	var buf [32]byte
	s = strings.TrimLeft(s, " \t\n\r")
	head := string(lex.Fold(buf[:], s[:min(len(s), len(buf))]))
	for _, p := range [...]string{"image/svg", "text/html", "text/xml", "application/", "text/javascript", "text/css", ",", ";", "text/", "multipart/"} {
		if strings.HasPrefix(head, p) {
			return true
		}
	}
	return false
}

// encodedMarkup reports whether the data of a data: URL is base64 of something that begins with "<", whatever its
// type says: browsers guess.
func encodedMarkup(head, data string) bool {
	data = strings.TrimLeft(data, " ")
	return strings.Contains(head, "base64") && next(data, 0) == 'P' && 'A' <= next(data, 1) && next(data, 1) <= 'P'
}

// script reports whether a script's text begins at i: something with effect, before it reads like prose.
func (f *finder) script(i int) bool {
	text := window(f.text, i, codeWindow)
	end := strings.Index(text, "</")
	if end >= 0 {
		text = text[:end]
	}
	p := f.code(i, i+len(text))
	if end > 0 && (text[0] > ' ' || p.Whole && strings.ContainsAny(text, "(=;{[")) {
		return true // closed, and no blank as between words: <script>debugger</script>
	}
	t := strings.TrimLeft(text, " \t\n\r")
	return p.Effect != js.None || strings.HasPrefix(t, "<!--") || strings.HasPrefix(t, "//") || end >= 0 && t == "" || strings.HasPrefix(t, "/*")
}

// rawText gives the elements whose content is no markup a bit each, and other elements none.
func rawText(name []byte) uint16 {
	for i, raw := range [...]string{
		"script", "style", "textarea", "title", "xmp", "noscript", "iframe", "noembed", "noframes", "plaintext",
	} {
		if string(name) == raw {
			return 1 << i
		}
	}
	return 0
}

// alone reports whether the tag [start,end) stands among markup or by itself, and not in a sentence about it.
func (f *finder) alone(start, end int) bool {
	before := start == 0 || strings.IndexByte("'\"`>", f.text[start-1]) >= 0
	return before && (end >= len(f.text) || f.text[end] == '<')
}

// afterEnd reports whether an end tag of a raw text element ends such a text that the page has opened, and no
// text of its own: markup follows, or nothing.
func (f *finder) afterEnd(start, end int) bool {
	rest := strings.TrimLeft(f.text[end:], " \t\r\n")
	return rest != "" && rest[0] == '<' || start == 0 && rest == "" || start > 0 && strings.IndexByte("'\"`;>})]", f.text[start-1]) >= 0
}

// declaration looks at "<" that begins no tag: a comment, a processing instruction, a declaration.
func (f *finder) declaration(i int) {
	rest := f.text[i+1:]
	if rest == "" || strings.IndexByte("!?/%~", rest[0]) < 0 {
		return
	}
	var buf [16]byte
	head := string(lex.Fold(buf[:], rest[:min(len(rest), len(buf))]))
	switch {
	case strings.HasPrefix(head, "!--[if"), strings.HasPrefix(head, "?xml-stylesheet"), strings.HasPrefix(head, "?import"),
		strings.HasPrefix(head, "!--><"), strings.HasPrefix(head, "!attlist"), strings.HasPrefix(head, "?xml:namespace"),
		strings.HasPrefix(head, "![endif]"):
		f.report(ruleElement, i, i+len(head)+1)
	default:
		f.tag, f.inTag = markup.Tag{Start: i, Name: i + 1, NameEnd: i + 1}, true
	}
}

// window returns at most n bytes of s from i on.
func window(s string, i, n int) string { return s[i:min(len(s), i+n)] }

// local returns a name without its namespace prefix.
func local(name string) string {
	if i := strings.LastIndexByte(name, ':'); i >= 0 && i+1 < len(name) {
		return name[i+1:]
	}
	return name
}
