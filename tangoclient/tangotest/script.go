package tangotest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

const maxFaultLine = 1 << 20

// ReadFaults reads a fault script: JSON lines, each one Fault by its JSON names; empty lines are skipped. All
// errors are reported together, each with the number of its line.
//
//	{"do":"reset","method":"POST","path":"/orders","commit":true}
//	{"do":"status","status":429,"retryAfter":"2","times":3}
//	{"do":"late","ref":"order-17","wait":"3s"}
func ReadFaults(r io.Reader) ([]Fault, error) {
	var out []Fault
	var errs []error
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, maxFaultLine)
	n := 0
	for sc.Scan() {
		n++
		line := bytes.TrimSpace(sc.Bytes())
		if len(line) == 0 {
			continue
		}
		f, err := readFault(line)
		if err != nil {
			errs = append(errs, fmt.Errorf("line %d: %w", n, err))
			continue
		}
		out = append(out, f)
	}
	if err := sc.Err(); errors.Is(err, bufio.ErrTooLong) {
		errs = append(errs, fmt.Errorf("line %d: longer than 1 MiB", n+1))
	} else if err != nil {
		errs = append(errs, err)
	}
	return out, errors.Join(errs...)
}

func readFault(line []byte) (Fault, error) {
	var f Fault
	o, err := parseObject(line)
	if err != nil {
		return f, errors.New("not one JSON object with each name once")
	}
	known := faultFields()
	for _, m := range o.members {
		if !slices.Contains(known, m.name) {
			return f, fmt.Errorf("%q is no field of a fault; the fields are %s", m.name, strings.Join(known, ", "))
		}
	}
	err = json.Unmarshal(line, &f, json.WithUnmarshalers(json.UnmarshalFunc(func(b []byte, d *time.Duration) error {
		v, err := time.ParseDuration(text(b))
		*d = v
		return err
	})))
	if se := (*json.SemanticError)(nil); errors.As(err, &se) {
		name := strings.TrimPrefix(string(se.JSONPointer), "/")
		if name == "wait" {
			return f, errors.New(`wait: not a length of time such as "1.5s"`)
		}
		return f, fmt.Errorf("%s: not the kind of value that it needs", name)
	}
	if err != nil {
		return f, errors.New("unreadable")
	}
	return f, f.check()
}

// faultFields are the JSON names of Fault.
func faultFields() []string {
	t := reflect.TypeFor[Fault]()
	out := make([]string, t.NumField())
	for i := range out {
		out[i], _, _ = strings.Cut(t.Field(i).Tag.Get("json"), ",")
	}
	return out
}
