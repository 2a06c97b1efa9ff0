package tangoclient

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tangoguard/tangoguard/internal/money"
	"github.com/tangoguard/tangoguard/internal/tango"
)

const (
	maxReply        = 1 << 20  // bytes, after inflation
	maxCatalogReply = 64 << 20 // catalogs are large
	maxDepth        = 64       // nested arrays and objects
	maxErrorFields  = 32
	maxText         = 500            // runes of a message of Tango that are kept
	maxRetryAfter   = 24 * time.Hour // the longest Retry-After that is believed
)

// readBody reads at most limit bytes. The transport has undone gzip, so the limit holds for what was
// inflated (CWE-409); a coding that it has not undone is refused.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	if enc := resp.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return nil, fmt.Errorf("%w: an encoding that was not asked for", ErrReply)
	}
	var buf bytes.Buffer
	if n := resp.ContentLength; n > 0 && n <= limit {
		buf.Grow(int(n) + bytes.MinRead)
	}
	if _, err := buf.ReadFrom(io.LimitReader(resp.Body, limit+1)); err != nil {
		return nil, fmt.Errorf("reading the reply: %w", err)
	}
	if int64(buf.Len()) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrReply, limit)
	}
	return buf.Bytes(), nil
}

// decodeReply reads JSON of a reply into v. Unknown members are ignored: Tango adds fields at any time.
func decodeReply(body []byte, v any) error {
	if tooDeep(body) {
		return fmt.Errorf("%w: nested deeper than %d", ErrReply, maxDepth)
	}
	err := json.Unmarshal(body, v, jsontext.AllowInvalidUTF8(true))
	if err != nil { // perhaps for an amount that is spelt in another way: Tango's schema calls them doubles
		reflect.ValueOf(v).Elem().SetZero()
		err = json.Unmarshal(body, v, jsontext.AllowInvalidUTF8(true), json.WithUnmarshalers(json.UnmarshalFromFunc(looseAmount)))
	}
	if err != nil {
		// The decoder's own text may quote the reply, and so a code or somebody's name.
		return fmt.Errorf("%w: no JSON of the documented form", ErrReply)
	}
	return nil
}

// looseAmount reads an amount as a server may write a double: with an exponent, as a string, or null for none.
func looseAmount(d *jsontext.Decoder, a *Amount) error {
	t, err := d.ReadToken()
	if err != nil {
		return err
	}
	switch t.Kind() {
	case 'n':
		*a = Amount{}
		return nil
	case '0', '"':
		*a, err = money.ParseNumber(t.String())
		return err
	}
	return errUnexpectedJSON
}

// tooDeep reports whether the brackets of body nest deeper than maxDepth. It need not know more of JSON than
// where strings end: the decoder comes after it.
func tooDeep(body []byte) bool {
	if bytes.Count(body, []byte("{"))+bytes.Count(body, []byte("[")) <= maxDepth {
		return false // as of nearly every reply
	}
	depth, inString := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inString:
			if c == '\\' {
				i++
			} else if c == '"' {
				inString = false
			}
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// envelope is what is read of Tango's error envelope, and of its short form. A member of another kind than
// documented is passed over, so that it does not take the key with it: on that hangs whether a write may have
// been done. invalidValue, an echo of what the caller sent, is not read at all.
type envelope struct {
	RequestID loose       `json:"requestId"`
	Path      loose       `json:"path"`
	I18nKey   loose       `json:"i18nKey"`
	Message   loose       `json:"message"`
	Errors    looseFields `json:"errors"`
}

// loose is a string, or nothing when the member is something else.
type loose string

// UnmarshalJSONFrom reads a string and passes over everything else.
func (l *loose) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() != '"' {
		return d.SkipValue()
	}
	return json.UnmarshalDecode(d, (*string)(l))
}

type looseField struct {
	Path    loose `json:"path"`
	I18nKey loose `json:"i18nKey"`
	Message loose `json:"message"`
}

type looseFields []looseField

// UnmarshalJSONFrom reads the objects of an array and passes over everything else.
func (l *looseFields) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() != '[' {
		return d.SkipValue()
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != ']' {
		if d.PeekKind() != '{' {
			if err := d.SkipValue(); err != nil {
				return err
			}
			continue
		}
		var f looseField
		if err := json.UnmarshalDecode(d, &f); err != nil {
			return err
		}
		if len(*l) < maxErrorFields {
			*l = append(*l, f)
		}
	}
	_, err := d.ReadToken()
	return err
}

// errorFrom makes the error for an answer that is no success, whatever its body is.
func (c *core) errorFrom(cl *call, resp *http.Response, body []byte) *Error {
	e := &Error{Op: cl.op, Status: resp.StatusCode}
	var info envelope
	if decodeReply(body, &info) != nil {
		info = envelope{}
	}
	values := cl.sentValues()
	e.Key = c.cleanToken(string(info.I18nKey), 16)
	e.Message = c.cleanText(withoutValues(bounded(info.Message), values))
	e.Path = c.cleanToken(string(info.Path), 200)
	e.RequestID = c.requestID(resp.Header)
	if e.RequestID == "" {
		e.RequestID = c.cleanToken(string(info.RequestID), 64)
	}
	for _, f := range info.Errors {
		e.Fields = append(e.Fields, FieldError{Pointer: pointerOf(c.cleanToken(string(f.Path), 200)),
			Key: c.cleanToken(string(f.I18nKey), 16), Message: c.cleanText(withoutValues(bounded(f.Message), values))})
	}
	if e.Key == "" && len(e.Fields) > 0 {
		e.Key = e.Fields[0].Key
	}
	e.RetryAfter = retryAfter(resp.Header)
	if e.RetryAfter == 0 {
		e.RetryAfter = waitOf(e.Status, e.Key)
	}
	return e
}

// bounded cuts a text of Tango before it is looked through, so that the work is bounded too.
func bounded(s loose) string { return string(s[:min(len(s), 8*maxText)]) }

func (c *core) requestID(h http.Header) string {
	return c.cleanToken(h.Get(tango.RequestIDHeader), 64)
}

// pointerOf turns Tango's field path, such as recipient.email or lineItems[0].utid, into an RFC 6901 pointer.
func pointerOf(path string) string {
	if path == "" || path[0] == '/' {
		return path
	}
	path = strings.NewReplacer("~", "~0", "/", "~1", "[", ".", "]", "").Replace(path)
	return "/" + strings.ReplaceAll(path, ".", "/")
}

// cleanToken lets an identifier through for logs: printable ASCII without spaces, at most max bytes.
func (c *core) cleanToken(s string, limit int) string {
	if len(s) > limit {
		return ""
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return ""
		}
	}
	return c.auth.secrets.scrub(s)
}

// cleanText makes a message of Tango fit for a log line (CWE-117): one line, no invisible characters, at most
// maxText runes, none of our secrets.
func (c *core) cleanText(s string) string {
	s = c.auth.secrets.scrub(s)
	var b strings.Builder
	n, space := 0, false
	for i, r := range s {
		if r == utf8.RuneError || unicode.IsSpace(r) || unicode.IsControl(r) {
			space = b.Len() > 0
			continue
		}
		if !unicode.IsPrint(r) {
			continue
		}
		if n++; n > maxText || i > 4*maxText {
			return b.String() + " ..."
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// retryAfter reads the header of RFC 9110, section 10.2.3: digits, which are seconds, or a date. At most maxRetryAfter.
func retryAfter(h http.Header) time.Duration {
	v := h.Get("Retry-After")
	var d time.Duration
	if v != "" && strings.Trim(v, "0123456789") == "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n > int64(maxRetryAfter/time.Second) { // more digits than a number has are a long wait, not none
			return maxRetryAfter
		}
		d = time.Duration(n) * time.Second
	} else if t, err := http.ParseTime(v); err == nil {
		d = time.Until(t)
	}
	return min(max(d, 0), maxRetryAfter)
}

// waitOf is how long Tango's key asks to wait, by its documentation.
func waitOf(status int, key string) time.Duration {
	switch {
	case key == tango.KeyInProcess:
		return 2 * time.Second
	case status == http.StatusTooManyRequests:
		return time.Second
	case key == "403.005":
		return 30 * time.Second // between two resends of an order
	case isUnavailableItem(key):
		return 24 * time.Hour
	}
	return 0
}

// isUnavailableItem reports the keys that ask for another try after 24 hours.
func isUnavailableItem(key string) bool { return key == "503.002" || key == "503.042" }
