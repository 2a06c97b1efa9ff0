package tangotest

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// delivery is how an answer reaches the client, or does not.
type delivery struct {
	how   how
	bytes int           // cutShort: how much of the body is sent
	wait  time.Duration // byteByByte: the pause behind each byte
}

type how int

const (
	whole      how = iota
	refused        // the connection is not accepted
	reset          // the connection is reset without an answer
	silent         // nothing is answered until the client gives up
	cutShort       // the body ends before its Content-Length
	byteByByte     // the body comes a byte at a time
)

// maxBody bounds what is read of a request.
const maxBody = 1 << 20

const prefix = "/raas/v2"

// Handler serves the sandbox: the API under /raas/v2, the token endpoint at /oauth/token. Faults that break
// the connection need HTTP/1.1, which is what Sandbox.TLS offers.
func (s *Sandbox) Handler() http.Handler { return http.HandlerFunc(s.serve) }

func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request) {
	if s.refuseClosed(r.Method, r.URL.Path) {
		http.Error(w, ErrClosed.Error(), http.StatusServiceUnavailable)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		body = nil
	}
	q := newRequest(r, body, s.now())
	var out reply
	if err != nil {
		out = s.tooLong(q)
	} else {
		out = s.run(r.Context(), q)
	}
	switch out.via.how {
	case refused, reset:
		abort(w)
		return
	case silent:
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
		abort(w)
		return
	}
	for k, v := range out.header {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(out.body)))
	w.WriteHeader(out.status)
	switch out.via.how {
	case cutShort:
		_, _ = w.Write(out.body[:min(out.via.bytes, len(out.body))])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // net/http's way to break off an answer
	case byteByByte:
		for i := range out.body {
			if _, err := w.Write(out.body[i : i+1]); err != nil || r.Context().Err() != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
			if !s.sleep(out.via.wait) {
				return
			}
		}
	default:
		_, _ = w.Write(out.body)
	}
}

// tooLong refuses a body that is not read to its end. Faults do not meet it.
func (s *Sandbox) tooLong(q *request) reply {
	out := s.replyRefusal(q, refuse(http.StatusRequestEntityTooLarge, tango.KeyInvalidRequest, "The request body is unreadable or longer than 1 MiB"))
	s.finish(q, nil, &out)
	return out
}

// abort ends the connection with a TCP reset where that is possible.
func abort(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	raw := conn
	if t, ok := conn.(*tls.Conn); ok {
		raw = t.NetConn()
	}
	if t, ok := raw.(*net.TCPConn); ok {
		_ = t.SetLinger(0) // close sends RST
	}
	_ = raw.Close()
}

// Transport serves the sandbox without a network: put it into an http.Client. It uses no sockets and waits
// on timers and channels alone, so it works inside a testing/synctest bubble. The host of the URL does not
// matter. Certificate faults do not apply, since there is no TLS.
func (s *Sandbox) Transport() http.RoundTripper { return transport{s} }

type transport struct{ s *Sandbox }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		b, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
		_ = r.Body.Close()
		if err != nil {
			return nil, err
		}
		body = b
	}
	ctx := r.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(body) > maxBody {
		return response(ctx, t.s, r, t.s.tooLong(newRequest(r, nil, t.s.now()))), nil
	}
	if t.s.refuseClosed(r.Method, r.URL.Path) {
		return nil, ErrClosed
	}
	in := r.Clone(ctx)
	if in.RemoteAddr == "" {
		in.RemoteAddr = "192.0.2.1:1234" // TEST-NET-1, as net/http/httptest does
	}
	q := newRequest(in, body, t.s.now())
	result := make(chan reply, 1)
	go func() { result <- t.s.run(ctx, q) }() // it outlives the caller where a fault commits late
	select {
	case out := <-result:
		return t.deliver(ctx, r, out)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (t transport) deliver(ctx context.Context, r *http.Request, out reply) (*http.Response, error) {
	switch out.via.how {
	case refused:
		return nil, netError("dial", r.URL, syscall.ECONNREFUSED)
	case reset:
		return nil, netError("read", r.URL, syscall.ECONNRESET)
	case silent:
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-t.s.done:
			return nil, netError("read", r.URL, syscall.ECONNRESET)
		}
	}
	return response(ctx, t.s, r, out), nil
}

func netError(op string, u *url.URL, cause syscall.Errno) error {
	return &net.OpError{Op: op, Net: "tcp", Addr: address(u.Host), Err: cause}
}

type address string

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return string(a) }

func response(ctx context.Context, s *Sandbox, r *http.Request, out reply) *http.Response {
	h := out.header.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set("Content-Length", strconv.Itoa(len(out.body)))
	return &http.Response{
		Status: strconv.Itoa(out.status) + " " + http.StatusText(out.status), StatusCode: out.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, ContentLength: int64(len(out.body)), Request: r,
		Body: &replyBody{ctx: ctx, s: s, via: out.via, r: bytes.NewReader(out.body)},
	}
}

// replyBody delivers the body of an answer as its fault says.
type replyBody struct {
	ctx  context.Context
	s    *Sandbox
	via  delivery
	r    *bytes.Reader
	sent int
}

func (b *replyBody) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	switch b.via.how {
	case cutShort:
		left := b.via.bytes - b.sent
		if left <= 0 && b.r.Len() > 0 {
			return 0, io.ErrUnexpectedEOF
		}
		p = p[:min(len(p), max(left, 0))]
	case byteByByte:
		if b.r.Len() == 0 {
			return 0, io.EOF
		}
		t := time.NewTimer(b.via.wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-b.ctx.Done():
			return 0, b.ctx.Err()
		case <-b.s.done:
			return 0, io.ErrUnexpectedEOF
		}
		p = p[:min(len(p), 1)]
	}
	n, err := b.r.Read(p)
	b.sent += n
	return n, err
}

func (b *replyBody) Close() error { return nil }

// refuseClosed reports, and keeps as a warning, a request that comes after Close.
func (s *Sandbox) refuseClosed(method, path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		s.warn("a request after Close: %s %s", method, path)
	}
	return s.closed
}

func unescapeParts(p string) []string {
	parts := strings.Split(strings.TrimSuffix(p, "/"), "/")
	for i, e := range parts {
		u, err := url.PathUnescape(e)
		if err != nil {
			return []string{""} // no endpoint has an empty name
		}
		parts[i] = u
	}
	return parts
}
