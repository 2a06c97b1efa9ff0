package crlf_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/crlf"
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
)

func TestRules(t *testing.T) {
	detecttest.Table(t, crlf.Detector(), detecttest.Rows{
		{"a header behind a plain line break", "x\r\nSet-Cookie: a=b", "header"},
		{"a header behind an encoded one", "x%0d%0aAnything: b", "header"},
		{"a mail address behind another", "a@b.example\nCc: c@d.example", "header"},
		{"a second response", "x\r\n\r\nHTTP/1.1 200 OK", "response-splitting"},
		{"a body", "x%0d%0a%0d%0a<b>", "response-splitting"},
		{"a second request", "x\r\nGET / HTTP/1.1", "request-splitting"},
		{"a command of SMTP", "x%0d%0aRCPT%20TO:<a@b>", "request-splitting"},
		{"a line of a log", "anna%0aINFO: admin logged in", "log-forging"},
		{"an encoded word with an address", "=?utf-8?q?a=40b.example?=", "encoded-word"},
		{"an escape that a filter builds", "%0%0d%0ad", "split-escape"},
		{"characters cut short to line breaks", "x嘊嘍Set-Cookie: a", "header"},
		{"a card", "From: Grandma\nTo: Tim", ""},
		{"a place", "We moved!\nLocation: Main Street 5", ""},
		{"an address in a signature", "Best,\nFrom: anna@example.com", ""},
		{"a name in an encoded word", "=?utf-8?Q?Anna_M=C3=BCller?=", ""},
		{"a line break in a link", "https://wa.me/?text=Hi%0Athere", ""},
	})
}

func TestCorpora(t *testing.T) { detecttest.Corpora(t, crlf.Detector()) }

func TestLinear(t *testing.T) {
	detecttest.Linear(t, crlf.Detector(), 300, "\r\n", "a\r\n", "\r\nA: b", "\n\n<", "=?", "=?a?q?", "=?a?q?=3e", "嘊", "\u2028Bcc: a@b", "%0", "Ċ", "čĊ", "\x1b", "%1b[", "\v", "=?a?q?=40?=a", "%0aA1 ", "a@b\nTo: ")
}
