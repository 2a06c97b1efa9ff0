package hidden_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/hidden"
)

func ExampleDetector_reported() {
	for _, s := range []string{"photo\u202Egpj.exe", "\u2066/* } \u2069begin {", "%2525252541"} {
		fmt.Println(detecttest.Rules(hidden.Class, s))
	}
	// Output:
	// [bidi-override]
	// [bidi-code]
	// [nested-encoding]
}

func ExampleDetector_notReported() {
	for _, s := range []string{"👨\u200d👩\u200d👧", "\u202bשלום\u202c", "❤\ufe0f"} {
		fmt.Println(detecttest.Rules(hidden.Class, s))
	}
	// Output:
	// []
	// []
	// []
}
