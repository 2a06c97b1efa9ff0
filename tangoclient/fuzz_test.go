package tangoclient

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode"
)

// FuzzReply answers an order with any status and body. Whatever comes: no panic, the status is kept, nothing
// but a whole order is a success, and what is printed is one clean line without our key.
func FuzzReply(f *testing.F) {
	for _, body := range []string{"", "{}", placed(), placed("ref-1", "ref-2"), failed(400, "422.111", "x"), `{"errors":[{"path":"a[0].b","invalidValue":"v"}]}`,
		"<html>", "\x00\xff", strings.Repeat("[", 70), `{"message":"` + testKey + `\n\u001b[31m"}`, `{"reward":{"credentials":7}}`, `{"amountCharged":{"value":1e999}}`} {
		for _, status := range []int{200, 201, 204, 302, 400, 401, 409, 429, 500, 503} {
			f.Add(status, body, "")
		}
	}
	f.Fuzz(func(t *testing.T, status int, body, retryAfter string) {
		if status < 100 || status > 599 {
			return
		}
		s := &script{steps: []step{func(r *http.Request) (*http.Response, error) {
			resp, err := reply(status, body)(r)
			resp.Header["Retry-After"] = []string{retryAfter}
			return resp, err
		}}}
		c, err := New(Config{Environment: Sandbox, Credentials: Basic("p", NewSecret(testKey)), InsecureTransport: s, NoPace: true, MaxAttempts: 1})
		if err != nil {
			t.Fatal(err)
		}
		o, err := c.CreateOrder(t.Context(), goodOrder())
		if err == nil {
			if status < 200 || status > 299 || o.ReferenceOrderID == "" || o.Outcome == NoOutcome {
				t.Fatalf("status %d and this body are no order", status)
			}
			return
		}
		var refused *Error
		if errors.As(err, &refused) {
			if refused.Status != status || status < 400 || status > 499 && !isUnavailableItem(refused.Key) {
				t.Fatalf("status %d became the refusal %d", status, refused.Status)
			}
			if refused.RetryAfter < 0 || refused.RetryAfter > maxRetryAfter {
				t.Fatalf("Retry-After of %v", refused.RetryAfter)
			}
		} else if !errors.As(err, new(*UnknownOutcomeError)) && !errors.As(err, new(*ReplayMismatchError)) {
			t.Fatalf("an error of another kind: %T", err)
		}
		text := err.Error()
		if strings.Contains(text, testKey) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) }) {
			t.Fatalf("not fit for a log: %q", text)
		}
	})
}

// FuzzScrub holds the search for secrets against its own purpose: however a secret stands in a text, the
// scrubbed text holds it no more; and text without it stays as it is.
func FuzzScrub(f *testing.F) {
	f.Add("secret-of-sixteen-or-more", "before", "after", 0)
	f.Add(`a"b\c/d&e=f+g%h i ü 😀`, "%", `\`, 3)
	f.Fuzz(func(t *testing.T, secret, before, after string, how int) {
		if len(secret) < minSecret || len(secret) > 1000 || strings.ToValidUTF8(secret, "") != secret {
			return
		}
		var set secretSet
		set.add(NewSecret(secret))
		if clean := strings.ReplaceAll(before, secret, ""); !set.has(clean) && set.scrub(clean) != clean {
			t.Fatal("text without the secret was changed")
		}
		forms := spellingsOf(secret)
		names := []string{"plain", "query", "JSON string", "every byte percent", "basic header", "basic header, +1", "basic header, +2", "JSON escapes"}
		form := forms[names[uint(how)%uint(len(names))]]
		text := form
		if !strings.ContainsAny(before+after, `%\`) { // an escape cut in two by what stands beside it is no escape
			text = before + form + after
		}
		if !set.has(text) {
			t.Fatalf("the secret was not found as %s", names[uint(how)%uint(len(names))])
		}
		if got := set.scrub(text); set.has(got) {
			t.Fatalf("the secret survived as %s", names[uint(how)%uint(len(names))])
		}
	})
}
