package fuzz_test

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tangoguard/tangoguard/testdata"
)

// seedsOfEach is how many attacks and how many honest texts seed a target: more, and the engine spends a short run
// on measuring its seeds. Tests hold the whole corpus against detectors and sanitizers.
const seedsOfEach = 200

var seedDir = flag.String("seeds", "", "write every seed below this folder, as the go command keeps corpus files")

// add is f.Add, and writes the seed where -seeds says: internal/ossfuzz makes its archives of that.
func add(f *testing.F, args ...any) {
	f.Helper()
	f.Add(args...)
	record(f, args...)
}

// record is add for a seed that somebody else adds.
func record(f *testing.F, args ...any) {
	f.Helper()
	if *seedDir == "" {
		return
	}
	var b strings.Builder
	b.WriteString("go test fuzz v1\n")
	for _, arg := range args {
		switch arg := arg.(type) {
		case []byte:
			fmt.Fprintf(&b, "[]byte(%q)\n", arg)
		case string:
			fmt.Fprintf(&b, "string(%q)\n", arg)
		case int:
			fmt.Fprintf(&b, "int(%d)\n", arg)
		default:
			f.Fatalf("a seed of type %T cannot be written yet", arg)
		}
	}
	dir := filepath.Join(*seedDir, f.Name())
	if err := os.MkdirAll(dir, 0o755); err != nil {
		f.Fatal(err)
	}
	sum := sha256.Sum256([]byte(b.String()))
	if err := os.WriteFile(filepath.Join(dir, hex.EncodeToString(sum[:8])), []byte(b.String()), 0o644); err != nil {
		f.Fatal(err)
	}
}

// texts are texts from all over the corpus. A target without seeds fails: it would fuzz nothing that resembles what
// people and attackers send.
func texts(f *testing.F) (out []string) {
	f.Helper()
	attacks, err := testdata.Attacks()
	if err != nil {
		f.Fatal(err)
	}
	benign, err := testdata.Benign()
	if err != nil {
		f.Fatal(err)
	}
	for _, lines := range [][]testdata.Line{attacks, benign} {
		for i := 0; i < len(lines); i += max(1, len(lines)/seedsOfEach) {
			out = append(out, lines[i].Text)
		}
	}
	if len(attacks) == 0 || len(benign) == 0 {
		f.Fatal("no seeds")
	}
	return out
}

func addTexts(f *testing.F) {
	f.Helper()
	for _, s := range texts(f) {
		add(f, s)
	}
}

// orders are the bodies of every order request.
func orders(f *testing.F) (out [][]byte) {
	f.Helper()
	all, err := testdata.Orders()
	if err != nil {
		f.Fatal(err)
	}
	if len(all) == 0 {
		f.Fatal("no seeds")
	}
	for _, o := range all {
		out = append(out, o.Request)
	}
	return out
}
