package tangoclient

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"time"
)

// orderPage is one page of GET /orders.
type orderPage struct {
	Page struct {
		TotalCount int `json:"totalCount"`
	} `json:"page"`
	Orders []*Order `json:"orders"`
}

// OrderFilter chooses orders; the zero value chooses all, of which Tango lists 10,000 at most.
type OrderFilter struct {
	CustomerIdentifier    string    `query:"customerIdentifier"`
	AccountIdentifier     string    `query:"accountIdentifier"`
	ExternalRefID         string    `query:"externalRefID"` // as Tango has it
	StartDate             time.Time `query:"startDate"`
	EndDate               time.Time `query:"endDate"` // at most 100 days after StartDate
	MinAmount             *Amount   `query:"minAmount"`
	MaxAmount             *Amount   `query:"maxAmount"`
	CurrencyCode          string    `query:"currencyCode"`
	UTID                  string    `query:"utid"`
	PTID                  string    `query:"ptid"`
	RewardName            string    `query:"rewardName"`
	SenderFirstName       string    `query:"senderFirstName"`
	SenderLastName        string    `query:"senderLastName"`
	SenderEmail           string    `query:"senderEmail"`
	RecipientFirstName    string    `query:"recipientFirstName"`
	RecipientLastName     string    `query:"recipientLastName"`
	RecipientEmail        string    `query:"recipientEmail"`
	RecipientMobileNumber string    `query:"recipientMobileNumber"`
	DeliveryMethod        string    `query:"deliveryMethod"` // as in a request, and BULKSHIPMENT, QRCODE, BULKDIGITAL
	SendEmail             *bool     `query:"sendEmail"`      // older form of DeliveryMethod
	Status                string    `query:"status"`         // older form of OrderStatus
	OrderStatus           string    `query:"orderStatus"`
	LineItemStatus        string    `query:"lineItemStatus"`
	Campaign              string    `query:"campaign"`
	Notes                 string    `query:"notes"`
	LineItemNotes         string    `query:"lineItemNotes"`
	PurchaseOrderNumber   string    `query:"purchaseOrderNumber"`
}

// Format prints no personal data.
func (OrderFilter) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(personal)) }

// LogValue logs no personal data.
func (OrderFilter) LogValue() slog.Value { return slog.StringValue(personal) }

// Orders lists orders, without their rewards. A scoped client asks account by account for those in its scope.
// After an error the sequence ends.
func (c *Client) Orders(ctx context.Context, filter ...OrderFilter) iter.Seq2[*Order, error] {
	f := only(filter)
	cl := call{op: opListOrders, method: http.MethodGet, path: "/orders"}
	return scopedList(c, opListOrders, f.CustomerIdentifier, f.AccountIdentifier,
		func(customer, account string) iter.Seq2[*Order, error] {
			f.CustomerIdentifier, f.AccountIdentifier = customer, account
			mine := cl
			mine.query = queryOf(f)
			return blockList(ctx, c.core, mine, func(p *orderPage) block[Order] { return block[Order]{p.Orders, p.Page.TotalCount} })
		},
		func(o *Order) (string, string) { return o.CustomerIdentifier, o.AccountIdentifier })
}

// ResendRequest says how to send an order's reward again; empty fields are as in the order. The reward must
// stay with the same person.
type ResendRequest struct {
	NewEmail          string `json:"newEmail,omitzero" validate:"omitempty,max=254,email" sanitize:"-"`
	NewMobile         string `json:"newMobile,omitzero" validate:"omitempty,e164" sanitize:"-"`
	NewETID           string `json:"newEtid,omitzero" validate:"omitempty,etid" sanitize:"-"`
	NewDeliveryMethod string `json:"newDeliveryMethod,omitzero" validate:"omitempty,oneof=NONE EMAIL PHONE WHATSAPP" sanitize:"-"`
}

// Format prints no personal data.
func (ResendRequest) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(personal)) }

// LogValue logs no personal data.
func (ResendRequest) LogValue() slog.Value { return slog.StringValue(personal) }

// Resend is Tango's answer to ResendOrder.
type Resend struct {
	ID           int64     `json:"id"`
	CreatedAt    Timestamp `json:"createdAt,omitzero"`
	Email        string    `json:"email,omitzero"`
	MobileNumber string    `json:"mobileNumber,omitzero"`
}

// Format prints no personal data.
func (Resend) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(personal)) }

// LogValue logs no personal data.
func (Resend) LogValue() slog.Value { return slog.StringValue(personal) }

// ResendOrder sends an order's reward again. Tango allows it once in 30 seconds for an order (key 403.005). It
// carries no externalRefID, so it is not tried again once it was sent.
func (c *Client) ResendOrder(ctx context.Context, referenceOrderID string, r ResendRequest) (*Resend, error) {
	if err := checkReference(opResendOrder, "referenceOrderID", referenceOrderID); err != nil {
		return nil, err
	}
	if c.scope != nil {
		if _, err := c.GetOrder(ctx, referenceOrderID); err != nil {
			return nil, err
		}
	}
	cl := call{op: opResendOrder, method: http.MethodPost, path: pathOf("orders", referenceOrderID, "resends")}
	return write[Resend](ctx, c, cl, &r, nil)
}
