// Package money holds amounts of money as decimals, as Tango's JSON carries them: bare numbers, exact to
// the cent. No float64 is involved anywhere.
package money

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/govalues/decimal"
)

// MaxLiteral is the longest JSON number, in bytes, that is converted. A longer one is refused before any
// arithmetic is done on it.
const MaxLiteral = 32

// ErrAmount is returned, wrapped, for a literal that is no plain decimal number.
var ErrAmount = errors.New("not a plain decimal number")

// Amount is a decimal number. The zero value is 0. Amounts are values: compare them with Cmp or Equal,
// since 25 and 25.00 are equal but keep the scale in which they were written.
type Amount struct{ d decimal.Decimal }

// Parse reads a plain decimal literal by the number grammar of RFC 8259, section 6, without an exponent:
// an optional minus, digits without a leading zero, an optional fraction. At most MaxLiteral bytes and 19
// significant digits.
func Parse(s string) (Amount, error) {
	if !plain(s) {
		return Amount{}, fmt.Errorf("amount: %w", ErrAmount)
	}
	d, err := decimal.Parse(s)
	if err != nil || d.Scale() != fraction(s) { // decimal rounds a fraction that is too long: 99.999...9 would be 100
		return Amount{}, fmt.Errorf("amount: %w: too many digits", ErrAmount)
	}
	if d.IsZero() {
		d = d.Abs() // -0 is 0
	}
	return Amount{d}, nil
}

// ParseNumber reads what Parse reads, and numbers with an exponent, such as the 1.25E7 as which some servers write
// 12500000. It is for what a server sends; what is sent to one stays plain.
func ParseNumber(s string) (Amount, error) {
	mantissa, exponent, found := strings.Cut(strings.ToLower(s), "e")
	if !found {
		return Parse(s)
	}
	n, err := strconv.ParseInt(exponent, 10, 8)
	if !plain(mantissa) || err != nil || n < -maxExponent || n > maxExponent {
		return Amount{}, fmt.Errorf("amount: %w", ErrAmount)
	}
	return Parse(shifted(mantissa, int(n)))
}

// shifted moves the point of a plain literal n digits to the right, so that nothing is rounded.
func shifted(s string, n int) string {
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	whole, frac, _ := strings.Cut(s, ".")
	frac += strings.Repeat("0", max(n-len(frac), 0))
	whole = strings.Repeat("0", max(-n-len(whole)+1, 0)) + whole
	digits, point := whole+frac, len(whole)+n
	whole, frac = strings.TrimLeft(digits[:point-1], "0")+digits[point-1:point], digits[point:] // at least one digit
	if frac != "" {
		whole += "." + frac
	}
	return sign + whole
}

// maxExponent is how many digits an exponent may move the point: as many as an amount can have.
const maxExponent = 19

// MustParse is Parse for literals in programs; it panics on a bad one.
func MustParse(s string) Amount {
	a, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return a
}

// plain reports whether s is -?(0|[1-9][0-9]*)(\.[0-9]+)? and short enough to convert.
func plain(s string) bool {
	if len(s) > MaxLiteral {
		return false
	}
	if len(s) > 0 && s[0] == '-' {
		s = s[1:]
	}
	whole := digits(s)
	if whole == 0 || (whole > 1 && s[0] == '0') {
		return false
	}
	if whole == len(s) {
		return true
	}
	return s[whole] == '.' && digits(s[whole+1:]) == len(s)-whole-1 && whole+1 < len(s)
}

// fraction counts the digits behind the point.
func fraction(s string) int {
	_, behind, _ := strings.Cut(s, ".")
	return len(behind)
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// String gives the amount as it was written: 25 stays 25, 25.00 stays 25.00.
func (a Amount) String() string { return a.d.String() }

// MarshalJSON writes a bare JSON number.
func (a Amount) MarshalJSON() ([]byte, error) { return []byte(a.d.String()), nil }

// UnmarshalJSON reads a bare JSON number; a string, null or a number with an exponent is refused.
func (a *Amount) UnmarshalJSON(b []byte) error {
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*a = v
	return nil
}

// Cmp is -1, 0 or +1 as a is below, equal to or above b.
func (a Amount) Cmp(b Amount) int { return a.d.Cmp(b.d) }

// Equal reports whether a and b are the same number, whatever their scale.
func (a Amount) Equal(b Amount) bool { return a.d.Cmp(b.d) == 0 }

// Sign is -1, 0 or +1.
func (a Amount) Sign() int { return a.d.Sign() }

// IsZero reports whether a is 0.
func (a Amount) IsZero() bool { return a.d.IsZero() }

// Scale is the number of digits behind the point as written.
func (a Amount) Scale() int { return a.d.Scale() }

// Add gives a+b, or an error when the sum needs more than 19 digits.
func (a Amount) Add(b Amount) (Amount, error) {
	d, err := a.d.Add(b.d)
	if err != nil {
		return Amount{}, fmt.Errorf("amount: sum: %w", err)
	}
	return Amount{d}, nil
}

// Sub gives a-b, or an error when the difference needs more than 19 digits.
func (a Amount) Sub(b Amount) (Amount, error) {
	d, err := a.d.Sub(b.d)
	if err != nil {
		return Amount{}, fmt.Errorf("amount: difference: %w", err)
	}
	return Amount{d}, nil
}

// Whole reports whether a is a whole number: 25 and 25.00 are, 25.50 is not.
func (a Amount) Whole() bool { return a.d.IsInt() }

// Fits reports whether a has at most whole digits before the point and frac digits behind it, trailing
// zeros of the fraction not counted.
func (a Amount) Fits(whole, frac int) bool {
	t := a.d.Trim(0)
	return t.Scale() <= frac && t.Prec()-t.Scale() <= whole
}
