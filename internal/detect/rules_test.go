package detect

import (
	"fmt"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/testdata"
)

// folder names the package of a class.
func folder(c scan.Class) string {
	if c == "unicode" {
		return "hidden"
	}
	return strings.ReplaceAll(string(c), "_", "")
}

// page gives the comment of the package of a class.
func page(t *testing.T, c scan.Class) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder(c), "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no files in %s (%v)", c, folder(c), err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if comment, _, ok := strings.Cut(string(b), "\npackage "); ok && strings.HasPrefix(comment, "// Package ") {
			return comment
		}
	}
	t.Fatalf("%s: no file of %s has the comment of its package", c, folder(c))
	return ""
}

var ruleRow = regexp.MustCompile(`(?m)^//\t([a-z0-9]+(?:-[a-z0-9]+)*)\s`)

// documented lists the rules in the table of a page.
func documented(page string) (rules []string) {
	if _, table, ok := strings.Cut(page, "\n// # Rules\n"); ok {
		page, _, _ = strings.Cut(table, "\n// # ")
	}
	for _, m := range ruleRow.FindAllStringSubmatch(page, -1) {
		if m[1] != "rule" {
			rules = append(rules, m[1])
		}
	}
	return rules
}

// TestPages: the comment of each package says what it recognises, what it does not, its rules and its weaknesses, and
// three examples each way run.
func TestPages(t *testing.T) {
	for _, c := range Classes() {
		text := page(t, c)
		for _, heading := range []string{"\n// # What it recognises\n", "\n// # What it does not recognise\n", "\n// # Rules\n"} {
			if !strings.Contains(text, heading) {
				t.Errorf("%s: the page has no heading %q", c, strings.TrimSpace(heading))
			}
		}
		for _, n := range CWEs(c) {
			if !regexp.MustCompile(fmt.Sprintf(`CWE-%d\b`, n)).MatchString(text) {
				t.Errorf("%s: the page does not name CWE-%d", c, n)
			}
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(folder(c), "example_test.go"), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		found, passed := 0, 0
		for _, e := range doc.Examples(file) {
			lines := len(strings.Split(strings.TrimSpace(e.Output), "\n"))
			if name := strings.ToLower(e.Name); strings.Contains(name, "notreported") || strings.Contains(name, "passes") {
				passed += lines
			} else {
				found += lines
			}
		}
		if found < 3 || passed < 3 {
			t.Errorf("%s: %d examples of what is found and %d of what passes, want three each", c, found, passed)
		}
	}
}

// TestRulesAreStable: people suppress and count findings by rule, so no rule goes or changes its meaning. A new one is
// added to the list, in testdata/rules.txt, by hand.
func TestRulesAreStable(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("testdata", "rules.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, c := range Classes() {
		for _, r := range documented(page(t, c)) {
			have = append(have, string(c)+" "+r)
		}
	}
	want := strings.Split(strings.TrimSpace(string(b)), "\n")
	for _, r := range want {
		if !slices.Contains(have, r) {
			t.Errorf("the rule %q is gone", r)
		}
	}
	for _, r := range have {
		if !slices.Contains(want, r) {
			t.Errorf("the rule %q is not in testdata/rules.txt", r)
		}
	}
}

// TestRulesAreDocumented: every rule that breaks on testdata stands in the table of its package's comment.
func TestRulesAreDocumented(t *testing.T) {
	rules := map[scan.Class][]string{}
	for _, c := range Classes() {
		rules[c] = documented(page(t, c))
	}
	attacks, err := testdata.Attacks()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range attacks {
		for _, f := range Inspect(l.Text) {
			if !slices.Contains(rules[f.Class], f.Rule) {
				t.Errorf("%s: the comment of its package does not explain the rule %s of %s", l.ID, f.Rule, f.Class)
				rules[f.Class] = append(rules[f.Class], f.Rule)
			}
		}
	}
}
