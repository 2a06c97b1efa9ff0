package fuzz_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/tangoguard/tangoguard/internal/oracle"
	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/validate"
)

const platformKey = "platform-key-that-is-secret-0001"

// answering is a Tango that gives every request one answer, up to a number of requests.
type answering struct {
	answer func(*http.Request) (status int, body string, header http.Header)
	left   int
	sent   []*http.Request
}

func (a *answering) RoundTrip(req *http.Request) (*http.Response, error) {
	if a.left--; a.left < 0 {
		return nil, errors.New("no more")
	}
	a.sent = append(a.sent, req)
	status, body, header := a.answer(req)
	if header == nil {
		header = http.Header{"Content-Type": {"application/json"}}
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1, Request: req}, nil
}

func clientOn(t *testing.T, rt http.RoundTripper, creds tangoclient.CredentialSource) *tangoclient.Client {
	t.Helper()
	c, err := tangoclient.New(tangoclient.Config{Environment: tangoclient.Sandbox, Credentials: creds, InsecureTransport: rt, NoPace: true, MaxAttempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func basic() tangoclient.CredentialSource {
	return tangoclient.Basic("demo-platform", tangoclient.NewSecret(platformKey))
}

// drained reads a list to its end.
func drained[T any](list iter.Seq2[*T, error]) (any, error) {
	var all []*T
	for v, err := range list {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

func got[T any](v T, err error) (any, error) { return v, err }

// clientCalls are the calls of a client whose answers are decoded, each with a request that is in order.
func clientCalls() []func(context.Context, *tangoclient.Client) (any, error) {
	type client = tangoclient.Client
	amount := tangoclient.MustParseAmount("25.00")
	order := tangoclient.OrderRequest{ExternalRefID: "ref-1", CustomerIdentifier: "demo-customer", AccountIdentifier: "demo-acc1", UTID: "U561593", Amount: amount,
		DeliveryMethod: "EMAIL", Recipient: &tangoclient.Recipient{FirstName: "Aoife", Email: "aoife@example.com"}, Sender: &tangoclient.Sender{FirstName: "Ben"}}
	alert := tangoclient.NewLowBalanceAlert{DisplayName: "Low", Threshold: amount, Notification: []tangoclient.Notification{{EmailAddress: "ann@example.com"}}}
	name := "Accounting"
	return []func(context.Context, *client) (any, error){
		func(ctx context.Context, c *client) (any, error) { return got(c.CreateOrder(ctx, order)) },
		func(ctx context.Context, c *client) (any, error) { return got(c.GetOrder(ctx, "RA-1")) },
		func(ctx context.Context, c *client) (any, error) { return drained(c.Orders(ctx)) },
		func(ctx context.Context, c *client) (any, error) {
			return got(c.Settle(ctx, order, tangoclient.LastAttempt(time.Now().Add(-time.Hour))))
		},
		func(ctx context.Context, c *client) (any, error) {
			return got(c.ResendOrder(ctx, "RA-1", tangoclient.ResendRequest{}))
		},
		func(ctx context.Context, c *client) (any, error) { return drained(c.Accounts(ctx)) },
		func(ctx context.Context, c *client) (any, error) { return got(c.GetAccount(ctx, "demo-acc1")) },
		func(ctx context.Context, c *client) (any, error) {
			return drained(c.CustomerAccounts(ctx, "demo-customer"))
		},
		func(ctx context.Context, c *client) (any, error) { return drained(c.Customers(ctx)) },
		func(ctx context.Context, c *client) (any, error) { return got(c.GetCustomer(ctx, "demo-customer")) },
		func(ctx context.Context, c *client) (any, error) {
			return got(c.CreateCustomer(ctx, tangoclient.NewCustomer{CustomerIdentifier: "new-customer", DisplayName: name}))
		},
		func(ctx context.Context, c *client) (any, error) {
			return got(c.CreateAccount(ctx, "demo-customer", tangoclient.NewAccount{AccountIdentifier: "new-acc", DisplayName: name, ContactEmail: "ann@example.com"}))
		},
		func(ctx context.Context, c *client) (any, error) {
			return got(c.UpdateAccount(ctx, "demo-customer", "demo-acc1", tangoclient.AccountUpdate{DisplayName: &name}))
		},
		func(ctx context.Context, c *client) (any, error) {
			return drained(c.LowBalanceAlerts(ctx, "demo-customer", "demo-acc1"))
		},
		func(ctx context.Context, c *client) (any, error) {
			return got(c.GetLowBalanceAlert(ctx, "demo-customer", "demo-acc1", "alert-1"))
		},
		func(ctx context.Context, c *client) (any, error) {
			return got(c.CreateLowBalanceAlert(ctx, "demo-customer", "demo-acc1", alert))
		},
		func(ctx context.Context, c *client) (any, error) {
			return got(c.UpdateLowBalanceAlert(ctx, "demo-customer", "demo-acc1", "alert-1", alert))
		},
		func(ctx context.Context, c *client) (any, error) {
			return got(c.DeleteLowBalanceAlert(ctx, "demo-customer", "demo-acc1", "alert-1"))
		},
		func(ctx context.Context, c *client) (any, error) { return got(c.Catalog(ctx)) },
		func(ctx context.Context, c *client) (any, error) { return got(c.BrandCategories(ctx)) },
		func(ctx context.Context, c *client) (any, error) { return got(c.ExchangeRates(ctx)) },
		func(ctx context.Context, c *client) (any, error) { return drained(c.RewardCountries(ctx)) },
		func(ctx context.Context, c *client) (any, error) { return got(c.MobileCountries(ctx)) },
		func(ctx context.Context, c *client) (any, error) { return got(c.CredentialTypes(ctx)) },
		func(ctx context.Context, c *client) (any, error) { return got(c.Status(ctx)) },
		func(ctx context.Context, c *client) (any, error) { return drained(c.CreditCards(ctx)) },
		func(ctx context.Context, c *client) (any, error) { return got(c.GetCreditCard(ctx, "card-1")) },
		func(ctx context.Context, c *client) (any, error) {
			return got(c.UnregisterCreditCard(ctx, tangoclient.CardRef{CustomerIdentifier: "demo-customer", AccountIdentifier: "demo-acc1", CreditCardToken: "card-1"}))
		},
		func(ctx context.Context, c *client) (any, error) {
			return got(c.CreateDeposit(ctx, tangoclient.DepositRequest{ExternalRefID: "dep-1", CustomerIdentifier: "demo-customer", AccountIdentifier: "demo-acc1", CreditCardToken: "card-1", Amount: amount}))
		},
		func(ctx context.Context, c *client) (any, error) { return got(c.GetDeposit(ctx, "RAD-1")) },
		func(ctx context.Context, c *client) (any, error) {
			return got(c.TransferFunds(ctx, tangoclient.TransferRequest{ExternalRefID: "tr-1", TransferFrom: "demo-acc1", TransferTo: "demo-acc2", Amount: amount}))
		},
	}
}

// replies are seeds: what Tango answers, and what no API should.
func replies() []string {
	return []string{
		"", "null", "[]", "{}", "\x00\xff", "<html>", strings.Repeat("[", 70), `{"a":1,"a":2}`,
		`{"referenceOrderID":"RA-1","externalRefID":"ref-1","customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","utid":"U561593","status":"COMPLETE",
		"amountCharged":{"value":25.00,"exchangeRate":"1.0","total":25},"denomination":{"value":25.00,"currencyCode":"USD"},"recipient":{"firstName":"Aoife","email":"aoife@example.com"},
		"reward":{"credentials":{"PIN":"GIFT-CODE-9911"},"credentialList":[{"label":"PIN","value":"GIFT-CODE-9911","type":"text"}]}}`,
		`{"requestId":"r","path":"/raas/v2/orders","i18nKey":"422.111","message":"insecure","errors":[{"path":"lineItems[0].utid","i18nKey":"404.008","message":"m","invalidValue":"v"}]}`,
		`{"message":"` + platformKey + `\n\u001b[31m","errors":7,"i18nKey":{}}`,
		`{"page":{"totalCount":99999},"orders":[{"referenceOrderID":"RA-1","externalRefID":"ref-1","accountIdentifier":"demo-acc1","customerIdentifier":"demo-customer"},null]}`,
		`{"items":[{"accountIdentifier":"demo-acc1","currentBalance":10.5}],"nextCursor":"a","nextPageAvailable":true}`,
		`[{"customerIdentifier":"demo-customer","accounts":[{"accountIdentifier":"demo-acc1"}]}]`,
		`{"catalogName":"c","brands":[{"brandKey":"B1","imageUrls":{"80w":"https://a.example/b.png","x":1},"description":"<b>x</b>","items":[{"utid":"U561593","currencyCode":"USD","minValue":1,"maxValue":1e999}]}]}`,
		`{"exchangeRates":[{"rewardCurrency":"EUR","baseCurrency":"USD","baseFx":0.9}],"x":[1]}`, `{"status":"UP"}`, `["a",{"name":"b"}]`,
	}
}

// FuzzReplies gives every call an answer with any status and body. Whatever comes: no panic; nothing but a status of 2xx with
// JSON is a success; a list ends; another status is kept; an error is of a documented type and prints on one line, without our
// key; and neither a result nor an error prints a reward code.
func FuzzReplies(f *testing.F) {
	calls := clientCalls()
	for i, body := range replies() {
		for how := range calls {
			add(f, how, []int{200, 201, 302, 400, 409, 503}[(i+how)%6], body)
		}
	}
	f.Fuzz(func(t *testing.T, how, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		tango := &answering{left: 20, answer: func(*http.Request) (int, string, http.Header) { return status, body, nil }}
		c := clientOn(t, tango, basic())
		v, err := calls[uint(how)%uint(len(calls))](t.Context(), c)
		if err != nil {
			holdClientError(t, err, status)
		} else if status > 299 || !json.Valid([]byte(body)) {
			t.Fatalf("status %d and this body are a success: %q", status, body)
		}
		if o, ok := v.(*tangoclient.Order); ok && err == nil {
			holdNoCodes(t, o)
		}
		if c, ok := v.(*tangoclient.Catalog); ok && err == nil {
			holdItems(t, c)
		}
	})
}

// holdItems checks that a catalog finds what stands in it.
func holdItems(t *testing.T, c *tangoclient.Catalog) {
	t.Helper()
	for _, b := range c.Brands {
		if b == nil {
			continue
		}
		for _, item := range b.Items {
			if item == nil || item.UTID == "" {
				continue
			}
			if found := c.Item(item.UTID); found == nil || found.UTID != item.UTID {
				t.Fatalf("the catalog does not find its item %q", item.UTID)
			}
		}
	}
}

// holdNoCodes checks that an order prints none of its reward codes.
func holdNoCodes(t *testing.T, o *tangoclient.Order) {
	t.Helper()
	if o.Reward == nil {
		return
	}
	printed := fmt.Sprintf("%v %+v %#v %+v", o, *o, o, o.Reward)
	open := strings.Join([]string{o.ReferenceOrderID, o.ExternalRefID, o.CustomerIdentifier, o.AccountIdentifier, o.UTID, o.Status, o.OrderStatus}, " ")
	open += string(o.Reward.RedemptionInstructions)
	for label := range o.Reward.Credentials {
		open += " " + label
	}
	for _, c := range o.Reward.CredentialList {
		open += " " + c.Label + " " + c.Type + " " + c.CredentialType
	}
	for _, c := range o.Reward.CredentialList {
		if code := c.Value.Reveal(); len(code) >= 12 && strings.Contains(printed, code) && !strings.Contains(open, code) && !strings.Contains("[redacted]", code) {
			t.Fatalf("prints a code: %s", printed)
		}
	}
}

// holdClientError holds an error against what the client documents.
func holdClientError(t *testing.T, err error, status int) {
	t.Helper()
	var refused *tangoclient.Error
	var unknown *tangoclient.UnknownOutcomeError
	var other *tangoclient.ReplayMismatchError
	switch {
	case errors.As(err, &unknown), errors.As(err, &other), errors.Is(err, tangoclient.ErrNotPlaced):
	case errors.As(err, &refused):
		if refused.Status != 0 && refused.Status != status {
			t.Fatalf("status %d became %d", status, refused.Status)
		}
		if status > 299 && refused.Status == 0 && !strings.HasSuffix(err.Error(), "no more") {
			t.Fatalf("status %d was lost: %v", status, err)
		}
		if refused.RetryAfter < 0 || refused.RetryAfter > 24*time.Hour {
			t.Fatalf("Retry-After of %v", refused.RetryAfter)
		}
	default:
		t.Fatalf("an error of another kind: %T", err)
	}
	if strings.ContainsFunc(err.Error(), unicode.IsControl) || strings.Contains(err.Error(), platformKey) {
		t.Fatalf("not fit for a log: %q", err)
	}
}

// FuzzRetryAfter holds the header of RFC 9110, section 10.2.3, against its grammar: digits are seconds, a date is a time, anything
// else is not there; and no answer makes a caller wait for longer than a day.
func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "0", "1", "120", "-5", "+5", " 7", "1.5", "99999999999999999999", "86401", "Fri, 31 Dec 1999 23:59:59 GMT",
		"Fri, 31 Dec 2199 23:59:59 GMT", "Friday, 31-Dec-99 23:59:59 GMT", "0x10", "1_0", "٣"} {
		add(f, s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		tango := &answering{left: 1, answer: func(*http.Request) (int, string, http.Header) {
			return 429, "{}", http.Header{"Retry-After": {value}}
		}}
		_, err := clientOn(t, tango, basic()).GetOrder(t.Context(), "RA-1")
		var e *tangoclient.Error
		if !errors.As(err, &e) {
			t.Fatalf("%T", err)
		}
		want, slack := time.Second, time.Duration(0) // what 429 stands for without the header
		if n, ok := new(big.Int).SetString(value, 10); ok && strings.Trim(value, "0123456789") == "" && n.Sign() > 0 {
			want = 24 * time.Hour
			if n.Cmp(big.NewInt(86400)) < 0 {
				want = time.Duration(n.Int64()) * time.Second
			}
		} else if date, err := http.ParseTime(value); err == nil && time.Until(date) > 0 {
			want, slack = min(time.Until(date), 24*time.Hour), 5*time.Second
		}
		if d := e.RetryAfter - want; d < -slack || d > slack {
			t.Fatalf("Retry-After %q: %v, want %v", value, e.RetryAfter, want)
		}
	})
}

// FuzzRefFrom checks that different parts give different references, equal parts the same, and that a reference is one that Tango
// takes.
func FuzzRefFrom(f *testing.F) {
	add(f, "ab", "c", "a", "bc")
	add(f, "", "", "\x00", "")
	add(f, "order", "17", "order", "17")
	form := regexp.MustCompile(`^[A-Z2-7]{52}$`)
	type holder struct {
		Ref string `json:"externalRefID" validate:"externalref"`
	}
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		ref := tangoclient.RefFrom(a, b)
		if same := a == c && b == d; (ref == tangoclient.RefFrom(c, d)) != same {
			t.Fatalf("%q,%q and %q,%q", a, b, c, d)
		}
		if ref == tangoclient.RefFrom(a+b) || ref == tangoclient.RefFrom(a, b, "") || ref == tangoclient.RefFrom("", a, b) {
			t.Fatal("another number of parts gives the same")
		}
		for _, r := range []string{ref, tangoclient.NewRef()} {
			if err := validate.Struct(holder{r}); err != nil {
				t.Fatalf("%q: %v", r, err)
			}
		}
		if !form.MatchString(ref) {
			t.Fatalf("%q", ref)
		}
	})
}

// FuzzAmount holds ParseAmount against a regular expression and exact fractions.
func FuzzAmount(f *testing.F) {
	for _, s := range []string{"25", "25.00", "-0", "0.1", "1e400", "1.", ".5", "01", "+1", "9999999999999999999", "99999999999999999999", "0.0000000000000000001", "NaN", "1,000", "٣"} {
		add(f, s)
	}
	form := regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
	f.Fuzz(func(t *testing.T, s string) {
		a, err := tangoclient.ParseAmount(s)
		if err != nil {
			if form.MatchString(s) && len(strings.Trim(s, "-0.")) < 15 && len(s) < 16 {
				t.Fatalf("refused %q: %v", s, err)
			}
			return
		}
		want, ok := new(big.Rat).SetString(s)
		if !form.MatchString(s) || !ok {
			t.Fatalf("accepted %q", s)
		}
		is, ok := new(big.Rat).SetString(a.String())
		if !ok || is.Cmp(want) != 0 || want.Sign() != 0 && a.String() != s {
			t.Fatalf("%q became %q", s, a)
		}
		var back tangoclient.Amount
		if b, err := json.Marshal(a); err != nil || json.Unmarshal(b, &back) != nil || !back.Equal(a) || back.String() != a.String() {
			t.Fatalf("%q comes back from JSON as %q", a, back)
		}
	})
}

// FuzzTimestamp checks that what Time reads is the time that stands there.
func FuzzTimestamp(f *testing.F) {
	for _, s := range []string{"2026-01-02T03:04:05.6Z", "2026-01-02T03:04:05", "2026-01-02", "2026-01-02T03:04:05+05:45", "0000-00-00", "x", ""} {
		add(f, s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v := tangoclient.Timestamp(s).Time()
		if v.IsZero() {
			return
		}
		if len(s) < len(time.DateOnly) || s[:10] != v.Format(time.DateOnly) {
			t.Fatalf("%q was read as %v", s, v)
		}
		if again := tangoclient.Timestamp(v.Format(time.RFC3339Nano)).Time(); !again.Equal(v) {
			t.Fatalf("%q is %v, and then %v", s, v, again)
		}
	})
}

// FuzzUntrustedHTML holds Tango's texts against the same oracles as text that people type, and the links of rewards against net/url.
func FuzzUntrustedHTML(f *testing.F) {
	addMarkup(f)
	f.Fuzz(func(t *testing.T, s string) {
		if err := oracle.InertHTML(tangoclient.UntrustedHTML(s).HTML()); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if err := oracle.Text(s, tangoclient.UntrustedHTML(s).Text()); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		for _, kind := range []string{"url", "text"} {
			link := tangoclient.RewardCredential{Value: tangoclient.NewSecret(s), Type: kind}.URL()
			u, err := url.Parse(link)
			if link != "" && (kind != "url" || err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
				t.Fatalf("%q of type %s gives the link %q", s, kind, link)
			}
		}
	})
}

// FuzzSecret looks for a way of printing that shows a secret.
func FuzzSecret(f *testing.F) {
	for _, s := range []string{platformKey, "%!v(x=secret)", "[redacted]", "ünïcödé-secret", "a\x00b\xffsecret"} {
		add(f, s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		var s tangoclient.Secret
		if err := s.UnmarshalText([]byte(value)); err != nil || s.Reveal() != value || !s.Equal(tangoclient.NewSecret(value)) || s.Equal(tangoclient.NewSecret(value+"x")) {
			t.Fatalf("%q came back as another", value)
		}
		if s.IsZero() != (value == "") {
			t.Fatalf("IsZero of %q", value)
		}
		value = "kJ9-" + value + "-kJ9" // no part of what is printed round it
		s = tangoclient.NewSecret(value)
		holder := struct {
			Open tangoclient.Secret
			kept tangoclient.Secret
		}{s, s}
		var out bytes.Buffer
		for _, v := range []any{s, &s, []tangoclient.Secret{s}, map[string]tangoclient.Secret{"k": s}, holder, &holder, fmt.Errorf("x: %v", s)} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				fmt.Fprintf(&out, verb, v)
			}
		}
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "a", s, "b", holder, slog.Any("c", &holder))
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "a", s, "b", holder)
		if err := json.NewEncoder(&out).Encode(holder); err != nil {
			t.Fatal(err)
		}
		if err := gob.NewEncoder(&out).Encode(holder); err == nil {
			t.Fatal("gob took it")
		}
		quoted := strconv.Quote(value)
		for _, shown := range []string{value, fmt.Sprintf("%x", value), quoted[1 : len(quoted)-1]} {
			if strings.Contains(out.String(), shown) {
				t.Fatalf("%q is printed: %s", value, out.String())
			}
		}
	})
}

// FuzzCredentialsFile reads any file as credentials. What is accepted, encoding/json reads the same way and nothing is missing in
// it; the error for what is refused does not quote the file.
func FuzzCredentialsFile(f *testing.F) {
	for _, s := range []string{`{"platformName":"p","key":"kkkkkkkkkkkkkkkk","created":"2026-01-31"}`, `{"clientId":"c","clientSecret":"ssssssssssssssss","username":"u","password":"pppppppppppppppp"}`,
		`[{"platformName":"p","key":"kkkkkkkkkkkkkkkk"},{"platformName":"q","key":"llllllllllllllll"}]`, `[]`, `{"platformName":"p:q","key":"kkkkkkkkkkkkkkkk"}`,
		`{"platformname":"p","key":"kkkkkkkkkkkkkkkk"}`, `{"platformName":"p","key":"kkkkkkkkkkkkkkkk","key":"x"}`, "kkkkkkkkkkkkkkkk", ""} {
		add(f, s)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(dir, strconv.Itoa(os.Getpid())) // workers of one target run beside each other
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		all, err := tangoclient.FromFile(path).Credentials(t.Context())
		if err != nil {
			if strings.Contains(text, "kkkkkkkkkkkkkkkk") && strings.Contains(err.Error(), "kkkkkkkkkkkkkkkk") {
				t.Fatalf("the error quotes the file: %v", err)
			}
			return
		}
		if len(all) < 1 || len(all) > 2 || !json.Valid([]byte(text)) {
			t.Fatalf("%d credentials from %q", len(all), text)
		}
		for _, c := range all {
			if (c.PlatformName == "") == (c.ClientID == "") || c.PlatformName != "" && (c.Key.IsZero() || strings.Contains(c.PlatformName, ":")) || c.ClientID != "" && c.ClientSecret.IsZero() {
				t.Fatalf("accepted with something missing: %q", text)
			}
			shown := fmt.Sprintf("%+v", c)
			if v := c.Key.Reveal() + c.ClientSecret.Reveal(); len(v) >= 16 && v != c.PlatformName && v != c.ClientID && v != c.Username && strings.Contains(shown, v) {
				t.Fatalf("prints a secret: %s", shown)
			}
		}
	})
}

// FuzzToken answers the token endpoint with any status and body. A request goes to the API only with a token that encoding/json
// finds in a 200 and that RFC 6750, section 2.1, allows in a header.
func FuzzToken(f *testing.F) {
	for _, body := range []string{`{"access_token":"abc.def-_~+/==","token_type":"Bearer","expires_in":86400}`, `{"access_token":"a b","token_type":"bearer","expires_in":1}`,
		`{"access_token":"a\r\nX: y","token_type":"Bearer","expires_in":99}`, `{"access_token":"a","token_type":"mac","expires_in":99}`, `{"access_token":"a","token_type":"Bearer","expires_in":-1}`,
		`{"access_token":"a","token_type":"Bearer","expires_in":99999999999}`, `{"error":"invalid_client","error_description":"` + platformKey + `"}`, `exceeded the daily rate limit`, ""} {
		for _, status := range []int{200, 400, 401, 429, 503} {
			add(f, status, body)
		}
	}
	bearer := regexp.MustCompile(`^[A-Za-z0-9\-._~+/]+=*$`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 || status >= 500 { // those are tried three times, with waits
			return
		}
		tango := &answering{left: 10, answer: func(req *http.Request) (int, string, http.Header) {
			if req.URL.Path == "/oauth/token" {
				return status, body, nil
			}
			return 400, "{}", nil
		}}
		creds := tangoclient.ServiceAccount("client", tangoclient.NewSecret(platformKey), "user", tangoclient.NewSecret("password-of-the-user"))
		_, err := clientOn(t, tango, creds).GetOrder(t.Context(), "RA-1")
		if err == nil || strings.Contains(err.Error(), platformKey) || strings.ContainsFunc(err.Error(), unicode.IsControl) {
			t.Fatalf("%q", err)
		}
		for _, req := range tango.sent {
			if req.URL.Path == "/oauth/token" {
				continue
			}
			token, ok := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
			var in struct {
				AccessToken string `json:"access_token"`
				ExpiresIn   int64  `json:"expires_in"`
			}
			if json.Unmarshal([]byte(body), &in) != nil || !ok || status != 200 || token != in.AccessToken || !bearer.MatchString(token) || in.ExpiresIn <= 0 {
				t.Fatalf("status %d, %q: sent %q", status, body, req.Header.Get("Authorization"))
			}
		}
	})
}

// FuzzTokenFile opens a store on any file. What cannot be read is absent: the token that is fetched is the one that is given.
func FuzzTokenFile(f *testing.F) {
	for _, s := range []string{"", "{}", "null", `{"k":{"sealed":"AAAA","issued":"2026-01-01T00:00:00Z","expires":"2126-01-01T00:00:00Z"}}`, `{"k":{"expires":7}}`, "[", `{"k":null}`} {
		add(f, s)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(dir, strconv.Itoa(os.Getpid())) // workers of one target run beside each other
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		store, err := tangoclient.NewFileStore(path)
		if err != nil {
			t.Fatal(err)
		}
		fresh := tangoclient.Token{Sealed: []byte("fresh"), Issued: time.Now(), Expires: time.Now().Add(time.Hour)}
		kept, err := store.Token(t.Context(), "k", func(context.Context) (tangoclient.Token, error) { return fresh, nil })
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if !kept.Equal(fresh) && (!json.Valid([]byte(text)) || !kept.Usable(time.Now())) {
			t.Fatalf("%q: a token that nobody kept: %+v", text, kept)
		}
		if err := store.Invalidate(t.Context(), "k", kept); err != nil {
			t.Fatal(err)
		}
		again, err := store.Token(t.Context(), "k", func(context.Context) (tangoclient.Token, error) { return fresh, nil })
		if err != nil || !again.Equal(fresh) {
			t.Fatalf("after Invalidate: %+v, %v", again, err)
		}
	})
}
