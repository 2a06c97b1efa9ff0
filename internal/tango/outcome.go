package tango

import "time"

// ClientError is what an error of the client tells code that turns it into an HTTP answer and must not
// import the client. Use errors.As with it. Nothing in it holds a value that somebody sent.
type ClientError interface {
	error
	// TangoStatus is the HTTP status of Tango's answer, or the one that Tango documents for what the client
	// refused by itself. 0: there was no answer.
	TangoStatus() int
	// TangoKey is the i18nKey, such as "402.001"; empty when there is none.
	TangoKey() string
	// TangoRetryAfter is how long to wait before another try can help; 0 when nothing is known.
	TangoRetryAfter() time.Duration
	// OutcomeUnknown reports that money may have moved: the call must be settled by a look-up, and never be
	// made again under another externalRefID.
	OutcomeUnknown() bool
	// TangoFields names the fields that were refused, and why.
	TangoFields() []Problem
}

// Problem is one refused field.
type Problem struct {
	Pointer string // RFC 6901 pointer into the request; empty: the whole
	Key     string // Tango's i18nKey where it has one, else empty
	Message string // what is wrong and what to do, without the value
}
