package xss

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/js"
	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// maxName bounds how far find looks back for a name: no name that matters is longer.
const maxName = 48

// call looks at the "(" at i: JavaScript that calls a sink, wherever it stands. The name must touch the
// bracket and the argument must be one that prose does not put into brackets: "please confirm (1)" and
// "alert(s)" are honest.
func (f *finder) call(i int) {
	s := f.text
	name, start := f.nameBefore(f.beforeComment(i))
	switch {
	case name == "" && i > 0 && s[i-1] == ']':
		f.computed(i)
	case name == "" && i > 0 && s[i-1] == ')': // (alert)(1)
		if inner, from := f.nameBefore(i - 1); js.Sink(inner) && from > 0 && strings.IndexByte("(,|", s[from-1]) >= 0 && argument(s, i+1, true) {
			f.report(ruleCode, from, f.closing(i))
		}
	case name == "constructor":
		if start > 0 && s[start-1] == '.' && argument(s, i+1, false) {
			f.report(ruleCode, start, f.closing(i))
		}
	case name == "write" || name == "writeln" || name == "createElement":
		if owner, from := f.nameBefore(start - 1); start > 0 && s[start-1] == '.' && owner == "document" && f.builds(i) {
			f.report(ruleCode, from, f.closing(i))
		}
	case name == "call" || name == "apply" || name == "bind":
		if owner, from := f.nameBefore(start - 1); start > 0 && s[start-1] == '.' && js.Dialog(owner) {
			f.report(ruleCode, from, f.closing(i))
		}
	case js.Loader(name):
		if arg := window(s, i+1, 64); argument(s, i+1, false) && (strings.Contains(arg, "//") || strings.Contains(arg, "data:") || strings.Contains(arg, "document.")) {
			f.report(ruleCode, start, f.closing(i))
		}
		f.work += 64
	case js.Sink(name):
		exact := name == strings.ToLower(name) && js.Dialog(name) || name == "Function"
		if argument(s, i+1, exact) || f.emptyCall(start, i) {
			f.report(ruleCode, start, f.closing(i))
		}
	case strings.EqualFold(name, "expression"):
		if k := skipBlank(s, start-1, -1); k >= 0 && s[k] == ':' || start == 0 && strings.ContainsAny(s[i+1:f.closing(i)], "=(") {
			f.report(ruleStyle, start, f.closing(i))
		}
	case name == "parseInt": // parseInt("alert",36): a name as a number
		arg := window(s, i+1, 12)
		if arg = strings.TrimLeft(arg, " '\"`"); js.Dialog(arg[:letters(arg)]) {
			f.report(ruleCode, start, f.closing(i))
		}
	case strings.EqualFold(name, "chr"):
		f.characters(start, i)
	default:
		f.handed(i, start)
	}
	if strings.HasPrefix(s[i+1:], "document.cookie") {
		f.report(ruleCode, i, i+1+len("document.cookie"))
	}
}

// beforeComment returns the offset at which a comment begins that ends at i, or i.
func (f *finder) beforeComment(i int) int {
	if !strings.HasSuffix(f.text[:i], "*/") {
		return i
	}
	from := max(0, i-maxName)
	f.work += i - from
	if n := strings.LastIndex(f.text[from:i-2], "/*"); n >= 0 {
		return from + n
	}
	return i
}

// builds reports whether the argument of the call at i makes an element: document.write("<…"),
// document.createElement("script").
func (f *finder) builds(i int) bool {
	arg := strings.TrimLeft(window(f.text, i+1, maxName), " '\"`\\")
	for _, p := range [...]string{"<", "script", "iframe", "String.", "unescape", "atob", "decodeURI", "location", "document."} {
		if strings.HasPrefix(arg, p) {
			return true
		}
	}
	return false
}

// handed looks for a sink as the argument of a method, [1].find(alert); the "(" stands at i.
func (f *finder) handed(i, start int) {
	s := f.text
	if start < 1 || s[start-1] != '.' {
		return
	}
	if next(s, i+1) == '/' { // replace(/x/,eval) needs no owner to be seen
		args := window(s, i+1, maxName)
		f.work += len(args)
		if n := strings.IndexByte(args, ')'); n > 0 {
			if k := strings.LastIndexByte(args[:n], ','); k > 0 && js.Dialog(strings.TrimSpace(args[k+1:n])) {
				f.report(ruleCode, start, i+1+n)
			}
		}
		return
	}
	if start < 2 || strings.IndexByte("])'\"", s[start-2]) < 0 {
		return
	}
	end := i + 1
	for end < len(s) && end < i+12 && lex.IsLetter(s[end]) {
		end++
	}
	if end < len(s) && (s[end] == ')' || s[end] == ',') && js.Dialog(s[i+1:end]) {
		f.report(ruleCode, start, end+1)
	}
}

// characters looks at chr(60).chr(115).chr(99): text that is put together of three character codes or more. The
// first "(" is at i.
func (f *finder) characters(start, i int) {
	s, n, end := f.text, 0, i
	for ; n < 3; n++ {
		k := end + 1
		for k < len(s) && k-end < 5 && lex.IsDigit(s[k]) {
			k++
		}
		if k == end+1 || next(s, k) != ')' {
			return
		}
		end = k + 1
		k = end
		for k < len(s) && k-end < 4 && strings.IndexByte(" .+|&", s[k]) >= 0 {
			k++
		}
		if k == end || !lex.HasPrefixFold(s, k, "chr(") {
			break
		}
		end = k + len("chr")
	}
	f.work += end - i
	if n >= 2 {
		f.report(ruleCode, start, end)
	}
}

// letters is the length of the run of letters that s begins with.
func letters(s string) int {
	n := 0
	for n < len(s) && lex.IsLetter(s[n]) {
		n++
	}
	return n
}

// emptyCall reports whether alert() stands among code and not among words; its "(" is at i.
func (f *finder) emptyCall(start, i int) bool {
	s := f.text
	j := skipBlank(s, i+1, 1)
	return j < len(s) && s[j] == ')' && start > 0 && strings.IndexByte("=;,-+*!~&|{[/", s[start-1]) >= 0
}

// computed looks at a call of a computed member, its "(" at i: top["al"+"ert"](1), []["flat"](1). Markdown's
// [text](url) is not one: nothing owns its bracket.
func (f *finder) computed(i int) {
	if f.brackets.closed != i {
		return
	}
	owner, start := f.nameBefore(f.brackets.root)
	if owner == "" && start > 0 && f.text[start-1] != ')' {
		return
	}
	inner := strings.TrimLeft(f.text[f.brackets.open+1:i-1], " ")
	if owner != "" && len(owner) < 4 && strings.Trim(owner, "0123456789") == "" && f.numbers(inner, i) {
		f.report(ruleCode, start, f.closing(i))
		return
	}
	quoted := inner != "" && strings.IndexByte("'\"`/(", inner[0]) >= 0
	if js.Global(owner) || owner == "this" && quoted || quoted && strings.HasPrefix(inner[1:], "constructor") {
		f.report(ruleCode, start, f.closing(i))
	}
}

// numbers reports whether a member of a number that is called, 0[x.y](z), is code and no footnote with a link:
// the member is computed or has an owner, and so has the argument.
func (f *finder) numbers(member string, i int) bool {
	arg := window(f.text, i+1, maxName)
	f.work += len(arg)
	n := strings.IndexByte(arg, ')')
	return n > 0 && strings.ContainsAny(member, ".+") && !strings.ContainsAny(member, " ") && !strings.ContainsAny(arg[:n], ":/# ")
}

// brackets pairs "[" and "]". A bracket that follows another, a[b][c], belongs to the same chain.
type brackets struct {
	stack  [16]struct{ open, root int }
	depth  int
	open   int // where the pair opened that was closed last
	root   int // where the first pair of its chain opened
	closed int // the offset behind its end, or 0
}

func (b *brackets) opens(i int) {
	if b.depth < len(b.stack) {
		b.stack[b.depth].open, b.stack[b.depth].root = i, i
		if i > 0 && b.closed == i {
			b.stack[b.depth].root = b.root
		}
	}
	b.depth++
}

func (b *brackets) closes(i int) {
	if b.depth == 0 {
		return
	}
	b.depth--
	if b.depth < len(b.stack) {
		b.open, b.root, b.closed = b.stack[b.depth].open, b.stack[b.depth].root, i+1
	}
}

// template looks at the back-tick at i: alert`1`, and code in ${}.
func (f *finder) template(i int) {
	s := f.text
	end := i
	for end > 0 && i-end < 4 && s[end-1] == '\\' {
		end--
	}
	name, start := f.nameBefore(end)
	quoted := start > 0 && s[start-1] == '`' // `alert` is how Markdown writes a name
	if start > 0 && s[start-1] == '.' && f.substitutes(i) {
		f.report(ruleCode, start, i+1)
		return
	}
	if quoted || !js.Dialog(name) && name != "Function" && name != "constructor" && name != "setTimeout" && name != "setInterval" || strings.IndexByte(window(s, i+1, maxName), '`') < 0 {
		return
	}
	f.work += maxName
	f.report(ruleCode, start, i+1)
}

// substitutes reports whether the template whose back-tick is at i hands a sink to the method that it tags:
// [].sort.call`${alert}1`.
func (f *finder) substitutes(i int) bool {
	near := window(f.text, i+1, maxName)
	f.work += len(near)
	n := strings.Index(near, "${")
	if n < 0 {
		return false
	}
	name := strings.TrimLeft(near[n+2:], " ")
	end := letters(name)
	return js.Dialog(name[:end]) && strings.HasPrefix(strings.TrimLeft(name[end:], " "), "}")
}

// colon looks at the ":" at i: javascript: and its like outside of tags, with code behind; data: documents.
func (f *finder) colon(i int) {
	s := f.text
	j := skipControl(s, i-1)
	if j < 0 {
		return
	}
	switch s[j] | 0x20 {
	case 't', 'a':
	default:
		f.property(j+1, i)
		return
	}
	switch start, scheme := f.scheme(i); scheme {
	case "javascript", "livescript":
		rest := s[i+1:]
		if strings.HasPrefix(rest, "void(0)") || strings.HasPrefix(rest, "void 0") {
			return
		}
		p := f.code(i+1, len(s))
		if p.Effect != js.None || strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "/*") || remote(rest) || shows(rest) {
			f.report(ruleURL, start, i+1+p.Stop)
		}
	case "vbscript":
		if rest := s[i+1:]; rest != "" && rest[0] != ' ' {
			f.report(ruleURL, start, i+1)
		}
	case "data":
		head := window(s, i+1, 80)
		n := strings.IndexByte(head, ',')
		if n > 0 && head[0] != ' ' && (activeData(head) && head[0] != ';' || encodedMarkup(head[:n], head[n+1:])) {
			f.report(ruleURL, start, i+1)
		}
	}
}

// shows reports whether code is a name of the browser's and nothing else, whose value becomes the page.
func shows(code string) bool {
	for i := range min(len(code)+1, maxName) {
		switch {
		case i < len(code) && isWord(code[i]):
		case i == len(code) || code[i] == '.' && i+1 < len(code) && isWord(code[i+1]):
			return js.Value(code[:i])
		default:
			return false
		}
	}
	return false
}

// scheme reads the name of a URL scheme backwards from the ":" at i, over the controls that browsers drop.
func (f *finder) scheme(i int) (start int, scheme string) {
	var buf [10]byte
	n, start := len(buf), i
	for j := i - 1; j >= 0 && n > 0 && i-j < maxName; j-- {
		c := f.text[j]
		if c < ' ' {
			continue
		}
		if !lex.IsLetter(c) {
			break
		}
		n--
		buf[n], start = c|0x20, j
	}
	for _, known := range [...]string{"javascript", "livescript", "vbscript", "data"} {
		if string(buf[n:]) == known {
			return start, known
		}
	}
	return i, ""
}

// nameBefore returns the identifier that ends at end, and its beginning. A longer one than maxName is none.
func (f *finder) nameBefore(end int) (name string, start int) {
	if end < 0 {
		return "", 0
	}
	start = end
	for start > 0 && end-start <= maxName && isWord(f.text[start-1]) {
		start--
	}
	f.work += end - start
	if end-start > maxName {
		return "", end
	}
	return f.text[start:end], start
}

// argument reports whether at i begins an argument as scripts write it, and prose does not. Where word is set,
// a word that a browser knows counts.
func argument(s string, i int, word bool) bool {
	for i < len(s) && s[i] == '(' {
		i++
	}
	i = skipBlank(s, i, 1)
	if i >= len(s) {
		return false
	}
	switch c := s[i]; {
	case lex.IsDigit(c) || strings.IndexByte("'\"`[\\-~!{$", c) >= 0:
		return true
	case c == '/' || c == '+':
		return i+1 < len(s) && s[i+1] > ' '
	case strings.HasPrefix(s[i:], "..."):
		return i+3 < len(s) && isWord(s[i+3]) || strings.HasPrefix(s[i:], "...[")
	case strings.HasPrefix(s[i:], "‘"), strings.HasPrefix(s[i:], "’"), strings.HasPrefix(s[i:], "“"), strings.HasPrefix(s[i:], "”"):
		return true
	case isWord(c):
		end := i
		for end < len(s) && end-i < maxName && isWord(s[end]) {
			end++
		}
		if js.Value(s[i:end]) {
			return true
		}
		return word && end < len(s) && strings.IndexByte("([`+", s[end]) >= 0
	}
	return false
}

// closing returns the offset behind the first ")" after i, if it is near.
func (f *finder) closing(i int) int {
	near := window(f.text, i, maxName)
	f.work += len(near)
	if n := strings.IndexByte(near, ')'); n >= 0 {
		return i + n + 1
	}
	return min(len(f.text), i+1)
}

// skipBlank moves i in steps of step over blanks.
func skipBlank(s string, i, step int) int {
	for n := 0; i >= 0 && i < len(s) && s[i] <= ' ' && n < maxName; n++ {
		i += step
	}
	return i
}

func skipControl(s string, i int) int {
	for n := 0; i >= 0 && s[i] < ' ' && n < maxName; n++ {
		i--
	}
	return i
}

func isWord(c byte) bool { return lex.IsLetter(c) || lex.IsDigit(c) || c == '_' || c == '$' }
