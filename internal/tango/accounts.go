package tango

// Account names an account and the customer that owns it. The two count as a pair: an account under another
// customer is another account.
type Account struct {
	Customer string // customerIdentifier
	Account  string // accountIdentifier
}

// Accounts is the set of accounts that somebody may use. The zero value allows none.
type Accounts []Account

// Allows reports whether the pair is in the set. Identifiers are compared byte for byte: whether Tango
// folds case is not known, so another spelling is another account.
func (a Accounts) Allows(customer, account string) bool {
	for _, x := range a {
		if x.Account == account && x.Customer == customer && account != "" && customer != "" {
			return true
		}
	}
	return false
}

// HasAccount reports whether the account is in the set, under whichever customer.
func (a Accounts) HasAccount(account string) bool {
	for _, x := range a {
		if x.Account == account && account != "" {
			return true
		}
	}
	return false
}

// HasCustomer reports whether the customer owns an account of the set.
func (a Accounts) HasCustomer(customer string) bool {
	for _, x := range a {
		if x.Customer == customer && customer != "" {
			return true
		}
	}
	return false
}
