package tangoclient

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// seen is a request as the other side got it.
type seen struct {
	method, path, query, body, auth string
	at                              time.Time
}

// step answers one request.
type step func(req *http.Request) (*http.Response, error)

// script is an in-process RoundTripper that reads each request whole and answers it with the next step; the
// last step answers everything after it.
type script struct {
	mu    sync.Mutex
	steps []step
	got   []seen
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	n := len(s.got)
	s.got = append(s.got, seen{req.Method, req.URL.Path, req.URL.RawQuery, string(body), req.Header.Get("Authorization"), time.Now()})
	next := s.steps[min(n, len(s.steps)-1)]
	s.mu.Unlock()
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return next(req)
}

func (s *script) seen() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]seen(nil), s.got...)
}

// reply answers with a status, a body and headers given as name, value, ...
func reply(status int, body string, headers ...string) step {
	return func(req *http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"req-" + strconv.Itoa(status)}}
		for i := 0; i+1 < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: req, ContentLength: -1}, nil
	}
}

// fault answers with an error of the network.
func fault(err error) step {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// after delays a step; the delay ends when the request is cancelled.
func after(d time.Duration, next step) step {
	return func(req *http.Request) (*http.Response, error) {
		select {
		case <-time.After(d):
			return next(req)
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
}

// failed is Tango's error body with a key on top.
func failed(status int, key, message string) string {
	return `{"timestamp":"2026-01-02T03:04:05.6Z","requestId":"r","path":"/raas/v2/orders","httpCode":` + strconv.Itoa(status) +
		`,"httpPhrase":"x","i18nKey":"` + key + `","message":"` + message + `"}`
}

const (
	testKey  = "platform-key-that-is-secret-0001"
	testCode = "GIFT-CODE-9911-2233-4455"
)

// newTestClient makes a client on a script, without pace unless mod says otherwise.
func newTestClient(t *testing.T, s *script, mod ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{Environment: Sandbox, Credentials: Basic("test-platform", NewSecret(testKey)), InsecureTransport: s, NoPace: true}
	for _, m := range mod {
		m(&cfg)
	}
	watch(&cfg)
	c, err := New(cfg)
	require.NoError(t, err)
	return c
}

// logTo sends the log into b.
func logTo(b *syncBuffer) func(*Config) {
	return func(c *Config) {
		c.Logger = slog.New(slog.NewJSONHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// goodOrder is an order that nothing is wrong with.
func goodOrder(mod ...func(*OrderRequest)) OrderRequest {
	r := OrderRequest{
		ExternalRefID: "ref-1", CustomerIdentifier: "demo-customer", AccountIdentifier: "demo-acc1", UTID: "U561593",
		Amount: MustParseAmount("25.00"), DeliveryMethod: "EMAIL",
		Recipient: &Recipient{FirstName: "Aoife", LastName: "O'Brien", Email: "aoife@example.com"},
		Sender:    &Sender{FirstName: "Ben", LastName: "Smith & Sons"}, EmailSubject: "You & me", Message: "I <3 you",
	}
	for _, m := range mod {
		m(&r)
	}
	return r
}

// placed is Tango's answer to goodOrder, with replacements given as old, new, ...
func placed(replace ...string) string {
	return strings.NewReplacer(replace...).Replace(`{"referenceOrderID":"RA260101-1-1","referenceLineItemID":"L1","externalRefID":"ref-1",
	"customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","utid":"U561593","deliveryMethod":"EMAIL","status":"COMPLETE",
	"amountCharged":{"value":25.00,"currencyCode":"USD","exchangeRate":"1.0","fee":0,"total":25.00},
	"denomination":{"value":25.00,"currencyCode":"USD"},"rewardName":"Demo","createdAt":"2026-01-02T03:04:05.6Z",
	"sender":{"firstName":"Ben","lastName":"Smith & Sons"},"somethingNew":{"a":[1]},
	"recipient":{"firstName":"Aoife","lastName":"O'Brien","email":"aoife@example.com"},
	"reward":{"credentials":{"PIN":"` + testCode + `"},"credentialList":[{"label":"PIN","value":"` + testCode + `","type":"text","credentialType":"PIN"}]}}`)
}

var background = context.Background()
