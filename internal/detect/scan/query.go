package scan

import "strings"

// Query returns where parameters begin (application/x-www-form-urlencoded, WHATWG URL, section 5.1), when v.Text is made
// of them: behind the "?" of a URL, which a scheme, a path or the name of a file begins, or at the start of a form of two
// at least. It returns -1 for every other text.
func (v *View) Query() int {
	s := v.Text
	if q := strings.IndexByte(s, '?'); q >= 0 && (q == 0 || resource(s[:q])) {
		v.Work(q)
		if nameEnd(s, q+1) > 0 {
			return q + 1
		}
		return -1
	}
	if nameEnd(s, 0) == 0 {
		return -1
	}
	v.Work(len(s))
	for i := 0; ; {
		k := strings.IndexByte(s[i:], '&')
		if k < 0 {
			return -1
		}
		i += k + 1
		if nameEnd(s, i) > 0 {
			return 0
		}
	}
}

// maxName is how long the name of a parameter may be, in bytes.
const maxName = 64

// nameEnd returns where the "=" stands behind the name of a parameter that begins at i; 0 where none does.
func nameEnd(s string, i int) int {
	from := i
	for i < len(s) && i-from < maxName && nameByte(s[i]) {
		i++
	}
	if i > from && i < len(s) && s[i] == '=' {
		return i
	}
	return 0
}

// resource reports whether s, which stands before a query, names something: http://host/x, /x, x.php.
func resource(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || strings.IndexByte("\"'`<>{}|\\", s[i]) >= 0 {
			return false
		}
	}
	if s[0] == '/' || strings.Contains(s, "://") {
		return true
	}
	dot := strings.LastIndexByte(s, '.')
	return dot > 0 && dot+1 < len(s) && s[dot+1]|0x20 >= 'a' && s[dot+1]|0x20 <= 'z'
}

// nameByte reports whether c may stand in the name of a parameter as clients write them.
func nameByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("_-.[]%~$", c) >= 0
}

// NextValue returns the next value in the query of v.Text at or behind i, as bytes [start,end) of it, and ok = false when
// there is none. "&" alone ends a value: what a server takes for a fragment, an attacker writes as a comment.
func (v *View) NextValue(i int) (start, end int, ok bool) {
	s := v.Text
	for i < len(s) {
		end = len(s)
		if k := strings.IndexByte(s[i:], '&'); k >= 0 {
			end = i + k
		}
		v.Work(end - i)
		if k := strings.IndexByte(s[i:end], '='); k >= 0 && i+k+1 < end {
			return i + k + 1, end, true
		}
		i = end + 1
	}
	return 0, 0, false
}

// Part makes into the view of the bytes [start,end) of v.Text.
func (v *View) Part(into *View, start, end int) {
	text := v.Text[start:end]
	edits := append(into.edits[:0], edit{in: start, n: 1, kind: quoting})
	*into = View{Text: text, Has: bytesOf(GroupsOf(text)), Layer: v.Layer + 1, parent: v, edits: edits, buf: into.buf, work: v.work}
}
