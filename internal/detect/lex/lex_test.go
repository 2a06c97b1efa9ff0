package lex

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

func TestBytes(t *testing.T) {
	for i := range 256 {
		c := byte(i)
		r := rune(i)
		ascii := i < 0x80
		assert.Equal(t, ascii && unicode.IsLower(r), IsLower(c), "%#x", i)
		assert.Equal(t, ascii && unicode.IsUpper(r), IsUpper(c), "%#x", i)
		assert.Equal(t, ascii && unicode.IsLetter(r), IsLetter(c), "%#x", i)
		assert.Equal(t, ascii && unicode.IsDigit(r), IsDigit(c), "%#x", i)
		assert.Equal(t, ascii && unicode.IsSpace(r), IsSpace(c), "%#x", i)
		assert.Equal(t, ascii && unicode.IsSpace(r) && c != '\v', IsHTMLSpace(c), "%#x", i)
		assert.Equal(t, ascii && (unicode.IsLetter(r) || unicode.IsDigit(r) || i == '_'), IsWord(c), "%#x", i)
		want := c
		if ascii {
			want = byte(unicode.ToLower(r))
		}
		assert.Equal(t, want, Lower(c), "%#x", i)
	}
}

func TestPrefixes(t *testing.T) {
	assert.True(t, HasPrefix("gift card", 5, "card"))
	assert.False(t, HasPrefix("gift card", 6, "card"))
	assert.False(t, HasPrefix("gift", -1, "g"))
	assert.False(t, HasPrefix("gift", 9, "g"))
	assert.True(t, HasPrefixFold("GiFt", 0, "gift"))
	assert.False(t, HasPrefixFold("gif", 0, "gift"))
	assert.False(t, HasPrefixFold("gift", -1, "g"))
	assert.True(t, EqualFold("GIFT", "gift"))
	assert.False(t, EqualFold("GIFTS", "gift"))
	assert.True(t, OneOfFold("GIFT", "card", "gift"))
	assert.False(t, OneOfFold("gi", "card", "gift"))
	assert.False(t, OneOfFold("gift"))
	assert.True(t, ContainsFold("a GiFt", "gift"))
	assert.True(t, ContainsFold("", ""))
	assert.False(t, ContainsFold("a gif", "gift"))
	assert.False(t, HasPrefixFold("\u017fcript", 0, "script"), "the long s is not ASCII")
	assert.False(t, HasPrefixFold("@script", 0, "`script"), "only letters have case")
	assert.Equal(t, byte(0), At("a", 1))
	assert.Equal(t, byte(0), At("a", -1))
	assert.Equal(t, byte('a'), At("a", 0))
}

func TestSkips(t *testing.T) {
	assert.Equal(t, 3, SkipBlanks(" \t x", 0))
	assert.Equal(t, 1, SkipBlanks("x\n", 1))
	assert.Equal(t, 2, SkipSpace("\r\nx", 0))
	assert.Equal(t, 3, SkipHTMLSpace("a \tb", 1))
	assert.Equal(t, 2, SkipHTMLSpace("a ", 1))
	assert.Equal(t, 4, SkipWord("a_1Z-", 0))
	assert.Equal(t, 2, SkipDigits("12a", 0))
}

func TestFold(t *testing.T) {
	var buf [4]byte
	assert.Equal(t, "gift", string(Fold(buf[:], "GiFt")))
	assert.Equal(t, "a-z\xc4", string(Fold(buf[:], "A-Z\xc4")))
	assert.Nil(t, Fold(buf[:], "gifts"))
	assert.Zero(t, testing.AllocsPerRun(10, func() { Fold(buf[:], "GIFT") }))
}

// TestNext compares the unrolled scan with strings.IndexAny.
func TestNext(t *testing.T) {
	table := NewTable("<&")
	for _, s := range []string{"", "a", "<", "abc<", "abcd&", "abcdefg", "<<<<", "aaaaaaaa<a&", strings.Repeat("x", 31) + "&"} {
		for i := 0; i <= len(s); i++ {
			want := len(s)
			if k := strings.IndexAny(s[i:], "<&"); k >= 0 {
				want = i + k
			}
			assert.Equal(t, want, table.Next(s, i), "%q from %d", s, i)
		}
	}
}

func TestSweep(t *testing.T) {
	has := scan.Bytes("ab<&")
	var at []int
	steps := Sweep("a&b<<a&", "<&%", &has, func(i int) int { at = append(at, i); return i + 1 })
	assert.Equal(t, []int{3, 4, 1, 6}, at)
	assert.LessOrEqual(t, steps, 2*len("a&b<<a&"))

	at = nil
	Sweep("<<<&", "<&", &has, func(i int) int { at = append(at, i); return -1 })
	assert.Equal(t, []int{0}, at, "stopped")

	at = nil
	Sweep("<<<&", "<", &has, func(i int) int { at = append(at, i); return i + 2 })
	assert.Equal(t, []int{0, 2}, at, "skipped")
}
