package sanitize

import (
	"html"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tangoguard/tangoguard/internal/oracle"
)

// unchanged is text that people write. Nothing in it is markup.
var unchanged = []string{
	"", "O'Brien & Sons", "I <3 you", "a < b > c", "AT&T", "AT&amp;T", "100% -- really", "x <= y", "5 > 3", "<-- look",
	`she said "no" and 'yes'`, "日本語", "Ελληνικά", "Кириллица", "עִבְרִית", "العربية", "हिन्दी", "ภาษาไทย", "한국어",
	"👩\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈 👍🏽 ❤\ufe0f 1\ufe0f⃣ 🇺🇸", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "می\u200cخواهم", "श्रीमान् क्\u200dष", "ක්\u200dරියා", "a\tb\nc", "\u200eabc\u200f", "<< Report.doc>>", "< 20 °C",
	"1 < 2 && 3 > 2", "<#> minutes", "&c.", "&ltimes;", "Q&A", "¿Qué? ¡Sí!", "naïve café", "𝒜𝓁𝓁", "葛\U000e0100",
}

func TestTextLeavesTextAlone(t *testing.T) {
	for _, s := range unchanged {
		assert.Equal(t, s, Text(s))
		if !strings.ContainsAny(s, "\t\n") {
			assert.Equal(t, s, Line(s))
		}
	}
}

func TestTextAndLine(t *testing.T) {
	for _, row := range []struct{ name, in, text, line string }{
		{"comparison keeps its words", "if a<b and c>d", "if a< b and c>d", "if a< b and c>d"},
		{"placeholder keeps its words", "<enter type here>", "< enter type here>", "< enter type here>"},
		{"address keeps its words", "Jane Doe <jane@example.com>", "Jane Doe < jane@example.com>", "Jane Doe < jane@example.com>"},
		{"element without its end tag", "please fill the <title> field, thanks", "please fill the  field, thanks", "please fill the field, thanks"},
		{"blocks part words", "<p>one</p><p>two</p>", "one\ntwo", "one two"},
		{"inline tags do not", "un<b>break</b>able", "unbreakable", "unbreakable"},
		{"br is a line break", "a<br>b<br/><BR >c", "a\nb\n\nc", "a b c"},
		{"cells part words", "<table><tr><td>1</td><td>2</td></tr></table>", "1\n2", "1 2"},
		{"heart", "</3", "< /3", "< /3"},
		{"letter behind", "x<y", "x< y", "x< y"},
		{"unfinished tag", "<img src=x onerror=alert(1) ", "< img src=x onerror=alert(1) ", "< img src=x onerror=alert(1)"},
		{"tag in a tag", "<scr<b>ipt>alert(1)</scr<b>ipt>", "< script>alert(1)< /script>", "< script>alert(1)< /script>"},
		{"script and its contents", "a<script>alert(1)</script >b", "ab", "ab"},
		{"style and its contents", "a<STYLE type='x'>p{}</sTyle\n>b", "ab", "ab"},
		{"title and its contents", "a<title>x</title>b", "a\nb", "a b"},
		{"script without its end", "a<script>alert(1)", "aalert(1)", "aalert(1)"},
		{"slashes between attributes", "<svg/onload=alert(1)//>x", "x", "x"},
		{"quotes hide >", `<a title="1 > 0" href='/?<b>'>x</a>`, "x", "x"},
		{"words are no attributes", "<b and c>", "< b and c>", "< b and c>"},
		{"boolean attributes are", "<input disabled checked>x", "x", "x"},
		{"unknown element", "<customer-name>", "< customer-name>", "< customer-name>"},
		{"comment", "a<!-- <b> -->b<!-->c<!--->d<!----!>e", "abcde", "abcde"},
		{"unclosed comment", "a<!-- b", "a< !-- b", "a< !-- b"},
		{"CDATA, doctype, instruction", `<!DOCTYPE a [<!ENTITY b "c">]><?xml version="1.0"?><![CDATA[x]]>y`, "y", "y"},
		{"declaration", `<!ENTITY b "c">`, `< !ENTITY b "c">`, `< !ENTITY b "c">`},
		{"encoded <", "&lt;b &ltb &LT;b &#60;b &#x3C;b &#00060b &#4294967356;b", "&lt; b &lt b &LT; b &#60; b &#x3C; b &#00060 b &#4294967356; b", "&lt; b &lt b &LT; b &#60; b &#x3C; b &#00060 b &#4294967356; b"},
		{"encoded letter", "<&#115;cript> &lt;&sol; &lt;&#x21;", "< &#115;cript> &lt; &sol; &lt; &#x21;", "< &#115;cript> &lt; &sol; &lt; &#x21;"},
		{"line endings", "a\r\nb\rc\n", "a\nb\nc\n", "a b c"},
		{"white space", " a\t\u00a0\u3000b \v\f\u0085\u2028 c ", " a\t\u00a0\u3000b \u2028 c ", "a b c"},
		{"controls", "a\x00b\x1bc\x7fd\u0080e\x08", "abcde", "abcde"},
		{"invalid UTF-8", "a\xffb\xc3\xffc\xed\xa0\x80d\xc0\xbc", "abcd", "abcd"},
		{"bidi overrides", "a\u202eb\u202c\u2066c\u2069", "abc", "abc"},
		{"invisible characters", "a\u200bb\u2060c\ufeffd\u00ade\u200df\u200cg\u3164h\u034fi\ufe0f", "abcdefghi", "abcdefghi"},
		{"tag characters", "a\U000e0061\U000e0062\U000e007f", "a", "a"},
		{"too many tags for a flag", "🏴" + strings.Repeat("\U000e0061", 7) + "\U000e007f", "🏴", "🏴"},
		{"NFC", "e\u0301 \u212b", "é Å", "é Å"},
		{"NFC joins across markup", "e<b>\u0301</b>", "é", "é"},
		{"a Greek question mark ends a reference", "&lt\u037eb", "&lt; b", "&lt; b"},
		{"mark makes < another sign", "<\u0338b", "≮b", "≮b"},
	} {
		t.Run(row.name, func(t *testing.T) {
			assert.Equal(t, row.text, Text(row.in))
			assert.Equal(t, row.line, Line(row.in))
			for _, out := range []string{Text(row.in), Line(row.in)} {
				assert.NoError(t, oracle.Text(row.in, out))
			}
			assert.Equal(t, row.text, Text(row.text), "again")
			assert.Equal(t, row.line, Line(row.line), "again")
		})
	}
}

// TestCleaningBuildsNoAttack: what Inspect does not find in a text, it does not find in what is left of it, although
// taking markup and invisible characters out joins what they held apart.
func TestCleaningBuildsNoAttack(t *testing.T) {
	for _, s := range []string{
		"1' O<b>R</b> '1'='1", "1'<!-- --> OR<b> '1'</b>='1", "&l\x95l", "x<p>; cat /etc/passwd</p>", "<i>$</i>{7*7}", "..<b>/</b>..<b>/</b>etc/passwd",
		"{<b></b>{7*7}<i></i>}", "<scr<b>ipt>al<i></i>ert(1)</scr<b>ipt>", "<p>as</p><p>df</p>",
	} {
		for name, clean := range map[string]func(string) string{"Text": Text, "Line": Line, "Strip": Strip} {
			out := clean(s)
			if !attack(s) {
				assert.Empty(t, inspect(out), "%s(%q) = %q", name, s, out)
			}
			assert.Equal(t, out, clean(out), "again")
			assert.NoError(t, oracle.Text(s, out))
		}
	}
	joined := 0
	for _, s := range []string{"1' O<b>R</b> '1'='1", "1'<!-- --> OR<b> '1'</b>='1"} {
		if !attack(s) && attack(plainText.steps(s, true)) {
			joined++
		}
	}
	assert.Positive(t, joined, "none of the samples shows the danger any more; find others")
}

// TestStripLeavesNothing holds for all attacks of testdata what Strip promises.
func TestStripLeavesNothing(t *testing.T) {
	for _, s := range browserAttacks(t) {
		out := Strip(s)
		assert.Empty(t, inspect(out), "Strip(%q) = %q", s, out)
		assert.Equal(t, out, Strip(out), "again")
		assert.Equal(t, out, Text(out))
	}
}

// What is not part of an attack stays, punctuation and all; an attack inside attacks goes however deep it stands.
func TestStripTakesNoMoreThanItMust(t *testing.T) {
	assert.Regexp(t, `^Dear Ann -- you & me: .*\(bye!\)$`, Strip("Dear Ann -- you & me: ${jndi:ldap://x/a} (bye!)"))
	for _, depth := range []int{1, 7, 8, 9, 30} {
		s := "Hi! " + strings.Repeat("__pro", depth) + "__proto__" + strings.Repeat("to__", depth)
		assert.Empty(t, inspect(Strip(s)), "depth %d", depth)
	}
}

// TestUnescapeRecipe shows the mistake that Text makes harmless: unescaping what an HTML sanitizer escaped.
func TestUnescapeRecipe(t *testing.T) {
	const in = "&lt;script&gt;alert(1)&lt;/script&gt;"
	assert.Error(t, oracle.OneTextToken(html.UnescapeString(HTML(in))), "the recipe brings markup back")
	assert.NoError(t, oracle.OneTextToken(html.UnescapeString(Text(in))))
}

func TestCleanTextCostsNoAllocation(t *testing.T) {
	for _, s := range unchanged {
		s := strings.Repeat(s+" ", 20)
		assert.Zero(t, testing.AllocsPerRun(20, func() { Text(s) }), "%q", s)
	}
	line := strings.TrimSpace(strings.Repeat("O'Brien & Sons 日本語 ", 20))
	assert.Zero(t, testing.AllocsPerRun(20, func() { Line(line) }))
}

// TestSimple holds the short way of clean against the steps, for every pair of bytes in front, in the middle and behind.
func TestSimple(t *testing.T) {
	for a := range 256 {
		for b := range 256 {
			pair := string([]byte{byte(a), byte(b)})
			for _, s := range []string{pair, "x" + pair, pair + "x", "a" + pair + "b", pair[:1]} {
				for _, f := range []form{plainText, oneLine} {
					if simple(s, f.fold) {
						assert.Equal(t, f.steps(s, true), s)
					}
				}
			}
		}
	}
	assert.True(t, simple("O'Brien; 12 Main Street", true))
	assert.True(t, simple("", true))
	for _, s := range []string{" a", "a ", "a  b", " "} {
		assert.False(t, simple(s, true), s)
		assert.True(t, simple(s, false), s)
	}
}
