package detect

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/testdata"
)

// TestRulesAreDocumented: every rule that breaks on testdata stands in the table of its package's comment.
func TestRulesAreDocumented(t *testing.T) {
	dirs := map[scan.Class]string{
		"code_injection": "codeinjection", "csv_injection": "csvinjection", "format_string": "formatstring", "path_traversal": "pathtraversal",
		"prototype_pollution": "prototypepollution", "unicode": "hidden",
	}
	documented := map[scan.Class]map[string]bool{}
	row := regexp.MustCompile(`(?m)^//\t([a-z0-9]+(?:-[a-z0-9]+)*)\s`)
	for _, c := range Classes() {
		dir := dirs[c]
		if dir == "" {
			dir = string(c)
		}
		documented[c] = map[string]bool{}
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files in %s (%v)", c, dir, err)
		}
		for _, name := range files {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			comment, _, ok := strings.Cut(string(b), "\npackage ")
			if !ok {
				continue
			}
			for _, m := range row.FindAllStringSubmatch(comment, -1) {
				documented[c][m[1]] = true
			}
		}
	}
	attacks, err := testdata.Attacks()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range attacks {
		for _, f := range Inspect(l.Text) {
			if rules := documented[f.Class]; !rules[f.Rule] {
				t.Errorf("%s: the comment of its package does not explain the rule %s of %s", l.ID, f.Rule, f.Class)
				rules[f.Rule] = true
			}
		}
	}
}
