package middleware

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// Accounts is the set of accounts that a caller may use, as pairs of customer and account. The zero value
// allows none.
type Accounts = tango.Accounts

// Account is one of Accounts.
type Account = tango.Account

// AccountConfig shows that every account a request names is the caller's. Tango cannot: it trusts the platform
// that calls it, whichever of the platform's accounts is named (CWE-639).
//
// It closes by default. A request is let through when the accounts that the route declares are named, all of
// them are the caller's, a customer and an account also as a pair, and no account is named anywhere else: not
// in another place of the body, the query, the path, a header or a form, in whatever letter case. Everything
// else is 403, with one answer for an account of somebody else and one that does not exist. A resolver that
// fails is 503.
//
// What it cannot know: a name of the backend's own for an account, unless it is in Pairs, and accounts behind
// objects; see [ObjectConfig] for those.
type AccountConfig struct {
	// Resolve tells whose accounts the caller may use. It runs after authentication. An error, or a panic,
	// is 503.
	Resolve func(*http.Request) (Accounts, error)
	// Pairs are what the route may name. Nil: customerIdentifier and accountIdentifier in the body, the query
	// and the path.
	Pairs []AccountPair
	// NoAccount says that the route names no account: then any that is named is refused, and Resolve is not
	// asked.
	NoAccount bool
	// Limits bound a body that no guard has read. Zero fields mean the defaults.
	Limits Limits
	// Observe is where refusals are logged and counted.
	Observe Observe
	// Errors is how the net/http form writes its answer.
	Errors ErrorConfig
}

// AccountPair is where a request names one account. If it is named in several places they must agree.
type AccountPair struct {
	Customer []Place // may be empty: then the account alone decides, as in a transfer
	Account  []Place
	// CustomerSuffices lets a request through that names a customer and no account, as a list of a customer's
	// accounts does. All accounts of the customer must then be the caller's: this check cannot see it.
	CustomerSuffices bool
	// Optional lets a request through that names neither.
	Optional bool
}

func defaultPairs() []AccountPair {
	return []AccountPair{{
		Customer: []Place{"body:/customerIdentifier", "query:customerIdentifier", "path:customerIdentifier"},
		Account:  []Place{"body:/accountIdentifier", "query:accountIdentifier", "path:accountIdentifier"},
	}}
}

// RequireAccount is [AccountConfig] with its defaults. It panics on a nil resolver: there is no safe default
// for the question who owns what.
func RequireAccount(resolve func(*http.Request) (Accounts, error)) echo.MiddlewareFunc {
	return must(AccountConfig{Resolve: resolve}.ToMiddleware())
}

// ToMiddleware checks the configuration and makes the middleware for Echo. It belongs on a route or group,
// behind authentication: path parameters are known there.
func (cfg AccountConfig) ToMiddleware() (echo.MiddlewareFunc, error) {
	check, err := cfg.build()
	if err != nil {
		return nil, err
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			req, r := check.admit(c.Request(), c.Path(), paramsOf(c))
			if r != nil {
				return echoError(c, r)
			}
			c.SetRequest(req)
			return next(c)
		}
	}, nil
}

// ToHandler is the same for net/http, for the handler of a route.
func (cfg AccountConfig) ToHandler() (func(http.Handler) http.Handler, error) {
	check, err := cfg.build()
	if err != nil {
		return nil, err
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			admitted, r := check.admit(req, req.Pattern, patternParams{req})
			if r != nil {
				cfg.Errors.Respond(w, req, r)
				return
			}
			next.ServeHTTP(w, admitted)
		})
	}, nil
}

// AccountsOf are the accounts that a request named and that were shown to be the caller's, in the order of
// AccountConfig.Pairs. Nil without RequireAccount.
func AccountsOf(ctx context.Context) Accounts {
	a, _ := ctx.Value(accountsKey{}).(Accounts)
	return slices.Clone(a)
}

type accountsKey struct{}

type accountCheck struct {
	AccountConfig
	pairs   []pairPlaces
	wanted  []place
	observe *observer
}

type pairPlaces struct {
	AccountPair
	customer, account []place
}

func (cfg AccountConfig) build() (*accountCheck, error) {
	var wrong []error
	if cfg.Resolve == nil && !cfg.NoAccount {
		wrong = append(wrong, errors.New("middleware: AccountConfig.Resolve is nil: nobody can say whose accounts are whose"))
	}
	if cfg.NoAccount && cfg.Pairs != nil {
		wrong = append(wrong, errors.New("middleware: AccountConfig: NoAccount and Pairs contradict each other"))
	}
	pairs := cfg.Pairs
	if pairs == nil && !cfg.NoAccount {
		pairs = defaultPairs()
	}
	cfg.Limits = cfg.Limits.withDefaults()
	check := &accountCheck{AccountConfig: cfg}
	for _, p := range pairs {
		customer, err1 := parsePlaces(p.Customer)
		account, err2 := parsePlaces(p.Account)
		wrong = append(wrong, err1, err2)
		if len(p.Account) == 0 && !p.CustomerSuffices {
			wrong = append(wrong, errors.New("middleware: AccountConfig.Pairs: a pair without a place for the account needs CustomerSuffices"))
		}
		check.pairs = append(check.pairs, pairPlaces{p, customer, account})
		check.wanted = append(append(check.wanted, customer...), account...)
	}
	observe, err := cfg.Observe.build()
	check.observe = observe
	return check, errors.Join(append(wrong, err)...)
}

func (a *accountCheck) admit(req *http.Request, pattern string, p params) (*http.Request, *Refusal) {
	used, r := a.decide(req, p)
	if r != nil {
		a.observe.refused(req, pattern, r)
		return nil, r
	}
	return req.WithContext(context.WithValue(req.Context(), accountsKey{}, used)), nil
}

// decide is the whole rule.
func (a *accountCheck) decide(req *http.Request, p params) (Accounts, *Refusal) {
	named, r := mentions(req, p, a.Limits, a.wanted, tango.RoleAccount, tango.RoleCustomer)
	if r != nil {
		return nil, r
	}
	for i := range named {
		if !named[i].is(a.wanted) {
			return nil, forbidden("account.undeclared")
		}
	}
	if a.NoAccount {
		return nil, nil
	}
	own, err := resolved(req, a.Resolve)
	if err != nil {
		return nil, resolverFailed(err)
	}
	var used Accounts
	for _, pair := range a.pairs {
		customer, ok1 := agreed(named, pair.customer)
		account, ok2 := agreed(named, pair.account)
		if !ok1 || !ok2 {
			return nil, forbidden("account.ambiguous")
		}
		if reason := pair.judge(own, customer, account); reason != "" {
			return nil, forbidden(reason)
		}
		if customer != "" || account != "" {
			used = append(used, Account{Customer: customer, Account: account})
		}
	}
	return used, nil
}

// judge says why a pair is refused, or "".
func (p *pairPlaces) judge(own Accounts, customer, account string) string {
	switch {
	case customer == "" && account == "":
		if !p.Optional {
			return "account.missing"
		}
	case account == "":
		if !p.CustomerSuffices || !own.HasCustomer(customer) {
			return "account.customer"
		}
	case customer == "":
		if !own.HasAccount(account) {
			return "account.foreign"
		}
	case !own.Allows(customer, account):
		return "account.pair"
	}
	return ""
}

// agreed is the one value that is named in the places; "" if none is. ok is false when two differ, or when a
// value is empty or no string.
func agreed(named []mention, places []place) (value string, ok bool) {
	for i := range named {
		m := &named[i]
		if !m.is(places) {
			continue
		}
		if !m.text || m.value == "" || (value != "" && m.value != value) {
			return "", false
		}
		value = m.value
	}
	return value, true
}

// resolved asks the resolver. A panic is an error: the door stays closed.
func resolved[T any](req *http.Request, resolve func(*http.Request) (T, error)) (out T, err error) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			err = errors.New("the resolver panicked")
		}
	}()
	return resolve(req)
}

func resolverFailed(err error) *Refusal {
	return &Refusal{Status: http.StatusServiceUnavailable, Key: tango.KeyUnavailable, Message: "The service is temporarily unavailable", RetryAfter: 1e9, Reason: "resolver", Err: err}
}
