package tangoclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tangoguard/tangoguard/internal/tango"
	"github.com/tangoguard/tangoguard/sanitize"
	"github.com/tangoguard/tangoguard/validate"
)

// Preflight says what is wrong with an order, without sending anything: nil, or a *RefusedError with every
// problem. CreateOrder does the same before it sends.
//
// It refuses what breaks the documented rules of a field, text that sanitize would change, text in which
// validate.Inspect finds an attack, and text that carries one of this client's own keys (Tango would e-mail
// it). Once Catalog was called, the amount is held against the item; an item that is not in the catalog is left
// to Tango.
func (c *Client) Preflight(r OrderRequest) error {
	_, err := c.preflightOrder(context.Background(), &r)
	return err
}

// preflightOrder checks an order and gives the bytes to send. What is checked is what the caller gave; in what
// is sent, the reference is Tango's form of it.
func (c *Client) preflightOrder(ctx context.Context, r *OrderRequest) ([]byte, error) {
	c.learn(ctx)
	sent := *r
	sent.DeliveryMethod = r.deliveryMethod()
	body, problems, err := prepare(c.core, &sent, orderProblems(&sent))
	if err != nil {
		return nil, err
	}
	problems = append(problems, c.catalog.itemProblems(&sent)...)
	if len(problems) > 0 {
		return nil, &RefusedError{Op: opCreateOrder, Fields: problems}
	}
	if wire := c.wireRef(r.ExternalRefID); wire != r.ExternalRefID {
		sent.ExternalRefID = wire
		return encode(&sent)
	}
	return body, nil
}

// prepare encodes a request and adds to what its rules found wrong what else is. It reads the very bytes that
// would be sent.
func prepare(c *core, v any, problems []FieldError) ([]byte, []FieldError, error) {
	body, err := encode(v)
	if err != nil {
		// The encoder refuses text that is not UTF-8; its own message may quote it.
		return nil, append(problems, FieldError{Message: "holds text that is not valid UTF-8"}), nil
	}
	cleaned, err := cleaningProblems(v)
	if err != nil {
		return nil, nil, err
	}
	problems = append(problems, cleaned...)
	return body, append(problems, c.textProblems(body)...), nil
}

// ruleProblems are breaches of the rules in the validate tags.
func ruleProblems(v any) ([]FieldError, error) {
	err := validate.Struct(v)
	if err == nil {
		return nil, nil
	}
	list, ok := errors.AsType[validate.Errors](err)
	if !ok {
		return nil, err
	}
	out := make([]FieldError, len(list))
	for i, e := range list {
		out[i] = FieldError{Pointer: e.Pointer, Key: tango.KeyOfRule(e.Rule), Message: e.Message}
	}
	return out, nil
}

// cleaningProblems are fields that sanitize would change. The client changes nothing by itself: what arrives
// must be what was checked.
func cleaningProblems(v any) ([]FieldError, error) {
	changes, err := sanitize.Check(v)
	if key, ok := errors.AsType[*sanitize.KeyError](err); ok {
		return []FieldError{{Pointer: key.Pointer, Key: tango.KeyInsecure, Message: "has a member whose name holds markup or invisible characters; rename it"}}, nil
	}
	if err != nil {
		return nil, err
	}
	out := make([]FieldError, len(changes))
	for i, ch := range changes {
		out[i] = FieldError{Pointer: knownPointer(ch.Pointer), Key: tango.KeyInsecure, Message: "holds characters or markup that cleaning would remove; clean it first"}
	}
	return out, nil
}

// textProblems looks through every string of the body that somebody chose: all values, and the names of custom
// fields.
func (c *core) textProblems(body []byte) []FieldError {
	if c.harmless(string(body)) {
		return nil // as nearly always
	}
	var out []FieldError
	d := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true)) // the encoder makes none
	inCustom := false
	for {
		t, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil { // the encoder's own output; a bug would show here
			return append(out, FieldError{Message: "cannot be read back"})
		}
		if t.Kind() != '"' {
			continue
		}
		s, depth := t.String(), d.StackDepth()
		if kind, n := d.StackIndex(depth); kind == '{' && n%2 == 1 { // a name
			if depth == 1 {
				inCustom = s == "customFields"
			}
			if depth == 1 || !inCustom {
				continue // of a field of ours
			}
		}
		if len(validate.Inspect(s)) > 0 {
			out = append(out, FieldError{Pointer: knownPointer(string(d.StackPointer())), Key: tango.KeyInsecure, Message: "looks like an attack; Tango refuses insecure characters"})
		}
		if c.auth.secrets.has(s) {
			out = append(out, FieldError{Pointer: knownPointer(string(d.StackPointer())), Key: tango.KeyInsecure, Message: "holds a key or token of this program, which would be sent to the recipient"})
		}
	}
}

// harmless reports whether a body without escapes and custom fields holds nothing that textProblems would report. In
// such a body of the encoder, which writes no spaces, a string ends at the next quote and a name is what a colon follows.
func (c *core) harmless(body string) bool {
	if strings.Contains(body, `\`) || strings.Contains(body, `"customFields"`) {
		return false
	}
	for {
		_, rest, found := strings.Cut(body, `"`)
		if !found {
			return true
		}
		s, rest, found := strings.Cut(rest, `"`)
		if !found {
			return false
		}
		isName := strings.HasPrefix(rest, ":")
		if !isName && (!validate.Clean(s) || c.auth.secrets.has(s)) {
			return false
		}
		body = rest
	}
}

const customFields = "/customFields/"

// knownPointer writes * for the name of a custom field: the caller chose it, so it is a value.
func knownPointer(p string) string {
	if strings.HasPrefix(p, customFields) {
		return customFields + "*"
	}
	return p
}

// orderProblems are breaches of the rules of an order: Tango's table of fields, and what no table can say: an
// amount above 0, and what each delivery method needs (Tango's RecipientInfoCriteria).
func orderProblems(r *OrderRequest) []FieldError {
	out := fieldProblems(r)
	if r.Amount.Sign() <= 0 || !r.Amount.Fits(6, 2) {
		out = append(out, FieldError{Pointer: "/amount", Key: tango.KeyAmount, Message: "must be above 0, with at most 6 digits before and 2 behind the point"})
	}
	if !tango.IsDeliveryMethod(r.DeliveryMethod) {
		out = append(out, FieldError{Pointer: "/deliveryMethod", Message: "must be one of: " + strings.Join(tango.DeliveryMethods(), " ")})
	}
	if r.ExpirationDate != "" && !tango.IsDate(r.ExpirationDate) {
		out = append(out, FieldError{Pointer: "/expirationDate", Message: "must be a date such as 2027-01-31"})
	}
	need := func(ok bool, pointer string) {
		if !ok {
			out = append(out, FieldError{Pointer: pointer, Key: tango.KeyRequired, Message: "is required for deliveryMethod " + r.DeliveryMethod})
		}
	}
	switch r.DeliveryMethod {
	case "EMAIL", "PHONE", "WHATSAPP", "ADDRESS":
		if need(r.Recipient != nil, "/recipient"); r.Recipient == nil {
			return out
		}
	default:
		return out
	}
	to := r.Recipient
	need(to.FirstName != "", "/recipient/firstName")
	switch r.DeliveryMethod {
	case "EMAIL":
		need(to.Email != "", "/recipient/email")
	case "PHONE", "WHATSAPP":
		need(to.MobileNumber != "", "/recipient/mobileNumber")
	case "ADDRESS":
		need(to.LastName != "", "/recipient/lastName")
		if need(to.Address != nil, "/recipient/address"); to.Address != nil {
			need(to.Address.StreetLine1 != "", "/recipient/address/streetLine1")
			need(to.Address.City != "", "/recipient/address/city")
			need(to.Address.PostalCode != "", "/recipient/address/postalCode")
			need(to.Address.Country != "", "/recipient/address/country")
		}
	}
	return out
}

const idSays = "must be 5 to 100 letters, digits or hyphens"

// checkPair checks a customer and account identifier by their grammar.
func checkPair(op, customer, account string) error {
	var out []FieldError
	if !tango.IsIdentifier(customer) {
		out = append(out, FieldError{Pointer: "/customerIdentifier", Key: tango.KeyIdentifier, Message: idSays})
	}
	if !tango.IsIdentifier(account) {
		out = append(out, FieldError{Pointer: "/accountIdentifier", Key: tango.KeyIdentifier, Message: idSays})
	}
	if len(out) > 0 {
		return &RefusedError{Op: op, Fields: out}
	}
	return nil
}

// checkReference checks an identifier that Tango made, before it becomes a path element: 1 to 100 letters,
// digits, hyphens, dots and underscores, and not a path step.
func checkReference(op, name, id string) error {
	if !isReference(id) {
		return &RefusedError{Op: op, Fields: []FieldError{{Pointer: "/" + name, Message: "is no identifier of Tango: 1 to 100 letters, digits, hyphens, dots and underscores"}}}
	}
	return nil
}

// isReference is the grammar of checkReference.
func isReference(id string) bool {
	ok := len(id) >= 1 && len(id) <= 100 && strings.Trim(id, ".") != ""
	for i := range len(id) {
		c := id[i]
		ok = ok && (c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-' || c == '.' || c == '_')
	}
	return ok
}

func escapeElement(s string) string { return url.PathEscape(s) }
