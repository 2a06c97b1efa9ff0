package codeinjection_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/codeinjection"
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
)

func TestCorpora(t *testing.T) { detecttest.Corpora(t, codeinjection.Detector()) }

// TestLinear repeats what could make the detector look again and again: openings that never close, names that
// stop short of meaning something, separators without end.
func TestLinear(t *testing.T) {
	detecttest.Linear(t, codeinjection.Detector(), 40,
		"(", "a(", "a.b(", "((((", "$", "${", "$_", "$_GET",
		"<?", "<?php", "<?php ", "_", "__", "__class", ".", ".a",
		"a.a", "[\"", "['c", "\"(", "')(", ")(", "](\"", "%x(",
		"qx(", "@{", "@", "\";a(", "';a", "system(", "system(\"", "system((((",
		"open(a,\"", "send(\"a\",", "java.lang.", "new java.", "usort(\"", "'a'.execute", "; ", "system \"",
		"x.y.z(", "new URL(.text", ").text", "mail(a,\"", "=java.lang.", "=call_", "include \"", "Dir[\"", "ENV.fetch", "=a_b",
	)
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	detecttest.Clean(t, codeinjection.Detector(),
		"Happy birthday (again), Anna; see you. Love, Grandma & \"Grandpa\"",
		"call(me) maybe; [x] or {y} <z> $5 50% anna@example.org",
	)
}
