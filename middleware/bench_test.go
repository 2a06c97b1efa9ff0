package middleware_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-playground/validator/v10"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/middleware"
)

// bigOrder is the order of the benchmarks: every text a person may type, and lines of items to make it large.
type bigOrder struct {
	ExternalRefID      string      `json:"externalRefID" validate:"omitempty,max=100"`
	CustomerIdentifier string      `json:"customerIdentifier" validate:"required,min=5,max=100"`
	AccountIdentifier  string      `json:"accountIdentifier" validate:"required,min=5,max=100"`
	UTID               string      `json:"utid" validate:"required,max=10"`
	Amount             float64     `json:"amount" validate:"min=0"`
	EmailSubject       string      `json:"emailSubject" sanitize:"line" validate:"max=200"`
	Message            string      `json:"message" sanitize:"text" validate:"max=70000"`
	Campaign           string      `json:"campaign" sanitize:"line" validate:"max=1024"`
	Notes              string      `json:"notes" sanitize:"text" validate:"max=1024"`
	Recipient          bigPerson   `json:"recipient" validate:"required"`
	Sender             bigPerson   `json:"sender" validate:"required"`
	Lines              []bigPerson `json:"lines,omitempty" validate:"max=1000,dive"`
}

type bigPerson struct {
	FirstName string `json:"firstName" sanitize:"line" validate:"required,max=100"`
	LastName  string `json:"lastName" sanitize:"line" validate:"omitempty,max=100"`
	Email     string `json:"email" validate:"required,email"`
	Street    string `json:"street,omitempty" sanitize:"line" validate:"omitempty,max=200"`
	City      string `json:"city,omitempty" sanitize:"line" validate:"omitempty,max=60"`
}

// orderOf makes a body of about size bytes: people in lines when it is large.
func orderOf(t testing.TB, size int) string {
	t.Helper()
	p := bigPerson{"Conan", "O'Brien", "conan@example.ie", "12 Main Street", "Dublin"}
	o := bigOrder{
		ExternalRefID: "ref-2031-000017", CustomerIdentifier: "demo-customer", AccountIdentifier: "demo-acc1", UTID: "U561593", Amount: 25.5,
		EmailSubject: "Thank you for a great year", Campaign: "summer 2031", Notes: "left at the front desk, second floor",
		Message:   "Dear Conan,\n\nthank you for everything you did for us this year & for the cake. We all hope that you enjoy this little gift; you have earned it more than once. I <3 working with you!\n\nBest wishes from all of us at the office.",
		Recipient: p, Sender: p,
	}
	for range 190 {
		if len(marshal(t, o)) >= size-60 {
			break
		}
		if size < 4096 {
			o.Message += " And many more."
			continue
		}
		o.Lines = append(o.Lines, p)
		if len(o.Lines) >= 100 {
			o.Message += strings.Repeat(" And many more of these happy days to come, for you and yours.", 10)
		}
	}
	return marshal(t, o)
}

// marshal writes JSON as a client does that does not escape for HTML.
func marshal(t testing.TB, v any) string {
	t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	require.NoError(t, enc.Encode(v))
	return strings.TrimSpace(b.String())
}

// cpu is the processor time that this process has used. On a machine that is busy with other work it says more
// than the clock on the wall.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// once runs a request through h as cheaply as a benchmark can.
type once struct {
	e   *echo.Echo
	req *http.Request
	rec *httptest.ResponseRecorder
	rd  *strings.Reader
}

func newOnce(body string) *once {
	rd := strings.NewReader(body)
	req := httptest.NewRequest("POST", "/", rd)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Go-http-client/1.1")
	return &once{echo.New(), req, httptest.NewRecorder(), rd}
}

func (o *once) context(body string) echo.Context {
	o.rd.Reset(body)
	o.req.Body = io.NopCloser(o.rd)
	o.req.ContentLength = int64(len(body))
	return o.e.NewContext(o.req, o.rec)
}

var sizes = []struct {
	name string
	size int
}{{"1KB", 1 << 10}, {"64KB", 64 << 10}}

func BenchmarkChain(b *testing.B) {
	usual := validator.New()
	rows := []struct {
		name string
		h    func(b *testing.B) echo.HandlerFunc
	}{
		{"echo.Bind+validator", func(*testing.B) echo.HandlerFunc {
			return func(c echo.Context) error {
				var o bigOrder
				if err := c.Bind(&o); err != nil {
					return err
				}
				return usual.Struct(&o)
			}
		}},
		{"echo.Bind", func(*testing.B) echo.HandlerFunc {
			return func(c echo.Context) error { var o bigOrder; return c.Bind(&o) }
		}},
		{"json.v2", func(*testing.B) echo.HandlerFunc {
			return func(c echo.Context) error {
				var o bigOrder
				return jsonv2.UnmarshalRead(c.Request().Body, &o, jsonv2.RejectUnknownMembers(true))
			}
		}},
		{"json.v2+validator", func(*testing.B) echo.HandlerFunc {
			return func(c echo.Context) error {
				var o bigOrder
				if err := jsonv2.UnmarshalRead(c.Request().Body, &o, jsonv2.RejectUnknownMembers(true)); err != nil {
					return err
				}
				return usual.Struct(&o)
			}
		}},
		{"RejectBrowsers", func(*testing.B) echo.HandlerFunc {
			return middleware.RejectBrowsers()(func(echo.Context) error { return nil })
		}},
		{"Guard", func(*testing.B) echo.HandlerFunc {
			return middleware.Guard()(func(echo.Context) error { return nil })
		}},
		{"RejectBrowsers+Guard+Handle", func(b *testing.B) echo.HandlerFunc {
			h, err := middleware.Handle(middleware.HandleConfig{}, func(echo.Context, bigOrder) error { return nil })
			require.NoError(b, err)
			return middleware.RejectBrowsers()(middleware.Guard()(h))
		}},
	}
	for _, size := range sizes {
		body := orderOf(b, size.size)
		for _, row := range rows {
			b.Run("size="+size.name+"/"+row.name, func(b *testing.B) {
				h := row.h(b)
				o := newOnce(body)
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				began := cpu()
				for b.Loop() {
					if err := h(o.context(body)); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(cpu()-began)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

// BenchmarkRejectBrowsers is the check alone, on a request that passes: the one that must look at every sign.
func BenchmarkRejectBrowsers(b *testing.B) {
	h := middleware.RejectBrowsers()(func(echo.Context) error { return nil })
	o := newOnce("{}")
	for name, value := range map[string]string{"Accept": "*/*", "Accept-Encoding": "gzip", "Authorization": "Bearer x", "Content-Length": "2", "X-Request-Id": "0123456789"} {
		o.req.Header.Set(name, value)
	}
	c := o.context("{}")
	b.ReportAllocs()
	began := cpu()
	for b.Loop() {
		if err := h(c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cpu()-began)/float64(b.N), "cpu-ns/op")
}

// BenchmarkHostile shows that the cost of a byte does not grow with the body: the same row at two sizes has about
// the same cpu-ns/B.
func BenchmarkHostile(b *testing.B) {
	h := middleware.Guard()(func(echo.Context) error { return nil })
	repeated := func(open, middle, shut string) func(int) string {
		return func(size int) string {
			return open + strings.TrimSuffix(strings.Repeat(middle, size/len(middle)), ",") + shut
		}
	}
	for _, row := range []struct {
		name string
		body func(size int) string
	}{
		{"depth", repeated("", "[", "")},
		{"names", repeated("{", `"a":1,`, "}")},
		{"strings", repeated("[", `"a",`, "]")},
		{"numbers", repeated("[", `123456789012345678901234567890,`, "]")},
		{"long-number", repeated("", "9", "")},
		{"escapes", repeated(`["`, `\u0041`, `"]`)},
		{"attacks", repeated("[", `"<script>alert(1)</script>",`, "]")},
		{"one-attack", repeated(`["`, `<a onload=x `, `"]`)},
	} {
		for _, size := range []int{16 << 10, 60 << 10, 1000 << 10} {
			body := row.body(size)
			b.Run(fmt.Sprintf("%s/size=%dKB", row.name, size>>10), func(b *testing.B) {
				o := newOnce(body)
				began := cpu()
				for b.Loop() {
					_ = h(o.context(body))
				}
				b.ReportMetric(float64(cpu()-began)/float64(b.N)/float64(len(body)), "cpu-ns/B")
			})
		}
	}
}
