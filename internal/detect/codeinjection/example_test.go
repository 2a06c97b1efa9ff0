package codeinjection_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/codeinjection"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// inspect reports the rules that a text meets as it is given.
func inspect(text string) (rules []string) {
	v := scan.NewView(text)
	if d := codeinjection.Detector(); d.Open(&v) {
		d.Find(&v, func(rule string, _, _ int) { rules = append(rules, rule) })
	}
	return rules
}

func Example_reported() {
	for _, text := range []string{
		`';system('id');//`,
		`__import__('os').popen('id')`,
		"<?= `id` ?>",
	} {
		fmt.Println(inspect(text), text)
	}
	// Output:
	// [break-out] ';system('id');//
	// [dangerous-call] __import__('os').popen('id')
	// [php-code] <?= `id` ?>
}

func Example_notReported() {
	for _, text := range []string{
		`print("Happy birthday")`,
		`eval (evaluation) sheet`,
		`require('patience')`,
	} {
		fmt.Println(inspect(text), text)
	}
	// Output:
	// [] print("Happy birthday")
	// [] eval (evaluation) sheet
	// [] require('patience')
}
