package fuzz_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/testdata"
)

// addTexts seeds a target with every text of the corpus. A target without seeds fails: it would fuzz nothing
// that resembles what people and attackers send.
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
	for _, l := range append(attacks, benign...) {
		f.Add(l.Text)
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
