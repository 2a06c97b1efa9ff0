package tangoclient

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Operation names of Tango's OpenAPI.
const (
	opCreateOrder = "createOrder"
	opGetOrder    = "getOrder"
	opListOrders  = "listOrders"
	opResendOrder = "getOrderResends"
)

// CreateOrder places an order, once: every attempt carries the same externalRefID and the same bytes.
//
//	nil                    the order exists; Order.Outcome tells whether Tango made it now or had it already
//	*RefusedError          refused before anything was sent
//	*Error                 refused by Tango, or never reached it; nothing was placed
//	*ReplayMismatchError   the order of this externalRefID is another one than was asked for; its Outcome tells
//	                       whether Tango made it now or had it already
//	*UnknownOutcomeError   it may have been placed: see Settle
//
// When ctx ends while an attempt is on its way, CreateOrder returns *UnknownOutcomeError at once; the attempt
// runs to its end, which is logged and told to Config.OnLateOutcome. The order may be PENDING: then it has no
// reward yet, and GetOrder shows how it goes on.
func (c *Client) CreateOrder(ctx context.Context, r OrderRequest) (*Order, error) {
	r = r.clone() // a late answer is held against what was asked, whatever the caller does to it meanwhile
	if r.ExternalRefID == "" {
		r.ExternalRefID = NewRef()
	}
	given := r.ExternalRefID
	body, err := c.preflightOrder(ctx, &r)
	if err != nil {
		return nil, err
	}
	if err := c.allow(opCreateOrder, r.CustomerIdentifier, r.AccountIdentifier); err != nil {
		return nil, err
	}
	count, err := c.reserve(ctx, &r, c.wireRef(given))
	if err != nil {
		return nil, err
	}
	cl := call{op: opCreateOrder, method: http.MethodPost, path: "/orders", body: body, given: given,
		ref: refKey{r.CustomerIdentifier, r.AccountIdentifier, c.wireRef(given)}}
	cl.verify = func(v any) error {
		o, _ := v.(*Order)
		_, err := c.checkReplay(&r, o)
		return err
	}
	o, a, err := answered(ctx, c.core, cl, func(a *answer, o *Order) error {
		if o.ReferenceOrderID == "" || o.ExternalRefID != "" && o.ExternalRefID != cl.ref.ref {
			return fmt.Errorf("%w: not this order", ErrReply)
		}
		o.Outcome = Replayed
		if a.status == http.StatusCreated {
			o.Outcome = Created
		}
		o.ExternalRefID = given
		return nil
	})
	count(err == nil && (o.Outcome == Created || a.open) || is[*UnknownOutcomeError](err))
	if err != nil {
		return nil, err
	}
	return c.checkReplay(&r, o)
}

// checkReplay compares an order with the request that it answers.
func (c *core) checkReplay(r *OrderRequest, o *Order) (*Order, error) {
	fields := mismatches(r, o)
	if want, got := c.catalog.currencyOf(r.UTID), o.Denomination.CurrencyCode; want != "" && got != "" && want != got {
		fields = append(fields, "/utid")
	}
	if len(fields) > 0 {
		return nil, &ReplayMismatchError{Fields: fields, Order: o}
	}
	return o, nil
}

// mismatches names the fields in which an order is not what was asked for. What the order does not tell is
// not compared. A 201 is compared too: older installations answered 201 to a repeat.
func mismatches(r *OrderRequest, o *Order) []string {
	var out []string
	differ := func(pointer string, asked, got string) {
		if got != "" && strings.TrimSpace(asked) != strings.TrimSpace(got) {
			out = append(out, pointer)
		}
	}
	// Whether Tango folds the case of identifiers is not known, so that alone is no difference.
	differ("/customerIdentifier", strings.ToLower(r.CustomerIdentifier), strings.ToLower(o.CustomerIdentifier))
	differ("/accountIdentifier", strings.ToLower(r.AccountIdentifier), strings.ToLower(o.AccountIdentifier))
	differ("/utid", strings.ToUpper(r.UTID), strings.ToUpper(o.UTID))
	if !o.Denomination.Value.IsZero() && !o.Denomination.Value.Equal(r.Amount) {
		out = append(out, "/amount")
	}
	differ("/deliveryMethod", r.deliveryMethod(), o.DeliveryMethod)
	if o.Recipient == nil {
		return out
	}
	var to Recipient
	if r.Recipient != nil {
		to = *r.Recipient
	}
	differ("/recipient/firstName", to.FirstName, o.Recipient.FirstName)
	differ("/recipient/lastName", to.LastName, o.Recipient.LastName)
	differ("/recipient/email", strings.ToLower(to.Email), strings.ToLower(o.Recipient.Email))
	differ("/recipient/mobileNumber", to.MobileNumber, o.Recipient.MobileNumber)
	return append(out, addressMismatches(to.Address, o.Recipient.Address)...)
}

func addressMismatches(asked, got *Address) []string {
	if asked == nil || got == nil {
		return nil
	}
	var out []string
	for _, f := range []struct{ name, asked, got string }{
		{"streetLine1", asked.StreetLine1, got.StreetLine1},
		{"streetLine2", asked.StreetLine2, got.StreetLine2},
		{"city", asked.City, got.City},
		{"postalCode", asked.PostalCode, got.PostalCode},
		{"country", asked.Country, got.Country},
	} {
		if f.got != "" && !strings.EqualFold(strings.TrimSpace(f.asked), strings.TrimSpace(f.got)) {
			out = append(out, "/recipient/address/"+f.name)
		}
	}
	return out
}

// GetOrder reads an order by Tango's id for it.
func (c *Client) GetOrder(ctx context.Context, referenceOrderID string) (*Order, error) {
	if err := checkReference(opGetOrder, "referenceOrderID", referenceOrderID); err != nil {
		return nil, err
	}
	cl := call{op: opGetOrder, method: http.MethodGet, path: pathOf("orders", referenceOrderID)}
	o, err := invoke(ctx, c.core, cl, func(_ *answer, o *Order) error {
		if o.ReferenceOrderID != referenceOrderID {
			return fmt.Errorf("%w: not this order", ErrReply)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := c.allow(opGetOrder, o.CustomerIdentifier, o.AccountIdentifier); err != nil {
		return nil, err
	}
	return o, nil
}

// Settle finds out what became of an order whose outcome is unknown. Nothing is placed by it.
//
//	*Order, nil            it was placed (Outcome is Replayed)
//	ErrNotPlaced           there is none, and the last attempt ended longer ago than Config.SettleAfter
//	*UnknownOutcomeError   there is none yet; ask again after its RetryAfter
//	*ReplayMismatchError   the externalRefID belongs to another order
//
// The client remembers when its own attempts ended. For an order that it does not know (an earlier run of the
// program, another machine) the waiting time begins with the first Settle; LastAttempt tells it better.
func (c *Client) Settle(ctx context.Context, r OrderRequest, opts ...SettleOption) (*Order, error) {
	if err := checkPair(opListOrders, r.CustomerIdentifier, r.AccountIdentifier); err != nil {
		return nil, err
	}
	if err := checkReference(opListOrders, "externalRefID", r.ExternalRefID); err != nil {
		return nil, err
	}
	if err := c.allow(opListOrders, r.CustomerIdentifier, r.AccountIdentifier); err != nil {
		return nil, err
	}
	key := refKey{r.CustomerIdentifier, r.AccountIdentifier, c.wireRef(r.ExternalRefID)}
	var s settling
	for _, o := range opts {
		o(&s)
	}
	if s.lastAttempt.IsZero() {
		s.lastAttempt = c.unclear.since(key)
	}
	found, err := c.lookUp(ctx, key)
	if err != nil {
		return nil, err
	}
	if found == nil {
		if left := c.settleAfter - time.Since(s.lastAttempt); left > 0 {
			return nil, &UnknownOutcomeError{Op: opListOrders, ExternalRefID: r.ExternalRefID, Attempts: 1, RetryAfter: left}
		}
		c.unclear.forget(key)
		return nil, ErrNotPlaced
	}
	o, err := c.GetOrder(ctx, found.ReferenceOrderID)
	if err != nil {
		return nil, err
	}
	c.unclear.forget(key)
	o.Outcome, o.ExternalRefID = Replayed, r.ExternalRefID
	return c.checkReplay(&r, o)
}

// SettleOption adds to what Settle knows.
type SettleOption func(*settling)

type settling struct{ lastAttempt time.Time }

// LastAttempt tells Settle when the last attempt at the order ended at the latest.
func LastAttempt(at time.Time) SettleOption { return func(s *settling) { s.lastAttempt = at } }

// lookUp finds the order of an account by its externalRefID; nil: there is none. What comes back is compared
// again, because a server that ignored the filter would answer with somebody else's order; one under an identifier
// that is none could not be read.
func (c *core) lookUp(ctx context.Context, k refKey) (*Order, error) {
	q := url.Values{"customerIdentifier": {k.customer}, "accountIdentifier": {k.account}, "externalRefID": {k.ref}}
	list, err := invoke[orderPage](ctx, c, call{op: opListOrders, method: http.MethodGet, path: "/orders", query: q}, nil)
	if err != nil {
		return nil, err
	}
	for _, o := range list.Orders {
		if o != nil && isReference(o.ReferenceOrderID) && o.ExternalRefID == k.ref &&
			strings.EqualFold(o.CustomerIdentifier, k.customer) && strings.EqualFold(o.AccountIdentifier, k.account) { // as in mismatches
			return o, nil
		}
	}
	if len(list.Orders) > 0 {
		return nil, &Error{Op: opListOrders, Attempts: 1, cause: fmt.Errorf("%w: orders that were not asked for", ErrReply)}
	}
	return nil, nil
}
