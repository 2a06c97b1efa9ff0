package fuzz_test

import (
	"encoding/json"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	nethtml "golang.org/x/net/html"

	"github.com/tangoguard/tangoguard/internal/oracle"
	"github.com/tangoguard/tangoguard/internal/textclean"
	"github.com/tangoguard/tangoguard/sanitize"
	"github.com/tangoguard/tangoguard/validate"
)

// addMarkup seeds a target with the shapes that the cleaning of text turns on, beside the texts of the corpus.
func addMarkup(f *testing.F) {
	f.Helper()
	addTexts(f)
	for _, s := range []string{
		"if a<b and c>d", "<p>as</p><p>df</p>", "<scr<b>ipt>alert(1)</scr<b>ipt>", "&ltb &#60;&#x73; &lt;&sol; &#4294967356;b",
		"<!-- a --!> b --> c", "<![CDATA[ x ]]><!doctype a [<!ENTITY b 'c'>]><?php x ?>", "<a title=\"<b>\" href='>'>x</a>",
		"e<b>\u0301</b>\u0323\u0338<\u0338", "\u01d8\x01\u0323", "a\u200d\u200c\u0647\u200d\u064b\u200d", "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
		strings.Repeat("\u0301", 40) + "\x00" + strings.Repeat("\u0323", 40), "\u1100\u1160\u11a8\u115f", "a\r\n\r\v\u0085\u2028\u00a0b",
		"<textarea><title></textarea><script></title></script >", "<svg><style><img src=x onerror=alert(1)></style></svg>",
		"1' O<b>R</b> '1'='1", "'; DR/**/OP TABLE <b>x</b>-- ", "<a b='<a c=\"' d=\"<a e='\" f='",
	} {
		add(f, s)
	}
}

// checkCleaned holds a sanitizer of text to what all of them promise: it is idempotent, and builds no attack.
func checkCleaned(t *testing.T, name, in string, clean func(string) string) string {
	t.Helper()
	out := clean(in)
	if again := clean(out); again != out {
		t.Fatalf("%s is not idempotent: %q gives %q, and that %q", name, in, out, again)
	}
	if len(validate.Inspect(in)) == 0 {
		if found := validate.Inspect(out); len(found) > 0 {
			t.Fatalf("%s built an attack: %q gives %q: %v", name, in, out, found)
		}
	}
	return out
}

func FuzzText(f *testing.F) {
	addMarkup(f)
	f.Fuzz(func(t *testing.T, s string) {
		out := checkCleaned(t, "Text", s, sanitize.Text)
		if err := oracle.Text(s, out); err != nil {
			t.Fatalf("Text(%q): %v", s, err)
		}
		for _, r := range out {
			if unicode.IsControl(r) && r != '\n' && r != '\t' {
				t.Fatalf("Text(%q) = %q holds the control character %U", s, out, r)
			}
		}
		if err := oracle.OnlyMarkupLost(textclean.Text(s), out); err != nil && !joins(s) {
			t.Fatalf("Text(%q): %v", s, err)
		}
	})
}

// joins reports whether an attack comes together once what is invisible in s is gone. Text takes it out then, visible
// as it is.
func joins(s string) bool {
	return len(validate.Inspect(s)) == 0 && len(validate.Inspect(textclean.Text(s))) > 0
}

func FuzzLine(f *testing.F) {
	addMarkup(f)
	f.Fuzz(func(t *testing.T, s string) {
		out := checkCleaned(t, "Line", s, sanitize.Line)
		if err := oracle.Text(s, out); err != nil {
			t.Fatalf("Line(%q): %v", s, err)
		}
		if out != strings.Join(strings.Fields(out), " ") {
			t.Fatalf("Line(%q) = %q has more white space than single spaces between words", s, out)
		}
		if strings.ContainsFunc(out, unicode.IsControl) {
			t.Fatalf("Line(%q) = %q holds a control character", s, out)
		}
	})
}

func FuzzStrip(f *testing.F) {
	addMarkup(f)
	f.Fuzz(func(t *testing.T, s string) {
		out := checkCleaned(t, "Strip", s, sanitize.Strip)
		if found := validate.Inspect(out); len(found) > 0 {
			t.Fatalf("Strip(%q) = %q, in which Inspect finds %v", s, out, found)
		}
		if sanitize.Text(out) != out {
			t.Fatalf("Strip(%q) = %q, which Text would change", s, out)
		}
		if len(validate.Inspect(s)) == 0 && out != sanitize.Text(s) {
			t.Fatalf("Strip(%q) = %q, and nothing was reported", s, out)
		}
	})
}

// FuzzHTML compares with bluemonday: its widest policy must have nothing left to take out, and the parser sees no
// element that can run or load anything but a link and an image.
func FuzzHTML(f *testing.F) {
	addMarkup(f)
	ugc := bluemonday.UGCPolicy()
	ugc.AllowElements("center", "big", "tt", "kbd", "samp", "var", "mark", "abbr", "cite", "q", "dfn", "u", "s", "strike") // harmless, and not in it
	ugc.AllowAttrs("title").Globally()
	ugc.AllowNoAttrs().OnElements("a", "img")
	f.Fuzz(func(t *testing.T, s string) {
		for name, clean := range map[string]func(string) string{
			"HTML": sanitize.HTML, "HTMLNoLinks": sanitize.HTMLNoLinks, "HTMLInsecureImages": sanitize.HTMLInsecureImages,
		} {
			out := clean(s)
			if again := clean(out); again != out {
				t.Fatalf("%s is not idempotent: %q gives %q, and that %q", name, s, out, again)
			}
			if err := oracle.InertHTML(out); err != nil {
				t.Fatalf("%s(%q): %v", name, s, err)
			}
			if want, got := elements(t, out), elements(t, ugc.Sanitize(out)); !reflect.DeepEqual(want, got) {
				t.Fatalf("%s(%q) = %q: bluemonday would take out some of %v and leave %v", name, s, out, want, got)
			}
		}
	})
}

// elements counts the start tags in s by name.
func elements(t *testing.T, s string) map[string]int {
	t.Helper()
	count := map[string]int{}
	for z := nethtml.NewTokenizer(strings.NewReader(s)); z.Next() != nethtml.ErrorToken; {
		if token := z.Token(); token.Type == nethtml.StartTagToken || token.Type == nethtml.SelfClosingTagToken {
			count[token.Data]++
		}
	}
	return count
}

func FuzzURL(f *testing.F) {
	addTexts(f)
	for _, s := range []string{"HTTPS://Example.COM:443/a/../b?c#d", "http://[::ffff:1.2.3.4]:8080/%2e%2e/x", "https://\u00fcber.example/\u00e9", "java\tscript:alert(1)",
		"http:\\\\evil.example", "https://user:pw@example.com/", "http://0x7f.1/", "//example.com", "http://a.b:65536/"} {
		add(f, s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := checkCleaned(t, "URL", s, sanitize.URL)
		if out == "" {
			return
		}
		u, err := url.Parse(out)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
			t.Fatalf("URL(%q) = %q: %v", s, out, err)
		}
		if strings.ContainsFunc(out, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`<>"\`, r) && r != '\\' }) {
			t.Fatalf("URL(%q) = %q holds what does not belong in a URL", s, out)
		}
		if strings.ContainsRune(u.Host, '\\') || !strings.HasPrefix(u.Path, "/") {
			t.Fatalf("URL(%q) = %q", s, out)
		}
	})
}

func FuzzCSVCell(f *testing.F) {
	addTexts(f)
	for _, s := range []string{"=1+1", " -2+3", "\uff1dcmd", "\t=1", "+1 (555) 123-4567", "-12.5e3", "\ufeff@a", "-"} {
		add(f, s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := sanitize.CSVCell(s)
		if again := sanitize.CSVCell(out); again != out {
			t.Fatalf("CSVCell(%q) = %q, and again %q", s, out, again)
		}
		if out != s && out != "'"+s {
			t.Fatalf("CSVCell(%q) = %q: more than an apostrophe was added", s, out)
		}
		// What stays may begin with a sign only if there is nothing in it but a number: no name, no cell, no call.
		if out != "" && strings.ContainsAny(out[:1], "=@\t\r\n") ||
			out != "" && strings.ContainsAny(out[:1], "+-") && strings.ContainsFunc(out, func(r rune) bool {
				return !strings.ContainsRune("+-0123456789., ()%eE$\u20ac\u00a3\u00a5", r)
			}) {
			t.Fatalf("CSVCell(%q) = %q begins a formula", s, out)
		}
	})
}

func FuzzHeaderValue(f *testing.F) {
	addTexts(f)
	add(f, "a\r\nSet-Cookie: b\x00\u2028\tc ")
	f.Fuzz(func(t *testing.T, s string) {
		out := sanitize.HeaderValue(s)
		if again := sanitize.HeaderValue(out); again != out {
			t.Fatalf("HeaderValue(%q) = %q, and again %q", s, out, again)
		}
		if strings.ContainsAny(out, "\r\n\x00") || len(out) > len(s) || out != strings.Trim(out, " \t") {
			t.Fatalf("HeaderValue(%q) = %q", s, out)
		}
	})
}

func FuzzLogField(f *testing.F) {
	addTexts(f)
	add(f, "a\x1b[31mb\u009b2Jc\nd\u202ee\xff")
	f.Fuzz(func(t *testing.T, s string) {
		out := sanitize.LogField(s)
		if again := sanitize.LogField(out); again != out {
			t.Fatalf("LogField(%q) = %q, and again %q", s, out, again)
		}
		if !utf8.ValidString(out) || strings.ContainsFunc(out, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || unicode.Is(unicode.Bidi_Control, r) && r > 0x202a
		}) {
			t.Fatalf("LogField(%q) = %q", s, out)
		}
		if utf8.RuneCountInString(out) != utf8.RuneCountInString(s) {
			t.Fatalf("LogField(%q) = %q: characters went or came", s, out)
		}
	})
}

// FuzzStruct cleans decoded JSON and its encoded form: both must become the same, as Check said before.
func FuzzStruct(f *testing.F) {
	addTexts(f)
	f.Fuzz(func(t *testing.T, s string) {
		raw, err := json.Marshal(map[string]any{"a": s, "list": []any{s, 1, true, nil, map[string]string{"b": s}}})
		if err != nil {
			t.Fatal(err)
		}
		var decoded struct {
			V any `json:"v" sanitize:"line"`
		}
		if err := json.Unmarshal(raw, &decoded.V); err != nil {
			t.Fatal(err)
		}
		encoded := struct {
			V json.RawMessage `json:"v" sanitize:"line"`
		}{raw}
		if one, other := checkStruct(t, &decoded), checkStruct(t, &encoded); !slices.Equal(one, other) {
			t.Fatalf("%q: decoded %v, encoded %v", s, one, other)
		}
		var back any
		if err := json.Unmarshal(encoded.V, &back); err != nil {
			t.Fatalf("%q became %s: %v", s, encoded.V, err)
		}
		if !reflect.DeepEqual(decoded.V, back) {
			t.Fatalf("%q: decoded %v, encoded %v", s, decoded.V, back)
		}
	})
}

// checkStruct cleans v and returns the changes.
func checkStruct(t *testing.T, v any) []sanitize.Change {
	t.Helper()
	preview, err := sanitize.Check(v)
	if err != nil {
		t.Fatal(err)
	}
	changes, err := sanitize.Struct(v)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(preview, changes) {
		t.Fatalf("Check says %v, Struct did %v", preview, changes)
	}
	if rest, err := sanitize.Struct(v); err != nil || len(rest) > 0 {
		t.Fatalf("a second Struct changes %v, %v", rest, err)
	}
	return changes
}
