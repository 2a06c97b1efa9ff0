package cmdi_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/cmdi"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// inspect reports the rules that a text meets as it is given.
func inspect(text string) (rules []string) {
	v := scan.NewView(text)
	if d := cmdi.Detector(); d.Open(&v) {
		d.Find(&v, func(rule string, _, _ int) { rules = append(rules, rule) })
	}
	return rules
}

func Example_reported() {
	for _, text := range []string{
		`gift.pdf; cat /etc/group`,
		`Anna $(sleep 9)`,
		`w'h'o"am"i; ls -la`,
	} {
		fmt.Println(inspect(text), text)
	}
	// Output:
	// [chained-command] gift.pdf; cat /etc/group
	// [substituted-command] Anna $(sleep 9)
	// [command] w'h'o"am"i; ls -la
}

func Example_notReported() {
	for _, text := range []string{
		`R&D; Q&A`,
		`Tom & id card`,
		`find me a gift`,
	} {
		fmt.Println(inspect(text), text)
	}
	// Output:
	// [] R&D; Q&A
	// [] Tom & id card
	// [] find me a gift
}
