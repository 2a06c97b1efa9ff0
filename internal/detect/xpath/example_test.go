package xpath_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/detect/xpath"
)

func inspect(s string) {
	d := xpath.Detector()
	v := scan.NewView(s)
	d.Find(&v, func(rule string, start, end int) { fmt.Println(rule, s[start:end]) })
}

// A condition that is always true.
func ExampleDetector_reportedBoolean() {
	inspect("' or '7'='7")
	// Output: boolean ' or '7'='7
}

// The predicate is closed and another path follows.
func ExampleDetector_reportedPredicate() {
	inspect("'] | //* | //*['")
	// Output: predicate '] | //* | //*['
}

// The number of nodes, by itself.
func ExampleDetector_reportedFunction() {
	inspect("count(/child::node())")
	// Output: function count(/child::node())
}

// A plain path reads nothing that it should not.
func ExampleDetector_passesPath() {
	inspect("//shelf[@room]")
	// Output:
}

// And, or, and a slash.
func ExampleDetector_passesProse() {
	inspect("either/or and both")
	// Output:
}

// Quoted words are no comparison.
func ExampleDetector_passesQuotes() {
	inspect("he said 'yes' or 'no'")
	// Output:
}
