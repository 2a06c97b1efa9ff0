package link_test

import (
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/link"
)

func ExampleDetector_reported() {
	detecttest.Print(link.Detector(), "www.example.com", "mail me: a@example.com", "https://example.com/x")
	// Output:
	// [host]
	// [address]
	// [url]
}

func ExampleDetector_notReported() {
	detecttest.Print(link.Detector(), "J.R.R. Tolkien", "Booking.com", "thanks.Please call")
	// Output:
	// []
	// []
	// []
}
