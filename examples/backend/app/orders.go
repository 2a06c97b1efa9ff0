package app

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/outbox"
)

// answer is what the backend says of an order.
type answer struct {
	ExternalRefID string       `json:"externalRefID"`
	State         outbox.State `json:"state"`
	Reason        string       `json:"reason"` // a stable code; "" when there is nothing to say
	Order         *orderView   `json:"order"`  // null until it is placed
}

// orderView is what a tenant sees of a placed order: no reward codes, and the tenant's own reference.
type orderView struct {
	ReferenceOrderID   string             `json:"referenceOrderID"`
	ExternalRefID      string             `json:"externalRefID"`
	CustomerIdentifier string             `json:"customerIdentifier"`
	AccountIdentifier  string             `json:"accountIdentifier"`
	UTID               string             `json:"utid"`
	Amount             tangoclient.Amount `json:"amount"`
	Status             string             `json:"status,omitempty"`
}

// placeOrder is POST /orders: 201 for a new order, 200 for one that was there, 202 while its outcome is open.
func (a *App) placeOrder(c echo.Context, r tangoclient.OrderRequest) error {
	tenant, ok := tenantOf(c.Request())
	if !ok {
		return errNoTenant
	}
	if r.ExternalRefID == "" {
		r.ExternalRefID = tangoclient.NewRef()
	}
	ctx, ref := c.Request().Context(), r.ExternalRefID
	before, err := a.box.Submit(ctx, outbox.Submission{Tenant: tenant.Name, Request: r})
	switch {
	case errors.Is(err, outbox.ErrDifferent):
		return echo.NewHTTPError(http.StatusConflict).SetInternal(err)
	case errors.Is(err, outbox.ErrFull), errors.Is(err, outbox.ErrStopped):
		return echo.NewHTTPError(http.StatusServiceUnavailable).SetInternal(err)
	case err != nil:
		return err
	}
	wait, cancel := context.WithTimeout(ctx, a.wait)
	defer cancel()
	e, err := a.box.Wait(wait, tenant.Name, ref)
	if err != nil && wait.Err() == nil && !errors.Is(err, outbox.ErrStopped) {
		return err
	}
	if e.State == outbox.Refused {
		return refusal(e)
	}
	status := http.StatusAccepted
	if e.State == outbox.Placed {
		status = http.StatusCreated
		if e.Replayed || before.State == outbox.Placed {
			status = http.StatusOK
		}
	}
	c.Response().Header().Set(echo.HeaderLocation, "/orders/"+ref)
	return c.JSON(status, view(e))
}

// refusal is the error for an order that was refused, as the client would have given it.
func refusal(e outbox.Entry) error {
	switch r := e.Reason; r.Code {
	case "rules":
		return &tangoclient.RefusedError{Op: "createOrder", Fields: r.Fields}
	case "mismatch":
		return echo.NewHTTPError(http.StatusConflict)
	case "forbidden":
		return echo.NewHTTPError(http.StatusForbidden)
	case "tango":
		return &tangoclient.Error{Op: "createOrder", Status: r.Status, Key: r.Key, Fields: r.Fields}
	}
	return echo.NewHTTPError(http.StatusServiceUnavailable)
}

// orderState is GET /orders/:ref. An order of another tenant is as absent as one that nobody placed.
func (a *App) orderState(c echo.Context) error {
	tenant, ok := tenantOf(c.Request())
	if !ok {
		return errNoTenant
	}
	e, err := a.box.Get(c.Request().Context(), tenant.Name, c.Param("ref"))
	if errors.Is(err, outbox.ErrNotFound) {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, view(e))
}

func view(e outbox.Entry) answer {
	out := answer{ExternalRefID: e.Ref, State: e.State}
	if e.Reason != nil {
		out.Reason = e.Reason.Code
	} else if e.State == outbox.Unknown {
		out.Reason = "settling"
	}
	if e.State == outbox.Placed {
		out.Order = &orderView{
			ReferenceOrderID: e.ReferenceOrderID, ExternalRefID: e.Ref,
			CustomerIdentifier: e.Request.CustomerIdentifier, AccountIdentifier: e.Request.AccountIdentifier,
			UTID: e.Request.UTID, Amount: e.Request.Amount, Status: e.OrderStatus,
		}
	}
	return out
}
