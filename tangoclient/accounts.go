package tangoclient

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// Operation names of Tango's OpenAPI.
const (
	opGetAccount           = "getAccount"
	opListAccounts         = "listCustomerAccounts_1"
	opListCustomerAccounts = "listCustomerAccounts"
	opCreateAccount        = "createCustomerAccount"
	opUpdateAccount        = "updateCustomerAccount"
)

// Account is an account that holds funds and pays for orders (AccountView).
type Account struct {
	CustomerIdentifier  string         `json:"customerIdentifier,omitzero"`
	AccountIdentifier   string         `json:"accountIdentifier"`
	AccountNumber       string         `json:"accountNumber,omitzero"`
	DisplayName         string         `json:"displayName,omitzero"`
	CurrencyCode        string         `json:"currencyCode,omitzero"`
	CurrentBalance      Amount         `json:"currentBalance,omitzero"`
	CreatedAt           Timestamp      `json:"createdAt,omitzero"`
	Status              string         `json:"status,omitzero"` // ACTIVE, INACTIVE, DISABLED, FROZEN, DELETED
	ContactEmail        string         `json:"contactEmail,omitzero"`
	FundingNotification []Notification `json:"fundingNotification,omitempty"`
}

// Format prints the identifiers of the account and no names, addresses or balances.
func (a Account) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "Account{%q, customer %q, status %q}", a.AccountIdentifier, a.CustomerIdentifier, a.Status)
}

// LogValue logs what Format prints.
func (a Account) LogValue() slog.Value {
	return slog.GroupValue(slog.String("account", a.AccountIdentifier), slog.String("customer", a.CustomerIdentifier), slog.String("status", a.Status))
}

// Notification is an address that is told of something.
type Notification struct {
	EmailAddress string `json:"emailAddress" validate:"required,email" sanitize:"-"`
}

// Format prints no personal data.
func (Notification) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(personal)) }

// LogValue logs no personal data.
func (Notification) LogValue() slog.Value { return slog.StringValue(personal) }

// AccountFilter chooses accounts; the zero value chooses all.
type AccountFilter struct {
	AccountNumber            string    `query:"accountNumber"`
	DisplayName              string    `query:"displayName"`
	Status                   string    `query:"status"`
	ContactEmail             string    `query:"contactEmail"`
	CurrencyCodes            []string  `query:"currencyCode"`
	MinBalance               *Amount   `query:"minBalance"`
	MaxBalance               *Amount   `query:"maxBalance"`
	CreatedFrom              time.Time `query:"minDateCreatedAt"`
	CreatedTo                time.Time `query:"maxDateCreatedAt"`
	FundingNotificationEmail []string  `query:"fundingNotificationEmail"`
}

// Format prints no personal data.
func (AccountFilter) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(personal)) }

// LogValue logs no personal data.
func (AccountFilter) LogValue() slog.Value { return slog.StringValue(personal) }

// NewAccount is what CreateAccount asks for (CreateAccountCriteria).
type NewAccount struct {
	AccountIdentifier   string         `json:"accountIdentifier" validate:"required,tangoid" sanitize:"-"`
	DisplayName         string         `json:"displayName" validate:"required,displayname" sanitize:"line"`
	ContactEmail        string         `json:"contactEmail" validate:"required,max=255,email" sanitize:"-"`
	CurrencyCode        string         `json:"currencyCode,omitzero" validate:"omitempty,currency" sanitize:"-"` // empty: USD
	FundingNotification []Notification `json:"fundingNotification,omitempty" validate:"dive"`
}

// Format prints the identifiers of the account and no names, addresses or balances.
func (a NewAccount) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "NewAccount{%q}", a.AccountIdentifier)
}

// LogValue logs what Format prints.
func (a NewAccount) LogValue() slog.Value {
	return slog.GroupValue(slog.String("account", a.AccountIdentifier))
}

// AccountUpdate is what UpdateAccount changes; nil fields stay as they are.
type AccountUpdate struct {
	DisplayName  *string `json:"displayName,omitzero" validate:"omitnil,displayname" sanitize:"line"`
	ContactEmail *string `json:"contactEmail,omitzero" validate:"omitnil,max=255,email" sanitize:"-"`
	// FundingNotification replaces the list; a pointer to an empty list clears it.
	FundingNotification *[]Notification `json:"fundingNotification,omitzero" validate:"omitnil,dive"`
}

// Format prints no personal data.
func (AccountUpdate) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(personal)) }

// LogValue logs no personal data.
func (AccountUpdate) LogValue() slog.Value { return slog.StringValue(personal) }

// GetAccount reads an account.
func (c *Client) GetAccount(ctx context.Context, accountIdentifier string) (*Account, error) {
	if !tango.IsIdentifier(accountIdentifier) {
		return nil, &RefusedError{Op: opGetAccount, Fields: []FieldError{{Pointer: "/accountIdentifier", Key: tango.KeyIdentifier, Message: idSays}}}
	}
	if err := c.allowAccount(opGetAccount, accountIdentifier); err != nil {
		return nil, err
	}
	cl := call{op: opGetAccount, method: http.MethodGet, path: pathOf("accounts", accountIdentifier)}
	a, err := invoke(ctx, c.core, cl, sameAccount(accountIdentifier))
	if err != nil {
		return nil, err
	}
	if a.CustomerIdentifier != "" {
		if err := c.allow(opGetAccount, a.CustomerIdentifier, a.AccountIdentifier); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func sameAccount(id string) func(*answer, *Account) error {
	return func(_ *answer, a *Account) error {
		if !strings.EqualFold(a.AccountIdentifier, id) { // Tango may fold case
			return fmt.Errorf("%w: not this account", ErrReply)
		}
		return nil
	}
}

// Accounts lists the accounts of the platform, or those of the scope. After an error the sequence ends.
func (c *Client) Accounts(ctx context.Context, filter ...AccountFilter) iter.Seq2[*Account, error] {
	cl := call{op: opListAccounts, method: http.MethodGet, path: "/accounts", query: queryOf(only(filter))}
	if c.scope == nil {
		return cursorList[Account](ctx, c.core, cl)
	}
	return c.scopedAccounts(ctx, cl, func(ScopeAccount) bool { return true })
}

// CustomerAccounts lists the accounts of a customer.
func (c *Client) CustomerAccounts(ctx context.Context, customerIdentifier string, filter ...AccountFilter) iter.Seq2[*Account, error] {
	if err := checkCustomer(opListCustomerAccounts, customerIdentifier); err != nil {
		return failure[Account](err)
	}
	if err := c.allowCustomer(opListCustomerAccounts, customerIdentifier); err != nil {
		return failure[Account](err)
	}
	cl := call{op: opListCustomerAccounts, method: http.MethodGet, path: pathOf("customers", customerIdentifier, "accounts"), query: queryOf(only(filter))}
	if c.scope == nil {
		return cursorList[Account](ctx, c.core, cl)
	}
	return c.scopedAccounts(ctx, cl, func(a ScopeAccount) bool { return a.Customer == customerIdentifier })
}

// scopedAccounts lists what the call gives and the scope allows. Tango's filters know no identifiers, so the
// list of each customer in the scope is asked for and looked through.
func (c *Client) scopedAccounts(ctx context.Context, cl call, wanted func(ScopeAccount) bool) iter.Seq2[*Account, error] {
	return func(yield func(*Account, error) bool) {
		asked := map[string]bool{}
		for _, s := range *c.scope {
			if asked[s.Customer] || !wanted(s) || checkCustomer(cl.op, s.Customer) != nil {
				continue
			}
			asked[s.Customer] = true
			mine := cl
			mine.op, mine.path = opListCustomerAccounts, pathOf("customers", s.Customer, "accounts")
			for a, err := range cursorList[Account](ctx, c.core, mine) {
				if err == nil && !c.scope.Allows(s.Customer, a.AccountIdentifier) {
					continue
				}
				if !yield(a, err) || err != nil {
					return
				}
			}
		}
	}
}

// CreateAccount makes an account for a customer. It carries no externalRefID, so it is never tried twice once
// it was sent; a second one with the same identifier is ErrConflict.
func (c *Client) CreateAccount(ctx context.Context, customerIdentifier string, a NewAccount) (*Account, error) {
	if err := checkCustomer(opCreateAccount, customerIdentifier); err != nil {
		return nil, err
	}
	if err := c.allow(opCreateAccount, customerIdentifier, a.AccountIdentifier); err != nil {
		return nil, err
	}
	cl := call{op: opCreateAccount, method: http.MethodPost, path: pathOf("customers", customerIdentifier, "accounts")}
	return write(ctx, c, cl, &a, sameAccount(a.AccountIdentifier))
}

// UpdateAccount changes the names and addresses of an account.
func (c *Client) UpdateAccount(ctx context.Context, customerIdentifier, accountIdentifier string, u AccountUpdate) (*Account, error) {
	if err := checkPair(opUpdateAccount, customerIdentifier, accountIdentifier); err != nil {
		return nil, err
	}
	if err := c.allow(opUpdateAccount, customerIdentifier, accountIdentifier); err != nil {
		return nil, err
	}
	cl := call{op: opUpdateAccount, method: http.MethodPatch, path: pathOf("customers", customerIdentifier, "accounts", accountIdentifier)}
	return write[Account](ctx, c, cl, &u, nil)
}
