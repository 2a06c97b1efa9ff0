package tangoclient

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// Operation names of Tango's OpenAPI.
const (
	opListCustomers  = "listCustomers"
	opGetCustomer    = "getCustomer"
	opCreateCustomer = "createCustomer"
)

// Customer is a customer of the platform, a group in Tango's portal (CustomerViewSummary).
type Customer struct {
	CustomerIdentifier string     `json:"customerIdentifier"`
	DisplayName        string     `json:"displayName,omitzero"`
	Status             string     `json:"status,omitzero"`
	CreatedAt          Timestamp  `json:"createdAt,omitzero"`
	Accounts           []*Account `json:"accounts,omitempty"` // in short: without balances
}

// NewCustomer is what CreateCustomer asks for.
type NewCustomer struct {
	CustomerIdentifier string `json:"customerIdentifier" validate:"required,tangoid" sanitize:"-"`
	DisplayName        string `json:"displayName" validate:"required,displayname" sanitize:"line"`
}

// CustomerFilter chooses customers; the zero value chooses all.
type CustomerFilter struct {
	DisplayName        string    `query:"displayName"`
	Status             string    `query:"status"`
	CreatedFrom        time.Time `query:"customerMinDateCreatedAt"`
	CreatedTo          time.Time `query:"customerMaxDateCreatedAt"`
	AccountIdentifier  string    `query:"accountIdentifier"`
	AccountNumber      string    `query:"accountNumber"`
	AccountDisplayName string    `query:"accountDisplayName"`
	AccountStatus      string    `query:"accountStatus"`
	AccountCreatedFrom time.Time `query:"accountMinDateCreatedAt"`
	AccountCreatedTo   time.Time `query:"accountMaxDateCreatedAt"`
}

// GetCustomer reads a customer. A scoped client sees of its accounts only those in the scope.
func (c *Client) GetCustomer(ctx context.Context, customerIdentifier string) (*Customer, error) {
	if err := checkCustomer(opGetCustomer, customerIdentifier); err != nil {
		return nil, err
	}
	if err := c.allowCustomer(opGetCustomer, customerIdentifier); err != nil {
		return nil, err
	}
	cl := call{op: opGetCustomer, method: http.MethodGet, path: pathOf("customers", customerIdentifier)}
	v, err := invoke(ctx, c.core, cl, sameCustomer(customerIdentifier))
	if err != nil {
		return nil, err
	}
	c.narrow(v)
	return v, nil
}

// narrow takes out of a customer the accounts that are not in the scope.
func (c *Client) narrow(v *Customer) {
	if c.scope == nil {
		return
	}
	v.Accounts = slices.DeleteFunc(v.Accounts, func(a *Account) bool {
		return a == nil || !c.scope.Allows(v.CustomerIdentifier, a.AccountIdentifier)
	})
}

func sameCustomer(id string) func(*answer, *Customer) error {
	return func(_ *answer, v *Customer) error {
		if !strings.EqualFold(v.CustomerIdentifier, id) { // Tango may fold case
			return fmt.Errorf("%w: not this customer", ErrReply)
		}
		return nil
	}
}

// Customers lists the customers of the platform. A scoped client reads those of its scope one by one, and
// takes no filter.
func (c *Client) Customers(ctx context.Context, filter ...CustomerFilter) iter.Seq2[*Customer, error] {
	if c.scope == nil {
		return cursorList[Customer](ctx, c.core, call{op: opListCustomers, method: http.MethodGet, path: "/customers", query: queryOf(only(filter))})
	}
	if len(filter) > 0 {
		return failure[Customer](&ForbiddenError{opListCustomers})
	}
	return func(yield func(*Customer, error) bool) {
		asked := map[string]bool{}
		for _, s := range *c.scope {
			if asked[s.Customer] {
				continue
			}
			asked[s.Customer] = true
			if v, err := c.GetCustomer(ctx, s.Customer); !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// CreateCustomer makes a customer. A scoped client may not. A second one with the same identifier is
// ErrConflict.
func (c *Client) CreateCustomer(ctx context.Context, n NewCustomer) (*Customer, error) {
	if err := c.allowPlatform(opCreateCustomer); err != nil {
		return nil, err
	}
	cl := call{op: opCreateCustomer, method: http.MethodPost, path: "/customers"}
	return write(ctx, c, cl, &n, sameCustomer(n.CustomerIdentifier))
}

// checkCustomer checks a customer identifier by its grammar.
func checkCustomer(op, customer string) error {
	if tango.IsIdentifier(customer) {
		return nil
	}
	return &RefusedError{Op: op, Fields: []FieldError{{Pointer: "/customerIdentifier", Key: tango.KeyIdentifier, Message: idSays}}}
}
