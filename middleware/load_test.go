package middleware_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/testdata"
)

var loadFor = flag.Duration("load", 3*time.Second, "how long TestLoad sends requests to a server on loopback")

// Under load with one request in ten hostile, good requests are served, hostile ones get an answer below 500 or
// none, and nothing is left behind.
func TestLoad(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d, for %v", seed, *loadFor)
	attacks, err := testdata.Attacks()
	require.NoError(t, err)
	require.NotEmpty(t, attacks)

	l := startLive(t, 10*time.Second)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}, Timeout: 20 * time.Second}
	warm(t, client, l.URL)
	client.CloseIdleConnections()
	before := settled(0)

	var good, hostile, failures atomic.Int64
	var wg sync.WaitGroup
	stop := time.Now().Add(*loadFor)
	for worker := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			rng := rand.New(rand.NewPCG(seed, uint64(worker)))
			for time.Now().Before(stop) {
				if rng.IntN(10) > 0 {
					status, err := post(client, l.URL, `{"message":"you & me <3","n":25.00}`)
					if err != nil || status != 200 {
						failures.Add(1)
						t.Errorf("a good request: %d %v", status, err)
						return
					}
					good.Add(1)
					continue
				}
				if status := hostileRequest(rng, client, l, attacks); status >= 500 || status == 200 {
					failures.Add(1)
					t.Errorf("a hostile request got %d", status)
					return
				}
				hostile.Add(1)
			}
		}()
	}
	wg.Wait()
	t.Logf("%d good, %d hostile", good.Load(), hostile.Load())
	assert.Positive(t, good.Load())
	assert.Positive(t, hostile.Load())
	client.CloseIdleConnections()
	assert.LessOrEqual(t, settled(before), before, "goroutines are left behind")
}

func warm(t *testing.T, client *http.Client, url string) {
	t.Helper()
	status, err := post(client, url, `{}`)
	require.NoError(t, err)
	require.Equal(t, 200, status)
}

// settled is the number of goroutines once it has come down to want, or after five seconds.
func settled(want int) int {
	n := runtime.NumGoroutine()
	for range 100 {
		if n = runtime.NumGoroutine(); want > 0 && n <= want {
			return n
		}
		time.Sleep(50 * time.Millisecond)
		if want == 0 && n == runtime.NumGoroutine() {
			return n
		}
	}
	return n
}

func post(client *http.Client, url, body string) (int, error) {
	resp, err := client.Post(url+"/orders", "application/json", strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// hostileRequest sends one of many kinds of bad requests; 0 is a connection that ended without an answer.
func hostileRequest(rng *rand.Rand, client *http.Client, l *live, attacks []testdata.Line) int {
	line := attacks[rng.IntN(len(attacks))]
	switch rng.IntN(7) {
	case 0:
		status, _ := post(client, l.URL, `{"message":`+quote("UNINSPECTED "+line.Text)+`,"message":1}`)
		return status
	case 1:
		status, _ := post(client, l.URL, strings.Repeat(`{"UNINSPECTED":`, 1000))
		return status
	case 2:
		status, _ := post(client, l.URL, `"`+strings.Repeat("UNINSPECTED", 100<<10)+`"`)
		return status
	case 3: // hangs up in the middle
		conn, err := net.Dial("tcp", l.Listener.Addr().String())
		if err == nil {
			_, _ = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"UNINSPECTED")
			_ = conn.Close()
		}
		return 0
	case 4: // noise
		noise := make([]byte, 200)
		for i := range noise {
			noise[i] = byte(rng.Uint32())
		}
		status := rawStatus(l, append([]byte("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"), noise...))
		if status == 200 {
			return 0 // the noise began with a line end: a good request without a body, and then bytes of no request
		}
		return status
	case 5: // a browser
		req, err := http.NewRequest("POST", l.URL+"/orders", strings.NewReader("{}"))
		if err != nil {
			return 0
		}
		req.Header.Set("Origin", "https://evil.example")
		resp, err := client.Do(req)
		if err != nil {
			return 0
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	status, _ := post(client, l.URL, `{"a":"UNINSPECTED <script>alert(1)</script>"}`)
	return status
}

// rawStatus sends bytes, ends its side, and reads the status of the answer.
func rawStatus(l *live, sent []byte) int {
	conn, err := net.Dial("tcp", l.Listener.Addr().String())
	if err != nil {
		return 0
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = conn.Write(sent)
	_ = conn.(*net.TCPConn).CloseWrite()
	b, _ := io.ReadAll(io.LimitReader(conn, 64))
	var status int
	if i := bytes.IndexByte(b, ' '); i > 0 {
		_, _ = fmt.Sscanf(string(b[i+1:]), "%d", &status)
	}
	return status
}
