package tangotest

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// endpoint answers one method of one path. It runs with s.mu held.
type endpoint struct {
	method string
	path   []string // "*" is one element of any value
	serve  func(*Sandbox, *request) (reply, *refusal)
}

// endpoints is the API, in the order of Tango's own reference.
func endpoints() []endpoint {
	e := func(method, path string, serve func(*Sandbox, *request) (reply, *refusal)) endpoint {
		return endpoint{method, strings.Split(path, "/"), serve}
	}
	return []endpoint{
		e("GET", "customers", (*Sandbox).listCustomers),
		e("POST", "customers", (*Sandbox).createCustomer),
		e("GET", "customers/*", (*Sandbox).getCustomer),
		e("GET", "customers/*/accounts", (*Sandbox).listCustomerAccounts),
		e("POST", "customers/*/accounts", (*Sandbox).createAccount),
		e("PATCH", "customers/*/accounts/*", (*Sandbox).updateAccount),
		e("GET", "customers/*/accounts/*/lowbalance", (*Sandbox).listAlerts),
		e("POST", "customers/*/accounts/*/lowbalance", (*Sandbox).createAlert),
		e("GET", "customers/*/accounts/*/lowbalance/*", (*Sandbox).getAlert),
		e("PATCH", "customers/*/accounts/*/lowbalance/*", (*Sandbox).updateAlert),
		e("DELETE", "customers/*/accounts/*/lowbalance/*", (*Sandbox).deleteAlert),
		e("GET", "accounts", (*Sandbox).listAccounts),
		e("GET", "accounts/*", (*Sandbox).getAccount),
		e("GET", "creditCards", (*Sandbox).listCards),
		e("GET", "creditCards/*", (*Sandbox).getCard),
		e("POST", "creditCardDeposits", (*Sandbox).deposit),
		e("GET", "creditCardDeposits/*", (*Sandbox).getDeposit),
		e("POST", "creditCardUnregisters", (*Sandbox).unregister),
		e("POST", "transferFunds", (*Sandbox).transfer),
		e("GET", "brandCategories", (*Sandbox).getBrandCategories),
		e("GET", "catalogs", (*Sandbox).getCatalog),
		e("POST", "orders", (*Sandbox).createOrder),
		e("GET", "orders", (*Sandbox).listOrders),
		e("GET", "orders/*", (*Sandbox).getOrder),
		e("POST", "orders/*/resends", (*Sandbox).resendOrder),
		e("GET", "exchangerates", (*Sandbox).getExchangeRates),
		e("GET", "credentialtypes", (*Sandbox).getCredentialTypes),
		e("GET", "rewardCountries", (*Sandbox).getRewardCountries),
		e("GET", "mobileCountries", (*Sandbox).getMobileCountries),
		e("GET", "pulse", (*Sandbox).getPulse),
	}
}

// statePath shows the state when Config.Dump is set.
const statePath = "/_sandbox/state"

// answer does a request, without faults.
func (s *Sandbox) answer(q *request) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.refuseBrowser(q); e != nil {
		return s.replyRefusal(q, e)
	}
	if q.path == tokenPath {
		return s.serveToken(q)
	}
	if q.path == statePath && s.cfg.Dump && q.method == http.MethodGet {
		return replyJSON(200, jsontext.Value(s.dump()))
	}
	out, e := s.api(q)
	if e != nil {
		out := s.replyRefusal(q, e)
		if e.status == 429 && s.cfg.RetryAfter > 0 {
			out.header.Set("Retry-After", fmt.Sprint(int64((s.cfg.RetryAfter+time.Second-1)/time.Second)))
		}
		return out
	}
	return out
}

// api answers a request to the API: credentials first, then the pace, then the request itself.
func (s *Sandbox) api(q *request) (reply, *refusal) {
	if e := s.authenticate(q); e != nil {
		return reply{}, e
	}
	if e := s.keepPace(q); e != nil {
		return reply{}, e
	}
	ep, e := route(q)
	if e != nil {
		return reply{}, e
	}
	if !accepts(q.header) {
		return reply{}, refuse(406, tango.KeyNotAcceptable, "Not acceptable")
	}
	if changesState(q.method) && len(q.body) > 0 {
		if mt, p, err := mime.ParseMediaType(q.header.Get("Content-Type")); err != nil || mt != "application/json" ||
			p["charset"] != "" && !strings.EqualFold(p["charset"], "utf-8") {
			return reply{}, refuse(415, tango.KeyUnsupportedMedia, "Unsupported media type")
		}
		if q.object == nil {
			return reply{}, refuse(400, tango.KeyUnreadableBody, "The request body is unreadable. Please check your JSON")
		}
	}
	if q.object == nil {
		q.object = &object{}
	}
	return ep.serve(s, q)
}

// route finds the endpoint of a request.
func route(q *request) (endpoint, *refusal) {
	found := false
	for _, e := range endpoints() {
		if !slices.EqualFunc(e.path, q.parts, func(pattern, part string) bool { return pattern == part || pattern == "*" && part != "" }) {
			continue
		}
		if e.method == q.method {
			return e, nil
		}
		found = true
	}
	if found {
		return endpoint{}, refuse(405, "405.002", fillTokens("Request method '{0}' not supported", []string{q.method}), q.method)
	}
	return endpoint{}, refuse(404, tango.KeyNotFound, "Not found")
}

// accepts reports whether Accept, if sent, admits JSON.
func accepts(h http.Header) bool {
	values := h.Values("Accept")
	if len(values) == 0 {
		return true
	}
	for _, part := range strings.Split(strings.Join(values, ","), ",") {
		mt, p, err := mime.ParseMediaType(part)
		if err == nil && p["q"] != "0" && slices.Contains([]string{"application/json", "application/*", "*/*"}, mt) {
			return true
		}
	}
	return false
}

// keepPace holds every scope to its pace by GCRA: a request may come a tenth of an interval early. One that
// is refused does not count.
func (s *Sandbox) keepPace(q *request) *refusal {
	if s.cfg.NoPace {
		return nil
	}
	scope := q.platform.name
	switch s.cfg.PaceScope {
	case "account":
		scope += "\x00" + s.namedAccount(q)
	case "address":
		scope = q.remote
	case "endpoint":
		scope += "\x00" + q.method + "\x00" + strings.Join(q.parts[:min(1, len(q.parts))], "")
	}
	interval := time.Second / time.Duration(s.cfg.Pace)
	now := s.now()
	next := s.pace[scope]
	if now.Before(next.Add(-interval / 10)) {
		tokens := []string{"Platform", fmt.Sprint(s.cfg.Pace)}
		return refuse(429, s.cfg.PaceKey, fillTokens("{0} rate limit {1} TPS threshold reached.", tokens), tokens...)
	}
	if next.Before(now) {
		next = now
	}
	s.pace[scope] = next.Add(interval)
	return nil
}

// namedAccount is the account that a request names in its body, its query or its path.
func (s *Sandbox) namedAccount(q *request) string {
	if a := q.object.str("accountIdentifier"); a != "" {
		return a
	}
	if v := q.query["accountIdentifier"]; len(v) > 0 {
		return v[0]
	}
	if i := slices.Index(q.parts, "accounts"); i >= 0 && i+1 < len(q.parts) {
		return q.parts[i+1]
	}
	return ""
}
