package tangoclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var errReset = errors.New("connection reset by peer")

func TestCreateOrderOutcomes(t *testing.T) {
	unknown := func(t *testing.T, o *Order, err error) {
		var u *UnknownOutcomeError
		require.ErrorAs(t, err, &u)
		assert.Equal(t, "ref-1", u.ExternalRefID)
		assert.Nil(t, o)
		assert.False(t, errors.As(err, new(*Error)), "an unknown outcome must not look like a refusal")
	}
	is := func(target error) func(*testing.T, *Order, error) {
		return func(t *testing.T, _ *Order, err error) {
			require.ErrorIs(t, err, target)
			var e *Error
			require.ErrorAs(t, err, &e)
		}
	}
	outcome := func(want Outcome) func(*testing.T, *Order, error) {
		return func(t *testing.T, o *Order, err error) {
			require.NoError(t, err)
			assert.Equal(t, want, o.Outcome)
			assert.Equal(t, testCode, o.Reward.CredentialList[0].Value.Reveal())
		}
	}
	html := "<html><body>Forbidden</body></html>"
	for _, row := range []struct {
		name  string
		steps []step
		sent  int
		want  func(*testing.T, *Order, error)
	}{
		{"201 is created", []step{reply(201, placed())}, 1, outcome(Created)},
		{"200 is replayed", []step{reply(200, placed())}, 1, outcome(Replayed)},
		{"a lost reply is asked for again", []step{fault(errReset), reply(200, placed())}, 2, outcome(Replayed)},
		{"a 500 is tried again", []step{reply(500, failed(500, "500.001", "x")), reply(201, placed())}, 2, outcome(Created)},
		{"a gateway's HTML is tried again", []step{reply(502, html), reply(503, ""), reply(201, placed())}, 3, outcome(Created)},
		{"429 is tried again", []step{reply(429, failed(429, "429.008", "x")), reply(201, placed())}, 2, outcome(Created)},
		{"409.002 is tried again", []step{reply(409, failed(409, "409.002", "x")), reply(200, placed())}, 2, outcome(Replayed)},
		{"five attempts and no more", []step{reply(503, "")}, 5, unknown},
		{"429 for ever is refused", []step{reply(429, "")}, 5, is(ErrRateLimited)},
		{"409.002 for ever is unknown", []step{reply(409, failed(409, "409.002", "x"))}, 5, unknown},
		{"402 is refused at once", []step{reply(402, failed(402, "402.001", "Insufficient"))}, 1, is(ErrInsufficientFunds)},
		{"402 after a lost reply is unknown", []step{fault(errReset), reply(402, failed(402, "402.001", "x"))}, 2, unknown},
		{"402 after a 429 is refused", []step{reply(429, ""), reply(402, "")}, 2, is(ErrInsufficientFunds)},
		{"400 is refused", []step{reply(400, failed(400, "400.001", "x"))}, 1, is(ErrInvalid)},
		{"401 is refused", []step{reply(401, failed(401, "401.501", "x"))}, 1, is(ErrAuth)},
		{"403 from a firewall is refused", []step{reply(403, html)}, 1, is(ErrForbidden)},
		{"404 is refused", []step{reply(404, "")}, 1, is(ErrNotFound)},
		{"a 409 without a key is unknown", []step{reply(409, "")}, 1, unknown},
		{"a 409.002 among wrong types is seen", []step{reply(409, `{"httpCode":"x","timestamp":7,"requestId":{},"i18nKey":"409.002","errors":{"a":1}}`)}, 5, unknown},
		{"a key among wrong fields is seen", []step{reply(400, `{"errors":[7,null,{"path":[],"i18nKey":"422.111"}]}`)}, 1, is(ErrInsecureContent)},
		{"another 409 is refused", []step{reply(409, failed(409, "409.024", "x"))}, 1, is(ErrConflict)},
		{"422.111 is insecure content", []step{reply(400, `{"httpCode":400,"errors":[{"path":"message","i18nKey":"422.111","message":"x","invalidValue":"I <3 you"}]}`)}, 1, is(ErrInsecureContent)},
		{"503.002 is not tried again", []step{reply(503, failed(503, "503.002", "x"))}, 1, is(ErrUnavailable)},
		{"a redirect is not followed", []step{reply(302, "", "Location", "https://evil.example/")}, 1, unknown},
		{"a cut reply is asked for again", []step{reply(201, placed()[:40]), reply(200, placed())}, 2, outcome(Replayed)},
		{"a success without an id is none", []step{reply(201, "{}"), reply(200, placed())}, 2, outcome(Replayed)},
		{"another order's reply is none", []step{reply(201, placed("ref-1", "ref-2"))}, 5, unknown},
		{"too much is none", []step{reply(201, placed()+strings.Repeat(" ", maxReply)), reply(200, placed())}, 2, outcome(Replayed)},
		{"too deep in an unknown field is none", []step{reply(201, placed(`{"a":[1]}`, strings.Repeat("[", 64)+strings.Repeat("]", 64))), reply(200, placed())}, 2, outcome(Replayed)},
		{"not quite too deep is fine", []step{reply(201, placed(`{"a":[1]}`, strings.Repeat("[", 63)+strings.Repeat("]", 63)))}, 1, outcome(Created)},
		{"too deep is none", []step{reply(201, strings.Repeat("[", 65)+strings.Repeat("]", 65)), reply(200, placed())}, 2, outcome(Replayed)},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: row.steps}
				o, err := newTestClient(t, s).CreateOrder(t.Context(), goodOrder())
				row.want(t, o, err)
				got := s.seen()
				require.Len(t, got, row.sent)
				for _, g := range got {
					assert.Equal(t, got[0].body, g.body, "every attempt has the same bytes")
					assert.Equal(t, "/raas/v2/orders", g.path)
					assert.NotEmpty(t, g.auth)
				}
			})
		})
	}
}

func TestWhatIsSentIsWhatWasGiven(t *testing.T) {
	s := &script{steps: []step{reply(201, placed())}}
	_, err := newTestClient(t, s).CreateOrder(background, goodOrder())
	require.NoError(t, err)
	assert.JSONEq(t, `{"externalRefID":"ref-1","customerIdentifier":"demo-customer","accountIdentifier":"demo-acc1","utid":"U561593",
		"amount":25.00,"deliveryMethod":"EMAIL","recipient":{"firstName":"Aoife","lastName":"O'Brien","email":"aoife@example.com"},
		"sender":{"firstName":"Ben","lastName":"Smith & Sons"},"emailSubject":"You & me","message":"I <3 you"}`, s.seen()[0].body)
	assert.Contains(t, s.seen()[0].body, `"amount":25.00`)
	assert.Contains(t, s.seen()[0].body, "I <3 you", "nothing is escaped")
}

func TestARetryAfterIsBounded(t *testing.T) {
	var b backoff
	assert.Less(t, b.next(24*time.Hour), maxWaitFloor+2*backoffBase)
	assert.GreaterOrEqual(t, b.next(0), maxWaitFloor+2*backoffBase, "and the floor does not sink")
}

func TestWaitsGrow(t *testing.T) {
	for _, row := range []struct {
		name        string
		step        step
		least, most []time.Duration // of each wait
	}{
		{"after a 5xx", reply(500, ""), []time.Duration{1, 2, 4, 8}, []time.Duration{2, 4, 8, 16}},
		{"after 429", reply(429, ""), []time.Duration{2, 3, 5, 9}, []time.Duration{3, 5, 9, 17}},
		{"after 409.002", reply(409, failed(409, "409.002", "")), []time.Duration{3, 4, 6, 10}, []time.Duration{4, 6, 10, 18}},
		{"after a Retry-After", reply(503, "", "Retry-After", "7"), []time.Duration{8, 9, 11, 15}, []time.Duration{9, 11, 15, 23}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: []step{row.step}}
				_, err := newTestClient(t, s).CreateOrder(t.Context(), goodOrder())
				require.Error(t, err)
				got := s.seen()
				require.Len(t, got, 5)
				var before time.Duration
				for i := range 4 {
					wait := got[i+1].at.Sub(got[i].at)
					assert.GreaterOrEqual(t, wait, row.least[i]*time.Second)
					assert.Less(t, wait, row.most[i]*time.Second)
					assert.Greater(t, wait, before, "each wait is longer than the one before")
					before = wait
				}
			})
		})
	}
}

func TestAnAttemptHas15Seconds(t *testing.T) {
	slowBody := func(req *http.Request) (*http.Response, error) {
		r, w := io.Pipe()
		go func() {
			<-req.Context().Done()
			_ = w.CloseWithError(req.Context().Err())
		}()
		resp, err := reply(200, "")(req)
		resp.Body = r
		return resp, err
	}
	for name, hang := range map[string]step{"no headers": after(time.Hour, nil), "no end of the body": slowBody} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: []step{hang, reply(200, placed())}}
				start := time.Now()
				o, err := newTestClient(t, s).CreateOrder(t.Context(), goodOrder())
				require.NoError(t, err)
				assert.Equal(t, Replayed, o.Outcome)
				second := s.seen()[1].at.Sub(start)
				assert.GreaterOrEqual(t, second, 16*time.Second)
				assert.Less(t, second, 17*time.Second)

				s = &script{steps: []step{hang}}
				_, err = newTestClient(t, s, func(c *Config) { c.MaxAttempts = 1 }).GetOrder(t.Context(), "RA-1")
				require.ErrorIs(t, err, ErrAttemptTimeout)
			})
		})
	}
}

func TestACallerWhoGoesAway(t *testing.T) {
	t.Run("while an attempt is on its way: at once, and the attempt runs on", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			late := make(chan LateOutcome, 1)
			s := &script{steps: []step{after(9*time.Second, reply(201, placed()))}}
			c := newTestClient(t, s, func(c *Config) { c.OnLateOutcome = func(l LateOutcome) { late <- l } })
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			start := time.Now()
			_, err := c.CreateOrder(ctx, goodOrder())
			var u *UnknownOutcomeError
			require.ErrorAs(t, err, &u)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, 2*time.Second, time.Since(start))
			l := <-late
			assert.Equal(t, 9*time.Second, time.Since(start))
			require.NoError(t, l.Err)
			assert.Equal(t, "RA260101-1-1", l.Order.ReferenceOrderID)
			assert.Equal(t, "ref-1", l.ExternalRefID)
			require.NoError(t, c.Close(t.Context()))
		})
	})
	t.Run("its late answer is looked at", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			late := make(chan LateOutcome, 1)
			s := &script{steps: []step{after(9*time.Second, reply(200, placed("Aoife", "Mallory")))}}
			c := newTestClient(t, s, func(c *Config) { c.OnLateOutcome = func(l LateOutcome) { late <- l } })
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			_, err := c.CreateOrder(ctx, goodOrder())
			require.Error(t, err)
			l := <-late
			require.ErrorAs(t, l.Err, new(*ReplayMismatchError))
			assert.Nil(t, l.Order)
		})
	})
	t.Run("its late answer is held against what was asked, not against what the caller has made of it since", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			late := make(chan LateOutcome, 1)
			s := &script{steps: []step{after(9*time.Second, reply(201, placed()))}}
			c := newTestClient(t, s, func(c *Config) { c.OnLateOutcome = func(l LateOutcome) { late <- l } })
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			r := goodOrder()
			_, err := c.CreateOrder(ctx, r)
			require.Error(t, err)
			*r.Recipient = Recipient{FirstName: "Somebody", Email: "else@example.com"}
			require.NoError(t, (<-late).Err)
		})
	})
	t.Run("in a wait after a clear refusal: at once, and nothing is unknown", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &script{steps: []step{reply(429, "")}}
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(1500*time.Millisecond, cancel)
			start := time.Now()
			_, err := newTestClient(t, s).CreateOrder(ctx, goodOrder())
			require.ErrorIs(t, err, context.Canceled)
			assert.False(t, errors.As(err, new(*UnknownOutcomeError)))
			assert.Equal(t, 1500*time.Millisecond, time.Since(start))
			assert.Len(t, s.seen(), 1)
		})
	})
	t.Run("before anything was sent: nothing is unknown", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			// A transport that is still connecting has not read the body.
			connecting := roundTripper(func(req *http.Request) (*http.Response, error) {
				cancel()
				<-req.Context().Done()
				_, err := io.ReadAll(req.Body)
				return nil, err
			})
			c := newTestClient(t, nil, func(c *Config) {
				c.InsecureTransport = connecting
				c.OnLateOutcome = func(LateOutcome) { t.Error("there is nothing to hear of an attempt that was not sent") }
			})
			_, err := c.CreateOrder(ctx, goodOrder())
			require.ErrorIs(t, err, context.Canceled)
			assert.False(t, errors.As(err, new(*UnknownOutcomeError)), "%v", err)
			require.NoError(t, c.Close(t.Context()))
			assert.Empty(t, c.unclear.last)
		})
	})
	t.Run("a wait that would end after the deadline is not begun", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 1900*time.Millisecond)
			defer cancel()
			start := time.Now()
			_, err := newTestClient(t, &script{steps: []step{reply(429, "")}}).CreateOrder(ctx, goodOrder())
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorIs(t, err, ErrRateLimited)
			assert.Zero(t, time.Since(start))
		})
	})
	t.Run("MaxElapsed says its own name", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := newTestClient(t, &script{steps: []step{reply(503, "")}}, func(c *Config) { c.MaxElapsed = 5 * time.Second })
			_, err := c.GetOrder(t.Context(), "RA-1")
			require.ErrorIs(t, err, ErrMaxElapsed)
			assert.NotErrorIs(t, err, context.DeadlineExceeded)
		})
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []step{reply(200, placed())}}
		c := newTestClient(t, s, func(c *Config) { c.NoPace = false })
		for range 5 {
			_, err := c.GetOrder(t.Context(), "RA260101-1-1")
			require.NoError(t, err)
		}
		got := s.seen()
		for i := 1; i < len(got); i++ {
			assert.Equal(t, time.Second, got[i].at.Sub(got[i-1].at))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := c.GetOrder(ctx, "RA260101-1-1")
		require.ErrorIs(t, err, ErrPace)
		assert.Zero(t, time.Since(start))
		assert.Len(t, s.seen(), 5)
	})
}

func TestReplayMismatch(t *testing.T) {
	for name, row := range map[string]struct{ old, new, pointer string }{
		"amount":      {`"denomination":{"value":25.00`, `"denomination":{"value":26.00`, "/amount"},
		"item":        {"U561593", "U000001", "/utid"},
		"method":      {"EMAIL", "NONE", "/deliveryMethod"},
		"recipient":   {"aoife@", "mallory@", "/recipient/email"},
		"first name":  {"Aoife", "Mallory", "/recipient/firstName"},
		"last name":   {"O'Brien", "Mallory", "/recipient/lastName"},
		"phone":       {`"email":"aoife@`, `"mobileNumber":"+14155550123","email":"aoife@`, "/recipient/mobileNumber"},
		"account":     {"demo-acc1", "demo-acc2", "/accountIdentifier"},
		"other owner": {"demo-customer", "demo-customer2", "/customerIdentifier"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{steps: []step{reply(200, placed(row.old, row.new))}}
			_, err := newTestClient(t, s).CreateOrder(background, goodOrder())
			var m *ReplayMismatchError
			require.ErrorAs(t, err, &m)
			assert.Equal(t, []string{row.pointer}, m.Fields)
			assert.NotContains(t, err.Error(), "allory", "names the fields, not the values")
			assert.False(t, m.OutcomeUnknown(), "a 200 is an order of old")

			s = &script{steps: []step{reply(201, placed(row.old, row.new))}}
			_, err = newTestClient(t, s).CreateOrder(background, goodOrder())
			require.ErrorAs(t, err, &m)
			assert.Equal(t, []string{row.pointer}, m.Fields)
			assert.True(t, m.OutcomeUnknown(), "a 201 says that it was made now: money may have moved")
		})
	}
	s := &script{steps: []step{reply(200, placed("25.00", "25", "Aoife", " Aoife", "U561593", "u561593", "aoife@", "Aoife@"))}}
	_, err := newTestClient(t, s).CreateOrder(background, goodOrder())
	require.NoError(t, err, "the same order, spelt another way")
}

func TestSettle(t *testing.T) {
	none := reply(200, `{"page":{"number":0,"resultCount":0,"totalCount":0},"orders":[]}`)
	one := reply(200, `{"page":{"number":0,"resultCount":1,"totalCount":1},"orders":[`+placed()+`]}`)
	t.Run("not there, then surely not placed", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &script{steps: []step{reply(503, ""), reply(503, ""), reply(503, ""), reply(503, ""), reply(503, ""), none}}
			c := newTestClient(t, s)
			_, err := c.CreateOrder(t.Context(), goodOrder())
			require.Error(t, err)
			time.Sleep(time.Minute)
			_, err = c.Settle(t.Context(), goodOrder())
			var u *UnknownOutcomeError
			require.ErrorAs(t, err, &u)
			assert.Equal(t, time.Minute, u.RetryAfter)
			assert.NotErrorIs(t, err, ErrNotPlaced)
			time.Sleep(u.RetryAfter)
			_, err = c.Settle(t.Context(), goodOrder())
			require.ErrorIs(t, err, ErrNotPlaced)
			assert.Equal(t, "accountIdentifier=demo-acc1&customerIdentifier=demo-customer&externalRefID=ref-1", s.seen()[5].query)
		})
	})
	t.Run("of another run: waits from the first look", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := newTestClient(t, &script{steps: []step{none}})
			_, err := c.Settle(t.Context(), goodOrder())
			require.NotErrorIs(t, err, ErrNotPlaced)
			_, err = c.Settle(t.Context(), goodOrder(), LastAttempt(time.Now().Add(-time.Hour)))
			require.ErrorIs(t, err, ErrNotPlaced)
		})
	})
	t.Run("there", func(t *testing.T) {
		s := &script{steps: []step{one, reply(200, placed())}}
		o, err := newTestClient(t, s).Settle(background, goodOrder())
		require.NoError(t, err)
		assert.Equal(t, Replayed, o.Outcome)
		assert.NotNil(t, o.Reward)
	})
	t.Run("there, under another spelling of the account", func(t *testing.T) {
		// Whether Tango folds the case of identifiers is not known. An order that was placed must not stay unknown for it.
		s := &script{steps: []step{one, reply(200, placed())}}
		_, err := newTestClient(t, s).Settle(background, goodOrder(func(r *OrderRequest) { r.AccountIdentifier = "Demo-Acc1" }))
		require.NoError(t, err)
	})
	t.Run("of another reference", func(t *testing.T) {
		c := newTestClient(t, &script{steps: []step{one}})
		_, err := c.Settle(background, goodOrder(func(r *OrderRequest) { r.ExternalRefID = "REF-1" }), LastAttempt(time.Now().Add(-time.Hour)))
		require.ErrorIs(t, err, ErrReply)
	})
	t.Run("a look-up that answers with others is no answer", func(t *testing.T) {
		c := newTestClient(t, &script{steps: []step{reply(200, `{"orders":[`+placed("demo-acc1", "demo-acc2")+`]}`), reply(200, placed())}})
		_, err := c.Settle(background, goodOrder(), LastAttempt(time.Now().Add(-time.Hour)))
		require.ErrorIs(t, err, ErrReply)
	})
	t.Run("a look-up that answers with an identifier that is none is no answer", func(t *testing.T) {
		c := newTestClient(t, &script{steps: []step{reply(200, `{"orders":[`+placed("RA260101-1-1", "..")+`]}`)}})
		_, err := c.Settle(background, goodOrder(), LastAttempt(time.Now().Add(-time.Hour)))
		require.ErrorIs(t, err, ErrReply, "and not refused before sending: the order is in order")
	})
	t.Run("a look-up that fails is no answer", func(t *testing.T) {
		c := newTestClient(t, &script{steps: []step{reply(404, "")}})
		_, err := c.Settle(background, goodOrder(), LastAttempt(time.Now().Add(-time.Hour)))
		require.ErrorIs(t, err, ErrNotFound)
		assert.NotErrorIs(t, err, ErrNotPlaced)
	})
}

// TestSuccessIsLogged: Tango's support asks for the ids of request and order.
func TestSuccessIsLogged(t *testing.T) {
	var log syncBuffer
	c := newTestClient(t, &script{steps: []step{reply(201, placed(), "X-Request-Id", "5a3c8e9a-0001")}}, logTo(&log))
	_, err := c.CreateOrder(background, goodOrder())
	require.NoError(t, err)
	for _, part := range []string{"createOrder", "5a3c8e9a-0001", "RA260101-1-1", "INFO"} {
		assert.Contains(t, log.String(), part)
	}
	_, err = newTestClient(t, &script{steps: []step{reply(402, failed(402, "402.001", "x"), "X-Request-Id", "5a3c8e9a-0002")}}, logTo(&log)).CreateOrder(background, goodOrder())
	require.Error(t, err)
	assert.Contains(t, log.String(), "5a3c8e9a-0002")
}
