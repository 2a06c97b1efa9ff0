// Command breakages breaks the code on purpose, in one place at a time, and demands that a test notices.
//
//	go run ./internal/breakages            all of the table, in temporary copies of the module
//	go run ./internal/breakages -only TLS  those whose name matches
//
// A breakage is an edit of one file that compiles, and the tests that must fail then. Before anything is broken the same
// tests must pass. It is an error when the old text does not stand in the file exactly once, when the edit does not
// compile, when a test filter matches nothing, and when all tests still pass: then a test is missing.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// breakage is one deliberate mistake.
type breakage struct {
	name string // what goes wrong
	file string
	edit []string // old, new, old, new, ...
	pkg  string   // with the test that must fail
	run  string   // its name, as for go test -run
}

func main() {
	only := flag.String("only", "", "a regular expression for the names")
	jobs := flag.Int("j", 2, "so many copies of the module at work")
	list := flag.Bool("n", false, "only look whether each edit finds its place")
	flag.Parse()
	if err := run(*only, *jobs, *list); err != nil {
		fmt.Fprintln(os.Stderr, "breakages:", err)
		os.Exit(1)
	}
}

func run(only string, jobs int, list bool) error {
	want, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	all := slices.DeleteFunc(table(), func(b breakage) bool { return !want.MatchString(b.name) })
	var lost []error
	for i := range all {
		_, _, err := all[i].broken(".")
		lost = append(lost, err)
	}
	if err := errors.Join(lost...); err != nil {
		return err
	}
	if list || len(all) == 0 {
		fmt.Printf("%d breakages, each edit finds its place\n", len(all))
		return nil
	}
	tmp, err := os.MkdirTemp("", "breakages")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	start := time.Now()
	if err := sound(all, jobs); err != nil {
		return err
	}
	work, outcomes := make(chan int), make([]error, len(all))
	var wg sync.WaitGroup
	var say sync.Mutex
	for n := range max(jobs, 1) {
		root := filepath.Join(tmp, fmt.Sprint(n))
		if err := copyModule(root); err != nil {
			return err
		}
		wg.Go(func() {
			for i := range work {
				failed, err := all[i].try(root)
				outcomes[i] = err
				say.Lock()
				fmt.Printf("%-5s %-62s %s %s\n", verdict(err), all[i].name, all[i].pkg, failed)
				say.Unlock()
			}
		})
	}
	for i := range all {
		work <- i
	}
	close(work)
	wg.Wait()
	survivors := 0
	for _, err := range outcomes {
		if err != nil {
			survivors++
		}
	}
	fmt.Printf("%d breakages, %d noticed, in %v\n", len(all), len(all)-survivors, time.Since(start).Round(time.Second))
	return errors.Join(outcomes...)
}

var errBuild = errors.New("does not compile")

func verdict(err error) string {
	switch {
	case errors.Is(err, errBuild):
		return "BUILD"
	case err != nil:
		return "LIVES"
	}
	return "ok"
}

// sound runs the tests of the table on the code as it is: a test that fails anyway shows nothing, and neither does a
// filter that matches none.
func sound(all []breakage, jobs int) error {
	filters := map[string][]string{}
	for _, b := range all {
		if !slices.Contains(filters[b.pkg], b.run) {
			filters[b.pkg] = append(filters[b.pkg], b.run)
		}
	}
	turn := make(chan struct{}, max(jobs, 1))
	failed := make(chan error, len(filters))
	for pkg, runs := range filters {
		go func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			failed <- passes(pkg, runs)
		}()
	}
	var errs []error
	for range filters {
		errs = append(errs, <-failed)
	}
	return errors.Join(errs...)
}

func passes(pkg string, runs []string) error {
	if out, err := test(".", pkg, strings.Join(runs, "|")); err != nil {
		return fmt.Errorf("%s fails before anything is broken:\n%s", pkg, out)
	}
	out, err := exec.Command("go", "test", "-trimpath", "-vet=off", "-ldflags=-s -w", "-list", ".", pkg).Output()
	if err != nil {
		return fmt.Errorf("listing the tests of %s: %w", pkg, err)
	}
	for _, run := range runs {
		if !slices.ContainsFunc(strings.Fields(string(out)), regexp.MustCompile(run).MatchString) {
			return fmt.Errorf("%s has no test that matches %q", pkg, run)
		}
	}
	return nil
}

// broken gives the text of the file before and after the edit.
func (b *breakage) broken(root string) (before, after string, err error) {
	text, err := os.ReadFile(filepath.Join(root, b.file))
	if err != nil {
		return "", "", err
	}
	after = string(text)
	for i := 0; i+1 < len(b.edit); i += 2 {
		if n := strings.Count(after, b.edit[i]); n != 1 {
			return "", "", fmt.Errorf("%q: the old text stands in %s %d times, want once:\n%s", b.name, b.file, n, b.edit[i])
		}
		after = strings.Replace(after, b.edit[i], b.edit[i+1], 1)
	}
	return string(text), after, nil
}

// try breaks the copy at root, runs the tests and mends it. It gives the first test that failed.
func (b *breakage) try(root string) (failed string, err error) {
	before, after, err := b.broken(root)
	if err != nil {
		return "", err
	}
	path := filepath.Join(root, b.file)
	if err := os.WriteFile(path, []byte(after), 0o644); err != nil {
		return "", err
	}
	out, err := test(root, b.pkg, b.run)
	if mended := os.WriteFile(path, []byte(before), 0o644); mended != nil {
		return "", mended
	}
	switch {
	case strings.Contains(out, "[build failed]"), strings.Contains(out, "[setup failed]"):
		return "", fmt.Errorf("%q %w:\n%s", b.name, errBuild, out)
	case err == nil:
		return "", fmt.Errorf("%q: %s -run %q still passes", b.name, b.pkg, b.run)
	}
	if m := regexp.MustCompile(`--- FAIL: (\S+)`).FindStringSubmatch(out); m != nil {
		return m[1], nil
	}
	return "(ended)", nil
}

func test(root, pkg, run string) (string, error) {
	// -trimpath: the cache of compiled packages serves every copy. -s -w: linking takes most of the time.
	cmd := exec.Command("go", "test", "-trimpath", "-vet=off", "-ldflags=-s -w", "-count=1", "-failfast", "-timeout=120s", "-run", run, pkg)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// copyModule copies what the go command and the tests need.
func copyModule(root string) error {
	return filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch {
		case path != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case d.IsDir():
			return os.MkdirAll(filepath.Join(root, path), 0o755)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(root, path), text, 0o644)
	})
}
