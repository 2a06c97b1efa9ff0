package tangotest

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tangoguard/tangoguard/internal/money"
	"github.com/tangoguard/tangoguard/internal/tango"
)

const (
	msgFunds     = "Insufficient funds in the account"
	msgInProcess = "An order with the external reference {0} is being processed for account {1}; wait at least 2 seconds before the next attempt"
)

// verboseOnly are the members of an order that GET shows and POST does not.
var verboseOnly = []string{"accountNumber", "etid", "orderStatus", "lineItemStatus", "notes", "orderClientSource",
	"orderExternalRefIdDupe", "asyncOrderEntity"}

// createOrder is POST /orders. A repeat of an externalRefID gives the original order, whatever the body
// says; it is looked for before the body is judged.
func (s *Sandbox) createOrder(q *request) (reply, *refusal) {
	b := q.object
	a := s.st.account(q.platform, b.str("accountIdentifier"))
	if a != nil && q.ref != "" && s.st.same(a.customer.object.str("customerIdentifier"), b.str("customerIdentifier")) {
		k := refKey{a.platform, a.id(), q.ref}
		s.noteBody(k, q.body)
		if out, e, done := s.repeat(q, k); done {
			return out, e
		}
	}
	out, e := s.newOrder(q, a)
	if e != nil && a != nil && q.ref != "" && s.cfg.FailedConsumesRef {
		s.failed[refKey{a.platform, a.id(), q.ref}] = true
	}
	return out, e
}

// repeat answers a ref that is known already.
func (s *Sandbox) repeat(q *request, k refKey) (reply, *refusal, bool) {
	if o := s.st.byRef[k]; o != nil && (s.cfg.RefWindow < 0 || s.now().Sub(o.created) < s.cfg.RefWindow) {
		return replyJSON(200, s.summary(o)), nil, true
	}
	if s.busy[k] > 0 && q.holds != k {
		tokens := []string{q.ref, k.account}
		return reply{}, refuse(409, tango.KeyInProcess, fillTokens(msgInProcess, tokens), tokens...), true
	}
	if s.failed[k] {
		return reply{}, refuse(409, "409.024", "An order with this external reference exists on the platform"), true
	}
	return reply{}, nil, false
}

// noteBody warns when one ref comes with two bodies.
func (s *Sandbox) noteBody(k refKey, body []byte) {
	sum := sha256.Sum256(body)
	first, known := s.bodies[k]
	if !known {
		s.bodies[k] = sum
	} else if first != sum {
		s.warn("two requests with the externalRefID %q and different bodies, account %s", k.ref, k.account)
	}
}

func (s *Sandbox) newOrder(q *request, a *account) (reply, *refusal) {
	b := q.object
	v := s.checkOrder(b)
	if len(v.fields) > 0 {
		return reply{}, s.refuseFields(v.fields...)
	}
	if e := s.checkOwner(q.platform, b, a); e != nil {
		return reply{}, e
	}
	item := s.st.items[strings.ToUpper(b.str("utid"))]
	if item == nil {
		return reply{}, s.refuseFields(v.field("utid", "422.024", "utid is invalid", "", b.raw("utid")))
	}
	if f := checkItem(item, b, v.amount, v.delivery); f != nil {
		return reply{}, s.refuseFields(*f)
	}
	charge, e := s.charge(a, item, v.amount)
	if e != nil {
		return reply{}, e
	}
	left, err := a.balance.Sub(charge.total)
	if err != nil || left.Sign() < 0 {
		return reply{}, refuse(402, tango.KeyInsufficientFunds, msgFunds)
	}
	o := s.book(q, a, item, v, charge)
	a.setBalance(left)
	return replyJSON(http.StatusCreated, s.summary(o)), nil
}

// checkOwner: the account must exist on the platform, belong to the customer, and be active.
func (s *Sandbox) checkOwner(p *platform, b *object, a *account) *refusal {
	c := s.st.customer(p, b.str("customerIdentifier"))
	switch {
	case c == nil:
		return refuse(404, "404.002", "The customer does not exist on this platform")
	case a == nil:
		return refuse(404, "404.003", "The account does not exist on this platform")
	case a.customer != c:
		return refuse(404, "404.020", "The account does not exist under this customer")
	case !active(a.object):
		return s.refuseFields(fieldRefusal{path: "accountIdentifier", key: "422.004", message: "The account must be ACTIVE",
			value: b.raw("accountIdentifier")})
	case !active(c.object):
		return s.refuseFields(fieldRefusal{path: "customerIdentifier", key: "422.053", message: "The customer is not active",
			value: b.raw("customerIdentifier")})
	}
	return nil
}

// book writes the order down.
func (s *Sandbox) book(q *request, a *account, item *object, v *orderCheck, charge charged) *order {
	b, now := q.object, s.now()
	n := s.st.number(func(n int) bool { return s.st.byID[orderID(now, n)] != nil })
	pending := max(q.pending, s.cfg.PendingFor)
	status := "COMPLETE"
	if pending > 0 {
		status = "PENDING"
	}
	reward := rewardFor(item, n)
	shown := reward
	if pending > 0 {
		shown = emptyReward()
	}
	str := func(name string) jsontext.Value { // as it was sent, null when it was not
		if b.isNull(name) {
			return jsontext.Value("null")
		}
		return b.raw(name)
	}
	o := build(
		"referenceOrderID", orderID(now, n),
		"externalRefID", str("externalRefID"),
		"customerIdentifier", a.customer.object.str("customerIdentifier"),
		"accountIdentifier", a.id(),
		"accountNumber", a.object.str("accountNumber"),
		"amountCharged", build("value", charge.value, "currencyCode", a.currency(), "exchangeRate", charge.rate,
			"fee", charge.fee, "total", charge.total),
		"denomination", build("value", v.amount, "currencyCode", item.str("currencyCode"), "exchangeRate", charge.rate,
			"fee", money.MustParse("0"), "total", v.amount),
		"utid", item.str("utid"),
		"rewardName", item.str("rewardName"),
		"sender", part(b, "sender", "firstName", "lastName", "email"),
		"recipient", part(b, "recipient", "firstName", "lastName", "email", "mobileNumber", "address"),
		"emailSubject", str("emailSubject"),
		"message", str("message"),
		"sendEmail", v.delivery == "EMAIL",
		"deliveryMethod", v.delivery,
		"etid", etid(b, v.delivery),
		"campaign", str("campaign"),
		"notes", str("notes"),
		"purchaseOrderNumber", str("purchaseOrderNumber"),
		"status", status,
		"orderStatus", status,
		"lineItemStatus", status,
		"createdAt", tango.Timestamp(now),
		"referenceLineItemID", fmt.Sprintf("LI%s-%d", now.UTC().Format("060102"), 100000+n),
		"orderClientSource", "API",
		"orderExternalRefIdDupe", false,
		"reward", shown)
	if !b.isNull("ptid") {
		o.set("ptid", b.raw("ptid"))
	}
	ord := &order{thing: thing{o, a.platform}, account: a, amount: v.amount, created: now}
	if pending > 0 {
		ord.due, ord.reward = now.Add(pending), reward
	}
	s.st.add(ord)
	return ord
}

func orderID(t time.Time, n int) string {
	return fmt.Sprintf("RA%s-%d-%02d", t.UTC().Format("060102"), 10000+n, n%90+10)
}

// number gives the next running number that is not taken.
func (st *state) number(taken func(int) bool) int {
	for taken(st.next) {
		st.next++
	}
	st.next++
	return st.next - 1
}

// part copies the documented members of a nested object, as they were sent.
func part(b *object, name string, members ...string) *object {
	sub := b.sub(name)
	if sub == nil {
		return nil
	}
	return sub.only(members...)
}

func etid(b *object, delivery string) string {
	if e := b.str("etid"); e != "" {
		return e
	}
	return "E000000"
}

// settle completes an order whose time has come.
func (s *Sandbox) settle(o *order) {
	if o.due.IsZero() || s.now().Before(o.due) {
		return
	}
	o.due = time.Time{}
	for _, n := range []string{"status", "orderStatus", "lineItemStatus"} {
		o.object.set(n, "COMPLETE")
	}
	o.object.set("reward", o.reward)
}

// summary is the form of POST, verbose that of GET, listed that of lists: without the reward.
func (s *Sandbox) summary(o *order) *object { s.settle(o); return o.object.without(verboseOnly...) }
func (s *Sandbox) verbose(o *order) *object { s.settle(o); return o.object }
func (s *Sandbox) listed(o *order) *object  { s.settle(o); return o.object.without("reward") }

// getOrder is GET /orders/{referenceOrderID}.
func (s *Sandbox) getOrder(q *request) (reply, *refusal) {
	o := s.st.byID[q.parts[1]]
	if o == nil || !o.on(q.platform) {
		return reply{}, refuse(404, "404.005", "The order does not exist on this platform")
	}
	return replyJSON(200, s.verbose(o)), nil
}
