package deserialization_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/deserialization"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// inspect reports the rules that a text meets as it is given.
func inspect(text string) (rules []string) {
	v := scan.NewView(text)
	if d := deserialization.Detector(); d.Open(&v) {
		d.Find(&v, func(rule string, _, _ int) { rules = append(rules, rule) })
	}
	return rules
}

func Example_reported() {
	for _, text := range []string{
		`rO0ABXQABGdpZnQ=`,
		`O:4:"Gift":0:{}`,
		`!!python/object/apply:os.system [id]`,
	} {
		fmt.Println(inspect(text), text)
	}
	// Output:
	// [java-stream] rO0ABXQABGdpZnQ=
	// [php-object] O:4:"Gift":0:{}
	// [yaml-tag] !!python/object/apply:os.system [id]
}

func Example_notReported() {
	for _, text := range []string{
		`O:4:"Nora" row`,
		`{"@type":"Person"}`,
		`wow!!great`,
	} {
		fmt.Println(inspect(text), text)
	}
	// Output:
	// [] O:4:"Nora" row
	// [] {"@type":"Person"}
	// [] wow!!great
}
