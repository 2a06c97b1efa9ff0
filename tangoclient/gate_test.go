package tangoclient

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheGateOfEachTransport holds the gate against what a server really got, over every way on which the body of
// a write can leave.
func TestTheGateOfEachTransport(t *testing.T) {
	for _, row := range []struct {
		name   string
		http2  bool
		traced bool
		mod    func(*Config)
	}{
		{"HTTP/1.1", false, true, func(*Config) {}},
		{"HTTP/2", true, true, func(*Config) {}},
		{"HTTP/1.1, with a decorator", false, false, func(c *Config) { c.WrapTransport = func(rt http.RoundTripper) http.RoundTripper { return rt } }},
		{"HTTP/2, with a decorator", true, false, func(c *Config) { c.WrapTransport = func(rt http.RoundTripper) http.RoundTripper { return rt } }},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got atomic.Int64
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, row.http2, r.ProtoMajor == 2)
				body, _ := io.ReadAll(r.Body)
				got.Add(int64(len(body)))
				panic(http.ErrAbortHandler) // no answer
			}))
			srv.EnableHTTP2 = row.http2
			srv.StartTLS()
			t.Cleanup(srv.Close)
			cfg := Config{Environment: Sandbox, Credentials: Basic("p", NewSecret(testKey)), BaseURL: srv.URL, NoPace: true, RootCAs: x509.NewCertPool()}
			cfg.RootCAs.AddCert(srv.Certificate())
			row.mod(&cfg)
			watch(&cfg)
			c, err := New(cfg)
			require.NoError(t, err)
			require.Equal(t, row.traced, c.traced)
			auth, err := c.auth.authorize(t.Context())
			require.NoError(t, err)
			cl := &call{op: opResendOrder, method: http.MethodPost, path: "/orders", body: []byte(`{"newEmail":"a@example.com"}`)}

			a := c.exchange(t.Context(), cl, new(gate), auth, 0)
			require.Error(t, a.err)
			assert.True(t, a.sent, "the server had it all and did not answer")
			assert.EqualValues(t, len(cl.body), got.Swap(0))

			shut := new(gate)
			require.True(t, shut.shut())
			a = c.exchange(t.Context(), cl, shut, auth, 0)
			require.Error(t, a.err)
			assert.False(t, a.sent)
			assert.Zero(t, got.Load(), "nothing of a body may leave a gate that is shut")
		})
		t.Run(row.name+", nobody there", func(t *testing.T) {
			cfg := Config{Environment: Sandbox, Credentials: Basic("p", NewSecret(testKey)), NoPace: true,
				DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }}
			row.mod(&cfg)
			watch(&cfg)
			c, err := New(cfg)
			require.NoError(t, err)
			auth, err := c.auth.authorize(t.Context())
			require.NoError(t, err)
			a := c.exchange(t.Context(), &call{op: opResendOrder, method: http.MethodPost, path: "/orders", body: []byte(`{}`)}, new(gate), auth, 0)
			require.ErrorContains(t, a.err, "connection refused")
			assert.False(t, a.sent)
		})
	}
}
