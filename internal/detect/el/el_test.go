package el_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/el"
)

func TestCorpora(t *testing.T) { detecttest.Corpora(t, el.Detector()) }

// TestLinear repeats what could make the detector look again and again: openings that never close, names that
// stop short of meaning something, separators without end.
func TestLinear(t *testing.T) {
	detecttest.Linear(t, el.Detector(), 16,
		"${", "${${", "${${${", "${a:", "${lower:", "${::-", "}", "${}",
		"%{", "#{", "*{", "@{", "%{a", "${jndi", "jndi:", "i:",
		"T(", "T(a", "( ", "#a", "(#a", "(#a=", "@a.b", "@a@",
		"s(", "getClass().", "a${lower:b", "${{", "@a.B@C", "${a[", "${a.b", "${\"", "#{'", "${a$", "${jn${", "${env",
	)
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	detecttest.Clean(t, el.Detector(),
		"Dear ${name}: see (this) 100% #1 anna@example.org *{star}",
	)
}
