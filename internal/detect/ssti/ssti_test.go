package ssti_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/ssti"
)

func TestCorpora(t *testing.T) { detecttest.Corpora(t, ssti.Detector()) }

// TestLinear repeats what could make the detector look again and again: openings that never close, names that
// stop short of meaning something, separators without end.
func TestLinear(t *testing.T) {
	detecttest.Linear(t, ssti.Detector(), 40,
		"{{", "{", "{%", "${", "#{", "@{", "*{", "~{",
		"<%", "<#", "<@", "[[", "[=", "[%", "[#", "@(",
		"$a.", "#set(", "{$a", "{a ", "{a(", "{{{", "${{", "{{a",
		"{{ a }", "{%if", "<%=", "{!!", "{{#", "{{\"", "${\"", "{{'",
		"}}", "%}", "{\"", "{1*", "@if(", "{*",
		"{#a ", "{@a ", "{^a}", "{for ", "{while ", "<c:a ", "<& ", "#1*", "#macro(", "@foreach (", "~{::", "*{{", "*{{a}", "{{a \"", "$!{", "{A::B",
	)
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	detecttest.Clean(t, ssti.Detector(),
		"Dear {{name}}, your ${price} is #1 @home <3 [x] *{star}",
		"{ a: 1 }",
	)
}
