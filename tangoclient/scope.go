package tangoclient

import (
	"fmt"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// Scoped gives a client that can name, see and touch only the accounts of s, each with its customer. Tango
// itself trusts the platform with all its accounts, so this is where one tenant is kept from another's.
//
// Identifiers in a request are checked before anything is sent. An order, card or deposit that is read by its
// own id is looked at before it is returned, and before it is changed. Lists carry the filter, and what comes
// back is looked at again. An empty scope allows nothing. Scoping a scoped client gives what both allow.
func (c *Client) Scoped(s Scope) *Client {
	own := slices.DeleteFunc(slices.Clone(s), func(a ScopeAccount) bool {
		half := a.Customer == "" || a.Account == "" // names nobody
		return half || c.scope != nil && !c.scope.Allows(a.Customer, a.Account)
	})
	d := *c
	d.scope = &own
	return &d
}

// ForbiddenError means that a scoped client was asked for what is not in its scope. It is ErrForbidden.
type ForbiddenError struct{ Op string }

// Error says what was called.
func (e *ForbiddenError) Error() string {
	return fmt.Sprintf("tango: %s: not one of the accounts that this client may use", e.Op)
}

// Is makes it an ErrForbidden.
func (e *ForbiddenError) Is(target error) bool { return target == ErrForbidden }

// TangoStatus is 403.
func (e *ForbiddenError) TangoStatus() int { return http.StatusForbidden }

// TangoKey is 403.001.
func (e *ForbiddenError) TangoKey() string { return tango.KeyAuthorization }

// TangoRetryAfter is 0.
func (e *ForbiddenError) TangoRetryAfter() time.Duration { return 0 }

// TangoFields is nil.
func (e *ForbiddenError) TangoFields() []FieldError { return nil }

// OutcomeUnknown is false.
func (e *ForbiddenError) OutcomeUnknown() bool { return false }

var _ tango.ClientError = (*ForbiddenError)(nil)

// allow checks a pair that a call names or an answer belongs to.
func (c *Client) allow(op, customer, account string) error {
	if c.scope != nil && !c.scope.Allows(customer, account) {
		return &ForbiddenError{op}
	}
	return nil
}

// allowAccount checks an account that is named without its customer. Account identifiers are unique on a
// platform (key 409.007), so this is no weaker.
func (c *Client) allowAccount(op, account string) error {
	if c.scope != nil && !c.scope.HasAccount(account) {
		return &ForbiddenError{op}
	}
	return nil
}

func (c *Client) allowCustomer(op, customer string) error {
	if c.scope != nil && !c.scope.HasCustomer(customer) {
		return &ForbiddenError{op}
	}
	return nil
}

// allowPlatform checks a call that concerns the platform as a whole: no scope allows it.
func (c *Client) allowPlatform(op string) error {
	if c.scope != nil {
		return &ForbiddenError{op}
	}
	return nil
}

// scopedList lists objects that belong to accounts. list asks Tango with a filter for the pair; empty names are
// no filter. Whose an object is, is looked at again in what comes back.
func scopedList[T any](c *Client, op, customer, account string, list func(customer, account string) iter.Seq2[*T, error], owner func(*T) (string, string)) iter.Seq2[*T, error] {
	if c.scope == nil {
		return list(customer, account)
	}
	return func(yield func(*T, error) bool) {
		asked := false
		for _, s := range *c.scope {
			if customer != "" && customer != s.Customer || account != "" && account != s.Account {
				continue
			}
			asked = true
			for v, err := range list(s.Customer, s.Account) {
				if err == nil {
					if o, a := owner(v); o != s.Customer || a != s.Account {
						v, err = nil, &ForbiddenError{op}
					}
				}
				if !yield(v, err) || err != nil {
					return
				}
			}
		}
		if !asked && (customer != "" || account != "") {
			yield(nil, &ForbiddenError{op})
		}
	}
}
