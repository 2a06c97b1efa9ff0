package textclean

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/rangetable"
)

// table is what the scan has to know of each character below U+20000, a page of 64 after the other. What lies above is
// rare, and looked up where it is met.
type table struct {
	quiet [0x20000 / 64]quiet
	three [0x10000 / 64]uint64 // what is inert and takes three bytes, so that overlong forms are not in it
	pages [0x20000 / 64]page   // what else there is to know
	marks [][64]mark           // of the pages that have one
	pairs map[[2]rune]struct{} // two characters of which NFC makes one
}

// quiet has a bit for each of 64 characters that never change.
type quiet struct {
	inert uint64 // visible, no white space, and for NFC a starter that joins nothing before it
	lone  uint64 // a visible mark that NFC leaves where it is behind an inert character
}

// page has more about the same characters.
type page struct {
	mn    uint64 // a nonspacing mark
	joins uint64 // of a script that uses joiners
	leads uint64 // the first of a pair, or made of one
	marks int    // of the page in table.marks; 0 for none
}

// mark is a character that may join, or change places with, what is before it (UAX 15).
type mark struct {
	class uint8 // Canonical_Combining_Class
	maybe bool  // NFC_Quick_Check=Maybe: it is the second of a pair
	no    bool  // NFC_Quick_Check=No, or not known here
}

// characters is the table of the Unicode version that package norm has. It takes some milliseconds to make, and only
// text beyond ASCII needs it.
var characters = sync.OnceValue(func() *table {
	t := &table{marks: make([][64]mark, 1), pairs: map[[2]rune]struct{}{}}
	each(unicode.Mn, func(r rune) { t.pages[r/64].mn |= 1 << (r % 64) })
	each(joinerScripts, func(r rune) { t.pages[r/64].joins |= 1 << (r % 64) })
	for r := rune(0xa0); r < 0x20000; r++ {
		switch {
		case !utf8.ValidRune(r):
		case r >= 0x4e00 && r < 0xa000 || r >= 0xac00 && r <= 0xd7a3: // ideographs and whole Hangul syllables
			t.quiet[r/64].inert |= 1 << (r % 64)
		default:
			t.note(r)
		}
	}
	each(unicode.White_Space, func(r rune) { t.quiet[r/64].inert &^= 1 << (r % 64) })
	for pair := range t.pairs {
		t.pages[pair[0]/64].leads |= 1 << (pair[0] % 64)
		if m := t.at(pair[1]); *m != (mark{}) {
			m.maybe, m.no = true, m.no && m.class != 0
			t.quiet[pair[1]/64].lone &^= 1 << (pair[1] % 64)
		}
	}
	for i := 0x800 / 64; i < len(t.three); i++ {
		t.three[i] = t.quiet[i].inert
	}
	return t
})

// each calls f for each character of the table that is in r.
func each(r *unicode.RangeTable, f func(rune)) {
	rangetable.Visit(r, func(x rune) {
		if x < 0x20000 {
			f(x)
		}
	})
}

// note puts down what package norm says about r. What has class 0 and joins may turn out to be the second of a pair.
func (t *table) note(r rune) {
	p := norm.NFC.PropertiesString(string(r))
	d := p.Decomposition()
	if d != nil {
		t.pages[r/64].leads |= 1 << (r % 64)
	}
	normal := d == nil || norm.NFC.IsNormalString(string(r))
	if normal && d != nil {
		if pair, ok := pairOf(d); ok {
			t.pairs[pair] = struct{}{}
		}
	}
	if normal && p.BoundaryBefore() {
		if !Invisible(r) {
			t.quiet[r/64].inert |= 1 << (r % 64)
		}
		return
	}
	if t.pages[r/64].marks == 0 {
		t.pages[r/64].marks = len(t.marks)
		t.marks = append(t.marks, [64]mark{})
	}
	m := mark{class: p.CCC(), no: !normal || p.CCC() == 0}
	*t.at(r) = m
	if !m.no && !Invisible(r) {
		t.quiet[r/64].lone |= 1 << (r % 64)
	}
}

// at is where the table keeps the mark r.
func (t *table) at(r rune) *mark { return &t.marks[t.pages[r/64].marks][r%64] }

// pairOf splits a full canonical decomposition into the two characters that compose last.
func pairOf(decomposition []byte) (pair [2]rune, ok bool) {
	last, size := utf8.DecodeLastRune(decomposition)
	first, n := utf8.DecodeRune(norm.NFC.Bytes(decomposition[:len(decomposition)-size]))
	return [2]rune{first, last}, n == len(norm.NFC.Bytes(decomposition[:len(decomposition)-size]))
}

// mark is what there is to know of r if it is not the beginning of something new.
func (t *table) mark(r rune) mark {
	if r < 0x20000 {
		return t.marks[t.pages[r/64].marks][r%64]
	}
	p := norm.NFC.PropertiesString(string(r))
	return mark{no: p.Decomposition() != nil || !p.BoundaryBefore()}
}

// joined reports whether NFC may make one character of the two, or of the second and a part of the first, which a mark
// of lower class can reach ("é" and a dot below).
func (t *table) joined(first, second rune) bool {
	if first >= 0x20000 || t.pages[first/64].leads>>(first%64)&1 == 0 {
		return false
	}
	_, pair := t.pairs[[2]rune{first, second}]
	return pair || norm.NFC.PropertiesString(string(first)).Decomposition() != nil
}

// nonspacing reports whether r stands on what is before it.
func (t *table) nonspacing(r rune) bool {
	if r >= 0x20000 {
		return unicode.Is(unicode.Mn, r)
	}
	return t.pages[r/64].mn>>(r%64)&1 != 0
}

// maxMarks is less than the thirty marks in a row behind which norm puts a grapheme joiner (UAX 15, stream-safe text),
// by what a letter and a mark can bring along in their decomposition.
const maxMarks = 8

// order is how far a text has shown itself to be in NFC.
type order struct {
	starter rune
	class   uint8 // of the last character
	marks   int   // behind the starter
	doubt   bool  // package norm has to look
}

// starts is next for a character that joins nothing before it.
func (o *order) starts(r rune) { o.starter, o.class, o.marks = r, 0, 0 }

// next takes r in, by UAX 15's quick check (section 9) with a look at the pair where that says Maybe.
func (o *order) next(t *table, r rune) {
	m := t.mark(r)
	if m == (mark{}) {
		o.starts(r)
		return
	}
	if m.maybe {
		m.no = t.joined(o.starter, r)
	}
	o.marks++
	o.doubt = o.doubt || m.no || o.marks > maxMarks || m.class != 0 && m.class < o.class
	o.class = m.class
	if m.class == 0 {
		o.starter = r
	}
}
