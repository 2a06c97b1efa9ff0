package tangoclient

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/tangoguard/tangoguard/internal/tango"
)

// orderTable is tango.OrderFields with the rules that it names. It is made on first use and then only read.
var orderTable = sync.OnceValue(func() []orderField {
	rules := tango.Rules()
	named := func(name string) tango.Rule {
		i := slices.IndexFunc(rules, func(r tango.Rule) bool { return r.Name == name })
		if i < 0 {
			return tango.Rule{OK: func(string) bool { return true }}
		}
		return rules[i]
	}
	var out []orderField
	for _, f := range tango.OrderFields() {
		out = append(out, orderField{f, named(f.Rule), named(f.PostRule)})
	}
	return out
})

type orderField struct {
	tango.Field
	rule, post tango.Rule
}

// fieldProblems holds the texts of an order, whose delivery method is set, against Tango's table of fields.
func fieldProblems(r *OrderRequest) (out []FieldError) {
	table := orderTable()
	for i := range table {
		f := &table[i]
		s := r.text(f.Pointer)
		if s == "" {
			if f.Required {
				out = append(out, FieldError{Pointer: f.Pointer, Key: tango.KeyRequired, Message: "is required"})
			}
			continue
		}
		name, most := f.RuleFor(r.DeliveryMethod)
		rule := &f.rule
		if name == f.PostRule {
			rule = &f.post
		}
		if !rule.OK(s) {
			out = append(out, FieldError{Pointer: f.Pointer, Key: rule.Key, Message: rule.Says})
		} else if most > 0 && len(s) > most && utf8.RuneCountInString(s) > most {
			out = append(out, FieldError{Pointer: f.Pointer, Key: tango.KeyTooLong, Message: "must have at most " + strconv.Itoa(most) + " characters"})
		}
	}
	return out
}

// text gives the field of an order at a pointer of the table.
func (r *OrderRequest) text(pointer string) string {
	switch pointer {
	case "/externalRefID":
		return r.ExternalRefID
	case "/customerIdentifier":
		return r.CustomerIdentifier
	case "/accountIdentifier":
		return r.AccountIdentifier
	case "/utid":
		return r.UTID
	case "/etid":
		return r.ETID
	case "/ptid":
		return r.PTID
	case "/emailSubject":
		return r.EmailSubject
	case "/message":
		return r.Message
	case "/campaign":
		return r.Campaign
	case "/notes":
		return r.Notes
	case "/purchaseOrderNumber":
		return r.PurchaseOrderNumber
	}
	if rest, ok := strings.CutPrefix(pointer, "/recipient"); ok && r.Recipient != nil {
		return r.Recipient.text(rest)
	}
	if rest, ok := strings.CutPrefix(pointer, "/sender"); ok && r.Sender != nil {
		return r.Sender.text(rest)
	}
	return ""
}

func (r *Recipient) text(pointer string) string {
	switch pointer {
	case "/firstName":
		return r.FirstName
	case "/lastName":
		return r.LastName
	case "/email":
		return r.Email
	case "/mobileNumber":
		return r.MobileNumber
	}
	if rest, ok := strings.CutPrefix(pointer, "/address"); ok && r.Address != nil {
		return r.Address.text(rest)
	}
	return ""
}

func (a *Address) text(pointer string) string {
	switch pointer {
	case "/companyName":
		return a.CompanyName
	case "/streetLine1":
		return a.StreetLine1
	case "/streetLine2":
		return a.StreetLine2
	case "/city":
		return a.City
	case "/stateOrProvince":
		return a.StateOrProvince
	case "/postalCode":
		return a.PostalCode
	case "/country":
		return a.Country
	}
	return ""
}

func (s *Sender) text(pointer string) string {
	switch pointer {
	case "/firstName":
		return s.FirstName
	case "/lastName":
		return s.LastName
	case "/email":
		return s.Email
	}
	return ""
}
