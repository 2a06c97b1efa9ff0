package ssti_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/ssti"
)

// delimiters of the engines; %s is the expression.
var delimiters = []string{
	"{{%s}}", "{{ %s }}", "{{- %s -}}", "{{{%s}}}", "{{=%s}}", "${%s}", "${ %s }", "#{%s}", "#{ %s }", "<%%=%s%%>", "<%%= %s %%>", "<%%- %s %%>",
	"*{%s}", "@{%s}", "~{%s}", "[[${%s}]]", "[(${%s})]", "$${%s}", "${{%s}}", "#{{%s}}", "{!! %s !!}", "[=%s]", "@(%s)", "__${%s}__",
}

// expressions that compute, call or reach, in the notation of one engine or another.
var expressions = []string{
	"6*7", "6 * 7", "'6'*7", "'gi'+'ft'", "6*'7'", "gift()", "gift('x')", "gift.card()", "'gift'.upper()", `"gift".toUpperCase()`, "''.__class__",
	"().__class__.__bases__[0]", "gift.getClass().forName('x')", "gifts[0].card", "gift['card'].x()", "self.__init__.__globals__", "[].sort(1)",
	`"a".concat("b")`, "config.items()", "T(java.lang.Runtime).getRuntime()", "new java.util.Date()", "gift.a.b.c()", "range(9)|list", "'id'|filter('system')",
	"constructor.constructor('x')()", "_self.env.getFilter('x')", "1==1", "7*7*7", "(6*7)", "'x'.constructor", "gift.map(x => x*2)",
}

func TestVariations(t *testing.T) {
	contexts := []string{"%s", "Dear %s", "Dear %s, happy birthday", "a=%s&b=c", "O'Brien %s", `"%s"`}
	n := 0
	for _, d := range delimiters {
		for _, e := range expressions {
			for _, c := range contexts {
				if strings.HasPrefix(d, "@(") && (strings.Contains(e, "==") || e == "gift()") || d == "[=%s]" && e[0] == '[' {
					continue // people write (a == b) behind an at sign; the bracket closes the delimiter
				}
				n++
				text := fmt.Sprintf(c, fmt.Sprintf(d, e))
				if len(detecttest.Inspect(t, ssti.Detector(), text)) == 0 {
					t.Errorf("not found: %q", text)
				}
			}
		}
	}
	t.Logf("%d texts", n)
}

// TestPlaceholders: what mail merges leave behind, in the delimiters of every engine.
func TestPlaceholders(t *testing.T) {
	names := []string{"name", "first_name", "firstName", "First Name", "first-name", "NAME", "amount", "5", "7 days", "Ihr Name", "имя", "prénom", "", " ", "card no. 5", "Tom's card"}
	for _, d := range delimiters {
		for _, n := range names {
			text := "Dear " + fmt.Sprintf(d, n) + ", happy birthday"
			if found := detecttest.Inspect(t, ssti.Detector(), text); found != nil {
				t.Errorf("reported as %v: %q", detecttest.Rules(found), text)
			}
		}
	}
}

func TestEncodings(t *testing.T) {
	for _, text := range []string{
		"%7B%7B6*7%7D%7D", "%257B%257B6*7%257D%257D", "&lbrace;&lbrace;6*7&rbrace;&rbrace;", "&#x7b;&#x7b;6*7&#x7d;&#x7d;", `\x7b\x7b6*7\x7d\x7d`,
		`\u007b\u007b6*7\u007d\u007d`, "｛｛6*7｝｝", "%u007b%u007b6*7%u007d%u007d", "$%7B6*7%7D", "&lt;%= 6*7 %&gt;", "{\u200b{6*7}\u200b}",
	} {
		if len(detecttest.Inspect(t, ssti.Detector(), text)) == 0 {
			t.Errorf("not found: %q", text)
		}
	}
}

// TestRules: each rule has a sentence that only it reports.
func TestRules(t *testing.T) {
	for _, tt := range []struct{ text, rule string }{
		{"{{6*7}}", "expression"}, {"{{config}}", "object"}, {"{% if gift %}", "tag"}, {"<#assign g=1>", "tag"}, {"${{<%[%'\"}}%\\", "polyglot"},
		{"{{gift}} ${gift} #{gift}", "polyglot"},
	} {
		if got := detecttest.Rules(detecttest.Inspect(t, ssti.Detector(), tt.text)); len(got) != 1 || got[0] != tt.rule {
			t.Errorf("%q is reported as %v, not as %s", tt.text, got, tt.rule)
		}
	}
}
