package middleware_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/middleware"
)

// live is a hardened server on loopback. Its handler counts how often it runs, and fails the test if it ever
// reads a body that holds the word UNINSPECTED, which every hostile body of these tests holds.
type live struct {
	*httptest.Server
	runs atomic.Int64
}

func startLive(t testing.TB, patience time.Duration) *live {
	t.Helper()
	l := &live{}
	e := echo.New()
	e.HTTPErrorHandler = middleware.HTTPErrorHandler
	e.Pre(middleware.RequestID())
	e.Use(middleware.RejectBrowsers(), middleware.Guard())
	e.Any("/*", func(c echo.Context) error {
		l.runs.Add(1)
		b, err := io.ReadAll(c.Request().Body)
		if err != nil {
			return err
		}
		if bytes.Contains(b, []byte("UNINSPECTED")) {
			t.Errorf("the handler reads what was not inspected: %q", b)
		}
		return c.Blob(200, "text/plain", b)
	})
	l.Server = httptest.NewUnstartedServer(e)
	l.Config.ErrorLog = log.New(io.Discard, "", 0)
	middleware.HardenServer(l.Config)
	l.Config.ReadHeaderTimeout, l.Config.ReadTimeout = patience, 2*patience
	l.Start()
	t.Cleanup(l.Close)
	return l
}

// exchange sends raw bytes and reads one answer. A status of 0 means that the connection ended without one.
func exchange(t testing.TB, addr string, parts ...string) (status int, answer string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	for _, p := range parts {
		if _, err := io.WriteString(conn, p); err != nil {
			break // the server has answered and closed already
		}
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, ""
	}
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func TestRawSocket(t *testing.T) {
	l := startLive(t, 10*time.Second)
	addr := l.Listener.Addr().String()
	impatient := startLive(t, 100*time.Millisecond) // for clients that never finish, so that the answer is a timeout
	const head = "POST /orders HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
	const jsonType = "Content-Type: application/json\r\n"
	n := strings.Repeat
	for _, row := range []struct {
		name   string
		sent   string
		status int // 0: no answer
		runs   int64
	}{
		{"a good request", head + jsonType + "Content-Length: 2\r\n\r\n{}", 200, 1},
		{"HTTP/1.0", "POST /orders HTTP/1.0\r\nHost: a\r\n" + jsonType + "Content-Length: 2\r\n\r\n{}", 200, 1},
		{"chunked", head + jsonType + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 200, 1},
		{"an attack in pieces of chunks", head + jsonType + "Transfer-Encoding: chunked\r\n\r\n" + chunks(`{"a":"UNINSPECTED <script>alert(1)</script>"}`, 3), 400, 0},
		{"two Content-Lengths", head + jsonType + "Content-Length: 2\r\nContent-Length: 30\r\n\r\n{}UNINSPECTED", 400, 0},
		{"a Content-Length list", head + jsonType + "Content-Length: 2, 30\r\n\r\n{}UNINSPECTED", 400, 0},
		{"a negative Content-Length", head + jsonType + "Content-Length: -1\r\n\r\n{}", 400, 0},
		{"Content-Length beside chunked: chunked counts, RFC 9112 6.3", head + jsonType + "Content-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 200, 1},
		{"an unknown Transfer-Encoding", head + jsonType + "Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 501, 0},
		{"Transfer-Encoding twice", head + jsonType + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 501, 0},
		{"a space before the colon", head + "Content-Type : application/json\r\nContent-Length: 2\r\n\r\n{}", 400, 0},
		{"a header over two lines", head + jsonType + "X-A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}", 200, 1},
		{"a bare CR in a header", head + jsonType + "X-A: b\rX-B: c\r\nContent-Length: 2\r\n\r\n{}", 400, 0},
		{"a NUL in a header", head + jsonType + "X-A: b\x00\r\nContent-Length: 2\r\n\r\n{}", 400, 0},
		{"two Content-Types", head + jsonType + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 415, 0},
		{"two Content-Types in other letters", head + jsonType + "CONTENT-TYPE: application/xml\r\nContent-Length: 2\r\n\r\n{}", 415, 0},
		{"two hosts", "POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400, 0},
		{"no host", "POST / HTTP/1.1\r\nConnection: close\r\n\r\n", 400, 0},
		{"trailers that are announced", head + jsonType + "Trailer: X-A\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-A: UNINSPECTED\r\n\r\n", 400, 0},
		{"trailers that are not", head + jsonType + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-A: UNINSPECTED\r\n\r\n", 400, 0},
		{"a byte order mark", head + jsonType + "Content-Length: 5\r\n\r\n\xef\xbb\xbf{}", 400, 0},
		{"UTF-16", head + jsonType + "Content-Length: 6\r\n\r\n\xff\xfe{\x00}\x00", 400, 0},
		{"UTF-16 by name", head + "Content-Type: application/json; charset=utf-16\r\nContent-Length: 2\r\n\r\n{}", 415, 0},
		{"a gzip body", head + jsonType + "Content-Encoding: gzip\r\n" + sized(zipped(`"UNINSPECTED"`)), 415, 0},
		{"a body over the limit, announced", head + jsonType + "Content-Length: 99999999\r\n\r\n", 413, 0},
		{"a body over the limit, in chunks", head + jsonType + "Transfer-Encoding: chunked\r\n\r\n" + chunks(`"`+n("UNINSPECTED", 200000)+`"`, 1<<16), 413, 0},
		{"a body that ends early", head + jsonType + "Content-Length: 50\r\n\r\n{\"a\":\"UNINSPECTED\"", 408, 0},
		{"headers that never end", "POST / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n", 0, 0},
		{"headers over the limit", head + "X-A: " + n("a", 64<<10) + "\r\n\r\n", 431, 0},
		{"a URL over the limit", "POST /" + n("a", 9000) + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 414, 0},
		{"CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\nConnection: close\r\n\r\n", 405, 0},
		{"TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 405, 0},
		{"a proxy request", "GET http://evil.example/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200, 1},
		{"dots in the path", "GET /a/../admin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400, 0},
		{"a NUL in the path", "GET /a%00b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400, 0},
		{"h2c by upgrade", "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n", 400, 0},
		{"h2c at once", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 404, 0}, // PRI is a method like any other, and no route has it
		{"TLS to a plain port", "\x16\x03\x01\x00\x05hello", 400, 0},
		{"nothing that is HTTP", "UNINSPECTED\r\n\r\n", 400, 0},
		{"an empty line", "\r\n\r\n", 400, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := l
			if row.status == http.StatusRequestTimeout || !strings.Contains(row.sent, "\r\n\r\n") {
				server = impatient
			}
			before := server.runs.Load()
			status, answer := exchange(t, server.Listener.Addr().String(), row.sent)
			assert.Equal(t, row.status, status, "%s", answer)
			assert.Equal(t, row.runs, server.runs.Load()-before, "runs of the handler")
			assert.NotContains(t, answer, "UNINSPECTED")
		})
	}
	t.Run("a second request behind the first is one of its own", func(t *testing.T) {
		first := "POST /orders HTTP/1.1\r\nHost: a\r\n" + jsonType + "Content-Length: 2\r\n\r\n{}"
		smuggled := "POST /admin HTTP/1.1\r\nHost: a\r\n" + jsonType + sized(`{"a":"UNINSPECTED <script>alert(1)</script>"}`)
		conn, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		_, err = io.WriteString(conn, first+smuggled)
		require.NoError(t, err)
		answers := bufio.NewReader(conn)
		for _, want := range []int{200, 400} {
			resp, err := http.ReadResponse(answers, nil)
			require.NoError(t, err)
			_, _ = io.Copy(io.Discard, resp.Body)
			assert.Equal(t, want, resp.StatusCode)
		}
	})
	t.Run("a client that hangs up", func(t *testing.T) {
		for range 20 {
			conn, err := net.Dial("tcp", addr)
			require.NoError(t, err)
			_, _ = io.WriteString(conn, head+jsonType+"Content-Length: 1000\r\n\r\n{\"a\":\"UNINSPECTED")
			_ = conn.Close()
		}
	})
	status, _ := exchange(t, addr, head+jsonType+"Content-Length: 2\r\n\r\n{}")
	assert.Equal(t, 200, status, "the server lives")
}

func sized(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }

func chunks(body string, size int) string {
	var b strings.Builder
	for len(body) > 0 {
		n := min(size, len(body))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return b.String() + "0\r\n\r\n"
}

// Programs that send are let through: the sign of a browser must not be one that they share.
func TestRealClients(t *testing.T) {
	l := startLive(t, 10*time.Second)
	target := l.URL + "/orders"
	const body = `{"message":"I <3 you & O'Brien"}`
	for _, row := range []struct {
		name string
		argv []string
	}{
		{"curl", []string{"curl", "-sS", "--max-time", "10", "-X", "POST", "-H", "Content-Type: application/json", "-d", body, target}},
		{"curl over HTTP/1.0", []string{"curl", "-sS", "--max-time", "10", "-0", "-H", "Content-Type: application/json", "-d", body, target}},
		{"curl with chunks", []string{"curl", "-sS", "--max-time", "10", "-H", "Transfer-Encoding: chunked", "-H", "Content-Type: application/json", "-d", body, target}},
		{"curl that waits for 100", []string{"curl", "-sS", "--max-time", "10", "-H", "Expect: 100-continue", "-H", "Content-Type: application/json", "-d", body, target}},
		{"python", []string{"python3", "-c", `import sys,urllib.request as u; r=u.Request(sys.argv[1],data=sys.argv[2].encode(),headers={"Content-Type":"application/json"}); print(u.urlopen(r,timeout=10).read().decode(),end="")`, target, body}},
		{"node's fetch", []string{"node", "-e", `fetch(process.argv[1],{method:"POST",body:process.argv[2],headers:{"Content-Type":"application/json"}}).then(r=>r.text()).then(t=>process.stdout.write(t))`, target, body}},
		{"node's http", []string{"node", "-e", `const r=require("http").request(process.argv[1],{method:"POST",headers:{"Content-Type":"application/json"}},s=>s.pipe(process.stdout));r.end(process.argv[2])`, target, body}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := exec.LookPath(row.argv[0]); err != nil {
				if row.argv[0] == "curl" && os.Getenv("CI") == "true" {
					t.Fatal("curl is needed where CI=true")
				}
				t.Skipf("there is no %s here, so it is not tried", row.argv[0])
			}
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			cmd := exec.CommandContext(ctx, row.argv[0], row.argv[1:]...)
			var errs bytes.Buffer
			cmd.Stderr = &errs
			out, err := cmd.Output()
			require.NoError(t, err, "%s", errs.String())
			assert.Equal(t, body, string(out))
		})
	}
	t.Run("Go", func(t *testing.T) {
		resp, err := http.Post(target, "application/json", strings.NewReader(body))
		require.NoError(t, err)
		defer func() { _ = resp.Body.Close() }()
		assert.Equal(t, 200, resp.StatusCode)
	})
	t.Run("curl as a browser", func(t *testing.T) {
		if _, err := exec.LookPath("curl"); err != nil {
			t.Skip("there is no curl here, so it is not tried")
		}
		out, err := exec.Command("curl", "-sS", "--max-time", "10", "-o", "-", "-w", "%{http_code}", "-X", "POST", "-H", "Origin: https://evil.example", target).Output()
		require.NoError(t, err)
		assert.Contains(t, string(out), `"i18nKey":"403.001"`)
		assert.True(t, strings.HasSuffix(string(out), "403"))
	})
}
