package money

import (
	"encoding/json"
	"math/big"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	for s, ok := range map[string]bool{
		"0": true, "25": true, "25.00": true, "-1.5": true, "0.1": true, "9999999999.99": true,
		"": false, "-": false, "01": false, ".5": false, "5.": false, "1e3": false, "+1": false, " 1": false,
		"1 ": false, "0x10": false, "NaN": false, "Inf": false, "1_000": false, "1,5": false, "\"25\"": false, "null": false,
		"1111111111111111111111111111111111": false, "12345678901234567890123": false,
		"99999999.9999999999999999": false, "99.999999999999999999999": false, "0.00000000000000000001": false, "0.0000000000000000001": true, // none is rounded
	} {
		_, err := Parse(s)
		assert.Equal(t, ok, err == nil, "%q: %v", s, err)
		if err != nil {
			assert.ErrorIs(t, err, ErrAmount)
		}
	}
}

func TestJSONKeepsTheNumberAsWritten(t *testing.T) {
	for _, s := range []string{"25", "25.00", "0.10", "-3.5"} {
		var a Amount
		require.NoError(t, json.Unmarshal([]byte(s), &a))
		b, err := json.Marshal(struct{ A Amount }{a})
		require.NoError(t, err)
		assert.JSONEq(t, `{"A":`+s+`}`, string(b))
		assert.Contains(t, string(b), s)
	}
	for _, s := range []string{`"25"`, `null`, `1e2`, `true`, `[1]`} {
		var a Amount
		assert.Error(t, json.Unmarshal([]byte(s), &a), s)
	}
}

func TestArithmetic(t *testing.T) {
	a, err := MustParse("0.10").Add(MustParse("0.20"))
	require.NoError(t, err)
	assert.True(t, a.Equal(MustParse("0.3")))
	a, err = a.Sub(MustParse("0.3"))
	require.NoError(t, err)
	assert.True(t, a.IsZero())
	assert.Equal(t, 1, MustParse("2").Cmp(MustParse("1.99")))
	assert.Equal(t, "0", MustParse("-0").String())
	assert.True(t, MustParse("25.00").Whole())
	assert.False(t, MustParse("25.5").Whole())
}

func TestFits(t *testing.T) {
	for s, ok := range map[string]bool{
		"999999.99": true, "1000000": false, "0.001": false, "1.100": true, "0": true, "0.01": true, "100000": true, "1234567.1": false,
	} {
		assert.Equal(t, ok, MustParse(s).Fits(6, 2), s)
	}
}

func TestParseNumber(t *testing.T) {
	for in, want := range map[string]string{"25": "25", "25.00": "25.00", "1.25E7": "12500000", "1e2": "100", "2.5e-1": "0.25", "1E+3": "1000", "-1.5e1": "-15", "0e0": "0", "-0e5": "0", "1234.5e-6": "0.0012345", "0.05e1": "0.5", "0.001e2": "0.1", "100e-2": "1.00"} {
		a, err := ParseNumber(in)
		require.NoError(t, err, in)
		assert.True(t, a.Equal(MustParse(want)), "%s is %s", in, a)
	}
	for _, in := range []string{"", "e5", "1e", "1e5e5", "1e20", "1e-20", "1e999999999999999999", "01e2", "1.e2", "1e1.5", "NaN", "1e 2", "123456789012e12", "+1e2", "99.99999999999999999999e1", "1234567890.1234567890e-5"} {
		_, err := ParseNumber(in)
		require.ErrorIs(t, err, ErrAmount, in)
	}
	for _, m := range []string{"0", "5", "12.34", "-0.0078", "999.99", "1000"} {
		for n := -12; n <= 12; n++ {
			in := m + "e" + strconv.Itoa(n)
			a, err := ParseNumber(in)
			require.NoError(t, err, in)
			want, _ := new(big.Rat).SetString(in)
			got, _ := new(big.Rat).SetString(a.String())
			assert.Zero(t, want.Cmp(got), "%s is %s", in, a)
		}
	}
}
