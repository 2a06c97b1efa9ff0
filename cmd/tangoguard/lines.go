package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxLine is the longest input line, in bytes.
const maxLine = 16 << 20

// item is an input line. The id is handed back as it was written.
type item struct {
	ID   jsontext.Value `json:"id"`
	Text *string        `json:"text"`
}

// eachLine reads JSON lines and writes what answer makes of each text, in order and in constant memory. A
// malformed line gives an error with its number on stderr and nothing on stdout; the rest is done.
func eachLine(ctx context.Context, name string, stdin io.Reader, stdout, stderr io.Writer, answer func(id jsontext.Value, text string) any) int {
	in := bufio.NewReaderSize(stdin, 64<<10)
	out := bufio.NewWriterSize(stdout, 64<<10)
	code := exitOK
	for number := 1; ; number++ {
		line, err := readLine(in, maxLine)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, errLineTooLong) {
			fmt.Fprintf(stderr, "tangoguard %s: reading line %d: %v\n", name, number, err)
			code = exitFailed
			break
		}
		if err == nil && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var it item
		if err == nil {
			it, err = parseItem(line)
		}
		if err != nil {
			fmt.Fprintf(stderr, "tangoguard %s: line %d: %v\n", name, number, err)
			code = exitUsage
			continue
		}
		if err := writeLine(out, answer(it.ID, *it.Text)); err != nil {
			fmt.Fprintf(stderr, "tangoguard %s: writing: %v\n", name, err)
			return exitFailed
		}
		if in.Buffered() == 0 { // whoever waits for an answer before the next line gets it
			if err := out.Flush(); err != nil {
				fmt.Fprintf(stderr, "tangoguard %s: writing: %v\n", name, err)
				return exitFailed
			}
		}
		if ctx.Err() != nil {
			fmt.Fprintf(stderr, "tangoguard %s: interrupted after line %d\n", name, number)
			code = exitFailed
			break
		}
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintf(stderr, "tangoguard %s: writing: %v\n", name, err)
		return exitFailed
	}
	return code
}

var (
	errLineTooLong = fmt.Errorf("longer than %d bytes", maxLine)
	errNotUTF8     = errors.New("not UTF-8; write other bytes as \\u escapes")
	errNotAnItem   = errors.New(`not a JSON object like {"id":"1","text":"…"}`)
)

// parseItem reads {"id","text"}; other fields are ignored. Lone surrogates, which JSON's grammar permits (RFC
// 8259, section 8.2), become U+FFFD.
func parseItem(line []byte) (item, error) {
	var it item
	if !utf8.Valid(line) {
		return it, errNotUTF8
	}
	if err := json.Unmarshal(line, &it, jsontext.AllowInvalidUTF8(true)); err != nil {
		if errors.Is(err, jsontext.ErrDuplicateName) {
			return it, errors.New("a field stands twice in the object")
		}
		return it, errNotAnItem
	}
	if it.Text == nil {
		return it, errors.New(`the field "text" is missing or null`)
	}
	switch it.ID.Kind() {
	case '"', '0':
	default:
		return it, errors.New(`the field "id" is missing, or no string or number`)
	}
	return it, nil
}

// readLine reads up to the next line feed, which it drops. A line of more than most bytes is read to its end
// without being kept, and gives errLineTooLong. The last line needs no line feed.
func readLine(r *bufio.Reader, most int) ([]byte, error) {
	var line []byte
	tooLong := false
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(bytes.TrimSuffix(part, []byte("\n"))) > most {
			tooLong, line = true, nil
		}
		if !tooLong {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(part) == 0 && len(line) == 0 && !tooLong:
			return nil, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err
		case tooLong:
			return nil, errLineTooLong
		}
		return bytes.TrimSuffix(line, []byte("\n")), nil
	}
}

func writeLine(w *bufio.Writer, v any) error {
	b, err := json.Marshal(v, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		return err
	}
	return w.WriteByte('\n')
}
