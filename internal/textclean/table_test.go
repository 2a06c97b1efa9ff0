package textclean

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"golang.org/x/text/unicode/norm"

	"github.com/tangoguard/tangoguard/internal/race"
)

// slow is normalized without the table: each character is judged, and norm looks at every text.
func slow(s string, how rules) string {
	var c slowContext
	t, changed := c.clean(s, how)
	if !changed {
		return norm.NFC.String(s)
	}
	if t = norm.NFC.String(t); len(t) <= len(norm.NFC.String(s)) {
		return t
	}
	how.bare = true
	t, _ = new(slowContext).clean(s, how)
	return norm.NFC.String(t)
}

// slowContext is context with package unicode in place of the table.
type slowContext struct{ context }

func (c *slowContext) clean(s string, how rules) (string, bool) {
	var out []rune
	changed, went := false, false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		to := c.judge(s[i:], r, size, how)
		if went && how.bare && unicode.IsMark(r) {
			to = gone
		}
		went = to == gone
		changed = changed || to != r || r == utf8.RuneError && size == 1
		if to != gone {
			out = append(out, to)
			c.note(to)
		}
		i += size
	}
	return string(out), changed
}

func (c *slowContext) note(r rune) {
	c.prev, c.stray = r, false
	c.tags = max(c.tags-1, 0)
	if !unicode.Is(unicode.Mn, r) {
		c.joins = unicode.Is(joinerScripts, r)
	}
}

// TestInert: each character that is passed without a look stays by itself, is visible and no white space, begins anew for
// every normalization form, and leaves the context as a look would.
func TestInert(t *testing.T) {
	taken := 0
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) || characters().mark(r) != (mark{}) {
			continue
		}
		s := string(r)
		for _, before := range []string{"", "a", "ب", "नि"} {
			var fast context
			var want slowContext
			for _, b := range before {
				fast.kept(b)
				want.note(b)
			}
			if n := fast.run(s); n == 0 {
				continue
			} else if n != len(s) {
				t.Fatalf("%U: %d bytes", r, n)
			}
			taken++
			want.note(r)
			p := norm.NFC.PropertiesString(s)
			if fast.prev != r || fast.joins != want.joins || fast.order != (order{starter: r}) || Invisible(r) || unicode.IsSpace(r) || unicode.IsControl(r) ||
				!p.BoundaryBefore() || !norm.NFC.IsNormalString(s) {
				t.Errorf("%U", r)
			}
			if want.judge(s, r, len(s), rules{line: true}) != r {
				t.Errorf("%U would change", r)
			}
		}
	}
	assert.Greater(t, taken, 4*100_000)
	for _, s := range []string{"\xe5\x80", "\xe5a\x80", "\xc3", "\xc3a", "\xed\xa0\x80", "\xeb\xbf", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf",
		"\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x8e", "\xf4\x90\x80\x80", "\xe0\xa4\xa8\xe0\x9f\xbf"} {
		for _, behind := range []string{"", "नम", "aaaaaaaa"} {
			assert.LessOrEqual(t, new(context).run(s+behind), 3, "%q", s)
			assert.Equal(t, slow(s+behind, rules{}), Text(s+behind), "%q", s)
		}
	}
}

// TestEveryCharacter holds the table against norm and unicode for each character, alone and behind others.
func TestEveryCharacter(t *testing.T) {
	for r := rune(0); r <= 0xe0200; r += stride() {
		if r >= 0x30000 && r < 0xe0000 {
			r = 0xe0000 // nothing is assigned between
		}
		for _, s := range []string{string(r), "a" + string(r) + "b", "é" + string(r), "न" + string(r) + "\u200dक", "ل" + string(r) + "\u0651"} {
			if got, want := Text(s), slow(s, rules{}); got != want {
				t.Fatalf("Text(%+q) = %+q, want %+q", s, got, want)
			}
			if got, want := Line(s), slow(s, rules{line: true}); got != want {
				t.Fatalf("Line(%+q) = %+q, want %+q", s, got, want)
			}
		}
	}
}

// restless are the characters that norm may join or move, and what is in Unicode but not in its tables.
func restless() (marks, seconds []rune) {
	second := map[rune]bool{}
	for pair := range characters().pairs {
		second[pair[1]] = true
	}
	for r := rune(0x80); r < 0x30000; r++ {
		if p := norm.NFC.PropertiesString(string(r)); !p.BoundaryBefore() || p.Decomposition() != nil && !unicode.Is(unicode.Hangul, r) {
			marks = append(marks, r)
		}
		if second[r] {
			seconds = append(seconds, r)
		}
	}
	return marks, seconds
}

// stride is 1, and more where every step is dear: CI runs these tests without the race detector too.
func stride() rune {
	if testing.Short() || race.Enabled {
		return 29
	}
	return 1
}

// TestPairs: every character before every one that may join it, and every two that may move.
func TestPairs(t *testing.T) {
	marks, seconds := restless()
	assert.Greater(t, len(marks), 2000)
	assert.Greater(t, len(seconds), 50)
	hold := func(first, second rune) {
		s := string(first) + string(second)
		clean, easy := clean(s, rules{})
		if easy && clean == s && !norm.NFC.IsNormalString(s) {
			t.Fatalf("%+q is taken for NFC", s)
		}
	}
	step := stride()
	for _, second := range seconds {
		for first := rune(0); first < 0x20000; first += step {
			hold(first, second)
		}
	}
	for _, first := range marks {
		for i := 0; i < len(marks); i += int(step) {
			hold(first, marks[i])
		}
	}
}

// TestSequences holds Text and Line against the slow way on texts of letters, marks and what is invisible.
func TestSequences(t *testing.T) {
	marks, seconds := restless()
	rnd := rand.New(rand.NewPCG(7, 4))
	pick := func(from []rune) rune { return from[rnd.IntN(len(from))] }
	var letters []rune
	for pair := range characters().pairs {
		letters = append(letters, pair[0])
	}
	letters = append(letters, []rune("abzéñßяшΩאבתابتنमकड়ที่ກမအខភ日本語ぁゔ한글각\u1100\u1161\u11a8ạếỹ🎁👩❤🏴")...)
	quiet := []rune("\u200c\u200d\u200b\u034f\ufe0f\u00ad\u202e\u0001\u00a0\u2003\u0345\u0344\U000e0067\U000e007f\U00020000\U0002f800\ue000\ufffd")
	for range 60_000 / stride() {
		var b strings.Builder
		for range 1 + rnd.IntN(12) {
			switch n := rnd.IntN(16); {
			case n < 6:
				b.WriteRune(pick(letters))
			case n < 9:
				b.WriteRune(pick(marks))
			case n < 12:
				b.WriteRune(pick(seconds))
			case n < 13:
				b.WriteRune(pick(quiet))
			case n < 14:
				b.WriteString(strings.Repeat(string(pick(marks)), rnd.IntN(40)))
			case n < 15:
				b.WriteString("plain ascii text"[:rnd.IntN(17)])
			default:
				b.WriteByte(byte(rnd.IntN(256)))
			}
		}
		s := b.String()
		if got, want := Text(s), slow(s, rules{}); got != want {
			t.Fatalf("Text(%+q) = %+q, want %+q", s, got, want)
		}
		if got, want := Line(s), slow(s, rules{line: true}); got != want {
			t.Fatalf("Line(%+q) = %+q, want %+q", s, got, want)
		}
	}
}

// TestCleanScriptsNeedNoNormalizer: text as people write it is known to be in NFC by the table alone.
func TestCleanScriptsNeedNoNormalizer(t *testing.T) {
	for name, s := range map[string]string{
		"Hindi":      "जन्मदिन की हार्दिक शुभकामनाएँ, बड़ा भाई! ढेर सारी ख़ुशियाँ।",
		"Bengali":    "শুভ জন্মদিন, তোমাকে অনেক ভালোবাসি",
		"Tamil":      "பிறந்தநாள் வாழ்த்துக்கள், கொண்டாடுவோம்",
		"Telugu":     "పుట్టినరోజు శుభాకాంక్షలు",
		"Arabic":     "عيد ميلاد سعيد، شكرًا على كل شيء",
		"Persian":    "تولدت مبارک، می\u200cخواهم",
		"Hebrew":     "יום הולדת שמח, תודה על הכל",
		"Thai":       "สุขสันต์วันเกิด ขอให้มีความสุขมาก ๆ น้ำ",
		"Korean":     "생일 축하합니다. 늘 건강하세요",
		"Japanese":   "お誕生日おめでとうございます。ガンバ！",
		"Chinese":    "生日快乐，祝你一切顺利",
		"Vietnamese": "Chúc mừng sinh nhật, cảm ơn bạn đã giúp đỡ",
		"Greek":      "Χρόνια πολλά, ευχαριστώ",
		"Russian":    "С днём рождения, спасибо за всё",
		"Khmer":      "រីករាយថ្ងៃកំណើត",
		"Burmese":    "မွေးနေ့မှာပျော်ရွှင်ပါစေ",
		"Amharic":    "መልካም ልደት",
		"Georgian":   "გილოცავ დაბადების დღეს",
		"emoji":      "🎁🎂 👩🏽\u200d🚀 ❤\ufe0f 🇮🇪",
	} {
		assert.True(t, norm.NFC.IsNormalString(s), name)
		out, easy := clean(s, rules{})
		assert.Equal(t, s, out, name)
		assert.True(t, easy, name)
	}
}

// TestOneTextLeavesNothingForTheNext: texts that are not in NFC, one after the other, as a server meets them.
func TestOneTextLeavesNothingForTheNext(t *testing.T) {
	marks, _ := restless()
	for round := range 3 {
		for i, r := range marks {
			s := string(r) + strings.Repeat(string(marks[(i*7+round)%len(marks)]), round*20)
			assert.Equal(t, norm.NFC.String(s), NFC(s))
		}
	}
}
