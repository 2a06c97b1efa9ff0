package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDocumentsShowExamples compares the Go programs of README.md and MIGRATING.md with the Examples: each stands, line
// by line, in a function of examples/, which go test compiles and runs.
func TestDocumentsShowExamples(t *testing.T) {
	var examples string
	files, err := filepath.Glob("../../examples/*_test.go")
	require.NoError(t, err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		examples += unindented(string(text))
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```")
	for _, doc := range []string{"README.md", "MIGRATING.md"} {
		text, err := os.ReadFile("../../" + doc)
		require.NoError(t, err)
		found := blocks.FindAllSubmatch(text, -1)
		assert.GreaterOrEqual(t, len(found), 2, "%s has programs", doc)
		for _, b := range found {
			assert.Contains(t, examples, unindented(string(b[1])), "%s shows a program that is not in examples/", doc)
		}
	}
}

// unindented is text without the spaces round its lines and in front of comments, which gofmt aligns.
func unindented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(regexp.MustCompile(`\s+// `).ReplaceAllString(strings.TrimSpace(line), " // ") + "\n")
	}
	return b.String()
}

// TestDocumentsPromiseNothingAbsolute finds words that claim more than a test can show.
func TestDocumentsPromiseNothingAbsolute(t *testing.T) {
	word := regexp.MustCompile(`(?i)\b(never|always|proven|proves|unbreakable|impossible|guaranteed|bulletproof)\b`)
	for _, doc := range []string{"README.md", "SECURITY.md", "MIGRATING.md", "CHANGELOG.md"} {
		text, err := os.ReadFile("../../" + doc)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			assert.NotRegexp(t, word, line, doc)
		}
	}
}
