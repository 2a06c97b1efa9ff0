package middleware

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/tangoguard/tangoguard/internal/tango"
	"github.com/tangoguard/tangoguard/validate"
)

// inspection is one request on its way through the guard.
type inspection struct {
	*guard
	route   *route
	req     *http.Request
	mode    Mode
	pattern string
	found   []FieldRefusal
	edits   []edit
	blind   bool                     // only read, find nothing
	onField func(name, value string) // gets the fields of a multipart form
}

// maxFound ends the collecting of findings: a body of attacks gets an answer, not a catalogue.
const maxFound = 20

// result turns findings into a refusal, unless they are only reported.
func (in *inspection) result() *Refusal {
	if len(in.found) == 0 {
		return nil
	}
	r := &Refusal{Status: http.StatusBadRequest, Reason: "insecure", Fields: in.found}
	if in.mode == Report {
		in.observe.refused(in.req, in.pattern, r, slog.Bool("reported_only", true))
		return nil
	}
	return r
}

// envelope looks at everything but the parameters and the body.
func (in *inspection) envelope() *Refusal {
	req := in.req
	switch {
	case req.Method == http.MethodConnect || req.Method == http.MethodTrace:
		return refuse(http.StatusMethodNotAllowed, tango.KeyMethodNotAllowed, "method", "Method not allowed")
	case !in.route.Upgrade && (req.Header["Upgrade"] != nil || headerHas(req.Header["Connection"], "upgrade")):
		return badRequest("header.upgrade", "This route does not change its protocol")
	case !in.route.Trailers && (len(req.Trailer) > 0 || req.Header["Trailer"] != nil):
		return badRequest("header.trailer", "This route takes no trailers")
	case len(req.URL.RawQuery)+max(len(req.URL.Path), len(req.URL.RawPath)) > in.limits.URL:
		return refuse(http.StatusRequestURITooLong, "414.001", "url.limit", "The URL is too long")
	}
	if r := in.headers(); r != nil {
		return r
	}
	return in.path()
}

func (in *inspection) headers() *Refusal {
	size, rows := 0, 0
	for name, values := range in.req.Header {
		for _, v := range values {
			size += len(name) + len(v)
			rows++
		}
	}
	if size > in.limits.Header || rows > in.limits.HeaderRows {
		return refuse(http.StatusRequestHeaderFieldsTooLarge, "431.001", "header.limit", "The headers are too large")
	}
	for _, name := range in.cfg.Headers {
		for _, v := range in.req.Header[name] {
			in.inspect("header", name, v, lineRule)
		}
	}
	return nil
}

// path refuses what routers and file systems read in more than one way.
func (in *inspection) path() *Refusal {
	p := in.req.URL.Path
	if !utf8.ValidString(p) {
		return badRequest("path.utf8", "The path is not valid UTF-8")
	}
	for i := range len(p) {
		if p[i] < 0x20 || p[i] == 0x7f {
			return badRequest("path.control", "The path holds a control character")
		}
	}
	for rest, more := p, true; more; {
		var segment string
		segment, rest, more = strings.Cut(rest, "/")
		if segment == "." || segment == ".." {
			return badRequest("path.dots", "The path holds a dot segment")
		}
	}
	return nil
}

// inspect looks at one value and notes what is found.
func (in *inspection) inspect(where, name, value string, how rule) {
	if in.blind {
		return
	}
	f, bad := examine(value, how)
	if !bad {
		return
	}
	f.In = where
	if where == "body" {
		f.Pointer = shownPointer(name)
	} else {
		f.Name = shownName(name)
	}
	if len(in.found) < maxFound {
		in.found = append(in.found, f)
	}
}

// examine decides about one value.
func examine(value string, how rule) (FieldRefusal, bool) {
	switch {
	case how.as == Raw:
		return FieldRefusal{}, false
	case how.as == Line && !tango.IsOneLine(value):
		return FieldRefusal{Key: tango.KeyInsecure, Message: "must be one line without control characters", Class: validate.ClassCRLF, Rule: "line"}, true
	case how.inspect.Clean(value):
		if how.as == HTML && !sameMarkup(value) {
			return FieldRefusal{Key: tango.KeyInsecure, Message: tango.MsgInsecure, Class: validate.ClassXSS, Rule: "html"}, true
		}
		return FieldRefusal{}, false
	}
	f := FieldRefusal{Key: tango.KeyInsecure, Message: tango.MsgInsecure}
	if found := how.inspect.Inspect(value); len(found) > 0 {
		f.Class, f.Rule = found[0].Class, found[0].Rule
	}
	return f, true
}

// body reads and inspects the body.
func (in *inspection) body() (int64, *Refusal) {
	req := in.req
	if req.Body == nil || req.Body == http.NoBody || req.ContentLength == 0 {
		return 0, nil
	}
	kind, boundary, r := in.contentType()
	if r != nil {
		return 0, r
	}
	if r := in.inflate(); r != nil {
		return 0, r
	}
	held, r := readBody(req, in.route.Body, in.total, func(body *heldBody) *Refusal {
		var r *Refusal
		switch {
		case in.route.Raw:
			return nil
		case body.text == "" && kind == "":
		case kind == "form":
			r = in.form(body.text)
		case kind == "multipart":
			r = in.multipart(body.text, boundary)
		default:
			r = in.json(body)
		}
		body.inspected = r == nil
		return r
	})
	if r == nil && !in.route.Trailers && len(req.Trailer) > 0 {
		r = badRequest("header.trailer", "This route takes no trailers")
	}
	return held, r
}

// inflate puts a bounded decoder in front of a compressed body.
func (in *inspection) inflate() *Refusal {
	coding := in.req.Header["Content-Encoding"]
	if len(coding) == 0 || in.route.Raw {
		return nil
	}
	if len(coding) != 1 || !strings.EqualFold(coding[0], "gzip") || !in.route.Gzip {
		return refuse(http.StatusUnsupportedMediaType, tango.KeyUnsupportedMedia, "content_encoding", "This route takes no Content-Encoding")
	}
	if in.req.ContentLength > in.route.Body {
		return tooLarge("body.limit")
	}
	raw := bufio.NewReader(in.req.Body)
	z, err := gzip.NewReader(raw)
	if err != nil {
		return badRequest("content_encoding.broken", "The body is not valid gzip")
	}
	z.Multistream(false)
	in.req.Body = &oneMember{z, raw, in.req.Body}
	in.req.ContentLength = -1
	in.req.Header.Del("Content-Encoding")
	in.req.Header.Del("Content-Length")
	return nil
}

// oneMember is a gzip stream of one member with nothing behind it. Some programs read on behind the first member
// and others do not (RFC 1952, section 2.2).
type oneMember struct {
	*gzip.Reader
	raw  *bufio.Reader
	body io.Closer
}

var errSecondMember = errors.New("data behind the gzip member")

func (m *oneMember) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if err == io.EOF {
		if _, more := m.raw.Peek(1); more != io.EOF {
			return n, errSecondMember
		}
	}
	return n, err
}

func (m *oneMember) Close() error { return m.body.Close() }

// contentType reads the one Content-Type: "", "form" or "multipart" with its boundary; "" is JSON.
func (in *inspection) contentType() (kind, boundary string, r *Refusal) {
	lines := in.req.Header["Content-Type"]
	if in.route.Raw {
		return "", "", nil
	}
	if len(lines) == 1 && (lines[0] == "application/json" || lines[0] == "application/json; charset=utf-8") {
		return "", "", nil
	}
	unsupported := func(reason string) (string, string, *Refusal) {
		return "", "", refuse(http.StatusUnsupportedMediaType, tango.KeyUnsupportedMedia, reason, "Unsupported media type")
	}
	if len(lines) != 1 {
		return unsupported("content_type.count")
	}
	return in.mediaType(lines[0], unsupported)
}

func headerHas(lines []string, token string) bool {
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(part), token) {
				return true
			}
		}
	}
	return false
}
