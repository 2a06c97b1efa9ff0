package sanitize

import (
	"html"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/oracle"
	"github.com/tangoguard/tangoguard/testdata"
)

func TestHTML(t *testing.T) {
	const rel = ` rel="nofollow noopener noreferrer"`
	for _, row := range []struct{ name, in, want string }{
		{"text is escaped", `O'Brien & Sons <3 "x"`, "O&#39;Brien &amp; Sons &lt;3 &#34;x&#34;"},
		{"comparison stays", "if x<y then", "if x&lt;y then"},
		{"address stays", "Jane <jane@example.com>", "Jane &lt;jane@example.com&gt;"},
		{"formatting stays", "<p>a <b>b</b> <em>c</em></p><ul><li>d</li></ul>", "<p>a <b>b</b> <em>c</em></p><ul><li>d</li></ul>"},
		{"table stays", `<table><tr><td colspan="2" align=left>x</td></tr></table>`, `<table><tbody><tr><td colspan="2" align="left">x</td></tr></tbody></table>`},
		{"tags are closed", "<p>a<b>c", "<p>a<b>c</b></p>"},
		{"script", "a<script>alert(1)</script>b", "ab"},
		{"handler", `<p onclick="alert(1)">x</p>`, "<p>x</p>"},
		{"style, class, id", `<p style="color:red" class=a id=b title=c>x</p>`, `<p title="c">x</p>`},
		{"link", `<a href="HTTPS://Example.com" target=_blank rel=opener>x</a>`, `<a href="https://example.com/"` + rel + `>x</a>`},
		{"mail link", `<a href="mailto:a@example.com?subject=Hi">x</a>`, `<a href="mailto:a@example.com?subject=Hi"` + rel + `>x</a>`},
		{"script link", `<a href="jav&#x09;ascript:alert(1)">x</a>`, "<a>x</a>"},
		{"relative link", `<a href="/logout">x</a>`, "<a>x</a>"},
		{"link with a password", `<a href="https://a:b@example.com/">x</a>`, "<a>x</a>"},
		{"image", `<img src="https://example.com/a.png" alt="a" onerror=alert(1)>`, `<img src="https://example.com/a.png" alt="a"/>`},
		{"image over http", `<img src="http://example.com/a.png">`, ""},
		{"image from data", `<img src="data:image/png;base64,AAAA">`, ""},
		{"svg", `<svg><circle onload=alert(1) /></svg>x`, "x"},
		{"form", `<form action=/x><input name=a>x</form>`, "x"},
		{"raw text", "<textarea><b>a</b></textarea><title>b</title>c", "c"},
		{"invisible characters", "<p>a\u202eb\u200bc</p>", "<p>abc</p>"},
		{"references to them", "<p>a&#x202e;b&#8203;c&#0;</p>", "<p>abc\ufffd</p>"},
		{"too deep", strings.Repeat("<b>", 600) + "x", "x"},
	} {
		t.Run(row.name, func(t *testing.T) {
			out := HTML(row.in)
			assert.Equal(t, row.want, out)
			assert.Equal(t, out, HTML(out), "again")
			assert.NoError(t, oracle.InertHTML(out))
		})
	}
}

func TestHTMLPolicies(t *testing.T) {
	const in = `<p><a href="https://example.com/">a</a><img src="http://example.com/a.png" alt="b"/><b>c</b></p>`
	assert.Equal(t, "<p>a<b>c</b></p>", HTMLNoLinks(in))
	assert.Equal(t, `<p><a href="https://example.com/" rel="nofollow noopener noreferrer">a</a><b>c</b></p>`, HTML(in))
	assert.Contains(t, HTMLInsecureImages(in), `<img src="http://example.com/a.png" alt="b"/>`)
}

// TestHTMLOnCorpus: benign text survives as what it is, escaped, and attacks leave nothing active.
func TestHTMLOnCorpus(t *testing.T) {
	benign, err := testdata.Benign()
	require.NoError(t, err)
	for _, l := range benign {
		if !strings.ContainsAny(l.Text, "<&") && Text(l.Text) == l.Text {
			assert.Equal(t, html.EscapeString(l.Text), HTML(l.Text), l.ID)
		}
	}
	for _, attack := range browserAttacks(t) {
		assert.NoError(t, oracle.InertHTML(HTML(attack)), "%q", attack)
	}
}

// TestParserVersion: x/net/html before v0.55.0 has published XSS and CPU faults. A build with an older one must not go
// unseen. A test binary's own build info names no dependencies, so the go command is asked.
func TestParserVersion(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{with .Replace}}{{.Version}}{{else}}{{.Version}}{{end}}", "golang.org/x/net").Output()
	require.NoError(t, err)
	version := strings.TrimSpace(string(out))
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	require.Len(t, parts, 3, version)
	major, err := strconv.Atoi(parts[0])
	require.NoError(t, err)
	minor, err := strconv.Atoi(parts[1])
	require.NoError(t, err)
	assert.True(t, major > 0 || minor >= 55, "golang.org/x/net %s is older than v0.55.0", version)
}
