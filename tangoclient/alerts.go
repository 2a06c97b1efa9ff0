package tangoclient

import (
	"context"
	"fmt"
	"iter"
	"net/http"
)

// Operation names of Tango's OpenAPI.
const (
	opListAlerts  = "listBalanceAlerts"
	opCreateAlert = "setLowBalanceAlert"
	opGetAlert    = "getLowBalanceAlert"
	opUpdateAlert = "updateLowBalanceAlert"
	opDeleteAlert = "deleteLowBalanceAlert"
)

// LowBalanceAlert tells somebody when the balance of an account sinks below a threshold.
type LowBalanceAlert struct {
	BalanceAlertID     string         `json:"balanceAlertID,omitzero"`
	CustomerIdentifier string         `json:"customerIdentifier,omitzero"`
	AccountIdentifier  string         `json:"accountIdentifier,omitzero"`
	DisplayName        string         `json:"balanceAlertDisplayName,omitzero"`
	Threshold          Amount         `json:"balanceAlertThreshold,omitzero"`
	Notification       []Notification `json:"balanceAlertNotification,omitempty"`
	CreatedAt          Timestamp      `json:"createdAt,omitzero"`
	Status             string         `json:"status,omitzero"` // ACTIVE, INACTIVE, DELETED
}

// NewLowBalanceAlert is what CreateLowBalanceAlert and UpdateLowBalanceAlert ask for.
type NewLowBalanceAlert struct {
	DisplayName  string         `json:"balanceAlertDisplayName" validate:"required,max=100,oneline" sanitize:"line"`
	Threshold    Amount         `json:"balanceAlertThreshold" validate:"money" sanitize:"-"`
	Notification []Notification `json:"balanceAlertNotification" validate:"required,dive"`
}

// alertPage is one page of alerts, which have a shape of their own.
type alertPage struct {
	Page struct {
		TotalElements int `json:"totalElements"`
	} `json:"page"`
	Alerts []*LowBalanceAlert `json:"lowBalanceAlerts"`
}

// LowBalanceAlerts lists the alerts of an account.
func (c *Client) LowBalanceAlerts(ctx context.Context, customerIdentifier, accountIdentifier string) iter.Seq2[*LowBalanceAlert, error] {
	cl, err := c.alertCall(opListAlerts, http.MethodGet, customerIdentifier, accountIdentifier)
	if err != nil {
		return failure[LowBalanceAlert](err)
	}
	return blockList(ctx, c.core, cl, func(p *alertPage) block[LowBalanceAlert] {
		return block[LowBalanceAlert]{p.Alerts, p.Page.TotalElements}
	})
}

// CreateLowBalanceAlert makes an alert.
func (c *Client) CreateLowBalanceAlert(ctx context.Context, customerIdentifier, accountIdentifier string, a NewLowBalanceAlert) (*LowBalanceAlert, error) {
	cl, err := c.alertCall(opCreateAlert, http.MethodPost, customerIdentifier, accountIdentifier)
	if err != nil {
		return nil, err
	}
	return write(ctx, c, cl, &a, func(_ *answer, v *LowBalanceAlert) error {
		if v.BalanceAlertID == "" {
			return fmt.Errorf("%w: an alert without an id", ErrReply)
		}
		return nil
	})
}

// GetLowBalanceAlert reads an alert.
func (c *Client) GetLowBalanceAlert(ctx context.Context, customerIdentifier, accountIdentifier, balanceAlertID string) (*LowBalanceAlert, error) {
	cl, err := c.alertCall(opGetAlert, http.MethodGet, customerIdentifier, accountIdentifier, balanceAlertID)
	if err != nil {
		return nil, err
	}
	return invoke(ctx, c.core, cl, sameAlert(balanceAlertID))
}

// UpdateLowBalanceAlert replaces what an alert says.
func (c *Client) UpdateLowBalanceAlert(ctx context.Context, customerIdentifier, accountIdentifier, balanceAlertID string, a NewLowBalanceAlert) (*LowBalanceAlert, error) {
	cl, err := c.alertCall(opUpdateAlert, http.MethodPatch, customerIdentifier, accountIdentifier, balanceAlertID)
	if err != nil {
		return nil, err
	}
	return write(ctx, c, cl, &a, sameAlert(balanceAlertID))
}

// DeleteLowBalanceAlert removes an alert; what comes back has its id and status alone.
func (c *Client) DeleteLowBalanceAlert(ctx context.Context, customerIdentifier, accountIdentifier, balanceAlertID string) (*LowBalanceAlert, error) {
	cl, err := c.alertCall(opDeleteAlert, http.MethodDelete, customerIdentifier, accountIdentifier, balanceAlertID)
	if err != nil {
		return nil, err
	}
	return invoke(ctx, c.core, cl, sameAlert(balanceAlertID))
}

// alertCall checks who and what a call is about. An alert is named below its account, so that Tango itself
// keeps the two together.
func (c *Client) alertCall(op, method, customer, account string, id ...string) (call, error) {
	if err := checkPair(op, customer, account); err != nil {
		return call{}, err
	}
	for _, v := range id {
		if err := checkReference(op, "balanceAlertID", v); err != nil {
			return call{}, err
		}
	}
	if err := c.allow(op, customer, account); err != nil {
		return call{}, err
	}
	path := append([]string{"customers", customer, "accounts", account, "lowbalance"}, id...)
	return call{op: op, method: method, path: pathOf(path...)}, nil
}

func sameAlert(id string) func(*answer, *LowBalanceAlert) error {
	return func(_ *answer, v *LowBalanceAlert) error {
		if v.BalanceAlertID != id {
			return fmt.Errorf("%w: not this alert", ErrReply)
		}
		return nil
	}
}
