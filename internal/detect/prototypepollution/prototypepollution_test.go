package prototypepollution_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/prototypepollution"
)

func TestCorpora(t *testing.T) { detecttest.Corpora(t, prototypepollution.Detector()) }

// TestLinear repeats what could make the detector look again and again: openings that never close, names that
// stop short of meaning something, separators without end.
func TestLinear(t *testing.T) {
	detecttest.Linear(t, prototypepollution.Detector(), 16,
		"_", "__", "__proto", "__proto__", "__proto__ ", "__pro__proto__", "prototype", "constructor",
		"constructor.", "constructorprototype", ".prototype", "Object.prototype.", "type", "typetype", "constructor[\"'.[", "prototype.a.a.a.",
		"___", "__defineGetter__ ", "y", "constructor\n\n\n", "PrototypeOf(", "getPrototypeOf(",
	)
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	detecttest.Clean(t, prototypepollution.Detector(),
		"a prototype of the constructor, isn't it? my_type: \"x\" {y}",
	)
}
