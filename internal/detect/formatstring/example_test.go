package formatstring_test

import (
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/formatstring"
)

func ExampleDetector_reported() {
	detecttest.Print(formatstring.Detector(), "%s%n", "%08x.%08x.%08x", "{0.__class__}")
	// Output:
	// [write]
	// [read]
	// [attribute]
}

func ExampleDetector_notReported() {
	detecttest.Print(formatstring.Detector(), "100% sure", "Hi %s, order #%d", "{user.name}")
	// Output:
	// []
	// []
	// []
}
