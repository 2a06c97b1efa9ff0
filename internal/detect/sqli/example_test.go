package sqli_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/detect/sqli"
)

func inspect(s string) {
	d := sqli.Detector()
	v := scan.NewView(s)
	d.Find(&v, func(rule string, start, end int) { fmt.Println(rule, s[start:end]) })
}

// The text leaves the literal and adds a condition of its own.
func ExampleDetector_reportedBoolean() {
	inspect("gift' OR 7=7 -- ")
	// Output: boolean ' OR 7=7
}

// A number needs no quote to be left.
func ExampleDetector_reportedUnion() {
	inspect("4 UNION SELECT card, pin FROM vault")
	// Output: union-select 4 UNION SELECT card, pin FROM vault
}

// A second statement behind the first.
func ExampleDetector_reportedStatement() {
	inspect("gift'; DROP TABLE orders; --")
	// Output: stacked-statement '; DROP TABLE orders; --
}

// An apostrophe in a name leaves the literal too, but what follows is no SQL.
func ExampleDetector_passesNames() {
	inspect("O'Brien or O'Neil")
	// Output:
}

// The condition is part of a sentence.
func ExampleDetector_passesProse() {
	inspect("and 1 = 1, as my teacher said")
	// Output:
}

// Words of SQL in an order that SQL does not have.
func ExampleDetector_passesWords() {
	inspect("select a gift from the union of both lists; drop table 5")
	// Output:
}
