package scan

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestClue(t *testing.T) {
	for _, tt := range []struct {
		clue    Clue
		in, out []string
	}{
		{`=`, []string{"=", "a=b"}, []string{"", "a"}},
		{`[(<]`, []string{"a(", "<"}, []string{"", "a)"}},
		{`[\]-]`, []string{"]", "-"}, []string{"", "^", "\\"}},
		{`0[xX]`, []string{"0x", "10X1"}, []string{"", "0", "x", "x0", "0 x"}},
		{`[0-9].`, []string{"1.", "a7.b"}, []string{".1", "a."}},
		{`^[=+@-]`, []string{"=1", "-"}, []string{"", "1=", "^="}},
		{`[^ ,][=+]`, []string{"=1", "a,=b", "a +"}, []string{"", "a=1", ",", "^="}},
		{"[\x80-\x8F]\xEF", []string{"\x8F\xEF"}, []string{"\xEF\x80", "\x90\xEF"}},
	} {
		s := NewSieve([]Gate{Any(tt.clue)})
		for _, text := range tt.in {
			assert.True(t, Any(tt.clue).Opens(text), "%s in %q", tt.clue, text)
			assert.NotZero(t, s.Open(s.Look(text)), "%s in %q", tt.clue, text)
		}
		for _, text := range tt.out {
			assert.False(t, Any(tt.clue).Opens(text), "%s in %q", tt.clue, text)
		}
	}
}

// TestSieve holds the Sieve against Gate.Opens at each place of a block of eight bytes and of what is left over.
func TestSieve(t *testing.T) {
	gates := []Gate{Any(`ab`), Any(`[0-9]`).And(`[ab]c`), Any(`^x`, `$`), nil, Any(`q`).And(`u`).And(`no other gate has this`)}
	s := NewSieve(gates)
	for n := 1; n < 26; n++ {
		for _, part := range []string{"ab", "x", "$", "7bc", "ac1", "ba", "7", "qu"} {
			for i := 0; i+len(part) <= n; i++ {
				text := strings.Repeat("-", i) + part + strings.Repeat("-", n-i-len(part))
				for k, g := range gates[:4] {
					assert.Equal(t, g.Opens(text), s.Open(s.Look(text))>>k&1 == 1, "gate %d, %q", k, text)
				}
				if part == "qu" {
					assert.NotZero(t, s.Open(s.Look(text))>>4&1, "a list too many makes a gate less strict, never more: %q", text)
				}
			}
		}
	}
}

// TestSieveOfManyPairs: pairs that share a bit open too many gates, and keep none shut.
func TestSieveOfManyPairs(t *testing.T) {
	var gates []Gate
	for i := range 100 {
		gates = append(gates, Any(Clue(fmt.Sprintf("%c[%c]", 'A'+i%26, 'a'+i/26))))
	}
	for from := 0; from < len(gates); from += 25 {
		s := NewSieve(gates[from : from+25])
		for i := from; i < from+25; i++ {
			text := fmt.Sprintf("%c%c", 'A'+i%26, 'a'+i/26)
			assert.Equal(t, uint32(1)<<(i-from), s.Open(s.Look(text)))
		}
	}
	s := NewSieve([]Gate{Any(`a1`, `a2`, `a3`), joined(gates)})
	assert.Equal(t, 103, s.Pairs())
	for _, g := range gates {
		k := g[0][0].parse()
		assert.NotEmpty(t, k)
	}
	for i := range 100 {
		text := fmt.Sprintf("%c%c", 'A'+i%26, 'a'+i/26)
		assert.NotZero(t, s.Open(s.Look(text))>>1&1, "%q", text)
	}
}

func joined(gates []Gate) (g Gate) {
	for _, x := range gates {
		if g == nil {
			g = Gate{nil}
		}
		g[0] = append(g[0], x[0]...)
	}
	return g
}

// TestDecodable: the gate of decoding is open wherever something decodes, each character and each pair of bytes alone,
// in front of text and behind it.
func TestDecodable(t *testing.T) {
	s := NewSieve([]Gate{Decodable()})
	check := func(text string) {
		v := NewView(text)
		if _, _, ok := v.Encoded(All); ok && s.Open(s.Look(text)) == 0 {
			t.Errorf("%q decodes, and its gate is closed", text)
		}
	}
	for r := range rune(utf8.MaxRune + 1) {
		if utf8.ValidRune(r) {
			check(string(r))
			check("a" + string(r) + "a")
		}
	}
	for a := range 256 {
		for b := range 256 {
			pair := string([]byte{byte(a), byte(b)})
			for _, tail := range []string{"", "\x80", "\xAF\x80\x80", "'", "41", "41;", "Dw-", "\xC2\xA7", "\xC2\xBC\xC2\x87"} {
				check(pair + tail)
			}
		}
	}
}
