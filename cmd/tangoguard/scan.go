package main

import (
	"context"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tangoguard/tangoguard/validate"
)

const scanAbout = `scan < LINES

Reads JSON lines {"id","text"} from stdin and reports the injection that validate.Inspect finds in each text:
{"id","findings":[{"class","rule","start","end"}]}, where start and end are byte offsets into the text (as UTF-8).
No finding is no proof: escaping at the sink and parameterised queries stay necessary.
Other fields are ignored, blank lines are skipped, a line may hold 16 MiB. A malformed line is reported on stderr
with its number, the rest is done, and the exit code is 2.
`

type scanFinding struct {
	Class validate.Class `json:"class"`
	Rule  string         `json:"rule"`
	Start int            `json:"start"`
	End   int            `json:"end"`
}

type scanLine struct {
	ID       jsontext.Value `json:"id"`
	Findings []scanFinding  `json:"findings"`
}

func scanCommand(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	fs := newFlags("scan", scanAbout, stdout)
	if code, ok := parseFlags(fs, args, stderr); !ok {
		return code
	}
	return eachLine(ctx, "scan", stdin, stdout, stderr, func(id jsontext.Value, text string) any {
		found := []scanFinding{} // [] and not null when there are none
		for _, f := range validate.Inspect(text) {
			found = append(found, scanFinding(f))
		}
		return scanLine{id, found}
	})
}
