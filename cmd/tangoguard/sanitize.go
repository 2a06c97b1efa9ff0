package main

import (
	"context"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tangoguard/tangoguard/sanitize"
)

const sanitizeAbout = `sanitize -as text|line|html|url|csv|strip < LINES

Reads JSON lines {"id","text"} from stdin and writes {"id","text","changed"} with the text cleaned:
  text   several lines of plain text; nothing is escaped, real markup goes
  line   one line of plain text: names, subjects
  html   rich text by a fixed policy; the result is HTML
  url    an http or https address, else ""
  csv    a cell that no spreadsheet reads as a formula
  strip  text without anything that scan reports; refusing the text is better
Other fields are ignored, blank lines are skipped, a line may hold 16 MiB. A malformed line is reported on stderr
with its number, the rest is done, and the exit code is 2.
`

type sanitizeLine struct {
	ID      jsontext.Value `json:"id"`
	Text    string         `json:"text"`
	Changed bool           `json:"changed"`
}

func sanitizeCommand(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	fs := newFlags("sanitize", sanitizeAbout, stdout)
	as := fs.String("as", "", "what the text is: text, line, html, url, csv or strip")
	if code, ok := parseFlags(fs, args, stderr); !ok {
		return code
	}
	clean := sanitizer(*as)
	if clean == nil {
		fmt.Fprintln(stderr, "tangoguard sanitize: -as must be text, line, html, url, csv or strip")
		return exitUsage
	}
	return eachLine(ctx, "sanitize", stdin, stdout, stderr, func(id jsontext.Value, text string) any {
		cleaned := clean(text)
		return sanitizeLine{id, cleaned, cleaned != text}
	})
}

func sanitizer(as string) func(string) string {
	switch as {
	case "text":
		return sanitize.Text
	case "line":
		return sanitize.Line
	case "html":
		return sanitize.HTML
	case "url":
		return sanitize.URL
	case "csv":
		return sanitize.CSVCell
	case "strip":
		return sanitize.Strip
	}
	return nil
}
