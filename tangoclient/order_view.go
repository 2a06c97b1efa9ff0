package tangoclient

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tangoguard/tangoguard/sanitize"
)

// Outcome tells whether Tango made something for this call or had it already.
type Outcome int

const (
	// NoOutcome is the zero value: the object was read, not placed.
	NoOutcome Outcome = iota
	// Created: Tango answered 201.
	Created
	// Replayed: Tango answered with an order that it already had for this externalRefID. It may have been
	// placed by an earlier attempt of the same call.
	Replayed
)

// String gives "created", "replayed" or "".
func (o Outcome) String() string { return [...]string{"", "created", "replayed"}[o] }

// Order is an order as Tango shows it (OrderViewSummary, and what OrderViewVerbose adds). Fields that a reply
// does not have stay zero; fields that this type does not know are ignored.
type Order struct {
	ReferenceOrderID    string `json:"referenceOrderID"`
	ReferenceLineItemID string `json:"referenceLineItemID,omitzero"`
	ExternalRefID       string `json:"externalRefID,omitzero"`
	CustomerIdentifier  string `json:"customerIdentifier,omitzero"`
	AccountIdentifier   string `json:"accountIdentifier,omitzero"`
	AccountNumber       string `json:"accountNumber,omitzero"`

	// AmountCharged is what the account paid, in its currency; Denomination is what the reward is worth.
	AmountCharged Money `json:"amountCharged,omitzero"`
	Denomination  Money `json:"denomination,omitzero"`

	UTID                string     `json:"utid,omitzero"`
	RewardName          string     `json:"rewardName,omitzero"`
	DeliveryMethod      string     `json:"deliveryMethod,omitzero"`
	SendEmail           *bool      `json:"sendEmail,omitempty"`
	Status              string     `json:"status,omitzero"`
	OrderStatus         string     `json:"orderStatus,omitzero"`
	LineItemStatus      string     `json:"lineItemStatus,omitzero"`
	CreatedAt           Timestamp  `json:"createdAt,omitzero"`
	Sender              *Sender    `json:"sender,omitempty"`
	Recipient           *Recipient `json:"recipient,omitempty"`
	EmailSubject        string     `json:"emailSubject,omitzero"`
	Message             string     `json:"message,omitzero"`
	ETID                string     `json:"etid,omitzero"`
	PTID                string     `json:"ptid,omitzero"`
	Campaign            string     `json:"campaign,omitzero"`
	Notes               string     `json:"notes,omitzero"`
	PurchaseOrderNumber string     `json:"purchaseOrderNumber,omitzero"`
	OrderClientSource   string     `json:"orderClientSource,omitzero"`
	// OrderExternalRefIDDupe is Tango's own mark of a repeated reference.
	OrderExternalRefIDDupe bool `json:"orderExternalRefIdDupe,omitzero"`

	RedemptionInstructions UntrustedHTML `json:"redemptionInstructions,omitzero"`
	// Reward holds the codes. It is nil while the order is PENDING and in lists.
	Reward *Reward `json:"reward,omitempty"`

	// Outcome is set by the calls that place orders.
	Outcome Outcome `json:"-"`
}

// Pending reports whether Tango has accepted the order and not yet finished it; ask again with GetOrder.
func (o *Order) Pending() bool {
	switch o.state() {
	case "PENDING", "QUEUED", "PENDING_MR", "ON_HOLD", "PENDING_KYB", "PENDING_PAYMENT":
		return true
	}
	return false
}

func (o *Order) state() string {
	if o.OrderStatus != "" {
		return o.OrderStatus
	}
	return o.Status
}

// Format prints the identifiers of the order and nothing that a person typed or could redeem.
func (o Order) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "Order{%q, ref %q, customer %q, account %q, utid %q, status %q}",
		o.ReferenceOrderID, o.ExternalRefID, o.CustomerIdentifier, o.AccountIdentifier, o.UTID, o.state())
}

// LogValue logs what Format prints.
func (o Order) LogValue() slog.Value {
	return slog.GroupValue(slog.String("referenceOrderID", o.ReferenceOrderID), slog.String("externalRefID", o.ExternalRefID),
		slog.String("customer", o.CustomerIdentifier), slog.String("account", o.AccountIdentifier),
		slog.String("utid", o.UTID), slog.String("status", o.state()))
}

// Money is an amount with its currency (MoneyView).
type Money struct {
	Value        Amount  `json:"value"`
	CurrencyCode string  `json:"currencyCode,omitzero"`
	ExchangeRate Rate    `json:"exchangeRate,omitzero"`
	Fee          *Amount `json:"fee,omitempty"`
	Total        *Amount `json:"total,omitempty"`
}

// Rate is a number that Tango spells as a JSON number in some places and as a string in others. It is kept
// as text, at most 64 bytes of it; ParseAmount reads it.
type Rate string

// UnmarshalJSONFrom reads a number, a string or null.
func (r *Rate) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	t, err := d.ReadToken()
	if err != nil {
		return err
	}
	switch t.Kind() {
	case '0', '"':
		if s := t.String(); len(s) <= 64 {
			*r = Rate(s)
		}
		return nil
	case 'n':
		*r = ""
		return nil
	}
	return errUnexpectedJSON
}

// Timestamp is a date as Tango wrote it: RFC 3339, sometimes without a zone.
type Timestamp string

// Time reads the timestamp. One without a zone is taken as UTC. The zero time: it is empty or no date.
func (t Timestamp) Time() time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05.999999999", time.DateOnly} {
		if v, err := time.Parse(layout, string(t)); err == nil {
			return v
		}
	}
	return time.Time{}
}

// UntrustedHTML is text of Tango's catalogue or of a brand, which may hold HTML. Do not show it as it is.
type UntrustedHTML string

// HTML gives it with nothing active in it, for a page.
func (h UntrustedHTML) HTML() string { return sanitize.HTML(string(h)) }

// Text gives it as plain text; it still has to be escaped for where it goes.
func (h UntrustedHTML) Text() string { return sanitize.Text(string(h)) }

// Reward holds what a recipient redeems.
type Reward struct {
	CredentialList         []RewardCredential `json:"credentialList,omitempty"`
	Credentials            RewardMap          `json:"credentials,omitempty"`
	RedemptionInstructions UntrustedHTML      `json:"redemptionInstructions,omitzero"`
}

// RewardCredential is one code, number, link or date of a reward.
type RewardCredential struct {
	Label          string `json:"label,omitzero"`
	Value          Secret `json:"value,omitzero"`
	Type           string `json:"type,omitzero"`           // text, url, barcode, date
	CredentialType string `json:"credentialType,omitzero"` // cardNumber, PIN, redemptionUrl, ...
}

// URL gives the link of a credential of type url when it is an http(s) URL, else "".
func (c RewardCredential) URL() string {
	if c.Type != "url" {
		return ""
	}
	return sanitize.URL(c.Value.Reveal())
}

// RewardMap is the older form of CredentialList: label to value. Tango's OpenAPI calls it a string: then
// its only label is "".
type RewardMap map[string]Secret

// UnmarshalJSONFrom reads an object, a string or null. Members that are no strings are ignored.
func (m *RewardMap) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == '"' {
		var s Secret
		err := json.UnmarshalDecode(d, &s)
		*m = RewardMap{"": s}
		return err
	}
	*m = nil
	return readStrings(d, func(label, value string) {
		if *m == nil {
			*m = make(RewardMap)
		}
		(*m)[label] = NewSecret(value)
	})
}

// readStrings gives keep the members of an object that are strings. The object may be null.
func readStrings(d *jsontext.Decoder, keep func(name, value string)) error {
	switch d.PeekKind() {
	case 'n':
		return d.SkipValue()
	case '{':
	default:
		return errUnexpectedJSON
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != '}' {
		t, err := d.ReadToken()
		if err != nil {
			return err
		}
		name := t.String()
		if d.PeekKind() != '"' {
			if err := d.SkipValue(); err != nil {
				return err
			}
			continue
		}
		if t, err = d.ReadToken(); err != nil {
			return err
		}
		keep(name, t.String())
	}
	_, err := d.ReadToken()
	return err
}
