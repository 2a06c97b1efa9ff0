package link_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/link"
)

func TestRules(t *testing.T) {
	detecttest.Table(t, link.Detector(), detecttest.Rows{
		{"a URL", "see https://example.com/x now", "url"},
		{"a URL that is not to be clicked", "hxxp://evil.example", "url"},
		{"a URL in brackets", "(https://example.com)", "url"},
		{"an encoded URL", "https%3A%2F%2Fexample.com", "url"},
		{"www", "www.example.com", "host"},
		{"a short link", "bit.ly/3xyz", "host"},
		{"a host with a sub-domain", "win.prize.example.com!", "host"},
		{"a mail address", "anna@example.com", "address"},
		{"mailto", "mailto:anna", "address"},
		{"a company", "Booking.com", ""},
		{"initials", "J.R.R. Tolkien", ""},
		{"a file", "report.pdf", ""},
		{"a missing space", "thanks.Please call", ""},
		{"a handle", "@anna", ""},
		{"a time", "at 7:30", ""},
		{"a name", "O'Brien, Jr.", ""},
	})
}

func TestLinear(t *testing.T) {
	detecttest.Linear(t, link.Detector(), 10, "a.", "a@", "://", "www.", "a.b/", "@a.com")
}
