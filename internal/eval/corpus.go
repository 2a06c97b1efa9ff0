package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// line is a line of a corpus.
type line struct {
	Corpus   string `json:"corpus"`
	ID       string `json:"id"`
	Category string `json:"category"`
	Text     string `json:"text"`
}

// read gives the lines of a file, or of every *.jsonl in a directory; of "" none.
func read(path string) ([]line, error) {
	if path == "" {
		return nil, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	files := []string{path}
	if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(path, "*.jsonl")); err != nil {
			return nil, err
		}
	}
	var all []line
	for _, f := range files {
		if all, err = readFile(all, f); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no line of a corpus", path)
	}
	return all, nil
}

func readFile(all []line, path string) ([]line, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	dec := jsontext.NewDecoder(bufio.NewReader(f), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	for n := 1; ; n++ {
		var l line
		err := json.UnmarshalDecode(dec, &l)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: value %d: %w", path, n, err)
		}
		if l.Corpus == "" {
			all = append(all, l)
		}
	}
}
