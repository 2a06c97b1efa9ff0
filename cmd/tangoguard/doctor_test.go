package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

// examine runs the doctor against a sandbox, without its pauses.
func examine(t *testing.T, key string, change func(*tangotest.Config)) (bool, string, *tangotest.Sandbox) {
	t.Helper()
	cfg := tangotest.Config{NoPace: true}
	if change != nil {
		change(&cfg)
	}
	sb, err := tangotest.New(cfg)
	require.NoError(t, err)
	srv := httptest.NewServer(sb.Handler())
	t.Cleanup(srv.Close)
	var out bytes.Buffer
	d, err := newDoctor(doctorFlags{base: srv.URL + "/raas/v2"}, source(key), &out)
	require.NoError(t, err)
	d.wait = func(context.Context) error { return nil }
	ok := d.run(t.Context())
	assert.NotContains(t, out.String(), key, "the key is not printed")
	return ok, out.String(), sb
}

// source is the platform's key, or the OAuth client when there is none.
func source(key string) tangoclient.CredentialSource {
	if key == oauth {
		return tangoclient.ServiceAccount("demo-client", tangoclient.NewSecret(oauth), "demo-user", tangoclient.NewSecret("demo-user-password-0001"))
	}
	return tangoclient.Basic("demo-platform", tangoclient.NewSecret(key))
}

const oauth = "demo-client-secret-0001"

func TestDoctorWithATokenAsksForOne(t *testing.T) {
	ok, out, sb := examine(t, oauth, nil)
	assert.True(t, ok, out)
	tokens := 0
	for _, r := range sb.Requests() {
		if r.Path == "/oauth/token" {
			tokens++
		}
	}
	assert.Equal(t, 1, tokens)
}

func TestDoctorFindsNothingWhereTheServiceIsAsBelieved(t *testing.T) {
	ok, out, sb := examine(t, "demo-platform-key-0001", nil)
	assert.True(t, ok)
	assert.Contains(t, out, "2 accounts visible")
	assert.Contains(t, out, "as the sandbox believes")
	assert.NotContains(t, out, "diff")
	for _, r := range sb.Requests() {
		assert.Contains(t, []string{"GET", "OPTIONS"}, r.Method, "it only reads")
	}
	assert.NotContains(t, out, "demo-acc1", "no value is printed")
}

func TestDoctorPrintsWhatDiffers(t *testing.T) {
	ok, out, _ := examine(t, "demo-platform-key-0001", func(c *tangotest.Config) {
		c.FieldErrorStatus = 422
		c.ShortErrors = true
		c.Seed = strings.NewReader(`{"exchangeRates":{"disclaimer":"d","exchangeRates":[{"lastModifiedDate":"2026-01-01T00:00:00Z","rewardCurrency":"EUR","baseCurrency":"USD","baseFx":"0.9","since":1}]}}`)
	})
	assert.True(t, ok, "a difference is no fault")
	for _, line := range []string{
		"too large a page (GET /orders?elementsPerBlock=101): status 422, believed 400",
		"exchangeRates[].baseFx: string, believed number",
		"exchangeRates[].since: number, not believed to be there",
		"an account that does not exist (GET /accounts/no-such-account-here): httpCode: not there, believed number",
	} {
		assert.Contains(t, out, line)
	}
}

func TestDoctorFails(t *testing.T) {
	ok, out, _ := examine(t, "another-key-altogether", nil)
	assert.False(t, ok)
	assert.Contains(t, out, "FAIL  credentials:")
	assert.Contains(t, out, "401")

	ok, out, _ = examine(t, "demo-platform-key-0001", func(c *tangotest.Config) {
		c.Faults = []tangotest.Fault{{Do: tangotest.Skew, Wait: -3600e9, Times: -1}}
	})
	assert.False(t, ok)
	assert.Contains(t, out, "FAIL  clock: this machine is 1h0m")

	ok, out, _ = examine(t, "demo-platform-key-0001", func(c *tangotest.Config) {
		c.Faults = []tangotest.Fault{{Do: tangotest.Reset, Times: -1}}
	})
	assert.False(t, ok)
	assert.Contains(t, out, "FAIL  connection")
}

func TestDoctorNeedsCredentials(t *testing.T) {
	t.Setenv("TANGO_PLATFORM_NAME", "")
	code, out, errs := runCommand(t, "", "doctor")
	assert.Equal(t, exitUsage, code)
	assert.Empty(t, out)
	assert.Contains(t, errs, "TANGO_PLATFORM_NAME")
	t.Setenv("TANGO_PLATFORM_NAME", "p")
	t.Setenv("TANGO_PLATFORM_KEY", "a-key-that-must-not-show")
	code, _, errs = runCommand(t, "", "doctor", "-base", "https://example.com/raas/v2")
	assert.Equal(t, exitUsage, code, "credentials go to Tango or to this machine")
	assert.NotContains(t, errs, "a-key-that-must-not-show")
}
