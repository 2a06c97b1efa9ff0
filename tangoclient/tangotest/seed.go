package tangotest

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tangoguard/tangoguard/internal/money"
)

//go:embed seed.json
var builtin []byte

const maxSeed = 64 << 20

// referenceParts are the seed's lists that the API hands out unchanged.
var referenceParts = [...]string{"brandCategories", "credentialTypes", "rewardCountries", "mobileCountries"}

// seedParts are the members that a seed may have.
var seedParts = append([]string{
	"platforms", "customers", "creditCards", "deposits", "transfers", "lowBalanceAlerts",
	"catalog", "exchangeRates", "orders",
}, referenceParts[:]...)

// loadSeed builds the state of a seed. Parts that it leaves out come from the built-in seed.
func loadSeed(r io.Reader, fold bool) (*state, error) {
	def, err := parseObject(builtin)
	if err != nil {
		return nil, fmt.Errorf("tangotest: built-in seed: %w", err)
	}
	seed := def
	if r != nil {
		b, err := io.ReadAll(io.LimitReader(r, maxSeed+1))
		if err != nil {
			return nil, fmt.Errorf("tangotest: seed: %w", err)
		}
		if len(b) > maxSeed {
			return nil, errors.New("tangotest: seed: longer than 64 MiB")
		}
		if seed, err = parseObject(b); err != nil {
			return nil, fmt.Errorf("tangotest: seed: %w", err)
		}
	}
	l := loader{st: &state{
		items: map[string]*object{}, byID: map[string]*order{}, byRef: map[refKey]*order{}, refs: map[string][]*order{},
		reference: map[string][]*object{}, fold: fold, next: 1,
	}}
	for _, m := range seed.members {
		if !slices.Contains(seedParts, m.name) {
			l.fail("%q is no part of a seed; the parts are %s", m.name, strings.Join(seedParts, ", "))
		}
	}
	for _, name := range seedParts { // in an order in which each part finds what it refers to
		v := seed.raw(name)
		if v == nil {
			v = def.raw(name)
		}
		l.part(name, v)
	}
	return l.st, errors.Join(l.errs...)
}

type loader struct {
	st   *state
	errs []error
}

func (l *loader) fail(format string, args ...any) {
	l.errs = append(l.errs, fmt.Errorf("tangotest: seed: "+format, args...))
}

func (l *loader) part(name string, v jsontext.Value) {
	switch name {
	case "catalog":
		l.catalog(v)
		return
	case "exchangeRates":
		o, err := membersOf(v)
		if err != nil {
			l.fail("exchangeRates: not an object with a list exchangeRates in it")
			return
		}
		l.list("exchangeRates.exchangeRates", o.raw("exchangeRates"))
		l.st.rates = o
		return
	}
	for i, o := range l.list(name, v) {
		at := fmt.Sprintf("%s[%d]", name, i)
		t := thing{o, o.str("platformName")}
		switch name {
		case "platforms":
			l.platform(at, o)
		case "customers":
			l.customer(at, t)
		case "creditCards":
			l.need(at, o, "token")
			l.st.cards = append(l.st.cards, &t)
		case "deposits":
			l.need(at, o, "referenceDepositID")
			l.st.deposits = append(l.st.deposits, &t)
		case "transfers":
			l.st.transfers = append(l.st.transfers, &t)
		case "lowBalanceAlerts":
			l.need(at, o, "balanceAlertID")
			l.st.alerts = append(l.st.alerts, &t)
		case "orders":
			l.order(at, t)
		default:
			l.st.reference[name] = append(l.st.reference[name], o)
		}
	}
}

// list reads an array of objects.
func (l *loader) list(name string, v jsontext.Value) []*object {
	vals, err := elements(v)
	if err != nil {
		l.fail("%s: not a list", name)
	}
	out := make([]*object, 0, len(vals))
	for i, e := range vals {
		o, err := membersOf(e)
		if err != nil {
			l.fail("%s[%d]: not an object", name, i)
			continue
		}
		out = append(out, o)
	}
	return out
}

func (l *loader) need(at string, o *object, name string) string {
	v := o.str(name)
	if v == "" {
		l.fail("%s.%s: a string is needed", at, name)
	}
	return v
}

func (l *loader) platform(at string, o *object) {
	p := &platform{object: o, name: l.need(at, o, "name")}
	keys, err := elements(o.raw("keys"))
	if err != nil || len(keys) > 2 {
		l.fail("%s.keys: a list of at most two strings is needed: Tango has two active keys a platform", at)
	}
	for _, k := range keys {
		if text(k) == "" {
			l.fail("%s.keys: a key is no string, or empty", at)
		}
		p.keys = append(p.keys, text(k))
	}
	for i, c := range l.list(at+".oauthClients", o.raw("oauthClients")) {
		at := fmt.Sprintf("%s.oauthClients[%d]", at, i)
		oc := oauthClient{id: l.need(at, c, "clientId"), secret: l.need(at, c, "clientSecret"), accounts: map[string]string{}}
		for j, a := range l.list(at+".serviceAccounts", c.raw("serviceAccounts")) {
			at := fmt.Sprintf("%s.serviceAccounts[%d]", at, j)
			oc.accounts[l.need(at, a, "username")] = l.need(at, a, "password")
		}
		p.clients = append(p.clients, oc)
	}
	l.st.platforms = append(l.st.platforms, p)
}

func (l *loader) customer(at string, t thing) {
	l.need(at, t.object, "customerIdentifier")
	c := &customer{thing: t}
	for i, o := range l.list(at+".accounts", t.object.raw("accounts")) {
		at := fmt.Sprintf("%s.accounts[%d]", at, i)
		id := l.need(at, o, "accountIdentifier")
		a := &account{thing: thing{o, t.platform}, customer: c}
		if o.has("currentBalance") {
			b, ok := o.amount("currentBalance")
			if !ok || o.raw("currentBalance").Kind() != '0' {
				l.fail("%s.currentBalance: not a plain decimal number", at)
			}
			a.balance = b
		} else {
			a.balance = money.MustParse("0.00")
		}
		for _, other := range l.st.accounts {
			if l.st.same(other.id(), id) && (other.platform == a.platform || other.platform == "" || a.platform == "") {
				l.fail("%s.accountIdentifier: another account has it too", at)
			}
		}
		c.accounts = append(c.accounts, a)
		l.st.accounts = append(l.st.accounts, a)
	}
	c.object = t.object.without("accounts")
	l.st.customers = append(l.st.customers, c)
}

func (l *loader) catalog(v jsontext.Value) {
	o, err := membersOf(v)
	if err != nil {
		l.fail("catalog: not an object with a list brands in it")
		return
	}
	l.st.catalog = o.without("brands")
	l.st.brands = l.list("catalog.brands", o.raw("brands"))
	for i, b := range l.st.brands {
		for j, it := range l.list(fmt.Sprintf("catalog.brands[%d].items", i), b.raw("items")) {
			at := fmt.Sprintf("catalog.brands[%d].items[%d]", i, j)
			utid := strings.ToUpper(l.need(at, it, "utid"))
			for _, n := range []string{"minValue", "maxValue", "faceValue"} {
				if _, ok := it.amount(n); !ok && !it.isNull(n) {
					l.fail("%s.%s: not a plain decimal number", at, n)
				}
			}
			if l.st.items[utid] != nil {
				l.fail("%s.utid: another item has it too", at)
			}
			l.st.items[utid] = it
		}
	}
}

func (l *loader) order(at string, t thing) {
	o := t.object
	id := l.need(at, o, "referenceOrderID")
	if l.st.byID[id] != nil {
		l.fail("%s.referenceOrderID: another order has it too", at)
	}
	ord := &order{thing: t}
	for _, a := range l.st.accounts {
		if l.st.same(a.id(), o.str("accountIdentifier")) && (a.platform == t.platform || a.platform == "" || t.platform == "") {
			ord.account = a
		}
	}
	if ord.account == nil {
		l.fail("%s.accountIdentifier: no such account in the seed", at)
		return
	}
	if d := o.sub("denomination"); d != nil {
		ord.amount, _ = d.amount("value")
	}
	ord.created, _ = parseTime(o.str("createdAt"))
	l.st.add(ord)
}

// add puts an order into the books.
func (st *state) add(o *order) {
	st.orders = append(st.orders, o)
	st.byID[o.object.str("referenceOrderID")] = o
	if ref := o.object.str("externalRefID"); ref != "" {
		st.byRef[o.key(ref)] = o
		st.refs[ref] = append(st.refs[ref], o)
	}
}

func (o *order) key(ref string) refKey {
	return refKey{o.account.platform, o.account.id(), ref}
}

// parseTime reads a date or a date and time of RFC 3339, also without a zone, as Tango's old documents
// write it (then UTC).
func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// dump writes the state in the form of a seed.
func (st *state) dump() *object {
	mark := func(t *thing) *object {
		if t.platform == "" || len(st.platforms) < 2 || t.object.has("platformName") {
			return t.object
		}
		c := t.object.without()
		c.set("platformName", t.platform)
		return c
	}
	things := func(ts []*thing) []*object {
		out := make([]*object, len(ts))
		for i, t := range ts {
			out[i] = mark(t)
		}
		return out
	}
	out := build()
	var list []*object
	for _, p := range st.platforms {
		list = append(list, p.object)
	}
	out.set("platforms", list)
	list = nil
	for _, c := range st.customers {
		o := mark(&c.thing).without()
		var accounts []*object
		for _, a := range c.accounts {
			accounts = append(accounts, a.object)
		}
		o.set("accounts", accounts)
		list = append(list, o)
	}
	out.set("customers", list)
	out.set("creditCards", things(st.cards))
	out.set("deposits", things(st.deposits))
	out.set("transfers", things(st.transfers))
	out.set("lowBalanceAlerts", things(st.alerts))
	catalog := st.catalog.without()
	catalog.set("brands", st.brands)
	out.set("catalog", catalog)
	out.set("exchangeRates", st.rates)
	list = nil
	for _, o := range st.orders {
		list = append(list, mark(&o.thing))
	}
	out.set("orders", list)
	for _, name := range referenceParts {
		out.set(name, st.reference[name])
	}
	return out
}
