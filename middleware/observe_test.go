package middleware_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/tangoguard/tangoguard/middleware"
)

// collected are the points of one metric, by the text of their attributes.
func collected(t *testing.T, reader *sdk.ManualReader, name string) map[string]float64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(context.Background(), &all))
	out := map[string]float64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name != name {
				continue
			}
			switch d := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range d.DataPoints {
					out[p.Attributes.Encoded(attributeText{})] += float64(p.Value)
				}
			case metricdata.Histogram[int64]:
				for _, p := range d.DataPoints {
					out[p.Attributes.Encoded(attributeText{})] += float64(p.Sum)
				}
			case metricdata.Histogram[float64]:
				for _, p := range d.DataPoints {
					out[p.Attributes.Encoded(attributeText{})] += float64(p.Count)
				}
			}
		}
	}
	return out
}

func TestMetricsAndLogs(t *testing.T) {
	reader := sdk.NewManualReader()
	var log bytes.Buffer
	observe := middleware.Observe{
		Meter:  sdk.NewMeterProvider(sdk.WithReader(reader)),
		Logger: slog.New(slog.NewJSONHandler(&log, nil)),
	}
	e := guarded(t, middleware.GuardConfig{Observe: observe, Routes: map[string]middleware.Route{"POST /hook": {Mode: middleware.Strip}}})
	send(t, e, "POST", "/", `{"a":"b"}`)
	send(t, e, "POST", "/", `{"a":"`+attack+`"}`)
	send(t, e, "POST", "/", `{"a":"`+attack+`"}`)
	send(t, e, "POST", "/", `{"a":1,"a":2}`)
	send(t, e, "POST", "/hook", `{"a":"x `+attack+`"}`)

	refused := collected(t, reader, "tangoguard.refused")
	assert.Len(t, refused, 2)
	assert.Equal(t, 1.0, refused["class= reason=json.duplicate_name route=/ rule="], "%v", refused)
	found := 0.0
	for set, n := range refused {
		if n == 2 {
			assert.Contains(t, set, "class=xss reason=insecure route=/ rule=")
			found = n
		}
		assert.NotContains(t, set, "onerror")
	}
	assert.Equal(t, 2.0, found)
	assert.Equal(t, map[string]float64{"route=/hook": 1}, collected(t, reader, "tangoguard.stripped"))
	assert.Equal(t, 4.0, collected(t, reader, "tangoguard.duration")["route=/"])
	assert.Positive(t, collected(t, reader, "tangoguard.body")["route=/"])

	assert.Contains(t, log.String(), `"reason":"insecure"`)
	assert.Contains(t, log.String(), `"class":"xss"`)
	assert.Contains(t, log.String(), `"pointer":"/a"`)
	assert.NotContains(t, log.String(), "onerror")
}

func TestBrowserRefusalsAreObserved(t *testing.T) {
	reader := sdk.NewManualReader()
	var log bytes.Buffer
	observe := middleware.Observe{Meter: sdk.NewMeterProvider(sdk.WithReader(reader)), Logger: slog.New(slog.NewJSONHandler(&log, nil))}
	wrap, err := middleware.BrowserConfig{Observe: observe}.ToHandler()
	require.NoError(t, err)
	send(t, wrap(nil), "POST", "/secret-path", "", "Origin", "https://evil.example")
	assert.Equal(t, map[string]float64{"reason=browser.origin route=": 1}, collected(t, reader, "tangoguard.refused"))
	assert.NotContains(t, log.String(), "evil.example")
}

// What Handle refuses is logged and counted once: by the rules of the type, by its shape, and by inspection.
func TestHandleRefusalsAreObserved(t *testing.T) {
	reader := sdk.NewManualReader()
	var log bytes.Buffer
	observe := middleware.Observe{Meter: sdk.NewMeterProvider(sdk.WithReader(reader)), Logger: slog.New(slog.NewJSONHandler(&log, nil))}
	var got note
	e := handling(t, middleware.HandleConfig{Guard: middleware.GuardConfig{Observe: observe}}, &got)
	for _, body := range []string{`{"name":"much too long a name"}`, `{"name":"Ann","secret":1}`, `{"name":"` + attack + `"}`, `{"name":"Ann","name":"Bob"}`, ``} {
		assert.Equal(t, 400, send(t, e, "POST", "/", body).Code, body)
	}
	assert.Equal(t, 204, send(t, e, "POST", "/", `{"name":"Ann"}`).Code)
	refused := collected(t, reader, "tangoguard.refused")
	byReason := map[string]float64{}
	for set, n := range refused {
		assert.Contains(t, set, "route=/")
		_, rest, _ := strings.Cut(set, "reason=")
		reason, _, _ := strings.Cut(rest, " ")
		byReason[reason] += n
	}
	assert.Equal(t, map[string]float64{"rules": 1, "json.unknown_name": 1, "insecure": 1, "json.duplicate_name": 1, "json.empty": 1}, byReason, "%v", refused)
	assert.Equal(t, 5, strings.Count(log.String(), "request refused"))
	assert.Contains(t, log.String(), `"rule":"max"`)
	for _, value := range []string{"much too long", "secret", "onerror"} {
		assert.NotContains(t, log.String(), value)
	}
}

// attributeText writes attributes for comparison.
type attributeText struct{}

func (attributeText) ID() attribute.EncoderID { return textEncoder }

func (attributeText) Encode(it attribute.Iterator) string {
	var b strings.Builder
	for it.Next() {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(it.Attribute().Key) + "=" + it.Attribute().Value.String())
	}
	return b.String()
}

var textEncoder = attribute.NewEncoderID()
