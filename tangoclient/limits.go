package tangoclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
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
	// this client has placed, or may have placed, since it was made, and keeps that in memory: every process has
	// its own count, and a restart begins anew. So n processes can spend n times as much. Divide the limit by
	// their number, or send from one process (as package outbox does on one store).
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
	spent map[spendKey][]*spend
}

type spendKey struct{ customer, account, currency string }

// spend is what one reference has cost. Calls with the same reference are one order, but they need not ask for the
// same amount: the most that any of them asked for counts, because any of them may be the one that is placed.
type spend struct {
	ref    string
	amount Amount
	at     time.Time
	calls  int  // on their way
	placed bool // by one of them, or perhaps
}

func newSpending(l Limits) *spending {
	clone := func(m map[string]Amount) map[string]Amount {
		out := make(map[string]Amount, len(m))
		for k, v := range m {
			out[k] = v
		}
		return out
	}
	return &spending{limits: Limits{clone(l.PerOrder), clone(l.PerAccountPerDay)}, spent: make(map[spendKey][]*spend)}
}

func (s *spending) none() bool { return len(s.limits.PerOrder)+len(s.limits.PerAccountPerDay) == 0 }

// reserve counts an order, or refuses it. done says whether it was placed, or may have been; what was not does not
// count.
func (c *Client) reserve(ctx context.Context, r *OrderRequest, ref string) (done func(placed bool), err error) {
	s := c.spending
	if s.none() {
		return func(bool) {}, nil
	}
	if _, err := c.Catalog(ctx); err != nil && c.catalog.last() == nil {
		return nil, fmt.Errorf("the currency of the item is needed for Config.Limits: %w", err)
	}
	currency := c.catalog.currencyOf(r.UTID)
	if over(s.limits.PerOrder, currency, r.Amount) {
		return nil, &LimitError{"PerOrder", currency}
	}
	// Whether Tango folds the case of identifiers is not known: another spelling must not be another day's money.
	key := spendKey{strings.ToLower(r.CustomerIdentifier), strings.ToLower(r.AccountIdentifier), currency}
	if !s.add(key, ref, r.Amount, time.Now()) {
		return nil, &LimitError{"PerAccountPerDay", currency}
	}
	return func(placed bool) { s.done(key, ref, placed) }, nil
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

// add counts an order, and reports whether the limit of the day allows it.
func (s *spending) add(key spendKey, ref string, amount Amount, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	day := slices.DeleteFunc(s.spent[key], func(x *spend) bool { return x.calls == 0 && now.Sub(x.at) >= 24*time.Hour })
	s.spent[key] = day
	mine := &spend{ref: ref, at: now}
	if i := slices.IndexFunc(day, func(x *spend) bool { return x.ref == ref }); i >= 0 {
		mine = day[i]
	} else {
		day = append(day, mine)
	}
	if amount.Cmp(mine.amount) < 0 {
		amount = mine.amount
	}
	sum := amount
	for _, x := range day {
		if x == mine {
			continue
		}
		var err error
		if sum, err = sum.Add(x.amount); err != nil {
			return false
		}
	}
	if over(s.limits.PerAccountPerDay, key.currency, sum) {
		return false
	}
	mine.amount = amount
	mine.calls++
	s.spent[key] = day
	return true
}

// done ends a call that was counted.
func (s *spending) done(key spendKey, ref string, placed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.spent[key] {
		if x.ref == ref {
			x.calls--
			x.placed = x.placed || placed
		}
	}
	s.spent[key] = slices.DeleteFunc(s.spent[key], func(x *spend) bool { return x.calls == 0 && !x.placed })
}
