package tango

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFieldRules(t *testing.T) {
	n := strings.Repeat
	for _, row := range []struct {
		name     string
		ok       func(string) bool
		yes, not []string
	}{
		{"email", IsEmail,
			[]string{"ann@example.com", "o'brien@example.ie", "a.b+tag@sub.example.co.uk", "x_y@ex-ample.org", "用户@例子.中国", "jürgen@müller.de", "a@b.io", n("a", 64) + "@b.io"},
			[]string{"", "@", "a@", "@b.io", "a@b", `"<script>"@x.com`, `"a b"@x.com`, "Ann <ann@example.com>", "<a@b.io>", "a@b.io,c@d.io", "a@b.io;c@d.io",
				"a..b@x.io", ".a@x.io", "a.@x.io", "a@-x.io", "a@x-.io", "a@x..io", "a@x.io.", "a@[127.0.0.1]", "a@127.0.0.1", "a(b)@x.io", "a@b@x.io",
				"a@x.io\r\nBcc: c@d.io", "a\n@x.io", "a @x.io", "a@x\u200b.io", "a\u202e@x.io", "a`id`@x.io", "a|b@x.io", "a{b}@x.io", "\xff@x.io", n("a", 65) + "@b.io", "a@" + n("b", 64) + ".io"}},
		{"digitalname", IsDigitalName, []string{"", "O'Brien", "Ann & Bob", "日本 太郎", "J. R. 🎁"}, []string{"a<b", "a>b", "a/b", "a\nb", "a\x00"}},
		{"physicalname", IsPhysicalName, []string{"", "O'Brien & Sons, Inc.", "Jean-Luc", "Zoë", "李", "नमस्ते"}, []string{"a<b", "a/b", "a#", "🎁", "a\tb", "a\u200db"}},
		{"streetline", IsStreetLine, []string{"12/3 Main St. #4", "c/o O'Brien @ 5%"}, []string{"a;b", "a<b", "a\nb", "a\"b"}},
		{"city", IsCity, []string{"St. John's", "Winston-Salem", "Zürich"}, []string{"a,b", "a/b", "a;b"}},
		{"postalcode", IsPostalCode, []string{"90210", "SW1A 1AA", "90210-1234"}, []string{"9021０", "90210;", "a'b"}},
		{"displayname", IsDisplayName, []string{"Demo customer", "Café — “Zoë”"}, []string{"demo", n("a", 101), "Demo 🎁 shop", "a<b>c", "1+1=2 ok", "Demo\nshop"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, s := range row.yes {
				assert.True(t, row.ok(s), "%q", s)
			}
			for _, s := range row.not {
				assert.False(t, row.ok(s), "%q", s)
			}
		})
	}
}

func TestFieldTableIsWhole(t *testing.T) {
	rules := map[string]Rule{}
	for _, r := range Rules() {
		assert.NotContains(t, rules, r.Name, "a rule has one meaning")
		assert.NotEmpty(t, r.Says)
		rules[r.Name] = r
	}
	seen := map[string]bool{}
	for _, f := range OrderFields() {
		assert.False(t, seen[f.Pointer], "%s stands twice", f.Pointer)
		seen[f.Pointer] = true
		for _, rule := range []string{f.Rule, f.PostRule} {
			if rule != "" {
				assert.Contains(t, rules, rule, f.Pointer)
			}
		}
		assert.Equal(t, f.PostRule == "", f.PostMax == 0, f.Pointer)
		assert.True(t, f.Prose == 0 || f.Prose < f.Max, "%s: the prose is the shorter one", f.Pointer)
		assert.Equal(t, f.Role, RoleOf(f.Pointer[strings.LastIndexByte(f.Pointer, '/')+1:]), f.Pointer)
	}
}

func TestRoleIgnoresLetterCase(t *testing.T) {
	assert.Equal(t, RoleAccount, RoleOf("accountIdentifier"))
	assert.Equal(t, RoleAccount, RoleOf("ACCOUNTIDENTIFIER"))
	assert.Equal(t, RoleAccount, RoleOf("TransferTo"))
	assert.Equal(t, RoleCustomer, RoleOf("customeridentifier"))
	assert.Equal(t, RoleNone, RoleOf("account"))
	assert.Equal(t, RoleNone, RoleOf(""))
}
