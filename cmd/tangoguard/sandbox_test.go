package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lockedBuffer takes what the command writes while the test reads.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// startSandbox runs the command and gives its base URL; stop ends it and gives its exit code.
func startSandbox(t *testing.T, args ...string) (base string, stop func() int, stderr *lockedBuffer) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, w := io.Pipe()
	stderr = &lockedBuffer{}
	code := make(chan int, 1)
	go func() {
		c := run(ctx, append([]string{"sandbox", "-addr", "127.0.0.1:0"}, args...), strings.NewReader(""), w, stderr)
		_ = w.Close()
		code <- c
	}()
	stop = sync.OnceValue(func() int { cancel(); return <-code })
	t.Cleanup(func() { stop() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, stderr.String())
	base, found := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "listening on ")
	require.True(t, found, line)
	return base, stop, stderr
}

func getFrom(t *testing.T, c *http.Client, url, key string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	require.NoError(t, err)
	r.SetBasicAuth("demo-platform", key)
	resp, err := c.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(b)
}

func TestSandboxServes(t *testing.T) {
	base, stop, _ := startSandbox(t)
	assert.Regexp(t, `^http://127\.0\.0\.1:[1-9]\d*/raas/v2$`, base)
	for range 3 { // no pace unless it is asked for
		status, body := getFrom(t, http.DefaultClient, base+"/accounts/demo-acc1", "demo-platform-key-0001")
		assert.Equal(t, 200, status)
		assert.Contains(t, body, `"currentBalance":10000.00`)
	}
	status, _ := getFrom(t, http.DefaultClient, strings.TrimSuffix(base, "/raas/v2")+"/_sandbox/state", "demo-platform-key-0001")
	assert.Equal(t, 404, status, "the state is shown with -dump alone")
	assert.Equal(t, exitOK, stop())
}

func TestSandboxFlags(t *testing.T) {
	dir := t.TempDir()
	faults := filepath.Join(dir, "faults.jsonl")
	require.NoError(t, os.WriteFile(faults, []byte(`{"do":"status","status":503,"path":"/pulse"}`+"\n"), 0o600))
	base, _, _ := startSandbox(t, "-dump", "-pace", "1", "-faults", faults, "-seed", "../../testdata/sandbox/seed.json")
	seed, err := os.ReadFile("../../testdata/sandbox/seed.json")
	require.NoError(t, err)
	status, body := getFrom(t, http.DefaultClient, strings.TrimSuffix(base, "/raas/v2")+"/_sandbox/state", "none")
	assert.Equal(t, 200, status)
	assert.JSONEq(t, string(seed), body)
	r, err := http.NewRequest("GET", base+"/pulse", nil)
	require.NoError(t, err)
	r.SetBasicAuth("acme-platform", "acme-platform-key-0002")
	for _, want := range []int{503, 200, 429} { // the fault did not count for the pace
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, want, resp.StatusCode)
	}
}

func TestSandboxTLS(t *testing.T) {
	ca := filepath.Join(t.TempDir(), "ca.pem")
	base, _, _ := startSandbox(t, "-tls", "-ca-out", ca)
	assert.True(t, strings.HasPrefix(base, "https://127.0.0.1:"), base)
	pem, err := os.ReadFile(ca)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(pem))
	with := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	status, _ := getFrom(t, with, base+"/accounts", "demo-platform-key-0001")
	assert.Equal(t, 200, status)
	without := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}}
	_, err = without.Get(base + "/accounts")
	var unknown x509.UnknownAuthorityError
	assert.ErrorAs(t, err, &unknown)
}

func TestSandboxStopsWhileAFaultWaits(t *testing.T) {
	faults := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(faults, []byte(`{"do":"timeout","path":"/pulse"}`), 0o600))
	base, stop, _ := startSandbox(t, "-faults", faults)
	gone := make(chan error, 1)
	go func() {
		_, err := http.Get(base + "/pulse")
		gone <- err
	}()
	time.Sleep(50 * time.Millisecond)
	assert.Equal(t, exitOK, stop())
	assert.Error(t, <-gone)
}

func TestSandboxMistakes(t *testing.T) {
	dir := t.TempDir()
	file := func(content string) string {
		p := filepath.Join(dir, "f"+string(rune('a'+len(content)%26)))
		require.NoError(t, os.WriteFile(p, []byte(content), 0o600))
		return p
	}
	for _, row := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-bogus"}, exitUsage, "not defined: -bogus"},
		{[]string{"extra"}, exitUsage, `unexpected argument "extra"`},
		{[]string{"-ca-out", "x"}, exitUsage, "-ca-out needs -tls"},
		{[]string{"-pace", "-1"}, exitUsage, "-pace is below 0"},
		{[]string{"-pace", "many"}, exitUsage, "invalid value"},
		{[]string{"-token-every", "-1s"}, exitUsage, "is below 0"},
		{[]string{"-seed", dir + "/none"}, exitFailed, "-seed: open"},
		{[]string{"-faults", dir + "/none"}, exitFailed, "-faults: open"},
		{[]string{"-seed", file(`{"custommers":[]}`)}, exitFailed, `"custommers" is no part of a seed`},
		{[]string{"-seed", file(`not json at all`)}, exitFailed, "seed"},
		{[]string{"-faults", file("{\"do\":\"reset\"}\n{\"do\":\"bang\"}\n")}, exitFailed, "line 2: do: needs one of"},
		{[]string{"-addr", "127.0.0.1:99999"}, exitFailed, "-addr"},
		{[]string{"-addr", "127.0.0.1:0", "-tls", "-ca-out", dir + "/no/such/dir"}, exitFailed, "-ca-out"},
	} {
		code, out, errs := runCommand(t, "", append([]string{"sandbox"}, row.args...)...)
		assert.Equal(t, row.code, code, row.args)
		assert.Empty(t, out, "nothing on stdout")
		assert.Contains(t, errs, row.says)
		assert.Equal(t, 1, strings.Count(errs, "\n"), "one clear line: %q", errs)
	}
}
