package middleware_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	emw "github.com/labstack/echo/v4/middleware"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/tango"
	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/validate"
)

// A field may have classes of its own: a subject no links, a field for code no alarm about code.
func TestClassesOfAField(t *testing.T) {
	const link, code = "see www.evil.example/login", "system('id');"
	e := guarded(t, middleware.GuardConfig{
		Fields: map[string]middleware.FieldRule{
			"/subject":      {As: middleware.Line, On: []validate.Class{validate.ClassLink}},
			"/snippet":      {Off: []validate.Class{validate.ClassCodeInjection}},
			"/a~1b/~0c":     {As: middleware.Raw},
			"/list/*":       {As: middleware.Line},
			"/list/0":       {As: middleware.Raw},
			"/deep/**":      {As: middleware.Line},
			"/deep/a/*/raw": {As: middleware.Raw},
		},
		Routes: map[string]middleware.Route{
			"POST /hook": {Fields: map[string]middleware.FieldRule{"/subject": {As: middleware.Raw}}},
			"POST /form": {Form: true},
		},
	})
	for _, row := range []struct {
		name, path, body string
		status           int
	}{
		{"a link is no attack", "/", `{"text":` + quote(link) + `}`, 200},
		{"where links are asked for it is one", "/", `{"subject":` + quote(link) + `}`, 400},
		{"code is an attack", "/", `{"text":` + quote(code) + `}`, 400},
		{"where that is left out it is none", "/", `{"snippet":` + quote(code) + `}`, 200},
		{"other classes stay on there", "/", `{"snippet":` + quote(attack) + `}`, 400},
		{"a route's own rule comes before the guard's", "/hook", `{"subject":` + quote(attack) + `}`, 200},
		{"a pointer with escapes", "/", `{"a/b":{"~c":` + quote(attack) + `}}`, 200},
		{"an index before *", "/", `{"list":[` + quote(attack) + `]}`, 200},
		{"* beside it", "/", `{"list":["a","b\nc"]}`, 400},
		{"the exact rule before **", "/", `{"deep":{"a":{"x":{"raw":` + quote(attack) + `}}}}`, 200},
		{"** for the rest", "/", `{"deep":{"a":{"x":{"other":"b\nc"}}}}`, 400},
	} {
		t.Run(row.name, func(t *testing.T) {
			assert.Equal(t, row.status, send(t, e, "POST", row.path, row.body).Code)
		})
	}
	assert.Equal(t, 400, send(t, e, "POST", "/form", "subject="+url.QueryEscape(link), "Content-Type", "application/x-www-form-urlencoded").Code, "in a form too")
	_, err := middleware.GuardConfig{Fields: map[string]middleware.FieldRule{"/a": {On: []validate.Class{"links"}, Off: []validate.Class{"xs"}}}}.ToMiddleware()
	assert.ErrorContains(t, err, `no class "links"`)
	assert.ErrorContains(t, err, `no class "xs"`)
}

// Strip leaves of each kind of value what that kind may hold, and what it leaves passes.
func TestStripByKind(t *testing.T) {
	e := guarded(t, middleware.GuardConfig{
		Mode:   middleware.Strip,
		Fields: map[string]middleware.FieldRule{"/line": {As: middleware.Line}, "/html": {As: middleware.HTML}},
	})
	body := `{"line":"a\nb <script>x()</script>","html":"<p onclick=x()>Hello <b>you</b></p>","text":"one\ntwo <svg onload=x()>","ok":"O'Brien <3"}`
	req := httptest.NewRequest("POST", "/", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Content-Length", fmt.Sprint(len(body)))
	rec := httptest.NewRecorder()
	var length string
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			length = c.Request().Header.Get("Content-Length")
			assert.Equal(t, length, fmt.Sprint(c.Request().ContentLength))
			return next(c)
		}
	})
	e.ServeHTTP(rec, req)
	require.Equal(t, 200, rec.Code, "%s", rec.Body)
	assert.Equal(t, fmt.Sprint(rec.Body.Len()), length, "the length is that of what the handler reads")
	var got map[string]string
	require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &got))
	assert.Equal(t, map[string]string{"line": "a b", "html": "<p>Hello <b>you</b></p>", "text": "one\ntwo ", "ok": "O'Brien <3"}, got)
}

// What is only reported is read to its end: a duplicate behind many findings does not pass.
func TestReportReadsToTheEnd(t *testing.T) {
	var log bytes.Buffer
	e := guarded(t, middleware.GuardConfig{Mode: middleware.Report, Observe: middleware.Observe{Logger: slog.New(slog.NewJSONHandler(&log, nil))}})
	many := strings.Repeat(quote(attack)+",", 40)
	assert.Equal(t, 200, send(t, e, "POST", "/", `{"list":[`+many+`1],"a":1}`, "X-Request-Id", "trace-0123").Code)
	assert.Contains(t, log.String(), `"request_id":"trace-0123"`)
	assert.Equal(t, 400, send(t, e, "POST", "/", `{"a":1,"list":[`+many+`1],"a":2}`).Code)
	refusing := guarded(t, middleware.GuardConfig{})
	assert.Len(t, decode(t, send(t, refusing, "POST", "/", `{"list":[`+many+`1]}`)).Errors, 20, "an answer, not a catalogue")
}

func TestGuardSkips(t *testing.T) {
	e := guarded(t, middleware.GuardConfig{Skip: func(r *http.Request) bool { return r.URL.Path == "/hook" }})
	assert.Equal(t, 200, send(t, e, "POST", "/hook", attack).Code)
	assert.Equal(t, 400, send(t, e, "POST", "/", attack).Code)
}

// Each limit holds where it says, and one less passes.
func TestLimits(t *testing.T) {
	n := strings.Repeat
	const form, multipart = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	e := guarded(t, middleware.GuardConfig{
		Limits: middleware.Limits{String: 20, Parameters: 3, Keys: 4, Depth: 2, HeaderRows: 5, URL: 60},
		Routes: map[string]middleware.Route{"POST /form": {Form: true, Gzip: true, Body: 300}, "POST /file": {Multipart: true}},
	})
	fields := func(count int) string {
		var parts []string
		for i := range count {
			parts = append(parts, part(fmt.Sprintf(`name="f%d"`, i), "x"))
		}
		return multi(parts...)
	}
	for _, row := range []struct {
		name, method, target, body string
		headers                    []string
		status                     int
	}{
		{"names", "POST", "/", `[{"a":1,"b":1},{"a":1,"b":1}]`, nil, 200},
		{"too many names", "POST", "/", `[{"a":1,"b":1},{"a":1,"b":1,"c":1}]`, nil, 400},
		{"depth", "POST", "/", `[[]]`, nil, 200},
		{"too deep", "POST", "/", `[[[]]]`, nil, 400},
		{"a string", "POST", "/", quote(n("a", 20)), nil, 200},
		{"a long string", "POST", "/", quote(n("a", 21)), nil, 400},
		{"a number", "POST", "/", n("1", 32), nil, 200},
		{"a long number", "POST", "/", n("1", 33), nil, 400},
		{"a parameter", "GET", "/?a=" + n("a", 20), "", nil, 200},
		{"a long parameter", "GET", "/?a=" + n("a", 21), "", nil, 400},
		{"parameters", "GET", "/?a&b&c", "", nil, 200},
		{"too many parameters", "GET", "/?a&b&c&d", "", nil, 400},
		{"a URL", "GET", "/?a=" + n("%61", 18), "", nil, 200},
		{"a long URL", "GET", "/?a=" + n("%61", 19) + "a", "", nil, 414},
		{"header rows", "GET", "/", "", []string{"A", "1", "B", "2", "C", "3", "D", "4"}, 200},
		{"too many header rows", "GET", "/", "", []string{"A", "1", "B", "2", "C", "3", "D", "4", "E", "5"}, 431},
		{"form fields", "POST", "/form", "a&b&c", []string{"Content-Type", form}, 200},
		{"too many form fields", "POST", "/form", "a&b&c&d", []string{"Content-Type", form}, 400},
		{"gzip that announces too much", "POST", "/form", zipped(noise(600)), []string{"Content-Encoding", "gzip"}, 413},
		{"multipart fields", "POST", "/file", fields(3), []string{"Content-Type", multipart}, 200},
		{"too many multipart fields", "POST", "/file", fields(4), []string{"Content-Type", multipart}, 400},
		{"a long multipart field", "POST", "/file", multi(part(`name="a"`, n("a", 21))), []string{"Content-Type", multipart}, 400},
		{"a file is bounded by the body alone", "POST", "/file", multi(part(`name="a"; filename="f"`, n("a", 210))), []string{"Content-Type", multipart}, 200},
		{"multipart that is not UTF-8", "POST", "/file", multi(part(`name="a"`, "\xff")), []string{"Content-Type", multipart}, 400},
		{"multipart cut off in a field", "POST", "/file", "--b\r\n" + part(`name="a"`, "x\r\n--"), []string{"Content-Type", multipart}, 400},
		{"a part with a header of its own", "POST", "/file", multi("X-A: b\r\n" + part(`name="a"`, "x")), []string{"Content-Type", multipart}, 400},
		{"a part without a header", "POST", "/file", multi("\r\nx"), []string{"Content-Type", multipart}, 400},
		{"no boundary", "POST", "/file", fields(1), []string{"Content-Type", "multipart/form-data"}, 415},
		{"a long boundary", "POST", "/file", fields(1), []string{"Content-Type", "multipart/form-data; boundary=" + n("b", 71)}, 415},
		{"a broken Content-Type", "POST", "/file", "{}", []string{"Content-Type", "application/json; ="}, 415},
		{"an upgrade in Connection alone", "GET", "/", "", []string{"Connection", "keep-alive, Upgrade"}, 400},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.headers == nil || row.headers[0] != "A" {
				row.headers = append(row.headers, "Authorization", "")
			}
			rec := send(t, e, row.method, row.target, row.body, row.headers...)
			assert.Equal(t, row.status, rec.Code, "%s", rec.Body)
			if row.status != 200 {
				decode(t, rec)
			}
		})
	}
}

// noise is a JSON text that does not compress well.
func noise(size int) string {
	out, x := make([]byte, 0, size), uint32(7)
	for len(out) < size {
		x = x*1664525 + 1013904223
		out = append(out, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[x>>24%62])
	}
	return `"` + string(out) + `"`
}

// A body that somebody keeps stays what it was, whatever comes after it: nothing of a request is in a pool.
func TestKeptBodiesStayTheirOwn(t *testing.T) {
	var kept []io.ReadCloser
	e := guarded(t, middleware.GuardConfig{})
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			kept = append(kept, c.Request().Body)
			return next(c)
		}
	})
	text := func(i int) string {
		return fmt.Sprintf(`{"tenant":"%d","text":%s}`, i, quote(strings.Repeat(string(rune('a'+i)), 100*i)))
	}
	for i := range 20 {
		require.Equal(t, 200, send(t, e, "POST", "/", text(i)).Code)
	}
	for i, body := range kept {
		first := make([]byte, 10)
		_, err := io.ReadFull(body, first)
		require.NoError(t, err)
		require.NoError(t, body.Close(), "a closed body begins anew")
		all, err := io.ReadAll(body)
		require.NoError(t, err)
		assert.Equal(t, text(i), string(all))
	}
}

// Another limit in front of the guard answers as the guard's own would.
func TestOtherLimitsInFront(t *testing.T) {
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, 10)
			return next(c)
		}
	}, middleware.Guard())
	e.POST("/", func(c echo.Context) error { return c.NoContent(204) })
	rec := send(t, e, "POST", "/", `{"a":"longer than ten"}`)
	assert.Equal(t, 413, rec.Code)
	assert.Equal(t, "413.001", decode(t, rec).I18nKey)

	e = echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.Use(emw.BodyLimit("10B"), middleware.Guard())
	e.POST("/", func(c echo.Context) error { return c.NoContent(204) })
	assert.Equal(t, 413, send(t, e, "POST", "/", `{"a":"longer than ten"}`).Code)
}

// RFC 9457 says where a finding is, in a query as in a body, and explains it only when told to.
func TestProblemDocumentOfFindings(t *testing.T) {
	for _, explain := range []bool{false, true} {
		e := guarded(t, middleware.GuardConfig{})
		e.HTTPErrorHandler = middleware.ErrorConfig{ExplainFindings: explain}.HTTPErrorHandler
		rec := send(t, e, "POST", "/?note="+url.QueryEscape(attack), `{"a":`+quote(attack)+`}`, "Accept", "application/problem+json")
		var p struct {
			Code   string
			Errors []struct{ Pointer, In, Name, Code, Detail, Rule string }
		}
		require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &p))
		require.Len(t, p.Errors, 2)
		assert.Equal(t, []string{"query", "note", ""}, []string{p.Errors[0].In, p.Errors[0].Name, p.Errors[0].Pointer})
		assert.Equal(t, []string{"", "", "/a"}, []string{p.Errors[1].In, p.Errors[1].Name, p.Errors[1].Pointer})
		for _, f := range p.Errors {
			assert.Equal(t, "422.111", f.Code)
			assert.Equal(t, explain, strings.HasPrefix(f.Rule, "xss/"), f.Rule)
		}
		rec = send(t, e, "POST", "/", `{`, "Accept", "application/problem+json")
		assert.Contains(t, rec.Body.String(), `"code":"400.009","requestId"`)
		assert.Contains(t, rec.Body.String(), `"detail":"The body is not valid JSON"`)
	}
}

// What the client reports of fields is worded by us.
func TestFieldsOfTheClient(t *testing.T) {
	err := clientError{status: 422, fields: []tango.Problem{
		{Pointer: "/utid", Key: "422.147", Message: "secret"}, {Pointer: "/amount", Message: "secret"}, {Pointer: "/x <y>", Key: "422.999", Message: "secret"},
	}}
	r := middleware.RefusalOf(err)
	require.Len(t, r.Fields, 3)
	assert.Equal(t, "422.147", r.Fields[0].Key)
	assert.NotEqual(t, r.Fields[2].Message, r.Fields[0].Message, "a key of the catalogue has its own words")
	assert.Equal(t, "422.001", r.Fields[1].Key)
	assert.Equal(t, "is not accepted", r.Fields[2].Message)
	assert.Equal(t, "/*", r.Fields[2].Pointer)
	for _, f := range r.Fields {
		assert.NotContains(t, f.Message, "secret")
	}
}

// The words for a wrong type are about JSON and not about Go.
func TestWrongTypesInWords(t *testing.T) {
	type every struct {
		Text  string             `json:"text"`
		Flag  bool               `json:"flag"`
		Small *int8              `json:"small"`
		Size  uint16             `json:"size"`
		Ratio float32            `json:"ratio"`
		List  []string           `json:"list"`
		Bytes []byte             `json:"bytes"`
		Map   map[string]float64 `json:"map"`
		Two   [2]int             `json:"two"`
		Inner struct{ A string } `json:"inner"`
	}
	h, err := middleware.Handle(middleware.HandleConfig{}, func(c echo.Context, _ every) error { return c.NoContent(204) })
	require.NoError(t, err)
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.POST("/", h)
	for body, want := range map[string]string{
		`{"text":1}`:           "must be text",
		`{"flag":"yes"}`:       "must be true or false",
		`{"small":1000}`:       "must be a whole number in range",
		`{"size":-1}`:          "must be a whole number in range, not negative",
		`{"ratio":"1"}`:        "must be a number",
		`{"list":{}}`:          "must be a list",
		`{"bytes":"?"}`:        "must be text in base64",
		`{"map":[]}`:           "must be an object",
		`{"map":{"mine":"x"}}`: "must be a number",
		`{"two":[1,2,3]}`:      "must be a list",
		`{"inner":7}`:          "must be an object",
	} {
		rec := send(t, e, "POST", "/", body)
		assert.Equal(t, 400, rec.Code, body)
		a := decode(t, rec)
		require.Len(t, a.Errors, 1, "%s: %s", body, rec.Body)
		assert.Equal(t, want, a.Errors[0].Message, body)
		assert.NotContains(t, rec.Body.String(), "mine")
	}
}

// A large body takes the other way through the decoder, with the same answers.
func TestHandleOfALargeBody(t *testing.T) {
	var got note
	e := handling(t, middleware.HandleConfig{}, &got)
	text := strings.Repeat("all the best to you and yours, ", 1000)
	assert.Equal(t, 204, send(t, e, "POST", "/", `{"name":"Ann","text":`+quote(text)+`}`).Code)
	assert.Equal(t, strings.TrimSpace(text), strings.TrimSpace(got.Text))
	for body, pointer := range map[string]string{
		`{"name":"Ann","text":` + quote(text) + `,"isAdmin":true}`: "/*",
		`{"name":"Ann","text":` + quote(text) + `,"count":"1"}`:    "/count",
	} {
		a := decode(t, send(t, e, "POST", "/", body))
		require.Len(t, a.Errors, 1)
		assert.Equal(t, pointer, a.Errors[0].Pointer)
	}
}

// scribbler reads its JSON itself, keeps it, and writes into what it was given.
type scribbler struct{ kept []byte }

func (s *scribbler) UnmarshalJSON(b []byte) error {
	s.kept = b
	for i := range b {
		b[i] = 'x'
	}
	return nil
}

// A type that writes into the JSON it is given does not change what the next reader of the body gets.
func TestTypesCannotChangeTheBody(t *testing.T) {
	type value struct {
		A scribbler `json:"a"`
	}
	for _, size := range []int{10, 100_000} {
		body := `{"a":[` + strings.Repeat(`"harmless",`, size/11) + `"text"]}`
		h, err := middleware.Handle(middleware.HandleConfig{}, func(c echo.Context, _ value) error {
			_, err := io.Copy(c.Response(), c.Request().Body)
			return err
		})
		require.NoError(t, err)
		e := echo.New()
		e.POST("/", h, middleware.Guard())
		assert.Equal(t, body, send(t, e, "POST", "/", body).Body.String())
	}
}

// Rich text is judged by its markup: what a page shows as text may look like a script.
func TestRichTextMayShowCode(t *testing.T) {
	e := guarded(t, middleware.GuardConfig{Fields: map[string]middleware.FieldRule{"/html": {As: middleware.HTML}}})
	const shown = "<p>write &lt;script&gt;alert(1)&lt;/script&gt; to see it</p>"
	assert.Equal(t, 200, send(t, e, "POST", "/", `{"html":`+quote(shown)+`}`).Code)
	assert.Equal(t, 400, send(t, e, "POST", "/", `{"text":`+quote(shown)+`}`).Code)
	for _, markup := range []string{
		"<p>a</p><!-- b -->", "<a href=javascript:x()>a</a>", `<img src="http://a.example/x">`, "<p style=x>a</p>", "<svg><p>a</p></svg>", "<form><p>a</p></form>",
	} {
		assert.Equal(t, 400, send(t, e, "POST", "/", `{"html":`+quote(markup)+`}`).Code, markup)
	}
	const link = `<p><a href="https://a.example/x?a=1&amp;b=2">a</a><br/></p>`
	assert.Equal(t, 200, send(t, e, "POST", "/", `{"html":`+quote(link)+`}`).Code, "sanitize.HTML adds rel, which takes nothing away")
}

// A request that is refused for one value was not stripped of another.
func TestARefusedRequestIsNotStripped(t *testing.T) {
	var log bytes.Buffer
	e := guarded(t, middleware.GuardConfig{Mode: middleware.Strip, Observe: middleware.Observe{Logger: slog.New(slog.NewJSONHandler(&log, nil))}})
	assert.Equal(t, 400, send(t, e, "POST", "/", `{"a":`+quote(attack)+`,`+quote(attack)+`:1}`).Code)
	assert.Contains(t, log.String(), "request refused")
	assert.NotContains(t, log.String(), "value stripped")
}
