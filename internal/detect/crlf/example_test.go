package crlf_test

import (
	"github.com/tangoguard/tangoguard/internal/detect/crlf"
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
)

func ExampleDetector_reported() {
	detecttest.Print(crlf.Detector(), "x%0d%0aSet-Cookie: a=b", "a@b.example\nBcc: c@d.example", "x\r\n\r\nHTTP/1.1 200 OK")
	// Output:
	// [header]
	// [header]
	// [response-splitting]
}

func ExampleDetector_notReported() {
	detecttest.Print(crlf.Detector(), "From: Grandma\nTo: Tim", "We moved!\nLocation: Main Street 5", "=?utf-8?Q?Anna_M=C3=BCller?=")
	// Output:
	// []
	// []
	// []
}
