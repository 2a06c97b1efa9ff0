package prototypepollution_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/prototypepollution"
	"github.com/tangoguard/tangoguard/internal/detect/scantest"
)

func TestCorpus(t *testing.T) { scantest.Corpus(t, prototypepollution.Detector()) }

// TestLinear repeats what could make the detector look again and again: openings that never close, names that
// stop short of meaning something, separators without end.
func TestLinear(t *testing.T) {
	for _, pattern := range []string{
		"_", "__", "__proto", "__proto__", "__proto__ ", "__pro__proto__", "prototype", "constructor",
		"constructor.", "constructorprototype", ".prototype", "Object.prototype.", "type", "typetype", "constructor[\"'.[", "prototype.a.a.a.",
		"___", "__defineGetter__ ", "y", "constructor\n\n\n", "PrototypeOf(", "getPrototypeOf(",
	} {
		scantest.Linear(t, prototypepollution.Detector(), 16, pattern)
	}
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	scantest.Clean(t, prototypepollution.Detector(),
		"a prototype of the constructor, isn't it? my_type: \"x\" {y}",
	)
}
