package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// report is what was measured.
type report struct {
	attacks, benign          []line
	byClass, byKind          map[string]*tally
	misses, alarms           []outcome
	attackTimes, benignTimes []time.Duration
}

// tally counts the strings of a class or kind, and those with a finding.
type tally struct{ n, hit int }

func (t *tally) percent() float64 {
	if t.n == 0 {
		return 0
	}
	return 100 * float64(t.hit) / float64(t.n)
}

// outcome is a line with what was found in it.
type outcome struct {
	line
	found []scan.Finding
}

func (r *report) measure(inspect func(string) []scan.Finding) {
	r.byClass, r.byKind = map[string]*tally{}, map[string]*tally{}
	for _, l := range r.attacks {
		found := inspect(l.Text)
		count(r.byClass, l.Category, found != nil)
		if found == nil {
			r.misses = append(r.misses, outcome{l, nil})
		}
	}
	for _, l := range r.benign {
		found := inspect(l.Text)
		count(r.byKind, l.Category, found != nil)
		if found != nil {
			r.alarms = append(r.alarms, outcome{l, found})
		}
	}
	r.attackTimes, r.benignTimes = timed(r.attacks, inspect), timed(r.benign, inspect)
}

func count(m map[string]*tally, key string, hit bool) {
	t := m[key]
	if t == nil {
		t = new(tally)
		m[key] = t
	}
	t.n++
	if hit {
		t.hit++
	}
}

// timed gives the time that each line takes, sorted. Eight runs drown the cost of reading the clock.
func timed(lines []line, inspect func(string) []scan.Finding) []time.Duration {
	const reps = 8
	all := make([]time.Duration, 0, len(lines))
	for _, l := range lines {
		start := time.Now()
		for range reps {
			inspect(l.Text)
		}
		all = append(all, time.Since(start)/reps)
	}
	slices.Sort(all)
	return all
}

func (r *report) print(w io.Writer, verbose bool) {
	if len(r.attacks) > 0 {
		table(w, "attacks found", r.byClass)
		fmt.Fprintf(w, "  %-24s %36.2f %%\n", "mean over classes", mean(r.byClass))
		times(w, r.attackTimes)
	}
	if len(r.benign) > 0 {
		table(w, "honest text refused", r.byKind)
		text, code := sum(r.byKind, isText), sum(r.byKind, isCode)
		fmt.Fprintf(w, "  %-24s %7d of %7d  %15.3f %%\n", "names+messages+sentences", text.hit, text.n, text.percent())
		fmt.Fprintf(w, "  %-24s %7d of %7d  %15.3f %%\n", "code-like", code.hit, code.n, code.percent())
		times(w, r.benignTimes)
	}
	if verbose {
		for _, m := range r.misses {
			fmt.Fprintf(w, "miss   %-20s %s %q\n", m.Category, m.ID, m.Text)
		}
		slices.SortStableFunc(r.alarms, func(a, b outcome) int { return strings.Compare(rules(a.found), rules(b.found)) })
		for _, a := range r.alarms {
			f := a.found[0]
			fmt.Fprintf(w, "alarm  %-20s %s [%s] %q in %q\n", a.Category, a.ID, rules(a.found), a.Text[f.Start:f.End], a.Text)
		}
		byRule(w, r.alarms)
	}
}

func table(w io.Writer, title string, m map[string]*tally) {
	all := sum(m, func(string) bool { return true })
	fmt.Fprintf(w, "%-26s %7d of %7d  %15.3f %%\n", title, all.hit, all.n, all.percent())
	for _, k := range slices.Sorted(maps.Keys(m)) {
		t := m[k]
		fmt.Fprintf(w, "  %-24s %7d of %7d  %15.3f %%\n", k, t.hit, t.n, t.percent())
	}
}

func times(w io.Writer, d []time.Duration) {
	var total time.Duration
	for _, x := range d {
		total += x
	}
	fmt.Fprintf(w, "  time a string: median %v, mean %v, 99th percentile %v, longest %v\n",
		d[len(d)/2], total/time.Duration(len(d)), d[len(d)*99/100], d[len(d)-1])
}

// rules names the findings, each class and rule once.
func rules(found []scan.Finding) string {
	var names []string
	for _, f := range found {
		if n := string(f.Class) + "/" + f.Rule; !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// byRule counts how many honest texts each rule refuses, and how many it refuses alone.
func byRule(w io.Writer, alarms []outcome) {
	refuses, alone := map[string]int{}, map[string]int{}
	for _, a := range alarms {
		names := strings.Fields(rules(a.found))
		for _, n := range names {
			refuses[n]++
			if len(names) == 1 {
				alone[n]++
			}
		}
	}
	names := slices.SortedFunc(maps.Keys(refuses), func(a, b string) int { return refuses[b] - refuses[a] })
	for _, n := range names {
		fmt.Fprintf(w, "rule   %-44s refuses %4d, alone %4d\n", n, refuses[n], alone[n])
	}
}

func sum(m map[string]*tally, want func(string) bool) tally {
	var all tally
	for k, t := range m {
		if want(k) {
			all.n += t.n
			all.hit += t.hit
		}
	}
	return all
}

func mean(m map[string]*tally) float64 {
	var total float64
	for _, t := range m {
		total += t.percent()
	}
	return total / float64(max(len(m), 1))
}

func isText(kind string) bool {
	return strings.HasPrefix(kind, "name") || strings.HasPrefix(kind, "message") || strings.HasPrefix(kind, "sentence")
}

func isCode(kind string) bool { return strings.HasPrefix(kind, "code") }

// missed is a threshold that the figures do not reach.
type missed string

func (m missed) Error() string { return string(m) }

// check compares the figures with the limits and names every one that fails.
func (r *report) check(lim limits) error {
	all := func(string) bool { return true }
	var bad []string
	least := func(what string, got, limit float64) {
		if limit >= 0 && got < limit {
			bad = append(bad, fmt.Sprintf("%s: %.3f %% found, at least %g %% wanted", what, got, limit))
		}
	}
	most := func(what string, t tally, limit float64) {
		if limit >= 0 && t.percent() > limit {
			bad = append(bad, fmt.Sprintf("%s: %.3f %% refused, at most %g %% wanted", what, t.percent(), limit))
		}
	}
	if len(r.attacks) > 0 {
		found := sum(r.byClass, all)
		least("all attacks", found.percent(), lim.minFound)
		least("mean over classes", mean(r.byClass), lim.minMean)
		for _, k := range slices.Sorted(maps.Keys(r.byClass)) {
			if t := r.byClass[k]; t.n >= lim.minStrings {
				least("class "+k, t.percent(), lim.minClass)
			}
		}
	}
	if len(r.benign) > 0 {
		most("honest text", sum(r.byKind, all), lim.maxRefused)
		most("names, messages and sentences", sum(r.byKind, isText), lim.maxRefusedText)
		most("code-like text", sum(r.byKind, isCode), lim.maxRefCd)
	}
	if bad == nil {
		return nil
	}
	return missed(strings.Join(bad, "; "))
}
