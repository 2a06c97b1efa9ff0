package scan

import "sort"

// edit says that n groups of out bytes of the decoded text, from dst on, came from n groups of in bytes of
// the text before, from src on. Escapes of one kind usually stand side by side, so one edit covers the run.
// out is 0 where something was dropped.
type edit struct {
	dst, src int
	out, in  int
	n        int
}

// source gives the bytes of the parent's text that the byte at pos was decoded from.
func (v *View) source(pos int) (start, end int) {
	i := sort.Search(len(v.edits), func(i int) bool { return v.edits[i].dst > pos }) - 1
	if i < 0 {
		return pos, pos + 1
	}
	e := &v.edits[i]
	if d := pos - e.dst; d < e.n*e.out {
		start = e.src + d/e.out*e.in
		return start, start + e.in
	}
	start = e.src + e.n*e.in + pos - (e.dst + e.n*e.out)
	return start, start + 1
}

// add appends an edit, joined to the one before where the two are one run.
func add(edits []edit, dst, src, out, in int) []edit {
	if k := len(edits) - 1; k >= 0 {
		e := &edits[k]
		if e.out == out && e.in == in && e.dst+e.n*out == dst && e.src+e.n*in == src {
			e.n++
			return edits
		}
	}
	return append(edits, edit{dst: dst, src: src, out: out, in: in, n: 1})
}
