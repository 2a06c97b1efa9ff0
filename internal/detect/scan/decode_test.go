package scan

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/html"
)

func decoded(s string, kinds Kinds) string {
	v, next := NewView(s), new(View)
	if v.Decode(next, kinds) == 0 {
		return s
	}
	return next.Text
}

func TestDecodeOneLayer(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"percent", "%3Cb%3E", "<b>"},
		{"percent once", "%253C", "%3C"},
		{"percent, upper and lower case", "%2f%2F", "//"},
		{"percent of a character", "%C3%BC", "ü"},
		{"percent of a full-width character folds at once", "%EF%BC%9C", "<"},
		{"percent that is none", "100% %zz %", "100% %zz %"},
		{"percent of half a character", "%d0x", "%d0x"},
		{"percent in percent", "%%33%63", "%3c"},
		{"%u", "%u003C%uFF1E", "<>"},
		{"%u of a surrogate", "%uD800", "%uD800"},
		{"overlong, two bytes", "%c0%bc", "<"},
		{"overlong, three bytes", "%e0%80%af", "/"},
		{"overlong, four bytes", "%f0%80%80%ae", "."},
		{"overlong, six bytes", "%fc%80%80%80%80%af", "/"},
		{"overlong without its mark", "%c0%2f%c0%5c", `/\`},
		{"the long s, read as Latin-1", "<Å¿vg>", "<svg>"},
		{"overlong as it is", "\xc0\xae\xc0\xaf", "./"},
		{"no-break space of Latin-1", "1%A0or", "1 or"},
		{"soft hyphen of Latin-1", "%ADd", "-d"},
		{"named", "&lt;&gt;&quot;&apos;&amp;", `<>"'&`},
		{"named without semicolon", "&ltb&gt", "<b>"},
		{"named, rare", "&colon;&lpar;&NewLine;&Tab;&lbrace;", ":(\n\t{"},
		{"named, letters", "&afr;&Bopf;&cscr;", "aBc"},
		{"named, unknown", "&foo; R&D AT&T &copy;", "&foo; R&D AT&T &copy;"},
		{"decimal", "&#60;&#0000060&#60", "<<<"},
		{"hexadecimal", "&#x3c;&#X03C;&#x3c", "<<<"},
		{"number out of range", "&#x110000;&#99999999999999999999;", "\uFFFD\uFFFD"},
		{"number zero", "a&#0;b", "ab"},
		{"no number", "&#; &#x; &#", "&#; &#x; &#"},
		{"x", `\x3cb\x3E`, "<b>"},
		{"u", `\u003c\u{3c}\u{00003C}\U0000003c`, "<<<<"},
		{"x in braces", `\x{3c}`, "<"},
		{"surrogates", `\uD83D\uDE00`, "😀"},
		{"half a surrogate", `\uD83D!`, `\uD83D!`},
		{"octal", `\74\074`, "<<"},
		{"octal of nothing visible", `\1 \12`, `\1 \12`},
		{"escaped again and again", `\\\\u003c`, "<"},
		{"quotes", `\'\"\/`, `'"/`},
		{"line ends", `a\r\nb\tc`, "a\r\nb\tc"},
		{"bytes", `\xe2\x80\xaea\xef\xbc\x9cb\xF0\x9f\x98\x80`, "\u202Ea<b😀"},
		{"bytes that make no character", `\xe2\x80a \xe2\x80 \xe2 \xe2\x8 \xe2\x80\xa`, "\u00E2\u0080a \u00E2\u0080 \u00E2 \u00E2\\x8 \u00E2\u0080\\xa"},
		{"no escape", `C:\Windows \`, `C:\Windows \`},
		{"full-width", "＜ｓｃｒｉｐｔ＞", "<script>"},
		{"small forms", "﹤﹥", "<>"},
		{"mathematical", "𝐬𝓮𝕝", "sel"},
		{"circled", "ⓢ①", "s1"},
		{"raised and lowered", "⁼⁽₌₎", "=(=)"},
		{"quotes that look alike", "ʼ＇′‘“”", `''''""`},
		{"angles that look alike", "‹〈≮≯", "<<<>"},
		{"slashes that look alike", "∕⁄∖", `//\`},
		{"long s and Kelvin", "\u017F\u212A", "sk"},
		{"two dots in one", "‥", ".."},
		{"overlong, read as Latin-1", "1\u00C0\u00A7\u00C0\u00A0or\u00C1\u00BC", "1' or|"},
		{"a byte that swallows a backslash", "%bf%27 \u00BF' \u00BFqu\u00E9?", "' ' \u00BFqu\u00E9?"},
		{"full-width, read as Latin-1", "1\u00EF\u00BC\u0087", "1'"},
		{"letters with accents", "\u00C0 la carte, na\u00EFf\u00BC", "\u00C0 la carte, na\u00EFf\u00BC"},
		{"NUL", "<scr\x00ipt>", "<script>"},
		{"soft hyphen", "java\u00ADscript", "javascript"},
		{"zero width", "se\u200Blect\uFEFF", "select"},
		{"UTF-7", "+ADw-script+AD4-", "<script>"},
		{"UTF-7 in a row", "+ADwAPg-", "<>"},
		{"no UTF-7", "1+A2+ABC-", "1+A2+ABC-"},
		{"several", "%3C&#x62;\\x3e＞", "<b>>"},
	} {
		assert.Equal(t, tt.want, decoded(tt.in, All), tt.name)
	}
}

func TestWeakFormsMakeNoLayer(t *testing.T) {
	for _, s := range []string{
		"你好，世界！", "wait… what", "m² and 3rd", "Acme™ No №5", "10 000", "👨‍👩‍👧 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "نقیب\u200cزاده", "జ్ఞ\u200cా", "日本語。",
	} {
		assert.Equal(t, s, decoded(s, All), "%q", s)
	}
	assert.Equal(t, "wait... <", decoded("wait… ＜", All), "with a strong one they fold")
}

func TestOriginPointsToTheSource(t *testing.T) {
	const in = "ab%253Cc\u200Bd&lt;e"
	v := NewView(in)
	one, two := new(View), new(View)
	assert.NotZero(t, v.Decode(one, All))
	assert.NotZero(t, one.Decode(two, All))
	assert.Equal(t, "ab<cd<e", two.Text)
	for i, want := range []string{"a", "b", "%253C", "c", "d", "&lt;", "e"} {
		start, end := two.Origin(i, i+1)
		assert.Equal(t, want, in[start:end], "byte %d", i)
	}
	start, end := two.Origin(2, 5)
	assert.Equal(t, "%253Cc\u200Bd", in[start:end])
	assert.Equal(t, Drop, two.Hides(2, 5))
	assert.Zero(t, two.Hides(4, 6), "an invisible character in front of a finding hides nothing in it")
	assert.Equal(t, Percent, two.Kind(2))
	assert.Equal(t, Entity, two.Kind(5))
	assert.Zero(t, two.Kind(6))
}

func TestHidesLookAlikes(t *testing.T) {
	v, next := NewView("ｓ＇ or 1"), new(View)
	v.Decode(next, All)
	assert.Equal(t, "s' or 1", next.Text)
	assert.Zero(t, next.Hides(0, 1), "a letter is no metacharacter")
	assert.Equal(t, Fold, next.Hides(0, 4))
}

// alone are the bytes that have a group for themselves.
const alone = "\x00\t\n\r !\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`{|}~\xE2\xEF"

func TestOccurringHoldsEveryByte(t *testing.T) {
	for c := range 256 {
		for _, pad := range []string{"", "aaaaaaaa", "aaa"} {
			s := pad + string([]byte{byte(c)}) + pad
			b := bytesOf(GroupsOf(s))
			assert.True(t, b.Has(byte(c)), "byte %#x", c)
		}
	}
	b := bytesOf(GroupsOf("plain words"))
	for i := range len(alone) {
		assert.Equal(t, alone[i] == ' ', b.Has(alone[i]), "byte %q", alone[i])
	}
	for i := range len(alone) {
		b := bytesOf(GroupsOf(alone[i : i+1]))
		for c := range 256 {
			assert.Equal(t, byte(c) == alone[i], b.Has(byte(c)), "byte %#x in %q", c, alone[i])
		}
	}
}

func TestDecodeReusesMemory(t *testing.T) {
	v, next := NewView(strings.Repeat("%41&lt;\\x41", 50)), new(View)
	v.Decode(next, All)
	assert.Zero(t, testing.AllocsPerRun(20, func() { v.Decode(next, All) }))
}

// TestEntitiesAgreeWithHTML compares every name of the table with the reference implementation, whose answer may
// be a character that folds to ours.
func TestEntitiesAgreeWithHTML(t *testing.T) {
	names := map[string]string{}
	for name, out := range entities {
		names[name] = out
	}
	for _, c := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" {
		for _, suffix := range []string{"fr", "opf", "scr"} {
			names[string(c)+suffix] = string(c)
		}
	}
	for name, out := range names {
		theirs := html.UnescapeString("&" + name + ";")
		assert.NotEqual(t, "&"+name+";", theirs, "HTML knows &%s;", name)
		// A companion that decodes makes weak forms fold too.
		assert.Equal(t, "<"+out, decoded("＜"+theirs, All), "&%s;", name)
		assert.Equal(t, out, decoded("&"+name+";", All), "&%s;", name)
	}
	for name, out := range legacy {
		assert.Equal(t, out+"x", decoded("&"+name+"x", All), "&%s", name)
	}
}

var metacharacters = `<>"'()=:;/\{}[]` + "`"

// FuzzEntity: wherever the reference implementation sees a metacharacter in references, we see it too.
func FuzzEntity(f *testing.F) {
	for _, s := range []string{"&lt;", "&ltx", "&#60", "&#x3C;", "&colon;&lpar", "a&amp;lt;", "&bsol;&#0;&#128;", "&NotEqualTilde;&lang;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		theirs, ours := html.UnescapeString(s), decoded(s, Entity)
		for _, c := range metacharacters {
			if n := strings.Count(theirs, string(c)); strings.Count(ours, string(c)) < n {
				t.Errorf("%q: HTML sees %d of %q in %q, we see %q", s, n, c, theirs, ours)
			}
		}
	})
}

// FuzzDecode: no layer is longer than the one before, each byte has a source inside the input, sources are in
// order, and the text of a view that decodes nothing is as it was.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"%3C", "%25%32%35", "&lt;＜\\x3c\\\\u003c", "\x00a\u200b", "+ADw-", "\xc0\xbc\xe0\x80", "𝐬‥…", "\\u{", "&#"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v := NewView(s)
		cur := &v
		for layer := 0; layer < 6; layer++ {
			next := new(View)
			if cur.Decode(next, All) == 0 {
				return
			}
			if len(next.Text) > len(cur.Text) {
				t.Fatalf("layer %d grew: %q became %q", layer, cur.Text, next.Text)
			}
			before := 0
			for i := range len(next.Text) {
				start, end := next.Origin(i, i+1)
				if start < 0 || end > len(s) || start >= end || start < before {
					t.Fatalf("byte %d of %q comes from [%d,%d) of %q, behind %d", i, next.Text, start, end, s, before)
				}
				before = start
			}
			exact := Bytes(next.Text)
			for c := range 256 {
				if exact.Has(byte(c)) && !next.Has.Has(byte(c)) {
					t.Fatalf("%q: Has misses %#x", next.Text, c)
				}
			}
			cur = next
		}
	})
}

// TestPercentAgreesWithReference holds the percent decoder against a one-line reference on ASCII.
func TestPercentAgreesWithReference(t *testing.T) {
	re := regexp.MustCompile(`%[0-7][0-9A-Fa-f]`)
	for c := range 128 {
		s := "x%" + string("0123456789abcdef"[c>>4]) + string("0123456789ABCDEF"[c&15]) + "y"
		want := re.ReplaceAllStringFunc(s, func(string) string { return string(rune(c)) })
		assert.Equal(t, want, decoded(s, Percent))
	}
}
