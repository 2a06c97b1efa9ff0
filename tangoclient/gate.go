package tangoclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http/httptrace"
	"sync/atomic"
)

// errGateShut is what a body gives to the transport when its caller went away before the first byte.
var errGateShut = errors.New("the caller went away before anything was sent")

// gate decides, once and for all, whether the body of a write may leave. A server cannot act on a request
// whose body it never got, so a gate that was shut in time proves that nothing happened. There is no race:
// opening and shutting exclude each other.
type gate struct{ state atomic.Int32 }

const (
	gateIdle int32 = iota
	gateOpen
	gateShut
)

// open lets the body leave, unless the gate is shut.
func (g *gate) open() bool {
	return g.state.CompareAndSwap(gateIdle, gateOpen) || g.state.Load() == gateOpen
}

// shut keeps the body from leaving, and reports whether it was in time.
func (g *gate) shut() bool {
	return g.state.CompareAndSwap(gateIdle, gateShut) || g.state.Load() == gateShut
}

// opened reports whether the body may have left.
func (g *gate) opened() bool { return g.state.Load() == gateOpen }

// body puts a request body behind the gate. traced tells that the transport is net/http's own: that one says when
// it has a connection (httptrace.ClientTrace.GotConn) and writes nothing before. So its body can be a plain
// bytes.Reader, and headers and body leave in one packet; any other body net/http sends by itself, after the
// headers (golang.org/issue/22088). A gate that was shut in time leaves an empty body, which is shorter than the
// headers say: HTTP/1.1 sends nothing then, HTTP/2 a malformed request (RFC 9113, section 8.1.1).
func (g *gate) body(ctx context.Context, text []byte, traced bool) (context.Context, io.ReadCloser) {
	r := bytes.NewReader(text)
	if !traced {
		return ctx, gatedBody{g, r}
	}
	gotConn := func(httptrace.GotConnInfo) {
		if !g.open() {
			r.Reset(nil)
		}
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: gotConn}), io.NopCloser(r)
}

// gatedBody is a request body behind a gate, for transports of which no more is known than that they read it.
type gatedBody struct {
	gate *gate
	r    *bytes.Reader
}

func (b gatedBody) Read(p []byte) (int, error) {
	if !b.gate.open() {
		return 0, errGateShut
	}
	return b.r.Read(p)
}

func (gatedBody) Close() error { return nil }
