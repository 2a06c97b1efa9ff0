package tango

import "time"

// ErrorInfo is Tango's error envelope: /docs/response-classes. Field errors stand in Errors, and then
// I18nKey and Message of the envelope are absent.
type ErrorInfo struct {
	Timestamp  string       `json:"timestamp"`
	RequestID  string       `json:"requestId"`
	Path       string       `json:"path,omitempty"`
	HTTPCode   int          `json:"httpCode"`
	HTTPPhrase string       `json:"httpPhrase"`
	I18nKey    string       `json:"i18nKey,omitempty"`
	Message    string       `json:"message,omitempty"`
	Errors     []FieldError `json:"errors,omitempty"`
}

// FieldError is one entry of ErrorInfo.Errors. Tango also sends invalidValue, the caller's own value; it
// has no field here so that nothing can log it.
type FieldError struct {
	Path       string `json:"path,omitempty"`
	I18nKey    string `json:"i18nKey,omitempty"`
	Message    string `json:"message,omitempty"`
	Constraint string `json:"constraint,omitempty"`
}

// RequestIDHeader carries the request id that Tango's support asks for.
const RequestIDHeader = "X-REQUEST-ID"

// Timestamp is t in the form of the envelope: RFC 3339, UTC, milliseconds.
func Timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Keys of the catalogue that this project uses, with the messages that Tango documents for them.
const (
	KeyInvalidRequest    = "400.001"
	KeyUnreadableBody    = "400.009"
	KeyBasicRequired     = "401.001"
	KeyAuthFailed        = "401.501"
	KeyInsufficientFunds = "402.001"
	KeyAuthorization     = "403.001" // "Authorization Error": the browser rule, and the first key of its family
	KeyNotFound          = "404.001"
	KeyMethodNotAllowed  = "405.001"
	KeyNotAcceptable     = "406.001"
	KeyUnsupportedMedia  = "415.001"
	KeyDuplicate         = "409.001"
	KeyInProcess         = "409.002"
	KeyInsecure          = "422.111" // "The string value contains possibly insecure characters"
	KeyTooMany           = "429.001"
	KeyRateLimit         = "429.008"
	KeyUnexpected        = "500.001"
	KeyTimedOut          = "503.501"
	KeyUnavailable       = "503.502"
)

// Messages that Tango documents word for word.
const (
	MsgAuthorization = "Authorization Error"
	MsgInsecure      = "The string value contains possibly insecure characters"
)
