package textclean

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"golang.org/x/text/unicode/norm"
)

// TestInvisibleIsUnicodesProperty derives Default_Ignorable_Code_Point as DerivedCoreProperties.txt does, from tables
// of the standard library.
func TestInvisibleIsUnicodesProperty(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		want := unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Cf, unicode.Variation_Selector) &&
			!unicode.In(r, unicode.White_Space, unicode.Prepended_Concatenation_Mark) &&
			!(r >= 0x13430 && r <= 0x13455) // Egyptian hieroglyph format controls
		if r >= 0xfff9 && r <= 0xfffb {
			want = true // interlinear annotations are not in the property, and show nothing
		}
		if Invisible(r) != want {
			t.Errorf("%U: %v, want %v", r, Invisible(r), want)
		}
	}
}

func TestContext(t *testing.T) {
	for _, row := range []struct{ name, in, want string }{
		{"emoji sequence", "👩\u200d🚀", "👩\u200d🚀"},
		{"emoji sequence over a variation selector", "❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"},
		{"ZWJ before a letter", "👩\u200da", "👩a"},
		{"ZWJ before a byte that goes", "👩\u200d\xf0 a", "👩 a"},
		{"two ZWJ", "👩\u200d\u200d🚀", "👩\u200d🚀"},
		{"Persian ZWNJ", "می\u200cخواهم", "می\u200cخواهم"},
		{"ZWJ at the end of a word", "ه\u200d ", "ه\u200d "},
		{"ZWNJ behind a mark", "نَ\u200cم", "نَ\u200cم"},
		{"two ZWNJ", "می\u200c\u200cخ", "می\u200cخ"},
		{"ZWNJ in Latin", "Auf\u200clage", "Auflage"},
		{"Khmer word break", "ខ្មែរ\u200bភាសា", "ខ្មែរ\u200bភាសា"},
		{"word break in Latin", "sc\u200bript", "script"},
		{"keycap", "1\ufe0f\u20e3", "1\ufe0f\u20e3"},
		{"selector behind a letter", "a\ufe0fb", "ab"},
		{"two selectors", "❤\ufe0f\ufe0f", "❤\ufe0f"},
		{"ideographic variation", "葛\U000e0100", "葛\U000e0100"},
		{"the same behind a letter", "a\U000e0100", "a"},
		{"Mongolian", "ᠠ\u180bᠠ\u180eᠠ", "ᠠ\u180bᠠ\u180eᠠ"},
		{"Scotland", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f!", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f!"},
		{"a flag without its end", "🏴\U000e0067\U000e0062\U000e0073x", "🏴x"},
		{"a flag with two tags", "🏴\U000e0067\U000e0062\U000e007f", "🏴"},
		{"tags behind a flag", "🏴\U000e0067\U000e0062\U000e0073\U000e007f\U000e0061", "🏴\U000e0067\U000e0062\U000e0073\U000e007f"},
		{"grapheme joiner between marks", "ל\u05b7\u034f\u05b4", "ל\u05b7\u034f\u05b4"},
		{"grapheme joiner", "a\u034fb", "ab"},
		{"marks LRM, RLM, ALM", "\u200ea\u200fb\u061c", "\u200ea\u200fb\u061c"},
		{"Old Hangul filler", "\u115f\u1161", "\u115f\u1161"},
		{"fillers alone", "\u115f\u1160a\u3164\uffa0", "a"},
		{"music", "𝅘𝅥\U0001d173𝅘𝅥 \U0001d173", "𝅘𝅥\U0001d173𝅘𝅥 "},
		{"Arabic number sign", "\u0600١", "\u0600١"},
		{"annotation", "\ufff9a\ufffab\ufffb", "ab"},
		{"replacement character", "a\ufffdb", "a\ufffdb"},
		{"surrogates and overlong forms", "\xed\xa0\x80\xc0\xaf\xf4\x90\x80\x80", ""},
		{"private use and unassigned", "\ue000\U0001fbff", "\ue000\U0001fbff"},
		{"line endings", "\r\r\n\n\r", "\n\n\n\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			want := norm.NFC.String(row.want)
			assert.Equal(t, want, Text(row.in))
			assert.Equal(t, want, Text(want), "again")
		})
	}
}

func TestLengthIsBounded(t *testing.T) {
	for _, s := range []string{
		"\u01d8\x01\u0323", "\u01d8\u00ad\u0323", strings.Repeat("\u0301", 25) + "\x00" + strings.Repeat("\u0323", 25),
		strings.Repeat("\u01d8\x01\u0323", 50), "\u1ea5\xff\u0323\u0301",
	} {
		for name, f := range map[string]func(string) string{"Text": Text, "Line": Line} {
			out := f(s)
			assert.LessOrEqual(t, len(out), len(norm.NFC.String(s)), "%s(%+q) = %+q", name, s, out)
			assert.Equal(t, out, f(out))
			assert.True(t, norm.NFC.IsNormalString(out))
		}
	}
}

// TestRunAgreesWithOneByteAtATime holds the word-wise scan against the obvious one.
func TestRunAgreesWithOneByteAtATime(t *testing.T) {
	base := strings.Repeat("abcdefgh", 6)
	for at := range len(base) {
		for c := range 256 {
			s := base[:at] + string([]byte{byte(c)}) + base[at+1:]
			want := 0
			for want < len(s) && s[want] >= 0x20 && s[want] < 0x7f {
				want++
			}
			if got := ascii(s); got != want {
				t.Fatalf("ascii(%q) = %d, want %d", s, got, want)
			}
		}
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{"": "", " ": "", "   ": "", "a": "a", " a ": "a", "a b": "a b", "a  b   c ": "a b c"} {
		assert.Equal(t, want, Fold(in))
	}
}
