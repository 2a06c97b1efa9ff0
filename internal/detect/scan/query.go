package scan

import "strings"

// Query returns where the query of a URL begins, behind its "?", when v.Text begins with one: a scheme, a path or the
// name of a file, and a name with "=" behind the "?" (WHATWG URL, section 4.1; application/x-www-form-urlencoded,
// section 5.1). It returns -1 when it does not.
func (v *View) Query() int {
	s := v.Text
	q := strings.IndexByte(s, '?')
	if q < 0 || q > 0 && !resource(s[:q]) {
		return -1
	}
	v.Work(q)
	i := q + 1
	for i < len(s) && nameByte(s[i]) {
		i++
	}
	v.Work(i - q)
	if i == q+1 || i == len(s) || s[i] != '=' {
		return -1
	}
	return q + 1
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
