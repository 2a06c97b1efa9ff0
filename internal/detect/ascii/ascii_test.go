package ascii

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAgreesWithStrings(t *testing.T) {
	for c := range 256 {
		b := byte(c)
		assert.Equal(t, c < 0x80 && strings.ToLower(string(rune(c))) != strings.ToUpper(string(rune(c))), IsLetter(b), "%#x", c)
		assert.Equal(t, strings.IndexByte("0123456789", b) >= 0, IsDigit(b), "%#x", c)
		assert.Equal(t, strings.IndexByte(" \t\n\f\r", b) >= 0, IsSpace(b), "%#x", c)
	}
}

func TestHasPrefix(t *testing.T) {
	assert.True(t, HasPrefix("ScRiPt x", "script"))
	assert.True(t, HasPrefix("x", ""))
	assert.False(t, HasPrefix("scrip", "script"))
	assert.False(t, HasPrefix("\u017fcript", "script"), "the long s is not ASCII")
	assert.False(t, HasPrefix("@script", "`script"), "only letters have case")
}

func TestLower(t *testing.T) {
	var buf [4]byte
	assert.Equal(t, "a-z\xc4", string(Lower(buf[:], "A-Z\xc4")))
	assert.Nil(t, Lower(buf[:], "longer"))
	assert.Zero(t, testing.AllocsPerRun(10, func() { Lower(buf[:], "ABCD") }))
}

func TestSkipSpace(t *testing.T) {
	assert.Equal(t, 3, SkipSpace("a \tb", 1))
	assert.Equal(t, 2, SkipSpace("a ", 1))
}
