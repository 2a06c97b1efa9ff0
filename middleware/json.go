package middleware

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/tangoguard/tangoguard/internal/jsonwalk"
	"github.com/tangoguard/tangoguard/internal/tango"
	"github.com/tangoguard/tangoguard/sanitize"
)

// edit is one value that Strip replaces.
type edit struct {
	start, end int
	with       string
	change     sanitize.Change
}

// json inspects a JSON body, and in Strip mode rewrites it.
func (in *inspection) json(body *heldBody) *Refusal {
	strip := in.mode == Strip && !signed(in.req.Header)
	err := jsonwalk.Walk(body.text, in.jsonLimits(), func(w *jsonwalk.Walker, t jsonwalk.Token) error {
		if len(in.found) >= maxFound {
			return in.enough()
		}
		switch t.Kind {
		case jsonwalk.Number:
			return nil
		case jsonwalk.Name:
			if in.names.known(t.Text) {
				return nil
			}
			in.lookAt(w, t, lineRule, false)
			return nil
		}
		how := textRule
		if len(in.route.patterns) > 0 {
			how = ruleFor(in.route.patterns, w)
		}
		in.lookAt(w, t, how, strip)
		return nil
	})
	if err != nil && err != errEnough {
		return unreadable(err)
	}
	if len(in.edits) > 0 && len(in.found) == 0 {
		in.rewrite(body)
	}
	return nil
}

// errEnough ends the walk through a body that will be refused whatever else is in it.
var errEnough = errors.New("enough findings")

// enough ends the search. A body that is only reported is read to its end all the same: what cannot be read in one
// way only does not pass in any mode.
func (in *inspection) enough() error {
	if in.mode == Report {
		return nil
	}
	return errEnough
}

// lookAt examines one name or string. The pointer is built only when there is something to say.
func (in *inspection) lookAt(w *jsonwalk.Walker, t jsonwalk.Token, how rule, strip bool) {
	f, bad := examine(t.Text, how)
	if !bad {
		return
	}
	pointer := w.Pointer()
	if strip {
		clean := stripped(t.Text, how.as)
		if _, still := examine(clean, how); !still {
			in.edits = append(in.edits, edit{t.Start, t.End, clean, sanitize.Change{
				Pointer: pointer, Rule: string(f.Class) + "/" + f.Rule, Before: len(t.Text), After: len(clean),
			}})
			return
		}
	}
	f.In, f.Pointer = "body", shownPointer(pointer)
	if len(in.found) < maxFound {
		in.found = append(in.found, f)
	}
}

func stripped(s string, as Kind) string {
	switch as {
	case Line:
		return sanitize.Line(sanitize.Strip(s))
	case HTML:
		return sanitize.HTML(s)
	}
	return sanitize.Strip(s)
}

// rewrite puts the stripped values in place. Everything else stays byte for byte.
func (in *inspection) rewrite(body *heldBody) {
	out := make([]byte, 0, len(body.text))
	from := 0
	for _, e := range in.edits {
		out = append(out, body.text[from:e.start]...)
		out, _ = jsontext.AppendQuote(out, e.with) // fails on invalid UTF-8 alone, and replaces it then
		from = e.end
		in.observe.changed(in.req, in.pattern, e.change)
	}
	body.text = string(append(out, body.text[from:]...))
	in.req.ContentLength = int64(len(body.text))
	if in.req.Header["Content-Length"] != nil {
		in.req.Header.Set("Content-Length", strconv.Itoa(len(body.text)))
	}
}

// signed reports whether a header says that somebody signed the body. Such a body is never rewritten: its
// receiver compares the bytes.
func signed(h http.Header) bool {
	for name := range h {
		lower := strings.ToLower(name)
		if strings.Contains(lower, "signature") || strings.Contains(lower, "hmac") || strings.Contains(lower, "digest") ||
			lower == "x-signed-payload" || lower == "dpop" {
			return true
		}
	}
	return slices.ContainsFunc(h["Authorization"], func(v string) bool {
		return strings.HasPrefix(strings.ToLower(v), "signature ") || strings.HasPrefix(strings.ToLower(v), "aws4-")
	})
}

// unreadable is the answer to a JSON text that was refused.
func unreadable(err error) *Refusal {
	var bad *jsonwalk.Error
	if !errors.As(err, &bad) {
		return &Refusal{Status: http.StatusInternalServerError, Key: tango.KeyUnexpected, Message: "Unexpected application error", Reason: "json", Err: err}
	}
	what := map[string]string{
		jsonwalk.ReasonSyntax:       "The body is not valid JSON",
		jsonwalk.ReasonEmpty:        "The body is empty; JSON is expected",
		jsonwalk.ReasonTrailing:     "There is data behind the JSON value",
		jsonwalk.ReasonDuplicate:    "A name comes twice in one object",
		jsonwalk.ReasonUTF8:         "The body is not valid UTF-8",
		jsonwalk.ReasonNoncharacter: "A string holds a code point that is no character",
		jsonwalk.ReasonDepth:        "The JSON is nested too deeply",
		jsonwalk.ReasonKeys:         "The JSON has too many names",
		jsonwalk.ReasonString:       "A string is too long",
		jsonwalk.ReasonNumber:       "A number is too long or has an exponent",
	}[bad.Reason]
	r := refuse(http.StatusBadRequest, tango.KeyUnreadableBody, bad.Reason, what)
	switch bad.Reason {
	case jsonwalk.ReasonDuplicate, jsonwalk.ReasonString, jsonwalk.ReasonNumber, jsonwalk.ReasonNoncharacter:
		r.Fields = []FieldRefusal{{In: "body", Pointer: shownPointer(bad.Pointer), Key: tango.KeyUnreadableBody, Message: what}}
	}
	return r
}

// changed records one change by Strip: where, why and how much; never what.
func (o *observer) changed(req *http.Request, route string, c sanitize.Change) {
	if o.log != nil {
		o.log.LogAttrs(req.Context(), slog.LevelInfo, "value stripped", slog.String("route", route),
			slog.String("pointer", shownPointer(c.Pointer)), slog.String("rule", c.Rule), slog.Int("before", c.Before), slog.Int("after", c.After))
	}
	if o.strips != nil {
		o.strips.Add(req.Context(), 1, metric.WithAttributes(attribute.String("route", route)))
	}
}
