package tangotest_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

func TestTLS(t *testing.T) {
	sb := open(t, nil)
	srv := httptest.NewUnstartedServer(sb.Handler())
	cfg, root, err := sb.TLS()
	require.NoError(t, err)
	srv.TLS = cfg
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshakes
	srv.StartTLS()
	defer srv.Close()
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(root))
	get := func(url string, roots *x509.CertPool) error {
		rt := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}
		status, _, err := try(t.Context(), rt, url, "GET", "/accounts", "")
		if err == nil {
			assert.Equal(t, 200, status)
		}
		return err
	}
	assert.NoError(t, get(srv.URL, pool))
	assert.NoError(t, get(strings.Replace(srv.URL, "127.0.0.1", "localhost", 1), pool), "with a server name")
	var unknown x509.UnknownAuthorityError
	assert.ErrorAs(t, get(srv.URL, x509.NewCertPool()), &unknown, "without the root")

	require.NoError(t, sb.Play(
		tangotest.Fault{Do: tangotest.Certificate, Cert: "expired"},
		tangotest.Fault{Do: tangotest.Certificate, Cert: "wrong-host"},
		tangotest.Fault{Do: tangotest.Certificate, Cert: "no-intermediate"}))
	var invalid x509.CertificateInvalidError
	assert.ErrorAs(t, get(srv.URL, pool), &invalid)
	var host x509.HostnameError
	assert.ErrorAs(t, get(srv.URL, pool), &host)
	assert.ErrorAs(t, get(srv.URL, pool), &unknown)
	assert.NoError(t, get(srv.URL, pool), "each acts once")
	assert.NoError(t, sb.Play(tangotest.Fault{Do: tangotest.Certificate, Cert: "expired", Times: -1}))
	assert.Error(t, get(srv.URL, pool))
	sb.Heal()
	assert.NoError(t, get(srv.URL, pool))
}
