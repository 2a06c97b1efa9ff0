package tangotest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

// token asks for one; the changes replace or ("x=") empty parameters.
func token(t *testing.T, sb *tangotest.Sandbox, changes ...string) (int, string, map[string]any) {
	t.Helper()
	form := url.Values{"client_id": {"demo-client"}, "client_secret": {"demo-client-secret-0001"}, "grant_type": {"password"},
		"username": {"demo-user"}, "password": {"demo-user-password-0001"}, "scope": {"raas.all"}, "audience": {"https://api.tangocard.com/"}}
	for _, c := range changes {
		k, v, _ := strings.Cut(c, "=")
		form.Set(k, v)
	}
	r, err := http.NewRequest("POST", "http://sandbox.test/oauth/token", strings.NewReader(form.Encode()))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := sb.Transport().RoundTrip(r)
	require.NoError(t, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var m map[string]any
	if resp.Header.Get("Content-Type") == "application/json" {
		require.NoError(t, json.Unmarshal(b, &m))
	}
	return resp.StatusCode, string(b), m
}

func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb := open(t, nil)
		use := func(tok any) int {
			return call(t, sb.Transport(), "GET", "/accounts", "", "Authorization", "Bearer "+tok.(string)).status
		}
		for _, row := range []struct {
			change []string
			life   time.Duration
		}{
			{nil, 24 * time.Hour},
			{[]string{"grant_type=client_credentials", "username=", "password="}, 24 * time.Hour},
			{[]string{"audience=tango-api.bhn.com/fiveminute"}, 5 * time.Minute},
		} {
			status, _, m := token(t, sb, row.change...)
			require.Equal(t, 200, status)
			assert.Equal(t, "Bearer", m["token_type"])
			assert.Equal(t, "raas.all", m["scope"])
			assert.Equal(t, row.life.Seconds(), m["expires_in"])
			time.Sleep(row.life - time.Second)
			assert.Equal(t, 200, use(m["access_token"]))
			time.Sleep(time.Second)
			assert.Equal(t, 401, use(m["access_token"]), "expired")
		}
	})
}

func TestTokenErrors(t *testing.T) {
	for change, want := range map[string]int{
		"client_id=nobody":      401,
		"client_secret=wrong":   401,
		"username=nobody":       401,
		"password=wrong":        401,
		"grant_type=code":       400,
		"scope=":                400,
		"audience=https://x.co": 400,
	} {
		status, body, m := token(t, open(t, nil), change)
		assert.Equal(t, want, status, change)
		assert.NotEmpty(t, body)
		assert.Nil(t, m, "text/plain")
		status, _, m = token(t, open(t, func(c *tangotest.Config) { c.TokenErrorsJSON = true }), change)
		assert.Equal(t, want, status, change)
		assert.NotEmpty(t, m["error"])
	}
	sb := openSeed(t, `{"platforms":[{"name":"p","keys":[],"oauthClients":[{"clientId":"old","clientSecret":"s"}]}]}`)
	status, _, m := token(t, sb, "client_id=old", "client_secret=s")
	assert.Equal(t, 403, status)
	assert.Equal(t, "unauthorized_client", m["error"])
	status, _, _ = token(t, sb, "client_id=old", "client_secret=s", "grant_type=client_credentials")
	assert.Equal(t, 200, status)
}

func TestTokenLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb := open(t, func(c *tangotest.Config) { c.TokenEvery = 20 * time.Hour })
		status, _, _ := token(t, sb)
		assert.Equal(t, 200, status)
		time.Sleep(20*time.Hour - time.Second)
		status, body, _ := token(t, sb)
		assert.Equal(t, 400, status)
		assert.Contains(t, body, "has exceeded the daily rate limit")
		assert.Contains(t, body, "demo-client")
		time.Sleep(time.Second)
		status, _, _ = token(t, sb)
		assert.Equal(t, 200, status)
	})
	sb := open(t, func(c *tangotest.Config) { c.Faults = []tangotest.Fault{{Do: tangotest.TokenLimit}} })
	status, body, _ := token(t, sb)
	assert.Equal(t, 400, status)
	assert.Contains(t, body, "demo-client has exceeded the daily rate limit")
}
