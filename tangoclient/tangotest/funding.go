package tangotest

import (
	"fmt"
	"strings"

	"github.com/tangoguard/tangoguard/internal/money"
	"github.com/tangoguard/tangoguard/internal/tango"
)

const msgDuplicateFunding = "externalRefID is not unique. Duplicate funding request."

// listCards is GET /creditCards. Cards that were unregistered show only when status asks for them.
func (s *Sandbox) listCards(q *request) (reply, *refusal) {
	f := &filters{s: s, q: q}
	f.exact("customerIdentifier", "customerIdentifier")
	f.exact("accountIdentifier", "accountIdentifier")
	f.text("accountNumber", "accountNumber")
	f.text("label", "label")
	f.text("status", "status")
	out := []*object{}
	for _, t := range s.st.cards {
		gone := strings.EqualFold(t.object.str("status"), "DELETED") && q.get("status") == ""
		if t.on(q.platform) && !gone && f.pass(t.object) {
			out = append(out, t.object)
		}
	}
	return s.list(q, out, false)
}

func (s *Sandbox) card(p *platform, token string) *object {
	for _, t := range s.st.cards {
		if t.on(p) && t.object.str("token") == token {
			return t.object
		}
	}
	return nil
}

// getCard is GET /creditCards/{token}.
func (s *Sandbox) getCard(q *request) (reply, *refusal) {
	c := s.card(q.platform, q.parts[1])
	if c == nil {
		return reply{}, refuse(404, "404.022", "The credit card does not exist")
	}
	return replyJSON(200, c), nil
}

// ownCard checks the members that deposits and unregistrations share: the pair of customer and account, and
// a card that is theirs.
func (s *Sandbox) ownCard(q *request, unknownKey string) (*account, *object, *refusal) {
	b := q.object
	a := s.st.account(q.platform, b.str("accountIdentifier"))
	if e := s.checkOwner(q.platform, b, a); e != nil {
		return nil, nil, e
	}
	c := s.card(q.platform, b.str("creditCardToken"))
	bad := func(key, message string) *refusal {
		return s.refuseFields(fieldRefusal{path: "creditCardToken", key: key, message: message, value: b.raw("creditCardToken")})
	}
	switch {
	case c == nil || strings.EqualFold(c.str("status"), "DELETED"):
		return nil, nil, bad(unknownKey, "The credit card is unknown")
	case !s.st.same(c.str("accountIdentifier"), a.id()) || !s.st.same(c.str("customerIdentifier"), a.customer.object.str("customerIdentifier")):
		return nil, nil, bad("422.037", "The credit card does not belong to this account")
	}
	return a, c, nil
}

// deposit is POST /creditCardDeposits, which Tango answers with 200. A repeated ref is refused.
func (s *Sandbox) deposit(q *request) (reply, *refusal) {
	b, v := q.object, &orderCheck{s: s}
	v.unknown("", b, "customerIdentifier", "accountIdentifier", "creditCardToken", "amount", "externalRefID")
	v.pattern(b, "", "customerIdentifier", "422.010", true, tango.IsIdentifier)
	v.pattern(b, "", "accountIdentifier", "422.008", true, tango.IsIdentifier)
	v.pattern(b, "", "creditCardToken", "422.036", true, func(t string) bool { return len(t) <= 100 })
	v.ref(b, "externalRefID")
	amount := v.money(b, "amount")
	if len(v.fields) == 0 && amount.Sign() <= 0 {
		v.add("amount", "422.052", "The amount is out of range", "", b.raw("amount"))
	}
	if len(v.fields) > 0 {
		return reply{}, s.refuseFields(v.fields...)
	}
	a, c, e := s.ownCard(q, "422.036")
	if e != nil {
		return reply{}, e
	}
	if e := s.refUsed(s.st.deposits, q.ref, a); e != nil {
		return reply{}, e
	}
	if at, ok := parseTime(c.str("activationDate")); ok && s.now().Before(at) {
		return reply{}, refuse(429, "429.003", "The credit card is in its registration period")
	}
	if a.currency() != "USD" {
		return reply{}, s.refuseFields(v.field("amount", "422.003", "The currency does not match the account", "", b.raw("amount")))
	}
	balance, err := a.balance.Add(amount)
	feePercent := money.MustParse(s.cfg.DepositFeePercent)
	charged, err2 := amount.Add(percent(amount, feePercent))
	if err != nil || err2 != nil {
		return reply{}, refuse(400, "422.052", "The amount is out of range")
	}
	a.setBalance(balance)
	now := s.now()
	n := s.st.number(func(int) bool { return false })
	o := build(
		"referenceDepositID", fmt.Sprintf("RAD-%s-%d", now.UTC().Format("060102"), 10000+n),
		"amount", amount, "amountCharged", charged, "feePercent", feePercent,
		"createdDate", tango.Timestamp(now), "status", "SUCCESS", "accountNumber", a.object.str("accountNumber"))
	if q.ref != "" {
		o.set("externalRefID", q.ref)
	}
	s.st.deposits = append(s.st.deposits, &thing{o, a.platform})
	return replyJSON(200, o), nil
}

// refUsed refuses a ref that a deposit or a transfer of this account has used.
func (s *Sandbox) refUsed(of []*thing, ref string, a *account) *refusal {
	for _, t := range of {
		number := t.object.str("accountNumber")
		if number == "" {
			number = t.object.sub("transferFrom").str("accountNumber")
		}
		if ref != "" && t.object.str("externalRefID") == ref && number == a.object.str("accountNumber") && t.platform == a.platform {
			return refuse(409, tango.KeyDuplicate, msgDuplicateFunding)
		}
	}
	return nil
}

// getDeposit is GET /creditCardDeposits/{referenceDepositID}.
func (s *Sandbox) getDeposit(q *request) (reply, *refusal) {
	for _, t := range s.st.deposits {
		if t.on(q.platform) && t.object.str("referenceDepositID") == q.parts[1] {
			return replyJSON(200, t.object), nil
		}
	}
	return reply{}, refuse(404, "404.011", "The deposit does not exist")
}

// unregister is POST /creditCardUnregisters.
func (s *Sandbox) unregister(q *request) (reply, *refusal) {
	b, v := q.object, &orderCheck{s: s}
	v.unknown("", b, "customerIdentifier", "accountIdentifier", "creditCardToken")
	v.pattern(b, "", "customerIdentifier", "422.010", true, tango.IsIdentifier)
	v.pattern(b, "", "accountIdentifier", "422.008", true, tango.IsIdentifier)
	v.pattern(b, "", "creditCardToken", "422.002", true, func(t string) bool { return len(t) <= 100 })
	if len(v.fields) > 0 {
		return reply{}, s.refuseFields(v.fields...)
	}
	_, c, e := s.ownCard(q, "422.002")
	if e != nil {
		return reply{}, e
	}
	c.set("status", "DELETED")
	return replyJSON(200, build("token", c.str("token"), "message", "The credit card is unregistered",
		"createdDate", tango.Timestamp(s.now()))), nil
}

// transfer is POST /transferFunds.
func (s *Sandbox) transfer(q *request) (reply, *refusal) {
	b, v := q.object, &orderCheck{s: s}
	v.unknown("", b, "externalRefID", "transferFrom", "transferTo", "amount", "transferNotes")
	v.pattern(b, "", "transferFrom", "422.008", true, tango.IsIdentifier)
	v.pattern(b, "", "transferTo", "422.008", true, tango.IsIdentifier)
	v.ref(b, "externalRefID")
	v.text(b, "", "transferNotes", 150)
	amount := v.money(b, "amount")
	if len(v.fields) == 0 && amount.Sign() <= 0 {
		v.add("amount", "422.052", "The amount is out of range", "", b.raw("amount"))
	}
	if len(v.fields) > 0 {
		return reply{}, s.refuseFields(v.fields...)
	}
	from, to := s.st.account(q.platform, b.str("transferFrom")), s.st.account(q.platform, b.str("transferTo"))
	if from == nil || to == nil {
		return reply{}, refuse(404, "404.003", "The account does not exist on this platform")
	}
	if e := s.refUsed(s.st.transfers, q.ref, from); e != nil {
		return reply{}, e
	}
	for name, a := range map[string]*account{"transferFrom": from, "transferTo": to} {
		if !active(a.object) {
			return reply{}, s.refuseFields(v.field(name, "422.004", "The account must be ACTIVE", "", b.raw(name)))
		}
	}
	if from == to || from.currency() != to.currency() {
		return reply{}, s.refuseFields(v.field("transferTo", "422.003", "Another account of the same currency is needed", "", b.raw("transferTo")))
	}
	left, err := from.balance.Sub(amount)
	if err != nil || left.Sign() < 0 {
		return reply{}, refuse(402, tango.KeyInsufficientFunds, msgFunds)
	}
	more, err := to.balance.Add(amount)
	if err != nil {
		return reply{}, refuse(400, "422.052", "The amount is out of range")
	}
	o := build("transferDate", tango.Timestamp(s.now()), "transferredAmount", amount,
		"transferNotes", b.raw("transferNotes"), "transferFrom", moved(from, left), "transferTo", moved(to, more))
	if q.ref != "" {
		o.set("externalRefID", q.ref)
	}
	s.st.transfers = append(s.st.transfers, &thing{o, from.platform})
	return replyJSON(200, o), nil
}

// moved sets a new balance and shows the account of a transfer.
func moved(a *account, balance money.Amount) *object {
	o := a.object.only("accountIdentifier", "accountNumber", "displayName", "currencyCode")
	o.set("startingBalance", a.balance)
	o.set("endingBalance", balance)
	o.set("status", a.object.raw("status"))
	o.set("contactEmail", a.object.raw("contactEmail"))
	a.setBalance(balance)
	return o
}
