package codeinjection_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/codeinjection"
	"github.com/tangoguard/tangoguard/internal/detect/scantest"
)

func TestCorpus(t *testing.T) { scantest.Corpus(t, codeinjection.Detector()) }

// TestLinear repeats what could make the detector look again and again: openings that never close, names that
// stop short of meaning something, separators without end.
func TestLinear(t *testing.T) {
	for _, pattern := range []string{
		"(", "a(", "a.b(", "((((", "$", "${", "$_", "$_GET",
		"<?", "<?php", "<?php ", "_", "__", "__class", ".", ".a",
		"a.a", "[\"", "['c", "\"(", "')(", ")(", "](\"", "%x(",
		"qx(", "@{", "@", "\";a(", "';a", "system(", "system(\"", "system((((",
		"open(a,\"", "send(\"a\",", "java.lang.", "new java.", "usort(\"", "'a'.execute", "; ", "system \"",
		"x.y.z(", "new URL(.text", ").text", "mail(a,\"", "=java.lang.", "=call_", "include \"", "Dir[\"", "ENV.fetch", "=a_b",
	} {
		scantest.Linear(t, codeinjection.Detector(), 40, pattern)
	}
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	scantest.Clean(t, codeinjection.Detector(),
		"Happy birthday (again), Anna; see you. Love, Grandma & \"Grandpa\"",
		"call(me) maybe; [x] or {y} <z> $5 50% anna@example.org",
	)
}
