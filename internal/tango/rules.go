// Package tango states what is known of Tango's API in one place: the grammar of its fields, its error
// envelope and keys, and the set of accounts that somebody may use. Sources: Tango's OpenAPI of 2026 and its
// message catalogue of 2020.
package tango

import "time"

// IsIdentifier reports whether s is a customerIdentifier or accountIdentifier: [-a-zA-Z0-9]{5,100}.
func IsIdentifier(s string) bool {
	return len(s) >= 5 && len(s) <= 100 && all(s, isAlnumHyphen)
}

// IsExternalRef reports whether s is an externalRefID: [-a-zA-Z0-9]{1,100}. Tango's prose says
// alphanumeric; its own tests send hyphens.
func IsExternalRef(s string) bool {
	return len(s) >= 1 && len(s) <= 100 && all(s, isAlnumHyphen)
}

// IsUTID reports whether s is a unique Tango item id: U and 1 to 9 digits (key 422.147).
func IsUTID(s string) bool { return lettered(s, 'U', 1, 9) }

// IsETID reports whether s is an e-mail template id: E and 6 digits.
func IsETID(s string) bool { return lettered(s, 'E', 6, 6) }

// IsPTID reports whether s is a physical template id: P and 1 to 18 digits.
func IsPTID(s string) bool { return lettered(s, 'P', 1, 18) }

// IsE164 reports whether s is a phone number as E.164 writes it: + and 7 to 15 digits, the first not 0.
func IsE164(s string) bool {
	return len(s) >= 8 && len(s) <= 16 && s[0] == '+' && s[1] != '0' && all(s[1:], isDigit)
}

// IsCurrency reports whether s has the form of an ISO 4217 code: three capital letters.
func IsCurrency(s string) bool { return len(s) == 3 && all(s, isUpper) }

// IsCountry reports whether s has the form of an ISO 3166-1 alpha-2 code: two capital letters.
func IsCountry(s string) bool { return len(s) == 2 && all(s, isUpper) }

// DeliveryMethods are the values of deliveryMethod in a new order.
func DeliveryMethods() []string {
	return []string{"NONE", "EMAIL", "PHONE", "ADDRESS", "EMBEDDED", "EMBEDDED_COMPONENT", "WHATSAPP"}
}

// IsDeliveryMethod reports whether s is one of DeliveryMethods.
func IsDeliveryMethod(s string) bool {
	switch s {
	case "NONE", "EMAIL", "PHONE", "ADDRESS", "EMBEDDED", "EMBEDDED_COMPONENT", "WHATSAPP":
		return true
	}
	return false
}

// IsDate reports whether s is an exact calendar date as RFC 3339 writes it, such as 2027-01-31.
func IsDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// IsOneLine reports whether s has no line break, by Unicode's mandatory breaks (UAX 14: LF, VT, FF, CR, NEL,
// LS, PS), and no other control character but the tab.
func IsOneLine(s string) bool {
	for _, r := range s {
		if r < 0x20 && r != '\t' || r >= 0x7f && r <= 0x9f || r == 0x2028 || r == 0x2029 {
			return false
		}
	}
	return true
}

func lettered(s string, capital byte, least, most int) bool {
	if len(s) < 1+least || len(s) > 1+most || s[0]&^0x20 != capital {
		return false
	}
	return all(s[1:], isDigit)
}

func all(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isAlnumHyphen(c byte) bool {
	return isDigit(c) || isUpper(c) || c >= 'a' && c <= 'z' || c == '-'
}
