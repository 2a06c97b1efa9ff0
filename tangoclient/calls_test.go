package tangoclient

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDepositsAndTransfersAreMadeOnce(t *testing.T) {
	dup := reply(409, `{"message":"externalRefID is not unique. Duplicate funding request.","i18nKey":"409.001"}`)
	made := reply(200, `{"referenceDepositID":"RD-1"}`)
	deposit := DepositRequest{ExternalRefID: "d-1", CustomerIdentifier: "demo-customer", AccountIdentifier: "demo-acc1", CreditCardToken: "tok", Amount: MustParseAmount("10")}
	for _, row := range []struct {
		name    string
		steps   []step
		outcome Outcome
		err     error
	}{
		{"made", []step{made}, Created, nil},
		{"409 at once is somebody else's", []step{dup}, 0, ErrConflict},
		{"409 after a lost reply means made", []step{fault(errReset), dup}, Replayed, nil},
		{"409 after a 5xx means made", []step{reply(503, ""), dup}, Replayed, nil},
		{"409 after a 429 is somebody else's", []step{reply(429, ""), dup}, 0, ErrConflict},
		{"409.002 proves nothing", []step{fault(errReset), reply(409, failed(409, "409.002", "")), dup}, Replayed, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, err := newTestClient(t, &script{steps: row.steps}).CreateDeposit(t.Context(), deposit)
				if row.err != nil {
					require.ErrorIs(t, err, row.err)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, row.outcome, got.Outcome)
				assert.Equal(t, "d-1", got.ExternalRefID)
			})
		})
	}
	t.Run("an unknown one is settled by calling again, however late", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			lost := fault(errReset)
			c := newTestClient(t, &script{steps: []step{lost, lost, lost, lost, lost, dup, dup}})
			_, err := c.CreateDeposit(t.Context(), deposit)
			var u *UnknownOutcomeError
			require.ErrorAs(t, err, &u)
			time.Sleep(time.Hour)
			got, err := c.CreateDeposit(t.Context(), deposit)
			require.NoError(t, err)
			assert.Equal(t, Replayed, got.Outcome)
			_, err = c.CreateDeposit(t.Context(), deposit)
			require.ErrorIs(t, err, ErrConflict, "what is settled stays so")
		})
	})
	t.Run("a transfer too", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			got, err := newTestClient(t, &script{steps: []step{fault(errReset), dup}}).TransferFunds(t.Context(),
				TransferRequest{TransferFrom: "demo-acc1", TransferTo: "demo-acc2", Amount: MustParseAmount("5")})
			require.NoError(t, err)
			assert.Equal(t, Replayed, got.Outcome)
			assert.Len(t, got.ExternalRefID, 26)
		})
	})
	_, err := newTestClient(t, &script{steps: []step{made}}).TransferFunds(background, TransferRequest{TransferFrom: "demo-acc1", TransferTo: "demo-acc2"})
	require.ErrorIs(t, err, ErrInvalid, "0 is no amount")
}

func TestARefusalSoonAfterAnUnknownOutcomeIsUnknownToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := fault(errReset)
		funds := reply(402, failed(402, "402.001", "x"))
		c := newTestClient(t, &script{steps: []step{lost, lost, lost, lost, lost, funds}})
		_, err := c.CreateOrder(t.Context(), goodOrder())
		require.Error(t, err)
		var u *UnknownOutcomeError
		_, err = c.CreateOrder(t.Context(), goodOrder())
		require.ErrorAs(t, err, &u, "the attempt that was lost may still be on its way at Tango")
		assert.NotErrorIs(t, err, ErrInsufficientFunds)
		assert.Equal(t, 402, u.Last.Status)
		time.Sleep(defaultSettleAfter)
		_, err = c.CreateOrder(t.Context(), goodOrder())
		require.ErrorIs(t, err, ErrInsufficientFunds)
	})
}

func TestWritesWithoutARefAreSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, first := range map[string]step{"lost": fault(errReset), "500": reply(500, "")} {
			s := &script{steps: []step{first, reply(201, `{"id":1}`)}}
			_, err := newTestClient(t, s).ResendOrder(t.Context(), "RA-1", ResendRequest{})
			var u *UnknownOutcomeError
			require.ErrorAs(t, err, &u, name)
			assert.Len(t, s.seen(), 1)
		}
		// What never left may be sent again.
		n := 0
		rt := roundTripper(func(r *http.Request) (*http.Response, error) {
			if n++; n == 1 {
				return nil, errors.New("dial: connection refused")
			}
			buf := make([]byte, 10)
			_, _ = r.Body.Read(buf)
			return reply(201, `{"id":1}`)(r)
		})
		_, err := newTestClient(t, nil, func(c *Config) { c.InsecureTransport = rt }).ResendOrder(t.Context(), "RA-1", ResendRequest{})
		require.NoError(t, err)
		assert.Equal(t, 2, n)
	})
}

func TestRefs(t *testing.T) {
	assert.NotEqual(t, NewRef(), NewRef())
	assert.Equal(t, RefFrom("a", "b"), RefFrom("a", "b"))
	seen := map[string]bool{}
	for _, parts := range [][]string{nil, {""}, {"", ""}, {"ab", "c"}, {"a", "bc"}, {"abc"}, {"a", "b", "c"}, {"abc", ""}, {"\x00"}, {strings.Repeat("a", 1000)}} {
		ref := RefFrom(parts...)
		assert.False(t, seen[ref], "%q", parts)
		seen[ref] = true
		assert.Len(t, ref, 52)
	}
	sent := func(c *Client, s *script) string {
		_, _ = c.CreateOrder(background, goodOrder())
		got := s.seen()
		_, after, _ := strings.Cut(got[len(got)-1].body, `"externalRefID":"`)
		ref, _, _ := strings.Cut(after, `"`)
		return ref
	}
	s := &script{steps: []step{reply(400, "")}}
	c := newTestClient(t, s)
	other := newTestClient(t, s, func(c *Config) { c.RefKey = NewSecret("another key") })
	a, b := sent(c.WithRefNamespace("a"), s), sent(c.WithRefNamespace("b"), s)
	assert.NotEqual(t, a, b)
	assert.Equal(t, a, sent(c.WithRefNamespace("a"), s))
	assert.NotEqual(t, a, sent(other.WithRefNamespace("a"), s))
	assert.Equal(t, "ref-1", sent(c, s), "the client itself is as it was")
	assert.NotEqual(t, sent(c.WithRefNamespace(""), s), "ref-1", "the empty tenant is a tenant")
}

func TestNamespacedRefsComeBackAsGiven(t *testing.T) {
	var wire string
	rt := roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost {
			b := make([]byte, 4096)
			n, _ := r.Body.Read(b)
			_, after, _ := strings.Cut(string(b[:n]), `"externalRefID":"`)
			wire, _, _ = strings.Cut(after, `"`)
			return reply(201, placed("ref-1", wire))(r)
		}
		if r.URL.Path == "/raas/v2/orders" {
			assert.Equal(t, wire, r.URL.Query().Get("externalRefID"))
			return reply(200, `{"orders":[`+placed("ref-1", wire)+`]}`)(r)
		}
		return reply(200, placed("ref-1", wire))(r)
	})
	c := newTestClient(t, nil, func(c *Config) { c.InsecureTransport = rt }).WithRefNamespace("tenant")
	o, err := c.CreateOrder(background, goodOrder())
	require.NoError(t, err)
	assert.Equal(t, "ref-1", o.ExternalRefID)
	assert.NotEqual(t, "ref-1", wire)
	o, err = c.Settle(background, goodOrder())
	require.NoError(t, err)
	assert.Equal(t, "ref-1", o.ExternalRefID)
}

func TestCatalogIsFetchedTwiceADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []step{after(time.Second, reply(200, `{"brands":[{"items":[
			{"utid":"U561593","minValue":1,"maxValue":20,"currencyCode":"USD","status":"active"},{"utid":"U2","faceValue":10},
			{"utid":"U3","status":"inactive"},{"utid":"U4","minValue":1,"maxValue":100,"isWholeAmountValueRequired":true}]}]}`))}}
		c := newTestClient(t, s)
		require.NoError(t, c.Preflight(goodOrder()), "without a catalog nothing is held against it")
		done := make(chan struct{}, 9)
		for range cap(done) {
			go func() {
				_, err := c.Catalog(t.Context())
				assert.NoError(t, err)
				done <- struct{}{}
			}()
		}
		for range cap(done) {
			<-done
		}
		require.Len(t, s.seen(), 1)
		for _, row := range []struct{ utid, amount, key string }{
			{"U561593", "20", ""}, {"u561593", "20.01", "422.025"}, {"U561593", "0.99", "422.025"}, {"U2", "10.00", ""}, {"U2", "11", "422.027"},
			{"U3", "1", "422.030"}, {"U4", "5.00", ""}, {"U4", "5.50", "422.026"}, {"U9", "5", ""},
		} {
			err := c.Preflight(goodOrder(func(r *OrderRequest) { r.UTID, r.Amount = row.utid, MustParseAmount(row.amount) }))
			if row.key == "" {
				require.NoError(t, err, "%v", row)
				continue
			}
			var refused *RefusedError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, row.key, refused.Fields[0].Key, "%v", row)
		}
		time.Sleep(12*time.Hour - 2*time.Second)
		_, err := c.Catalog(t.Context())
		require.NoError(t, err)
		require.Len(t, s.seen(), 1)
		time.Sleep(4 * time.Second)
		_, err = c.Catalog(t.Context())
		require.NoError(t, err)
		require.Len(t, s.seen(), 2)
	})
}

func TestListsGoThroughAllPages(t *testing.T) {
	page := func(n int) string { return `{"accountIdentifier":"acc-` + strconv.Itoa(n) + `"}` }
	s := &script{steps: []step{
		reply(200, `{"items":[`+page(1)+`,`+page(2)+`],"nextCursor":"Mg==","nextPageAvailable":true}`),
		reply(200, `{"items":[`+page(3)+`],"nextCursor":"","nextPageAvailable":false}`)}}
	got, err := list(newTestClient(t, s).Accounts(background))
	require.NoError(t, err)
	assert.Len(t, got, 3)
	assert.Equal(t, "maxResults=200&nextCursor=Mg%3D%3D&paginate=true", s.seen()[1].query)

	block := func(total int) step {
		return reply(200, `{"page":{"totalCount":`+strconv.Itoa(total)+`},"orders":[`+placed()+`,`+placed()+`]}`)
	}
	s = &script{steps: []step{block(5), block(5), block(5)}}
	got, err = list(newTestClient(t, s).Orders(background))
	require.NoError(t, err)
	assert.Len(t, got, 6)
	assert.Contains(t, s.seen()[2].query, "page=2")

	s = &script{steps: []step{block(5), reply(500, "")}}
	n := 0
	for _, err = range newTestClient(t, s, func(c *Config) { c.MaxAttempts = 1 }).Orders(background) {
		n++
	}
	require.ErrorIs(t, err, ErrUnavailable)
	assert.Equal(t, 3, n, "two orders, then the error, then the end")

	endless := reply(200, `{"items":[`+page(1)+`],"nextCursor":"x","nextPageAvailable":true}`)
	got, err = list(newTestClient(t, &script{steps: []step{endless}}).Accounts(background))
	require.NoError(t, err, "a cursor that stays is the end")
	assert.Len(t, got, 2)
}

func TestHostileReplies(t *testing.T) {
	long := strings.Repeat("x", 5000)
	body := `{"requestId":"` + long + `","path":"/a\nb","httpCode":400,"i18nKey":"` + long + `","message":"line\r\nforged \u001b[31m\u202e` + long + ` ` + testKey + `","errors":[` +
		strings.Repeat(`{"path":"a[0].b/c","i18nKey":"422.1","message":"`+testKey+`","invalidValue":"Mallory"},`, 100) + `{}]}`
	_, err := newTestClient(t, &script{steps: []step{reply(400, body, "X-Request-Id", "a b\nc", "Retry-After", "999999999999")}}).GetOrder(background, "RA-1")
	var e *Error
	require.ErrorAs(t, err, &e)
	assert.Empty(t, e.RequestID)
	assert.Empty(t, e.Path)
	assert.Equal(t, "422.1", e.Key)
	assert.Less(t, len(e.Message), 3000)
	assert.Len(t, e.Fields, maxErrorFields)
	assert.Equal(t, "/a/0/b~1c", e.Fields[0].Pointer)
	assert.Equal(t, maxRetryAfter, e.RetryAfter)
	for _, bad := range []string{testKey, "\n", "\r", "\x1b", "\u202e", "Mallory"} {
		assert.NotContains(t, err.Error(), bad)
	}
	for header, want := range map[string]time.Duration{"5": 5 * time.Second, "-5": 0, "100000000": maxRetryAfter, "soon": 0, "": 0,
		"Fri, 31 Dec 9999 23:59:59 GMT": maxRetryAfter, "Mon, 01 Jan 1990 00:00:00 GMT": 0} {
		_, err := newTestClient(t, &script{steps: []step{reply(400, "", "Retry-After", header)}}).GetOrder(background, "RA-1")
		require.ErrorAs(t, err, &e)
		assert.Equal(t, want, e.RetryAfter, header)
	}
	for key, want := range map[string]time.Duration{"403.005": 30 * time.Second, "403.001": 0, "503.002": 24 * time.Hour, "503.042": 24 * time.Hour, "402.001": 0} {
		status, _ := strconv.Atoi(key[:3])
		_, err := newTestClient(t, &script{steps: []step{reply(status, failed(status, key, "x"))}}).ResendOrder(background, "RA-1", ResendRequest{})
		require.ErrorAs(t, err, &e, key)
		assert.Equal(t, want, e.RetryAfter, key)
	}
	_, err = newTestClient(t, &script{steps: []step{reply(200, placed(), "Content-Encoding", "br")}}, func(c *Config) { c.MaxAttempts = 1 }).GetOrder(background, "RA260101-1-1")
	require.ErrorIs(t, err, ErrReply)
}

func TestReferencesThatArePathSteps(t *testing.T) {
	s := &script{steps: []step{reply(200, placed())}}
	c := newTestClient(t, s)
	for _, id := range []string{"", ".", "..", "...", "a/b", "a%2fb", "a?b", "a#b", "../accounts", "a b", "a\n", strings.Repeat("a", 101), "ä"} {
		_, err := c.GetOrder(background, id)
		require.ErrorIs(t, err, ErrInvalid, "%q", id)
		_, err = c.GetAccount(background, id)
		require.ErrorIs(t, err, ErrInvalid, "%q", id)
	}
	assert.Empty(t, s.seen())
}

func TestErrorsDoNotRepeatWhatWasSent(t *testing.T) {
	body := `{"message":"aoife@example.com is no address of Aoife O'Brien (Aoifes)","errors":[{"path":"message","i18nKey":"422.1","message":"'I <3 you' in demo-acc1 is bad","invalidValue":"I <3 you"}]}`
	_, err := newTestClient(t, &script{steps: []step{reply(400, body)}}).CreateOrder(background, goodOrder())
	var e *Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "[value] is no address of [value] [value] (Aoifes)", e.Message)
	assert.Equal(t, "'[value]' in [value] is bad", e.Fields[0].Message)
	s := &script{steps: []step{reply(400, `{"message":"no orders of aoife@example.com"}`)}}
	_, err = list(newTestClient(t, s).Orders(background, OrderFilter{RecipientEmail: "aoife@example.com"}))
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "no orders of [value]", e.Message)
	// What repeats endlessly is cut before it is looked through.
	s = &script{steps: []step{reply(400, `{"message":"`+strings.Repeat("a ", 400_000)+`"}`)}}
	_, err = newTestClient(t, s).CreateOrder(background, goodOrder(func(r *OrderRequest) { r.Notes = "a a" }))
	require.ErrorAs(t, err, &e)
	assert.Less(t, len(e.Message), 10*maxText)
}

func TestSettleCountsFromTheLastAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := fault(errReset)
		c := newTestClient(t, &script{steps: []step{lost, lost, reply(200, `{"orders":[]}`)}}, func(c *Config) { c.MaxAttempts = 1 })
		for range 2 {
			_, err := c.CreateOrder(t.Context(), goodOrder())
			require.ErrorAs(t, err, new(*UnknownOutcomeError))
			time.Sleep(100 * time.Second)
		}
		_, err := c.Settle(t.Context(), goodOrder())
		require.NotErrorIs(t, err, ErrNotPlaced, "100 s after the last attempt, 200 s after the first")
		time.Sleep(20 * time.Second)
		_, err = c.Settle(t.Context(), goodOrder())
		require.ErrorIs(t, err, ErrNotPlaced)
	})
}

// TestTangoMayFoldCase: an account that was made must not count as unknown because its name came back in small letters.
func TestTangoMayFoldCase(t *testing.T) {
	made := reply(201, `{"accountIdentifier":"acme-one","customerIdentifier":"acme-inc"}`)
	c := newTestClient(t, &script{steps: []step{made}}, func(c *Config) { c.MaxAttempts = 1 })
	_, err := c.CreateAccount(background, "Acme-Inc", NewAccount{AccountIdentifier: "ACME-one", DisplayName: "Acme one", ContactEmail: "a@example.com"})
	require.NoError(t, err)
	_, err = c.CreateCustomer(background, NewCustomer{CustomerIdentifier: "ACME-INC", DisplayName: "Acme, Inc."})
	require.NoError(t, err)
	_, err = c.GetAccount(background, "acme-two")
	require.ErrorIs(t, err, ErrReply)
	_, err = c.Scoped(Scope{{Customer: "acme-inc", Account: "ACME-one"}}).CreateAccount(background, "acme-inc", NewAccount{AccountIdentifier: "acme-one", DisplayName: "Acme one", ContactEmail: "a@example.com"})
	require.ErrorIs(t, err, ErrForbidden, "in a scope another spelling is another account")
}

func TestAFilterWithOurOwnKeyIsNotSent(t *testing.T) {
	s := &script{steps: []step{reply(200, `{"orders":[]}`)}}
	c := newTestClient(t, s)
	for _, text := range []string{testKey, "key " + testKey, spellingsOf(testKey)["basic header, +1"]} {
		_, err := list(c.Orders(background, OrderFilter{Notes: text}))
		require.ErrorIs(t, err, ErrInsecureContent)
		assert.NotContains(t, err.Error(), testKey)
	}
	assert.Empty(t, s.seen())
	_, err := list(c.Orders(background, OrderFilter{Notes: "notes of old"}))
	require.NoError(t, err)
}
