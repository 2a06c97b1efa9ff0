package deserialization_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/deserialization"
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
)

func TestCorpora(t *testing.T) { detecttest.Corpora(t, deserialization.Detector()) }

// TestLinear repeats what could make the detector look again and again: openings that never close, names that
// stop short of meaning something, separators without end.
func TestLinear(t *testing.T) {
	detecttest.Linear(t, deserialization.Detector(), 40,
		":", "O:", "O:1:", "O:1:\"", "a:1:", "s:1:\"", "C:1:\"a", "!",
		"!!", "!!a.", "!!java.a", "<", "<a.", "<a.b.c", "<java ", "<object class=\"",
		"$type", "\"$type\":\"", "\"@type\":\"", "@type", "[\"", "[\"a.", "rO0A", "AAAA",
		"aced", "BAh", "gASV", "/", "-/", "A/", "\n", "c\n",
		"cos\n", "\\n", "cos\\n", "_", "__type", "\"py", "\"class\":", "\x04\x08",
		"%", "%ac", "%80%04", "1\n", "(dp0", "\"type\":\"java.", "http:", "clr-namespace", "Y2NjY2NjY2Nj ", "c.c\np0", "ck8wck8wck8w,",
		"\x80\x04", "\xac\xed", "^o\"", "\xe9",
	)
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	detecttest.Clean(t, deserialization.Detector(),
		"Dear Anna: see you! <3 $5 @home, 12:30",
		"ORD-4L2ZXVCCYM MnNNNEVDSlc2Rmw4dkhJOTlhVUNGw78/ /web/images/gifts/2026/logo.png",
	)
}
