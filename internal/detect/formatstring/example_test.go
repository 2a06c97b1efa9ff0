package formatstring_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/formatstring"
)

func ExampleDetector_reported() {
	for _, s := range []string{"%s%n", "%08x.%08x.%08x", "{0.__class__}"} {
		fmt.Println(detecttest.Rules(formatstring.Class, s))
	}
	// Output:
	// [write]
	// [read]
	// [attribute]
}

func ExampleDetector_notReported() {
	for _, s := range []string{"100% sure", "Hi %s, order #%d", "{user.name}"} {
		fmt.Println(detecttest.Rules(formatstring.Class, s))
	}
	// Output:
	// []
	// []
	// []
}
