package outbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/tangoguard/tangoguard/tangoclient"
)

// State is how far an order is.
type State string

// The states of an order.
const (
	Queued  State = "queued"  // kept, to be sent
	Sending State = "sending" // on its way
	Placed  State = "placed"  // Tango has it; final
	Refused State = "refused" // it was not placed and will not be; final
	Unknown State = "unknown" // it may have been placed; being settled
)

// Final reports whether the state does not change any more.
func (s State) Final() bool { return s == Placed || s == Refused }

// Entry is an order as the outbox keeps it. It prints and logs no personal data.
type Entry struct {
	Tenant string `json:"tenant"`
	Ref    string `json:"ref"` // the tenant's own externalRefID
	Bulk   bool   `json:"bulk,omitzero"`
	State  State  `json:"state"`
	// Request is the order as it was submitted. Once Erased, it has only identifiers and the amount.
	Request tangoclient.OrderRequest `json:"request"`
	Erased  bool                     `json:"erased,omitzero"`
	// Salt and Digest recognise the same order when it is submitted again.
	Salt   []byte `json:"salt"`
	Digest []byte `json:"digest"`

	// Reason says why an order was refused, or stays unknown, or in what a placed one differs.
	Reason *Reason `json:"reason,omitempty"`
	// ReferenceOrderID is Tango's id of a placed order; OrderStatus what Tango said of it then. GetOrder of a
	// client gives the reward.
	ReferenceOrderID string `json:"referenceOrderID,omitzero"`
	OrderStatus      string `json:"orderStatus,omitzero"`
	Replayed         bool   `json:"replayed,omitzero"` // Tango had it already

	Attempts     int       `json:"attempts,omitzero"` // calls of CreateOrder, not HTTP requests
	Created      time.Time `json:"created"`
	Changed      time.Time `json:"changed"`
	FirstAttempt time.Time `json:"firstAttempt,omitzero"`
	LastAttempt  time.Time `json:"lastAttempt,omitzero"`
	// Revision counts the changes; a Store uses it to refuse a change that did not see the one before.
	Revision uint64 `json:"revision"`
}

// Reason is why an order was not placed as asked. It holds no value that somebody typed.
type Reason struct {
	// Code is "rules" (this library refused it), "forbidden" (the account is not the tenant's), "tango" (Tango
	// refused it), "mismatch" (Tango's order for the externalRefID is another one, of old if this one is refused,
	// and made now if it is placed), "gave-up" (it could not be sent for as long as Config.GiveUpAfter), or
	// "too-old" (unknown, and Tango may have forgotten the externalRefID).
	Code   string                   `json:"code"`
	Status int                      `json:"status,omitzero"` // HTTP status of Tango's answer
	Key    string                   `json:"key,omitzero"`    // its i18nKey
	Fields []tangoclient.FieldError `json:"fields,omitempty"`
}

// Format prints identifiers and state.
func (e Entry) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "Entry{tenant %q, ref %q, %s}", e.Tenant, e.Ref, e.State)
}

// LogValue logs identifiers and state.
func (e Entry) LogValue() slog.Value {
	return slog.GroupValue(slog.String("tenant", e.Tenant), slog.String("externalRefID", e.Ref), slog.String("state", string(e.State)),
		slog.String("customer", e.Request.CustomerIdentifier), slog.String("account", e.Request.AccountIdentifier))
}

// digest recognises a request: HMAC-SHA-256 of its JSON. The salt keeps equal orders from looking equal.
func digest(salt []byte, r tangoclient.OrderRequest) ([]byte, error) {
	b, err := json.Marshal(r, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	h := hmac.New(sha256.New, salt)
	h.Write(b)
	return h.Sum(nil), nil
}

func newEntry(tenant string, r tangoclient.OrderRequest, bulk bool, now time.Time) (Entry, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it does not fail: crypto/rand
	d, err := digest(salt, r)
	return Entry{Tenant: tenant, Ref: r.ExternalRefID, Bulk: bulk, State: Queued, Request: r, Salt: salt, Digest: d,
		Created: now, Changed: now}, err
}

// is reports whether r is the order that e was made for.
func (e *Entry) is(r tangoclient.OrderRequest) bool {
	d, err := digest(e.Salt, r)
	return err == nil && bytes.Equal(d, e.Digest)
}

// erase takes the personal data away.
func (e *Entry) erase() {
	r := e.Request
	e.Request = tangoclient.OrderRequest{ExternalRefID: r.ExternalRefID, CustomerIdentifier: r.CustomerIdentifier,
		AccountIdentifier: r.AccountIdentifier, UTID: r.UTID, Amount: r.Amount, DeliveryMethod: r.DeliveryMethod}
	e.Erased = true
}

// tooOld reports an order that only a person can settle.
func (e *Entry) tooOld() bool {
	return e.State == Unknown && e.Reason != nil && e.Reason.Code == codeTooOld
}
