package sanitize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tangoguard/tangoguard/internal/textclean"
)

// CSVCell returns s as the contents of a cell that a spreadsheet does not take for a formula (CWE-1236): if s begins,
// behind spaces and invisible characters, with =, +, -, @, one of their full-width forms, a tab, a CR or an LF, an
// apostrophe goes before it. A cell that is a number ("-12.50", "+3", "-1,234.56 %") or a phone number
// ("+1 (555) 123-4567") as a whole is left as it is. Nothing else changes, CSVCell is idempotent, and it reads no more
// than the beginning of long text.
//
// Quoting, and what a separator or a quotation mark in s means, is the work of csv.Writer. The apostrophe is for
// programs that open a file as a spreadsheet; a program that reads the file as data sees it.
func CSVCell(s string) string {
	rest := strings.TrimLeftFunc(s, func(r rune) bool {
		return r == utf8.RuneError || unicode.IsControl(r) || unicode.IsSpace(r) || textclean.Invisible(r)
	})
	lead := s[:len(s)-len(rest)]
	first, _ := utf8.DecodeRuneInString(rest)
	switch {
	case strings.ContainsAny(lead, "\t\r\n"):
	case strings.ContainsRune("=+-@＝＋－＠", first) && rest != "":
		if lead == "" && (isNumber(s) || isPhone(s)) {
			return s
		}
	default:
		return s
	}
	return "'" + s
}

// longestNumber is more than a number or a phone number needs.
const longestNumber = 40

// isNumber reports whether s is a signed decimal number, with grouping commas, points or spaces, an exponent, a
// currency sign or a percent sign: digits with at most one sign.
func isNumber(s string) bool {
	if len(s) < 2 || len(s) > longestNumber || s[0] != '+' && s[0] != '-' {
		return false
	}
	s = strings.TrimSuffix(strings.TrimSuffix(s[1:], "%"), " ")
	for _, sign := range []string{"$", "€", "£", "¥"} {
		s = strings.TrimPrefix(s, sign)
	}
	if i := strings.IndexAny(s, "eE"); i > 0 {
		exponent := strings.TrimPrefix(strings.TrimPrefix(s[i+1:], "+"), "-")
		if exponent == "" || len(exponent) > 3 || strings.Trim(exponent, "0123456789") != "" {
			return false
		}
		s = s[:i]
	}
	if s == "" || !isDigit(s[0]) && s[0] != '.' {
		return false
	}
	for i := range len(s) {
		// A separator stands before a digit, except that "5." is a number too.
		sep := s[i] == '.' || s[i] == ',' || s[i] == ' '
		if !sep && !isDigit(s[i]) || sep && i+1 < len(s) && !isDigit(s[i+1]) || sep && i+1 == len(s) && (i == 0 || s[i] != '.') {
			return false
		}
	}
	return true
}

// isPhone reports whether s is an international phone number as people write it: + and 7 to 15 digits (E.164), with
// single spaces, hyphens, points and pairs of parentheses between them.
func isPhone(s string) bool {
	if len(s) < 8 || len(s) > longestNumber || s[0] != '+' {
		return false
	}
	digits, open := 0, false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case isDigit(c):
			digits++
		case c == '(' && !open:
			open = true
		case c == ')' && open && isDigit(s[i-1]):
			open = false
		case (c == ' ' || c == '-' || c == '.') && (isDigit(s[i-1]) || s[i-1] == ')'):
		default:
			return false
		}
	}
	return digits >= 7 && digits <= 15 && !open && isDigit(s[len(s)-1])
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
