package sqli

import (
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// TestQuick: sentences and mail addresses start no parser, and SQL that begins as they do still does.
func TestQuick(t *testing.T) {
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"In fact, it is yours", false},
		{"All of us", false},
		{"As we said", false},
		{"Is it you?", false},
		{"anna-maria@mail.example-shop.co.uk", false},
		{"O'Brien", false},
		{"in (select a from b)", true},
		{"in fact or 1=1", true},
		{"all select a, b from c", true},
		{"is null or true", true},
		{"as a, (select b from c)", true},
		{"a-@@version", true},
		{"1-@a:=1", true},
		{"a-b or 1=1", true},
	} {
		v := scan.NewView(tt.text)
		if got := worth(tt.text, v.Has); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.text, got, tt.want)
		}
	}
}
