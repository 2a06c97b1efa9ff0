package tangotest

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"strings"

	"github.com/tangoguard/tangoguard/internal/money"
)

// charged is what an order costs its account, in the account's currency.
type charged struct{ value, fee, total, rate money.Amount }

// charge converts the amount by the seed's exchange rates (one unit of the base currency is baseFx units of
// the reward's) and adds the item's fee. Halves are rounded up to the cent.
func (s *Sandbox) charge(a *account, item *object, amount money.Amount) (charged, *refusal) {
	c := charged{value: amount, rate: money.MustParse("1")}
	if from := item.str("currencyCode"); from != a.currency() {
		rate, ok := s.rate(a.currency(), from)
		if !ok {
			return c, s.refuseFields(fieldRefusal{path: "utid", key: "422.003", message: "The currency does not match the account"})
		}
		c.rate = rate
		c.value = cents(new(big.Rat).Quo(rat(amount), rat(rate)))
	}
	c.fee = fee(item.sub("fee"), c.value)
	total, err := c.value.Add(c.fee)
	if err != nil {
		return c, refuse(400, "422.105", "The amount has too many digits")
	}
	c.total = total
	return c, nil
}

func (s *Sandbox) rate(base, reward string) (money.Amount, bool) {
	list, _ := elements(s.st.rates.raw("exchangeRates"))
	for _, v := range list {
		o, err := membersOf(v)
		if err == nil && o.str("baseCurrency") == base && o.str("rewardCurrency") == reward {
			r, ok := o.amount("baseFx")
			return r, ok && r.Sign() > 0
		}
	}
	return money.Amount{}, false
}

// fee is {type, value}: a percentage of the amount when the type says so, else a flat sum.
func fee(f *object, amount money.Amount) money.Amount {
	v, ok := f.amount("value")
	if !ok {
		return money.MustParse("0.00")
	}
	if strings.Contains(strings.ToUpper(f.str("type")), "PERCENT") {
		return percent(amount, v)
	}
	return cents(rat(v))
}

func percent(amount, p money.Amount) money.Amount {
	x := new(big.Rat).Mul(rat(amount), rat(p))
	return cents(x.Quo(x, big.NewRat(100, 1)))
}

func rat(a money.Amount) *big.Rat {
	r, ok := new(big.Rat).SetString(a.String())
	if !ok {
		return new(big.Rat)
	}
	return r
}

func cents(r *big.Rat) money.Amount { return money.MustParse(r.FloatString(2)) }

// rewardFor makes the credentials of an order. They are derived from its number: test codes, no secrets.
func rewardFor(item *object, n int) *object {
	sum := sha256.Sum256(fmt.Appendf(nil, "tangotest reward %d", n))
	code := strings.ToUpper(fmt.Sprintf("%x", sum[:10]))
	types, _ := elements(item.raw("credentialTypes"))
	creds := build()
	var list []*object
	for _, t := range types {
		label, kind, value := credential(text(t), code)
		creds.set(label, value)
		list = append(list, build("label", label, "value", value, "type", kind, "credentialType", text(t)))
	}
	return build("credentials", creds, "credentialList", list, "redemptionInstructions", item.str("redemptionInstructions"))
}

func emptyReward() *object {
	return build("credentials", build(), "credentialList", []*object{}, "redemptionInstructions", "")
}

// credential gives label, type and value of a documented credentialType.
func credential(t, code string) (label, kind, value string) {
	digits := strings.Map(func(r rune) rune { return '0' + r%10 }, code)
	switch t {
	case "redemptionUrl":
		return "Redemption URL", "url", "https://sandbox.invalid/r/" + code
	case "securityUrl":
		return "Security URL", "url", "https://sandbox.invalid/s/" + code
	case "cardNumber":
		return "Card Number", "text", digits[:16]
	case "PIN":
		return "PIN", "text", digits[16:20]
	case "securityCode":
		return "Security Code", "text", digits[16:19]
	case "claimCode":
		return "Claim Code", "text", code[:4] + "-" + code[4:10] + "-" + code[10:14]
	case "barcode":
		return "Barcode", "barcode", digits[:12]
	case "expirationDate":
		return "Expiration Date", "date", "2099-12-31T00:00:00Z"
	}
	return t, "text", code
}
