package prototypepollution_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/prototypepollution"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// inspect reports the rules that a text meets as it is given.
func inspect(text string) (rules []string) {
	v := scan.NewView(text)
	if d := prototypepollution.Detector(); d.Open(&v) {
		d.Find(&v, func(rule string, _, _ int) { rules = append(rules, rule) })
	}
	return rules
}

func Example_reported() {
	for _, text := range []string{
		`{"__proto__":{"admin":true}}`,
		`a[constructor][prototype][admin]=1`,
		`__pro__proto__to__.admin=1`,
	} {
		fmt.Println(inspect(text), text)
	}
	// Output:
	// [proto-key] {"__proto__":{"admin":true}}
	// [constructor-path] a[constructor][prototype][admin]=1
	// [nested-key] __pro__proto__to__.admin=1
}

func Example_notReported() {
	for _, text := range []string{
		`__proto__ col meeting`,
		`constructor set`,
		`prototype of the car`,
	} {
		fmt.Println(inspect(text), text)
	}
	// Output:
	// [] __proto__ col meeting
	// [] constructor set
	// [] prototype of the car
}
