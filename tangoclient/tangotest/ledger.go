package tangotest

import "slices"

// Order is an entry of the ledger: what a test compares its callers' answers with.
type Order struct {
	ID       string // referenceOrderID
	Ref      string // externalRefID; "" when it had none
	Customer string
	Account  string
	UTID     string
	Amount   string // denomination, as it was sent: "25.50"
	Total    string // what the account paid
	Status   string
	JSON     string // the order as GET /orders lists it: without the reward, which is a secret
}

// Orders gives all orders, in the order in which they were placed, those of the seed first.
func (s *Sandbox) Orders() []Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Order, 0, len(s.st.orders))
	for _, o := range s.st.orders {
		j := s.listed(o)
		e := Order{
			ID: j.str("referenceOrderID"), Ref: j.str("externalRefID"), Customer: j.str("customerIdentifier"),
			Account: j.str("accountIdentifier"), UTID: j.str("utid"), Status: j.str("status"), JSON: string(j.json()),
		}
		e.Amount = string(j.sub("denomination").raw("value"))
		e.Total = string(j.sub("amountCharged").raw("total"))
		out = append(out, e)
	}
	return out
}

// Balance is the balance of the account with this accountIdentifier, as a plain decimal such as "9974.50"; "" when there is no such account.
func (s *Sandbox) Balance(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.st.accounts, func(a *account) bool { return a.id() == id }); i >= 0 {
		return s.st.accounts[i].balance.String()
	}
	return ""
}

// State is the state as a seed: New can start from it. It holds the platform keys and the reward codes.
func (s *Sandbox) State() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dump()
}

// dump completes the orders that are due, and writes the state.
func (s *Sandbox) dump() []byte {
	for _, o := range s.st.orders {
		s.settle(o)
	}
	return s.st.dump().json()
}
