package hidden_test

import (
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/hidden"
)

func ExampleDetector_reported() {
	detecttest.Print(hidden.Detector(), "photo\u202Egpj.exe", "\u2066/* } \u2069begin {", "%2525252541")
	// Output:
	// [bidi-override]
	// [bidi-code]
	// [nested-encoding]
}

func ExampleDetector_notReported() {
	detecttest.Print(hidden.Detector(), "👨\u200d👩\u200d👧", "\u202bשלום\u202c", "❤\ufe0f")
	// Output:
	// []
	// []
	// []
}
