package tangoclient

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// scopeName is the instrumentation scope of spans and metrics.
const scopeName = "github.com/tangoguard/tangoguard/tangoclient"

// telemetry makes spans and metrics. Names of attributes are those of OpenTelemetry's semantic conventions
// where they have one. None holds a URL, a query, or what somebody typed, and no trace header goes to Tango.
type telemetry struct {
	tracer   trace.Tracer
	calls    metric.Int64Counter
	attempts metric.Int64Counter
	tokens   metric.Int64Counter
	waits    metric.Float64Histogram
	duration metric.Float64Histogram
}

func newTelemetry(tp trace.TracerProvider, mp metric.MeterProvider) (*telemetry, error) {
	if tp == nil {
		tp = otel.GetTracerProvider()
	}
	if mp == nil {
		mp = otel.GetMeterProvider()
	}
	m := mp.Meter(scopeName)
	t := &telemetry{tracer: tp.Tracer(scopeName)}
	var errs [5]error
	t.calls, errs[0] = m.Int64Counter("tango.client.calls", metric.WithDescription("Calls, by operation and outcome"))
	t.attempts, errs[1] = m.Int64Counter("tango.client.attempts", metric.WithDescription("Attempts, by operation and status; 0 is no answer"))
	t.tokens, errs[2] = m.Int64Counter("tango.client.token.fetches", metric.WithDescription("Requests to the token endpoint, by status"))
	t.waits, errs[3] = m.Float64Histogram("tango.client.wait.duration", metric.WithUnit("s"), metric.WithDescription("Waits before an attempt, by reason"))
	t.duration, errs[4] = m.Float64Histogram("tango.client.call.duration", metric.WithUnit("s"), metric.WithDescription("Calls with all their attempts and waits"))
	return t, errors.Join(errs[:]...)
}

func opAttr(op string) attribute.KeyValue { return attribute.String("tango.operation", op) }

// What nobody records is not put together: spans say IsRecording, instruments Enabled.

func (t *telemetry) startCall(ctx context.Context, cl *call) (context.Context, trace.Span) {
	ctx, span := t.tracer.Start(ctx, "tango "+cl.op, trace.WithAttributes(opAttr(cl.op)))
	cl.traced = span.IsRecording()
	return ctx, span
}

func (t *telemetry) endCall(ctx context.Context, cl *call, span trace.Span, start time.Time, a *answer, err error) {
	outcome := attribute.String("tango.outcome", outcomeOf(a, err))
	if cl.traced {
		if err != nil {
			span.SetStatus(codes.Error, err.Error())
		}
		span.SetAttributes(outcome)
	}
	span.End()
	if t.calls.Enabled(ctx) || t.duration.Enabled(ctx) {
		with := metric.WithAttributes(opAttr(cl.op), outcome)
		t.calls.Add(ctx, 1, with)
		t.duration.Record(ctx, time.Since(start).Seconds(), with)
	}
}

// outcomeOf is one of created, ok, duplicate, unknown, refused, unavailable.
func outcomeOf(a *answer, err error) string {
	switch {
	case err == nil && a.status == http.StatusCreated:
		return "created"
	case err == nil && a.status == http.StatusConflict:
		return "duplicate"
	case err == nil:
		return "ok"
	case is[*UnknownOutcomeError](err):
		return "unknown"
	case errors.Is(err, ErrUnavailable):
		return "unavailable"
	}
	return "refused"
}

// startAttempt makes a span below that of the call; an attempt of a call that is not traced has none.
func (t *telemetry) startAttempt(ctx context.Context, cl *call, n int) (context.Context, trace.Span) {
	if !cl.traced {
		return ctx, nil
	}
	return t.tracer.Start(ctx, cl.method, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		opAttr(cl.op), attribute.String("http.request.method", cl.method), attribute.Int("http.request.resend_count", n)))
}

func (t *telemetry) endAttempt(ctx context.Context, cl *call, a *attempt) {
	if a.span != nil {
		ctx = trace.ContextWithSpan(ctx, a.span) // for exemplars
		a.span.SetAttributes(a.attributes()...)
		if a.ans == nil {
			a.span.SetStatus(codes.Error, "")
		}
		a.span.End()
	}
	if t.attempts.Enabled(ctx) {
		t.attempts.Add(ctx, 1, metric.WithAttributes(opAttr(cl.op), attribute.Int("http.response.status_code", a.status())))
	}
}

// status is the HTTP status of the answer; 0: none came.
func (a *attempt) status() int {
	switch {
	case a.ans != nil:
		return a.ans.status
	case a.fail != nil:
		return a.fail.Status
	}
	return 0
}

// attributes are what a span says of an answer.
func (a *attempt) attributes() []attribute.KeyValue {
	status := attribute.Int("http.response.status_code", a.status())
	switch {
	case a.ans != nil:
		return []attribute.KeyValue{status, attribute.String("tango.request_id", a.ans.id)}
	case a.fail != nil:
		return []attribute.KeyValue{status, attribute.String("tango.request_id", a.fail.RequestID), attribute.String("tango.key", a.fail.Key)}
	}
	return nil
}

// waited notes a wait; reason is backoff or pace.
func (t *telemetry) waited(ctx context.Context, op, reason string, since time.Time) {
	if t.waits.Enabled(ctx) {
		t.waits.Record(ctx, time.Since(since).Seconds(), metric.WithAttributes(opAttr(op), attribute.String("tango.wait.reason", reason)))
	}
}

func (t *telemetry) tokenFetched(ctx context.Context, err error) {
	status := http.StatusOK
	if e, ok := errors.AsType[*TokenError](err); ok {
		status = e.Status
	}
	t.tokens.Add(ctx, 1, metric.WithAttributes(attribute.Int("http.response.status_code", status)))
}
