package crlf_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/crlf"
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
)

func ExampleDetector_reported() {
	for _, s := range []string{"x%0d%0aSet-Cookie: a=b", "a@b.example\nBcc: c@d.example", "x\r\n\r\nHTTP/1.1 200 OK"} {
		fmt.Println(detecttest.Rules(crlf.Class, s))
	}
	// Output:
	// [header]
	// [header]
	// [response-splitting]
}

func ExampleDetector_notReported() {
	for _, s := range []string{"From: Grandma\nTo: Tim", "We moved!\nLocation: Main Street 5", "=?utf-8?Q?Anna_M=C3=BCller?="} {
		fmt.Println(detecttest.Rules(crlf.Class, s))
	}
	// Output:
	// []
	// []
	// []
}
