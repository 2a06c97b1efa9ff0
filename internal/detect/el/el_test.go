package el_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/el"
	"github.com/tangoguard/tangoguard/internal/detect/scantest"
)

func TestCorpus(t *testing.T) { scantest.Corpus(t, el.Detector()) }

// TestLinear repeats what could make the detector look again and again: openings that never close, names that
// stop short of meaning something, separators without end.
func TestLinear(t *testing.T) {
	for _, pattern := range []string{
		"${", "${${", "${${${", "${a:", "${lower:", "${::-", "}", "${}",
		"%{", "#{", "*{", "@{", "%{a", "${jndi", "jndi:", "i:",
		"T(", "T(a", "( ", "#a", "(#a", "(#a=", "@a.b", "@a@",
		"s(", "getClass().", "a${lower:b", "${{", "@a.B@C", "${a[", "${a.b", "${\"", "#{'", "${a$", "${jn${", "${env",
	} {
		scantest.Linear(t, el.Detector(), 16, pattern)
	}
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	scantest.Clean(t, el.Detector(),
		"Dear ${name}: see (this) 100% #1 anna@example.org *{star}",
	)
}
