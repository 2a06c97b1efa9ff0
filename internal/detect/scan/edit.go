package scan

import "sort"

// edit says that n groups of out bytes of the decoded text, from dst on, came from n groups of in bytes of
// the text before, from src on. Escapes of one kind usually stand side by side, so one edit covers the run.
// out is 0 where something was dropped.
type edit struct {
	dst, src int
	out, in  int
	n        int
	kind     Kinds
}

// find gives the edit that the byte at pos came from, or the last one before it.
func (v *View) find(pos int) (e *edit, inside bool) {
	i := sort.Search(len(v.edits), func(i int) bool { return v.edits[i].dst > pos }) - 1
	if i < 0 {
		return nil, false
	}
	e = &v.edits[i]
	return e, pos-e.dst < e.n*e.out
}

// source gives the bytes of the parent's text that the byte at pos was decoded from.
func (v *View) source(pos int) (start, end int) {
	e, inside := v.find(pos)
	switch {
	case e == nil:
		start = pos
	case inside:
		start = e.src + (pos-e.dst)/e.out*e.in
		return start, start + e.in
	default:
		start = e.src + e.n*e.in + pos - (e.dst + e.n*e.out)
	}
	return start, start + 1
}

// Kind says in what the byte at pos of Text was encoded; 0 where it stands in the input as it is.
func (v *View) Kind(pos int) Kinds {
	var all Kinds
	for ; v.parent != nil; v = v.parent {
		if e, inside := v.find(pos); inside {
			all |= e.kind
		}
		pos, _ = v.source(pos)
	}
	return all
}

// Hides says what stands inside [start,end) of Text that a reader of the input does not see: Drop for characters
// that cannot be seen, Fold for look-alikes of metacharacters.
func (v *View) Hides(start, end int) Kinds {
	var all Kinds
	for ; v.parent != nil && end > start; v = v.parent {
		i := sort.Search(len(v.edits), func(i int) bool { return v.edits[i].dst+v.edits[i].n*v.edits[i].out > start })
		for ; i < len(v.edits) && v.edits[i].dst < end; i++ {
			e := &v.edits[i]
			switch e.kind {
			case Drop:
				if e.dst > start {
					all |= Drop
				}
			case Fold:
				for _, c := range []byte(v.Text[max(e.dst, start):min(e.dst+e.n*e.out, end)]) {
					if !isAlnum(c) {
						all |= Fold
						break
					}
				}
			}
		}
		s, _ := v.source(start)
		_, end = v.source(end - 1)
		start = s
	}
	return all
}

// add appends an edit, joined to the one before where the two are one run.
func add(edits []edit, dst, src int, u *unit) []edit {
	if k := len(edits) - 1; k >= 0 {
		e := &edits[k]
		if e.out == u.size && e.in == u.n && e.kind == u.kind && e.dst+e.n*e.out == dst && e.src+e.n*e.in == src {
			e.n++
			return edits
		}
	}
	return append(edits, edit{dst: dst, src: src, out: u.size, in: u.n, n: 1, kind: u.kind})
}
