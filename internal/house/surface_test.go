package house

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the exported API to api.txt")

// TestSurface compares the exported API with api.txt, so that every change of it shows in a diff. After a change
// that is meant: go test ./internal/house -run Surface -update
func TestSurface(t *testing.T) {
	var now strings.Builder
	for _, p := range publicPackages(t) {
		for _, line := range exported(p) {
			fmt.Fprintf(&now, "%s: %s\n", p.Name, line)
		}
	}
	if *update {
		require.NoError(t, os.WriteFile("api.txt", []byte(now.String()), 0o644))
	}
	golden, err := os.ReadFile("api.txt")
	require.NoError(t, err)
	assert.Equal(t, string(golden), now.String(), "the exported API has changed; if that is meant, run with -update")
}

// TestEveryExportedNameIsDocumented reads the comments of all exported declarations and of the packages.
func TestEveryExportedNameIsDocumented(t *testing.T) {
	for _, p := range publicPackages(t) {
		assert.Greater(t, len(p.Doc), 150, "%s: the package comment says too little", p.Name)
		values := append(append([]*doc.Value{}, p.Consts...), p.Vars...)
		funcs := append([]*doc.Func{}, p.Funcs...)
		for _, ty := range p.Types {
			assert.NotEmpty(t, ty.Doc, "%s.%s has no comment", p.Name, ty.Name)
			values = append(append(values, ty.Consts...), ty.Vars...)
			funcs = append(append(funcs, ty.Funcs...), ty.Methods...)
		}
		for _, f := range funcs {
			assert.NotEmpty(t, f.Doc, "%s.%s %s has no comment", p.Name, f.Recv, f.Name)
		}
		for _, v := range values {
			for _, spec := range v.Decl.Specs {
				s := spec.(*ast.ValueSpec)
				assert.True(t, v.Doc != "" || s.Doc.Text() != "" || s.Comment.Text() != "", "%s.%s has no comment", p.Name, s.Names[0])
			}
		}
	}
}

// TestSettingsAreDocumented reads the fields of structs whose JSON is not Tango's, and the methods of interfaces: each has a
// comment of its own, or stands right below one that has. The fields of Tango's own objects are named and documented by Tango.
func TestSettingsAreDocumented(t *testing.T) {
	for _, p := range publicPackages(t) {
		for _, ty := range p.Types {
			for _, spec := range ty.Decl.Specs {
				var fields *ast.FieldList
				switch x := spec.(*ast.TypeSpec).Type.(type) {
				case *ast.StructType:
					fields = x.Fields
				case *ast.InterfaceType:
					fields = x.Methods
				default:
					continue
				}
				spoken := ty.Doc != "" && len(fields.List) < 6 // a few fields can be told in the comment of the type
				for _, f := range fields.List {
					if f.Doc.Text() != "" || f.Comment.Text() != "" {
						spoken = true
					}
					if len(f.Names) > 0 && f.Names[0].IsExported() && f.Tag == nil {
						assert.True(t, spoken, "%s.%s.%s has no comment", p.Name, ty.Name, f.Names[0])
					}
				}
			}
		}
	}
}

// TestPackageCommentsAnswerFourQuestions: what is guaranteed, what is not, when not to use it, how it fails.
func TestPackageCommentsAnswerFourQuestions(t *testing.T) {
	for _, p := range publicPackages(t) {
		switch p.Name {
		case "fuzz", "testdata", "outboxtest", "tokenstoretest": // for tests; they state what they check
			continue
		}
		for _, answer := range []string{`(?i)guaranteed`, `(?i)not guaranteed|what is not|does not promise|nothing here is`, `(?i)when not to use`, `(?i)how it fails`} {
			assert.Regexp(t, answer, p.Doc, "package %s", p.Name)
		}
	}
}

// publicPackages parses the packages that users can import, in the order of their paths.
func publicPackages(t *testing.T) []*doc.Package {
	t.Helper()
	var all []*doc.Package
	err := filepath.WalkDir("../..", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		switch name := d.Name(); {
		case name == "internal", name == "cmd", name == "examples", strings.HasPrefix(name, ".") && name != "..":
			return filepath.SkipDir
		}
		fset := token.NewFileSet()
		var files []*ast.File
		names, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			return err
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			files = append(files, f)
		}
		if len(files) == 0 {
			return nil
		}
		p, err := doc.NewFromFiles(fset, files, module+"/"+filepath.ToSlash(dir))
		if err != nil {
			return err
		}
		all = append(all, p)
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, len(all), 5)
	return all
}

// exported gives one line for each exported declaration, without comments and bodies.
func exported(p *doc.Package) []string {
	var lines []string
	add := func(decl ast.Decl) { lines = append(lines, oneLine(decl)) }
	values := func(all []*doc.Value) {
		for _, v := range all {
			for _, name := range v.Names {
				if ast.IsExported(name) {
					lines = append(lines, fmt.Sprintf("%s %s", v.Decl.Tok, name))
				}
			}
		}
	}
	funcs := func(all []*doc.Func) {
		for _, f := range all {
			add(&ast.FuncDecl{Recv: f.Decl.Recv, Name: f.Decl.Name, Type: f.Decl.Type})
		}
	}
	values(p.Consts)
	values(p.Vars)
	funcs(p.Funcs)
	for _, ty := range p.Types {
		ast.FilterDecl(ty.Decl, ast.IsExported)
		for _, spec := range ty.Decl.Specs {
			add(&ast.GenDecl{Tok: token.TYPE, Specs: []ast.Spec{spec}})
		}
		values(ty.Consts)
		values(ty.Vars)
		funcs(ty.Funcs)
		funcs(ty.Methods)
	}
	return lines
}

func oneLine(decl ast.Decl) string {
	ast.Inspect(decl, func(n ast.Node) bool { // comments are no part of the surface
		switch n := n.(type) {
		case *ast.Field:
			n.Doc, n.Comment = nil, nil
		case *ast.TypeSpec:
			n.Doc, n.Comment = nil, nil
		}
		return true
	})
	var b bytes.Buffer
	if err := printer.Fprint(&b, token.NewFileSet(), decl); err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
