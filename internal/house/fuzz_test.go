package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unfuzzed are exported functions that need no fuzz target, with the reason. A name that does not exist, or that a target
// uses all the same, is an error.
var unfuzzed = map[string]string{
	"sanitize.Compile":           "reads a type of the program",
	"sanitize.KeyError.Error":    "words an error",
	"validate.Check":             "reads a type of the program",
	"validate.Compile":           "reads a type of the program",
	"validate.Class.CWEs":        "a table",
	"middleware.HardenServer":    "sets four fields",
	"middleware.Refusal.Error":   "words an error; FuzzErrors holds what is answered",
	"middleware.Refusal.Unwrap":  "a field",
	"tangotest.Sandbox.Balance":  "reads the state",
	"tangotest.Sandbox.Requests": "reads the log",
	"tangotest.Sandbox.Warnings": "reads the log",
	"tangotest.Sandbox.TLS":      "makes a key",

	"tangoclient.Client.Close":            "reads nothing",
	"tangoclient.Client.KeyStatus":        "reads nothing",
	"tangoclient.Client.Preflight":        "CreateOrder runs it; FuzzReplies",
	"tangoclient.Client.Revoke":           "reads nothing",
	"tangoclient.Client.Scoped":           "copies a set",
	"tangoclient.Client.WithRefNamespace": "copies a name",
}

// mustBeFuzzed tells whether an exported function reads what somebody else wrote: everything of the packages that clean,
// judge and guard; of the client, calls and decoders; of the sandbox, what it serves.
func mustBeFuzzed(pkg, recv, name string) bool {
	switch pkg {
	case "sanitize", "validate", "middleware":
		return true
	case "tangoclient":
		return recv == "Client" || slices.Contains([]string{"Timestamp", "UntrustedHTML", "RewardCredential", "Catalog", "Secret"}, recv) ||
			slices.Contains([]string{"NewFileStore", "FromFile", "NewRef", "RefFrom"}, name) || strings.Contains(name, "Parse")
	case "tangotest":
		return recv == "Sandbox" || recv == "" && name != "Error"
	}
	return false
}

// By an interface that the encoders call, never by name.
func calledByEncoders(name string) bool {
	return slices.Contains([]string{"MarshalText", "GobEncode", "Format", "LogValue", "String", "UnmarshalJSONFrom"}, name)
}

func TestEveryExportedFunctionHasAFuzzTarget(t *testing.T) {
	used := map[string]bool{} // "pkg.Name" and ".Method"
	for _, target := range fuzzTargets(t, "../../fuzz") {
		maps.Copy(used, target.names)
	}
	excused := map[string]bool{}
	for _, p := range publicPackages(t) {
		funcs := slices.Clone(p.Funcs)
		for _, ty := range p.Types {
			funcs = append(append(funcs, ty.Funcs...), ty.Methods...)
		}
		for _, f := range funcs {
			recv := strings.TrimLeft(f.Recv, "*")
			if !mustBeFuzzed(p.Name, recv, f.Name) || calledByEncoders(f.Name) {
				continue
			}
			full, use := p.Name+"."+f.Name, p.Name+"."+f.Name
			if recv != "" {
				full, use = p.Name+"."+recv+"."+f.Name, "."+f.Name
			}
			if _, ok := unfuzzed[full]; ok {
				excused[full] = true
				assert.False(t, recv == "" && used[use], "%s has a target and an excuse", full)
				continue
			}
			assert.True(t, used[use], "%s has no target in fuzz/, and no reason why not", full)
		}
	}
	for full := range unfuzzed {
		assert.True(t, excused[full], "%s is excused and does not exist", full)
	}
}

// TestEveryFuzzTargetCanFail reads all targets of the module: each adds seeds, by itself or by a helper, and holds something
// against what comes out. A target that only looks for panics finds little.
func TestEveryFuzzTargetCanFail(t *testing.T) {
	count := 0
	err := filepath.WalkDir("../..", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); strings.HasPrefix(name, ".") && name != ".." || name == "benchmarks" {
			return filepath.SkipDir
		}
		for name, target := range fuzzTargets(t, dir) {
			count++
			where := path.Join(strings.TrimPrefix(filepath.ToSlash(dir), "../../"), name)
			assert.True(t, target.names[".Add"], "%s adds no seeds", where)
			assert.True(t, target.names[".Fatalf"] || target.names[".Fatal"] || target.names[".Errorf"] || target.names[".Error"] ||
				slices.ContainsFunc(slices.Collect(maps.Keys(target.names)), isAssertion), "%s holds nothing against what comes out", where)
		}
		return nil
	})
	require.NoError(t, err)
	assert.Greater(t, count, 35)
}

func isAssertion(name string) bool {
	return strings.HasPrefix(name, "assert.") || strings.HasPrefix(name, "require.") || strings.HasPrefix(name, "detecttest.")
}

type fuzzTarget struct{ names map[string]bool }

// fuzzTargets gives the targets in a folder with the names that each uses, itself or through functions of the same folder:
// "pkg.Name" for what stands behind an import, ".Name" for methods and fields.
func fuzzTargets(t *testing.T, dir string) map[string]fuzzTarget {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	bodies := map[string][]ast.Node{} // methods by their name too
	own := ""
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		own = strings.TrimSuffix(f.Name.Name, "_test")
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil {
				bodies[fn.Name.Name] = append(bodies[fn.Name.Name], fn.Body)
			}
		}
	}
	targets := map[string]fuzzTarget{}
	for name := range bodies {
		if !strings.HasPrefix(name, "Fuzz") {
			continue
		}
		names, seen := map[string]bool{}, map[string]bool{}
		var follow func(string)
		follow = func(fn string) {
			if seen[fn] {
				return
			}
			seen[fn] = true
			for _, body := range bodies[fn] {
				ast.Inspect(body, func(n ast.Node) bool {
					switch n := n.(type) {
					case *ast.SelectorExpr:
						names["."+n.Sel.Name] = true
						if x, ok := n.X.(*ast.Ident); ok {
							names[x.Name+"."+n.Sel.Name] = true
							if x.Name == own {
								follow(n.Sel.Name)
							}
						}
					case *ast.Ident:
						follow(n.Name)
					}
					return true
				})
			}
		}
		follow(name)
		targets[name] = fuzzTarget{names}
	}
	return targets
}
