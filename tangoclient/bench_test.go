package tangoclient

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// answering is a server that answers every order with 201.
func answering(tb testing.TB) string {
	body := []byte(placed())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", "5a3c8e9a-0000-4000-8000-000000000000")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(body)
	}))
	tb.Cleanup(srv.Close)
	return srv.URL
}

// BenchmarkCreateOrder holds CreateOrder, with all its checks, against a bare POST of the same JSON over the
// same loopback connection. The goal is 1.5 times at most.
func BenchmarkCreateOrder(b *testing.B) {
	base := answering(b)
	b.Run("client=tangoclient", func(b *testing.B) {
		c, err := New(Config{Environment: Sandbox, Credentials: Basic("p", NewSecret(testKey)), BaseURL: base + "/raas/v2", NoPace: true})
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.CreateOrder(background, goodOrder()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("client=net-http", func(b *testing.B) {
		r := goodOrder()
		body, err := encode(&r)
		require.NoError(b, err)
		hc := &http.Client{Transport: &http.Transport{}}
		b.ReportAllocs()
		for b.Loop() {
			req, err := http.NewRequestWithContext(background, http.MethodPost, base+"/raas/v2/orders", bytes.NewReader(body))
			if err != nil {
				b.Fatal(err)
			}
			req.SetBasicAuth("p", testKey)
			req.Header.Set("Content-Type", "application/json")
			resp, err := hc.Do(req)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadAll(resp.Body); err != nil {
				b.Fatal(err)
			}
			resp.Body.Close()
		}
	})
}

// BenchmarkPreflight is what the checks alone cost.
func BenchmarkPreflight(b *testing.B) {
	c, err := New(Config{Environment: Sandbox, Credentials: Basic("p", NewSecret(testKey))})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Preflight(goodOrder()); err != nil {
			b.Fatal(err)
		}
	}
}
