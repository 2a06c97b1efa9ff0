package detect

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// TestValuesOfAURL: what stands in the query of a URL is read as a text of its own, and points into the URL.
func TestValuesOfAURL(t *testing.T) {
	for _, tt := range []struct {
		text  string
		class scan.Class
		span  string
	}{
		{"https://shop.example/item?id=7 or 7=7 -- x", "sqli", "7 or 7=7"},
		{"/item.php?lang=en&id=3%20order%20by%209--%20", "sqli", "3%20order%20by%209"},
		{"https://shop.example/ping?host=whoami%20%26%20dir", "cmdi", ""},
		{"/tool.php?x=1&run=cat+/etc/hostname", "cmdi", "cat+/etc/hostname"},
		{"/users?sort=name&q=' || '5'=='5", "nosqli", ""},
		{"user=ann&run=cat+/etc/hostname", "cmdi", "cat+/etc/hostname"},
		{"find.asp?name=' or 'q'='q' or 'z", "xpath", ""},
	} {
		found := Inspect(tt.text)
		i := slices.IndexFunc(found, func(f scan.Finding) bool { return f.Class == tt.class })
		if !assert.GreaterOrEqual(t, i, 0, tt.text) {
			continue
		}
		assert.False(t, Standard().Clean(tt.text), tt.text)
		if tt.span != "" {
			assert.Equal(t, tt.span, tt.text[found[i].Start:found[i].End])
		}
	}
	for _, text := range []string{"Really?x=1 or y=2", "https://shop.example/?q=tom+or+jerry&id=id", "/a?b=c&d=e#f"} {
		assert.Empty(t, Inspect(text), text)
	}
}
