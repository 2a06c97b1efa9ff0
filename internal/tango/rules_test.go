package tango

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGrammars(t *testing.T) {
	n := strings.Repeat
	for _, row := range []struct {
		name     string
		ok       func(string) bool
		yes, not []string
	}{
		{"identifier", IsIdentifier, []string{"demo-acc1", "ABCde", n("a", 100)}, []string{"", "acc1", n("a", 101), "a_b-c", "acc%31x", "äccount"}},
		{"externalRef", IsExternalRef, []string{"1", "a-B-3", n("a", 100)}, []string{"", n("a", 101), "a b", "a/b", "a\n"}},
		{"utid", IsUTID, []string{"U1", "u561593", "U123456789"}, []string{"", "U", "U1234567890", "E561593", "U12a", " U561593"}},
		{"etid", IsETID, []string{"E000000", "e123456"}, []string{"E12345", "E1234567", "U123456"}},
		{"ptid", IsPTID, []string{"P1", "p123"}, []string{"P", "P1x"}},
		{"e164", IsE164, []string{"+14155550123", "+4930123456"}, []string{"", "+", "14155550123", "+0123456789", "+1415555012345678", "+1 415 555"}},
		{"currency", IsCurrency, []string{"USD", "EUR"}, []string{"usd", "US", "USDX", "U$D"}},
		{"country", IsCountry, []string{"US", "DE"}, []string{"us", "USA", "U"}},
		{"deliveryMethod", IsDeliveryMethod, DeliveryMethods(), []string{"", "email", "PIGEON", "EMAIL "}},
		{"date", IsDate, []string{"2027-01-31", "2028-02-29"}, []string{"", "2027-02-29", "27-01-31", "2027-1-31", "2027-01-31T00:00:00Z", " 2027-01-31"}},
		{"oneline", IsOneLine, []string{"", "a\tb", "日本語", "O'Brien"}, []string{"a\nb", "a\rb", "a\x00b", "a\u2028b", "a\u0085b", "a\x7f"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, s := range row.yes {
				assert.True(t, row.ok(s), "%q", s)
			}
			for _, s := range row.not {
				assert.False(t, row.ok(s), "%q", s)
			}
		})
	}
}

func TestAccountsCountAsPairs(t *testing.T) {
	a := Accounts{{"cust-one", "acc-1"}, {"cust-two", "acc-2"}}
	assert.True(t, a.Allows("cust-one", "acc-1"))
	assert.False(t, a.Allows("cust-one", "acc-2"), "allowed singly, not as a pair")
	assert.False(t, a.Allows("cust-one", "ACC-1"), "another spelling is another account")
	assert.False(t, a.Allows("", ""))
	assert.False(t, Accounts{{}}.Allows("", ""), "an empty entry allows nothing")
	assert.False(t, Accounts(nil).Allows("cust-one", "acc-1"))
	assert.True(t, a.HasAccount("acc-2"))
	assert.False(t, a.HasAccount("acc-3"))
	assert.True(t, a.HasCustomer("cust-two"))
	assert.False(t, Accounts{{}}.HasCustomer(""))
	assert.False(t, Accounts{{}}.HasAccount(""))
}
