package tangoclient

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAmazonRootsAreWhatTheyShouldBe(t *testing.T) {
	// SHA-256 of the certificates, as Amazon Trust Services publishes them.
	want := map[string]string{
		"Amazon Root CA 1": "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
		"Amazon Root CA 2": "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
		"Amazon Root CA 3": "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
		"Amazon Root CA 4": "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
		"Starfield Services Root Certificate Authority - G2": "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
	}
	got := map[string]string{}
	for _, c := range amazonRoots() {
		sum := sha256.Sum256(c.Raw)
		got[c.Subject.CommonName] = hex.EncodeToString(sum[:])
		assert.True(t, c.IsCA)
	}
	assert.Equal(t, want, got)
	pool := x509.NewCertPool()
	for _, c := range amazonRoots() {
		pool.AddCert(c)
	}
	assert.True(t, pool.Equal(AmazonRoots()))
}

// chain is a CA with an intermediate, made for one test.
type chain struct {
	roots           *x509.CertPool
	intermediate    *x509.Certificate
	intermediateKey *ecdsa.PrivateKey
	t               *testing.T
}

func newChain(t *testing.T) *chain {
	rootKey := newKey(t)
	root := sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: "test root"}, IsCA: true}, nil, rootKey, rootKey)
	c := &chain{roots: x509.NewCertPool(), intermediateKey: newKey(t), t: t}
	c.roots.AddCert(root)
	c.intermediate = sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: "test intermediate"}, IsCA: true}, root, c.intermediateKey, rootKey)
	return c
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return k
}

func sign(t *testing.T, c, parent *x509.Certificate, key, parentKey *ecdsa.PrivateKey) *x509.Certificate {
	c.SerialNumber = big.NewInt(time.Now().UnixNano())
	c.BasicConstraintsValid = true
	if c.NotAfter.IsZero() {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	if c.IsCA {
		c.KeyUsage = x509.KeyUsageCertSign
	}
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, parentKey)
	require.NoError(t, err)
	out, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return out
}

// leaf makes a server certificate for 127.0.0.1, changed by mod.
func (c *chain) leaf(withIntermediate bool, mod func(*x509.Certificate)) tls.Certificate {
	key := newKey(c.t)
	tmpl := &x509.Certificate{Subject: pkix.Name{CommonName: "leaf"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if mod != nil {
		mod(tmpl)
	}
	cert := sign(c.t, tmpl, c.intermediate, key, c.intermediateKey)
	out := tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
	if withIntermediate {
		out.Certificate = append(out.Certificate, c.intermediate.Raw)
	}
	return out
}

func TestThePeerIsVerified(t *testing.T) {
	c := newChain(t)
	good := c.leaf(true, nil)
	for _, row := range []struct {
		name string
		cert tls.Certificate
		max  uint16
		mod  func(*Config)
		says string // "" is success
	}{
		{"a whole chain", good, 0, nil, ""},
		{"TLS 1.2", good, tls.VersionTLS12, nil, ""},
		{"wrong host", c.leaf(true, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"other.example"} }), 0, nil, "127.0.0.1"},
		{"expired", c.leaf(true, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
		}), 0, nil, "expired"},
		{"missing intermediate", c.leaf(false, nil), 0, nil, "unknown authority"},
		{"unknown CA", newChain(t).leaf(true, nil), 0, nil, "unknown authority"},
		{"pinned to Amazon", good, 0, func(c *Config) { c.RootCAs, c.PinAmazonRoots = nil, true }, "unknown authority"},
		{"the system's roots", good, 0, func(c *Config) { c.RootCAs = nil }, "certificate"},
		{"TLS 1.1", good, tls.VersionTLS11, nil, "protocol version"},
		{"no certificate for servers", c.leaf(true, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), 0, nil, "usage"},
	} {
		t.Run(row.name, func(t *testing.T) {
			served := 0
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				served++
				_, _ = io.WriteString(w, placed())
			}))
			srv.Config.ErrorLog = log.New(io.Discard, "", 0)
			srv.TLS = &tls.Config{Certificates: []tls.Certificate{row.cert}, MaxVersion: row.max, MinVersion: tls.VersionTLS10}
			srv.StartTLS()
			defer srv.Close()
			cfg := Config{Environment: Sandbox, Credentials: Basic("test-platform", NewSecret(testKey)), BaseURL: srv.URL + "/raas/v2", RootCAs: c.roots, NoPace: true}
			if row.mod != nil {
				row.mod(&cfg)
			}
			client, err := New(cfg)
			require.NoError(t, err)
			_, err = client.GetOrder(t.Context(), "RA260101-1-1")
			if row.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, row.says)
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, 1, e.Attempts, "a peer that is not who it should be gets no second chance")
			assert.Zero(t, served)
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for _, row := range []struct {
		name string
		mod  func(*Config)
		says string
	}{
		{"no environment", func(c *Config) { c.Environment = 0 }, "Environment"},
		{"an unknown environment", func(c *Config) { c.Environment = 3 }, "Environment"},
		{"no credentials", func(c *Config) { c.Credentials = nil }, "Credentials"},
		{"InsecureSkipVerify", func(c *Config) { c.TLS = &tls.Config{InsecureSkipVerify: true} }, "InsecureSkipVerify"},
		{"KeyLogWriter", func(c *Config) { c.TLS = &tls.Config{KeyLogWriter: io.Discard} }, "KeyLogWriter"},
		{"TLS 1.1", func(c *Config) { c.TLS = &tls.Config{MinVersion: tls.VersionTLS11} }, "MinVersion"},
		{"at most TLS 1.1", func(c *Config) { c.TLS = &tls.Config{MaxVersion: tls.VersionTLS11} }, "MaxVersion"},
		{"two root pools", func(c *Config) { c.RootCAs, c.TLS = x509.NewCertPool(), &tls.Config{RootCAs: x509.NewCertPool()} }, "RootCAs"},
		{"pin and roots", func(c *Config) { c.RootCAs, c.PinAmazonRoots = x509.NewCertPool(), true }, "PinAmazonRoots"},
		{"a base URL elsewhere", func(c *Config) { c.BaseURL = "https://evil.example/raas/v2" }, "InsecureBaseURL"},
		{"a host that looks like loopback", func(c *Config) { c.BaseURL = "http://127.0.0.1.evil.example/" }, "loopback"},
		{"plain http elsewhere", func(c *Config) { c.InsecureBaseURL = "http://10.0.0.1/raas/v2" }, "plain http"},
		{"userinfo", func(c *Config) { c.BaseURL = "http://u:p@127.0.0.1/raas/v2" }, "user name"},
		{"a query", func(c *Config) { c.BaseURL = "http://127.0.0.1/raas/v2?a=1" }, "query"},
		{"an empty query", func(c *Config) { c.BaseURL = "http://127.0.0.1/raas/v2?" }, "query"},
		{"a fragment", func(c *Config) { c.BaseURL = "http://127.0.0.1/raas/v2#a" }, "fragment"},
		{"another scheme", func(c *Config) { c.BaseURL = "file://127.0.0.1/raas/v2" }, "scheme"},
		{"no URL", func(c *Config) { c.BaseURL = "127.0.0.1:80" }, "absolute"},
		{"two base URLs", func(c *Config) { c.BaseURL, c.InsecureBaseURL = "http://127.0.0.1/", "https://a.example/" }, "at most one"},
		{"six attempts", func(c *Config) { c.MaxAttempts = 6 }, "MaxAttempts"},
		{"a negative time", func(c *Config) { c.MaxElapsed = -1 }, "MaxElapsed"},
		{"a transport and TLS", func(c *Config) {
			c.InsecureTransport, c.TLS = http.DefaultTransport, &tls.Config{MinVersion: tls.VersionTLS13}
		}, "InsecureTransport"},
		{"a transport that verifies nothing", func(c *Config) {
			c.InsecureTransport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
		}, "InsecureSkipVerify"},
		{"a transport with its own TLS", func(c *Config) {
			c.InsecureTransport = &http.Transport{DialTLSContext: (&net.Dialer{}).DialContext}
		}, "DialTLS"},
		{"a decorator that gives nothing", func(c *Config) { c.WrapTransport = func(http.RoundTripper) http.RoundTripper { return nil } }, "WrapTransport"},
	} {
		t.Run(row.name, func(t *testing.T) {
			cfg := Config{Environment: Sandbox, Credentials: Basic("test-platform", NewSecret(testKey))}
			row.mod(&cfg)
			_, err := New(cfg)
			require.ErrorContains(t, err, row.says)
		})
	}
	_, err := New(Config{BaseURL: "ftp://x", MaxAttempts: 9, TLS: &tls.Config{InsecureSkipVerify: true}})
	for _, part := range []string{"Environment", "Credentials", "BaseURL", "MaxAttempts", "InsecureSkipVerify"} {
		require.ErrorContains(t, err, part, "all mistakes are reported together")
	}
	_, err = New(Config{Environment: Sandbox, Credentials: Pair(nil, Basic("a:b", Secret{}))})
	for _, part := range []string{"source 1", "colon", "key"} {
		require.ErrorContains(t, err, part)
	}
}

func TestTheEnvironmentDecidesTheHosts(t *testing.T) {
	for env, want := range map[Environment]string{
		Sandbox:    "https://integration-api.tangocard.com/raas/v2/orders/RA-1",
		Production: "https://api.tangocard.com/raas/v2/orders/RA-1",
	} {
		var got string
		rt := roundTripper(func(r *http.Request) (*http.Response, error) {
			got = r.URL.String()
			return reply(404, "")(r)
		})
		c := newTestClient(t, nil, func(c *Config) { c.Environment, c.InsecureTransport = env, rt })
		_, err := c.GetOrder(t.Context(), "RA-1")
		require.ErrorIs(t, err, ErrNotFound)
		assert.Equal(t, want, got)
	}
}

func TestConfigIsCopied(t *testing.T) {
	conf := &tls.Config{MinVersion: tls.VersionTLS13}
	rt, err := newTransport(&Config{TLS: conf})
	require.NoError(t, err)
	conf.InsecureSkipVerify, conf.MinVersion = true, tls.VersionTLS10
	got := rt.(*http.Transport).TLSClientConfig
	assert.False(t, got.InsecureSkipVerify)
	assert.Equal(t, uint16(tls.VersionTLS13), got.MinVersion)
	assert.True(t, strings.HasPrefix(Sandbox.String(), "S"))
}
