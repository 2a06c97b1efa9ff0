package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

// start runs the program on a free port until the test ends it. It gives the URL and how to end it, as SIGTERM would.
func start(t *testing.T, environ []string, args ...string) (url string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	out, stdout := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), environ, stdout, io.Discard)
		ended <- errors.Join(err, stdout.CloseWithError(io.EOF))
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("it did not start: %v", <-ended)
	}
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	require.True(t, ok, line)
	return url, func() error {
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(time.Minute):
			return errors.New("it does not end")
		}
	}
}

// order posts an order of tenant demo and gives the status and the state.
func order(t *testing.T, url, ref string) (int, string) {
	t.Helper()
	res, err := post(url, ref)
	require.NoError(t, err)
	defer res.Body.Close()
	var answer struct{ State string }
	require.NoError(t, json.NewDecoder(res.Body).Decode(&answer))
	return res.StatusCode, answer.State
}

// tryOrder is order for a program that may end meanwhile.
func tryOrder(url, ref string) (int, error) {
	res, err := post(url, ref)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, errors.Join(err, res.Body.Close())
}

func post(url, ref string) (*http.Response, error) {
	req, err := http.NewRequest("POST", url+"/orders", strings.NewReader(fmt.Sprintf(
		`{"externalRefID":%q,"customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","amount":25,"utid":"U561593","deliveryMethod":"NONE"}`, ref)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer demo-key")
	return http.DefaultClient.Do(req)
}

// The program places an order, ends on SIGTERM, and knows the order when it is started again on the same file.
func TestRun(t *testing.T) {
	db := filepath.Join(t.TempDir(), "orders.db")
	url, stop := start(t, nil, "-db", db)
	status, state := order(t, url, "one")
	assert.Equal(t, 201, status)
	assert.Equal(t, "placed", state)
	require.NoError(t, stop())

	url, stop = start(t, nil, "-db", db)
	status, _ = order(t, url, "one")
	assert.Equal(t, 200, status, "a replay, although the new sandbox has never seen the order")
	require.NoError(t, stop())
}

// Under load the program finishes on SIGTERM what it has begun: whoever got an answer has the order, once, and what
// was only accepted is placed when it starts again on the same file.
func TestStopUnderLoad(t *testing.T) {
	sandbox, err := tangotest.New(tangotest.Config{NoPace: true})
	require.NoError(t, err)
	tango := httptest.NewServer(sandbox.Handler())
	t.Cleanup(tango.Close)
	db := filepath.Join(t.TempDir(), "orders.db")
	url, stop := start(t, nil, "-tango", tango.URL+"/raas/v2", "-db", db)

	var mu sync.Mutex
	answered := map[string]int{}
	var wg sync.WaitGroup
	begun := make(chan struct{}, 100)
	for worker := range 4 {
		wg.Go(func() {
			for i := range 25 {
				ref := fmt.Sprintf("load-%d-%d", worker, i)
				begun <- struct{}{}
				status, err := tryOrder(url, ref)
				if err != nil {
					return // the program takes no more connections
				}
				mu.Lock()
				answered[ref] = status
				mu.Unlock()
			}
		})
	}
	for range 6 { // in the middle of it; the pace is one order a second
		<-begun
	}
	require.NoError(t, stop())
	wg.Wait()

	_, stop = start(t, nil, "-tango", tango.URL+"/raas/v2", "-db", db)
	assert.NotEmpty(t, answered)
	for ref, status := range answered {
		assert.Contains(t, []int{200, 201, 202}, status, ref)
	}
	assert.Eventually(t, func() bool { return len(sandbox.Orders()) >= len(answered) }, 30*time.Second, 50*time.Millisecond)
	require.NoError(t, stop())
	refs := map[string]int{}
	for _, o := range sandbox.Orders() {
		refs[o.Ref]++
	}
	for ref, n := range refs {
		assert.Equal(t, 1, n, "%s is one order", ref)
	}
	assert.Empty(t, sandbox.Warnings())
}

// Two replicas share one token and one pace through Redis.
func TestAFleet(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("redis-server is not installed, and CI=true requires it")
		}
		t.Skip("redis-server is not installed, so a fleet is not tried; apt-get install redis-server")
	}
	// Each process alone would send at once, so two paces of one a second show as 429 here too. Tango's own pace would
	// ask of a busy machine that no request is on its way a tenth of a second longer than the next.
	sandbox, err := tangotest.New(tangotest.Config{Pace: 3})
	require.NoError(t, err)
	tango := httptest.NewServer(sandbox.Handler())
	t.Cleanup(tango.Close)
	redisAddr := startRedis(t, "test-redis-password-0001")
	environ := []string{"TANGO_CLIENT_ID=demo-client", "REDIS_PASSWORD=test-redis-password-0001"}
	t.Setenv("TANGO_CLIENT_ID", "demo-client")
	t.Setenv("TANGO_CLIENT_SECRET", "demo-client-secret-0001")
	args := []string{"-tango", tango.URL + "/raas/v2", "-redis", redisAddr}
	one, stopOne := start(t, environ, args...)
	two, stopTwo := start(t, environ, args...)

	var wg sync.WaitGroup
	for i, url := range []string{one, two, one, two} {
		wg.Go(func() {
			status, _ := order(t, url, fmt.Sprint("fleet-", i))
			assert.Equal(t, 201, status)
		})
	}
	wg.Wait()
	require.NoError(t, stopOne())
	require.NoError(t, stopTwo())

	tokens := 0
	for _, r := range sandbox.Requests() {
		assert.NotEqual(t, 429, r.Status, "together they keep one pace")
		if r.Path == "/oauth/token" {
			tokens++
		}
	}
	assert.Equal(t, 1, tokens)
	assert.Len(t, sandbox.Orders(), 4)
}

func startRedis(t *testing.T, password string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr = l.Addr().String()
	require.NoError(t, l.Close())
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	cmd := exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
		"--requirepass", password, "--dir", t.TempDir())
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, 20*time.Second, 20*time.Millisecond)
	return addr
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	for says, args := range map[string][]string{
		"flag provided but not defined": {"-x"},
		"unexpected argument":           {"extra"},
		"BaseURL":                       {"-tango", "http://tango.example/raas/v2"},
		"listen":                        {"-addr", "nowhere:1:1"},
	} {
		err := run(t.Context(), args, nil, io.Discard, io.Discard)
		assert.ErrorContains(t, err, says)
	}
}
