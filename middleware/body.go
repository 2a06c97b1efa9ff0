package middleware

import (
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// heldBody is a body that was read whole. Its text cannot change, so whoever reads it later reads exactly what
// was inspected. At its end it gives io.EOF once and then begins again, so that a second reader gets it too.
type heldBody struct {
	text      string
	off       int
	inspected bool // the guard has looked at it and, unless it only reports, found nothing
}

func (b *heldBody) Read(p []byte) (int, error) {
	if b.off >= len(b.text) {
		b.off = 0
		return 0, io.EOF
	}
	n := copy(p, b.text[b.off:])
	b.off += n
	return n, nil
}

func (b *heldBody) Close() error {
	b.off = 0
	return nil
}

// budget is what all requests together may hold at once.
type budget struct {
	used atomic.Int64
	most int64
}

func (b *budget) take(n int64) bool {
	if b == nil {
		return true
	}
	if b.used.Add(n) > b.most {
		b.used.Add(-n)
		return false
	}
	return true
}

func (b *budget) give(n int64) {
	if b != nil {
		b.used.Add(-n)
	}
}

const (
	firstRead  = 4 << 10   // a body is read into this much first, and then into twice as much each time
	keptBuffer = 128 << 10 // larger buffers are not kept for the next request
)

// scratches are buffers to read into. Nothing that a request can reach is ever in this pool: the body is copied
// out as a string.
var scratches = sync.Pool{New: func() any { b := make([]byte, firstRead); return &b }}

// readBody reads the body of req whole, at most limit bytes, and puts it back as a heldBody. see judges
// it. The budget is charged as bytes arrive, so that a slow or lying
// sender holds no more of it than it has sent; release gives it back when the handler is done.
func readBody(req *http.Request, limit int64, total *budget, see func(*heldBody) *Refusal) (release int64, refusal *Refusal) {
	if held, ok := req.Body.(*heldBody); ok {
		held.off = 0
		return 0, see(held)
	}
	if req.ContentLength > limit {
		return 0, tooLarge("body.limit")
	}
	scratch := scratches.Get().(*[]byte)
	buf := (*scratch)[:cap(*scratch)]
	defer func() {
		if cap(buf) <= keptBuffer {
			*scratch = buf
		}
		scratches.Put(scratch)
	}()
	charged := int64(0)
	n := 0
	for {
		if n == len(buf) {
			buf = grown(buf)
		}
		got, err := req.Body.Read(buf[n:])
		n += got
		if int64(n) > limit {
			total.give(charged)
			return 0, tooLarge("body.limit")
		}
		if !total.take(int64(got)) {
			total.give(charged)
			return 0, &Refusal{Status: http.StatusServiceUnavailable, Key: tango.KeyUnavailable, Message: "The service is temporarily unavailable", RetryAfter: 1e9, Reason: "body.budget"}
		}
		charged += int64(got)
		if err == io.EOF {
			break
		}
		if err != nil {
			total.give(charged)
			return 0, readRefusal(err)
		}
	}
	held := &heldBody{text: string(buf[:n])}
	req.Body = held
	req.ContentLength = int64(n)
	req.TransferEncoding = nil
	return charged, see(held)
}

// grown is buf with twice the room. append would round up, and past what is kept.
func grown(buf []byte) []byte {
	out := make([]byte, 2*len(buf))
	copy(out, buf)
	return out
}

// readRefusal is the answer to a body that did not arrive.
func readRefusal(err error) *Refusal {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return tooLarge("body.limit")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(http.StatusRequestTimeout, "408.001", "body.slow", "The request took too long to arrive")
	}
	return badRequest("body.cut", "The request ended before its body did")
}
