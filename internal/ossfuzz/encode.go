package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"strconv"
	"strings"
)

// decode reads a corpus file of the go command: a header, and then each argument as a conversion, []byte("…"), string("…")
// or int(…).
func decode(text []byte) ([]any, error) {
	header, rest, _ := bytes.Cut(text, []byte("\n"))
	if string(bytes.TrimSpace(header)) != "go test fuzz v1" {
		return nil, errors.New("no corpus file of the go command")
	}
	var args []any
	for line := range strings.Lines(string(rest)) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		e, err := parser.ParseExpr(line)
		if err != nil {
			return nil, err
		}
		arg, err := argument(e)
		if err != nil {
			return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(line))
		}
		args = append(args, arg)
	}
	if len(args) == 0 {
		return nil, errors.New("no arguments")
	}
	return args, nil
}

func argument(e ast.Expr) (any, error) {
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return nil, errors.New("no conversion")
	}
	literal, sign := call.Args[0], ""
	if u, ok := literal.(*ast.UnaryExpr); ok && u.Op.String() == "-" {
		literal, sign = u.X, "-"
	}
	value, ok := literal.(*ast.BasicLit)
	if !ok {
		return nil, errors.New("no literal")
	}
	switch to := call.Fun.(type) {
	case *ast.ArrayType:
		s, err := strconv.Unquote(value.Value)
		return []byte(s), err
	case *ast.Ident:
		switch to.Name {
		case "string":
			return strconv.Unquote(value.Value)
		case "int":
			return strconv.Atoi(sign + value.Value)
		}
	}
	return nil, errors.New("a type that cannot be written yet")
}

// encode writes arguments as OSS-Fuzz's input.Source takes them apart (github.com/AdamKorcz/go-118-fuzz-build, package input):
// numbers first, big-endian; then for each string or []byte one byte, its weight; then their bytes. Of n bytes in all,
// an argument gets n*weight/sum of the weights, and the last one what is left.
func encode(args []any) []byte {
	var out []byte
	var parts [][]byte
	for _, arg := range args {
		switch arg := arg.(type) {
		case int:
			out = binary.BigEndian.AppendUint64(out, uint64(int64(arg)))
		case string:
			parts = append(parts, []byte(arg))
		case []byte:
			parts = append(parts, arg)
		}
	}
	out = append(out, weights(parts)...)
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// weights finds bytes that give each part its length. Lengths up to 255 are their own weights; for longer ones the sums are
// tried, and the nearest one is taken when none fits: then a byte or two stands in the neighbour's part.
func weights(parts [][]byte) []byte {
	total, longest := 0, 0
	for _, p := range parts {
		total += len(p)
		longest = max(longest, len(p))
	}
	out := make([]byte, len(parts))
	if len(parts) == 1 {
		out[0] = 1
		return out
	}
	if longest <= 255 {
		for i, p := range parts {
			out[i] = byte(len(p))
		}
		return out
	}
	best := -1
	for sum := 1; sum <= 255; sum++ {
		try, miss, left := make([]byte, len(parts)), 0, sum
		for i, p := range parts[:len(parts)-1] {
			w := min((len(p)*sum+total-1)/total, left)
			try[i], left = byte(w), left-w
			miss += abs(total*w/sum - len(p))
		}
		try[len(try)-1] = byte(left)
		if best < 0 || miss < best {
			best, out = miss, try
		}
	}
	return out
}

func abs(n int) int { return max(n, -n) }
