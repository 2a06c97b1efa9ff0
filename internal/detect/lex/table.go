package lex

// Table marks the bytes at which a scanner stops; it is the quick first pass over a text.
type Table [256]bool

// NewTable marks the bytes of s.
func NewTable(s string) *Table {
	t := new(Table)
	for i := range len(s) {
		t[s[i]] = true
	}
	return t
}

// Next returns the first offset from i on that holds a marked byte, or len(s).
func (t *Table) Next(s string, i int) int {
	for ; i+4 <= len(s); i += 4 {
		c := s[i : i+4]
		if t[c[0]] || t[c[1]] || t[c[2]] || t[c[3]] {
			break
		}
	}
	for ; i < len(s); i++ {
		if t[s[i]] {
			return i
		}
	}
	return len(s)
}
