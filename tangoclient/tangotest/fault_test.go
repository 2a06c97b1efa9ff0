package tangotest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient/tangotest"
)

// try sends the order and gives what came: a status, or an error. It reads the whole body.
func try(ctx context.Context, rt http.RoundTripper, base, method, path, body string) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, method, base+"/raas/v2"+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.SetBasicAuth("demo-platform", "demo-platform-key-0001")
	r.Header.Set("Content-Type", "application/json")
	resp, err := rt.RoundTrip(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

const base = "http://sandbox.test"

func placed(sb *tangotest.Sandbox) int { return len(sb.Orders()) }

// The order of a fault is placed exactly when the fault says so, in process and over a socket alike.
func TestFaultsDecideWhetherTheOrderIsPlaced(t *testing.T) {
	rows := []struct {
		name   string
		fault  tangotest.Fault
		status int // 0: an error
		placed int
	}{
		{"refused connection", tangotest.Fault{Do: tangotest.Refuse}, 0, 0},
		{"reset before the commit", tangotest.Fault{Do: tangotest.Reset}, 0, 0},
		{"reply lost after the commit", tangotest.Fault{Do: tangotest.Reset, Commit: true}, 0, 1},
		{"timeout before the commit", tangotest.Fault{Do: tangotest.Timeout}, 0, 0},
		{"timeout after the commit", tangotest.Fault{Do: tangotest.Timeout, Commit: true}, 0, 1},
		{"503 before the commit", tangotest.Fault{Do: tangotest.Status, Status: 503}, 503, 0},
		{"500 after the commit", tangotest.Fault{Do: tangotest.Status, Status: 500, Commit: true}, 500, 1},
		{"HTML of a gateway after the commit", tangotest.Fault{Do: tangotest.HTML, Commit: true}, 502, 1},
		{"cut body", tangotest.Fault{Do: tangotest.Cut, Bytes: 30}, 0, 1},
		{"byte by byte", tangotest.Fault{Do: tangotest.Trickle}, 201, 1},
		{"a held request", tangotest.Fault{Do: tangotest.Delay, Wait: time.Millisecond}, 201, 1},
		{"401", tangotest.Fault{Do: tangotest.Status, Status: 401}, 401, 0},
		{"429", tangotest.Fault{Do: tangotest.Status, Status: 429}, 429, 0},
		{"wrong types", tangotest.Fault{Do: tangotest.WrongTypes}, 201, 1},
		{"unknown fields", tangotest.Fault{Do: tangotest.UnknownFields}, 201, 1},
		{"pending", tangotest.Fault{Do: tangotest.Pending, Wait: time.Hour}, 201, 1},
	}
	check := func(t *testing.T, sb *tangotest.Sandbox, rt http.RoundTripper, base string, status, want int) {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		got, _, err := try(ctx, rt, base, "POST", "/orders", orderBody)
		if status == 0 {
			assert.Error(t, err)
		} else {
			require.NoError(t, err)
			assert.Equal(t, status, got)
		}
		assert.Equal(t, want, placed(sb))
		got, _, err = try(t.Context(), rt, base, "POST", "/orders", orderBody)
		require.NoError(t, err, "a fault acts once")
		assert.Equal(t, map[int]int{0: 201, 1: 200}[want], got, "the repeat replays what was placed")
		assert.Equal(t, 1, placed(sb))
	}
	for _, row := range rows {
		t.Run(row.name+"/in process", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sb := open(t, func(c *tangotest.Config) { c.Faults = []tangotest.Fault{row.fault} })
				check(t, sb, sb.Transport(), base, row.status, row.placed)
			})
		})
		t.Run(row.name+"/over a socket", func(t *testing.T) {
			sb := open(t, func(c *tangotest.Config) { c.Faults = []tangotest.Fault{row.fault} })
			srv := httptest.NewServer(sb.Handler())
			defer srv.Close()
			rt := &http.Transport{DisableKeepAlives: true}
			check(t, sb, rt, srv.URL, row.status, row.placed)
		})
	}
}

func TestErrorsOfTheTransportAreThoseOfANetwork(t *testing.T) {
	sb := open(t, func(c *tangotest.Config) {
		c.Faults = []tangotest.Fault{{Do: tangotest.Refuse}, {Do: tangotest.Reset}, {Do: tangotest.Cut, Bytes: 5}}
	})
	_, _, err := try(t.Context(), sb.Transport(), base, "GET", "/accounts", "")
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)
	_, _, err = try(t.Context(), sb.Transport(), base, "GET", "/accounts", "")
	assert.ErrorIs(t, err, syscall.ECONNRESET)
	_, body, err := try(t.Context(), sb.Transport(), base, "GET", "/accounts", "")
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Len(t, body, 5)
}

func TestLateCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb := open(t, func(c *tangotest.Config) {
			c.Faults = []tangotest.Fault{{Do: tangotest.Late, Ref: "ref-1", Method: "POST", Wait: 30 * time.Second}}
		})
		rt := sb.Transport()
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		start := time.Now()
		_, _, err := try(ctx, rt, base, "POST", "/orders", orderBody)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 15*time.Second, time.Since(start), "the client gives up, not the sandbox")

		look := func() string {
			_, b, err := try(t.Context(), rt, base, "GET", "/orders?externalRefID=ref-1", "")
			require.NoError(t, err)
			return b
		}
		assert.Contains(t, look(), `"totalCount":0`)
		status, b, err := try(t.Context(), rt, base, "POST", "/orders", orderBody)
		require.NoError(t, err)
		assert.Equal(t, 409, status, "the first is in process")
		assert.Contains(t, b, "409.002")

		time.Sleep(29 * time.Second)
		assert.Contains(t, look(), `"totalCount":0`)
		time.Sleep(2 * time.Second)
		assert.Contains(t, look(), `"totalCount":1`)
		status, _, err = try(t.Context(), rt, base, "POST", "/orders", orderBody)
		require.NoError(t, err)
		assert.Equal(t, 200, status)
		assert.Equal(t, 1, placed(sb))
		assert.Equal(t, "9974.50", sb.Balance("demo-acc1"))
	})
}

func TestInProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb := open(t, func(c *tangotest.Config) {
			c.Faults = []tangotest.Fault{{Do: tangotest.Delay, Wait: 3 * time.Second}}
		})
		first := make(chan int)
		go func() {
			status, _, _ := try(t.Context(), sb.Transport(), base, "POST", "/orders", orderBody)
			first <- status
		}()
		synctest.Wait()
		status, b, err := try(t.Context(), sb.Transport(), base, "POST", "/orders", orderBody)
		require.NoError(t, err)
		assert.Equal(t, 409, status)
		assert.Contains(t, b, `"i18nTokenReplacements":["ref-1","demo-acc1"]`)
		status, _, _ = try(t.Context(), sb.Transport(), base, "POST", "/orders", strings.Replace(orderBody, "demo-acc1", "demo-acc2", 1))
		assert.Equal(t, 201, status, "the ref of another account is not in process")
		assert.Equal(t, 201, <-first)
	})
}

func TestAHeldOrderThatIsRefusedGivesItsRefBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb := open(t, func(c *tangotest.Config) {
			c.Faults = []tangotest.Fault{{Do: tangotest.Delay, Wait: 3 * time.Second}}
		})
		bad := strings.Replace(orderBody, "25.50", "0", 1)
		assert.Equal(t, 400, call(t, sb.Transport(), "POST", "/orders", bad).status)
		assert.Equal(t, 201, call(t, sb.Transport(), "POST", "/orders", orderBody).status)
	})
}

func TestTrickleTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb := open(t, func(c *tangotest.Config) {
			c.Faults = []tangotest.Fault{{Do: tangotest.Trickle, Wait: time.Second, Times: -1}}
		})
		start := time.Now()
		_, b, err := try(t.Context(), sb.Transport(), base, "GET", "/pulse", "")
		require.NoError(t, err)
		assert.JSONEq(t, `{"status":"UP"}`, b)
		assert.Equal(t, time.Duration(len(b))*time.Second, time.Since(start))

		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
		defer cancel()
		_, b, err = try(ctx, sb.Transport(), base, "GET", "/pulse", "")
		assert.ErrorIs(t, err, context.DeadlineExceeded, "the deadline covers the body")
		assert.Len(t, b, 3)
	})
}

func TestFaultsChooseTheirRequests(t *testing.T) {
	for _, row := range []struct {
		name  string
		fault tangotest.Fault
		met   bool
	}{
		{"everything", tangotest.Fault{}, true},
		{"method", tangotest.Fault{Method: "POST"}, true},
		{"another method", tangotest.Fault{Method: "GET"}, false},
		{"path", tangotest.Fault{Path: "/orders"}, true},
		{"pattern", tangotest.Fault{Path: "/*"}, true},
		{"another path", tangotest.Fault{Path: "/orders/*"}, false},
		{"ref", tangotest.Fault{Ref: "ref-1"}, true},
		{"another ref", tangotest.Fault{Ref: "ref-2"}, false},
		{"key", tangotest.Fault{Key: "demo-platform-key-0001"}, true},
		{"another key", tangotest.Fault{Key: "demo-platform-key-0002"}, false},
		{"skip", tangotest.Fault{Skip: 1}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.fault.Do, row.fault.Status = tangotest.Status, 503
			sb := open(t, func(c *tangotest.Config) { c.Faults = []tangotest.Fault{row.fault} })
			a := call(t, sb.Transport(), "POST", "/orders", orderBody)
			assert.Equal(t, row.met, a.status == 503)
		})
	}
}

func TestChanceDoesNotDependOnTheOrderOfRequests(t *testing.T) {
	refs := make([]string, 300)
	for i := range refs {
		refs[i] = "ref-" + string(rune('a'+i%26)) + strings.Repeat("x", i/26)
	}
	run := func(seed uint64, refs []string) map[string]bool {
		sb := open(t, func(c *tangotest.Config) {
			c.FaultSeed = seed
			c.Faults = []tangotest.Fault{{Do: tangotest.Status, Chance: 0.3, Times: -1}}
		})
		met := map[string]bool{}
		for _, r := range refs {
			a := call(t, sb.Transport(), "GET", "/orders?externalRefID="+r, "")
			met[r] = a.status == 503
		}
		return met
	}
	backwards := make([]string, len(refs))
	for i, r := range refs {
		backwards[len(refs)-1-i] = r
	}
	forward := run(1, refs)
	assert.Equal(t, forward, run(1, backwards))
	assert.NotEqual(t, forward, run(2, refs))
	n := 0
	for _, m := range forward {
		if m {
			n++
		}
	}
	assert.InDelta(t, 90, n, 45, "about 30 % of 300")
}

func TestDistortedAnswers(t *testing.T) {
	sb := open(t, func(c *tangotest.Config) {
		c.Faults = []tangotest.Fault{
			{Do: tangotest.WrongTypes, Path: "/orders", Member: "referenceOrderID"},
			{Do: tangotest.UnknownFields, Path: "/orders/*"},
			{Do: tangotest.HTML, Path: "/pulse", Status: 503, RetryAfter: "7"},
			{Do: tangotest.Skew, Path: "/pulse", Wait: -2 * time.Hour},
		}
	})
	rt := sb.Transport()
	a := call(t, rt, "POST", "/orders", orderBody)
	assert.Contains(t, a.body, `"referenceOrderID":{"value":1}`)
	assert.Contains(t, a.body, `"status":"COMPLETE"`, "the others are as they were")
	a = call(t, rt, "GET", "/orders/"+sb.Orders()[0].ID, "")
	assert.Equal(t, 200, a.status)
	assert.Contains(t, a.body, `"recipient":{"firstName":"Seán","lastName":"O'Brien","email":"sean@example.com","unknownField":{`)
	a = call(t, rt, "GET", "/pulse", "")
	assert.Equal(t, 503, a.status)
	assert.Equal(t, "text/html", a.header.Get("Content-Type"))
	assert.Equal(t, "7", a.header.Get("Retry-After"))
	assert.NotEmpty(t, a.header.Get("X-REQUEST-ID"))
	a = call(t, rt, "GET", "/pulse", "")
	date, err := http.ParseTime(a.header.Get("Date"))
	require.NoError(t, err)
	assert.InDelta(t, -2*time.Hour, float64(time.Until(date)), float64(time.Minute))
}

func TestPendingOrdersCompleteLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb := open(t, func(c *tangotest.Config) { c.PendingFor = time.Minute })
		rt := sb.Transport()
		a := call(t, rt, "POST", "/orders", orderBody)
		assert.Equal(t, 201, a.status)
		assert.Equal(t, "PENDING", a.str("status"))
		assert.Contains(t, a.body, `"credentialList":[]`)
		path := "/orders/" + a.str("referenceOrderID")
		assert.Equal(t, "PENDING", call(t, rt, "GET", path, "").str("orderStatus"))
		assert.Contains(t, call(t, rt, "GET", "/orders?orderStatus=PENDING", "").body, `"totalCount":1`)
		time.Sleep(time.Minute)
		a = call(t, rt, "GET", path, "")
		assert.Equal(t, "COMPLETE", a.str("orderStatus"))
		assert.NotEmpty(t, a.str("reward", "credentials", "Redemption URL"))
		assert.Contains(t, call(t, rt, "GET", "/orders?orderStatus=PENDING", "").body, `"totalCount":0`)
	})
}

func TestScript(t *testing.T) {
	got, err := tangotest.ReadFaults(strings.NewReader(`
{"do":"reset","method":"POST","path":"/orders","commit":true}

{"do":"status","status":429,"retryAfter":"2","times":3,"i18nKey":"429.001","message":"m"}
{"do":"late","ref":"order-17","wait":"3s","skip":1}
{"do":"trickle","wait":"10ms","chance":0.25,"times":-1}
{"do":"cut","bytes":12,"key":"k"}
{"do":"wrong-types","member":"status"}
{"do":"skew","wait":"-10m"}
{"do":"certificate","cert":"expired"}
`))
	require.NoError(t, err)
	assert.Equal(t, []tangotest.Fault{
		{Do: tangotest.Reset, Method: "POST", Path: "/orders", Commit: true},
		{Do: tangotest.Status, Status: 429, RetryAfter: "2", Times: 3, I18nKey: "429.001", Message: "m"},
		{Do: tangotest.Late, Ref: "order-17", Wait: 3 * time.Second, Skip: 1},
		{Do: tangotest.Trickle, Wait: 10 * time.Millisecond, Chance: 0.25, Times: -1},
		{Do: tangotest.Cut, Bytes: 12, Key: "k"},
		{Do: tangotest.WrongTypes, Member: "status"},
		{Do: tangotest.Skew, Wait: -10 * time.Minute},
		{Do: tangotest.Certificate, Cert: "expired"},
	}, got)
}

func TestScriptMistakes(t *testing.T) {
	for line, says := range map[string]string{
		`{`:                                `line 2: not one JSON object`,
		`[]`:                               `line 2: not one JSON object`,
		`{"do":"reset"} {"do":"reset"}`:    `line 2: not one JSON object`,
		`{"do":"reset","do":"reset"}`:      `line 2: not one JSON object`,
		`{"do":"explode"}`:                 `line 2: do: needs one of refuse, reset,`,
		`{"method":"POST"}`:                `line 2: do: needs one of`,
		`{"do":"reset","pathh":"/orders"}`: `line 2: "pathh" is no field of a fault`,
		`{"do":"delay","wait":"soon"}`:     `line 2: wait: not a length of time such as "1.5s"`,
		`{"do":"delay","wait":3}`:          `line 2: wait: not a length of time such as "1.5s"`,
		`{"do":"delay","wait":"-3s"}`:      `line 2: wait: not below 0`,
		`{"do":"status","status":"503"}`:   `line 2: status: not the kind of value that it needs`,
		`{"do":"status","status":200}`:     `line 2: status: not between 400 and 599`,
		`{"do":"reset","chance":1.5}`:      `line 2: chance: not between 0 and 1`,
		`{"do":"reset","path":"orders"}`:   `line 2: path: not a pattern that begins with /`,
		`{"do":"refuse","commit":true}`:    `line 2: commit: has no meaning with this action`,
		`{"do":"certificate"}`:             `line 2: cert: expired, wrong-host or no-intermediate`,
		`{"do":"reset","cert":"expired"}`:  `line 2: cert: expired, wrong-host or no-intermediate`,
		`{"do":"reset","skip":-1}`:         `line 2: skip and bytes: not below 0`,
		strings.Repeat("x", 1<<20+1):       `line 2: longer than 1 MiB`,
	} {
		_, err := tangotest.ReadFaults(strings.NewReader(`{"do":"reset"}` + "\n" + line + "\n"))
		require.Error(t, err, "%.40s", line)
		assert.Contains(t, err.Error(), says, "%.40s", line)
		assert.NotContains(t, err.Error(), "tangotest.Fault", "no Go type name")
	}
	assert.Error(t, open(t, nil).Play(tangotest.Fault{Do: "explode"}))
}

func TestCloseEndsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb := open(t, func(c *tangotest.Config) {
			c.Faults = []tangotest.Fault{{Do: tangotest.Timeout}, {Do: tangotest.Delay, Wait: time.Hour}, {Do: tangotest.Late, Wait: time.Hour}}
		})
		errs := make(chan error, 3)
		for range 3 {
			go func() {
				_, _, err := try(context.Background(), sb.Transport(), base, "POST", "/orders", orderBody)
				errs <- err
			}()
			synctest.Wait()
		}
		require.NoError(t, sb.Close())
		for range 3 {
			assert.Error(t, <-errs)
		}
		assert.Empty(t, sb.Warnings())
		_, _, err := try(t.Context(), sb.Transport(), base, "GET", "/accounts", "")
		assert.True(t, errors.Is(err, tangotest.ErrClosed))
		rec := httptest.NewRecorder()
		sb.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/raas/v2/accounts", nil))
		assert.Equal(t, 503, rec.Code)
		assert.Len(t, sb.Warnings(), 2)
		assert.Zero(t, placed(sb))
	})
}
