// Package testdata holds the project's own corpora: attacks by class, honest text by kind, order requests good
// and bad. They are embedded, so that the demo runs outside a checkout. README.md beside this file gives the
// format. Everything here was written for this project.
package testdata

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

//go:embed attacks/*.jsonl benign/*.jsonl orders/*.json
var files embed.FS

// Line is one labelled text.
type Line struct {
	ID       string `json:"id"`       // unique in the whole corpus
	Category string `json:"category"` // the class of an attack, the kind of an honest text
	Label    string `json:"label"`    // attack or benign
	Text     string `json:"text"`
	Note     string `json:"note,omitempty"` // why the line is there
}

// header is the first line of a corpus file.
type header struct {
	Corpus string `json:"corpus"` // attacks or benign
	Class  string `json:"class"`  // of an attacks file
	Kind   string `json:"kind"`   // of a benign file
}

// Attacks gives the lines of attacks/, in the order of the files.
func Attacks() ([]Line, error) { return corpus("attacks", "attack") }

// Benign gives the lines of benign/, in the order of the files.
func Benign() ([]Line, error) { return corpus("benign", "benign") }

func corpus(dir, label string) ([]Line, error) {
	names, err := fs.Glob(files, dir+"/*.jsonl")
	if err != nil {
		return nil, err
	}
	var all []Line
	seen := map[string]string{}
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		lines, err := parse(name, dir, label, b)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if first, twice := seen[l.ID]; twice {
				return nil, fmt.Errorf("%s: id %q stands in %s already", name, l.ID, first)
			}
			seen[l.ID] = name
		}
		all = append(all, lines...)
	}
	return all, nil
}

// parse reads one corpus file. An unknown field, another header, a line of another label or category, an
// empty text and an empty file are errors.
func parse(name, dir, label string, b []byte) ([]Line, error) {
	var lines []Line
	var h header
	number := 0
	for raw := range bytes.Lines(b) {
		number++
		if number == 1 {
			if err := strict(raw, &h); err != nil {
				return nil, fmt.Errorf("%s:1: %w", name, err)
			}
			if stem := strings.TrimSuffix(path.Base(name), ".jsonl"); h.Corpus != dir || h.Class+h.Kind != stem {
				return nil, fmt.Errorf("%s:1: the header names corpus %q and %q", name, h.Corpus, h.Class+h.Kind)
			}
			continue
		}
		var l Line
		if err := strict(raw, &l); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, number, err)
		}
		if l.ID == "" || l.Text == "" || l.Label != label || l.Category != h.Class+h.Kind {
			return nil, fmt.Errorf("%s:%d: a line needs id, text, label %q and category %q", name, number, label, h.Class+h.Kind)
		}
		lines = append(lines, l)
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("%s: no lines", name)
	}
	return lines, nil
}

func strict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value on a line")
	}
	return nil
}

// Order is a request to place an order, and the answer that it should get from a backend that guards Tango.
type Order struct {
	Name    string          `json:"name"`    // the name of the file
	Shows   string          `json:"shows"`   // one sentence
	Request json.RawMessage `json:"request"` // the body, as sent
	Status  int             `json:"status"`  // the HTTP status that the answer should have
	I18nKey string          `json:"i18nKey"` // "" where the order is placed
}

// Orders gives the order requests of orders/, in the order of the files' names.
func Orders() ([]Order, error) {
	names, err := fs.Glob(files, "orders/*.json")
	if err != nil {
		return nil, err
	}
	var all []Order
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var o Order
		if err := strict(b, &o); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if o.Name != strings.TrimSuffix(path.Base(name), ".json") || o.Shows == "" || o.Status == 0 || len(o.Request) == 0 {
			return nil, fmt.Errorf("%s: an order needs name (the file's), shows, status and request", name)
		}
		all = append(all, o)
	}
	if len(all) == 0 {
		return nil, errors.New("orders: no files")
	}
	return all, nil
}
