package scan

import "strings"

// Cell makes into the view of what a cell of a CSV file holds (RFC 4180, section 2): where v.Text begins with a
// quote and has a doubled one in it, the quotes around it go and the doubled ones become one. A cell may be cut
// off. It reports whether v.Text is such a cell; where it is none, into is untouched. The text never grows.
func (v *View) Cell(into *View) bool {
	s := v.Text
	if s == "" || s[0] != '"' || !strings.Contains(s[1:], `""`) {
		return false
	}
	if cap(into.buf) < len(s) {
		into.buf = make([]byte, 0, len(s))
	}
	out, edits := into.buf[:0], into.edits[:0]
	for i := 0; i < len(s); {
		k := strings.IndexByte(s[i:], '"')
		if k < 0 {
			out = append(out, s[i:]...)
			break
		}
		out = append(out, s[i:i+k]...)
		i += k
		u := unit{n: 1, kind: quoting} // alone it opens or closes the cell
		if i > 0 && i+1 < len(s) && s[i+1] == '"' {
			u.n, u.size, u.out[0] = 2, 1, '"'
		}
		edits = add(edits, len(out), i, &u)
		out = append(out, u.out[:u.size]...)
		i += u.n
	}
	v.Work(len(s))
	text := bytesAsString(out)
	*into = View{Text: text, Has: bytesOf(GroupsOf(text)), Layer: v.Layer + 1, parent: v, edits: edits, buf: out, work: v.work}
	return true
}
