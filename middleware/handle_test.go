package middleware_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/sanitize"
	"github.com/tangoguard/tangoguard/validate"
)

type note struct {
	Name  string            `json:"name" sanitize:"line" validate:"required,max=10"`
	Text  string            `json:"text" sanitize:"text"`
	Rich  string            `json:"rich" sanitize:"html"`
	Count int8              `json:"count" validate:"max=5"`
	Tags  map[string]string `json:"tags" validate:"dive,max=3"`
	Items []struct {
		UTID string `json:"utid" validate:"utid"`
	} `json:"items"`
	Owner string `json:"-"`
	Inner *struct {
		On bool `json:"on"`
	} `json:"inner"`
}

func handling(t testing.TB, cfg middleware.HandleConfig, got *note) *echo.Echo {
	t.Helper()
	h, err := middleware.Handle(cfg, func(c echo.Context, n note) error {
		*got = n
		return c.NoContent(204)
	})
	require.NoError(t, err)
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.POST("/", h)
	e.POST("/:Owner", h)
	return e
}

func TestHandle(t *testing.T) {
	for _, row := range []struct {
		name, body string
		status     int
		key        string
		pointers   string // of all errors
	}{
		{"good", `{"name":"Ann"}`, 204, "", ""},
		{"null for the whole", `null`, 400, "422.007", "/name"},
		{"a list for the whole", `[]`, 400, "400.009", ""},
		{"an unknown name", `{"name":"Ann","isAdmin":true}`, 400, "400.009", "/*"},
		{"an unknown name deeper", `{"name":"Ann","inner":{"x":1}}`, 400, "400.009", "/inner/*"},
		{"another letter case", `{"Name":"Ann"}`, 400, "400.009", "/*"},
		{"a field that is not for JSON", `{"name":"Ann","Owner":"x"}`, 400, "400.009", "/*"},
		{"text for a number", `{"name":"Ann","count":"1"}`, 400, "400.009", "/count"},
		{"a number out of range", `{"name":"Ann","count":300}`, 400, "400.009", "/count"},
		{"a fraction for a whole number", `{"name":"Ann","count":1.5}`, 400, "400.009", "/count"},
		{"a number for text", `{"name":1}`, 400, "400.009", "/name"},
		{"an object for text", `{"name":{}}`, 400, "400.009", "/name"},
		{"all rules together", `{"name":"","count":9,"items":[{"utid":"U1"},{"utid":"x"}]}`, 400, "422.007", "/name /count /items/1/utid"},
		{"a name that the caller made up is a star", `{"name":"Ann","tags":{"mine":"long value"}}`, 400, "422.006", "/tags/*"},
		{"a duplicate", `{"name":"Ann","name":"Bob"}`, 400, "400.009", "/name"},
		{"a duplicate by escape", `{"name":"Ann","\u006eame":"Bob"}`, 400, "400.009", "/name"},
		{"trailing data", `{"name":"Ann"} {}`, 400, "400.009", ""},
		{"empty", ` `, 400, "400.009", ""},
		{"an attack without a guard before", `{"name":"Ann","text":"` + attack + `"}`, 400, "422.111", "/text"},
		{"an attack in an unknown name", `{"name":"Ann","` + attack + `":1}`, 400, "422.111", "/*"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got note
			rec := send(t, handling(t, middleware.HandleConfig{}, &got), "POST", "/", row.body)
			assert.Equal(t, row.status, rec.Code, "%s", rec.Body)
			if row.status == 204 {
				return
			}
			assert.Empty(t, got, "the handler did not run")
			a := decode(t, rec)
			for _, leak := range []string{"note", "int8", "struct", "Go ", "offset", "isAdmin", "mine", "long value", "onerror"} {
				assert.NotContains(t, rec.Body.String(), leak)
			}
			key, pointers := a.I18nKey, []string(nil)
			for _, e := range a.Errors {
				pointers = append(pointers, e.Pointer)
			}
			if len(a.Errors) > 0 {
				key = a.Errors[0].I18nKey
			}
			assert.Equal(t, row.key, key)
			assert.Equal(t, row.pointers, strings.Join(pointers, " "))
		})
	}
}

func TestHandleTakesNothingFromElsewhere(t *testing.T) {
	var got note
	e := handling(t, middleware.HandleConfig{}, &got)
	rec := send(t, e, "POST", "/path-owner?Owner=query&Count=3&count=3&name=query", `{"name":"Ann"}`, "Owner", "header")
	assert.Equal(t, 204, rec.Code)
	assert.Equal(t, note{Name: "Ann"}, got)
	rec = send(t, e, "POST", "/", "name=form", "Content-Type", "application/x-www-form-urlencoded")
	assert.Equal(t, 415, rec.Code)
}

// A body that another check has read, but no guard has looked at, is inspected by Handle.
func TestHandleInspectsWhatNobodyHas(t *testing.T) {
	h, err := middleware.Handle(middleware.HandleConfig{AllowUnknown: true}, func(c echo.Context, _ note) error { return c.NoContent(204) })
	require.NoError(t, err)
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	raw, err := middleware.GuardConfig{Routes: map[string]middleware.Route{"POST /": {Raw: true}}}.ToMiddleware()
	require.NoError(t, err)
	e.POST("/", h, middleware.RequireAccount(accountsOfTenant), raw)
	const body = `{"name":"Ann","customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","text":%s}`
	assert.Equal(t, 204, send(t, e, "POST", "/", strings.Replace(body, "%s", `"hello"`, 1)).Code)
	rec := send(t, e, "POST", "/", strings.Replace(body, "%s", `"`+attack+`"`, 1))
	assert.Equal(t, 400, rec.Code)
	assert.Equal(t, "422.111", decode(t, rec).Errors[0].I18nKey)
}

func TestHandleCleansAndTells(t *testing.T) {
	var got note
	var changes []sanitize.Change
	cfg := middleware.HandleConfig{OnChange: func(_ *http.Request, c []sanitize.Change) { changes = c }}
	rec := send(t, handling(t, cfg, &got), "POST", "/", `{"name":"  Ann\t B ","text":"a\r\nb"}`)
	assert.Equal(t, 204, rec.Code, "%s", rec.Body)
	assert.Equal(t, "Ann B", got.Name)
	assert.Equal(t, "a\nb", got.Text)
	var pointers []string
	for _, c := range changes {
		pointers = append(pointers, c.Pointer)
	}
	assert.ElementsMatch(t, []string{"/name", "/text"}, pointers)
}

func TestHandleAllowsUnknownByChoice(t *testing.T) {
	var got note
	e := handling(t, middleware.HandleConfig{AllowUnknown: true}, &got)
	assert.Equal(t, 204, send(t, e, "POST", "/", `{"name":"Ann","more":{"x":1}}`).Code)
	assert.Equal(t, 400, send(t, e, "POST", "/", `{"name":"Ann","more":{"x":"`+attack+`"}}`).Code, "they are inspected all the same")
	assert.Equal(t, 400, send(t, e, "POST", "/", `{"name":"Ann","more":1,"more":2}`).Code)
}

func TestMistakesComeWhenTheHandlerIsMade(t *testing.T) {
	type bad struct {
		A string   `json:"a" sanitize:"lines" validate:"utidd"`
		B chan int `json:"b"`
		C struct {
			D func() `json:"d"`
		} `json:"c"`
	}
	_, err := middleware.Handle(middleware.HandleConfig{Guard: middleware.GuardConfig{Mode: "x"}}, func(echo.Context, bad) error { return nil })
	require.Error(t, err)
	require.ErrorIs(t, err, validate.ErrRules)
	for _, want := range []string{"lines", "utidd", "chan int", `Mode "x"`, "func()"} {
		assert.ErrorContains(t, err, want)
	}
	_, err = middleware.Handle[note](middleware.HandleConfig{}, nil)
	require.Error(t, err)
	_, err = middleware.HandleHTTP[note](middleware.HandleConfig{}, nil)
	require.Error(t, err)
}

func TestBind(t *testing.T) {
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.POST("/", func(c echo.Context) error {
		n, err := middleware.Bind[note](c)
		if err != nil {
			return err
		}
		return c.String(200, n.Name)
	})
	assert.Equal(t, "Ann", send(t, e, "POST", "/", `{"name":"Ann"}`).Body.String())
	assert.Equal(t, 400, send(t, e, "POST", "/", `{"name":"Ann","x":1}`).Code)
	assert.Equal(t, 400, send(t, e, "POST", "/", ``).Code)
	type bad struct {
		A string `validate:"utidd"`
	}
	_, err := middleware.Bind[bad](e.NewContext(httptest.NewRequest("POST", "/", nil), httptest.NewRecorder()))
	require.ErrorIs(t, err, validate.ErrRules)
}

func TestHandleHTTP(t *testing.T) {
	h, err := middleware.HandleHTTP(middleware.HandleConfig{}, func(w http.ResponseWriter, _ *http.Request, n note) error {
		if n.Name == "fail" {
			return errors.New("secret dsn")
		}
		w.WriteHeader(204)
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, 204, send(t, h, "POST", "/", `{"name":"Ann"}`).Code)
	assert.Equal(t, 400, send(t, h, "POST", "/", `{"name":1}`).Code)
	rec := send(t, h, "POST", "/", `{"name":"fail"}`)
	assert.Equal(t, 500, rec.Code)
	assert.NotContains(t, rec.Body.String(), "secret")
}

// Cleaning that joins what was apart is caught: the second inspection looks at what the handler will get.
func TestInspectionAfterCleaning(t *testing.T) {
	var got note
	e := handling(t, middleware.HandleConfig{}, &got)
	for _, text := range []string{"java\u00adscript:alert(1)", "<scr\u200bipt>alert(1)</scr\u200bipt>", "<im\u0000g src=x onerror=alert(1)>"} {
		got = note{}
		rec := send(t, e, "POST", "/", `{"name":"Ann","text":`+quote(text)+`}`)
		if rec.Code == 204 {
			assert.Empty(t, validate.Inspect(got.Text), "%q became an attack", text)
		}
	}
}

// A guard that only reports lets an attack through. What cleaning has changed of it is inspected once more, and refused.
func TestWhatCleaningChangedIsInspectedAgain(t *testing.T) {
	var got note
	e := handling(t, middleware.HandleConfig{Guard: middleware.GuardConfig{Mode: middleware.Report}}, &got)
	rec := send(t, e, "POST", "/", `{"name":"Ann","text":"x' OR\u00ad '1'='1' -- "}`)
	assert.Equal(t, 400, rec.Code, rec.Body)
	assert.Contains(t, rec.Body.String(), "422.111")
	assert.Empty(t, got)
	assert.Equal(t, 204, send(t, e, "POST", "/", `{"name":"Ann","text":"you\u00ad & me"}`).Code, "what is harmless after cleaning passes")
}
