package tangoclient

import (
	"fmt"
	"log/slog"
	"maps"

	"github.com/tangoguard/tangoguard/internal/money"
	"github.com/tangoguard/tangoguard/internal/tango"
)

// Amount is a decimal number, exact to the cent. It is never a float.
type Amount = money.Amount

// ParseAmount reads a plain decimal such as "25" or "12.50": no sign but a minus, no exponent, no separators,
// at most 32 bytes and 19 digits.
func ParseAmount(s string) (Amount, error) { return money.Parse(s) }

// MustParseAmount is ParseAmount for literals in programs; it panics on a bad one.
func MustParseAmount(s string) Amount { return money.MustParse(s) }

// Scope is the set of accounts that a scoped client may touch, as pairs of customer and account.
type Scope = tango.Accounts

// ScopeAccount is one pair of a Scope.
type ScopeAccount = tango.Account

// OrderRequest is the body of POST /orders (CreateOrderCriteria in Tango's OpenAPI). Empty fields are not
// sent. The client sends it exactly as given: text that cleaning would change, that holds an attack or that
// Tango documents as refused is an error (see Client.Preflight).
type OrderRequest struct {
	// ExternalRefID makes a repeat harmless: Tango places one order for each (account, externalRefID). Up to
	// 100 letters, digits and hyphens. Empty: CreateOrder makes an unguessable one. A program that may be
	// restarted sets it (see RefFrom), or its second run is a second order.
	ExternalRefID      string `json:"externalRefID,omitzero" validate:"omitempty,externalref" sanitize:"-"`
	CustomerIdentifier string `json:"customerIdentifier" validate:"required,tangoid" sanitize:"-"`
	AccountIdentifier  string `json:"accountIdentifier" validate:"required,tangoid" sanitize:"-"`
	UTID               string `json:"utid" validate:"required,utid" sanitize:"-"`
	// Amount is in the item's currency, above 0, with at most 6 digits before the point and 2 behind it.
	Amount Amount `json:"amount" validate:"money" sanitize:"-"`
	// DeliveryMethod is one of NONE, EMAIL, PHONE, ADDRESS, EMBEDDED, EMBEDDED_COMPONENT, WHATSAPP. Empty: as
	// Tango documents it, EMAIL or NONE as SendEmail says, else ADDRESS when there is an address, else EMAIL.
	DeliveryMethod string `json:"deliveryMethod,omitzero" validate:"omitempty,oneof=NONE EMAIL PHONE ADDRESS EMBEDDED EMBEDDED_COMPONENT WHATSAPP" sanitize:"-"`
	// SendEmail is the older form of DeliveryMethod.
	//
	// Deprecated: by Tango on 2025-10-01; set DeliveryMethod.
	SendEmail *bool `json:"sendEmail,omitempty" sanitize:"-"`

	Recipient *Recipient `json:"recipient,omitempty"`
	Sender    *Sender    `json:"sender,omitempty"`

	EmailSubject        string            `json:"emailSubject,omitzero" validate:"omitempty,oneline" sanitize:"line"`
	Message             string            `json:"message,omitzero" sanitize:"text"`
	ETID                string            `json:"etid,omitzero" validate:"omitempty,etid" sanitize:"-"`
	PTID                string            `json:"ptid,omitzero" validate:"omitempty,max=19,ptid" sanitize:"-"`
	Campaign            string            `json:"campaign,omitzero" validate:"max=1024" sanitize:"text"`
	Notes               string            `json:"notes,omitzero" validate:"max=1024" sanitize:"text"`
	PurchaseOrderNumber string            `json:"purchaseOrderNumber,omitzero" validate:"omitempty,oneline" sanitize:"line"`
	ExpirationDate      string            `json:"expirationDate,omitzero" validate:"omitempty,datetime=2006-01-02" sanitize:"-"`
	CustomFields        map[string]string `json:"customFields,omitempty" sanitize:"text"`
}

// Recipient is who gets the reward.
type Recipient struct {
	FirstName    string   `json:"firstName,omitzero" validate:"omitempty,max=100,digitalname" sanitize:"line"`
	LastName     string   `json:"lastName,omitzero" validate:"omitempty,max=100,digitalname" sanitize:"line"`
	Email        string   `json:"email,omitzero" validate:"omitempty,max=254,email" sanitize:"-"`
	MobileNumber string   `json:"mobileNumber,omitzero" validate:"omitempty,e164" sanitize:"-"`
	Address      *Address `json:"address,omitempty"`
}

// Sender is in whose name the reward is sent.
type Sender struct {
	FirstName string `json:"firstName,omitzero" validate:"omitempty,max=100,digitalname" sanitize:"line"`
	LastName  string `json:"lastName,omitzero" validate:"omitempty,max=100,digitalname" sanitize:"line"`
	Email     string `json:"email,omitzero" validate:"omitempty,max=254,email" sanitize:"-"`
}

// Address is where a physical reward goes.
type Address struct {
	CompanyName     string `json:"companyName,omitzero" validate:"omitempty,oneline" sanitize:"line"`
	StreetLine1     string `json:"streetLine1,omitzero" validate:"omitempty,max=200,streetline" sanitize:"line"`
	StreetLine2     string `json:"streetLine2,omitzero" validate:"omitempty,max=100,streetline" sanitize:"line"`
	City            string `json:"city,omitzero" validate:"omitempty,max=60,city" sanitize:"line"`
	StateOrProvince string `json:"stateOrProvince,omitzero" validate:"omitempty,max=60,city" sanitize:"line"`
	PostalCode      string `json:"postalCode,omitzero" validate:"omitempty,max=12,postalcode" sanitize:"line"`
	Country         string `json:"country,omitzero" validate:"omitempty,country" sanitize:"-"`
}

// deliveryMethod is what is sent for r: the given one, or what Tango documents as the default.
func (r *OrderRequest) deliveryMethod() string {
	switch {
	case r.DeliveryMethod != "":
		return r.DeliveryMethod
	case r.SendEmail != nil && *r.SendEmail:
		return "EMAIL"
	case r.SendEmail != nil:
		return "NONE"
	case r.Recipient != nil && r.Recipient.Address != nil:
		return "ADDRESS"
	}
	return "EMAIL"
}

// clone copies r so that nothing the caller does later changes it.
func (r OrderRequest) clone() OrderRequest {
	r.SendEmail = copied(r.SendEmail)
	r.Sender = copied(r.Sender)
	if r.Recipient = copied(r.Recipient); r.Recipient != nil {
		r.Recipient.Address = copied(r.Recipient.Address)
	}
	r.CustomFields = maps.Clone(r.CustomFields)
	return r
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// personal is what fmt and slog print for somebody's name, addresses and numbers.
const personal = "[personal data]"

// Format prints no personal data.
func (Recipient) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(personal)) }

// LogValue logs no personal data.
func (Recipient) LogValue() slog.Value { return slog.StringValue(personal) }

// Format prints no personal data.
func (Sender) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(personal)) }

// LogValue logs no personal data.
func (Sender) LogValue() slog.Value { return slog.StringValue(personal) }

// Format prints no personal data.
func (Address) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(personal)) }

// LogValue logs no personal data.
func (Address) LogValue() slog.Value { return slog.StringValue(personal) }

// Format prints the identifiers of the order and nothing that a person typed.
func (r OrderRequest) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "OrderRequest{ref %q, customer %q, account %q, utid %q}",
		r.ExternalRefID, r.CustomerIdentifier, r.AccountIdentifier, r.UTID)
}

// LogValue logs the identifiers of the order and nothing that a person typed.
func (r OrderRequest) LogValue() slog.Value {
	return slog.GroupValue(slog.String("externalRefID", r.ExternalRefID), slog.String("customer", r.CustomerIdentifier),
		slog.String("account", r.AccountIdentifier), slog.String("utid", r.UTID))
}
