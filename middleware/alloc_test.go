package middleware_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/race"
	"github.com/tangoguard/tangoguard/middleware"
)

// allocations is how often h allocates for one request with a body, without what making the request costs.
func allocations(t *testing.T, body string, h echo.HandlerFunc) float64 {
	t.Helper()
	o := newOnce(body)
	bare := testing.AllocsPerRun(200, func() { _ = o.context(body) })
	all := testing.AllocsPerRun(200, func() {
		if err := h(o.context(body)); err != nil {
			t.Fatal(err)
		}
	})
	return all - bare
}

// The budgets: what each check may allocate for a clean request.
func TestAllocationBudgets(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates by itself, and empties pools")
	}
	nothing := func(echo.Context) error { return nil }
	plain := orderOf(t, 1<<10)
	flat := strings.ReplaceAll(plain, `\n`, " ")
	assert.Zero(t, allocations(t, plain, middleware.RejectBrowsers()(nothing)), "RejectBrowsers")
	assert.LessOrEqual(t, allocations(t, flat, middleware.Guard()(nothing)), 2.0, "Guard: the body, and what holds it")
	assert.LessOrEqual(t, allocations(t, plain, middleware.Guard()(nothing)), 3.0, "Guard: and one for each string with an escape")
	large := orderOf(t, 64<<10)
	assert.LessOrEqual(t, allocations(t, large, middleware.Guard()(nothing)), 3.0, "Guard at 64 KB")

	direct := allocations(t, plain, func(c echo.Context) error { var o bigOrder; return c.Bind(&o) })
	h, err := middleware.Handle(middleware.HandleConfig{}, func(echo.Context, bigOrder) error { return nil })
	require.NoError(t, err)
	assert.Less(t, allocations(t, plain, middleware.RejectBrowsers()(middleware.Guard()(h))), direct,
		"the whole chain allocates less often than Echo's binder alone")
}

// Memory is bounded by the request: a body of n bytes costs no more than a few times n, however hostile.
func TestMemoryOfHostileBodies(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates by itself")
	}
	h := middleware.Guard()(func(echo.Context) error { return nil })
	n := strings.Repeat
	for name, body := range map[string]string{
		"depth":        n(`[`, 1<<19) + n(`]`, 1<<19),
		"names":        `{` + strings.TrimSuffix(nameList(100000), ",") + `}`,
		"duplicates":   `{` + strings.TrimSuffix(n(`"a":1,`, 100000), ",") + `}`,
		"escapes":      `"` + n(`\u0041`, 100000) + `"`,
		"long number":  n("9", 1<<20-1),
		"exponent":     `1e` + n("9", 1<<19),
		"short values": `[` + strings.TrimSuffix(n(`"a",`, 200000), ",") + `]`,
		"one attack":   `"` + n(`<script>`, 8000) + `"`,
		"many attacks": `[` + strings.TrimSuffix(n(`"<script>alert(1)</script>",`, 30000), ",") + `]`,
	} {
		t.Run(name, func(t *testing.T) {
			o := newOnce(body)
			var before, after runtime.MemStats
			const runs = 3
			runtime.ReadMemStats(&before)
			for range runs {
				_ = h(o.context(body)) // refused or not
			}
			runtime.ReadMemStats(&after)
			bytes := (after.TotalAlloc - before.TotalAlloc) / runs
			factor := 8
			if strings.Contains(name, "attack") {
				factor = 48 // each finding is a struct of 56 bytes, kept and copied once
			}
			assert.Less(t, bytes, uint64(factor*len(body)+1<<16), "%d bytes of memory for a body of %d", bytes, len(body))
		})
	}
}

func nameList(count int) string {
	var b strings.Builder
	for i := range count {
		b.WriteString(`"n` + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + quote(strings.Repeat("y", i%11))[1:] + `:1,`)
	}
	return b.String()
}
