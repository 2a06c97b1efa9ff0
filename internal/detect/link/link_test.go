package link_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/link"
)

func TestRules(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
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
	} {
		rules := detecttest.Rules(link.Class, tt.in)
		if tt.want == "" {
			assert.Empty(t, rules, "%s: %q", tt.name, tt.in)
		} else {
			assert.Contains(t, rules, tt.want, "%s: %q", tt.name, tt.in)
		}
	}
}

func TestStepsAreLinear(t *testing.T) {
	detecttest.Linear(t, link.Class, 50, "a.", "a@", "://", "www.", "a.b/", "@a.com")
}
