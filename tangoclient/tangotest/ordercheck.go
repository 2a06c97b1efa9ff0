package tangotest

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tangoguard/tangoguard/internal/money"
	"github.com/tangoguard/tangoguard/internal/tango"
)

// orderCheck gathers what is wrong with the fields of an order; all errors go into one answer.
type orderCheck struct {
	s        *Sandbox
	fields   []fieldRefusal
	amount   money.Amount
	delivery string
}

// orderFields are the documented members of a new order.
var orderFields = []string{"externalRefID", "customerIdentifier", "accountIdentifier", "utid", "amount", "deliveryMethod",
	"sendEmail", "recipient", "sender", "emailSubject", "message", "etid", "ptid", "campaign", "notes",
	"purchaseOrderNumber", "expirationDate", "customFields"}

const (
	msgNull    = "may not be null"
	msgEmpty   = "may not be empty"
	msgEmail   = "not a well-formed email address"
	msgUnknown = "unknown field"
)

func (v *orderCheck) field(path, key, message, constraint string, value jsontext.Value, tokens ...string) fieldRefusal {
	return fieldRefusal{path: path, key: key, message: message, constraint: constraint, value: value, tokens: tokens}
}

func (v *orderCheck) add(path, key, message, constraint string, value jsontext.Value, tokens ...string) {
	v.fields = append(v.fields, v.field(path, key, message, constraint, value, tokens...))
}

func (s *Sandbox) checkOrder(b *object) *orderCheck {
	v := &orderCheck{s: s}
	v.unknown("", b, orderFields...)
	v.pattern(b, "", "customerIdentifier", "422.010", true, tango.IsIdentifier)
	v.pattern(b, "", "accountIdentifier", "422.008", true, tango.IsIdentifier)
	v.pattern(b, "", "utid", "422.147", true, tango.IsUTID)
	v.pattern(b, "", "etid", "422.124", false, tango.IsETID)
	v.pattern(b, "", "ptid", "422.001", false, tango.IsPTID)
	v.ref(b, "externalRefID")
	v.amount = v.money(b, "amount")
	for _, n := range []string{"emailSubject", "message", "campaign", "notes", "purchaseOrderNumber", "expirationDate"} {
		v.text(b, "", n, v.limit(n))
	}
	v.sender(b.sub("sender"))
	v.deliver(b)
	return v
}

// limit is the most characters that a text field may have; 0 means any number.
func (v *orderCheck) limit(path string) int {
	if n, ok := v.s.cfg.MaxText[path]; ok {
		return n
	}
	if path == "campaign" || path == "notes" {
		return 1024
	}
	return 0
}

func (v *orderCheck) unknown(path string, o *object, known ...string) {
	if !v.s.cfg.RefuseUnknownFields || o == nil {
		return
	}
	for _, m := range o.members {
		if !slices.Contains(known, m.name) {
			v.add(path+m.name, "422.001", msgUnknown, "", m.value)
		}
	}
}

// blank reports whether a member is absent, null or "": old clients send empty strings for what is not set.
func blank(o *object, name string) bool {
	return o.isNull(name) || o.raw(name).Kind() == '"' && o.str(name) == ""
}

func (v *orderCheck) pattern(o *object, path, name, key string, required bool, ok func(string) bool) {
	raw := o.raw(name)
	switch {
	case o.isNull(name):
		if required {
			v.add(path+name, "422.128", msgNull, "NotNull", raw)
		}
	case raw.Kind() != '"':
		v.add(path+name, "422.001", "must be a string", "", raw)
	case o.str(name) == "" && !required:
	case !ok(o.str(name)):
		v.add(path+name, key, "has not the form that is required", "Pattern", raw)
	}
}

func (v *orderCheck) ref(o *object, name string) {
	raw := o.raw(name)
	switch r := o.str(name); {
	case o.isNull(name) || r == "" && raw.Kind() == '"':
	case raw.Kind() != '"':
		v.add(name, "422.001", "must be a string", "", raw)
	case utf8.RuneCountInString(r) > 100:
		v.add(name, "422.110", "must not be longer than 100 characters", "Size", raw)
	case !tango.IsExternalRef(r):
		v.add(name, "422.122", "must be letters and digits, 1 to 100 of them", "Pattern", raw)
	}
}

// money reads an amount: a JSON number, at most six digits before the point and two behind it, not below 0.
func (v *orderCheck) money(o *object, name string) money.Amount {
	raw := o.raw(name)
	switch {
	case o.isNull(name):
		v.add(name, "422.128", msgNull, "NotNull", raw)
		return money.Amount{}
	case raw.Kind() != '0':
		v.add(name, "422.001", "must be a number", "", raw)
		return money.Amount{}
	}
	a, err := money.Parse(string(raw))
	switch {
	case err != nil || !a.Fits(6, 2):
		v.add(name, "422.105", "numeric value out of bounds (<6 digits>.<2 digits> expected)", "Digits", raw, "6", "2")
	case a.Sign() < 0:
		v.add(name, "422.106", "must not be below 0", "DecimalMin", raw)
	}
	return a
}

// text checks a free text: a string, not too long, without insecure characters.
func (v *orderCheck) text(o *object, path, name string, most int) string {
	raw := o.raw(name)
	if o.isNull(name) {
		return ""
	}
	if raw.Kind() != '"' {
		v.add(path+name, "422.001", "must be a string", "", raw)
		return ""
	}
	s := o.str(name)
	if most > 0 && utf8.RuneCountInString(s) > most {
		v.add(path+name, "422.006", "is too long", "Size", raw)
	}
	if v.s.cfg.Insecure(path+name, s) {
		v.add(path+name, tango.KeyInsecure, tango.MsgInsecure, "", raw)
	}
	return s
}

func (v *orderCheck) email(o *object, path, name, key string, required bool) {
	raw := o.raw(name)
	if blank(o, name) {
		if required {
			v.add(path+name, "422.029", "is required", "NotNull", raw)
		}
		return
	}
	if raw.Kind() != '"' || !tango.IsEmail(o.str(name)) {
		v.add(path+name, key, msgEmail, "Email", raw)
	}
}

func (v *orderCheck) sender(o *object) {
	if o == nil {
		return
	}
	v.unknown("sender.", o, "firstName", "lastName", "email")
	v.text(o, "sender.", "firstName", 100)
	v.text(o, "sender.", "lastName", 100)
	v.email(o, "sender.", "email", "422.134", false)
}

// deliver finds the delivery method and checks the recipient for it.
func (v *orderCheck) deliver(b *object) {
	r := b.sub("recipient")
	if !b.isNull("recipient") && r == nil {
		v.add("recipient", "422.001", "must be an object", "", b.raw("recipient"))
		return
	}
	v.delivery = b.str("deliveryMethod")
	switch {
	case v.delivery != "":
		if !slices.Contains(tango.DeliveryMethods(), v.delivery) {
			v.add("deliveryMethod", "422.001", "unknown delivery method", "", b.raw("deliveryMethod"))
			return
		}
	default:
		v.delivery = defaultDelivery(b, r)
	}
	needed := slices.Contains([]string{"EMAIL", "PHONE", "WHATSAPP", "ADDRESS"}, v.delivery)
	if r == nil {
		if needed {
			v.add("recipient", "422.028", "Recipient info is incomplete", "NotNull", b.raw("recipient"), v.delivery)
		}
		return
	}
	v.recipient(r, needed)
}

// defaultDelivery: sendEmail as clients of 2017 send it, else ADDRESS when there is one, else EMAIL.
func defaultDelivery(b, recipient *object) string {
	if send, given := b.boolean("sendEmail"); given {
		if send {
			return "EMAIL"
		}
		return "NONE"
	}
	if recipient.sub("address") != nil {
		return "ADDRESS"
	}
	return "EMAIL"
}

func (v *orderCheck) recipient(r *object, needed bool) {
	const p = "recipient."
	v.unknown(p, r, "firstName", "lastName", "email", "mobileNumber", "address")
	post := v.delivery == "ADDRESS"
	most := 100
	if post {
		most = 25
	}
	for _, n := range []string{"firstName", "lastName"} {
		s := v.text(r, p, n, most)
		if s == "" && needed && (n == "firstName" || post) {
			v.add(p+n, "422.135", msgEmpty, "NotEmpty", r.raw(n))
		}
		if post && !tango.IsPhysicalName(s) {
			v.add(p+n, tango.KeyInsecure, tango.MsgInsecure, "", r.raw(n))
		}
	}
	v.email(r, p, "email", "422.134", v.delivery == "EMAIL")
	phone := v.delivery == "PHONE" || v.delivery == "WHATSAPP"
	if phone || !blank(r, "mobileNumber") {
		v.pattern(r, p, "mobileNumber", "422.028", phone, tango.IsE164)
	}
	a := r.sub("address")
	switch {
	case a == nil && post:
		v.add(p+"address", "422.169", "An address is required", "NotNull", r.raw("address"))
	case a != nil && !post && v.s.cfg.RefuseDigitalAddress:
		v.add(p+"address", "422.168", "An address is not allowed", "Null", r.raw("address"))
	case a != nil:
		v.address(a, post)
	}
}

// address checks the rules of Tango's prose, which are narrower than those of its schema.
func (v *orderCheck) address(a *object, required bool) {
	const p = "recipient.address."
	v.unknown(p, a, "companyName", "streetLine1", "streetLine2", "city", "stateOrProvince", "postalCode", "country")
	v.text(a, p, "companyName", 0)
	for _, f := range []struct {
		name     string
		ok       func(string) bool
		most     int
		required bool
	}{
		{"streetLine1", tango.IsStreetLine, 35, true},
		{"streetLine2", tango.IsStreetLine, 35, false},
		{"city", tango.IsCity, 30, true},
		{"stateOrProvince", tango.IsCity, 35, true},
		{"postalCode", tango.IsPostalCode, 12, true},
	} {
		s := v.text(a, p, f.name, f.most)
		if s == "" && f.required && required {
			v.add(p+f.name, "422.135", msgEmpty, "NotEmpty", a.raw(f.name))
		}
		if !f.ok(s) {
			v.add(p+f.name, tango.KeyInsecure, tango.MsgInsecure, "", a.raw(f.name))
		}
	}
	v.pattern(a, p, "country", "422.001", required, tango.IsCountry)
	if a.str("country") == "US" {
		v.pattern(a, p, "postalCode", "422.001", required, isZIP)
		v.pattern(a, p, "stateOrProvince", "422.001", required, tango.IsCountry)
	}
}

func isZIP(s string) bool {
	return len(s) == 5 && strings.Trim(s, "0123456789") == ""
}

// checkItem holds the order against the item of the catalogue.
func checkItem(item, b *object, amount money.Amount, delivery string) *fieldRefusal {
	fail := func(path, key, message string, tokens ...string) *fieldRefusal {
		return &fieldRefusal{path: path, key: key, message: fillTokens(message, tokens), value: b.raw(path), tokens: tokens}
	}
	if !active(item) {
		return fail("utid", "422.030", "The item is not active")
	}
	if face, ok := item.amount("faceValue"); ok {
		if !amount.Equal(face) {
			return fail("amount", "422.027", "The amount must be the face value {0} of this fixed item", face.String())
		}
	} else {
		low, okLow := item.amount("minValue")
		high, okHigh := item.amount("maxValue")
		if okLow && amount.Cmp(low) < 0 || okHigh && amount.Cmp(high) > 0 || amount.IsZero() {
			return fail("amount", "422.025", "The amount must be between {0} and {1}", low.String(), high.String())
		}
		if whole, _ := item.boolean("isWholeAmountValueRequired"); whole && !amount.Whole() {
			return fail("amount", "422.026", "The amount must be a whole number")
		}
	}
	if attrs, _ := elements(item.raw("attributes")); len(attrs) > 0 && slices.Contains([]string{"PHONE", "ADDRESS", "EMBEDDED"}, delivery) {
		if !slices.ContainsFunc(attrs, func(a jsontext.Value) bool { return strings.EqualFold(text(a), delivery) }) {
			return fail("deliveryMethod", "422.001", "The item cannot be delivered in this way")
		}
	}
	if !blank(b, "expirationDate") && !strings.Contains(strings.ToLower(item.str("rewardType")), "promo") {
		return fail("expirationDate", "422.162", "An expirationDate is not allowed for this item")
	}
	return nil
}
