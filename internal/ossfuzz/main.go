// Command ossfuzz writes the seeds of package fuzz as OSS-Fuzz reads them: for each target an archive
// TARGET_seed_corpus.zip, in it a file a seed, named by its hash. OSS-Fuzz leaves out what a target adds with f.Add.
//
//	go run ./internal/ossfuzz -o $OUT
//
// The seeds are what the targets add, which is the corpus of package testdata and more, and the crashers kept under
// fuzz/testdata/fuzz. The form of a file is that of compile_native_go_fuzzer_v2; see encode.
package main

import (
	"archive/zip"
	"crypto/sha1" // a name for libFuzzer's corpus, no security
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

func main() {
	out := flag.String("o", ".", "folder for the archives")
	module := flag.String("C", ".", "root of the module")
	flag.Parse()
	if err := run(*module, *out); err != nil {
		fmt.Fprintln(os.Stderr, "ossfuzz:", err)
		os.Exit(1)
	}
}

func run(module, out string) error {
	seeds, err := os.MkdirTemp("", "seeds")
	if err != nil {
		return err
	}
	defer os.RemoveAll(seeds)
	cmd := exec.Command("go", "test", "./fuzz", "-run", "^Fuzz", "-count=1", "-seeds="+seeds)
	cmd.Dir = module
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, text)
	}
	corpus := map[string]map[string][]byte{} // target -> name -> file
	for _, dir := range []string{seeds, filepath.Join(module, "fuzz", "testdata", "fuzz")} {
		if err := collect(corpus, dir); err != nil {
			return err
		}
	}
	if len(corpus) == 0 {
		return errors.New("no target has seeds")
	}
	for _, target := range slices.Sorted(maps.Keys(corpus)) {
		if err := archive(filepath.Join(out, target+"_seed_corpus.zip"), corpus[target]); err != nil {
			return err
		}
		fmt.Printf("%-24s %5d seeds\n", target, len(corpus[target]))
	}
	return nil
}

// collect reads a folder with a folder a target, in which are files as the go command keeps them.
func collect(corpus map[string]map[string][]byte, dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		args, err := decode(text)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		file := encode(args)
		target := filepath.Base(filepath.Dir(path))
		if corpus[target] == nil {
			corpus[target] = map[string][]byte{}
		}
		sum := sha1.Sum(file)
		corpus[target][hex.EncodeToString(sum[:])] = file
		return nil
	})
}

// archive writes the files in the order of their names and without times: equal seeds give equal bytes.
func archive(path string, files map[string][]byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	z := zip.NewWriter(f)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return errors.Join(z.Close(), f.Close())
}
