// Package fuzz lets you fuzz your own handlers and request types as this project fuzzes its own.
//
//	func FuzzBackend(f *testing.F) { fuzz.Handler(f, newBackend()) }
//	func FuzzOrder(f *testing.F)   { fuzz.Type[Order](f) }
//
// Both are seeded with the attacks, honest texts and orders of package testdata. What they hold against you is
// stated at each; a handler that passes is not thereby free of faults. A target fails when it has no seeds.
//
// Run a target with go test -fuzz, and every target of this project, one after the other, with .ci/fuzz:
//
//	.ci/fuzz 240s        the time shared out
//	.ci/fuzz 5m each     that much for every target
//
// For OSS-Fuzz, which leaves out the seeds of a target, go run ./internal/ossfuzz -o $OUT writes them as archives,
// TARGET_seed_corpus.zip.
package fuzz

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/tangoguard/tangoguard/middleware"
	"github.com/tangoguard/tangoguard/sanitize"
	"github.com/tangoguard/tangoguard/testdata"
	"github.com/tangoguard/tangoguard/validate"
)

// Handler fuzzes h with the bytes of whole HTTP/1 requests. What net/http cannot read is skipped: h never sees
// it. It fails when
//
//   - h panics,
//   - h answers with a status of 500 or above other than 503, or with none between 100 and 599,
//   - an answer of 400 or above calls itself JSON and is not.
//
// Requests carry no credentials of yours; give h a test user that needs none, or put a handler in front that
// adds them. A target without seeds fails.
func Handler(f *testing.F, h http.Handler) {
	f.Helper()
	for _, seed := range Requests(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { Serve(t, h, raw) })
}

// Serve is one step of [Handler]: it sends raw through h, applies its rules and returns the answer, or nil if
// net/http cannot read raw.
func Serve(t testing.TB, h http.Handler, raw []byte) *httptest.ResponseRecorder {
	t.Helper()
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return nil
	}
	req.RemoteAddr = "192.0.2.1:1234" // RFC 5737
	rec := httptest.NewRecorder()
	serve(t, h, rec, req)
	if rec.Code < 100 || rec.Code > 599 || rec.Code >= 500 && rec.Code != http.StatusServiceUnavailable {
		t.Fatalf("status %d", rec.Code)
	}
	kind, _, _ := mime.ParseMediaType(rec.Header().Get("Content-Type"))
	if rec.Code >= 400 && strings.HasSuffix(kind, "json") && rec.Body.Len() > 0 && !json.Valid(rec.Body.Bytes()) {
		t.Fatalf("status %d with broken JSON: %q", rec.Code, rec.Body)
	}
	return rec
}

func serve(t testing.TB, h http.Handler, w http.ResponseWriter, req *http.Request) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler {
			t.Fatalf("the handler panicked: %v", p)
		}
	}()
	h.ServeHTTP(w, req)
}

// Type fuzzes a request type behind middleware.HandleHTTP with bodies. It fails when
//
//   - the tags of T are wrong,
//   - the handler panics or answers 500 and above, or answers broken JSON,
//   - a value that was accepted breaks a rule of its own tags, or would be changed by cleaning it once more,
//   - a value that was accepted is refused when it is sent again as json.Marshal writes it, or comes out
//     differently.
//
// A type whose JSON does not read back as it was written (a field that only one direction knows) fails the last
// rule; that is a finding too.
func Type[T any](f *testing.F) {
	f.Helper()
	var got *T
	h, err := middleware.HandleHTTP(middleware.HandleConfig{}, func(_ http.ResponseWriter, _ *http.Request, v T) error {
		got = &v
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range bodies[T](f) {
		f.Add(seed)
	}
	send := func(t *testing.T, body []byte) *T {
		got = nil
		req := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		serve(t, h, rec, req)
		if rec.Code >= 500 || rec.Code >= 400 && !json.Valid(rec.Body.Bytes()) {
			t.Fatalf("status %d: %q", rec.Code, rec.Body)
		}
		return got
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		first := send(t, body)
		if first == nil {
			return
		}
		if err := validate.Struct(first); err != nil {
			t.Fatalf("accepted against its own rules: %v", err)
		}
		written := marshal(t, first)
		if changes, err := sanitize.Struct(first); err != nil || len(changes) > 0 {
			t.Fatalf("accepted, and cleaning changes it once more: %v %v", changes, err)
		}
		second := send(t, written)
		if second == nil {
			t.Fatalf("accepted, and refused when sent again")
		}
		if again := marshal(t, second); !bytes.Equal(written, again) {
			t.Fatalf("comes out differently when sent again")
		}
	})
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("accepted, and cannot be written: %v", err)
	}
	return b
}

// Requests are the seeds of [Handler]: every order, and every text in a body, a query or a path.
func Requests(f *testing.F) [][]byte {
	f.Helper()
	var out [][]byte
	add := func(method, target, kind, body string) {
		out = append(out, []byte(fmt.Sprintf("%s %s HTTP/1.1\r\nHost: api.example\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
			method, target, kind, len(body), body)))
	}
	for _, o := range orders(f) {
		add("POST", "/orders", "application/json", string(o))
	}
	for i, text := range texts(f) {
		quoted, err := json.Marshal(text)
		if err != nil {
			f.Fatal(err)
		}
		switch i % 3 {
		case 0:
			add("POST", "/orders", "application/json", `{"message":`+string(quoted)+`}`)
		case 1:
			add("GET", "/orders?q="+escape(text), "application/json", "")
		case 2:
			add("POST", "/orders/"+escape(text), "application/x-www-form-urlencoded", "a="+escape(text))
		}
	}
	for _, raw := range []string{
		"POST /orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n",
		"POST /orders HTTP/1.0\r\nHost: a\r\nOrigin: null\r\n\r\n",
		"POST /orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
		"POST /orders HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 67\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n",
		"POST /orders HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
		"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
	} {
		out = append(out, []byte(raw))
	}
	return out
}

// escape writes every byte as a query and a path carry it.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02X", s[i])
	}
	return b.String()
}

// bodies are seeds for a type: its own shape with texts in it, and every order.
func bodies[T any](f *testing.F) [][]byte {
	f.Helper()
	out := orders(f)
	var zero T
	for _, text := range texts(f) {
		v := reflect.New(reflect.TypeFor[T]()).Elem()
		fillTexts(v, text, 0)
		if b, err := json.Marshal(v.Interface()); err == nil {
			out = append(out, b)
		}
	}
	if b, err := json.Marshal(zero); err == nil {
		out = append(out, b)
	}
	return append(out, []byte(`null`), []byte(`{"a":1,"a":2}`), []byte(`[]`), []byte(`{"\ud800":1e999}`))
}

// fillTexts puts text into every string of v, at most three containers deep.
func fillTexts(v reflect.Value, text string, depth int) {
	if depth > 6 || !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillTexts(v.Elem(), text, depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			fillTexts(v.Field(i), text, depth+1)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillTexts(v.Index(0), text, depth+1)
	}
}

func orders(f *testing.F) [][]byte {
	f.Helper()
	all, err := testdata.Orders()
	if err != nil {
		f.Fatal(err)
	}
	if len(all) == 0 {
		f.Fatal("no seeds: testdata has no orders")
	}
	out := make([][]byte, len(all))
	for i, o := range all {
		out[i] = o.Request
	}
	return out
}

func texts(f *testing.F) []string {
	f.Helper()
	attacks, err1 := testdata.Attacks()
	benign, err2 := testdata.Benign()
	if err1 != nil || err2 != nil || len(attacks) == 0 || len(benign) == 0 {
		f.Fatalf("no seeds: %d attacks (%v), %d honest texts (%v)", len(attacks), err1, len(benign), err2)
	}
	return append(spread(attacks), spread(benign)...)
}

// most is how many texts of a corpus become seeds. A target measures all its seeds before it begins to search.
const most = 80

// spread takes texts from the whole corpus, evenly.
func spread(lines []testdata.Line) []string {
	out := make([]string, 0, most)
	for i := range min(most, len(lines)) {
		out = append(out, lines[i*len(lines)/min(most, len(lines))].Text)
	}
	return out
}
