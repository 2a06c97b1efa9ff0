package csvinjection_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/csvinjection"
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
)

func ExampleDetector_reported() {
	for _, s := range []string{"=cmd|' /C calc'!A0", "=HYPERLINK(A1)", "-2+3+cmd|'/C calc'!A0"} {
		fmt.Println(detecttest.Rules(csvinjection.Class, s))
	}
	// Output:
	// [dde]
	// [function]
	// [dde]
}

func ExampleDetector_notReported() {
	for _, s := range []string{"-5", "=)", "@anna and @bob"} {
		fmt.Println(detecttest.Rules(csvinjection.Class, s))
	}
	// Output:
	// []
	// []
	// []
}
