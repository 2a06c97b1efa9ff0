// Command eval measures the detectors on corpora: how many attacks they find and how much honest text they refuse.
//
//	go run ./internal/eval -attacks F -benign F [-only class,class] [-v]
//
// F is a file of JSON lines or a directory of *.jsonl files. A line has "text" and "category"; one with
// "corpus" is a header and is skipped, other fields are ignored. The exit code is 1 when a figure misses a
// threshold given by a flag, 2 when something cannot be read.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

func main() {
	err := run(os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.As(err, new(missed)):
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(2)
	}
}

// limits are the thresholds, in percent; a negative one is not checked.
type limits struct {
	minFound, minMean, minClass          float64
	maxRefused, maxRefusedText, maxRefCd float64
	minStrings                           int
}

func run(args []string, w io.Writer) error {
	var (
		attacks, benign, only string
		verbose               bool
		lim                   limits
		fs                    = flag.NewFlagSet("eval", flag.ContinueOnError)
	)
	fs.StringVar(&attacks, "attacks", "", "attacks: a file or a directory of *.jsonl")
	fs.StringVar(&benign, "benign", "", "honest text: a file or a directory of *.jsonl")
	fs.StringVar(&only, "only", "", "run only the detectors of these classes, separated by commas")
	fs.BoolVar(&verbose, "v", false, "list misses and false alarms")
	fs.Float64Var(&lim.minFound, "min-found", -1, "least `percent` of all attacks found")
	fs.Float64Var(&lim.minMean, "min-mean", -1, "least mean over the classes, in `percent`")
	fs.Float64Var(&lim.minClass, "min-class", -1, "least `percent` found in each class with -min-strings strings or more")
	fs.IntVar(&lim.minStrings, "min-strings", 20, "classes with fewer strings are not held to -min-class")
	fs.Float64Var(&lim.maxRefused, "max-refused", -1, "most `percent` of honest text refused")
	fs.Float64Var(&lim.maxRefusedText, "max-refused-text", -1, "most `percent` of names, messages and sentences refused")
	fs.Float64Var(&lim.maxRefCd, "max-refused-code", -1, "most `percent` of code-like text refused")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: corpora are given with -attacks and -benign", fs.Arg(0))
	}
	if attacks == "" && benign == "" {
		return errors.New("nothing to measure: give -attacks, -benign or both")
	}
	set, err := choose(only)
	if err != nil {
		return err
	}
	var r report
	if r.attacks, err = read(attacks); err != nil {
		return err
	}
	if r.benign, err = read(benign); err != nil {
		return err
	}
	r.measure(set.Inspect)
	r.print(w, verbose)
	return r.check(lim)
}

// choose makes the set of detectors named in only, or that of detect.Inspect.
func choose(only string) (*detect.Set, error) {
	if only == "" {
		return detect.NewSet(func(c scan.Class) bool { return c != detect.LinkClass }), nil
	}
	known := map[scan.Class]bool{}
	for _, c := range detect.Classes() {
		known[c] = true
	}
	want := map[scan.Class]bool{}
	for name := range strings.SplitSeq(only, ",") {
		if !known[scan.Class(name)] {
			return nil, fmt.Errorf("-only: no class %q; the classes are %v", name, detect.Classes())
		}
		want[scan.Class(name)] = true
	}
	return detect.NewSet(func(c scan.Class) bool { return want[c] }), nil
}
