package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func corpus(t *testing.T, lines string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(lines), 0o600))
	return path
}

const (
	attacks = `{"corpus":"attacks","class":"xss"}
{"id":"1","category":"path_traversal","text":"../../etc/passwd"}
{"id":"2","category":"path_traversal","text":"harmless","extra":1}
`
	benign = `{"id":"3","category":"name","text":"O'Brien"}
{"id":"4","category":"code_like","text":"../../etc/passwd"}
`
)

func TestPrintsFigures(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run([]string{"-v", "-attacks", corpus(t, attacks), "-benign", corpus(t, benign)}, &out))
	s := out.String()
	assert.Contains(t, s, "attacks found                    1 of       2           50.000 %")
	assert.Contains(t, s, `miss   path_traversal       2 "harmless"`)
	assert.Contains(t, s, "code-like                      1 of       1          100.000 %")
	assert.Contains(t, s, "names+messages+sentences       0 of       1            0.000 %")
	assert.Contains(t, s, "median")
	assert.Contains(t, s, "rule   path_traversal/dot-dot")
}

func TestThresholds(t *testing.T) {
	a, b := corpus(t, attacks), corpus(t, benign)
	for _, tt := range []struct {
		name   string
		args   []string
		missed string
	}{
		{"met", []string{"-min-found", "50", "-max-refused", "50", "-max-refused-text", "0", "-max-refused-code", "100"}, ""},
		{"too few found", []string{"-min-found", "51"}, "all attacks: 50.000 % found, at least 51 % wanted"},
		{"mean", []string{"-min-mean", "51"}, "mean over classes: 50.000 % found"},
		{"small classes are not held to it", []string{"-min-class", "51"}, ""},
		{"a class", []string{"-min-class", "51", "-min-strings", "2"}, "class path_traversal: 50.000 % found"},
		{"refused", []string{"-max-refused", "49"}, "honest text: 50.000 % refused, at most 49 % wanted"},
		{"code refused", []string{"-max-refused-code", "99"}, "code-like text: 100.000 % refused"},
	} {
		err := run(append(tt.args, "-attacks", a, "-benign", b), new(bytes.Buffer))
		if tt.missed == "" {
			assert.NoError(t, err, tt.name)
		} else {
			assert.ErrorAs(t, err, new(missed), tt.name)
			assert.ErrorContains(t, err, tt.missed, tt.name)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "nothing to measure"},
		{[]string{"x"}, "unexpected argument"},
		{[]string{"-attacks", "nowhere"}, "nowhere"},
		{[]string{"-attacks", corpus(t, "")}, "no line of a corpus"},
		{[]string{"-attacks", corpus(t, "{")}, "value 1"},
		{[]string{"-attacks", corpus(t, attacks), "-only", "magic"}, `no class "magic"`},
	} {
		err := run(tt.args, new(bytes.Buffer))
		assert.ErrorContains(t, err, tt.want)
		assert.NotErrorAs(t, err, new(missed))
	}
}
