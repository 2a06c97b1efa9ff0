package xss_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/detect/xss"
)

func show(text string) {
	d := xss.Detector()
	v := scan.NewView(text)
	n := 0
	d.Find(&v, func(rule string, start, end int) {
		if n++; n == 1 {
			fmt.Printf("%s: %s\n", rule, text[start:end])
		}
	})
	if n == 0 {
		fmt.Println("nothing")
	}
}

func Example_reported() {
	show(`Happy birthday <img src=x onerror=alert(1)>`)
	show(`" onfocus="alert(1)" autofocus x="`)
	show(`';document.write(1)//`)
	// Output:
	// resource-attribute: <img src=x
	// attribute-breakout: onfocus=
	// string-breakout: ';document.write(1)//
}

func Example_notReported() {
	show(`I <3 you, <b>Mum</b> & Dad`)
	show(`the <script> tag does nothing in "alert(s)"`)
	show(`console.log("coffee"); // my favourite code`)
	// Output:
	// nothing
	// nothing
	// nothing
}
