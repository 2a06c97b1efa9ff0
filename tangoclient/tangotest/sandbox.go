package tangotest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// Sandbox is a Tango that lives in this process. Its methods may be called from many goroutines. Make it
// with New.
type Sandbox struct {
	cfg  Config
	done chan struct{} // closed by Close; ends every wait of a fault

	mu       sync.Mutex // guards what follows; never held over a wait
	closed   bool
	st       *state
	pace     map[string]time.Time // by scope: the earliest time of the next request, as GCRA keeps it
	busy     map[refKey]int       // refs whose first request is still in process
	bodies   map[refKey][32]byte  // the first body seen with each ref
	failed   map[refKey]bool      // refs used up by a refused order
	tokens   map[string]token
	issued   map[string]time.Time // by OAuth client id: when its last token was made
	faults   []*playing
	seen     map[string]int // by request identity: how often it came, for faults with a Chance
	log      []Request
	warnings []string
	chain    *chain // made on the first call of TLS
}

// ErrClosed is what a request gets from Transport after Close.
var ErrClosed = errors.New("tangotest: request after Close")

// New makes a sandbox. All mistakes in the configuration, the seed and the faults are reported together.
func New(cfg Config) (*Sandbox, error) {
	err := cfg.check()
	st, seedErr := loadSeed(cfg.Seed, cfg.IdentifierCase == "fold")
	if err := errors.Join(err, seedErr); err != nil {
		return nil, err
	}
	s := &Sandbox{
		cfg: cfg, done: make(chan struct{}), st: st,
		pace: map[string]time.Time{}, busy: map[refKey]int{}, bodies: map[refKey][32]byte{}, failed: map[refKey]bool{},
		tokens: map[string]token{}, issued: map[string]time.Time{}, seen: map[string]int{},
	}
	s.play(cfg.Faults)
	return s, nil
}

// Close ends the sandbox: requests that wait in a fault are dropped, and a later request is an error and a
// warning. A second call does nothing.
func (s *Sandbox) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
	return nil
}

// now is the time of the sandbox. It is the process's clock, so that a testing/synctest bubble moves it.
func (s *Sandbox) now() time.Time { return time.Now() }

// sleep waits for d, or less when the sandbox is closed; it reports whether it was the whole time.
func (s *Sandbox) sleep(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.done:
		return false
	}
}

// request is what the sandbox knows of one request, whichever way it came.
type request struct {
	method, path string // the path as Tango echoes it: /raas/v2/orders
	parts        []string
	query        map[string][]string
	rawQuery     string
	header       http.Header
	remote       string
	body         []byte
	id           string
	at           time.Time

	platform *platform
	keyIndex int    // 1 or 2: which of the platform's keys; 0 for a token
	secret   string // the key or token that was shown
	ref      string
	object   *object // the body, once it was read as a JSON object
	holds    refKey  // the ref that a waiting fault keeps in process for this very request
	skew     time.Duration
	pending  time.Duration
}

func newRequest(r *http.Request, body []byte, now time.Time) *request {
	q := &request{
		method: r.Method, path: r.URL.Path, query: r.URL.Query(), rawQuery: r.URL.RawQuery, header: r.Header,
		remote: host(r.RemoteAddr), body: body, id: uuid(), at: now,
	}
	if q.header == nil {
		q.header = http.Header{}
	}
	if p, ok := strings.CutPrefix(r.URL.EscapedPath(), prefix+"/"); ok {
		q.parts = unescapeParts(p)
	}
	if o, err := parseObject(body); err == nil {
		q.object = o
		q.ref = o.str("externalRefID")
	} else if v := q.query["externalRefID"]; len(v) > 0 {
		q.ref = v[0]
	}
	return q
}

func host(addr string) string {
	if h, _, err := net.SplitHostPort(addr); err == nil {
		return h
	}
	return addr
}

// uuid is a random UUID (RFC 9562, version 4).
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it does not fail: crypto/rand
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// run decides what a request gets, waiting where a fault says so.
func (s *Sandbox) run(ctx context.Context, q *request) reply {
	f := s.pick(q)
	out := s.perform(ctx, q, f)
	s.finish(q, f, &out)
	return out
}

// finish adds what every answer carries, and writes the log.
func (s *Sandbox) finish(q *request, f *Fault, out *reply) {
	if out.header == nil {
		out.header = http.Header{}
	}
	out.header.Set(tango.RequestIDHeader, q.id)
	if out.header.Get("Date") == "" {
		out.header.Set("Date", s.now().Add(q.skew).UTC().Format(http.TimeFormat))
	}
	s.record(q, f, *out)
}

// warn keeps a warning for Warnings and logs it. The caller holds s.mu.
func (s *Sandbox) warn(format string, args ...any) {
	m := fmt.Sprintf(format, args...)
	s.warnings = append(s.warnings, m)
	s.cfg.Logger.Warn(m)
}

// Warnings lists what a careful client does not do, in the order of its happening: two requests with one
// externalRefID and different bodies; a request after Close. A test of a client ends by asserting on it.
func (s *Sandbox) Warnings() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.warnings...)
}
