package tangoclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-json-experiment/json"
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

// BenchmarkCreateOrder holds CreateOrder, with all its checks, against a POST of the same JSON with net/http alone,
// over the same loopback connection. The goal is 1.5 times at most.
//
// net-http is what a careful program writes by hand: its own request with the same 15 s, a bounded reply that is read
// whole, its status looked at and its JSON decoded into the same type. The body is there already, the credentials are
// known, nothing is checked, and who goes away cuts the order off. net-http-raw leaves out even the 15 s and the
// decoding: it tells what loopback and net/http cost, which is the lower bound of both.
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
	r := goodOrder()
	body, err := encode(&r)
	require.NoError(b, err)
	hc := &http.Client{Transport: &http.Transport{}}
	post := func(ctx context.Context) ([]byte, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/raas/v2/orders", bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.SetBasicAuth("p", testKey)
		req.Header.Set("Content-Type", "application/json")
		resp, err := hc.Do(req)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusCreated {
			return nil, errors.New(resp.Status)
		}
		return io.ReadAll(io.LimitReader(resp.Body, maxReply))
	}
	b.Run("client=net-http", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ctx, cancel := context.WithTimeout(background, AttemptTimeout)
			reply, err := post(ctx)
			cancel()
			if err == nil {
				err = json.Unmarshal(reply, new(Order))
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("client=net-http-raw", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := post(background); err != nil {
				b.Fatal(err)
			}
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
