package ssrf_test

import (
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/ssrf"
)

func ExampleDetector_reported() {
	detecttest.Print(ssrf.Detector(), "http://169.254.169.254/", "url=http://10.0.0.1/", "http://2130706433/")
	// Output:
	// [metadata-host]
	// [internal-address]
	// [odd-address]
}

func ExampleDetector_notReported() {
	detecttest.Print(ssrf.Detector(), "open http://localhost:8080/ please", "https://example.com:8443/a", "my router is 192.168.1.1")
	// Output:
	// []
	// []
	// []
}
