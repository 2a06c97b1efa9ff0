package tangoclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// shop answers the catalog, and orders with next.
func shop(next step) roundTripper {
	return func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/raas/v2/catalogs" {
			return reply(200, `{"brands":[{"items":[{"utid":"U561593","currencyCode":"USD"},{"utid":"U7","currencyCode":"EUR"}]}]}`)(r)
		}
		body := make([]byte, 4096)
		n, _ := r.Body.Read(body)
		field := func(name string) string {
			_, after, _ := strings.Cut(string(body[:n]), `"`+name+`":`)
			v, _, _ := strings.Cut(after, ",")
			return strings.Trim(v, `"`)
		}
		if next != nil {
			return next(r)
		}
		return reply(201, placed("ref-1", field("externalRefID"), "25.00", field("amount"), "U561593", field("utid"), "demo-acc1", field("accountIdentifier"), "USD", map[string]string{"U7": "EUR"}[field("utid")]))(r)
	}
}

func TestLimits(t *testing.T) {
	limits := func(per, day string) func(*Config) {
		return func(c *Config) {
			c.Limits = Limits{PerOrder: map[string]Amount{"USD": MustParseAmount(per)}, PerAccountPerDay: map[string]Amount{"USD": MustParseAmount(day)}}
		}
	}
	order := func(c *Client, ref, amount, account, utid string) error {
		_, err := c.CreateOrder(background, goodOrder(func(r *OrderRequest) {
			r.ExternalRefID, r.Amount, r.AccountIdentifier, r.UTID = ref, MustParseAmount(amount), account, utid
		}))
		return err
	}
	client := func(t *testing.T, next step, mod func(*Config)) *Client {
		return newTestClient(t, nil, mod, func(c *Config) { c.InsecureTransport = shop(next) })
	}
	synctest.Test(t, func(t *testing.T) {
		c := client(t, nil, limits("50", "100"))
		var le *LimitError
		err := order(c, "a", "50.01", "demo-acc1", "U561593")
		require.ErrorAs(t, err, &le)
		require.ErrorIs(t, err, ErrLimit)
		assert.Equal(t, "PerOrder", le.Limit)
		assert.NotContains(t, err.Error(), "50.01")
		require.NoError(t, order(c, "a", "50", "demo-acc1", "U561593"))
		require.NoError(t, order(c, "b", "40", "demo-acc1", "U561593"))
		require.NoError(t, order(c, "b", "40", "demo-acc1", "U561593"), "one reference counts once")
		require.ErrorIs(t, order(c, "c", "10.01", "demo-acc1", "U561593"), ErrLimit)
		require.NoError(t, order(c, "c", "10.00", "demo-acc1", "U561593"))
		require.NoError(t, order(c, "d", "50", "demo-acc2", "U561593"), "another account has its own day")
		require.ErrorIs(t, order(c, "e", "1", "demo-acc1", "U7"), ErrLimit, "a currency without a limit")
		require.ErrorIs(t, order(c, "e", "1", "demo-acc1", "U99"), ErrLimit, "an item that nobody knows")
		time.Sleep(24 * time.Hour)
		require.NoError(t, order(c, "f", "50", "demo-acc1", "U561593"))
	})
	t.Run("what was not placed does not count, what may have been does", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := client(t, reply(402, ""), limits("100", "100"))
			for range 3 {
				require.ErrorIs(t, order(c, "", "100", "demo-acc1", "U561593"), ErrInsufficientFunds)
			}
			c = client(t, reply(503, ""), limits("100", "100"))
			require.ErrorAs(t, order(c, "", "100", "demo-acc1", "U561593"), new(*UnknownOutcomeError))
			require.ErrorIs(t, order(c, "", "1", "demo-acc1", "U561593"), ErrLimit)
		})
	})
	t.Run("a reference counts for the most that was asked for under it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			// While the first call, of 1 USD, waits for its refusal, a second with the same reference asks for 90.
			slow := after(5*time.Second, reply(402, ""))
			answer := shop(nil)
			var n atomic.Int64
			c := newTestClient(t, nil, limits("100", "100"), func(c *Config) {
				c.InsecureTransport = roundTripper(func(r *http.Request) (*http.Response, error) {
					if r.Method == http.MethodPost && n.Add(1) == 1 {
						_, _ = io.ReadAll(r.Body)
						return slow(r)
					}
					return answer(r)
				})
			})
			first := make(chan error)
			go func() { first <- order(c, "r", "1", "demo-acc1", "U561593") }()
			time.Sleep(time.Second)
			require.ErrorIs(t, order(c, "r", "100.01", "demo-acc1", "U561593"), ErrLimit)
			require.NoError(t, order(c, "r", "90", "demo-acc1", "U561593"))
			require.ErrorIs(t, <-first, ErrInsufficientFunds)
			_ = order(c, "r", "1", "demo-acc1", "U561593") // does not make it cheaper
			require.ErrorIs(t, order(c, "s", "11", "demo-acc1", "U561593"), ErrLimit)
			require.NoError(t, order(c, "s", "10", "demo-acc1", "U561593"))
		})
	})
	t.Run("a replay of this call's own lost attempt counts, one of an older order does not", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			old := reply(200, placed("25.00", "60"))
			c := client(t, old, limits("100", "100"))
			require.NoError(t, order(c, "ref-1", "60", "demo-acc1", "U561593"))
			require.NoError(t, order(c, "ref-1", "60", "demo-acc1", "U561593"))
			lost := script{steps: []step{fault(errReset), reply(200, placed("25.00", "60")), reply(200, placed("25.00", "60", "ref-1", "ref-2"))}}
			c = client(t, lost.RoundTrip, limits("100", "100"))
			require.NoError(t, order(c, "ref-1", "60", "demo-acc1", "U561593"))
			require.ErrorIs(t, order(c, "ref-2", "60", "demo-acc1", "U561593"), ErrLimit)
		})
	})
	t.Run("another spelling of an account is no other day", func(t *testing.T) {
		c := client(t, nil, limits("100", "100"))
		require.NoError(t, order(c, "a", "60", "demo-acc1", "U561593"))
		require.ErrorIs(t, order(c, "b", "60", "DEMO-acc1", "u561593"), ErrLimit)
	})
	t.Run("a star stands for the rest", func(t *testing.T) {
		c := client(t, nil, func(c *Config) { c.Limits.PerOrder = map[string]Amount{"*": MustParseAmount("5")} })
		require.NoError(t, order(c, "a", "5", "demo-acc1", "U7"))
		require.ErrorIs(t, order(c, "b", "6", "demo-acc1", "U99"), ErrLimit)
	})
	t.Run("an old catalog serves while there is no new one", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			fresh, away := shop(nil), false
			c := newTestClient(t, nil, limits("50", "100"), func(c *Config) {
				c.MaxAttempts = 1
				c.InsecureTransport = roundTripper(func(r *http.Request) (*http.Response, error) {
					if away && r.URL.Path == "/raas/v2/catalogs" {
						return reply(503, "")(r)
					}
					return fresh(r)
				})
			})
			require.NoError(t, order(c, "a", "5", "demo-acc1", "U561593"))
			away = true
			time.Sleep(13 * time.Hour)
			require.NoError(t, order(c, "b", "5", "demo-acc1", "U561593"))
			require.ErrorIs(t, order(c, "c", "51", "demo-acc1", "U561593"), ErrLimit)
		})
	})
	t.Run("without a catalog nothing is placed", func(t *testing.T) {
		c := newTestClient(t, &script{steps: []step{reply(500, "")}}, limits("5", "5"), func(c *Config) { c.MaxAttempts = 1 })
		require.ErrorIs(t, order(c, "a", "5", "demo-acc1", "U561593"), ErrUnavailable)
	})
	_, err := New(Config{Environment: Sandbox, Credentials: Basic("p", NewSecret("k")), Limits: Limits{PerOrder: map[string]Amount{"usd": {}, "USD": MustParseAmount("-1")}}})
	require.ErrorContains(t, err, "currency code")
	require.ErrorContains(t, err, "below 0")
}

func TestFleetSizeSharesThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []step{reply(200, placed())}}
		c := newTestClient(t, s, func(c *Config) { c.NoPace, c.FleetSize = false, 4 })
		for range 3 {
			require.NoError(t, get(c))
		}
		assert.Equal(t, 8*time.Second, s.seen()[2].at.Sub(s.seen()[0].at))
	})
	_, err := New(Config{Environment: Sandbox, Credentials: Basic("p", NewSecret("k")), NoPace: true, Pacer: NewPacer(time.Second)})
	require.ErrorContains(t, err, "at most one")
}

type brokenPacer struct{}

func (brokenPacer) Reserve(context.Context, time.Time) (time.Time, error) {
	return time.Time{}, errors.New("no pace to be had")
}

func TestAPacerThatFailsSendsNothing(t *testing.T) {
	s := &script{steps: []step{reply(200, placed())}}
	c := newTestClient(t, s, func(c *Config) { c.NoPace, c.Pacer = false, brokenPacer{} })
	_, err := c.CreateOrder(background, goodOrder())
	require.ErrorContains(t, err, "no pace to be had")
	assert.False(t, errors.As(err, new(*UnknownOutcomeError)))
	assert.Empty(t, s.seen())
}

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := sdkmetric.NewManualReader()
		s := &endpoints{tokens: script{steps: []step{tokenReply("one")}}, api: script{steps: []step{reply(503, ""), reply(201, placed()), reply(402, "")}}}
		c := newOAuthClient(t, s, func(c *Config) { c.MeterProvider = sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)) })
		_, err := c.CreateOrder(t.Context(), goodOrder())
		require.NoError(t, err)
		_, err = c.CreateOrder(t.Context(), goodOrder())
		require.Error(t, err)
		var rm metricdata.ResourceMetrics
		require.NoError(t, reader.Collect(t.Context(), &rm))
		got := map[string]int64{}
		for _, m := range rm.ScopeMetrics[0].Metrics {
			switch d := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range d.DataPoints {
					outcome, _ := p.Attributes.Value("tango.outcome")
					got[strings.TrimSuffix(m.Name+" "+outcome.AsString(), " ")] += p.Value
				}
			case metricdata.Histogram[float64]:
				for _, p := range d.DataPoints {
					reason, _ := p.Attributes.Value("tango.wait.reason")
					got[strings.TrimSuffix(m.Name+" "+reason.AsString(), " ")] += int64(p.Count)
				}
			}
		}
		assert.Equal(t, map[string]int64{"tango.client.calls created": 1, "tango.client.calls refused": 1, "tango.client.attempts": 3,
			"tango.client.token.fetches": 1, "tango.client.wait.duration backoff": 1, "tango.client.wait.duration pace": 3, "tango.client.call.duration": 2}, got)
	})
}
