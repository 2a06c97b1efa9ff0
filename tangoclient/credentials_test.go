package tangoclient

import (
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func basicHeader(name, key string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+key))
}

func TestPair(t *testing.T) {
	const old, next = "old-platform-key-000000000001", "next-platform-key-00000000002"
	synctest.Test(t, func(t *testing.T) {
		var log syncBuffer
		s := &script{steps: []step{reply(200, placed()), reply(401, failed(401, "401.501", "x")), reply(200, placed())}}
		c := newTestClient(t, s, logTo(&log), func(c *Config) {
			c.Credentials = Pair(Basic("p", NewSecret(old)), Basic("p", NewSecret(next)))
		})
		for range 3 {
			require.NoError(t, get(c))
		}
		var auths []string
		for _, g := range s.seen() {
			auths = append(auths, g.auth)
		}
		assert.Equal(t, []string{basicHeader("p", old), basicHeader("p", old), basicHeader("p", next), basicHeader("p", next)}, auths)
		assert.Equal(t, 1, strings.Count(log.String(), "refused and retired"), log.String())
		refused := 0
		for _, k := range c.KeyStatus() {
			if k.Refused {
				refused++
			}
		}
		assert.Equal(t, 1, refused)
	})
	t.Run("the other key is tried within the five attempts", func(t *testing.T) {
		for n, steps := range [][]step{
			{reply(401, ""), reply(503, "")},
			{reply(503, ""), reply(503, ""), reply(401, ""), reply(503, "")},
			{reply(503, ""), reply(503, ""), reply(503, ""), reply(503, ""), reply(401, "")},
		} {
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: steps}
				c := newTestClient(t, s, func(c *Config) { c.Credentials = Pair(Basic("p", NewSecret(old)), Basic("p", NewSecret(next))) })
				require.Error(t, get(c))
				assert.Len(t, s.seen(), 5, "row %d", n)
			})
		}
	})
	t.Run("both refused: each is tried once a call, and a call later works again", func(t *testing.T) {
		s := &script{steps: []step{reply(401, ""), reply(401, ""), reply(200, placed())}}
		c := newTestClient(t, s, func(c *Config) { c.Credentials = Pair(Basic("p", NewSecret(old)), Basic("p", NewSecret(next))) })
		require.ErrorIs(t, get(c), ErrAuth)
		require.Len(t, s.seen(), 2)
		require.NoError(t, get(c), "nothing is retired for ever")
	})
	t.Run("one source that fails does not stop the other", func(t *testing.T) {
		c := newTestClient(t, &script{steps: []step{reply(200, placed())}}, func(c *Config) {
			c.Credentials = Pair(failing{errors.New("vault is away")}, Basic("p", NewSecret(next)))
		})
		require.NoError(t, get(c))
	})
}

type failing struct{ err error }

func (f failing) Credentials(context.Context) ([]Credentials, error) { return nil, f.err }

func TestNoRequestWithoutCredentials(t *testing.T) {
	for name, source := range map[string]CredentialSource{
		"an error": failing{errors.New("vault is away")}, "none": staticSource{}, "empty": emptySource{},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{steps: []step{reply(200, placed())}}
			cfg := Config{Environment: Sandbox, Credentials: source, InsecureTransport: s, NoPace: true}
			if name == "none" {
				cfg.Credentials = failing{nil}
			}
			c, err := New(cfg)
			require.NoError(t, err)
			_, err = c.CreateOrder(t.Context(), goodOrder())
			require.ErrorContains(t, err, "credentials")
			assert.False(t, errors.As(err, new(*UnknownOutcomeError)))
			assert.Empty(t, s.seen())
		})
	}
}

func TestARequestIsNotFormedWithoutCredentials(t *testing.T) {
	c := newTestClient(t, &script{steps: []step{reply(200, "")}})
	_, err := c.request(t.Context(), &call{op: "x", method: "GET", path: "/x"}, new(gate), authorization{})
	require.ErrorIs(t, err, errNoCredentials)
}

type emptySource struct{}

func (emptySource) Credentials(context.Context) ([]Credentials, error) {
	return make([]Credentials, 2), nil
}

func TestFromEnv(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(file, []byte("  key-in-a-file-0000000001\n"), 0o600))
	for _, row := range []struct {
		name string
		env  map[string]string
		says string // "" is fine
	}{
		{"basic", map[string]string{"TANGO_PLATFORM_NAME": "p", "TANGO_PLATFORM_KEY": "k"}, ""},
		{"a file", map[string]string{"TANGO_PLATFORM_NAME": "p", "TANGO_PLATFORM_KEY_FILE": file}, ""},
		{"oauth", map[string]string{"TANGO_CLIENT_ID": "c", "TANGO_CLIENT_SECRET": "s", "TANGO_SERVICE_USERNAME": "u", "TANGO_SERVICE_PASSWORD": "w", "TANGO_CREDENTIALS_CREATED": "2026-01-31"}, ""},
		{"nothing", nil, "TANGO_PLATFORM_NAME"},
		{"no key", map[string]string{"TANGO_PLATFORM_NAME": "p"}, "key"},
		{"both ways", map[string]string{"TANGO_PLATFORM_NAME": "p", "TANGO_PLATFORM_KEY": "k", "TANGO_PLATFORM_KEY_FILE": file}, "only one"},
		{"two kinds", map[string]string{"TANGO_PLATFORM_NAME": "p", "TANGO_PLATFORM_KEY": "k", "TANGO_CLIENT_ID": "c", "TANGO_CLIENT_SECRET": "s"}, "not both"},
		{"half a service account", map[string]string{"TANGO_CLIENT_ID": "c", "TANGO_CLIENT_SECRET": "s", "TANGO_SERVICE_USERNAME": "u"}, "or neither"},
		{"a missing file", map[string]string{"TANGO_PLATFORM_NAME": "p", "TANGO_PLATFORM_KEY_FILE": file + "x"}, "TANGO_PLATFORM_KEY_FILE"},
		{"no date", map[string]string{"TANGO_PLATFORM_NAME": "p", "TANGO_PLATFORM_KEY": "k", "TANGO_CREDENTIALS_CREATED": "soon"}, "TANGO_CREDENTIALS_CREATED"},
		{"a colon in the name", map[string]string{"TANGO_PLATFORM_NAME": "p:q", "TANGO_PLATFORM_KEY": "k"}, "colon"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := envSource{func(name string) (string, bool) { v, ok := row.env[name]; return v, ok }}
			_, err := New(Config{Environment: Sandbox, Credentials: s})
			if row.says != "" {
				require.ErrorContains(t, err, row.says)
				return
			}
			require.NoError(t, err)
			got, err := s.Credentials(t.Context())
			require.NoError(t, err)
			if row.name == "a file" {
				assert.Equal(t, "key-in-a-file-0000000001", got[0].Key.Reveal())
			}
		})
	}
	t.Setenv("TANGO_PLATFORM_NAME", "p")
	t.Setenv("TANGO_PLATFORM_KEY", "k")
	got, err := FromEnv().Credentials(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "p", got[0].PlatformName)
}

func TestFromFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "credentials.json")
	write := func(text string, age time.Duration) {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		at := time.Now().Add(-age)
		require.NoError(t, os.Chtimes(path, at, at))
	}
	for text, says := range map[string]string{
		`{"platformName":"p","key":"k"}`:                                  "",
		`[{"platformName":"p","key":"k"},{"platformName":"p","key":"l"}]`: "",
		`{"clientId":"c","clientSecret":"s","created":"2026-01-31"}`:      "",
		`{"platformName":"p","kay":"k"}`:                                  "not the JSON",
		`{"platformName":"p","key":"` + hush + `"`:                        "not the JSON",
		`[]`:                         "one or two",
		`{"platformName":"p"}`:       "key",
		strings.Repeat(" ", 1<<16+1): "larger",
		`{"platformName":"p","key":"k","created":"x"}`: "created",
	} {
		write(text, time.Hour)
		_, err := New(Config{Environment: Sandbox, Credentials: FromFile(path)})
		if says == "" {
			require.NoError(t, err, text)
			continue
		}
		require.ErrorContains(t, err, says)
		assertHushed(t, "the error", err.Error())
	}
	t.Run("is read again when it changes", func(t *testing.T) {
		// The bubble begins in the year 2000; the times of files come from the real clock and are only compared.
		synctest.Test(t, func(t *testing.T) {
			write(`{"platformName":"p","key":"one"}`, time.Hour)
			s := FromFile(path)
			key := func() string {
				all, err := s.Credentials(t.Context())
				if err != nil {
					return err.Error()
				}
				return all[0].Key.Reveal()
			}
			assert.Equal(t, "one", key())
			write(`{"platformName":"p","key":"two"}`, 0)
			assert.Equal(t, "one", key(), "not looked at within a second")
			time.Sleep(2 * time.Second)
			assert.Equal(t, "two", key())
			write(`{"platformName":`, time.Minute)
			time.Sleep(30 * time.Second)
			assert.Equal(t, "two", key(), "half a file does not take the key away")
			time.Sleep(31 * time.Second)
			assert.Contains(t, key(), "not the JSON")
		})
	})
}

func TestKeyAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log syncBuffer
		created := time.Now().Add(-91 * 24 * time.Hour)
		c := newTestClient(t, &script{steps: []step{reply(200, placed())}}, logTo(&log), func(c *Config) {
			c.Credentials = staticSource{{PlatformName: "p", Key: NewSecret(testKey), Created: created}}
		})
		for range 3 {
			require.NoError(t, get(c))
		}
		assert.Equal(t, 1, strings.Count(log.String(), "older than Config.KeyMaxAge"), "once a day")
		time.Sleep(25 * time.Hour)
		require.NoError(t, get(c))
		assert.Equal(t, 2, strings.Count(log.String(), "older than Config.KeyMaxAge"))
		require.Len(t, c.KeyStatus(), 1)
		k := c.KeyStatus()[0]
		assert.True(t, k.Overdue && k.Exact && !k.Refused)
		assert.Equal(t, "p", k.Name)
		assert.Equal(t, 92*24*time.Hour+time.Hour, k.Age)
	})
	_, err := New(Config{Environment: Sandbox, Credentials: Basic("p", NewSecret("k")), KeyMaxAge: 365 * 24 * time.Hour})
	require.ErrorContains(t, err, "six months")
	_, err = New(Config{Environment: Sandbox, Credentials: Basic("p", NewSecret("k")), KeyMaxAge: 365 * 24 * time.Hour, AllowOldKeys: true})
	require.NoError(t, err)
}
