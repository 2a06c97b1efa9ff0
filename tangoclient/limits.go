package tangoclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// ErrLimit means that an order would exceed Config.Limits. It is local: nothing was sent.
var ErrLimit = errors.New("over a limit of this client")

// Limits bound what orders may cost, by the currency of the item, so that a stolen key of one tenant cannot
// empty an account. The key "*" stands for currencies that are not listed and for items that the catalog does
// not have. With a limit set, an order in a currency that has none is refused, and the catalog is fetched to
// learn the currency of items.
type Limits struct {
	// PerOrder is the most that one order may be worth.
	PerOrder map[string]Amount
	// PerAccountPerDay is the most that the orders of an account may be worth in any 24 hours. It counts what
	// this client has placed since it was made: every process has its own count, and a restart begins anew.
	PerAccountPerDay map[string]Amount
}

// LimitError is an ErrLimit. It names the limit and not the amount.
type LimitError struct {
	Limit    string // PerOrder or PerAccountPerDay
	Currency string // "" when the currency of the item is not known
}

// Error names the limit.
func (e *LimitError) Error() string {
	return fmt.Sprintf("tango: createOrder: over Limits.%s for currency %q; nothing was sent", e.Limit, e.Currency)
}

// Is makes it an ErrLimit and an ErrForbidden.
func (e *LimitError) Is(target error) bool { return target == ErrLimit || target == ErrForbidden }

// TangoStatus is 403.
func (e *LimitError) TangoStatus() int { return http.StatusForbidden }

// TangoKey is empty: the limit is not Tango's.
func (e *LimitError) TangoKey() string { return "" }

// TangoRetryAfter is 0.
func (e *LimitError) TangoRetryAfter() time.Duration { return 0 }

// TangoFields names the amount.
func (e *LimitError) TangoFields() []FieldError {
	return []FieldError{{Pointer: "/amount", Message: "is over a limit for this account"}}
}

// OutcomeUnknown is false: nothing was sent.
func (e *LimitError) OutcomeUnknown() bool { return false }

var _ tango.ClientError = (*LimitError)(nil)

// spending counts what orders have cost in the last day.
type spending struct {
	limits Limits

	mu    sync.Mutex
	spent map[spendKey][]spend
}

type spendKey struct{ customer, account, currency string }

type spend struct {
	ref    string
	amount Amount
	at     time.Time
}

func newSpending(l Limits) *spending {
	clone := func(m map[string]Amount) map[string]Amount {
		out := make(map[string]Amount, len(m))
		for k, v := range m {
			out[k] = v
		}
		return out
	}
	return &spending{limits: Limits{clone(l.PerOrder), clone(l.PerAccountPerDay)}, spent: make(map[spendKey][]spend)}
}

func (s *spending) none() bool { return len(s.limits.PerOrder)+len(s.limits.PerAccountPerDay) == 0 }

// reserve counts an order, or refuses it. done says how it went: an order that was not placed by this call does
// not count. One reference counts once.
func (c *Client) reserve(ctx context.Context, r *OrderRequest, ref string) (done func(*Order, error), err error) {
	s := c.spending
	if s.none() {
		return func(*Order, error) {}, nil
	}
	if _, err := c.Catalog(ctx); err != nil {
		return nil, fmt.Errorf("the currency of the item is needed for Config.Limits: %w", err)
	}
	currency := c.catalog.currencyOf(r.UTID)
	if over(s.limits.PerOrder, currency, r.Amount) {
		return nil, &LimitError{"PerOrder", currency}
	}
	key := spendKey{r.CustomerIdentifier, r.AccountIdentifier, currency}
	counted, ok := s.add(key, spend{ref, r.Amount, time.Now()})
	if !ok {
		return nil, &LimitError{"PerAccountPerDay", currency}
	}
	return func(o *Order, err error) {
		placed := err == nil && o.Outcome == Created || is[*UnknownOutcomeError](err)
		if counted && !placed {
			s.remove(key, ref)
		}
	}, nil
}

// over reports whether an amount is above the limit of its currency. A currency without a limit has none only
// when there are no limits at all.
func over(limits map[string]Amount, currency string, amount Amount) bool {
	if len(limits) == 0 {
		return false
	}
	limit, ok := limits[currency]
	if !ok {
		limit, ok = limits["*"]
	}
	return !ok || amount.Cmp(limit) > 0
}

// add counts an order; counted is false when its reference was counted before.
func (s *spending) add(key spendKey, x spend) (counted, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	day := slices.DeleteFunc(s.spent[key], func(o spend) bool { return x.at.Sub(o.at) >= 24*time.Hour })
	s.spent[key] = day
	if slices.ContainsFunc(day, func(o spend) bool { return o.ref == x.ref }) {
		return false, true
	}
	sum := x.amount
	for _, o := range day {
		var err error
		if sum, err = sum.Add(o.amount); err != nil {
			return false, false
		}
	}
	if over(s.limits.PerAccountPerDay, key.currency, sum) {
		return false, false
	}
	s.spent[key] = append(day, x)
	return true, true
}

func (s *spending) remove(key spendKey, ref string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spent[key] = slices.DeleteFunc(s.spent[key], func(o spend) bool { return o.ref == ref })
}
