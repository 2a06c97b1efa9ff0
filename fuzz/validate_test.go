package fuzz_test

import (
	"errors"
	"net/mail"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tangoguard/tangoguard/validate"
)

// FuzzEmail holds the rule for addresses against net/mail: what it accepts is one address to that package too,
// the same one, without a name; and it holds no character that a header, a page or a shell gives a meaning.
func FuzzEmail(f *testing.F) {
	for _, s := range []string{"ann@example.com", `"<script>"@x.com`, "a@b.io,c@d.io", "Ann <a@b.io>", "o'brien+tag@example.ie", "用户@例子.中国", "a@b.io\r\nBcc: x@y.io",
		"a..b@x.io", "a@[127.0.0.1]", "a@b", "a b@x.io", "a@-x.io", "jürgen@müller.de", "a(c)@x.io", "\xff@x.io", "a@x\u200b.io"} {
		add(f, s)
	}
	type holder struct {
		Email string `json:"email" validate:"email"`
	}
	f.Fuzz(func(t *testing.T, s string) {
		if err := validate.Struct(holder{s}); err != nil {
			var errs validate.Errors
			if !errors.As(err, &errs) || len(errs) != 1 || errs[0].Pointer != "/email" {
				t.Fatalf("%v", err)
			}
			if len(s) > 20 && strings.Contains(errs.Error(), s) {
				t.Fatalf("the error holds the value: %v", errs)
			}
			return
		}
		if strings.ContainsAny(s, "<>\"\\(),:;[]`|{}^? \t\r\n\x00") || strings.Count(s, "@") != 1 || !utf8.ValidString(s) {
			t.Fatalf("accepted %q", s)
		}
		a, err := mail.ParseAddress(s)
		if err != nil || a.Address != s || a.Name != "" {
			t.Fatalf("accepted %q, which net/mail reads as %v (%v)", s, a, err)
		}
	})
}

// FuzzPointers looks for a map key that makes Struct name the wrong place, or fail.
func FuzzPointers(f *testing.F) {
	for _, s := range []string{"a", "", "a.b", "a[0]", "a].b[c", "~/", "]", "].", "].[", strings.Repeat("].", 100)} {
		add(f, s)
	}
	type item struct {
		V string `json:"v" validate:"max=0"`
	}
	type holder struct {
		Dived map[string]string `json:"d" validate:"dive,max=0"`
		Own   map[string]item   `json:"o.[x]"`
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	f.Fuzz(func(t *testing.T, key string) {
		err := validate.Struct(holder{Dived: map[string]string{key: "x", "other": ""}, Own: map[string]item{key: {"x"}}})
		var errs validate.Errors
		if !errors.As(err, &errs) || len(errs) != 2 {
			t.Fatalf("%v", err)
		}
		if got := errs[0].Pointer; got != "/d/"+escape.Replace(key) && got != "/d" {
			t.Fatalf("%q is named %q", key, got)
		}
		if got := errs[1].Pointer; got != "/o.[x]/"+escape.Replace(key)+"/v" {
			t.Fatalf("%q is named %q", key, got)
		}
	})
}
