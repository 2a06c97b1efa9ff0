package middleware

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// envelope is Tango's ErrorInfo, whose field errors carry a JSON pointer too. Tango's own path is kept beside
// it, because programs that talk to Tango read that one.
type envelope struct {
	tango.ErrorInfo
	Errors []fieldAnswer `json:"errors,omitempty"`
}

type fieldAnswer struct {
	tango.FieldError
	Pointer string `json:"pointer,omitempty"`
	Rule    string `json:"rule,omitempty"`
}

// problem is an RFC 9457 problem document. The extension members code, requestId and errors are ours.
type problem struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail,omitempty"`
	Code      string         `json:"code,omitempty"`
	RequestID string         `json:"requestId"`
	Errors    []problemField `json:"errors,omitempty"`
}

type problemField struct {
	Pointer string `json:"pointer,omitempty"`
	In      string `json:"in,omitempty"`
	Name    string `json:"name,omitempty"`
	Code    string `json:"code,omitempty"`
	Detail  string `json:"detail,omitempty"`
	Rule    string `json:"rule,omitempty"`
}

// respond writes r as the answer, in Tango's envelope or as a problem document.
func respond(w http.ResponseWriter, req *http.Request, r *Refusal, cfg *ErrorConfig) {
	h := w.Header()
	h.Set(tango.RequestIDHeader, requestID(w, req))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Del("Content-Length")
	h.Del("Content-Encoding")
	if r.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(r.RetryAfter.Seconds()))))
	}
	var body any = answer(w, req, r, cfg)
	h.Set("Content-Type", "application/json; charset=utf-8")
	if wantsProblem(req) {
		h.Set("Content-Type", "application/problem+json")
		body = problemOf(w, req, r, cfg)
	}
	w.WriteHeader(r.Status)
	if req.Method == http.MethodHead {
		return
	}
	b, err := json.Marshal(body)
	if err != nil {
		return // strings alone: cannot happen; the status has said it
	}
	_, _ = w.Write(b) // the caller may be gone
}

// answer is r in Tango's envelope.
func answer(w http.ResponseWriter, req *http.Request, r *Refusal, cfg *ErrorConfig) envelope {
	e := envelope{ErrorInfo: tango.ErrorInfo{
		Timestamp:  tango.Timestamp(time.Now()),
		RequestID:  requestID(w, req),
		Path:       shownPath(req),
		HTTPCode:   r.Status,
		HTTPPhrase: http.StatusText(r.Status),
	}}
	if len(r.Fields) == 0 {
		e.I18nKey, e.Message = r.Key, cfg.message(req, r.Key, r.Message)
		return e
	}
	for _, f := range r.Fields {
		a := fieldAnswer{Pointer: f.Pointer}
		a.I18nKey, a.Message = f.Key, cfg.message(req, f.Key, f.Message)
		if a.Path = f.Name; f.In == "body" {
			a.Path = dotted(f.Pointer)
		}
		if cfg.ExplainFindings {
			a.Rule = explained(f)
		}
		e.Errors = append(e.Errors, a)
	}
	return e
}

func problemOf(w http.ResponseWriter, req *http.Request, r *Refusal, cfg *ErrorConfig) problem {
	p := problem{
		Type:      "about:blank", // RFC 9457, section 4.2.1: the title is then the status phrase
		Title:     http.StatusText(r.Status),
		Status:    r.Status,
		Code:      r.Key,
		RequestID: requestID(w, req),
	}
	if len(r.Fields) == 0 {
		p.Detail = cfg.message(req, r.Key, r.Message)
		return p
	}
	for _, f := range r.Fields {
		x := problemField{Pointer: f.Pointer, Code: f.Key, Detail: cfg.message(req, f.Key, f.Message)}
		if f.In != "body" {
			x.In, x.Name = f.In, f.Name
		}
		if cfg.ExplainFindings {
			x.Rule = explained(f)
		}
		p.Errors = append(p.Errors, x)
	}
	return p
}

func explained(f FieldRefusal) string {
	if f.Class == "" {
		return f.Rule
	}
	return string(f.Class) + "/" + f.Rule
}

// wantsProblem reports whether the caller asked for RFC 9457 by name. A wildcard does not ask.
func wantsProblem(req *http.Request) bool {
	for _, line := range req.Header["Accept"] {
		for part := range strings.SplitSeq(line, ",") {
			kind, params, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(kind), "application/problem+json") {
				return strings.ReplaceAll(params, " ", "") != "q=0"
			}
		}
	}
	return false
}

// shownPath is the path as Tango's envelope repeats it, when it holds nothing but plain segments.
func shownPath(req *http.Request) string {
	p := req.URL.EscapedPath()
	if len(p) > 256 || strings.ContainsAny(p, "<>\"'`%\\&;") || strings.Contains(p, "..") {
		return ""
	}
	for i := range len(p) {
		if p[i] <= ' ' || p[i] >= 0x7f {
			return ""
		}
	}
	return p
}

// requestID is the id of this request: the one that is already on the answer, or the caller's if it is
// well-formed, or a new one.
func requestID(w http.ResponseWriter, req *http.Request) string {
	if id := w.Header().Get(tango.RequestIDHeader); id != "" {
		return id
	}
	id := req.Header.Get(tango.RequestIDHeader)
	if len(req.Header.Values(tango.RequestIDHeader)) != 1 || !validRequestID(id) {
		id = newRequestID()
	}
	w.Header().Set(tango.RequestIDHeader, id)
	return id
}

// validRequestID accepts 8 to 64 letters, digits, hyphens, dots and underscores: a UUID, a ULID, a trace id.
func validRequestID(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	return strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._") == "" && id != ""
}

// newRequestID is a random UUID (RFC 9562, version 4), which is what Tango sends.
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
