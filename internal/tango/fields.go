package tango

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Rule is what Tango accepts in a kind of text. Says completes "<field> " for the person who sent it: what to
// do, without the value.
type Rule struct {
	Name string            // the word in a validate tag
	OK   func(string) bool // never changes its mind: a pure function of the text
	Says string
	Key  string // the i18nKey with which Tango refuses it; empty: KeyInsecure's family has none of its own
}

// KeyOfRule is the i18nKey with which Tango refuses what a rule of the validate tags refuses; empty: not known.
func KeyOfRule(rule string) string {
	switch rule {
	case "required":
		return KeyRequired
	case "max":
		return KeyTooLong
	case "money":
		return KeyAmount
	}
	for _, r := range Rules() {
		if r.Name == rule {
			return r.Key
		}
	}
	return ""
}

// Rules are all rules, in the order of the documentation. Each call gives a fresh slice.
func Rules() []Rule {
	return []Rule{
		{"utid", IsUTID, "must be a Tango item id: U and 1 to 9 digits, such as U561593", KeyUTID},
		{"tangoid", IsIdentifier, "must be 5 to 100 letters, digits or hyphens", KeyIdentifier},
		{"externalref", IsExternalRef, "must be 1 to 100 letters, digits or hyphens", KeyExternalRef},
		{"etid", IsETID, "must be an e-mail template id: E and 6 digits, such as E000000", KeyETID},
		{"ptid", IsPTID, "must be a physical template id: P and 1 to 18 digits", ""},
		{"e164", IsE164, "must be a phone number with its country code: +, then 7 to 15 digits, nothing else", ""},
		{"currency", IsCurrency, "must be a currency code of three capital letters, such as USD", ""},
		{"country", IsCountry, "must be a country code of two capital letters, such as US", ""},
		{"email", IsEmail, "must be one plain e-mail address such as ann@example.com, without a name or quotes", KeyEmail},
		{"oneline", IsOneLine, "must be one line without control characters", ""},
		{"digitalname", IsDigitalName, "must be one line without < > and /, which Tango refuses in names", KeyInsecure},
		{"physicalname", IsPhysicalName, "may hold letters, digits, spaces and . , & - ' only, because it is printed on an envelope", KeyInsecure},
		{"streetline", IsStreetLine, "may hold letters, digits, spaces and . , - / & % # @ ' only", KeyInsecure},
		{"city", IsCity, "may hold letters, digits, spaces and . - & ' only", KeyInsecure},
		{"postalcode", IsPostalCode, "may hold letters, digits, a space or a hyphen only", KeyInsecure},
		{"displayname", IsDisplayName, "must be 5 to 100 letters, digits, spaces and punctuation; Tango refuses emoji and symbols such as < > + = $ here", KeyInsecure},
	}
}

// Keys with which Tango refuses single fields.
const (
	KeyIdentifier  = "422.126"
	KeyExternalRef = "422.110"
	KeyUTID        = "422.147"
	KeyETID        = "422.124"
	KeyEmail       = "422.134"
	KeyRequired    = "422.007"
	KeyTooLong     = "422.006"
	KeyAmount      = "422.105"
	KeyField       = "422.001"
)

// Role says whose object a field names.
type Role uint8

// The roles of fields. A field with a role other than RoleNone decides who pays or whose data is shown, and
// Tango does not check that for us.
const (
	RoleNone Role = iota
	RoleCustomer
	RoleAccount
	RoleObject // an order, line item, card, deposit or alert that belongs to an account
)

// Field is one field of a request. Max counts characters (Unicode code points); 0: Tango states none.
type Field struct {
	Pointer  string // RFC 6901 pointer into the request
	Rule     string // name of a Rule; empty: any text without insecure characters
	Max      int
	Required bool // always; "if EMAIL" and the like is the order's own business
	Role     Role

	// PostRule and PostMax stand in place of Rule and Max when the reward goes by post (deliveryMethod ADDRESS).
	PostRule string
	PostMax  int
	// Prose is the length of Tango's prose where that is shorter than the schema's Max.
	Prose int
}

// RuleFor is the rule and the length of the field for a deliveryMethod.
func (f *Field) RuleFor(deliveryMethod string) (rule string, most int) {
	if f.PostRule != "" && deliveryMethod == "ADDRESS" {
		return f.PostRule, f.PostMax
	}
	return f.Rule, f.Max
}

// OrderFields is the table of the texts in POST /orders. Where Tango's schema and its prose give two lengths, Max
// is the larger one: what it refuses, Tango would have refused too.
func OrderFields() []Field {
	return []Field{
		{Pointer: "/externalRefID", Rule: "externalref", Max: 100},
		{Pointer: "/customerIdentifier", Rule: "tangoid", Max: 100, Required: true, Role: RoleCustomer},
		{Pointer: "/accountIdentifier", Rule: "tangoid", Max: 100, Required: true, Role: RoleAccount},
		{Pointer: "/utid", Rule: "utid", Max: 10, Required: true},
		{Pointer: "/etid", Rule: "etid", Max: 7},
		{Pointer: "/ptid", Rule: "ptid", Max: 19},
		{Pointer: "/emailSubject", Rule: "oneline"},
		{Pointer: "/message"},
		{Pointer: "/campaign", Max: 1024},
		{Pointer: "/notes", Max: 1024},
		{Pointer: "/purchaseOrderNumber", Rule: "oneline"},
		{Pointer: "/recipient/firstName", Rule: "digitalname", Max: 100, PostRule: "physicalname", PostMax: 25},
		{Pointer: "/recipient/lastName", Rule: "digitalname", Max: 100, PostRule: "physicalname", PostMax: 25},
		{Pointer: "/recipient/email", Rule: "email", Max: 254},
		{Pointer: "/recipient/mobileNumber", Rule: "e164", Max: 16},
		{Pointer: "/recipient/address/companyName", Rule: "oneline"},
		{Pointer: "/recipient/address/streetLine1", Rule: "streetline", Max: 200, Prose: 35},
		{Pointer: "/recipient/address/streetLine2", Rule: "streetline", Max: 100, Prose: 35},
		{Pointer: "/recipient/address/city", Rule: "city", Max: 60, Prose: 30},
		{Pointer: "/recipient/address/stateOrProvince", Rule: "city", Max: 60, Prose: 35},
		{Pointer: "/recipient/address/postalCode", Rule: "postalcode", Max: 12},
		{Pointer: "/recipient/address/country", Rule: "country", Max: 2},
		{Pointer: "/sender/firstName", Rule: "digitalname", Max: 100},
		{Pointer: "/sender/lastName", Rule: "digitalname", Max: 100},
		{Pointer: "/sender/email", Rule: "email", Max: 254},
	}
}

// RoleOf tells the role of a field by its name, under which Tango's requests carry an account, its customer,
// or an object that belongs to one. Letter case is ignored as encoding/json ignores it, because such a decoder
// takes ACCOUNTIDENTIFIER for accountIdentifier.
func RoleOf(name string) Role {
	if name == "" {
		return RoleNone
	}
	switch name[0] | 0x20 {
	case 'a':
		return roleIf(name, RoleAccount, "accountIdentifier", "accountNumber")
	case 'b':
		return roleIf(name, RoleObject, "balanceAlertID")
	case 'c':
		if strings.EqualFold(name, "creditCardToken") {
			return RoleObject
		}
		return roleIf(name, RoleCustomer, "customerIdentifier")
	case 'r':
		return roleIf(name, RoleObject, "referenceOrderID", "referenceLineItemID", "referenceDepositID")
	case 't':
		return roleIf(name, RoleAccount, "transferFrom", "transferTo")
	}
	return RoleNone
}

func roleIf(name string, r Role, names ...string) Role {
	for _, n := range names {
		if strings.EqualFold(name, n) {
			return r
		}
	}
	return RoleNone
}

// IsEmail reports whether s is one plain addr-spec: a dot-atom of RFC 5322, section 3.2.3, an at sign, and a
// host name. Letters of every script are allowed on both sides (RFC 6531). A display name, a quoted local
// part, a comment, an address literal and a second address are refused: they carry `"<script>"@x.com` or
// "a@x, b@y" past a reader who expects an address. At most 254 bytes (RFC 5321, 4.5.3.1.3, less the brackets).
func IsEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || len(s) > 254 || !utf8.ValidString(s) {
		return false
	}
	return dotAtom(s[:at]) && hostName(s[at+1:])
}

// dotAtom is atext *("." atext), where atext leaves out what shells, HTML and SQL give a meaning in practice:
// the backtick, | $ ! { } * ? ^ and = stay refused except those that mail hosts really hand out.
func dotAtom(s string) bool {
	prev := '.'
	for _, r := range s {
		switch {
		case r == '.':
			if prev == '.' {
				return false
			}
		case r < 0x80:
			if !isAlnumHyphen(byte(r)) && !strings.ContainsRune("_+'&/=#%~!$*", r) {
				return false
			}
		case !letterLike(r):
			return false
		}
		prev = r
	}
	return prev != '.'
}

// hostName is at least two labels of letters, digits and inner hyphens, the last not all digits (RFC 1123,
// 2.1, and RFC 3696, 2).
func hostName(s string) bool {
	labels := 0
	for {
		label, rest, more := strings.Cut(s, ".")
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		digits := true
		for _, r := range label {
			if r < 0x80 && !isAlnumHyphen(byte(r)) || r >= 0x80 && !letterLike(r) {
				return false
			}
			digits = digits && r >= '0' && r <= '9'
		}
		labels++
		if !more {
			return labels > 1 && !digits
		}
		s = rest
	}
}

// IsDigitalName reports whether s can be the name of somebody who is sent a digital reward: one line without
// < > and / (RecipientInfoCriteria).
func IsDigitalName(s string) bool { return IsOneLine(s) && !strings.ContainsAny(s, "<>/") }

// IsPhysicalName reports whether s can be printed on an envelope: letters, digits, space, period, comma,
// ampersand, hyphen; letters of every script, and the apostrophe, because people are called O'Brien.
func IsPhysicalName(s string) bool { return only(s, " .,&-'’") }

// IsStreetLine is IsPhysicalName for streetLine1 and streetLine2, with / % # @ too.
func IsStreetLine(s string) bool { return only(s, " .,-/&%#@'’") }

// IsCity is IsPhysicalName for a city or a region, without the comma.
func IsCity(s string) bool { return only(s, " .-&'’") }

// IsPostalCode reports whether s holds only ASCII letters, digits, spaces and hyphens.
func IsPostalCode(s string) bool {
	return all(s, func(c byte) bool { return isAlnumHyphen(c) || c == ' ' })
}

// IsDisplayName reports whether s is [\p{L}\p{N}\p{P}\p{Z}]{5,100} on one line (CreateCustomerCriteria).
func IsDisplayName(s string) bool {
	n := utf8.RuneCountInString(s)
	if n < 5 || n > 100 || !IsOneLine(s) || !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.Z) {
			return false
		}
	}
	return true
}

func only(s, more string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !letterLike(r) && !strings.ContainsRune(more, r) {
			return false
		}
	}
	return true
}

// letterLike is a letter or digit of any script, or a mark that belongs to one. Joiners and other invisible
// characters are no letters.
func letterLike(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}
