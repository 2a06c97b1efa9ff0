package tangoclient

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"

	"github.com/go-json-experiment/json/jsontext"
)

// minSecret is the length in bytes from which on a secret is looked for in text. A shorter one would be found
// by chance.
const minSecret = 16

// maxSecrets bounds how many secrets are remembered; the oldest is forgotten first.
const maxSecrets = 32

// secretSet knows the secrets in use, so that they can be kept out of what is logged, returned or sent. The
// zero value is empty.
type secretSet struct {
	mu    sync.RWMutex
	known []Secret
	forms [][]Secret // for each of known: the ways in which text may carry it
}

// add remembers secrets of at least minSecret bytes.
func (s *secretSet) add(secrets ...Secret) {
	for _, v := range secrets {
		if len(v.Reveal()) < minSecret || s.knows(v) {
			continue
		}
		s.mu.Lock()
		s.known, s.forms = append(s.known, v), append(s.forms, spellings(v.Reveal()))
		if len(s.known) > maxSecrets {
			s.known, s.forms = slices.Delete(s.known, 0, 1), slices.Delete(s.forms, 0, 1)
		}
		s.mu.Unlock()
	}
}

func (s *secretSet) knows(v Secret) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.ContainsFunc(s.known, func(o Secret) bool { return o.Reveal() == v.Reveal() })
}

// spellings are the forms of a secret that can be searched for as they are: itself, its base64 at each of the
// three alignments (only the characters that depend on nothing before or behind it), percent-encoded and
// JSON-escaped.
func spellings(v string) []Secret {
	out := []string{v, url.QueryEscape(v), url.PathEscape(v)}
	if q, err := jsontext.AppendQuote(nil, v); err == nil {
		out = append(out, string(q[1:len(q)-1]))
	}
	for before := range 3 {
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := enc.EncodeToString([]byte(strings.Repeat("\x00", before) + v))
			out = append(out, text[(before*8+5)/6:(before+len(v))*8/6])
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	forms := make([]Secret, len(out))
	for i := range out {
		forms[i] = NewSecret(out[i])
	}
	return forms
}

// has reports whether text carries a secret: in one of its spellings, or behind percent or JSON escapes.
func (s *secretSet) has(text string) bool {
	if len(text) < minSecret {
		return false
	}
	return s.found(text) ||
		strings.Contains(text, "%") && s.found(percentDecode(text)) ||
		strings.Contains(text, `\`) && s.found(jsonDecode(text))
}

// jsonDecode undoes each escape of RFC 8259, section 7, and leaves every other backslash as it is. Text that
// merely contains a JSON string is no JSON, so a parser would not take it.
func jsonDecode(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		if r := hex4(s[i+1:]); r >= 0 {
			i += 5
			if low := lowSurrogate(s[i+1:]); utf16.IsSurrogate(r) && low >= 0 {
				r = utf16.DecodeRune(r, low)
				i += 6
			}
			b.WriteRune(r)
			continue
		}
		if at := strings.IndexByte(`"\/bfnrt`, s[i+1]); at >= 0 {
			b.WriteByte("\"\\/\b\f\n\r\t"[at])
			i++
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// hex4 reads the uXXXX at the beginning of s; -1: there is none.
func hex4(s string) rune {
	if len(s) < 5 || s[0] != 'u' {
		return -1
	}
	var r rune
	for i := 1; i < 5; i++ {
		d := unhex(s[i])
		if d < 0 {
			return -1
		}
		r = r<<4 | rune(d)
	}
	return r
}

func lowSurrogate(s string) rune {
	if s == "" || s[0] != '\\' {
		return -1
	}
	return hex4(s[1:])
}

// percentDecode undoes each %XX and leaves every other % as it is.
func percentDecode(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if hi, lo := unhex(s[i+1]), unhex(s[i+2]); hi >= 0 && lo >= 0 {
				b.WriteByte(byte(hi<<4 | lo))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

func (s *secretSet) found(text string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, forms := range s.forms {
		for _, f := range forms {
			if strings.Contains(text, f.Reveal()) {
				return true
			}
		}
	}
	return false
}

// scrub replaces every secret in text. Text that carries one behind escapes is replaced whole.
func (s *secretSet) scrub(text string) string {
	if !s.has(text) {
		return text
	}
	s.mu.RLock()
	for _, forms := range s.forms {
		for _, f := range forms {
			text = strings.ReplaceAll(text, f.Reveal(), redacted)
		}
	}
	s.mu.RUnlock()
	if s.has(text) {
		return redacted
	}
	return text
}

// scrubError gives err, or an error with its scrubbed text when that holds a secret.
func (s *secretSet) scrubError(err error) error {
	if err == nil || !s.has(err.Error()) {
		return err
	}
	return errors.New(s.scrub(err.Error()))
}

// newLogger gives a logger whose output is scrubbed; it discards everything when l is nil.
func newLogger(l *slog.Logger, secrets *secretSet) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(scrubHandler{l.Handler(), secrets})
}

// scrubHandler keeps secrets out of records.
type scrubHandler struct {
	next    slog.Handler
	secrets *secretSet
}

func (h scrubHandler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

func (h scrubHandler) WithGroup(name string) slog.Handler {
	return scrubHandler{h.next.WithGroup(name), h.secrets}
}

func (h scrubHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return scrubHandler{h.next.WithAttrs(h.attrs(attrs)), h.secrets}
}

func (h scrubHandler) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, h.secrets.scrub(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(h.attr(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

func (h scrubHandler) attrs(in []slog.Attr) []slog.Attr {
	out := make([]slog.Attr, len(in))
	for i, a := range in {
		out[i] = h.attr(a)
	}
	return out
}

func (h scrubHandler) attr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindGroup:
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(h.attrs(v.Group())...)}
	case slog.KindString, slog.KindAny:
		text := v.String()
		if v.Kind() == slog.KindAny {
			text = fmt.Sprint(v.Any())
		}
		return slog.String(a.Key, h.secrets.scrub(text))
	}
	return a
}
