package middleware

import (
	"net/http"
	"strings"
	"time"

	"github.com/tangoguard/tangoguard/internal/tango"
	"github.com/tangoguard/tangoguard/validate"
)

// Refusal is the error of every check in this package. Error handlers find it with errors.As; nothing in it
// holds a value that somebody sent.
type Refusal struct {
	Status     int            // of the answer, 400 to 599
	Key        string         // Tango's i18nKey, such as "403.001"; stable
	Message    string         // for the caller, when there are no Fields
	Fields     []FieldRefusal // what is wrong with single fields
	RetryAfter time.Duration  // sent as Retry-After when it is more than 0
	Reason     string         // for the log, such as "browser.origin" or "json.duplicate_name"; stable
	Err        error          // for the log: what went wrong on our side; nil for a caller's mistake
}

// FieldRefusal is one field of a Refusal.
type FieldRefusal struct {
	In      string         // "body", "query", "path", "header", "form"
	Pointer string         // RFC 6901 pointer into a JSON body; "*" stands for a name that is not known
	Name    string         // of a parameter, header or form field; "*" as above
	Key     string         // Tango's i18nKey
	Message string         // what to do
	Class   validate.Class // for the log: what Inspect found
	Rule    string         // for the log, or for the caller with ExplainFindings
}

// Error names the reason and nothing of the request.
func (r *Refusal) Error() string {
	s := "middleware: refused: " + r.Reason
	if r.Err != nil {
		s += ": " + r.Err.Error()
	}
	return s
}

// Unwrap gives the error on our side, if there is one.
func (r *Refusal) Unwrap() error { return r.Err }

// refuse makes a Refusal that concerns the whole request. The message is Tango's own where it documents one.
func refuse(status int, key, reason, message string) *Refusal {
	return &Refusal{Status: status, Key: key, Reason: reason, Message: message}
}

// badRequest is a request that cannot be read.
func badRequest(reason, message string) *Refusal {
	return refuse(http.StatusBadRequest, tango.KeyInvalidRequest, reason, message)
}

// inField is a Refusal of one field.
func inField(reason string, f FieldRefusal) *Refusal {
	return &Refusal{Status: http.StatusBadRequest, Reason: reason, Fields: []FieldRefusal{f}}
}

// forbidden is the one answer to everything that is not shown to be the caller's.
func forbidden(reason string) *Refusal {
	return refuse(http.StatusForbidden, tango.KeyAuthorization, reason, tango.MsgAuthorization)
}

// maxShown is the longest name that is repeated to the caller.
const maxShown = 64

// shownName is name if it can be repeated in an error, or "*". A name that the caller made up may itself be
// the attack, and an error message is shown to people.
func shownName(name string) string {
	if name == "" || len(name) > maxShown {
		return "*"
	}
	for i := range len(name) {
		c := name[i]
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == '-' || c == '.' || c == '~' {
			continue
		}
		return "*"
	}
	return name
}

// shownPointer is shownName for each token of a pointer.
func shownPointer(pointer string) string {
	if pointer == "" {
		return ""
	}
	tokens := strings.Split(pointer, "/")
	if len(tokens) > 65 {
		return "*"
	}
	for i := range tokens[1:] {
		tokens[i+1] = shownName(tokens[i+1])
	}
	return strings.Join(tokens, "/")
}

// dotted is how Tango writes the path of a field: sender.email, lineItems[0].utid.
func dotted(pointer string) string {
	var b strings.Builder
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if token != "" && strings.Trim(token, "0123456789") == "" {
			b.WriteString("[" + token + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
	}
	return b.String()
}
