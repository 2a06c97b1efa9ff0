package csvinjection_test

import (
	"github.com/tangoguard/tangoguard/internal/detect/csvinjection"
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
)

func ExampleDetector_reported() {
	detecttest.Print(csvinjection.Detector(), "=cmd|' /C calc'!A0", "=HYPERLINK(A1)", "-2+3+cmd|'/C calc'!A0")
	// Output:
	// [dde]
	// [function]
	// [dde]
}

func ExampleDetector_notReported() {
	detecttest.Print(csvinjection.Detector(), "-5", "=)", "@anna and @bob")
	// Output:
	// []
	// []
	// []
}
