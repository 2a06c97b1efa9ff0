package tangotest

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/tangoguard/tangoguard/internal/money"
)

// Config chooses the seed of a Sandbox and how it behaves where Tango's documents leave a question open. The
// zero value is a sandbox with the built-in seed and the behaviour that is believed to be Tango's.
type Config struct {
	// Seed is a JSON document with the state to start from; nil means the built-in one (see the package
	// page). A part that the document leaves out is the built-in seed's; an empty list means none.
	Seed io.Reader

	// Pace is the number of requests that each PaceScope may make in a second before it gets 429. 0 means 1,
	// as Tango documents. A request may come a tenth of an interval early, for the jitter of a network.
	Pace int
	// NoPace switches the limit off.
	NoPace bool
	// PaceScope says who shares a pace: "platform" (the default), "account" (the one that a request names),
	// "address" (the caller's IP address) or "endpoint" (platform, method and path). Unknown of Tango.
	PaceScope string
	// PaceKey is the i18nKey of that 429: "429.008" by default; "429.001" is the other candidate.
	PaceKey string
	// RetryAfter is sent in the header of that name with such a 429, in whole seconds; 0 sends none. Tango
	// documents none.
	RetryAfter time.Duration

	// Browser reports whether a request comes from a browser and gets 403.001. Nil means: its method changes
	// state and it carries Origin, Sec-Fetch-Site, Sec-Fetch-Mode or Sec-Fetch-Dest; or it is a preflight.
	// How Tango tells, and what it does with GET, is unknown.
	Browser func(method string, header map[string][]string) bool
	// Insecure reports whether a text of a request gets 422.111. The path is the field's, as errors[] names
	// it, such as "recipient.firstName". Nil means: Tango's documented characters (< > / in names) and what
	// this project's own detection reports. Tango's list of characters is unknown.
	Insecure func(path, text string) bool
	// BrowserErrorInFields puts 403.001 into errors[] instead of the envelope's own members. No recorded
	// body of it is known.
	BrowserErrorInFields bool
	// ShortErrors answers errors of customers and accounts as {message, i18nKey, i18nTokenReplacements}
	// without the envelope, which Tango's OpenAPI allows there.
	ShortErrors bool
	// FieldErrorStatus is the HTTP status of answers with errors[]: 400 (the default) or 422.
	FieldErrorStatus int
	// RefuseUnknownFields refuses a request with a field that Tango does not document. Tango is believed to
	// ignore them.
	RefuseUnknownFields bool
	// RefuseDigitalAddress refuses recipient.address on orders that are not sent by post, as Tango did until
	// 2024 (422.168).
	RefuseDigitalAddress bool
	// IdentifierCase is what happens to capitals in identifiers: "lower" (the default: refused in new ones),
	// "any" (allowed, and different from small letters) or "fold" (allowed, and the same).
	IdentifierCase string
	// MaxText limits text fields by their path in an order, in characters: campaign and notes have 1024,
	// emailSubject, message and purchaseOrderNumber no limit that is known. 0 means no limit.
	MaxText map[string]int

	// RefWindow is how long an externalRefID is remembered: 90 days by default, negative means for ever.
	RefWindow time.Duration
	// FailedConsumesRef makes an order that was refused use up its externalRefID: the next try gets 409.024.
	FailedConsumesRef bool
	// CustomerStatus is the status of new customers, "ACTIVE" by default; Tango documents no values.
	CustomerStatus string
	// DepositFeePercent is the fee of a card deposit, "2.9" by default as Tango's newest page says; older
	// ones say 3.5.
	DepositFeePercent string
	// PendingFor is how long new orders stay PENDING, without a reward. 0 means that they complete at once.
	PendingFor time.Duration

	// TokenEvery is the least time between two tokens of one OAuth client; sooner gets 400 and "has exceeded
	// the daily rate limit". 0 means no limit, as Tango's newest page says; 20 hours is what an older one
	// says.
	TokenEvery time.Duration
	// TokenErrorsJSON makes the token endpoint answer errors as {"error","error_description"}. Tango's
	// documents declare text/plain.
	TokenErrorsJSON bool

	// Faults are played from the start; see Sandbox.Play. FaultSeed chooses which of the requests meet a
	// fault with a Chance: the same seed, the same ones.
	Faults    []Fault
	FaultSeed uint64

	// Dump serves GET /_sandbox/state: the state as a seed, platform keys and reward codes included.
	Dump bool
	// LogSize is how many requests Requests keeps, the newest. 0 means 100,000.
	LogSize int
	// Logger hears every request (at debug level) and every warning. Nil is silent.
	Logger *slog.Logger
}

// check fills in what is believed and reports all mistakes together.
func (c *Config) check() error {
	var errs []error
	oneOf := func(name string, value *string, believed string, others ...string) {
		if *value == "" {
			*value = believed
		}
		for _, o := range append(others, believed) {
			if *value == o {
				return
			}
		}
		errs = append(errs, fmt.Errorf("tangotest: %s is none of the values that its comment lists", name))
	}
	oneOf("PaceScope", &c.PaceScope, "platform", "account", "address", "endpoint")
	oneOf("IdentifierCase", &c.IdentifierCase, "lower", "any", "fold")
	if c.PaceKey == "" {
		c.PaceKey = "429.008"
	}
	if c.Pace < 0 || c.Pace > 1_000_000 {
		errs = append(errs, errors.New("tangotest: Pace is not between 0 and 1,000,000"))
	}
	if c.Pace == 0 {
		c.Pace = 1
	}
	if c.FieldErrorStatus == 0 {
		c.FieldErrorStatus = 400
	}
	if c.FieldErrorStatus != 400 && c.FieldErrorStatus != 422 {
		errs = append(errs, errors.New("tangotest: FieldErrorStatus is neither 400 nor 422"))
	}
	if c.CustomerStatus == "" {
		c.CustomerStatus = "ACTIVE"
	}
	if c.DepositFeePercent == "" {
		c.DepositFeePercent = "2.9"
	}
	if p, err := money.Parse(c.DepositFeePercent); err != nil || p.Sign() < 0 {
		errs = append(errs, errors.New("tangotest: DepositFeePercent is not a plain decimal number"))
	}
	if c.RefWindow == 0 {
		c.RefWindow = 90 * 24 * time.Hour
	}
	if c.PendingFor < 0 || c.TokenEvery < 0 || c.RetryAfter < 0 {
		errs = append(errs, errors.New("tangotest: PendingFor, TokenEvery or RetryAfter is negative"))
	}
	if c.LogSize <= 0 {
		c.LogSize = 100_000
	}
	if c.Browser == nil {
		c.Browser = believedBrowser
	}
	if c.Insecure == nil {
		c.Insecure = believedInsecure
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	for i, f := range c.Faults {
		if err := f.check(); err != nil {
			errs = append(errs, fmt.Errorf("tangotest: fault %d: %w", i+1, err))
		}
	}
	return errors.Join(errs...)
}
