package ldapi_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/ldapi"
)

func TestRules(t *testing.T) {
	detecttest.Table(t, ldapi.Detector(), detecttest.Rows{
		{"a bracket closes and another filter follows", "*)(uid=*))(|(uid=*", "filter-break-out"},
		{"an empty AND", "admin)(&)", "filter-break-out"},
		{"an operator with filters", "(&(objectClass=*)(uid=x))", "filter"},
		{"the presence of an attribute", "(objectClass=*)", "filter"},
		{"an extensible match", "userPassword:2.5.13.18:=x", "matching-rule"},
		{"only metacharacters", "*()|&'", "metacharacters"},
		{"cut off by a NUL", "*))\u0000", "cut-off"},
		{"escaped as the RFC says", "\\2a\\29\\28uid=\\2a", "filter-break-out"},
	})
}

func TestNotReported(t *testing.T) {
	detecttest.Table(t, ldapi.Detector(), detecttest.Rows{
		{"a smiley", ":*)(:", ""},
		{"a footnote", "(*)", ""},
		{"emphasis", "**bold** and *(italic)*", ""},
		{"a formula", "f(x)(y)", ""},
		{"brackets in a list", "a) red b) blue", ""},
		{"a distinguished name", "cn=anna,dc=example,dc=com", ""},
		{"a Windows path", "C:\\28\\x", ""},
	})
}

func TestCorpora(t *testing.T) { detecttest.Corpora(t, ldapi.Detector()) }

// TestLinear holds the bytes looked at against the length of inputs that would cost a careless reader the square.
func TestLinear(t *testing.T) {
	detecttest.Linear(t, ldapi.Detector(), 24,
		"(", ")", ")(", "(&", "(&(", "((", "))", "*)(", "(a", "(a=", ")(a", "(|(a", ":", ":dn:", "a:1.2", ":1.", "\\28", "\\", "(cn=*", "()", "( ", ") ",
	)
}

func TestCleanTextDoesNotAllocate(t *testing.T) {
	detecttest.Clean(t, ldapi.Detector(),
		"Happy birthday :) (see below)", "a) red b) blue", "5 * (3 + 4)",
	)
}

func FuzzDetector(f *testing.F) {
	f.Add("*)(uid=*")
	f.Add("(&(a=b))")
	f.Add("\\28\\29")
	f.Add(":dn:1.2.3:=")
	f.Fuzz(detecttest.Sound(ldapi.Detector(), 64))
}
