package tangoclient

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// everything is all that the clients of this suite logged and traced; the errors of calls stand in the spans.
var everything syncBuffer

// spans writes each span that ends into everything.
type spans struct{}

func (spans) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (spans) Shutdown(context.Context) error                  { return nil }
func (spans) ForceFlush(context.Context) error                { return nil }
func (spans) OnEnd(s sdktrace.ReadOnlySpan) {
	fmt.Fprintln(&everything, "span", s.Name(), s.Status().Code, s.Status().Description, attributes(s.Attributes()), s.Events())
}

func attributes(kv []attribute.KeyValue) (out []string) {
	for _, a := range kv {
		out = append(out, string(a.Key)+"="+a.Value.String())
	}
	return out
}

// watch makes a client write into everything what it logs and traces.
func watch(c *Config) {
	c.Logger = slog.New(slog.NewJSONHandler(io.MultiWriter(&everything, loggerWriter{c.Logger}), &slog.HandlerOptions{Level: slog.LevelDebug}))
	c.TracerProvider = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans{}))
}

// loggerWriter hands lines on to the logger that a test has set.
type loggerWriter struct{ to *slog.Logger }

func (w loggerWriter) Write(p []byte) (int, error) {
	if w.to != nil {
		w.to.Info(string(p))
	}
	return len(p), nil
}

// leaks names the secrets and the personal data in text.
func leaks(text string) (found []string) {
	for _, s := range []string{testKey, testClientSecret, testPassword, testCode, testRefKey, "tok.en-1", "aoife@example.com", "O'Brien", "I <3 you", "a+b@example.com"} {
		for name, form := range spellingsOf(s) {
			if name == "in a line" || strings.HasPrefix(name, "b") { // base64 has parts that depend on what stands beside
				continue
			}
			if strings.Contains(text, form) {
				found = append(found, s+" ("+name+")")
			}
		}
	}
	var set secretSet
	for _, s := range []string{testKey, testClientSecret, testPassword, testCode, testRefKey} {
		set.add(NewSecret(s))
	}
	for line := range strings.Lines(text) {
		if set.has(line) {
			found = append(found, "a secret in some encoding")
		}
	}
	return found
}

func TestLeaksAreFound(t *testing.T) {
	for _, planted := range []string{testKey, basicHeader("p", testKey), "aoife@example.com", "aoife%40example.com", testCode} {
		assert.NotEmpty(t, leaks("some line\nwith "+planted+" in it"), planted)
	}
	assert.Empty(t, leaks("some line\nwith nothing in it"))
}

// TestMain searches what the whole suite has logged and traced.
func TestMain(m *testing.M) {
	code := m.Run()
	text := everything.String()
	if found := leaks(text); len(found) > 0 {
		fmt.Printf("FAIL: the clients of this suite logged or traced %q\n", found)
		code = 1
	}
	if testing.Verbose() {
		fmt.Printf("leak test: %d bytes of logs and spans searched\n", len(text))
	}
	os.Exit(code)
}
