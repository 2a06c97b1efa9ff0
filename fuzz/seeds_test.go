package fuzz_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/testdata"
)

// seedsOfEach is how many attacks and how many honest texts seed a target: more, and the engine spends a short run
// on measuring its seeds. Tests hold the whole corpus against detectors and sanitizers.
const seedsOfEach = 200

// addTexts seeds a target with texts from all over the corpus. A target without seeds fails: it would fuzz nothing that
// resembles what people and attackers send.
func addTexts(f *testing.F) {
	f.Helper()
	attacks, err := testdata.Attacks()
	if err != nil {
		f.Fatal(err)
	}
	benign, err := testdata.Benign()
	if err != nil {
		f.Fatal(err)
	}
	if len(attacks) == 0 || len(benign) == 0 {
		f.Fatal("no seeds")
	}
	for _, lines := range [][]testdata.Line{attacks, benign} {
		for i := 0; i < len(lines); i += max(1, len(lines)/seedsOfEach) {
			f.Add(lines[i].Text)
		}
	}
}

// addOrders seeds a target with the bodies of every order request.
func addOrders(f *testing.F) {
	f.Helper()
	orders, err := testdata.Orders()
	if err != nil {
		f.Fatal(err)
	}
	if len(orders) == 0 {
		f.Fatal("no seeds")
	}
	for _, o := range orders {
		f.Add([]byte(o.Request))
	}
}
