package tangoclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/tangoguard/tangoguard/internal/tango"
)

const (
	// AttemptTimeout is how long one attempt may take, its whole answer included. Tango asks for 15 s, on
	// every retry too.
	AttemptTimeout = 15 * time.Second

	// maxAttempts is Tango's cap on automated retries.
	maxAttempts = 5
	// defaultMaxElapsed leaves room for five attempts of 15 s and the waits between them.
	defaultMaxElapsed  = 2 * time.Minute
	defaultSettleAfter = 2 * time.Minute
)

// Config is copied by New. Environment and Credentials must be set; everything else has a safe default.
type Config struct {
	// Environment is Sandbox or Production. It sets API host, token host and audience together.
	Environment Environment
	// Credentials are sent with every request; see Basic.
	Credentials CredentialSource

	// TokenStore keeps OAuth tokens; nil: in memory. See NewFileStore and package redisstore.
	TokenStore TokenStore
	// ShortTokens asks for access tokens that live 5 minutes instead of 24 hours.
	ShortTokens bool
	// Audience replaces the audience in token requests; empty: as Tango documents it.
	Audience string
	// KeyMaxAge is the age from which on a key is warned of; 0: 90 days. More than six months, Tango's own
	// limit, is refused unless AllowOldKeys is set.
	KeyMaxAge    time.Duration
	AllowOldKeys bool

	// BaseURL replaces the API host by one on this machine, such as http://127.0.0.1:8484/raas/v2.
	BaseURL string
	// InsecureBaseURL replaces the API host by any other. That host gets the credentials, and decides about
	// the orders. It must be https unless it is loopback.
	InsecureBaseURL string

	// InsecureTokenURL replaces the token endpoint. It gets client secrets and passwords. Without it, a
	// replaced base URL takes /oauth/token on its own host.
	InsecureTokenURL string

	// RootCAs are the certificate authorities to trust; nil: the system's.
	RootCAs *x509.CertPool
	// PinAmazonRoots trusts AmazonRoots and nothing else. It stops working if Tango changes its CA, as it did
	// once: then every call fails until this is turned off.
	PinAmazonRoots bool
	// TLS is the base of the TLS configuration, for client certificates and the like. New refuses one that
	// does not verify the peer, writes out session keys, or allows less than TLS 1.2.
	TLS *tls.Config
	// Proxy chooses the proxy; nil: by the environment (HTTPS_PROXY, NO_PROXY). Loopback never uses one.
	Proxy func(*http.Request) (*url.URL, error)
	// DialContext opens connections; nil: a net.Dialer. TLS is done on top of it.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)
	// WrapTransport puts a decorator round the client's transport, for metrics and the like. It sees requests
	// with their Authorization header.
	WrapTransport func(http.RoundTripper) http.RoundTripper
	// InsecureTransport replaces the client's transport, and with it everything that New makes sure of about
	// TLS. For tests, with the in-process transport of tangotest.
	InsecureTransport http.RoundTripper

	// Pacer keeps the pace; nil: one request a second by this process. Package redisstore has one that a fleet
	// shares.
	Pacer Pacer
	// FleetSize is how many processes send for the platform without a shared Pacer: each sends one request in
	// that many seconds. 0: 1.
	FleetSize int
	// NoPace sends without keeping to one request a second. Tango refuses the rest with 429.
	NoPace bool

	// MaxAttempts is how often a call is tried, 1 to 5; 0: 5.
	MaxAttempts int
	// MaxElapsed bounds a call with all its attempts and waits; 0: 2 minutes. An attempt of a write that is
	// on its way is not cut off by it.
	MaxElapsed time.Duration
	// SettleAfter is how long after its last attempt an order that cannot be found counts as not placed; 0:
	// 2 minutes.
	SettleAfter time.Duration
	// RefKey keys the references of WithRefNamespace; empty: who knows tenant and reference can compute what
	// goes to Tango. Never change it: the same order would get another reference and be placed again.
	RefKey Secret
	// OnLateOutcome is told how an attempt ended whose caller had gone away. It is called on its own
	// goroutine; nil: the outcome is logged only.
	OnLateOutcome func(LateOutcome)

	// Limits refuse orders that cost too much.
	Limits Limits

	// TracerProvider and MeterProvider are OpenTelemetry's; nil: the global ones.
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
	// Logger gets what operators need, without secrets and personal data; nil: nothing is logged.
	Logger *slog.Logger
}

// New checks the configuration and makes a client. All mistakes are reported together. Nothing is sent.
func New(cfg Config) (*Client, error) {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	h, ok := cfg.Environment.hosts()
	if !ok {
		fail("Environment: must be Sandbox or Production; there is no default")
	}
	if cfg.Credentials == nil {
		fail("Credentials: must be set, for example with Basic(platformName, key)")
	}
	if err := overrideHosts(&h, &cfg); err != nil {
		errs = append(errs, err)
	}
	if cfg.KeyMaxAge > maxKeyMaxAge && !cfg.AllowOldKeys {
		fail("KeyMaxAge: more than six months; Tango asks for a change at least that often (AllowOldKeys takes it all the same)")
	}
	if check, ok := cfg.Credentials.(interface{ check() error }); ok {
		if err := check.check(); err != nil {
			fail("Credentials: %w", err)
		}
	}
	if cfg.MaxAttempts < 0 || cfg.MaxAttempts > maxAttempts {
		fail("MaxAttempts: must be between 1 and %d, or 0 for %d", maxAttempts, maxAttempts)
	}
	for name, d := range map[string]time.Duration{"MaxElapsed": cfg.MaxElapsed, "SettleAfter": cfg.SettleAfter, "KeyMaxAge": cfg.KeyMaxAge} {
		if d < 0 {
			fail("%s: must not be negative", name)
		}
	}
	if cfg.FleetSize < 0 {
		fail("FleetSize: must not be negative")
	}
	if cfg.NoPace && (cfg.Pacer != nil || cfg.FleetSize > 1) || cfg.Pacer != nil && cfg.FleetSize > 1 {
		fail("NoPace, Pacer and FleetSize: set at most one")
	}
	for _, m := range []map[string]Amount{cfg.Limits.PerOrder, cfg.Limits.PerAccountPerDay} {
		for currency, amount := range m {
			if currency != "*" && !tango.IsCurrency(currency) {
				fail("Limits: a key is no currency code such as USD, nor *")
			}
			if amount.Sign() < 0 {
				fail("Limits: an amount is below 0")
			}
		}
	}
	tel, err := newTelemetry(cfg.TracerProvider, cfg.MeterProvider)
	if err != nil {
		fail("MeterProvider: %w", err)
	}
	rt, err := newTransport(&cfg)
	if err != nil {
		errs = append(errs, err)
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("tangoclient: %w", errors.Join(errs...))
	}
	c := &Client{core: &core{
		base:        h.api,
		rt:          rt,
		traced:      cfg.InsecureTransport == nil && cfg.WrapTransport == nil,
		maxAttempts: orDefault(cfg.MaxAttempts, maxAttempts),
		maxElapsed:  orDefault(cfg.MaxElapsed, defaultMaxElapsed),
		settleAfter: orDefault(cfg.SettleAfter, defaultSettleAfter),
		onLate:      cfg.OnLateOutcome,
		pacer:       newPacer(&cfg),
		unclear:     new(unclear),
		refKey:      cfg.RefKey,
		spending:    newSpending(cfg.Limits),
		tel:         tel,
	}}
	c.auth = newAuth(cfg.Credentials, new(secretSet), orDefault(cfg.KeyMaxAge, defaultKeyMaxAge))
	c.log = newLogger(cfg.Logger, c.auth.secrets)
	c.auth.log = c.log
	c.auth.oauth = &oauth{url: h.token, audience: h.audience, rt: rt, store: cfg.TokenStore, core: c.core, failed: make(map[string]tokenFailure)}
	if cfg.TokenStore == nil {
		c.auth.oauth.store = NewMemoryStore()
	}
	return c, nil
}

// overrideHosts applies what the configuration puts in place of Tango's hosts and audience.
func overrideHosts(h *hosts, cfg *Config) error {
	field, raw := "BaseURL", cfg.BaseURL
	if cfg.InsecureBaseURL != "" {
		if raw != "" {
			return errors.New("BaseURL and InsecureBaseURL: set at most one")
		}
		field, raw = "InsecureBaseURL", cfg.InsecureBaseURL
	}
	if cfg.ShortTokens {
		h.audience = audience5m
	}
	if cfg.Audience != "" {
		h.audience = cfg.Audience
	}
	var errs []error
	if raw != "" {
		errs = append(errs, overrideAPI(h, field, raw))
	}
	if cfg.InsecureTokenURL != "" {
		t, err := checkURL("InsecureTokenURL", cfg.InsecureTokenURL, false)
		h.token = t
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func overrideAPI(h *hosts, field, raw string) error {
	base, err := checkURL(field, raw, field == "BaseURL")
	if err != nil {
		return err
	}
	u, _ := url.Parse(base) // checkURL has parsed it
	h.api = base
	h.token = (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/oauth/token"}).String()
	return nil
}

func orDefault[T int | int64 | time.Duration](v, def T) T {
	if v == 0 {
		return def
	}
	return v
}
