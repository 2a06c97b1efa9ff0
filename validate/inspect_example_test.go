package validate_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/validate"
)

func ExampleInspect() {
	for _, s := range []string{"O'Brien & Sons", "x' OR '1'='1", "%3Csvg%20onload=alert(1)%3E"} {
		for _, f := range validate.Inspect(s) {
			fmt.Println(f.Class, s[f.Start:f.End])
			break
		}
	}
	// Output:
	// sqli ' OR '1'='1
	// xss %3Csvg%20onload=alert(1)
}

// A link is no attack, but nobody's first name.
func ExampleInspector_With() {
	names := validate.Inspector{}.With(validate.ClassLink)
	fmt.Println(names.Clean("Anna"), names.Clean("Anna www.evil.example/win"))
	// Output: true false
}

// No finding is no proof: this is a fine name, and it breaks a query that is put together from strings.
func ExampleClean_noProof() {
	name := "O'Brien"
	fmt.Println(validate.Clean(name), "SELECT * FROM users WHERE name = '"+name+"'")
	// Output: true SELECT * FROM users WHERE name = 'O'Brien'
}
