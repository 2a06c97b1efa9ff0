package tangoclient

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// What errors.Is answers for an *Error, whatever its key.
var (
	ErrAuth              = errors.New("credentials refused")
	ErrForbidden         = errors.New("not allowed")
	ErrNotFound          = errors.New("not found")
	ErrConflict          = errors.New("conflict")
	ErrInsufficientFunds = errors.New("insufficient funds")
	ErrRateLimited       = errors.New("rate limited")
	ErrInsecureContent   = errors.New("insecure content")
	ErrUnavailable       = errors.New("unavailable")
	ErrInvalid           = errors.New("invalid request")

	// ErrMaxElapsed ends a call that took longer than Config.MaxElapsed.
	ErrMaxElapsed = errors.New("Config.MaxElapsed is over")
	// ErrAttemptTimeout ends an attempt that had no whole answer within AttemptTimeout.
	ErrAttemptTimeout = errors.New("no whole answer within 15s")
	// ErrNotPlaced is what Settle answers when there is no order for the reference and none can come.
	ErrNotPlaced = errors.New("no order was placed for this externalRefID")
	// ErrReply is a reply that is not what Tango documents: too large, too deep, cut, no JSON, or without an id.
	ErrReply = errors.New("unreadable reply")

	errUnexpectedJSON = errors.New("unexpected kind of JSON value")
)

// FieldError is one field that was refused: by Tango, or by this client before anything was sent.
type FieldError = tango.Problem

// Error is an answer of Tango that is no success, whatever its body is, or the lack of an answer to a call
// that cannot have changed anything. It holds no value that the caller sent.
type Error struct {
	Op         string        // what was called, as Tango's OpenAPI names it
	Status     int           // HTTP status; 0: no answer came
	Key        string        // i18nKey of the envelope or of its first field; may be empty
	Message    string        // Tango's text, cleaned and shortened; empty for a body that is no error envelope
	RequestID  string        // for Tango's support
	Path       string        // the path that the answer names
	Fields     []FieldError  // fields that were refused
	Attempts   int           // how often it was tried
	RetryAfter time.Duration // what the answer asked for, or what its key stands for; at most 24 h
	cause      error
}

// Error says what was called, the status, key, text and request id.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "tango: %s: ", e.Op)
	if e.Status != 0 {
		fmt.Fprintf(&b, "%d %s", e.Status, http.StatusText(e.Status))
	} else {
		b.WriteString("no answer")
	}
	if e.Key != "" {
		fmt.Fprintf(&b, ", %s", e.Key)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", e.Message)
	}
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", orWhole(f.Pointer), f.Message)
		if f.Key != "" && f.Key != e.Key {
			fmt.Fprintf(&b, " (%s)", f.Key)
		}
	}
	if e.cause != nil {
		fmt.Fprintf(&b, ": %v", e.cause)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (%d attempts)", e.Attempts)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " [request %s]", e.RequestID)
	}
	return b.String()
}

func orWhole(pointer string) string {
	if pointer == "" {
		return "the request"
	}
	return pointer
}

// Unwrap gives what ended the call when no answer did: a network error, a deadline, an unreadable reply.
func (e *Error) Unwrap() error { return e.cause }

// Is sorts the answer into one of the Err values of this package.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrAuth:
		return e.Status == http.StatusUnauthorized
	case ErrForbidden:
		return e.Status == http.StatusForbidden
	case ErrNotFound:
		return e.Status == http.StatusNotFound || e.Status == http.StatusGone
	case ErrConflict:
		return e.Status == http.StatusConflict
	case ErrInsufficientFunds:
		return e.Status == http.StatusPaymentRequired
	case ErrRateLimited:
		return e.Status == http.StatusTooManyRequests
	case ErrInsecureContent:
		return e.hasKey(tango.KeyInsecure)
	case ErrInvalid:
		return e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity
	case ErrUnavailable:
		return e.Status == 0 || e.Status >= 500
	}
	return false
}

func (e *Error) hasKey(key string) bool {
	if e.Key == key {
		return true
	}
	for _, f := range e.Fields {
		if f.Key == key {
			return true
		}
	}
	return false
}

// The methods by which code that does not import this package reads an error (internal/tango.ClientError).

// TangoStatus is Status.
func (e *Error) TangoStatus() int { return e.Status }

// TangoKey is Key.
func (e *Error) TangoKey() string { return e.Key }

// TangoRetryAfter is RetryAfter.
func (e *Error) TangoRetryAfter() time.Duration { return e.RetryAfter }

// TangoFields is Fields.
func (e *Error) TangoFields() []FieldError { return e.Fields }

// OutcomeUnknown is false: nothing was changed by the call.
func (e *Error) OutcomeUnknown() bool { return false }

// UnknownOutcomeError means that a write may have happened: an attempt was sent and no clear answer came
// back. Do not repeat it under another externalRefID. Settle finds out.
type UnknownOutcomeError struct {
	Op            string
	ExternalRefID string // empty: the write had none, so nothing but a look at Tango's records settles it
	Attempts      int
	// RetryAfter is when Settle can give a final answer at the earliest.
	RetryAfter time.Duration
	// Last is the last answer, if one came. It is no part of the error chain: errors.Is and errors.As on
	// an unknown outcome must not find a refusal.
	Last  *Error
	cause error
}

// Error says what is unknown and why.
func (e *UnknownOutcomeError) Error() string {
	s := fmt.Sprintf("tango: %s: the outcome is unknown after %d attempt(s)", e.Op, e.Attempts)
	if e.ExternalRefID != "" {
		s += fmt.Sprintf(", settle externalRefID %q before anything else", e.ExternalRefID)
	}
	if e.Last != nil {
		s += "; last answer: " + e.Last.Error()
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap gives what ended the call when no answer did: a deadline, a network error, an unreadable reply.
func (e *UnknownOutcomeError) Unwrap() error { return e.cause }

// TangoStatus is 0: whatever came back, it was no answer to what was asked.
func (e *UnknownOutcomeError) TangoStatus() int { return 0 }

// TangoKey is empty, for the same reason.
func (e *UnknownOutcomeError) TangoKey() string { return "" }

// TangoRetryAfter is RetryAfter.
func (e *UnknownOutcomeError) TangoRetryAfter() time.Duration { return e.RetryAfter }

// TangoFields is nil: no field is to blame.
func (e *UnknownOutcomeError) TangoFields() []FieldError { return nil }

// OutcomeUnknown is true.
func (e *UnknownOutcomeError) OutcomeUnknown() bool { return true }

// ReplayMismatchError means that the order which Tango has for this externalRefID is another one than was asked
// for. Where its Outcome is Replayed, the reference was used twice, and nothing was placed by this call. Where it
// is Created, Tango says that it has made the order now: either it spells something in another way than it was
// sent, or an older installation answered a repeat with 201. Then money may have moved, so do not order again
// under another reference.
type ReplayMismatchError struct {
	// Fields names what differs, as JSON pointers into the request; the values are not told.
	Fields []string
	// Order is the order that Tango has.
	Order *Order
}

// Error names the order and the fields that differ.
func (e *ReplayMismatchError) Error() string {
	verb := "already belongs to"
	if e.OutcomeUnknown() {
		verb = "was answered with"
	}
	return fmt.Sprintf("tango: createOrder: externalRefID %q %s order %q, which differs in %s",
		e.Order.ExternalRefID, verb, e.Order.ReferenceOrderID, strings.Join(e.Fields, ", "))
}

// Is makes it an ErrConflict.
func (e *ReplayMismatchError) Is(target error) bool { return target == ErrConflict }

// TangoStatus is 409.
func (e *ReplayMismatchError) TangoStatus() int { return http.StatusConflict }

// TangoKey is 409.001, "duplicate found".
func (e *ReplayMismatchError) TangoKey() string { return tango.KeyDuplicate }

// TangoRetryAfter is 0: another try gives the same.
func (e *ReplayMismatchError) TangoRetryAfter() time.Duration { return 0 }

// TangoFields names the fields that differ.
func (e *ReplayMismatchError) TangoFields() []FieldError {
	out := make([]FieldError, len(e.Fields))
	for i, p := range e.Fields {
		out[i] = FieldError{Pointer: p, Message: "differs from the order that this externalRefID already belongs to"}
	}
	return out
}

// OutcomeUnknown reports that the order may have been placed by this call: Tango answered 201.
func (e *ReplayMismatchError) OutcomeUnknown() bool { return e.Order.Outcome == Created }

// RefusedError means that this client refused the request by itself. Nothing was sent.
type RefusedError struct {
	Op     string
	Fields []FieldError
}

// Error names the fields and what is wrong with them.
func (e *RefusedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "tango: %s: refused before sending", e.Op)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", orWhole(f.Pointer), f.Message)
	}
	return b.String()
}

// Is makes it an ErrInvalid, and an ErrInsecureContent when a field was refused for that.
func (e *RefusedError) Is(target error) bool {
	if target == ErrInsecureContent {
		for _, f := range e.Fields {
			if f.Key == tango.KeyInsecure {
				return true
			}
		}
	}
	return target == ErrInvalid
}

// TangoStatus is 400, under which Tango sends its field errors.
func (e *RefusedError) TangoStatus() int { return http.StatusBadRequest }

// TangoKey is empty: the keys stand at the fields.
func (e *RefusedError) TangoKey() string { return "" }

// TangoRetryAfter is 0.
func (e *RefusedError) TangoRetryAfter() time.Duration { return 0 }

// TangoFields is Fields.
func (e *RefusedError) TangoFields() []FieldError { return e.Fields }

// OutcomeUnknown is false: nothing was sent.
func (e *RefusedError) OutcomeUnknown() bool { return false }

var (
	_ tango.ClientError = (*Error)(nil)
	_ tango.ClientError = (*UnknownOutcomeError)(nil)
	_ tango.ClientError = (*ReplayMismatchError)(nil)
	_ tango.ClientError = (*RefusedError)(nil)
)
