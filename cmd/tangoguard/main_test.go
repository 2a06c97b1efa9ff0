package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// call runs the command in this process.
func runCommand(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(context.Background(), args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func TestCallsThatAreWrong(t *testing.T) {
	for _, row := range []struct {
		args []string
		says string
	}{
		{nil, "usage: tangoguard COMMAND"},
		{[]string{"scna"}, `unknown command "scna"`},
		{[]string{"scan", "-x"}, "flag provided but not defined: -x"},
		{[]string{"scan", "file.jsonl"}, `unexpected argument "file.jsonl"`},
		{[]string{"sanitize"}, "-as must be text, line, html, url, csv or strip"},
		{[]string{"sanitize", "-as", "xml"}, "-as must be text, line, html, url, csv or strip"},
		{[]string{"demo", "now"}, `unexpected argument "now"`},
	} {
		code, out, errs := runCommand(t, "", row.args...)
		assert.Equal(t, exitUsage, code, row.args)
		assert.Empty(t, out, row.args)
		assert.Contains(t, errs, row.says)
		if row.args != nil {
			assert.Equal(t, 1, strings.Count(errs, "\n"), "one clear line: %q", errs)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"help"}, {"demo", "-h"}, {"sandbox", "-h"}, {"scan", "-h"}, {"sanitize", "-h"}} {
		code, out, errs := runCommand(t, "", args...)
		assert.Equal(t, exitOK, code, args)
		assert.Contains(t, out, "usage: tangoguard", args)
		assert.Empty(t, errs, args)
	}
}

func TestScan(t *testing.T) {
	code, out, errs := runCommand(t, `{"id":"1","text":"O'Brien & Sons <3"}
{"id":2,"text":"<img src=x onerror=alert(1)>","source":"ignored"}

{"id":"3","text":"1' OR '1'='1' -- "}
`, "scan")
	assert.Equal(t, exitOK, code, errs)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 3, "blank lines are skipped")
	assert.JSONEq(t, `{"id":"1","findings":[]}`, lines[0], "no finding is an empty list")
	for i, class := range map[int]string{1: "xss", 2: "sqli"} {
		var got struct {
			ID       any
			Findings []struct {
				Class, Rule string
				Start, End  int
			}
		}
		require.NoError(t, json.Unmarshal([]byte(lines[i]), &got))
		require.NotEmpty(t, got.Findings, lines[i])
		found := false
		for _, f := range got.Findings {
			found = found || f.Class == class
			assert.Less(t, f.Start, f.End)
			assert.NotEmpty(t, f.Rule)
		}
		assert.True(t, found, "%s should hold %s", lines[i], class)
	}
	assert.Contains(t, lines[1], `"id":2`, "an id comes back as it was written")
}

func TestSanitize(t *testing.T) {
	code, out, errs := runCommand(t, `{"id":"1","text":"O'Brien & Sons <3"}
{"id":"2","text":"a <b>bold</b> word"}
{"id":"3","text":"日本語\n"}
`, "sanitize", "-as", "text")
	assert.Equal(t, exitOK, code, errs)
	assert.Equal(t, `{"id":"1","text":"O'Brien & Sons <3","changed":false}
{"id":"2","text":"a bold word","changed":true}
{"id":"3","text":"日本語\n","changed":false}
`, out)
}

// A malformed line prints nothing on stdout and its number on stderr; the rest is done, and the exit code is 2.
func TestMalformedLines(t *testing.T) {
	good := `{"id":"g","text":"x"}`
	for name, bad := range map[string]string{
		"no JSON":        `x`,
		"a list":         `[]`,
		"null":           `null`,
		"a string":       `"x"`,
		"cut off":        `{"id":"1","text":"x`,
		"two values":     `{"id":"1","text":"x"} {}`,
		"no text":        `{"id":"1"}`,
		"text is null":   `{"id":"1","text":null}`,
		"text is number": `{"id":"1","text":1}`,
		"no id":          `{"text":"x"}`,
		"id is a list":   `{"id":[],"text":"x"}`,
		"two texts":      `{"id":"1","text":"x","text":"y"}`,
		"not UTF-8":      "{\"id\":\"1\",\"text\":\"\xff\"}",
		"too long":       `{"id":"1","text":"` + strings.Repeat("a", maxLine) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := runCommand(t, good+"\n"+bad+"\n"+good, "scan")
			assert.Equal(t, 2, code)
			assert.Equal(t, 2, strings.Count(out, "\n"), "the other two lines are done: %q", out)
			assert.Contains(t, errs, "line 2: ")
			assert.Equal(t, 1, strings.Count(errs, "\n"), errs)
			assert.NotContains(t, errs, "Go ", "no type names")
		})
	}
}

func TestLongestLine(t *testing.T) {
	frame := len(`{"id":"1","text":""}`)
	code, out, errs := runCommand(t, `{"id":"1","text":"`+strings.Repeat("a", maxLine-frame)+`"}`+"\n", "scan")
	assert.Equal(t, 0, code, errs)
	assert.Equal(t, `{"id":"1","findings":[]}`+"\n", out)

	code, out, errs = runCommand(t, `{"id":"1","text":"`+strings.Repeat("a", maxLine-frame+1)+`"}`+"\n"+`{"id":"2","text":"b"}`, "scan")
	assert.Equal(t, 2, code)
	assert.Equal(t, `{"id":"2","findings":[]}`+"\n", out, "the rest is done")
	assert.Contains(t, errs, "line 1: longer than")
}

// A lone surrogate is valid by JSON's grammar; it becomes U+FFFD instead of an error.
func TestLoneSurrogate(t *testing.T) {
	code, out, errs := runCommand(t, `{"id":"1","text":"a\ud800b"}`, "sanitize", "-as", "csv")
	assert.Equal(t, 0, code, errs)
	assert.Contains(t, out, "a\ufffdb")
}

// Whoever sends a line and waits gets the answer before the next line is sent.
func TestAnswersBeforeTheNextLine(t *testing.T) {
	in, send := io.Pipe()
	receive, out := io.Pipe()
	ended := make(chan int)
	go func() { ended <- run(context.Background(), []string{"scan"}, in, out, io.Discard) }()
	buf := make([]byte, 100)
	for range 3 {
		_, err := io.WriteString(send, `{"id":"1","text":"x"}`+"\n")
		require.NoError(t, err)
		n, err := receive.Read(buf)
		require.NoError(t, err)
		assert.Equal(t, `{"id":"1","findings":[]}`+"\n", string(buf[:n]))
	}
	require.NoError(t, send.Close())
	assert.Equal(t, 0, <-ended)
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestOutputThatBreaksOff(t *testing.T) {
	var errs bytes.Buffer
	code := run(context.Background(), []string{"scan"}, strings.NewReader(`{"id":"1","text":"x"}`), brokenPipe{}, &errs)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs.String(), "writing")
}

func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the demo starts servers")
	}
	code, out, errs := runCommand(t, "", "demo")
	assert.Equal(t, 0, code, out+errs)
	assert.Contains(t, out, " 0 failed")
	assert.NotContains(t, out, "FAIL")
	assert.Greater(t, strings.Count(out, "\nok "), 40)
}
