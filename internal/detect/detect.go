// Package detect runs every detector over every decoding layer of a text.
package detect

import (
	"cmp"
	"slices"
	"sync"

	"github.com/tangoguard/tangoguard/internal/detect/hidden"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// MaxLayers is how many times a text is decoded; what is encoded deeper than that is a finding by itself.
const MaxLayers = 4

// NestedEncoding is the rule of a text that is still encoded after MaxLayers decodings. Its class is unicode.
const NestedEncoding = "nested-encoding"

// Inspect reports every injection that the detectors find in s, sorted by Start, End, Class and Rule, each
// once; nil where there is none. It takes linear time, and allocates nothing where no detector's gate opens
// and nothing is encoded.
func Inspect(s string) []scan.Finding { return standard.Inspect(s) }

// Set is a choice of detectors. It does not change and is safe for concurrent use.
type Set struct {
	detectors []scan.Detector
	nested    bool
}

var standard = NewSet(func(c scan.Class) bool { return c != LinkClass })

// NewSet makes the set of the detectors whose class is wanted.
func NewSet(want func(scan.Class) bool) *Set {
	s := &Set{nested: want(hidden.Class)}
	for _, d := range detectors() {
		if want(d.Class) {
			s.detectors = append(s.detectors, d)
		}
	}
	return s
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
	r := runs.Get().(*run)
	defer runs.Put(r)
	r.set = set
	r.text(s)
	found := tidy(r.found)
	*r = run{report: r.report}
	return found
}

// run is the state of one inspection. Its report function is bound once and reused, because a closure for
// every inspection would be an allocation for every clean text.
type run struct {
	set    *Set
	found  []scan.Finding
	report scan.Report
	class  scan.Class
	view   *scan.View
	views  [1 + 2*MaxLayers]scan.View
	work   int
}

var runs = sync.Pool{New: func() any {
	r := new(run)
	r.report = func(rule string, start, end int) {
		start, end = r.view.Origin(start, end)
		r.found = append(r.found, scan.Finding{Class: r.class, Rule: rule, Start: start, End: end})
	}
	return r
}}

// text inspects s at every layer. Where backslash escapes stand beside others a second chain of layers leaves
// the backslashes alone: "%2e%2e%5cboot.ini" is a path, and its "\b" no escape.
func (r *run) text(s string) {
	if s == "" {
		return
	}
	r.views[0].Reset(s, &r.work)
	r.detect(&r.views[0])
	decodable := scan.Decodable()
	if !decodable.Meets(&r.views[0].Has) {
		return
	}
	split := r.layers(0, 1, scan.All)
	if split >= 0 {
		r.layers(split, 1+MaxLayers, scan.All&^scan.Backslash)
	}
}

// layers decodes views[from] again and again into views[to] and following, and inspects each. It returns the
// first view whose decoding mixed backslash escapes with others, or -1.
func (r *run) layers(from, to int, kinds scan.Kinds) (split int) {
	split = -1
	for r.views[from].Layer < MaxLayers {
		did := r.views[from].Decode(&r.views[to], kinds)
		if did == 0 {
			return split
		}
		if split < 0 && did&scan.Backslash != 0 && did&^scan.Backslash != 0 {
			split = from
		}
		r.detect(&r.views[to])
		from, to = to, to+1
	}
	last := &r.views[from]
	if start, end, ok := last.Encoded(kinds & (scan.Percent | scan.Entity | scan.Backslash)); ok && r.set.nested {
		r.class, r.view = hidden.Class, last
		r.report(NestedEncoding, start, end)
	}
	return split
}

func (r *run) detect(v *scan.View) {
	r.view = v
	for i := range r.set.detectors {
		if d := &r.set.detectors[i]; d.Open(v) {
			r.class = d.Class
			d.Find(v, r.report)
		}
	}
}

// tidy sorts the findings and drops those that another layer has reported too.
func tidy(found []scan.Finding) []scan.Finding {
	slices.SortFunc(found, func(a, b scan.Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End),
			cmp.Compare(a.Class, b.Class), cmp.Compare(a.Rule, b.Rule))
	})
	return slices.Compact(found)
}
