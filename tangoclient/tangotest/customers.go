package tangotest

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tangoguard/tangoguard/internal/money"
	"github.com/tangoguard/tangoguard/internal/tango"
)

// accountOnly are the members of an account that its customer's view leaves out.
var accountOnly = []string{"currentBalance", "contactEmail", "fundingNotification"}

// currencies of new accounts.
var currencies = []string{"AUD", "CAD", "EUR", "GBP", "USD", "MXN", "SGD", "PLN"}

func customerView(c *customer) *object {
	o := c.object.without()
	accounts := make([]*object, len(c.accounts))
	for i, a := range c.accounts {
		accounts[i] = a.object.without(accountOnly...)
	}
	o.set("accounts", accounts)
	return o
}

// listCustomers is GET /customers.
func (s *Sandbox) listCustomers(q *request) (reply, *refusal) {
	f, g := &filters{s: s, q: q}, &filters{s: s, q: q}
	f.text("displayName", "displayName")
	f.text("status", "status")
	f.date("customerMinDateCreatedAt", "createdAt", 1)
	f.date("customerMaxDateCreatedAt", "createdAt", -1)
	g.text("accountStatus", "status")
	g.exact("accountIdentifier", "accountIdentifier")
	g.text("accountNumber", "accountNumber")
	g.text("accountDisplayName", "displayName")
	g.date("accountMinDateCreatedAt", "createdAt", 1)
	g.date("accountMaxDateCreatedAt", "createdAt", -1)
	for _, e := range []*refusal{f.e, g.e} {
		if e != nil {
			return reply{}, e
		}
	}
	out := []*object{}
	for _, c := range s.st.customers {
		if !c.on(q.platform) || !f.pass(c.object) {
			continue
		}
		if len(g.conds) == 0 || slices.ContainsFunc(c.accounts, func(a *account) bool { return g.pass(a.object) }) {
			out = append(out, customerView(c))
		}
	}
	return s.list(q, out, false)
}

// getCustomer is GET /customers/{customerIdentifier}.
func (s *Sandbox) getCustomer(q *request) (reply, *refusal) {
	c := s.st.customer(q.platform, q.parts[1])
	if c == nil {
		return reply{}, refuse(404, "404.002", "The customer does not exist on this platform")
	}
	return replyJSON(200, customerView(c)), nil
}

// createCustomer is POST /customers.
func (s *Sandbox) createCustomer(q *request) (reply, *refusal) {
	b, v := q.object, &orderCheck{s: s}
	v.unknown("", b, "customerIdentifier", "displayName")
	v.newIdentifier(b, "customerIdentifier")
	v.displayName(b, tango.IsDisplayName)
	if len(v.fields) > 0 {
		return reply{}, s.refuseFields(v.fields...)
	}
	id := s.identifier(b.str("customerIdentifier"))
	if s.st.customer(q.platform, id) != nil {
		return reply{}, refuse(409, "409.010", "The customer identifier exists already")
	}
	c := &customer{thing: thing{platform: q.platform.name, object: build(
		"customerIdentifier", id,
		"displayName", b.raw("displayName"),
		"status", s.cfg.CustomerStatus,
		"createdAt", tango.Timestamp(s.now()))}}
	s.st.customers = append(s.st.customers, c)
	return replyJSON(201, customerView(c)), nil
}

// identifier is an identifier as it is kept.
func (s *Sandbox) identifier(id string) string {
	if s.cfg.IdentifierCase == "fold" {
		return strings.ToLower(id)
	}
	return id
}

func (v *orderCheck) newIdentifier(b *object, name string) {
	before := len(v.fields)
	v.pattern(b, "", name, "422.501", true, tango.IsIdentifier)
	if id := b.str(name); len(v.fields) == before && v.s.cfg.IdentifierCase == "lower" && strings.ToLower(id) != id {
		v.add(name, "422.501", "must be lowercase", "Pattern", b.raw(name))
	}
}

func (v *orderCheck) displayName(b *object, ok func(string) bool) {
	v.pattern(b, "", "displayName", "422.126", true, ok)
	if n := b.str("displayName"); v.s.cfg.Insecure("displayName", n) {
		v.add("displayName", tango.KeyInsecure, tango.MsgInsecure, "", b.raw("displayName"))
	}
}

// accountName: 5 to 100 characters, no emojis.
func accountName(n string) bool {
	c := utf8.RuneCountInString(n)
	return c >= 5 && c <= 100 && tango.IsOneLine(n) && !strings.ContainsFunc(n, func(r rune) bool {
		return unicode.In(r, unicode.So, unicode.Co, unicode.Cn) || unicode.Is(unicode.Sk, r) && r > 0xffff
	})
}

// listAccounts is GET /accounts; listCustomerAccounts is the same for one customer.
func (s *Sandbox) listAccounts(q *request) (reply, *refusal) {
	return s.accounts(q, func(a *account) bool { return true })
}

func (s *Sandbox) listCustomerAccounts(q *request) (reply, *refusal) {
	c := s.st.customer(q.platform, q.parts[1])
	if c == nil {
		return reply{}, refuse(404, "404.002", "The customer does not exist on this platform")
	}
	return s.accounts(q, func(a *account) bool { return a.customer == c })
}

func (s *Sandbox) accounts(q *request, of func(*account) bool) (reply, *refusal) {
	f := &filters{s: s, q: q}
	f.text("accountNumber", "accountNumber")
	f.text("displayName", "displayName")
	f.text("status", "status")
	f.text("contactEmail", "contactEmail")
	f.any("currencyCode", "currencyCode")
	f.amount("minBalance", "currentBalance", 1)
	f.amount("maxBalance", "currentBalance", -1)
	f.date("minDateCreatedAt", "createdAt", 1)
	f.date("maxDateCreatedAt", "createdAt", -1)
	if want := q.all("fundingNotificationEmail"); len(want) > 0 {
		f.conds = append(f.conds, func(o *object) bool { return notifies(o, want) })
	}
	if f.e != nil {
		return reply{}, f.e
	}
	out := []*object{}
	for _, a := range s.st.accounts {
		if a.on(q.platform) && of(a) && f.pass(a.object) {
			out = append(out, a.object)
		}
	}
	return s.list(q, out, false)
}

func notifies(o *object, want []string) bool {
	list, _ := elements(o.raw("fundingNotification"))
	for _, e := range list {
		if n, err := membersOf(e); err == nil && slices.ContainsFunc(want, func(w string) bool { return strings.EqualFold(w, n.str("emailAddress")) }) {
			return true
		}
	}
	return false
}

// getAccount is GET /accounts/{accountIdentifier}.
func (s *Sandbox) getAccount(q *request) (reply, *refusal) {
	a := s.st.account(q.platform, q.parts[1])
	if a == nil {
		return reply{}, refuse(404, "404.003", "The account does not exist on this platform")
	}
	return replyJSON(200, a.object), nil
}

// createAccount is POST /customers/{customerIdentifier}/accounts.
func (s *Sandbox) createAccount(q *request) (reply, *refusal) {
	c := s.st.customer(q.platform, q.parts[1])
	if c == nil {
		return reply{}, refuse(404, "404.002", "The customer does not exist on this platform")
	}
	b, v := q.object, &orderCheck{s: s}
	v.unknown("", b, "accountIdentifier", "displayName", "contactEmail", "currencyCode", "fundingNotification")
	v.newIdentifier(b, "accountIdentifier")
	v.displayName(b, accountName)
	v.contact(b, true)
	v.pattern(b, "", "currencyCode", "400.011", false, func(c string) bool { return slices.Contains(currencies, c) })
	v.addresses(b, "fundingNotification")
	if len(v.fields) > 0 {
		return reply{}, s.refuseFields(v.fields...)
	}
	id := s.identifier(b.str("accountIdentifier"))
	if s.st.account(q.platform, id) != nil {
		return reply{}, refuse(409, "409.007", "The account identifier exists already")
	}
	number := func(n int) string { return "A" + strings.Repeat("0", 7-min(7, len(encode(n)))) + string(encode(n)) }
	n := s.st.number(func(n int) bool {
		return slices.ContainsFunc(s.st.accounts, func(a *account) bool { return a.object.str("accountNumber") == number(n) })
	})
	a := &account{customer: c, balance: money.MustParse("0.00"), thing: thing{platform: c.platform, object: build(
		"accountIdentifier", id,
		"accountNumber", number(n),
		"displayName", b.raw("displayName"),
		"currencyCode", first(b.str("currencyCode"), "USD"),
		"currentBalance", money.MustParse("0.00"),
		"createdAt", tango.Timestamp(s.now()),
		"status", "ACTIVE",
		"contactEmail", b.raw("contactEmail"))}}
	if !b.isNull("fundingNotification") {
		a.object.set("fundingNotification", b.raw("fundingNotification"))
	} else {
		a.object.set("fundingNotification", []*object{})
	}
	c.accounts = append(c.accounts, a)
	s.st.accounts = append(s.st.accounts, a)
	return replyJSON(201, a.object), nil
}

// updateAccount is PATCH /customers/{customerIdentifier}/accounts/{accountIdentifier}.
func (s *Sandbox) updateAccount(q *request) (reply, *refusal) {
	a, e := s.ownedAccount(q)
	if e != nil {
		return reply{}, e
	}
	b, v := q.object, &orderCheck{s: s}
	v.unknown("", b, "displayName", "contactEmail", "fundingNotification")
	if !b.isNull("displayName") {
		v.displayName(b, accountName)
	}
	v.contact(b, false)
	v.addresses(b, "fundingNotification")
	if len(v.fields) > 0 {
		return reply{}, s.refuseFields(v.fields...)
	}
	for _, n := range []string{"displayName", "contactEmail", "fundingNotification"} {
		if !b.isNull(n) {
			a.object.set(n, b.raw(n))
		}
	}
	return replyJSON(200, a.object), nil
}

func (v *orderCheck) contact(b *object, required bool) {
	v.email(b, "", "contactEmail", "422.009", required)
	if utf8.RuneCountInString(b.str("contactEmail")) > 100 {
		v.add("contactEmail", "422.006", "is too long", "Size", b.raw("contactEmail"))
	}
}

// addresses checks a list of {emailAddress}.
func (v *orderCheck) addresses(b *object, name string) {
	if b.isNull(name) {
		return
	}
	list, err := elements(b.raw(name))
	if err != nil {
		v.add(name, "422.001", "must be a list", "", b.raw(name))
	}
	for _, e := range list {
		o, err := membersOf(e)
		if err != nil || !tango.IsEmail(o.str("emailAddress")) {
			v.add(name+".emailAddress", "422.009", msgEmail, "Email", e)
		}
	}
}

// ownedAccount is the account of a path .../customers/{}/accounts/{}...
func (s *Sandbox) ownedAccount(q *request) (*account, *refusal) {
	c, a := s.st.customer(q.platform, q.parts[1]), s.st.account(q.platform, q.parts[3])
	switch {
	case c == nil:
		return nil, refuse(404, "404.002", "The customer does not exist on this platform")
	case a == nil:
		return nil, refuse(404, "404.003", "The account does not exist on this platform")
	case a.customer != c:
		return nil, refuse(404, "404.020", "The account does not exist under this customer")
	}
	return a, nil
}
