package nosqli_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/nosqli"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

func inspect(s string) {
	d := nosqli.Detector()
	v := scan.NewView(s)
	d.Find(&v, func(rule string, start, end int) { fmt.Println(rule, s[start:end]) })
}

// An operator of MongoDB where a key stands.
func ExampleDetector_reportedOperator() {
	inspect("{\"$ne\": null}")
	// Output: operator-key $ne":
}

// The brackets in which forms nest values.
func ExampleDetector_reportedBracket() {
	inspect("user[$gt]=")
	// Output: operator-bracket [$gt]
}

// A condition of its own behind the quote.
func ExampleDetector_reportedJavaScript() {
	inspect("' || 7==7//")
	// Output: javascript ' || 7==7
}

// Dollar signs are mostly money.
func ExampleDetector_passesAmounts() {
	inspect("$100 or $ne")
	// Output:
}

// A template is no document.
func ExampleDetector_passesTemplates() {
	inspect("{$name} and ${price}")
	// Output:
}

// A semicolon in a sentence.
func ExampleDetector_passesProse() {
	inspect("don't; return it")
	// Output:
}
