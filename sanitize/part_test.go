package sanitize

import (
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/oracle"
)

// TestPartKnowsEveryReference takes the names of all character references from the source of package html, and holds
// Text against html.UnescapeString for each, before and behind everything that could make a tag of it.
func TestPartKnowsEveryReference(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "src", "html", "entity.go"))
	require.NoError(t, err)
	names := regexp.MustCompile(`(?m)^\s*"([A-Za-z0-9]+;?)":`).FindAllStringSubmatch(string(source), -1)
	require.Greater(t, len(names), 2000)
	added := 0
	for _, name := range names {
		for _, s := range []string{
			"&" + name[1] + "b", "&" + name[1] + "/b", "&" + name[1] + "&#98", "&" + strings.TrimSuffix(name[1], ";") + "imes",
			"<&" + name[1], "<&" + name[1] + "script>", "&lt;&" + name[1] + "x", "&lt&" + name[1],
		} {
			out := Text(s)
			require.NoError(t, oracle.Text(s, out), "%q", s)
			if out != s {
				added++
				assert.Error(t, oracle.OneTextToken(html.UnescapeString(s)+"b>"), "%q became %q, and there was no need", s, out)
			}
		}
	}
	assert.Positive(t, added)
}

func TestPartAddsNothingElse(t *testing.T) {
	for _, s := range []string{
		"&lt", "&lt;", "&lt; b", "&lt;3", "&lt;=", "&#60 b", "&#60;3", "&#600;b", "&#6;b", "&#x3;b", "&#;b", "&#xg", "&#", "&", "&l", "&Lt;b", "&lT;b", "&amp;lt;b",
		"&ltimes;b", "&ltrif;", "&lt&lt", "< ", "<", "<&", "<&amp;", "<&#32;", "<&nbsp;b", "<&#x20;b", "&nvlt;b", "&#4294967300;b",
	} {
		assert.Equal(t, s, Text(s))
	}
}

// TestPartIsLinear: numeric references may be of any length, and each is read once.
func TestPartIsLinear(t *testing.T) {
	for _, n := range []int{1000, 2000} {
		s := "<&#" + strings.Repeat("0", n) + "98;"
		assert.Equal(t, "< "+s[1:], Text(s))
	}
}
