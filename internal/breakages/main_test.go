package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table keeps step with the code: each edit finds its place, once. That each is noticed too is the work of the
// command.
func TestEachEditFindsItsPlace(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range table() {
		before, after, err := b.broken("../..")
		assert.NoError(t, err)
		assert.NotEqual(t, before, after, b.name)
		assert.False(t, seen[b.name], "%q stands twice", b.name)
		assert.NotEmpty(t, b.run, b.name)
		seen[b.name] = true
	}
	assert.Greater(t, len(seen), 100)
}

// An edit that changes nothing is not noticed, and said to live; one that does not compile is said not to.
func TestSurvivorsAreTold(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module x\n\ngo 1.26\n", "x.go": "package x\n\nfunc F() int { return 1 }\n",
		"x_test.go": "package x\n\nimport \"testing\"\n\nfunc TestF(t *testing.T) {\n\tif F() == 2 {\n\t\tt.Fatal()\n\t}\n}\n",
	} {
		require.NoError(t, os.WriteFile(root+"/"+name, []byte(text), 0o644))
	}
	try := func(edit ...string) (string, error) {
		b := breakage{"b", "x.go", edit, ".", "TestF"}
		return b.try(root)
	}
	failed, err := try("return 1", "return 2")
	assert.NoError(t, err)
	assert.Equal(t, "TestF", failed)
	_, err = try("return 1", "return 3")
	assert.ErrorContains(t, err, "still passes")
	assert.Equal(t, "LIVES", verdict(err))
	_, err = try("return 1", "return \"\"")
	assert.ErrorIs(t, err, errBuild)
	_, err = try("return 9", "return 1")
	assert.ErrorContains(t, err, "0 times")
	text, err := os.ReadFile(root + "/x.go")
	require.NoError(t, err)
	assert.Contains(t, string(text), "return 1", "the copy is mended")
}
