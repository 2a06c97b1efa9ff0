package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

// question is one request that both the service and the sandbox are asked. None changes anything.
type question struct {
	says   string
	method string
	path   string
	header [2]string
	bare   bool // without credentials
}

// questions are chosen so that the answers show what Tango's documents leave open.
func questions() []question {
	return []question{
		{says: "accounts, an array", method: "GET", path: "/accounts"},
		{says: "accounts, a page", method: "GET", path: "/accounts?paginate=true&maxResults=1"},
		{says: "customers", method: "GET", path: "/customers"},
		{says: "orders, a page", method: "GET", path: "/orders?elementsPerBlock=1"},
		{says: "too large a page", method: "GET", path: "/orders?elementsPerBlock=101"},
		{says: "credit cards", method: "GET", path: "/creditCards"},
		{says: "brand categories", method: "GET", path: "/brandCategories"},
		{says: "catalogue", method: "GET", path: "/catalogs"},
		{says: "exchange rates", method: "GET", path: "/exchangerates"},
		{says: "credential types", method: "GET", path: "/credentialtypes"},
		{says: "reward countries", method: "GET", path: "/rewardCountries"},
		{says: "mobile countries", method: "GET", path: "/mobileCountries"},
		{says: "pulse", method: "GET", path: "/pulse"},
		{says: "an order that does not exist", method: "GET", path: "/orders/RA000000-0-0"},
		{says: "an account that does not exist", method: "GET", path: "/accounts/no-such-account-here"},
		{says: "no credentials", method: "GET", path: "/accounts", bare: true},
		{says: "a GET with an Origin", method: "GET", path: "/accounts", header: [2]string{"Origin", "https://example.com"}},
		{says: "a preflight", method: "OPTIONS", path: "/orders", header: [2]string{"Access-Control-Request-Method", "POST"}, bare: true},
		{says: "an unknown path", method: "GET", path: "/no-such-path"},
	}
}

// compare asks the service and the sandbox the same and prints where the answers differ in status, content
// type, member names and JSON kinds. It prints no value.
func (d *doctor) compare(ctx context.Context) bool {
	sb, err := tangotest.New(tangotest.Config{NoPace: true})
	if err != nil {
		d.say("FAIL", "sandbox: %v", err)
		return false
	}
	defer sb.Close()
	differ := 0
	for _, q := range questions() {
		if err := d.wait(ctx); err != nil {
			d.say("FAIL", "stopped: %v", err)
			return false
		}
		live, err := ask(ctx, d.tap.rt, d.tap.base, d.tap.auth, q)
		if err != nil {
			d.say("FAIL", "%s: no answer", q.says)
			return false
		}
		r := &http.Request{Header: http.Header{}}
		r.SetBasicAuth("demo-platform", "demo-platform-key-0001") // the sandbox's own, documented key
		believed, err := ask(ctx, sb.Transport(), "http://sandbox.invalid/raas/v2", r.Header.Get("Authorization"), q)
		if err != nil {
			d.say("FAIL", "%s: the sandbox does not answer: %v", q.says, err)
			return false
		}
		for _, line := range differences(live, believed) {
			differ++
			d.say("diff", "%s (%s %s): %s", q.says, q.method, q.path, line)
		}
	}
	if differ == 0 {
		d.say("ok", "the service answers %d questions as the sandbox believes", len(questions()))
	}
	return true
}

// shape is an answer without its values.
type shape struct {
	status      int
	contentType string
	requestID   bool
	challenge   bool                       // WWW-Authenticate
	cors        bool                       // any Access-Control-* header
	kinds       map[string]map[string]bool // by path: the JSON kinds seen there
	empty       map[string]bool            // lists that were empty
}

const maxDoctorBody = 64 << 20

func ask(ctx context.Context, rt http.RoundTripper, base, auth string, q question) (shape, error) {
	r, err := http.NewRequestWithContext(ctx, q.method, base+q.path, nil)
	if err != nil {
		return shape{}, err
	}
	r.Header.Set("Accept", "application/json")
	if !q.bare {
		r.Header.Set("Authorization", auth)
	}
	if q.header[0] != "" {
		r.Header.Set(q.header[0], q.header[1])
	}
	resp, err := rt.RoundTrip(r)
	if err != nil {
		return shape{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxDoctorBody))
	if err != nil {
		return shape{}, err
	}
	ct, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	s := shape{
		status: resp.StatusCode, contentType: ct, requestID: resp.Header.Get("X-REQUEST-ID") != "",
		challenge: resp.Header.Get("WWW-Authenticate") != "",
		kinds:     map[string]map[string]bool{}, empty: map[string]bool{},
	}
	for name := range resp.Header {
		s.cors = s.cors || strings.HasPrefix(name, "Access-Control-")
	}
	s.walk(body)
	return s, nil
}

// openMaps have member names that are data.
var openMaps = []string{"imageUrls", "credentials"}

// walk notes the JSON kinds of every path. A body that is no JSON has none.
func (s *shape) walk(body []byte) {
	d := jsontext.NewDecoder(bytes.NewReader(body))
	for {
		depth := d.StackDepth()
		t, err := d.ReadToken()
		if err != nil {
			return
		}
		k := t.Kind()
		if k == '}' || k == ']' {
			continue
		}
		if in, n := d.StackIndex(depth); in == '{' && n%2 == 1 && k == '"' && depth == d.StackDepth() {
			continue // a member's name
		}
		path, open := generalPath(d.StackPointer())
		if open {
			continue
		}
		if s.kinds[path] == nil {
			s.kinds[path] = map[string]bool{}
		}
		s.kinds[path][kindName(k)] = true
		if k == '[' && d.PeekKind() == ']' {
			s.empty[path] = true
		}
	}
}

// generalPath writes list indexes as [] and tells whether the path lies in an open map.
func generalPath(p jsontext.Pointer) (path string, open bool) {
	var b strings.Builder
	inOpen := false
	for tok := range p.Tokens() {
		if inOpen {
			return "", true
		}
		if strings.Trim(tok, "0123456789") == "" && tok != "" {
			b.WriteString("[]")
			continue
		}
		inOpen = slices.Contains(openMaps, tok)
		b.WriteString("." + tok)
	}
	return strings.TrimPrefix(b.String(), "."), false
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '{':
		return "object"
	case '[':
		return "list"
	case '"':
		return "string"
	case '0':
		return "number"
	case 'n':
		return "null"
	}
	return "boolean"
}

// differences says how an answer differs from what is believed. What lies in a list that one of the two has
// empty, or whose value is null in one, is not compared.
func differences(live, believed shape) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if live.status != believed.status {
		say("status %d, believed %d", live.status, believed.status)
	}
	if live.contentType != believed.contentType {
		say("content type %q, believed %q", live.contentType, believed.contentType)
	}
	for _, h := range []struct {
		name           string
		live, believed bool
	}{
		{"X-REQUEST-ID", live.requestID, believed.requestID},
		{"WWW-Authenticate", live.challenge, believed.challenge},
		{"Access-Control-*", live.cors, believed.cors},
	} {
		if h.live != h.believed {
			say("header %s there: %t, believed %t", h.name, h.live, h.believed)
		}
	}
	paths := maps.Clone(live.kinds)
	maps.Copy(paths, believed.kinds)
	for _, p := range slices.Sorted(maps.Keys(paths)) {
		l, b := live.kinds[p], believed.kinds[p]
		switch {
		case hidden(p, live) || hidden(p, believed):
		case l == nil:
			say("%s: not there, believed %s", p, kindList(b))
		case b == nil:
			say("%s: %s, not believed to be there", p, kindList(l))
		case !agree(l, b):
			say("%s: %s, believed %s", p, kindList(l), kindList(b))
		}
	}
	return out
}

// agree reports whether the kinds share one, null aside: a member may be null on one side.
func agree(a, b map[string]bool) bool {
	if len(a) == 1 && a["null"] || len(b) == 1 && b["null"] {
		return true
	}
	for k := range a {
		if k != "null" && b[k] {
			return true
		}
	}
	return false
}

// hidden reports whether a path lies in something that an answer has as null or as an empty list.
func hidden(path string, s shape) bool {
	for i := range path {
		if path[i] != '.' && path[i] != '[' {
			continue
		}
		parent := path[:i]
		if k := s.kinds[parent]; len(k) == 1 && k["null"] || s.empty[parent] && s.kinds[parent+"[]"] == nil {
			return true
		}
	}
	return false
}

func kindList(m map[string]bool) string { return strings.Join(slices.Sorted(maps.Keys(m)), " or ") }
