package formatstring_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/formatstring"
)

func TestRules(t *testing.T) {
	detecttest.Table(t, formatstring.Detector(), detecttest.Rows{
		{"a write", "%s%n", "write"},
		{"a write at a position", "%7$n", "write"},
		{"a row of reads", "%08x.%08x.%08x", "read"},
		{"a read at a position", "%5$p", "read"},
		{"a row of texts", "%s%s%s%s", "read"},
		{"a width", "%.65534s", "exhaust"},
		{"a walk to the class", "{0.__class__.__init__}", "attribute"},
		{"a price", "100% sure, 50%s off", ""},
		{"a template", "%1$s sent you %2$s", ""},
		{"encoded bytes", "%5c%5c%5c%5c", ""},
		{"a field", "{user.first_name}", ""},
	})
}

func TestCorpora(t *testing.T) { detecttest.Corpora(t, formatstring.Detector()) }

func TestLinear(t *testing.T) {
	detecttest.Linear(t, formatstring.Detector(), 100, "%", "%n", "%1$", "%08x.", "%%", "{", "{0.__", "%.", "%9", "%*", "%hh", "{.a.b", "{0:1", "{!r:", "%(__", "{.f_", "%20$")
}
