package tangoclient

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
)

// redacted is what stands where a secret would.
const redacted = "[redacted]"

// Secret holds a string that must not be printed: a key, a password, a token, a gift card's code. The zero
// value is the empty secret.
//
// The value lives in a closure, because fmt, spew and the diff of a failing test print strings in unexported
// fields by reflection, without asking any method; a function they can only show as an address. Every
// encoder that does ask (fmt, JSON, text, slog) gets "[redacted]"; gob gets an error.
//
// It does not protect against code that calls Reveal, a debugger or a memory dump.
type Secret struct{ reveal func() string }

// NewSecret keeps s.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{reveal: func() string { return s }}
}

// Reveal gives the value. Call it only where the value is used.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.reveal == nil }

// Equal compares two secrets in time that depends on neither value, only on their lengths.
func (s Secret) Equal(o Secret) bool {
	a, b := sha256.Sum256([]byte(s.Reveal())), sha256.Sum256([]byte(o.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func (s Secret) text() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// String gives "[redacted]", or "" for the empty secret.
func (s Secret) String() string { return s.text() }

// Format prints "[redacted]" for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.text())) }

// LogValue is what slog prints.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.text()) }

// MarshalText gives "[redacted]" to JSON and other encoders that take text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.text()), nil }

// UnmarshalText keeps the text, so that a Secret can stand in a decoded configuration or reply.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = NewSecret(string(b))
	return nil
}

// GobEncode refuses: gob is for storage, and a stored "[redacted]" would be read back as a key.
func (s Secret) GobEncode() ([]byte, error) {
	return nil, errors.New("tangoclient: a Secret cannot be encoded with gob")
}
