// Package house holds tests about the module as a whole: which package may import which, and why.
package house

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/tangoguard/tangoguard"

// rules lists what each package must not pull in, directly or through others, with the reason. A rule for a
// path holds for every package below it.
var rules = []struct {
	path string
	not  []string
	why  string
}{
	{"internal/detect", []string{"/sanitize", "/validate", "/middleware", "/tangoclient", "/internal/tango", bluemonday, validator, echo, "net/http"},
		"detection stands alone: standard library, x/text and x/net/html"},
	{"internal/money", []string{"/internal/tango", "/internal/detect", "net/http"}, "an amount is a number and nothing else"},
	{"internal/tango", []string{"/sanitize", "/validate", "/middleware", "/tangoclient", validator, echo, "net/http"},
		"the facts about Tango are below everything that uses them"},
	{"sanitize", []string{"/validate", "/middleware", "/tangoclient", validator, echo, "net/http"},
		"whoever wants sanitize.Line gets no validator and no HTTP"},
	{"validate", []string{"/sanitize", "/middleware", "/tangoclient", bluemonday, echo},
		"validating changes nothing, so it needs no cleaner"},
	{"middleware", []string{"/tangoclient", "/examples", redis, bbolt}, "the guard of a backend needs no HTTP client"},
	{"tangoclient", []string{"/middleware", "/examples", echo}, "a program that only sends needs no web framework"},
	{"tangoclient/tangotest", []string{module + "/tangoclient", "/sanitize", "/validate", "/middleware", validator, echo},
		"a misspelt field shared by client and sandbox would pass every test"},
	{"testdata", []string{"/internal", "/sanitize", "/validate", "/middleware", "/tangoclient"}, "data imports no code"},
}

const (
	bluemonday = "github.com/microcosm-cc/bluemonday"
	validator  = "github.com/go-playground/validator/v10"
	echo       = "github.com/labstack/echo/v4"
	redis      = "github.com/redis/go-redis/v9"
	bbolt      = "go.etcd.io/bbolt"
)

func TestImportDirections(t *testing.T) {
	deps := dependencies(t)
	for _, r := range rules {
		checked := 0
		for pkg, all := range deps {
			if !below(pkg, module+"/"+r.path) {
				continue
			}
			if r.path == "tangoclient" && below(pkg, module+"/tangoclient/tangotest") {
				continue // has a stricter rule of its own
			}
			checked++
			for _, not := range r.not {
				if strings.HasPrefix(not, "/") {
					not = module + not
				}
				for _, dep := range all {
					assert.False(t, below(dep, not), "%s imports %s: %s", pkg, dep, r.why)
				}
			}
		}
		assert.Positive(t, checked, "%s: the rule applies to no package", r.path)
	}
}

// Only programs may import programs; nothing imports the fuzz targets but their own tests; testify is for tests.
func TestNothingImportsTheEnds(t *testing.T) {
	for pkg, all := range dependencies(t) {
		for _, dep := range all {
			assert.NotContains(t, dep, "stretchr/testify", "%s: testify is for tests", pkg)
			if below(pkg, module+"/cmd") || below(pkg, module+"/examples") {
				continue
			}
			for _, end := range []string{"/cmd", "/examples", "/fuzz"} {
				if !below(pkg, module+end) {
					assert.False(t, below(dep, module+end), "%s imports %s", pkg, dep)
				}
			}
		}
	}
}

func below(pkg, root string) bool { return pkg == root || strings.HasPrefix(pkg, root+"/") }

// dependencies gives, for each package of the module, everything it pulls in outside of tests.
func dependencies(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Deps}} {{.}}{{end}}`,
		module+"/...", module+"/testdata") // the pattern leaves out folders of that name
	out, err := cmd.Output()
	require.NoError(t, err, "go list")
	deps := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		deps[f[0]] = f[1:]
	}
	require.Greater(t, len(deps), 10)
	return deps
}
