package tangoclient

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// TestSpans holds the spans of a call and of its attempts against what they may say: no URL, no query string,
// nothing that somebody typed.
func TestSpans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := tracetest.NewSpanRecorder()
		s := &script{steps: []step{reply(503, failed(503, "503.501", "x")), reply(201, placed()), reply(200, `{"orders":[]}`), fault(errReset)}}
		c := newTestClient(t, s)
		c.tel.tracer = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(rec)).Tracer(scopeName)
		_, err := c.CreateOrder(t.Context(), goodOrder())
		require.NoError(t, err)
		_, err = list(c.Orders(t.Context(), OrderFilter{RecipientEmail: "aoife@example.com", Notes: "for Aoife"}))
		require.NoError(t, err)

		ended := rec.Ended()
		require.Len(t, ended, 5)
		var names []string
		for _, span := range ended {
			names = append(names, span.Name())
			for _, a := range span.Attributes() {
				assert.Contains(t, []string{"tango.operation", "tango.outcome", "tango.request_id", "tango.key", "http.request.method",
					"http.request.resend_count", "http.response.status_code"}, string(a.Key))
				for _, typed := range []string{"/", "?", "ifa", "oife", "Brien"} {
					assert.NotContains(t, a.Value.String(), typed, "%s of %s", a.Key, span.Name())
				}
			}
		}
		assert.Equal(t, []string{"POST", "POST", "tango createOrder", "GET", "tango listOrders"}, names)
		call := ended[2]
		for _, attempt := range ended[:2] {
			assert.Equal(t, call.SpanContext().SpanID(), attempt.Parent().SpanID())
		}
		has := func(i int, kv string) {
			assert.True(t, slices.Contains(attributes(ended[i].Attributes()), kv), "%s in %v", kv, attributes(ended[i].Attributes()))
		}
		has(0, "http.response.status_code=503")
		has(0, "tango.key=503.501")
		has(0, "tango.request_id=req-503")
		has(0, "http.request.resend_count=0")
		has(1, "http.response.status_code=201")
		has(1, "http.request.resend_count=1")
		has(2, "tango.outcome=created")
		assert.Equal(t, codes.Error, ended[0].Status().Code)
		assert.Equal(t, codes.Unset, ended[1].Status().Code)
	})
}
