package tangoclient

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	testClientSecret = "client-secret-that-is-secret-0002"
	testPassword     = "service-password-that-is-secret-03"
)

// endpoints are an API with a token endpoint: requests are answered by path.
type endpoints struct {
	tokens, api script
}

func (s *endpoints) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/oauth/token" {
		return s.tokens.RoundTrip(r)
	}
	return s.api.RoundTrip(r)
}

func tokenReply(value string) step {
	return reply(200, `{"access_token":"`+value+`","scope":"raas.all","expires_in":86400,"token_type":"Bearer"}`)
}

func serviceAccount() CredentialSource {
	return ServiceAccount("test-client", NewSecret(testClientSecret), "test-user", NewSecret(testPassword))
}

func newOAuthClient(t *testing.T, s *endpoints, mod ...func(*Config)) *Client {
	return newTestClient(t, nil, append([]func(*Config){func(c *Config) {
		c.InsecureTransport, c.Credentials = s, serviceAccount()
	}}, mod...)...)
}

func get(c *Client) error {
	_, err := c.GetOrder(background, "RA260101-1-1")
	return err
}

func TestTokenRequest(t *testing.T) {
	for _, row := range []struct {
		name string
		mod  func(*Config)
		want url.Values
	}{
		{"service account", func(*Config) {}, url.Values{"grant_type": {"password"}, "client_id": {"test-client"}, "client_secret": {testClientSecret},
			"username": {"test-user"}, "password": {testPassword}, "scope": {"raas.all"}, "audience": {"https://api.tangocard.com/"}}},
		{"client credentials", func(c *Config) { c.Credentials = ClientCredentials("test-client", NewSecret(testClientSecret)) },
			url.Values{"grant_type": {"client_credentials"}, "client_id": {"test-client"}, "client_secret": {testClientSecret}, "scope": {"raas.all"}, "audience": {"https://api.tangocard.com/"}}},
		{"five minutes", func(c *Config) {
			c.Credentials, c.ShortTokens = ClientCredentials("test-client", NewSecret(testClientSecret)), true
		}, url.Values{"grant_type": {"client_credentials"}, "client_id": {"test-client"}, "client_secret": {testClientSecret}, "scope": {"raas.all"}, "audience": {"tango-api.bhn.com/fiveminute"}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := &endpoints{tokens: script{steps: []step{tokenReply("tok.en-1")}}, api: script{steps: []step{reply(200, placed())}}}
			c := newOAuthClient(t, s, row.mod)
			for range 3 {
				require.NoError(t, get(c))
			}
			require.Len(t, s.tokens.seen(), 1, "one token for all calls")
			got, err := url.ParseQuery(s.tokens.seen()[0].body)
			require.NoError(t, err)
			assert.Equal(t, row.want, got)
			assert.Empty(t, s.tokens.seen()[0].query)
			for _, g := range s.api.seen() {
				assert.Equal(t, "Bearer tok.en-1", g.auth)
			}
		})
	}
}

func TestTokensAreRenewedLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &endpoints{tokens: script{steps: []step{tokenReply("one"), tokenReply("two"), tokenReply("three")}}, api: script{steps: []step{reply(200, placed())}}}
		c := newOAuthClient(t, s)
		require.NoError(t, get(c))
		time.Sleep(20*time.Hour - time.Second)
		require.NoError(t, get(c))
		synctest.Wait()
		require.Len(t, s.tokens.seen(), 1, "20 hours are the least between two tokens")
		time.Sleep(2 * time.Second)
		require.NoError(t, get(c)) // begins the renewal, uses the old one
		synctest.Wait()
		require.NoError(t, get(c))
		require.Len(t, s.tokens.seen(), 2)
		assert.Equal(t, "Bearer two", s.api.seen()[3].auth)
	})
}

func TestWhenATokenIsDue(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for life, early := range map[time.Duration]time.Duration{24 * time.Hour: 4 * time.Hour, 5 * time.Minute: time.Minute, 10 * time.Hour: 2 * time.Hour, 48 * time.Hour: 4 * time.Hour} {
		tok := Token{Sealed: []byte("x"), Issued: at, Expires: at.Add(life)}
		assert.False(t, tok.Due(at.Add(life-early-time.Second)), life)
		assert.True(t, tok.Due(at.Add(life-early)), life)
		assert.True(t, tok.Usable(at.Add(life-time.Second)), life)
		assert.False(t, tok.Usable(at.Add(life)), life)
	}
	assert.True(t, Token{}.Due(at))
}

func TestShortTokensAreRenewedLateToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		short := reply(200, `{"access_token":"short","expires_in":300,"token_type":"Bearer"}`)
		s := &endpoints{tokens: script{steps: []step{short}}, api: script{steps: []step{reply(200, placed())}}}
		c := newOAuthClient(t, s, func(c *Config) { c.ShortTokens = true })
		for range 4 * 60 { // four minutes
			require.NoError(t, get(c))
			time.Sleep(time.Second)
		}
		require.Len(t, s.tokens.seen(), 1)
		require.NoError(t, get(c))
		synctest.Wait()
		require.Len(t, s.tokens.seen(), 2, "in its last fifth")
	})
}

func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &endpoints{tokens: script{steps: []step{tokenReply("one"), tokenReply("two"), tokenReply("three")}}, api: script{steps: []step{
			reply(200, placed()), reply(401, failed(401, "401.501", "x")), reply(200, placed()),
			reply(401, ""), reply(401, ""), reply(200, placed())}}}
		c := newOAuthClient(t, s)
		require.NoError(t, get(c))
		require.NoError(t, get(c))
		require.Len(t, s.tokens.seen(), 2)
		err := get(c)
		require.ErrorIs(t, err, ErrAuth)
		require.Len(t, s.tokens.seen(), 3, "one new token a call, not one an attempt")
		require.Len(t, s.api.seen(), 5)
	})
}

func TestManyCallersOneToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &endpoints{tokens: script{steps: []step{after(3*time.Second, tokenReply("one"))}}, api: script{steps: []step{reply(200, placed())}}}
		c := newOAuthClient(t, s)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { assert.NoError(t, get(c)) })
		}
		// The first caller does not matter more than the others: it may go, and they get the token.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.GetOrder(ctx, "RA-1")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		all.Wait()
		assert.Len(t, s.tokens.seen(), 1)
	})
}

func TestTokenErrors(t *testing.T) {
	limit := "Client Acme abc123 has exceeded the daily rate limit"
	for _, row := range []struct {
		name   string
		step   step
		status int
		says   string
		is     []error
		asked  int
	}{
		{"JSON", reply(403, `{"error":"unauthorized_client","error_description":"Grant type 'password' not allowed for the client."}`), 403, "Grant type", []error{ErrAuth}, 1},
		{"plain text", reply(401, "Unauthorized client", "Content-Type", "text/plain"), 401, "Unauthorized client", []error{ErrAuth}, 1},
		{"nothing", reply(400, ""), 400, "Bad Request", []error{ErrAuth}, 1},
		{"the limit, as text", reply(400, limit, "Content-Type", "text/plain"), 400, "daily rate limit", []error{ErrTokenLimit, ErrRateLimited}, 1},
		{"the limit, as JSON", reply(400, `{"error":"access_denied","error_description":"`+limit+`"}`), 400, "daily rate limit", []error{ErrTokenLimit}, 1},
		{"HTML", reply(502, "<html>Bad Gateway</html>", "Content-Type", "text/html"), 502, "Bad Gateway", []error{ErrUnavailable}, 3},
		{"no answer", fault(errReset), 0, "reset", []error{ErrUnavailable}, 3},
		{"an echo of the secret", reply(400, `bad secret `+testClientSecret+` for `+testPassword), 400, "[redacted]", []error{ErrAuth}, 1},
		{"no bearer token", reply(200, `{"access_token":"x\r\nHost: evil","token_type":"Bearer","expires_in":5}`), 200, "unreadable", []error{ErrReply}, 1},
		{"a token without a life", reply(200, `{"access_token":"x","token_type":"Bearer","expires_in":0}`), 200, "unreadable", []error{ErrReply}, 1},
		{"a redirect", reply(302, "", "Location", "https://evil.example/"), 302, "302", []error{ErrAuth}, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &endpoints{tokens: script{steps: []step{row.step}}, api: script{steps: []step{reply(200, placed())}}}
				c := newOAuthClient(t, s)
				_, err := c.CreateOrder(t.Context(), goodOrder())
				var te *TokenError
				require.ErrorAs(t, err, &te)
				assert.Equal(t, row.status, te.Status)
				for _, target := range row.is {
					require.ErrorIs(t, err, target)
				}
				assert.False(t, errors.As(err, new(*UnknownOutcomeError)), "nothing was sent")
				assert.Contains(t, err.Error(), row.says)
				assert.NotContains(t, err.Error(), testClientSecret)
				assert.NotContains(t, err.Error(), testPassword)
				assert.Len(t, s.tokens.seen(), row.asked)
				assert.Empty(t, s.api.seen(), "no request leaves without credentials")
				require.Error(t, get(c))
				assert.Len(t, s.tokens.seen(), row.asked, "the endpoint is not hammered")
			})
		})
	}
}

func TestTheLimitKeepsTheOldToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &endpoints{tokens: script{steps: []step{tokenReply("one"), reply(400, "Client x y has exceeded the daily rate limit")}}, api: script{steps: []step{reply(200, placed())}}}
		c := newOAuthClient(t, s)
		require.NoError(t, get(c))
		time.Sleep(21 * time.Hour)
		for range 5 {
			require.NoError(t, get(c))
			synctest.Wait()
		}
		assert.Len(t, s.tokens.seen(), 2, "the refusal is remembered")
		assert.Equal(t, "Bearer one", s.api.seen()[5].auth)
		time.Sleep(tokenLimitPause)
		require.NoError(t, get(c))
		synctest.Wait()
		assert.Len(t, s.tokens.seen(), 3)
	})
}

func TestStoredTokens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	fileStore := func(c *Config) {
		s, err := NewFileStore(path)
		require.NoError(t, err)
		c.TokenStore = s
	}
	endpoint := func() *endpoints {
		return &endpoints{tokens: script{steps: []step{tokenReply("tok-1"), tokenReply("tok-2")}}, api: script{steps: []step{reply(200, placed())}}}
	}
	first := endpoint()
	require.NoError(t, get(newOAuthClient(t, first, fileStore)))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, s := range []string{"tok-1", testClientSecret, testPassword, "test-client", "test-user"} {
		assert.NotContains(t, string(text), s)
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	asked := func(s *endpoints, mod ...func(*Config)) int {
		require.NoError(t, get(newOAuthClient(t, s, append(mod, fileStore)...)))
		return len(s.tokens.seen())
	}
	assert.Zero(t, asked(endpoint()), "it survives a restart")
	other := func(c *Config) {
		c.Credentials = ServiceAccount("test-client", NewSecret("another-client-secret-000000"), "test-user", NewSecret(testPassword))
	}
	assert.Equal(t, 1, asked(endpoint(), other), "another secret cannot open it")

	t.Run("what was changed counts as absent", func(t *testing.T) {
		for name, change := range map[string]func(string) string{
			"a bit":        func(s string) string { return strings.Replace(s, `"sealed":"`, `"sealed":"AAAA`, 1) },
			"the lifetime": func(s string) string { return strings.Replace(s, `"expires":"2`, `"expires":"3`, 1) },
			"cut":          func(s string) string { return s[:len(s)/2] },
			"empty":        func(string) string { return "" },
			"not JSON":     func(string) string { return "\x00\xff{" },
		} {
			require.NoError(t, os.WriteFile(path, []byte(change(string(text))), 0o600))
			n := asked(endpoint())
			if name == "the lifetime" {
				assert.Zero(t, n, "the sealed times count, not those outside: the token is still good")
				continue
			}
			assert.Equal(t, 1, n, name)
		}
	})
	t.Run("a longer life outside does not revive an expired token", func(t *testing.T) {
		s, err := newSealer(&Credentials{ClientID: "a", ClientSecret: NewSecret("b")}, "aud", "url")
		require.NoError(t, err)
		tok, err := s.seal(accessToken{"v", time.Now().Add(-2 * time.Hour), time.Now().Add(-time.Hour)})
		require.NoError(t, err)
		tok.Expires = time.Now().Add(time.Hour)
		_, ok := s.open(tok)
		assert.False(t, ok)
	})
	t.Run("a token of one client is none of another", func(t *testing.T) {
		a, _ := newSealer(&Credentials{ClientID: "a", ClientSecret: NewSecret("s")}, "aud", "url")
		tok, err := a.seal(accessToken{"v", time.Now(), time.Now().Add(time.Hour)})
		require.NoError(t, err)
		v, ok := a.open(tok)
		assert.True(t, ok)
		assert.Equal(t, "v", v.Reveal())
		for _, c := range []struct {
			c        Credentials
			aud, url string
		}{{Credentials{ClientID: "b", ClientSecret: NewSecret("s")}, "aud", "url"}, {Credentials{ClientID: "a", ClientSecret: NewSecret("t")}, "aud", "url"},
			{Credentials{ClientID: "a", ClientSecret: NewSecret("s"), Username: "u"}, "aud", "url"},
			{Credentials{ClientID: "a", ClientSecret: NewSecret("s")}, "aud2", "url"}, {Credentials{ClientID: "a", ClientSecret: NewSecret("s")}, "aud", "url2"}} {
			b, err := newSealer(&c.c, c.aud, c.url)
			require.NoError(t, err)
			_, ok := b.open(tok)
			assert.False(t, ok)
		}
	})
	t.Run("Revoke wipes it", func(t *testing.T) {
		s := endpoint()
		c := newOAuthClient(t, s, fileStore)
		require.NoError(t, get(c))
		require.NoError(t, c.Revoke(t.Context()))
		assert.Equal(t, 1, asked(endpoint()))
	})
}

func TestTokenFileIsPrivate(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(target, []byte("{}"), 0o600))
	require.NoError(t, os.Symlink(target, link))
	_, err := NewFileStore(link)
	require.ErrorContains(t, err, "not a regular file")
	require.NoError(t, replaceFile(link, []byte("new")))
	text, _ := os.ReadFile(target)
	assert.Equal(t, "{}", string(text), "a link is replaced, not followed")
	for _, mode := range []os.FileMode{0o644, 0o640, 0o620, 0o604} {
		require.NoError(t, os.Chmod(target, mode))
		_, err = NewFileStore(target)
		require.ErrorContains(t, err, "0600", "%v", mode)
	}
	_, err = NewFileStore(filepath.Join(dir, "missing", "x"))
	require.ErrorContains(t, err, "directory")
	_, err = NewFileStore("")
	require.ErrorContains(t, err, "no path")
	_, err = NewFileStore(dir)
	require.ErrorContains(t, err, "not a regular file")
}

func TestPairOfClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &endpoints{tokens: script{steps: []step{reply(401, "Unauthorized"), tokenReply("two")}}, api: script{steps: []step{reply(200, placed())}}}
		c := newOAuthClient(t, s, func(c *Config) {
			c.Credentials = Pair(ClientCredentials("withdrawn", NewSecret(testClientSecret)), serviceAccount())
		})
		require.NoError(t, get(c))
		time.Sleep(2 * tokenPause)
		require.NoError(t, get(c))
		assert.Len(t, s.tokens.seen(), 2, "what the token endpoint refused is retired, and not asked again")
		for _, k := range c.KeyStatus() {
			assert.Equal(t, k.Name == "withdrawn", k.Refused)
		}
		for _, g := range s.api.seen() {
			assert.Equal(t, "Bearer two", g.auth)
		}
	})
}
