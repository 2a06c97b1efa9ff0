package ssti_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/detect/ssti"
)

// inspect reports the rules that a text meets as it is given.
func inspect(text string) (rules []string) {
	v := scan.NewView(text)
	if d := ssti.Detector(); d.Open(&v) {
		d.Find(&v, func(rule string, _, _ int) { rules = append(rules, rule) })
	}
	return rules
}

func Example_reported() {
	for _, text := range []string{
		`Dear {{6*7}}`,
		`<%= File.read('/etc/group') %>`,
		`#set($x = 6*7)`,
	} {
		fmt.Println(inspect(text), text)
	}
	// Output:
	// [expression] Dear {{6*7}}
	// [expression] <%= File.read('/etc/group') %>
	// [tag] #set($x = 6*7)
}

func Example_notReported() {
	for _, text := range []string{
		`Dear {{first_name}}`,
		`${PRICE} broke`,
		`{% of total}`,
	} {
		fmt.Println(inspect(text), text)
	}
	// Output:
	// [] Dear {{first_name}}
	// [] ${PRICE} broke
	// [] {% of total}
}
