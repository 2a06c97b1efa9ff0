package middleware_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/tango"
	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/validate"
)

// clientError is an error of the client as this package sees it.
type clientError struct {
	status  int
	key     string
	wait    time.Duration
	unknown bool
	fields  []tango.Problem
}

func (e clientError) Error() string                  { return "secret: balance 12.34 of platform demo" }
func (e clientError) TangoStatus() int               { return e.status }
func (e clientError) TangoKey() string               { return e.key }
func (e clientError) TangoRetryAfter() time.Duration { return e.wait }
func (e clientError) OutcomeUnknown() bool           { return e.unknown }
func (e clientError) TangoFields() []tango.Problem   { return e.fields }

func TestErrorsBecomeAnswers(t *testing.T) {
	insecure := []tango.Problem{{Pointer: "/recipient/firstName", Key: "422.111", Message: "secret text of Tango"}}
	for _, row := range []struct {
		name   string
		err    error
		status int
		key    string
		retry  string
	}{
		{"Tango 401", clientError{status: 401, key: "401.001"}, 502, "502.001", ""},
		{"Tango 403", clientError{status: 403, key: "403.001"}, 502, "502.001", ""},
		{"Tango 402", clientError{status: 402, key: "402.001"}, 503, "503.502", ""},
		{"Tango 429", clientError{status: 429, wait: 2500 * time.Millisecond}, 503, "503.502", "3"},
		{"Tango 429 without a time", clientError{status: 429}, 503, "503.502", "1"},
		{"Tango 404", clientError{status: 404}, 404, "404.001", ""},
		{"Tango 409", clientError{status: 409}, 409, "409.001", ""},
		{"Tango 400 with a field", clientError{status: 400, fields: insecure}, 400, "422.111", ""},
		{"Tango 422 with a field", clientError{status: 422, fields: insecure}, 400, "422.111", ""},
		{"Tango 400 without", clientError{status: 400, key: "400.009"}, 400, "400.001", ""},
		{"Tango 500", clientError{status: 500}, 502, "502.001", ""},
		{"Tango 503 with a time", clientError{status: 503, wait: time.Minute}, 503, "503.502", "60"},
		{"no answer", clientError{}, 502, "502.001", ""},
		{"unknown outcome", clientError{unknown: true}, 202, "409.002", ""},
		{"unknown outcome after 500", clientError{status: 500, unknown: true}, 202, "409.002", ""},
		{"wrapped", fmt.Errorf("order: %w", clientError{status: 402}), 503, "503.502", ""},
		{"echo's 404", echo.ErrNotFound, 404, "404.001", ""},
		{"echo's 405", echo.ErrMethodNotAllowed, 405, "405.001", ""},
		{"echo with a text", echo.NewHTTPError(400, "secret value of main.Order"), 400, "400.001", ""},
		{"echo with a wild status", echo.NewHTTPError(200, "secret"), 500, "500.001", ""},
		{"teapot", echo.NewHTTPError(418, "secret"), 418, "418.001", ""},
		{"too large", fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 1}), 413, "413.001", ""},
		{"timed out", fmt.Errorf("secret: %w", context.DeadlineExceeded), 503, "503.501", ""},
		{"anything else", errors.New("secret dsn"), 500, "500.001", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := httptest.NewRecorder()
			c := echo.New().NewContext(httptest.NewRequest("POST", "/orders", nil), rec)
			middleware.HTTPErrorHandler(row.err, c)
			assert.Equal(t, row.status, rec.Code)
			assert.Equal(t, row.retry, rec.Header().Get("Retry-After"))
			assert.NotContains(t, rec.Body.String(), "secret")
			a := decode(t, rec)
			assert.Equal(t, "/orders", a.Path)
			key := a.I18nKey
			if len(a.Errors) > 0 {
				key = a.Errors[0].I18nKey
				assert.Equal(t, "/recipient/firstName", a.Errors[0].Pointer)
			}
			assert.Equal(t, row.key, key)
		})
	}
}

func TestProblemDocument(t *testing.T) {
	e := chain(t)
	body := strings.Replace(strings.Replace(goodOrder, "U561593", "X", 1), "ob@example.ie", "x", 1)
	rec := send(t, e, "POST", "/orders", body, "Accept", "text/html;q=0.1, application/problem+json; charset=utf-8")
	assert.Equal(t, "application/problem+json", rec.Header().Get("Content-Type"))
	var p struct {
		Type, Title, Detail, RequestID string
		Status                         int
		Errors                         []struct{ Pointer, Code, Detail string }
	}
	require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &p))
	assert.Equal(t, 400, p.Status)
	assert.Equal(t, "about:blank", p.Type)
	assert.Equal(t, "Bad Request", p.Title)
	require.Len(t, p.Errors, 2)
	assert.Equal(t, "/utid", p.Errors[0].Pointer)
	assert.Equal(t, "422.147", p.Errors[0].Code)
	assert.NotEmpty(t, p.Errors[0].Detail)
	assert.Equal(t, "/recipient/email", p.Errors[1].Pointer)
	for _, accept := range []string{"*/*", "application/*", "application/json", "application/problem+json;q=0"} {
		assert.Equal(t, "application/json; charset=utf-8", send(t, e, "POST", "/orders", body, "Accept", accept).Header().Get("Content-Type"), accept)
	}
}

func TestErrorConfig(t *testing.T) {
	var log bytes.Buffer
	cfg := middleware.ErrorConfig{
		ExplainFindings: true,
		Translate: func(req *http.Request, key, message string) string {
			if req.Header.Get("Accept-Language") == "de" && key == "422.111" {
				return "Der Text enthält unsichere Zeichen"
			}
			return message
		},
		Logger: slog.New(slog.NewJSONHandler(&log, nil)),
	}
	e := echo.New()
	e.HTTPErrorHandler = cfg.HTTPErrorHandler
	e.Use(middleware.Guard())
	e.POST("/", func(echo.Context) error { return errors.New("the database is gone") })
	rec := send(t, e, "POST", "/", `{"a":"`+attack+`"}`, "Accept-Language", "de")
	a := decode(t, rec)
	assert.Equal(t, "Der Text enthält unsichere Zeichen", a.Errors[0].Message)
	assert.True(t, strings.HasPrefix(a.Errors[0].Rule, "xss/"), a.Errors[0].Rule)
	assert.Empty(t, log.String(), "a caller's mistake is the guard's to log")
	rec = send(t, e, "POST", "/", `{}`)
	assert.Equal(t, 500, rec.Code)
	assert.Contains(t, log.String(), "the database is gone")
	assert.Contains(t, log.String(), decode(t, rec).RequestID)
}

func TestAnswerOnce(t *testing.T) {
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.GET("/", func(c echo.Context) error {
		_ = c.String(200, "done")
		return errors.New("late")
	})
	rec := send(t, e, "GET", "/", "")
	assert.Equal(t, 200, rec.Code)
	assert.Equal(t, "done", rec.Body.String())
	e.HEAD("/x", func(echo.Context) error { return echo.ErrNotFound })
	rec = send(t, e, "HEAD", "/x", "")
	assert.Equal(t, 404, rec.Code)
	assert.Empty(t, rec.Body.String())
}

func TestPathInTheAnswerIsPlain(t *testing.T) {
	for target, want := range map[string]string{"/orders/1": "/orders/1", "/%3Cscript%3E": "", "/a'b": "", "/" + strings.Repeat("a", 300): ""} {
		rec := httptest.NewRecorder()
		middleware.ErrorConfig{}.Respond(rec, httptest.NewRequest("GET", target, nil), errors.New("x"))
		assert.Equal(t, want, decode(t, rec).Path)
	}
}

func TestRequestID(t *testing.T) {
	e := echo.New()
	e.Pre(middleware.RequestID())
	e.GET("/", func(c echo.Context) error { return c.String(200, c.Request().Header.Get("X-Request-Id")) })
	rec := send(t, e, "GET", "/", "", "X-REQUEST-ID", "trace-0123.abc_D")
	assert.Equal(t, "trace-0123.abc_D", rec.Body.String())
	assert.Equal(t, "trace-0123.abc_D", rec.Header().Get("X-Request-Id"))
	for _, bad := range []string{"", "short", "with space in it", "a\nb-injected-line", strings.Repeat("a", 65), "<script>alert(1)</script>"} {
		rec := send(t, e, "GET", "/", "", "X-REQUEST-ID", bad)
		assert.NotEqual(t, bad, rec.Body.String())
		assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, rec.Body.String())
		assert.Equal(t, rec.Header().Get("X-Request-Id"), rec.Body.String())
	}
	_, err := middleware.RequestIDConfig{New: func() string { return "x" }}.ToMiddleware()
	require.Error(t, err)
	wrap, err := middleware.RequestIDConfig{Replace: true}.ToHandler()
	require.NoError(t, err)
	rec = send(t, wrap(http.NotFoundHandler()), "GET", "/", "", "X-REQUEST-ID", "trace-0123")
	assert.NotEqual(t, "trace-0123", rec.Header().Get("X-Request-Id"))
}

func TestHardenServer(t *testing.T) {
	s := &http.Server{WriteTimeout: time.Hour}
	middleware.HardenServer(s)
	assert.Equal(t, 5*time.Second, s.ReadHeaderTimeout)
	assert.Equal(t, 30*time.Second, s.ReadTimeout)
	assert.Equal(t, time.Hour, s.WriteTimeout, "what is set stays")
	assert.Equal(t, 120*time.Second, s.IdleTimeout)
	assert.Equal(t, 32<<10, s.MaxHeaderBytes)
}

func TestRefusalTellsNothing(t *testing.T) {
	r := middleware.RefusalOf(validate.Errors{{Pointer: "/a/<b>", Rule: "max", Message: "is too long"}})
	assert.Equal(t, "/a/*", r.Fields[0].Pointer)
	assert.Equal(t, "middleware: refused: rules", r.Error())
	inner := errors.New("inner")
	assert.ErrorIs(t, &middleware.Refusal{Err: inner}, inner)
}
