package tangotest

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// reply is what one request gets: an answer, and how it is delivered.
type reply struct {
	status int
	header http.Header
	body   []byte
	via    delivery
}

func replyJSON(status int, v any) reply {
	return reply{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: encode(v)}
}

func replyText(status int, contentType, body string) reply {
	return reply{status: status, header: http.Header{"Content-Type": {contentType}}, body: []byte(body)}
}

// refusal is what Tango says against a request: for the whole of it (key) or for fields of it (fields).
type refusal struct {
	status  int
	key     string
	message string
	tokens  []string // i18nTokenReplacements
	fields  []fieldRefusal
}

// fieldRefusal is one entry of errors[]. Unlike tango.FieldError it carries invalidValue, because Tango
// echoes what the caller sent.
type fieldRefusal struct {
	path, key, message, constraint string
	value                          jsontext.Value
	tokens                         []string
}

func refuse(status int, key, message string, tokens ...string) *refusal {
	return &refusal{status: status, key: key, message: message, tokens: tokens}
}

// refuseFields is the answer to field errors. Tango's two published examples carry the 422 keys under HTTP
// 400; Config.FieldErrorStatus chooses.
func (s *Sandbox) refuseFields(f ...fieldRefusal) *refusal {
	return &refusal{status: s.cfg.FieldErrorStatus, fields: f}
}

func (s *Sandbox) replyRefusal(r *request, e *refusal) reply {
	if s.cfg.ShortErrors && len(e.fields) == 0 && len(r.parts) > 0 && (r.parts[0] == "customers" || r.parts[0] == "accounts") {
		o := build("message", e.message, "i18nKey", e.key)
		if len(e.tokens) > 0 {
			o.set("i18nTokenReplacements", e.tokens)
		}
		return replyJSON(e.status, o)
	}
	o := build(
		"timestamp", tango.Timestamp(s.now().Add(r.skew)),
		"requestId", r.id,
		"path", r.path,
		"httpCode", e.status,
		"httpPhrase", http.StatusText(e.status))
	if e.key != "" {
		o.set("i18nKey", e.key)
	}
	if e.message != "" {
		o.set("message", e.message)
	}
	if len(e.tokens) > 0 {
		o.set("i18nTokenReplacements", e.tokens)
	}
	if len(e.fields) > 0 {
		list := make([]*object, len(e.fields))
		for i, f := range e.fields {
			list[i] = f.object()
		}
		o.set("errors", list)
	}
	return replyJSON(e.status, o)
}

func (f fieldRefusal) object() *object {
	o := build()
	if f.path != "" {
		o.set("path", f.path)
	}
	if f.key != "" {
		o.set("i18nKey", f.key)
	}
	o.set("message", f.message)
	if f.value == nil {
		o.set("invalidValue", jsontext.Value("null"))
	} else {
		o.set("invalidValue", f.value)
	}
	if f.constraint != "" {
		o.set("constraint", f.constraint)
	}
	if len(f.tokens) > 0 {
		o.set("i18nTokenReplacements", f.tokens)
	}
	return o
}

// fillTokens puts values into the {0}, {1} of a catalogue message.
func fillTokens(message string, tokens []string) string {
	for i, t := range tokens {
		message = strings.ReplaceAll(message, "{"+strconv.Itoa(i)+"}", t)
	}
	return message
}
