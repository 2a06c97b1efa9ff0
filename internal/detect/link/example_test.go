package link_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/link"
)

func ExampleDetector_reported() {
	for _, s := range []string{"www.example.com", "mail me: a@example.com", "https://example.com/x"} {
		fmt.Println(detecttest.Rules(link.Class, s))
	}
	// Output:
	// [host]
	// [address]
	// [url]
}

func ExampleDetector_notReported() {
	for _, s := range []string{"J.R.R. Tolkien", "Booking.com", "thanks.Please call"} {
		fmt.Println(detecttest.Rules(link.Class, s))
	}
	// Output:
	// []
	// []
	// []
}
