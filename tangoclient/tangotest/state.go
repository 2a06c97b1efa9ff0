package tangotest

import (
	"strings"
	"time"

	"github.com/tangoguard/tangoguard/internal/money"
)

// state is what the sandbox holds. Every part keeps the JSON object that is answered.
type state struct {
	platforms []*platform
	customers []*customer
	accounts  []*account
	cards     []*thing
	deposits  []*thing
	transfers []*thing
	alerts    []*thing
	orders    []*order
	catalog   *object // without brands
	brands    []*object
	rates     *object // {disclaimer, exchangeRates}
	reference map[string][]*object

	items map[string]*object // by capital utid
	byID  map[string]*order
	byRef map[refKey]*order
	refs  map[string][]*order // by externalRefID, of every account
	fold  bool
	next  int // the running number in the identifiers that the sandbox gives
}

type platform struct {
	object  *object // as given
	name    string
	keys    []string
	clients []oauthClient
}

type oauthClient struct {
	id, secret string
	accounts   map[string]string // service accounts: user name to password
}

// thing is an object of a platform. The platform "" is every platform of the seed.
type thing struct {
	object   *object
	platform string
}

type customer struct {
	thing
	accounts []*account
}

type account struct {
	thing
	customer *customer
	balance  money.Amount
}

func (a *account) id() string       { return a.object.str("accountIdentifier") }
func (a *account) currency() string { return a.object.str("currencyCode") }

// setBalance changes the balance, with two digits behind the point unless the currency's seed had more.
func (a *account) setBalance(b money.Amount) {
	a.balance = b
	a.object.set("currentBalance", b)
}

// order is an order with its reward; while due lies ahead it is PENDING.
type order struct {
	thing
	account    *account
	amount     money.Amount
	created    time.Time
	due        time.Time // zero: complete, or given as it is by a seed
	reward     *object   // what it gets when it completes
	lastResend time.Time
}

// refKey is an externalRefID in its scope, the account.
type refKey struct{ platform, account, ref string }

func (t *thing) on(p *platform) bool { return t.platform == "" || t.platform == p.name }

func (st *state) same(a, b string) bool {
	return a == b || st.fold && strings.EqualFold(a, b)
}

func (st *state) customer(p *platform, id string) *customer {
	for _, c := range st.customers {
		if c.on(p) && st.same(c.object.str("customerIdentifier"), id) {
			return c
		}
	}
	return nil
}

func (st *state) account(p *platform, id string) *account {
	for _, a := range st.accounts {
		if a.on(p) && st.same(a.id(), id) {
			return a
		}
	}
	return nil
}

// active reads a status without regard to case: Tango writes ACTIVE for accounts and active for items, and
// the values for customers are not documented. What is not one of the documented other values is active.
func active(o *object) bool {
	switch strings.ToUpper(o.str("status")) {
	case "INACTIVE", "DISABLED", "FROZEN", "DELETED":
		return false
	}
	return true
}
