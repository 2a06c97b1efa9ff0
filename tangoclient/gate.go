package tangoclient

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
)

// errGateShut is what a body gives to the transport when its caller went away before the first byte.
var errGateShut = errors.New("the caller went away before anything was sent")

// gate decides, once and for all, whether the body of a write may leave. A server cannot act on a request
// whose body it never got, so a gate that was shut in time proves that nothing happened. Unlike a trace of
// the connection, it works with every transport and has no race: opening and shutting exclude each other.
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

// gatedBody is a request body behind a gate.
type gatedBody struct {
	gate *gate
	r    bytes.Reader
}

func newGatedBody(g *gate, body []byte) *gatedBody {
	b := &gatedBody{gate: g}
	b.r.Reset(body)
	return b
}

func (b *gatedBody) Read(p []byte) (int, error) {
	if !b.gate.open() {
		return 0, errGateShut
	}
	return b.r.Read(p)
}

func (b *gatedBody) Close() error { return nil }

var _ io.ReadCloser = (*gatedBody)(nil)
