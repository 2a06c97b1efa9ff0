package app

import (
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/tangoclient"
)

// answer is what the backend says of an order.
type answer struct {
	ExternalRefID string     `json:"externalRefID"`
	State         State      `json:"state"`
	Reason        string     `json:"reason,omitempty"`
	Order         *orderView `json:"order,omitempty"`
}

// orderView is what a tenant sees of a placed order: no reward codes, and the tenant's own reference.
type orderView struct {
	ReferenceOrderID   string             `json:"referenceOrderID"`
	ExternalRefID      string             `json:"externalRefID"`
	CustomerIdentifier string             `json:"customerIdentifier"`
	AccountIdentifier  string             `json:"accountIdentifier"`
	UTID               string             `json:"utid"`
	RewardName         string             `json:"rewardName,omitempty"`
	AmountCharged      tangoclient.Amount `json:"amountCharged"`
	CurrencyCode       string             `json:"currencyCode,omitempty"`
	Status             string             `json:"status"`
	CreatedAt          string             `json:"createdAt,omitempty"`
}

// placeOrder is POST /orders: 201 for a new order, 200 for one that was there, 202 while its outcome is open.
func (a *App) placeOrder(c echo.Context, r tangoclient.OrderRequest) error {
	tenant, ok := tenantOf(c.Request())
	if !ok {
		return errors.New("no tenant in the request's context")
	}
	ref := r.ExternalRefID
	if ref == "" {
		ref = rand.Text()
	}
	k := key{tenant.Name, ref}
	r.ExternalRefID = tangoclient.RefFrom(tenant.Name, ref)
	done, known, err := a.book.place(k, r)
	switch {
	case errors.Is(err, errOtherBody):
		return echo.NewHTTPError(http.StatusConflict, "This externalRefID already belongs to another order; nothing was sent. Use a new one for a new order")
	case errors.Is(err, errFull):
		return echo.NewHTTPError(http.StatusServiceUnavailable, "Too many orders are kept; try again later")
	case err != nil:
		return err
	}
	timer := time.NewTimer(a.wait)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	case <-c.Request().Context().Done():
	}
	s, _ := a.book.look(k)
	if s.state == Refused {
		return s.err
	}
	status := http.StatusAccepted
	if s.state == Placed {
		status = http.StatusCreated
		if known || s.order.Outcome == tangoclient.Replayed {
			status = http.StatusOK
		}
	}
	c.Response().Header().Set(echo.HeaderLocation, "/orders/"+ref)
	return c.JSON(status, view(ref, s))
}

// orderState is GET /orders/:ref. An order of another tenant is as absent as one that nobody placed.
func (a *App) orderState(c echo.Context) error {
	tenant, ok := tenantOf(c.Request())
	if !ok {
		return errors.New("no tenant in the request's context")
	}
	ref := c.Param("ref")
	s, ok := a.book.look(key{tenant.Name, ref})
	if !ok {
		return echo.NewHTTPError(http.StatusNotFound, "There is no order with this externalRefID")
	}
	return c.JSON(http.StatusOK, view(ref, s))
}

func view(ref string, s snapshot) answer {
	out := answer{ExternalRefID: ref, State: s.state, Reason: reason(s)}
	if o := s.order; o != nil {
		out.Order = &orderView{
			ReferenceOrderID: o.ReferenceOrderID, ExternalRefID: ref,
			CustomerIdentifier: o.CustomerIdentifier, AccountIdentifier: o.AccountIdentifier,
			UTID: o.UTID, RewardName: o.RewardName,
			AmountCharged: o.AmountCharged.Value, CurrencyCode: o.AmountCharged.CurrencyCode,
			Status: o.Status, CreatedAt: string(o.CreatedAt),
		}
	}
	return out
}

// reason says in a word why an order is not placed. Tango's own texts are not relayed.
func reason(s snapshot) string {
	switch {
	case s.err == nil:
		return ""
	case s.state == Unknown:
		return "the outcome is not known yet; ask again, or send the same order again"
	case errors.Is(s.err, tangoclient.ErrInsecureContent):
		return "insecure content"
	case errors.Is(s.err, tangoclient.ErrInvalid):
		return "invalid"
	case errors.Is(s.err, tangoclient.ErrConflict):
		return "conflict"
	case errors.Is(s.err, tangoclient.ErrNotFound):
		return "not found"
	}
	return "not available; try again later"
}
