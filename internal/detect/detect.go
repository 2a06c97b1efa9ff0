// Package detect runs every detector over every decoding layer of a text.
package detect

import (
	"cmp"
	"math/bits"
	"slices"
	"sync"

	"github.com/tangoguard/tangoguard/internal/detect/hidden"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// MaxLayers is how many times a text is decoded; what is encoded deeper than that is a finding by itself.
const MaxLayers = 4

// Inspect reports every injection that the detectors find in s, sorted by Start, End, Class and Rule, each
// once; nil where there is none. It takes linear time, and allocates nothing where no detector's gate opens
// and nothing is encoded.
func Inspect(s string) []scan.Finding { return standard.Inspect(s) }

// Set is a choice of detectors. It does not change and is safe for concurrent use.
type Set struct {
	detectors []scan.Detector
	sieve     *scan.Sieve // of their gates, and of decoding
	looks     uint32      // the detectors that look at a text before their Find does
	hidden    bool        // the class unicode is wanted
	ungated   bool        // run every detector on everything: the slow reference of the tests
}

var standard = NewSet(func(c scan.Class) bool { return c != LinkClass })

// Standard gives the set of Inspect: all detectors but that of links.
func Standard() *Set { return standard }

// NewSet makes the set of the detectors whose class is wanted.
func NewSet(want func(scan.Class) bool) *Set {
	s := &Set{hidden: want(hidden.Class)}
	var gates []scan.Gate
	for _, d := range detectors() {
		if want(d.Class) {
			if d.Worth != nil {
				s.looks |= 1 << len(s.detectors)
			}
			s.detectors = append(s.detectors, d)
			gates = append(gates, d.Gate)
		}
	}
	s.sieve = scan.NewSieve(append(gates, scan.Decodable()))
	return s
}

// open gives the detectors that have to look at s, a bit for each, and the next bit for decoding; and the bytes that
// may occur in s.
func (set *Set) open(s string) (open uint32, has scan.ByteSet) {
	m := set.sieve.Look(s)
	has = m.Bytes()
	if set.ungated {
		return 1<<(len(set.detectors)+1) - 1, has
	}
	open = set.sieve.Open(m)
	for look := open & set.looks; look != 0; look &= look - 1 {
		if i := bits.TrailingZeros32(look); !set.detectors[i].Worth(s, has) {
			open &^= 1 << i
		}
	}
	return open, has
}

// Classes lists the classes of all detectors in the order of the table.
func Classes() []scan.Class {
	var all []scan.Class
	for _, d := range detectors() {
		all = append(all, d.Class)
	}
	return all
}

// Inspect is the function Inspect with the detectors of the set.
func (set *Set) Inspect(s string) []scan.Finding {
	open, has := set.open(s)
	if open == 0 && !mayHoldValues(has) {
		return nil
	}
	r := runs.Get().(*run)
	r.set = set
	r.text(s, has, open)
	found := tidy(r.found)
	r.release()
	return found
}

// Clean reports whether Inspect finds nothing in s. It stops at the first finding and never allocates for one.
func (set *Set) Clean(s string) bool {
	open, has := set.open(s)
	if open == 0 && !mayHoldValues(has) {
		return true
	}
	r := runs.Get().(*run)
	r.set, r.first = set, true
	r.text(s, has, open)
	clean := !r.dirty
	r.release()
	return clean
}

// Steps counts the steps that the detectors take on s: the measure of the tests for linear time.
func (set *Set) Steps(s string) int {
	open, has := set.open(s)
	r := runs.Get().(*run)
	defer r.release()
	r.set, r.work = set, len(s)
	r.text(s, has, open)
	return r.work
}

// run is the state of one inspection. Its report function is bound once and reused, because a closure for
// every inspection would be an allocation for every clean text.
type run struct {
	set    *Set
	found  []scan.Finding
	report scan.Report
	class  scan.Class
	view   *scan.View
	views  [1 + 4*MaxLayers]scan.View
	used   int
	work   int
	first  bool // stop at the first finding, and record none
	dirty  bool // there is a finding
}

var runs = sync.Pool{New: func() any {
	r := new(run)
	r.report = func(rule string, start, end int) { r.add(rule, start, end) }
	return r
}}

// release forgets the text and puts r back.
func (r *run) release() {
	for i := range r.used {
		r.views[i].Release()
	}
	r.set, r.found, r.view, r.used, r.work, r.first, r.dirty = nil, nil, nil, 0, 0, false, false
	runs.Put(r)
}

// add records a finding in the current view, and what hides in it.
func (r *run) add(rule string, start, end int) {
	r.dirty = true
	if r.first {
		return
	}
	from, to := r.view.Origin(start, end)
	r.found = append(r.found, scan.Finding{Class: r.class, Rule: rule, Start: from, End: to})
	if r.view.Layer == 0 || !r.set.hidden || r.class == hidden.Class {
		return
	}
	kinds := r.view.Hides(start, end)
	if kinds&scan.Drop != 0 {
		r.found = append(r.found, scan.Finding{Class: hidden.Class, Rule: hidden.InvisibleInside, Start: from, End: to})
	}
	if kinds&scan.Fold != 0 {
		r.found = append(r.found, scan.Finding{Class: hidden.Class, Rule: hidden.LookAlike, Start: from, End: to})
	}
}

// text inspects s at every layer. Where backslash escapes stand beside others a second chain of layers leaves
// the backslashes alone: "%2e%2e\boot.ini" is a path, and its "\b" no escape. What may be the cell of a CSV file
// is inspected as such too, and so is each value of a URL or of a form.
func (r *run) text(s string, has scan.ByteSet, open uint32) {
	r.used = 1
	r.views[0].Reset(s, has, &r.work)
	r.detect(&r.views[0], open)
	if open>>len(r.set.detectors) != 0 {
		r.chains(0)
	}
	if cell := r.used; !(r.first && r.dirty) && r.views[0].Cell(&r.views[cell]) {
		r.used++
		r.look(&r.views[cell])
		r.chains(cell)
	}
	if mayHoldValues(has) {
		r.values()
	}
}

// mayHoldValues reports whether a text with the bytes of has may be a URL with a query, or a form.
func mayHoldValues(has scan.ByteSet) bool { return has.Has('=') && (has.Has('?') || has.Has('&')) }

// values inspects each value in the query of a URL or in a form by itself, as the program behind it will see it.
func (r *run) values() {
	v := &r.views[0]
	i := v.Query()
	if i < 0 {
		return
	}
	for r.used > 1 { // what was decoded so far is done with
		r.used--
		r.views[r.used].Release()
	}
	for !(r.first && r.dirty) {
		start, end, ok := v.NextValue(i)
		if !ok {
			return
		}
		v.Part(&r.views[1], start, end)
		r.used = 2
		r.look(&r.views[1])
		r.chains(1)
		for r.used > 1 {
			r.used--
			r.views[r.used].Release()
		}
		i = end + 1
	}
}

func (r *run) chains(from int) {
	if split := r.layers(from, scan.All); split >= 0 {
		r.layers(split, scan.All&^scan.Backslash)
	}
}

// layers decodes views[from] again and again and inspects each layer. It returns the first view whose decoding
// mixed backslash escapes with others, or -1.
func (r *run) layers(from int, kinds scan.Kinds) (split int) {
	split = -1
	for r.views[from].Layer < MaxLayers {
		did := r.views[from].Decode(&r.views[r.used], kinds)
		if did == 0 || r.first && r.dirty {
			return split
		}
		if split < 0 && did&scan.Backslash != 0 && did&^scan.Backslash != 0 {
			split = from
		}
		from = r.used
		r.used++
		r.look(&r.views[from])
	}
	last := &r.views[from]
	if start, end, ok := last.Encoded(kinds & (scan.Percent | scan.Entity | scan.Backslash)); ok && r.set.hidden {
		r.class, r.view = hidden.Class, last
		r.add(hidden.NestedEncoding, start, end)
	}
	return split
}

// look inspects a view that was made of another.
func (r *run) look(v *scan.View) {
	open, _ := r.set.open(v.Text)
	r.detect(v, open)
}

// detect runs the detectors whose gates are open.
func (r *run) detect(v *scan.View, open uint32) {
	if v.Text == "" {
		return // given so, or nothing but characters that cannot be seen
	}
	r.view = v
	for open &= 1<<len(r.set.detectors) - 1; open != 0; open &= open - 1 {
		d := &r.set.detectors[bits.TrailingZeros32(open)]
		r.class = d.Class
		d.Find(v, r.report)
		if r.first && r.dirty {
			return
		}
	}
}

// tidy sorts the findings and drops those that another layer has reported too.
func tidy(found []scan.Finding) []scan.Finding {
	slices.SortFunc(found, inOrder)
	return slices.Compact(found)
}

// inOrder compares two findings. Most differ in Start, and no string is looked at for them.
func inOrder(a, b scan.Finding) int {
	switch {
	case a.Start != b.Start:
		return a.Start - b.Start
	case a.End != b.End:
		return a.End - b.End
	case a.Class != b.Class:
		return cmp.Compare(a.Class, b.Class)
	}
	return cmp.Compare(a.Rule, b.Rule)
}
