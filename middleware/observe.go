package middleware

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Observe is where the operator learns what was refused and why. The zero value is silent.
//
// A log record has the route, the reason, class and rule, the pointer and the request id; a metric has route,
// reason, class and rule, so that the number of series is bounded by the program and not by its callers.
// Neither has a value.
type Observe struct {
	Logger *slog.Logger         // one record of level Warn for each refusal, Info for each change by Strip
	Meter  metric.MeterProvider // tangoguard.refused, .stripped (counts), .body (bytes), .duration (seconds)
}

const scope = "github.com/tangoguard/tangoguard/middleware"

type observer struct {
	log      *slog.Logger
	refusals metric.Int64Counter
	strips   metric.Int64Counter
	bytes    metric.Int64Histogram
	duration metric.Float64Histogram
}

func (o Observe) build() (*observer, error) {
	out := &observer{log: o.Logger}
	if o.Meter == nil {
		return out, nil
	}
	m := o.Meter.Meter(scope)
	var errs [4]error
	out.refusals, errs[0] = m.Int64Counter("tangoguard.refused", metric.WithDescription("requests refused, by reason"))
	out.strips, errs[1] = m.Int64Counter("tangoguard.stripped", metric.WithDescription("values changed by Strip"))
	out.bytes, errs[2] = m.Int64Histogram("tangoguard.body", metric.WithUnit("By"), metric.WithDescription("size of inspected bodies"))
	out.duration, errs[3] = m.Float64Histogram("tangoguard.duration", metric.WithUnit("s"), metric.WithDescription("time that inspection took"))
	return out, errors.Join(errs[:]...)
}

// off lets the hot path leave the clock alone.
func (o *observer) off() bool { return o.duration == nil }

func (o *observer) refused(req *http.Request, route string, r *Refusal, more ...slog.Attr) {
	if o.log != nil {
		attrs := append([]slog.Attr{
			slog.String("reason", r.Reason), slog.Int("status", r.Status),
			slog.String("method", req.Method), slog.String("route", route),
		}, more...)
		if id := req.Header.Get("X-Request-Id"); validRequestID(id) {
			attrs = append(attrs, slog.String("request_id", id))
		}
		for _, f := range r.Fields {
			attrs = append(attrs, slog.Group("field", slog.String("in", f.In), slog.String("pointer", f.Pointer),
				slog.String("name", f.Name), slog.String("class", string(f.Class)), slog.String("rule", f.Rule)))
		}
		if r.Err != nil {
			attrs = append(attrs, slog.Any("error", r.Err))
		}
		o.log.LogAttrs(req.Context(), slog.LevelWarn, "request refused", attrs...)
	}
	if o.refusals == nil {
		return
	}
	set := []attribute.KeyValue{attribute.String("route", route), attribute.String("reason", r.Reason)}
	if len(r.Fields) > 0 {
		set = append(set, attribute.String("class", string(r.Fields[0].Class)), attribute.String("rule", r.Fields[0].Rule))
	}
	o.refusals.Add(req.Context(), 1, metric.WithAttributes(set...))
}

func (o *observer) inspected(ctx context.Context, route string, size int, since time.Time) {
	if o.duration == nil {
		return
	}
	at := metric.WithAttributes(attribute.String("route", route))
	o.bytes.Record(ctx, int64(size), at)
	o.duration.Record(ctx, time.Since(since).Seconds(), at)
}
