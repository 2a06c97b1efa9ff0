package tangotest

import (
	"maps"
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

// beyondTheTable are the members of a new order that are no texts, or whose texts have a rule of their own.
var beyondTheTable = map[string][]string{
	"":           {"amount", "deliveryMethod", "sendEmail", "recipient", "sender", "expirationDate", "customFields"},
	"recipient.": {"address"},
}

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
	v.amount = v.money(b, "amount")
	deliver := v.deliver(b) // knows the method, by which rules of names differ
	rules := tango.Rules()
	for _, f := range tango.OrderFields() {
		o, path, name := holder(b, f.Pointer)
		if o == nil {
			continue
		}
		named, most := f.RuleFor(v.delivery)
		if f.Prose > 0 {
			most = f.Prose
		}
		rule := tango.Rule{}
		if i := slices.IndexFunc(rules, func(r tango.Rule) bool { return r.Name == named }); i >= 0 {
			rule = rules[i]
		}
		v.tableField(o, path, name, f.Required, rule, most)
	}
	v.text(b, "", "expirationDate", v.limit("expirationDate", 0))
	v.unknownFields(b)
	if deliver {
		v.recipient(b.sub("recipient"))
	}
	return v
}

// holder finds the object that holds the field of a pointer of tango's table, with the path and the name under which
// errors speak of the field.
func holder(b *object, pointer string) (o *object, path, name string) {
	steps := strings.Split(pointer[1:], "/")
	for _, step := range steps[:len(steps)-1] {
		b, path = b.sub(step), path+step+"."
	}
	return b, path, steps[len(steps)-1]
}

// tableField checks one field by the rule of the table. A rule that Tango refuses as insecure is about the characters
// of a free text; every other is the grammar of an identifier or an address.
func (v *orderCheck) tableField(o *object, path, name string, required bool, rule tango.Rule, most int) {
	switch {
	case rule.Name == "externalref":
		v.ref(o, name)
	case rule.Name == "email":
		v.email(o, path, name, rule.Key, false) // whether it is required, the delivery method says
	case slices.Contains([]string{"", "oneline", "digitalname"}, rule.Name):
		// One line is this project's wish. Which characters are refused in free texts, Config.Insecure says.
		v.text(o, path, name, v.limit(path+name, most))
	case rule.Key == tango.KeyInsecure:
		if s := v.text(o, path, name, v.limit(path+name, most)); !rule.OK(s) && !v.refused(path+name, tango.KeyInsecure) {
			v.add(path+name, tango.KeyInsecure, tango.MsgInsecure, "", o.raw(name))
		}
	default:
		v.pattern(o, path, name, keyFor(name, rule), required, rule.OK)
	}
}

// keyFor is the key with which Tango refuses a field: one of its own, or that of its rule.
func keyFor(name string, rule tango.Rule) string {
	switch name {
	case "customerIdentifier":
		return "422.010"
	case "accountIdentifier":
		return "422.008"
	case "mobileNumber":
		return "422.028"
	}
	if rule.Key == "" {
		return "422.001"
	}
	return rule.Key
}

func (v *orderCheck) refused(path, key string) bool {
	return slices.ContainsFunc(v.fields, func(f fieldRefusal) bool { return f.path == path && f.key == key })
}

// limit is the most characters that a text field may have, by the configuration or else by the table; 0 means any
// number.
func (v *orderCheck) limit(path string, most int) int {
	if n, ok := v.s.cfg.MaxText[path]; ok {
		return n
	}
	return most
}

// unknownFields refuses what the table and beyondTheTable do not know.
func (v *orderCheck) unknownFields(b *object) {
	known, holders := map[string][]string{}, map[string]*object{}
	for _, f := range tango.OrderFields() {
		o, path, name := holder(b, f.Pointer)
		known[path], holders[path] = append(known[path], name), o
	}
	for _, path := range slices.Sorted(maps.Keys(known)) {
		v.unknown(path, holders[path], append(known[path], beyondTheTable[path]...)...)
	}
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

// deliver finds the delivery method, and reports whether there is a recipient to check for it.
func (v *orderCheck) deliver(b *object) bool {
	r := b.sub("recipient")
	if !b.isNull("recipient") && r == nil {
		v.add("recipient", "422.001", "must be an object", "", b.raw("recipient"))
		return false
	}
	v.delivery = b.str("deliveryMethod")
	switch {
	case v.delivery == "":
		v.delivery = defaultDelivery(b, r)
	case !tango.IsDeliveryMethod(v.delivery):
		v.add("deliveryMethod", "422.001", "unknown delivery method", "", b.raw("deliveryMethod"))
		return false
	}
	if r == nil && v.needed() {
		v.add("recipient", "422.028", "Recipient info is incomplete", "NotNull", b.raw("recipient"), v.delivery)
	}
	return r != nil
}

// needed reports whether the reward goes to somebody.
func (v *orderCheck) needed() bool {
	return slices.Contains([]string{"EMAIL", "PHONE", "WHATSAPP", "ADDRESS"}, v.delivery)
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

// recipient checks what the delivery method needs of a recipient.
func (v *orderCheck) recipient(r *object) {
	const p = "recipient."
	post := v.delivery == "ADDRESS"
	v.need(r, p, "firstName", v.needed())
	v.need(r, p, "lastName", post)
	if v.delivery == "EMAIL" && blank(r, "email") {
		v.email(r, p, "email", "", true)
	}
	if (v.delivery == "PHONE" || v.delivery == "WHATSAPP") && blank(r, "mobileNumber") {
		v.pattern(r, p, "mobileNumber", "422.028", true, tango.IsE164)
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

// need refuses a text that is empty or not there, where it must be.
func (v *orderCheck) need(o *object, path, name string, required bool) {
	if required && o.str(name) == "" {
		v.add(path+name, "422.135", msgEmpty, "NotEmpty", o.raw(name))
	}
}

// address checks what an envelope needs, and the rules of Tango's prose for the United States.
func (v *orderCheck) address(a *object, required bool) {
	const p = "recipient.address."
	for _, name := range []string{"streetLine1", "city", "stateOrProvince", "postalCode"} {
		v.need(a, p, name, required)
	}
	if required && blank(a, "country") {
		v.add(p+"country", "422.128", msgNull, "NotNull", a.raw("country"))
	}
	if a.str("country") == "US" {
		v.pattern(a, p, "postalCode", "422.001", false, isZIP)
		v.pattern(a, p, "stateOrProvince", "422.001", false, tango.IsCountry)
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
