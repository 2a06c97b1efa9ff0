package hidden_test

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/hidden"
)

func TestRules(t *testing.T) {
	detecttest.Table(t, hidden.Detector(), detecttest.Rows{
		{"an override in front of letters", "photo\u202Egpj.exe", "bidi-override"},
		{"an encoded override", "photo%E2%80%AEgpj.exe", "bidi-override"},
		{"an isolate around code", "\u2066/* } \u2069begin {", "bidi-code"},
		{"tags", "x\U000E0070\U000E0061\U000E0079", "tag-characters"},
		{"text in selectors", "x\ufe00\ufe01\ufe02\ufe03", "selector-text"},
		{"too many layers", "%2525252541", "nested-encoding"},
		{"an override of what follows the text", "Anna \u202E", "bidi-override"},
		{"an override in escaped bytes", `photo\xe2\x80\xaegpj.exe`, "bidi-override"},
		{"an isolate around a comment", "\u2067// \u2069return;", "bidi-code"},
		{"an override of what an isolate holds", "\u202E\u2066abc\u2069\u202C", "bidi-override"},
		{"bits that begin with a byte order mark", "\uFEFF\u200B\u200B\uFEFF\u200B\uFEFF\u200B\u200B", "invisible-text"},
		{"an override of nothing", "a\u202E\u202Cb", ""},
		{"one tag", "x\U000E0041", "tag-characters"},
		{"tags apart", "a\U000E0062c\U000E0064", "tag-characters"},
		{"a flag of no region", "\U0001F3F4\U000E003C\U000E0062\U000E003E\U000E007F", "tag-characters"},
		{"bits of no width", "a\u200B\u200C\u200C\u200B\u200B\u200C\u200B\u200Bb", "invisible-text"},
		{"bits in invisible operators", "\u2063\u2062\u2061\u2064\u2063\u2062\u2061\uFEFF", "invisible-text"},
		{"a flag cut off", "\U0001F3F4\U000E0067\U000E0062\U000E0065", ""},
		{"a row of one kind", "a\u200B\u200B\u200B\u200B\u200B\u200B\u200B\u200B\u200Bb", ""},
		{"a short row", "نقیب\u200C\u200Bزاده", ""},
		{"an isolate around a URL", "\u2066https://shop.example/?id=5#a\u2069", ""},
		{"code behind an embedding", "\u202AAnna\u202C <3 {x} = 5", ""},
		{"a flag", "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", ""},
		{"a family", "👨\u200d👩\u200d👧", ""},
		{"embedded Hebrew", "\u202bשלום\u202c", ""},
		{"an isolate around a word", "\u2066test\u2067", ""},
	})
}

func TestLinear(t *testing.T) {
	detecttest.Linear(t, hidden.Detector(), 100, "\u202e", "\u202ea", "\u2066", "\u2066{", "\U000E0041", "\ufe0f", "\U000E0101", "\U0001F3F4\U000E0067", "\u200B", "\u200B\u200C", "\uFEFF\u2060", "\u2066//", "\u202C")
}
