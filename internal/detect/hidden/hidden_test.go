package hidden_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/hidden"
)

func TestRules(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"an override in front of letters", "photo\u202Egpj.exe", "bidi-override"},
		{"an encoded override", "photo%E2%80%AEgpj.exe", "bidi-override"},
		{"an isolate around code", "\u2066/* } \u2069begin {", "bidi-code"},
		{"tags", "x\U000E0070\U000E0061\U000E0079", "tag-characters"},
		{"text in selectors", "x\ufe00\ufe01\ufe02\ufe03", "selector-text"},
		{"too many layers", "%2525252541", "nested-encoding"},
		{"a flag", "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", ""},
		{"a family", "👨\u200d👩\u200d👧", ""},
		{"embedded Hebrew", "\u202bשלום\u202c", ""},
		{"an isolate around a word", "\u2066test\u2067", ""},
	} {
		rules := detecttest.Rules(hidden.Class, tt.in)
		if tt.want == "" {
			assert.Empty(t, rules, "%s: %q", tt.name, tt.in)
		} else {
			assert.Contains(t, rules, tt.want, "%s: %q", tt.name, tt.in)
		}
	}
}

func TestStepsAreLinear(t *testing.T) {
	detecttest.Linear(t, hidden.Class, 500, "\u202e", "\u202ea", "\u2066", "\u2066{", "\U000E0041", "\ufe0f", "\U000E0101", "\U0001F3F4\U000E0067")
}
