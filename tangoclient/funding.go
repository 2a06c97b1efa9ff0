package tangoclient

import (
	"context"
	"fmt"
	"iter"
	"net/http"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// Operation names of Tango's OpenAPI. Cards cannot be registered here, so that no card number ever enters
// this process; that is for Tango's portal.
const (
	opListCards     = "listCreditCards"
	opGetCard       = "getCreditCard"
	opUnregister    = "createCreditCardUnregister"
	opCreateDeposit = "createCreditCardDeposit"
	opGetDeposit    = "getCreditCardDeposit"
	opTransfer      = "transferFunds"
)

// CreditCard is a card that an account is funded from (CreditCardView). It holds no card number.
type CreditCard struct {
	CustomerIdentifier string    `json:"customerIdentifier,omitzero"`
	AccountIdentifier  string    `json:"accountIdentifier,omitzero"`
	AccountNumber      string    `json:"accountNumber,omitzero"`
	Token              string    `json:"token"`
	Label              string    `json:"label,omitzero"`
	LastFourDigits     string    `json:"lastFourDigits,omitzero"`
	ExpirationDate     string    `json:"expirationDate,omitzero"`
	Status             string    `json:"status,omitzero"`
	CreatedDate        Timestamp `json:"createdDate,omitzero"`
	// ActivationDate is when the card can be used first.
	ActivationDate Timestamp `json:"activationDate,omitzero"`
}

// CardFilter chooses cards; the zero value chooses all.
type CardFilter struct {
	CustomerIdentifier string `query:"customerIdentifier"`
	AccountIdentifier  string `query:"accountIdentifier"`
	Status             string `query:"status"` // ACTIVE, DELETED
}

// CreditCards lists cards. A scoped client sees those of its accounts.
func (c *Client) CreditCards(ctx context.Context, filter ...CardFilter) iter.Seq2[*CreditCard, error] {
	f := only(filter)
	cl := call{op: opListCards, method: http.MethodGet, path: "/creditCards"}
	return scopedList(c, opListCards, f.CustomerIdentifier, f.AccountIdentifier,
		func(customer, account string) iter.Seq2[*CreditCard, error] {
			f.CustomerIdentifier, f.AccountIdentifier = customer, account
			mine := cl
			mine.query = queryOf(f)
			return cursorList[CreditCard](ctx, c.core, mine)
		},
		func(v *CreditCard) (string, string) { return v.CustomerIdentifier, v.AccountIdentifier })
}

// GetCreditCard reads a card by its token.
func (c *Client) GetCreditCard(ctx context.Context, token string) (*CreditCard, error) {
	if err := checkReference(opGetCard, "token", token); err != nil {
		return nil, err
	}
	v, err := invoke(ctx, c.core, call{op: opGetCard, method: http.MethodGet, path: pathOf("creditCards", token)}, func(_ *answer, v *CreditCard) error {
		if v.Token != token {
			return fmt.Errorf("%w: not this card", ErrReply)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := c.allow(opGetCard, v.CustomerIdentifier, v.AccountIdentifier); err != nil {
		return nil, err
	}
	return v, nil
}

// CardRef names a card of an account.
type CardRef struct {
	CustomerIdentifier string `json:"customerIdentifier" validate:"required,tangoid" sanitize:"-"`
	AccountIdentifier  string `json:"accountIdentifier" validate:"required,tangoid" sanitize:"-"`
	CreditCardToken    string `json:"creditCardToken" validate:"required,max=100" sanitize:"-"`
}

// Unregistered is Tango's answer to UnregisterCreditCard.
type Unregistered struct {
	Token       string    `json:"token"`
	Message     string    `json:"message,omitzero"`
	CreatedDate Timestamp `json:"createdDate,omitzero"`
}

// UnregisterCreditCard takes a card away from an account for good.
func (c *Client) UnregisterCreditCard(ctx context.Context, r CardRef) (*Unregistered, error) {
	if err := c.allowCard(ctx, opUnregister, r); err != nil {
		return nil, err
	}
	return write[Unregistered](ctx, c, call{op: opUnregister, method: http.MethodPost, path: "/creditCardUnregisters"}, &r, nil)
}

// allowCard checks that the account is in the scope, and that the card belongs to it.
func (c *Client) allowCard(ctx context.Context, op string, r CardRef) error {
	if c.scope == nil {
		return nil
	}
	if err := c.allow(op, r.CustomerIdentifier, r.AccountIdentifier); err != nil {
		return err
	}
	card, err := c.GetCreditCard(ctx, r.CreditCardToken)
	if err != nil {
		return err
	}
	if card.CustomerIdentifier != r.CustomerIdentifier || card.AccountIdentifier != r.AccountIdentifier {
		return &ForbiddenError{op}
	}
	return nil
}

// DepositRequest charges a card and puts the money into its account.
type DepositRequest struct {
	// ExternalRefID makes a repeat harmless; empty: CreateDeposit makes one.
	ExternalRefID      string `json:"externalRefID,omitzero" validate:"omitempty,externalref" sanitize:"-"`
	CustomerIdentifier string `json:"customerIdentifier" validate:"required,tangoid" sanitize:"-"`
	AccountIdentifier  string `json:"accountIdentifier" validate:"required,tangoid" sanitize:"-"`
	CreditCardToken    string `json:"creditCardToken" validate:"required,max=100" sanitize:"-"`
	Amount             Amount `json:"amount" validate:"money" sanitize:"-"` // USD
}

// Deposit is money that came from a card.
type Deposit struct {
	ReferenceDepositID string    `json:"referenceDepositID"`
	ExternalRefID      string    `json:"externalRefID,omitzero"`
	AccountNumber      string    `json:"accountNumber,omitzero"`
	Amount             Amount    `json:"amount,omitzero"`
	AmountCharged      Amount    `json:"amountCharged,omitzero"`
	FeePercent         Rate      `json:"feePercent,omitzero"`
	CreatedDate        Timestamp `json:"createdDate,omitzero"`
	Status             string    `json:"status,omitzero"` // Success, Pending, Declined

	// Outcome is Replayed when Tango had the deposit already: then only ExternalRefID is known of it.
	Outcome Outcome `json:"-"`
}

// CreateDeposit charges a card, once. Tango refuses a repeat with 409 instead of answering it. So a 409 after
// an attempt that was unclear, in this call or an earlier one of this client with the same reference, means
// that the deposit was made: Outcome is Replayed. A 409 at the first attempt is ErrConflict. To settle a
// *UnknownOutcomeError, call it again with the same request.
func (c *Client) CreateDeposit(ctx context.Context, r DepositRequest) (*Deposit, error) {
	if err := c.allowCard(ctx, opCreateDeposit, CardRef{r.CustomerIdentifier, r.AccountIdentifier, r.CreditCardToken}); err != nil {
		return nil, err
	}
	var given string
	given, r.ExternalRefID = c.refs(r.ExternalRefID)
	cl := call{op: opCreateDeposit, method: http.MethodPost, path: "/creditCardDeposits", given: given, probe: true,
		ref: refKey{r.CustomerIdentifier, r.AccountIdentifier, r.ExternalRefID}}
	v, err := writeOnce(ctx, c, cl, &r, r.Amount, func(v *Deposit) bool { return v.ReferenceDepositID != "" })
	if err != nil {
		return nil, err
	}
	if v == nil {
		return &Deposit{ExternalRefID: given, Outcome: Replayed}, nil
	}
	v.ExternalRefID, v.Outcome = given, Created
	return v, nil
}

// refs gives the caller's form of a reference, made if it is empty, and Tango's.
func (c *Client) refs(ref string) (given, wire string) {
	if ref == "" {
		ref = NewRef()
	}
	return ref, c.wireRef(ref)
}

// writeOnce makes a write that Tango refuses to repeat. nil: it was done before.
func writeOnce[T any](ctx context.Context, c *Client, cl call, req any, amount Amount, whole func(*T) bool) (*T, error) {
	body, err := c.checked(ctx, cl.op, req)
	if err != nil {
		return nil, err
	}
	if amount.Sign() == 0 {
		return nil, &RefusedError{Op: cl.op, Fields: []FieldError{{Pointer: "/amount", Key: tango.KeyAmount, Message: "must be above 0"}}}
	}
	cl.body = body
	return invoke(ctx, c.core, cl, func(_ *answer, v *T) error {
		if !whole(v) {
			return fmt.Errorf("%w: without an id", ErrReply)
		}
		return nil
	})
}

// GetDeposit reads a deposit.
func (c *Client) GetDeposit(ctx context.Context, referenceDepositID string) (*Deposit, error) {
	if err := checkReference(opGetDeposit, "referenceDepositID", referenceDepositID); err != nil {
		return nil, err
	}
	v, err := invoke(ctx, c.core, call{op: opGetDeposit, method: http.MethodGet, path: pathOf("creditCardDeposits", referenceDepositID)}, func(_ *answer, v *Deposit) error {
		if v.ReferenceDepositID != referenceDepositID {
			return fmt.Errorf("%w: not this deposit", ErrReply)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := c.allowNumber(ctx, opGetDeposit, v.AccountNumber); err != nil {
		return nil, err
	}
	return v, nil
}

// allowNumber checks that an account which is named by its number alone is one of the scope's.
func (c *Client) allowNumber(ctx context.Context, op, number string) error {
	if c.scope == nil {
		return nil
	}
	for a, err := range c.Accounts(ctx) {
		if err != nil {
			return err
		}
		if number != "" && a.AccountNumber == number {
			return nil
		}
	}
	return &ForbiddenError{op}
}

// TransferRequest moves funds between two accounts of the platform, of one currency.
type TransferRequest struct {
	// ExternalRefID makes a repeat harmless; empty: TransferFunds makes one.
	ExternalRefID string `json:"externalRefID,omitzero" validate:"omitempty,externalref" sanitize:"-"`
	TransferFrom  string `json:"transferFrom" validate:"required,tangoid" sanitize:"-"` // accountIdentifier
	TransferTo    string `json:"transferTo" validate:"required,tangoid" sanitize:"-"`   // accountIdentifier
	Amount        Amount `json:"amount" validate:"money" sanitize:"-"`
	TransferNotes string `json:"transferNotes,omitzero" validate:"max=150" sanitize:"text"`
}

// Transfer is a transfer that was made.
type Transfer struct {
	ExternalRefID     string       `json:"externalRefID,omitzero"`
	TransferDate      Timestamp    `json:"transferDate,omitzero"`
	TransferredAmount Amount       `json:"transferredAmount,omitzero"`
	TransferNotes     string       `json:"transferNotes,omitzero"`
	TransferFrom      *TransferEnd `json:"transferFrom,omitempty"`
	TransferTo        *TransferEnd `json:"transferTo,omitempty"`

	// Outcome is Replayed when Tango had the transfer already: then only ExternalRefID is known of it.
	Outcome Outcome `json:"-"`
}

// TransferEnd is one of the two accounts of a transfer.
type TransferEnd struct {
	AccountIdentifier string `json:"accountIdentifier"`
	AccountNumber     string `json:"accountNumber,omitzero"`
	DisplayName       string `json:"displayName,omitzero"`
	CurrencyCode      string `json:"currencyCode,omitzero"`
	StartingBalance   Amount `json:"startingBalance,omitzero"`
	EndingBalance     Amount `json:"endingBalance,omitzero"`
	Status            string `json:"status,omitzero"`
}

// TransferFunds moves funds, once. What is said of CreateDeposit about repeats holds here too. A scoped client
// must have both accounts in its scope.
func (c *Client) TransferFunds(ctx context.Context, r TransferRequest) (*Transfer, error) {
	for _, account := range []string{r.TransferFrom, r.TransferTo} {
		if err := c.allowAccount(opTransfer, account); err != nil {
			return nil, err
		}
	}
	var given string
	given, r.ExternalRefID = c.refs(r.ExternalRefID)
	cl := call{op: opTransfer, method: http.MethodPost, path: "/transferFunds", given: given, probe: true,
		ref: refKey{account: r.TransferFrom, ref: r.ExternalRefID}}
	v, err := writeOnce(ctx, c, cl, &r, r.Amount, func(v *Transfer) bool { return v.TransferFrom != nil || !v.TransferredAmount.IsZero() })
	if err != nil {
		return nil, err
	}
	if v == nil {
		return &Transfer{ExternalRefID: given, Outcome: Replayed}, nil
	}
	v.ExternalRefID, v.Outcome = given, Created
	return v, nil
}
