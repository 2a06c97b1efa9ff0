package middleware

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// RequestIDConfig gives every request an id, in the header X-REQUEST-ID of the request and of the answer. An id
// that the caller sends is kept if it is 8 to 64 letters, digits, hyphens, dots or underscores and comes once;
// otherwise it gets a new one, because it will stand in logs.
type RequestIDConfig struct {
	// New makes an id. Nil: a random UUID.
	New func() string
	// Replace never keeps the caller's id.
	Replace bool
}

// RequestID is [RequestIDConfig] with its defaults. It belongs first, in Pre.
func RequestID() echo.MiddlewareFunc { return must(RequestIDConfig{}.ToMiddleware()) }

// ToMiddleware makes the middleware for Echo.
func (cfg RequestIDConfig) ToMiddleware() (echo.MiddlewareFunc, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			cfg.set(c.Response(), c.Request())
			return next(c)
		}
	}, nil
}

// ToHandler is the same for net/http.
func (cfg RequestIDConfig) ToHandler() (func(http.Handler) http.Handler, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			cfg.set(w, req)
			next.ServeHTTP(w, req)
		})
	}, nil
}

func (cfg RequestIDConfig) check() error {
	if cfg.New != nil && !validRequestID(cfg.New()) {
		return errors.New("middleware: RequestIDConfig.New makes ids that are not 8 to 64 letters, digits, hyphens, dots or underscores")
	}
	return nil
}

func (cfg RequestIDConfig) set(w http.ResponseWriter, req *http.Request) {
	sent := req.Header.Values(tango.RequestIDHeader)
	if cfg.Replace || len(sent) != 1 || !validRequestID(sent[0]) {
		id := newRequestID()
		if cfg.New != nil {
			id = cfg.New()
		}
		req.Header.Set(tango.RequestIDHeader, id)
	}
	w.Header().Set(tango.RequestIDHeader, req.Header.Get(tango.RequestIDHeader))
}

// HardenServer sets what a handler cannot: how long a client may take, and how much it may send, before there
// is a request to look at. What is set already stays.
//
//	ReadHeaderTimeout  5 s     a client that sends its headers byte by byte (CWE-400, "Slowloris")
//	ReadTimeout        30 s    the same with the body
//	WriteTimeout       60 s    a client that does not read; longer than a call to Tango with its retries may
//	                           take needs a larger value here
//	IdleTimeout        120 s
//	MaxHeaderBytes     32 KiB  before they are parsed; Go's default is 1 MiB
//
// For Echo: HardenServer(e.Server), and e.TLSServer.
func HardenServer(s *http.Server) {
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&s.ReadHeaderTimeout, 5*time.Second)
	set(&s.ReadTimeout, 30*time.Second)
	set(&s.WriteTimeout, 60*time.Second)
	set(&s.IdleTimeout, 120*time.Second)
	if s.MaxHeaderBytes == 0 {
		s.MaxHeaderBytes = 32 << 10
	}
}
