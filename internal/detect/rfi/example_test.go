package rfi_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/rfi"
)

func ExampleDetector_reported() {
	for _, s := range []string{"/a.php?page=http://evil.example/x.txt?", "php://filter/resource=a", "http://evil.example/c99.php"} {
		fmt.Println(detecttest.Rules(rfi.Class, s))
	}
	// Output:
	// [cut-off-url]
	// [stream-wrapper]
	// [web-shell]
}

func ExampleDetector_notReported() {
	for _, s := range []string{"https://example.org/sharer.php?u=https://example.org/", "read http://example.org/a.txt?", "data: text"} {
		fmt.Println(detecttest.Rules(rfi.Class, s))
	}
	// Output:
	// []
	// []
	// []
}
