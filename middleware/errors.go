package middleware

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/internal/tango"
	"github.com/tangoguard/tangoguard/validate"
)

// ErrorConfig is how errors become answers. The zero value is the safe default: Tango's envelope, pointers
// and stable keys, no value, no rule, no text of Tango or of another library.
type ErrorConfig struct {
	// ExplainFindings adds class and rule of a finding to the answer. For a test system: it tells an attacker
	// what to change.
	ExplainFindings bool
	// Translate gives another text for a key of Tango's catalogue, in the language that the request asks for.
	// It gets the text that would be sent, and returns it to leave it. Nil leaves all.
	Translate func(req *http.Request, key, message string) string
	// Logger gets one line for each answer with 500 and above, with the error that caused it. Nil: none.
	Logger *slog.Logger
}

func (cfg *ErrorConfig) message(req *http.Request, key, message string) string {
	if cfg.Translate == nil {
		return message
	}
	return cfg.Translate(req, key, message)
}

// HTTPErrorHandler is an echo.HTTPErrorHandler with the zero [ErrorConfig]. Set it as Echo.HTTPErrorHandler.
func HTTPErrorHandler(err error, c echo.Context) { ErrorConfig{}.HTTPErrorHandler(err, c) }

// HTTPErrorHandler answers err, unless an answer has begun.
func (cfg ErrorConfig) HTTPErrorHandler(err error, c echo.Context) {
	if err == nil || c.Response().Committed {
		return
	}
	cfg.Respond(c.Response(), c.Request(), err)
}

// Respond is the net/http form: it writes the answer to err.
func (cfg ErrorConfig) Respond(w http.ResponseWriter, req *http.Request, err error) {
	r := RefusalOf(err)
	respond(w, req, r, &cfg)
	if cfg.Logger != nil && r.Status >= http.StatusInternalServerError {
		cfg.Logger.LogAttrs(req.Context(), slog.LevelError, "request failed",
			slog.Int("status", r.Status), slog.String("reason", r.Reason),
			slog.String("request_id", requestID(w, req)), slog.Any("error", err))
	}
}

// RefusalOf is the answer that an error stands for:
//
//	*Refusal             itself
//	validate.Errors      400, one entry a field
//	an error of tangoclient, by the table below
//	*echo.HTTPError      its status; its message only if it is the phrase of that status
//	*http.MaxBytesError  413
//	context.Canceled, context.DeadlineExceeded    503
//	anything else        500, without its text
//
// Errors of the client, in whose place Tango's own texts are never passed on: they speak to us about our platform,
// and may say what it holds:
//
//	unknown outcome      202: the order may have been placed; ask for it again by its reference
//	401, 403             502: our credentials or rights; nothing the caller can change
//	402                  503, without a word about balances
//	404                  404
//	409                  409
//	429                  503 with Retry-After
//	400, 422 with fields 400 with their pointers and keys
//	anything else        502, or 503 with Retry-After when waiting can help
func RefusalOf(err error) *Refusal {
	var (
		refusal *Refusal
		fields  validate.Errors
		client  tango.ClientError
		web     *echo.HTTPError
		large   *http.MaxBytesError
	)
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &fields):
		return fieldErrors(fields)
	case errors.As(err, &client):
		return clientRefusal(client)
	case errors.As(err, &large):
		return tooLarge("body.limit")
	case errors.As(err, &web):
		return webRefusal(web)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &Refusal{Status: http.StatusServiceUnavailable, Key: tango.KeyTimedOut, Message: "The service timed out", Reason: "timeout", Err: err}
	}
	return &Refusal{Status: http.StatusInternalServerError, Key: tango.KeyUnexpected, Message: "Unexpected application error", Reason: "error", Err: err}
}

func tooLarge(reason string) *Refusal {
	return refuse(http.StatusRequestEntityTooLarge, "413.001", reason, "The request is larger than allowed")
}

// fieldErrors is the answer to a value that fails its rules.
func fieldErrors(errs validate.Errors) *Refusal {
	r := &Refusal{Status: http.StatusBadRequest, Reason: "rules"}
	for _, e := range errs {
		r.Fields = append(r.Fields, FieldRefusal{
			In: "body", Pointer: shownPointer(e.Pointer), Key: ruleKey(e.Rule), Message: e.Message, Rule: e.Rule,
		})
	}
	return r
}

// ruleKey is the key with which Tango refuses what a rule refuses.
func ruleKey(rule string) string {
	if key := tango.KeyOfRule(rule); key != "" {
		return key
	}
	return tango.KeyField
}

// webRefusal keeps Echo's status and drops its message, in which binders put values and Go type names.
func webRefusal(e *echo.HTTPError) *Refusal {
	status := e.Code
	if status < 400 || status > 599 {
		status = http.StatusInternalServerError
	}
	key := map[int]string{
		http.StatusBadRequest:            tango.KeyInvalidRequest,
		http.StatusUnauthorized:          tango.KeyAuthFailed,
		http.StatusForbidden:             tango.KeyAuthorization,
		http.StatusNotFound:              tango.KeyNotFound,
		http.StatusMethodNotAllowed:      tango.KeyMethodNotAllowed,
		http.StatusNotAcceptable:         tango.KeyNotAcceptable,
		http.StatusConflict:              tango.KeyDuplicate,
		http.StatusRequestEntityTooLarge: "413.001",
		http.StatusUnsupportedMediaType:  tango.KeyUnsupportedMedia,
		http.StatusUnprocessableEntity:   tango.KeyField,
		http.StatusTooManyRequests:       tango.KeyTooMany,
		http.StatusServiceUnavailable:    tango.KeyUnavailable,
	}[status]
	if key == "" {
		key = fmt.Sprintf("%d.001", status)
	}
	return &Refusal{Status: status, Key: key, Message: http.StatusText(status), Reason: "http", Err: e.Internal}
}

// clientRefusal is the answer for an error of the client, by the table of RefusalOf.
func clientRefusal(e tango.ClientError) *Refusal {
	unavailable := func(reason string, wait time.Duration) *Refusal {
		return &Refusal{Status: http.StatusServiceUnavailable, Key: tango.KeyUnavailable, Message: "The service is temporarily unavailable", RetryAfter: wait, Reason: reason, Err: e}
	}
	if e.OutcomeUnknown() {
		return &Refusal{Status: http.StatusAccepted, Key: tango.KeyInProcess, Message: "The outcome is not known yet; ask again with the same reference", RetryAfter: e.TangoRetryAfter(), Reason: "tango.unknown", Err: e}
	}
	switch status := e.TangoStatus(); status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return &Refusal{Status: http.StatusBadGateway, Key: "502.001", Message: "The gift service refused this server", Reason: "tango.credentials", Err: e}
	case http.StatusPaymentRequired:
		return unavailable("tango.funds", 0)
	case http.StatusTooManyRequests:
		return unavailable("tango.pace", max(e.TangoRetryAfter(), time.Second))
	case http.StatusNotFound:
		return &Refusal{Status: status, Key: tango.KeyNotFound, Message: "Not found", Reason: "tango.not_found", Err: e}
	case http.StatusConflict:
		return &Refusal{Status: status, Key: tango.KeyDuplicate, Message: "The reference is already in use", RetryAfter: e.TangoRetryAfter(), Reason: "tango.conflict", Err: e}
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		r := &Refusal{Status: http.StatusBadRequest, Key: tango.KeyInvalidRequest, Message: "Invalid Request", Reason: "tango.fields", Err: e}
		for _, f := range e.TangoFields() {
			key := f.Key
			if key == "" {
				key = tango.KeyField
			}
			r.Fields = append(r.Fields, FieldRefusal{In: "body", Pointer: shownPointer(f.Pointer), Key: key, Message: clientMessage(key), Rule: "tango"})
		}
		return r
	}
	if wait := e.TangoRetryAfter(); wait > 0 {
		return unavailable("tango.unavailable", wait)
	}
	return &Refusal{Status: http.StatusBadGateway, Key: "502.001", Message: "The gift service did not answer as it should", Reason: "tango.failed", Err: e}
}

// clientMessage words a key without Tango's text.
func clientMessage(key string) string {
	if key == tango.KeyInsecure {
		return tango.MsgInsecure
	}
	for _, r := range tango.Rules() {
		if r.Key == key {
			return r.Says
		}
	}
	return "is not accepted"
}
