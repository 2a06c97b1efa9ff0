package rfi_test

import (
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/rfi"
)

func ExampleDetector_reported() {
	detecttest.Print(rfi.Detector(), "/a.php?page=http://evil.example/x.txt?", "php://filter/resource=a", "http://evil.example/c99.php")
	// Output:
	// [cut-off-url]
	// [stream-wrapper]
	// [web-shell]
}

func ExampleDetector_notReported() {
	detecttest.Print(rfi.Detector(), "https://example.org/sharer.php?u=https://example.org/", "read http://example.org/a.txt?", "data: text")
	// Output:
	// []
	// []
	// []
}
