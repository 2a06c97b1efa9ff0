package ssti_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/scantest"
	"github.com/tangoguard/tangoguard/internal/detect/ssti"
)

func TestCorpus(t *testing.T) { scantest.Corpus(t, ssti.Detector()) }

// TestLinear repeats what could make the detector look again and again: openings that never close, names that
// stop short of meaning something, separators without end.
func TestLinear(t *testing.T) {
	for _, pattern := range []string{
		"{{", "{", "{%", "${", "#{", "@{", "*{", "~{",
		"<%", "<#", "<@", "[[", "[=", "[%", "[#", "@(",
		"$a.", "#set(", "{$a", "{a ", "{a(", "{{{", "${{", "{{a",
		"{{ a }", "{%if", "<%=", "{!!", "{{#", "{{\"", "${\"", "{{'",
		"}}", "%}", "{\"", "{1*", "@if(", "{*",
		"{#a ", "{@a ", "{^a}", "{for ", "{while ", "<c:a ", "<& ", "#1*", "#macro(", "@foreach (", "~{::", "*{{", "*{{a}", "{{a \"", "$!{", "{A::B",
	} {
		scantest.Linear(t, ssti.Detector(), 40, pattern)
	}
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	scantest.Clean(t, ssti.Detector(),
		"Dear {{name}}, your ${price} is #1 @home <3 [x] *{star}",
		"{ a: 1 }",
	)
}
