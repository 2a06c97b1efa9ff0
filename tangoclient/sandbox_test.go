package tangoclient_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/tango"
	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

// open makes a sandbox and a client on its in-process transport.
func open(t *testing.T, sc tangotest.Config, mod ...func(*tangoclient.Config)) (*tangotest.Sandbox, *tangoclient.Client) {
	t.Helper()
	sc.NoPace = sc.Pace == 0
	sb, err := tangotest.New(sc)
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.Empty(t, sb.Warnings())
		_ = sb.Close()
	})
	cfg := tangoclient.Config{Environment: tangoclient.Sandbox, InsecureTransport: sb.Transport(), NoPace: sc.NoPace,
		Credentials: tangoclient.Basic("demo-platform", tangoclient.NewSecret("demo-platform-key-0001"))}
	for _, m := range mod {
		m(&cfg)
	}
	c, err := tangoclient.New(cfg)
	require.NoError(t, err)
	return sb, c
}

func order(ref string, mod ...func(*tangoclient.OrderRequest)) tangoclient.OrderRequest {
	r := tangoclient.OrderRequest{ExternalRefID: ref, CustomerIdentifier: "demo-customer", AccountIdentifier: "demo-acc1", UTID: "U561593",
		Amount: tangoclient.MustParseAmount("25.50"), DeliveryMethod: "EMAIL", Message: "日本語 <3 & O'Brien",
		Recipient: &tangoclient.Recipient{FirstName: "Zoë", LastName: "O'Brien", Email: "zoe@example.com"}}
	for _, m := range mod {
		m(&r)
	}
	return r
}

func TestSandboxOrders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb, c := open(t, tangotest.Config{})
		ctx := t.Context()
		o, err := c.CreateOrder(ctx, order("one"))
		require.NoError(t, err)
		assert.Equal(t, tangoclient.Created, o.Outcome)
		require.NotNil(t, o.Reward)
		assert.False(t, o.Reward.CredentialList[0].Value.IsZero())
		again, err := c.CreateOrder(ctx, order("one"))
		require.NoError(t, err)
		assert.Equal(t, tangoclient.Replayed, again.Outcome)
		assert.Equal(t, o.ReferenceOrderID, again.ReferenceOrderID)
		assert.Equal(t, "9974.50", sb.Balance("demo-acc1"))
		read, err := c.GetOrder(ctx, o.ReferenceOrderID)
		require.NoError(t, err)
		assert.Equal(t, "日本語 <3 & O'Brien", read.Message)
		settled, err := c.Settle(ctx, order("one"))
		require.NoError(t, err)
		assert.Equal(t, o.ReferenceOrderID, settled.ReferenceOrderID)

		_, err = c.CreateOrder(ctx, order("two", func(r *tangoclient.OrderRequest) { r.UTID = "U999999" }))
		require.ErrorIs(t, err, tangoclient.ErrInvalid)
		_, err = c.CreateOrder(ctx, order("three", func(r *tangoclient.OrderRequest) { r.Amount = tangoclient.MustParseAmount("501") }))
		require.ErrorIs(t, err, tangoclient.ErrInvalid)
		n := 0
		for o, err := range c.Orders(ctx, tangoclient.OrderFilter{AccountIdentifier: "demo-acc1"}) {
			require.NoError(t, err)
			assert.Nil(t, o.Reward, "lists hold no rewards")
			n++
		}
		assert.Equal(t, 1, n)
		a, err := c.GetAccount(ctx, "demo-acc1")
		require.NoError(t, err)
		assert.Equal(t, "9974.50", a.CurrentBalance.String())
		_, err = c.Scoped(tangoclient.Scope{{Customer: "demo-customer", Account: "demo-acc2"}}).GetOrder(ctx, o.ReferenceOrderID)
		require.ErrorIs(t, err, tangoclient.ErrForbidden)
	})
}

func TestSandboxFaults(t *testing.T) {
	for _, row := range []struct {
		name   string
		fault  tangotest.Fault
		placed bool
		want   tangoclient.Outcome
	}{
		{"the connection is refused", tangotest.Fault{Do: tangotest.Refuse}, true, tangoclient.Created},
		{"the reply is lost", tangotest.Fault{Do: tangotest.Reset, Commit: true}, true, tangoclient.Replayed},
		{"the request is lost", tangotest.Fault{Do: tangotest.Reset}, true, tangoclient.Created},
		{"no answer, done", tangotest.Fault{Do: tangotest.Timeout, Commit: true}, true, tangoclient.Replayed},
		{"no answer, not done", tangotest.Fault{Do: tangotest.Timeout}, true, tangoclient.Created},
		{"the answer is cut", tangotest.Fault{Do: tangotest.Cut, Bytes: 30}, true, tangoclient.Replayed},
		{"5xx before", tangotest.Fault{Do: tangotest.Status, Status: 503}, true, tangoclient.Created},
		{"5xx after", tangotest.Fault{Do: tangotest.Status, Status: 500, Commit: true}, true, tangoclient.Replayed},
		{"429", tangotest.Fault{Do: tangotest.Status, Status: 429, RetryAfter: "3"}, true, tangoclient.Created},
		{"a gateway's HTML", tangotest.Fault{Do: tangotest.HTML}, true, tangoclient.Created},
		{"a gateway's HTML after", tangotest.Fault{Do: tangotest.HTML, Commit: true}, true, tangoclient.Replayed},
		{"wrong types", tangotest.Fault{Do: tangotest.WrongTypes}, true, tangoclient.Replayed},
		{"unknown fields", tangotest.Fault{Do: tangotest.UnknownFields}, true, tangoclient.Created},
		{"a byte at a time", tangotest.Fault{Do: tangotest.Trickle, Wait: time.Millisecond}, true, tangoclient.Created},
		{"a byte a minute", tangotest.Fault{Do: tangotest.Trickle, Wait: time.Minute}, true, tangoclient.Replayed},
		{"slow", tangotest.Fault{Do: tangotest.Delay, Wait: 20 * time.Second}, true, tangoclient.Replayed},
		{"clock skew", tangotest.Fault{Do: tangotest.Skew, Wait: -time.Hour}, true, tangoclient.Created},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				row.fault.Method, row.fault.Path = "POST", "/orders"
				sb, c := open(t, tangotest.Config{Faults: []tangotest.Fault{row.fault}})
				o, err := c.CreateOrder(t.Context(), order("one"))
				require.NoError(t, err)
				assert.Equal(t, row.want, o.Outcome)
				require.Len(t, sb.Orders(), 1)
				assert.Equal(t, "9974.50", sb.Balance("demo-acc1"))
			})
		})
	}
}

// TestSandboxLateCommit is the worst case: the order is placed after the client gave up, and until then every
// look-up is empty.
func TestSandboxLateCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb, c := open(t, tangotest.Config{Faults: []tangotest.Fault{{Do: tangotest.Late, Path: "/orders", Method: "POST", Wait: 40 * time.Second, Times: -1}}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.CreateOrder(ctx, order("one"))
		var u *tangoclient.UnknownOutcomeError
		require.ErrorAs(t, err, &u)
		for range 30 {
			o, err := c.Settle(t.Context(), order("one"))
			require.NotErrorIs(t, err, tangoclient.ErrNotPlaced, "it was placed, so nobody may be told that it was not")
			if err == nil {
				assert.Equal(t, "one", o.ExternalRefID)
				require.Len(t, sb.Orders(), 1)
				return
			}
			require.ErrorAs(t, err, &u)
			time.Sleep(5 * time.Second)
		}
		t.Fatal("never settled")
	})
}

func TestSandboxRotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := open(t, tangotest.Config{}, func(cfg *tangoclient.Config) {
			cfg.Credentials = tangoclient.Pair(tangoclient.Basic("demo-platform", tangoclient.NewSecret("withdrawn-key-0000001")), cfg.Credentials)
		})
		o, err := c.CreateOrder(t.Context(), order("one"))
		require.NoError(t, err)
		assert.Equal(t, tangoclient.Created, o.Outcome)
	})
}

func TestSandboxOAuth(t *testing.T) {
	for name, source := range map[string]tangoclient.CredentialSource{
		"service account":    tangoclient.ServiceAccount("demo-client", tangoclient.NewSecret("demo-client-secret-0001"), "demo-user", tangoclient.NewSecret("demo-user-password-0001")),
		"client credentials": tangoclient.ClientCredentials("demo-client", tangoclient.NewSecret("demo-client-secret-0001")),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sb, c := open(t, tangotest.Config{TokenEvery: 20 * time.Hour}, func(cfg *tangoclient.Config) { cfg.Credentials = source })
				for range 6 {
					_, err := c.GetAccount(t.Context(), "demo-acc1")
					require.NoError(t, err)
					time.Sleep(12 * time.Hour)
					synctest.Wait()
				}
				tokens := 0
				for _, r := range sb.Requests() {
					if r.Path == "/oauth/token" {
						assert.Equal(t, 200, r.Status)
						tokens++
					}
				}
				assert.Equal(t, 3, tokens, "60 hours need three tokens")
			})
		})
	}
}

func TestSandboxEverythingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := open(t, tangotest.Config{})
		ctx := t.Context()
		catalog, err := c.Catalog(ctx)
		require.NoError(t, err)
		assert.Equal(t, "USD", catalog.Item("u561593").CurrencyCode)
		require.ErrorIs(t, c.Preflight(order("x", func(r *tangoclient.OrderRequest) { r.Amount = tangoclient.MustParseAmount("501") })), tangoclient.ErrInvalid)
		_, err = c.BrandCategories(ctx)
		require.NoError(t, err)
		_, err = c.ExchangeRates(ctx)
		require.NoError(t, err)
		_, err = c.MobileCountries(ctx)
		require.NoError(t, err)
		for _, err := range c.RewardCountries(ctx) {
			require.NoError(t, err)
		}
		_, err = c.CredentialTypes(ctx)
		require.NoError(t, err)
		status, err := c.Status(ctx)
		require.NoError(t, err)
		assert.Equal(t, "UP", status)

		_, err = c.CreateCustomer(ctx, tangoclient.NewCustomer{CustomerIdentifier: "another-customer", DisplayName: "Another Customer"})
		require.NoError(t, err)
		_, err = c.CreateCustomer(ctx, tangoclient.NewCustomer{CustomerIdentifier: "another-customer", DisplayName: "Another Customer"})
		require.ErrorIs(t, err, tangoclient.ErrConflict)
		a, err := c.CreateAccount(ctx, "another-customer", tangoclient.NewAccount{AccountIdentifier: "another-account", DisplayName: "Another Account", ContactEmail: "a@example.com"})
		require.NoError(t, err)
		assert.Equal(t, "another-account", a.AccountIdentifier)
		name := "A New Name"
		a, err = c.UpdateAccount(ctx, "another-customer", "another-account", tangoclient.AccountUpdate{DisplayName: &name})
		require.NoError(t, err)
		assert.Equal(t, name, a.DisplayName)
		v, err := c.GetCustomer(ctx, "another-customer")
		require.NoError(t, err)
		assert.Len(t, v.Accounts, 1)
		tr, err := c.TransferFunds(ctx, tangoclient.TransferRequest{ExternalRefID: "t-1", TransferFrom: "demo-acc1", TransferTo: "another-account", Amount: tangoclient.MustParseAmount("10.00")})
		require.NoError(t, err)
		assert.Equal(t, tangoclient.Created, tr.Outcome)
		_, err = c.TransferFunds(ctx, tangoclient.TransferRequest{ExternalRefID: "t-1", TransferFrom: "demo-acc1", TransferTo: "another-account", Amount: tangoclient.MustParseAmount("10.00")})
		require.ErrorIs(t, err, tangoclient.ErrConflict)
		var accounts, customers int
		for _, err := range c.Accounts(ctx) {
			require.NoError(t, err)
			accounts++
		}
		for _, err := range c.Customers(ctx) {
			require.NoError(t, err)
			customers++
		}
		assert.GreaterOrEqual(t, accounts, 3)
		assert.GreaterOrEqual(t, customers, 2)

		alert, err := c.CreateLowBalanceAlert(ctx, "demo-customer", "demo-acc1", tangoclient.NewLowBalanceAlert{DisplayName: "low balance",
			Threshold: tangoclient.MustParseAmount("100"), Notification: []tangoclient.Notification{{EmailAddress: "a@example.com"}}})
		require.NoError(t, err)
		n := 0
		for _, err := range c.LowBalanceAlerts(ctx, "demo-customer", "demo-acc1") {
			require.NoError(t, err)
			n++
		}
		assert.Equal(t, 1, n)
		_, err = c.GetLowBalanceAlert(ctx, "demo-customer", "demo-acc1", alert.BalanceAlertID)
		require.NoError(t, err)
		_, err = c.DeleteLowBalanceAlert(ctx, "demo-customer", "demo-acc1", alert.BalanceAlertID)
		require.NoError(t, err)

		o, err := c.CreateOrder(ctx, order("resend"))
		require.NoError(t, err)
		time.Sleep(31 * time.Second)
		_, err = c.ResendOrder(ctx, o.ReferenceOrderID, tangoclient.ResendRequest{})
		require.NoError(t, err)
		_, err = c.ResendOrder(ctx, o.ReferenceOrderID, tangoclient.ResendRequest{})
		require.ErrorIs(t, err, tangoclient.ErrForbidden, "once in 30 seconds")
		for _, err := range c.CreditCards(ctx) {
			require.NoError(t, err)
		}
	})
}

func TestSandboxPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb, c := open(t, tangotest.Config{Pace: 1})
		for range 5 {
			_, err := c.GetAccount(t.Context(), "demo-acc1")
			require.NoError(t, err)
		}
		for _, r := range sb.Requests() {
			assert.Equal(t, 200, r.Status, "a paced client is never refused")
		}
	})
}

// TestPreflightKnowsWhatTheSandboxRefuses sends the fields of an order with all kinds of texts. What the client lets
// through, the sandbox takes, except for what Tango's prose makes narrower than its schema (lengths of addresses) and
// for an address without a state, of which no page says in so many words that it is refused.
func TestPreflightKnowsWhatTheSandboxRefuses(t *testing.T) {
	sb, client := open(t, tangotest.Config{RefuseUnknownFields: true})
	texts := []string{"", "a", "Ann", "U561593", "U999999999", "E000000", "e123456", "P12", "US", "IE", "us", "+14155550123", "+0155", "ann@example.com", `"<b>"@x.com`,
		"a<b", "a/b", "1#2", "O'Brien & Sons, Inc.", "Zoë", "日本", "🎁", "half\u00a0space", "two\nlines", "90210", "SW1A 1AA", "1' OR '1'='1' -- ",
		strings.Repeat("a", 26), strings.Repeat("é", 36), strings.Repeat("a", 101), strings.Repeat("é", 201), strings.Repeat("a", 1025)}
	sent, n := 0, 0
	for _, method := range []string{"EMAIL", "ADDRESS"} {
		for _, f := range tango.OrderFields() {
			for _, text := range texts {
				if f.Role != tango.RoleNone || f.Pointer == "/externalRefID" || f.Prose > 0 && utf8.RuneCountInString(text) > f.Prose {
					continue
				}
				n++
				r := order("field-"+strconv.Itoa(n), func(r *tangoclient.OrderRequest) {
					r.DeliveryMethod, r.UTID = method, "U561593"
					r.Recipient.Address = &tangoclient.Address{StreetLine1: "12/3 Main St. #4", City: "Cork", StateOrProvince: "Munster", PostalCode: "T12", Country: "IE"}
				})
				put(t, &r, f.Pointer, text)
				before := len(sb.Requests())
				_, err := client.CreateOrder(t.Context(), r)
				if len(sb.Requests()) == before {
					require.ErrorIs(t, err, tangoclient.ErrInvalid)
					continue
				}
				sent++
				var answer *tangoclient.Error
				if errors.As(err, &answer) && f.Pointer != "/utid" && (text != "" || f.Pointer != "/recipient/address/stateOrProvince") {
					for _, field := range answer.Fields {
						assert.NotContains(t, f.Pointer, field.Pointer, "%s %q was sent and refused: %v", method, text, err)
					}
				}
			}
		}
	}
	assert.Greater(t, sent, 300)
	assert.Greater(t, n-sent, 200)
}

// put sets the field of an order at a pointer, by its JSON.
func put(t *testing.T, r *tangoclient.OrderRequest, pointer, text string) {
	t.Helper()
	v, err := json.Marshal(text)
	require.NoError(t, err)
	for _, name := range slices.Backward(strings.Split(pointer[1:], "/")) {
		v = []byte(`{"` + name + `":` + string(v) + `}`)
	}
	require.NoError(t, json.Unmarshal(v, r))
}
