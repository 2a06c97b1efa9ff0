package fuzz_test

import (
	"slices"
	"testing"

	"github.com/tangoguard/tangoguard/validate"
)

// FuzzInspect holds every answer to its form: spans inside the input and not empty, sorted, of a documented class
// and with a rule, and the same for an equal string at another address.
func FuzzInspect(f *testing.F) {
	addTexts(f)
	classes := validate.Classes()
	f.Fuzz(func(t *testing.T, s string) {
		found := validate.Inspect(s)
		for i, x := range found {
			if x.Start < 0 || x.Start >= x.End || x.End > len(s) {
				t.Fatalf("%q: finding %+v is not inside the %d bytes", s, x, len(s))
			}
			if x.Rule == "" || !slices.Contains(classes, x.Class) {
				t.Fatalf("%q: finding %+v has no documented class and rule", s, x)
			}
			if i > 0 && (found[i-1].Start > x.Start || found[i-1].Start == x.Start && found[i-1].End > x.End) {
				t.Fatalf("%q: findings are not sorted: %+v", s, found)
			}
		}
		if again := validate.Inspect(string([]byte(s))); !slices.Equal(found, again) {
			t.Fatalf("%q: %+v, and then %+v", s, found, again)
		}
	})
}

// FuzzInspector holds a choice of classes against the whole: it reports what Inspect reports of its classes, and Clean says the same.
func FuzzInspector(f *testing.F) {
	all := validate.Classes()
	for i, s := range texts(f) {
		if i%4 == 0 { // eight looks at each take their time
			add(f, i/4, s)
		}
	}
	whole := validate.Inspector{}.With(validate.ClassLink)
	var lacking []validate.Inspector // each without one class; making one takes longer than a look
	for _, class := range all {
		lacking = append(lacking, whole.Without(class))
	}
	f.Fuzz(func(t *testing.T, choice int, s string) {
		n := uint(choice) % uint(len(all))
		class, without := all[n], lacking[n]
		if slices.Contains(without.Classes(), class) || len(without.Classes()) != len(all)-1 {
			t.Fatalf("without %s: %v", class, without.Classes())
		}
		found, got := whole.Inspect(s), without.Inspect(s)
		rest := slices.DeleteFunc(slices.Clone(found), func(x validate.Finding) bool {
			return x.Class == class || goesWith(x, class, found) && !slices.Contains(got, x)
		})
		if !slices.Equal(got, rest) {
			t.Fatalf("%q without %s: %+v, want %+v", s, class, got, rest)
		}
		for _, i := range []validate.Inspector{{}, whole, without} {
			if i.Clean(s) != (i.Inspect(s) == nil) {
				t.Fatalf("%q: Clean says %v, Inspect %+v", s, i.Clean(s), i.Inspect(s))
			}
		}
		if validate.Clean(s) != (validate.Inspect(s) == nil) {
			t.Fatalf("%q: Clean says %v", s, validate.Clean(s))
		}
	})
}

// goesWith reports whether x says that something is hidden inside a finding of class, and so is not said without it.
func goesWith(x validate.Finding, class validate.Class, found []validate.Finding) bool {
	return (x.Rule == "invisible-inside" || x.Rule == "look-alike") && slices.ContainsFunc(found, func(y validate.Finding) bool {
		return y.Class == class && y.Start == x.Start && y.End == x.End
	})
}
