package sanitize

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestURL(t *testing.T) {
	for _, row := range []struct{ name, in, want string }{
		{"as it is", "https://example.com/a/b?c=d&e=f#g", "https://example.com/a/b?c=d&e=f#g"},
		{"scheme and host in lower case", "HTTPS://EXAMPLE.com/A", "https://example.com/A"},
		{"a path at least", "http://example.com", "http://example.com/"},
		{"a query without a path", "http://example.com?a", "http://example.com/?a"},
		{"white space at the ends", " \n http://example.com/ \t", "http://example.com/"},
		{"own port", "https://example.com:0443/", "https://example.com/"},
		{"other port", "https://example.com:8443/", "https://example.com:8443/"},
		{"port 0", "https://example.com:0/", "https://example.com:0/"},
		{"no port behind the colon", "https://example.com:/", "https://example.com/"},
		{"host that ends in 0", "http://1.2.3.0", "http://1.2.3.0/"},
		{"dot segments", "http://example.com/a/./b/../../c/%2E%2e/d/..", "http://example.com/"},
		{"dot segments beyond the root", "http://example.com/../../a", "http://example.com/a"},
		{"empty segments", "http://example.com//a//", "http://example.com//a//"},
		{"backslash in the path", `http://example.com/a\..\b`, "http://example.com/b"},
		{"what needs encoding", "http://example.com/a b<c>\"`{}?d e'\"#f `<", "http://example.com/a%20b%3Cc%3E%22%60%7B%7D?d%20e%27%22#f%20%60%3C"},
		{"beyond ASCII", "https://münchen.example/ü?ü", "https://xn--mnchen-3ya.example/%C3%BC?%C3%BC"},
		{"full-width dots and letters", "https://ｅｘample。com/", "https://example.com/"},
		{"an encoded ampersand stays", "http://example.com/?a=1&lt=2", "http://example.com/?a=1&lt=2"},
		{"a lone percent sign", "http://example.com/100%?50%2", "http://example.com/100%25?50%252"},
		{"IPv4", "http://127.0.0.1:80/", "http://127.0.0.1/"},
		{"IPv6", "http://[2001:DB8:0:0:0:0:0:1]:8080/", "http://[2001:db8::1]:8080/"},
		{"IPv4 in IPv6", "http://[::ffff:1.2.3.4]/", "http://[::ffff:102:304]/"},
	} {
		t.Run(row.name, func(t *testing.T) {
			assert.Equal(t, row.want, URL(row.in))
			assert.Equal(t, row.want, URL(row.want), "again")
		})
	}
	for _, bad := range []string{
		"", "example.com", "//example.com/", "/a", "javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "ftp://example.com/",
		"vbscript:x", "httpx://example.com", "http:example.com", "http:/example.com", `http:\\example.com`, "http:///example.com",
		"http://", "http://?", "http://#", "https://user@example.com/", "https://user:pw@example.com/", "https://@example.com/", "https://a%40b@example.com/",
		`https://example.com\@evil.example/`, "https://exa%6dple.com/", "https://exam ple.com/", "https://example.com:65536/",
		"https://example.com:999999999999/", "https://example.com:80a/", "https://example.com:-1/", "ht\ntp://example.com/", "http://exa\tmple.com/", "http://example.com/\x00",
		"http://example.com/a\nb", "http://example.com/\x7f", "http://example.com/\u0085", "http://example.com/\xff", "http://1.2.3/", "http://0x7f.0.0.1/", "http://0x7f000001/", "http://127.0.0.0x1/", "http://0177.0.0.1/",
		"http://2130706433/", "http://1.2.3.4.5/", "http://256.1.1.1/", "http://[::1%25eth0]/", "http://[::1", "http://[1.2.3.4]/", "http://a..b/", "http://.", "http://-a-\u200d.example/",
		"http://" + strings.Repeat("a.", 130) + "example/", "http://exam<ple.com/", "http://exa^mple.com/", "http://exa|mple.com/",
	} {
		assert.Empty(t, URL(bad), "%q", bad)
	}
}

func TestCSVCell(t *testing.T) {
	for _, s := range []string{
		"=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u3000@a", "\ufeff=1", "\u200b=1", "\x00=1", "\xff=1",
		"＝1", "＋1", "－1", "＠a", "-", "+", "=", "@", "\tx", "x"[:0] + "\rx", "+cmd|' /C calc'!A0", "-2+3+cmd", "+1-555-CALL", "-1e", "-1e+", "-1e9999", "-1 000 a",
		"+1(2", "+1)2(3456789", "+1-2345", "+1-234-567-890-123-456", "+1  234567890", "-(1)", "+.", "-,5", " +1 (555) 123-4567", "-1e5e5", "--1", "+-1", "-1,", "- 1", "-$", "-1%%",
	} {
		assert.Equal(t, "'"+s, CSVCell(s), "%q", s)
	}
	for _, s := range []string{
		"", " ", "a", "a=b", "O'Brien", "'=1", "1+1", "100 %", "日本語", "-1", "+1", "-12.50", "-.5", "-5.", "-1,234.56", "-1 234,56", "-1.5e-10", "-5%", "-5 %", "-$5", "-€1,000.00",
		"+1 (555) 123-4567", "+49 30 1234567", "+49.30.1234567", "+14155550123", "\u200b", "…=1",
	} {
		assert.Equal(t, s, CSVCell(s), "%q", s)
	}
}

func TestHeaderValue(t *testing.T) {
	for in, want := range map[string]string{
		"":                             "",
		"a b":                          "a b",
		"a\tb":                         "a\tb",
		"a\r\nBcc: b":                  "a Bcc: b",
		"a\r\n\r\n\x00<b>":             "a <b>",
		"\r\na\n":                      "a",
		"a\u0085b\u2028c\u2029d\x7fe":  "a b c d e",
		"日本語":                          "日本語",
		"\xff":                         "\xff",
		" a ":                          "a",
		"a\x00":                        "a",
		strings.Repeat("\n", 9) + "\t": "",
	} {
		assert.Equal(t, want, HeaderValue(in), "%q", in)
	}
}

func TestLogField(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "",
		"a  b":                   "a  b",
		"<b>&amp;":               "<b>&amp;",
		"a\r\nb":                 "a  b",
		"a\x1b[31mb\x07":         "a\ufffd[31mb\ufffd",
		"a\u009b2Jb\x9b":         "a\ufffd2Jb\ufffd",
		"a\u202eb\u200bc":        "a\ufffdb\ufffdc",
		"می\u200cخواهم 👩\u200d👧": "می\u200cخواهم 👩\u200d👧",
		"e\u0301":                "e\u0301",
		"a\u2028b\tc":            "a b c",
	} {
		assert.Equal(t, want, LogField(in), "%q", in)
		assert.Equal(t, want, LogField(want), "again")
	}
}
