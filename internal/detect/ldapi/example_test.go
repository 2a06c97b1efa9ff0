package ldapi_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/ldapi"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

func inspect(s string) {
	d := ldapi.Detector()
	v := scan.NewView(s)
	d.Find(&v, func(rule string, start, end int) { fmt.Println(rule, s[start:end]) })
}

// The assertion is closed, another follows.
func ExampleDetector_reportedBreakOut() {
	inspect("*)(uid=*")
	// Output: filter-break-out )(uid=
}

// A filter of its own.
func ExampleDetector_reportedFilter() {
	inspect("(|(uid=anna)(uid=*))")
	// Output: filter (|(uid=
}

// A match by a rule that compares octets.
func ExampleDetector_reportedMatch() {
	inspect("userPassword:2.5.13.18:=x")
	// Output: matching-rule :2.5.13.18:=
}

// Brackets and asterisks that smile.
func ExampleDetector_passesSmileys() {
	inspect(":*)(:")
	// Output:
}

// Markdown.
func ExampleDetector_passesEmphasis() {
	inspect("**bold** and *(italic)*")
	// Output:
}

// A formula.
func ExampleDetector_passesFormulas() {
	inspect("f(x)(y)")
	// Output:
}
