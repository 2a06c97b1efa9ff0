package tangoclient

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const hush = "hush-hush-sweet-secret-0042"

// assertHushed fails when text carries hush, plainly or in one of the forms in which printing may show it.
func assertHushed(t *testing.T, what, text string) {
	t.Helper()
	lower := strings.ToLower(text)
	for form, s := range map[string]string{
		"plain": hush, "hex": hex.EncodeToString([]byte(hush)), "base64": base64.StdEncoding.EncodeToString([]byte(hush)),
		"bytes": strings.Trim(fmt.Sprint([]byte(hush)), "[]"),
	} {
		assert.NotContains(t, lower, strings.ToLower(s), "%s shows the secret (%s)", what, form)
	}
}

// recorder is a testing.T whose failures are kept.
type recorder struct{ b strings.Builder }

func (r *recorder) Errorf(format string, args ...any) { fmt.Fprintf(&r.b, format, args...) }

func TestSecretDoesNotPrint(t *testing.T) {
	type inside struct {
		Public  Secret
		private Secret
		ptr     *Secret
		list    []Secret
		byName  map[string]Secret
		any     any
	}
	s := NewSecret(hush)
	in := inside{s, s, &s, []Secret{s}, map[string]Secret{"a": s}, s}
	for _, v := range []any{s, &s, in, &in, []any{in}, map[string]any{"x": in}, struct{ S *inside }{&in}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%c", "%U", "% x", "%08.3f", "%w"} {
			assertHushed(t, verb, fmt.Sprintf(verb, v))
		}
		assertHushed(t, "Errorf", fmt.Errorf("wrapped: %v", v).Error())
		for name, h := range map[string]func(*bytes.Buffer) slog.Handler{
			"slog text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
			"slog JSON": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		} {
			var b bytes.Buffer
			slog.New(h(&b)).Info("x", "v", v, slog.Group("g", "v", v))
			require.NotEmpty(t, b.String())
			assertHushed(t, name, b.String())
		}
		var rec recorder
		assert.Equal(&rec, v, "something else")
		require.NotEmpty(t, rec.b.String())
		assertHushed(t, "a failing test's diff", rec.b.String())
		if b, err := json.Marshal(v); err == nil {
			assertHushed(t, "encoding/json", string(b))
		}
		if b, err := jsonv2.Marshal(v); err == nil {
			assertHushed(t, "json v2", string(b))
		}
	}
	b, err := json.Marshal(s)
	require.NoError(t, err)
	assert.Equal(t, `"[redacted]"`, string(b))
	b, _ = xml.Marshal(struct{ S Secret }{s})
	assertHushed(t, "xml", string(b))
	var g bytes.Buffer
	require.Error(t, gob.NewEncoder(&g).Encode(s))
	assertHushed(t, "gob", g.String())
	assert.Equal(t, hush, s.Reveal())
}

func TestSecretAsAValue(t *testing.T) {
	var zero Secret
	assert.True(t, zero.IsZero())
	assert.Empty(t, zero.Reveal())
	assert.Empty(t, fmt.Sprint(zero))
	assert.True(t, NewSecret("").IsZero())
	assert.True(t, NewSecret(hush).Equal(NewSecret(hush)))
	assert.False(t, NewSecret(hush).Equal(NewSecret(hush+"x")))
	assert.False(t, NewSecret(hush).Equal(zero))
	var v struct{ Code Secret }
	require.NoError(t, json.Unmarshal([]byte(`{"Code":"`+hush+`"}`), &v))
	assert.Equal(t, hush, v.Code.Reveal())
}

// spellingsOf are ways in which a secret may stand in text, written without the code under test.
func spellingsOf(v string) map[string]string {
	var percent, unicode strings.Builder
	for i := range len(v) {
		fmt.Fprintf(&percent, "%%%02x", v[i])
	}
	for _, u := range utf16.Encode([]rune(v)) {
		fmt.Fprintf(&unicode, `\u%04x`, u)
	}
	quoted, _ := json.Marshal(v)
	return map[string]string{
		"plain":               v,
		"in a line":           "error: key=" + v + ", sorry",
		"basic header":        "Basic " + base64.StdEncoding.EncodeToString([]byte("platform:"+v)),
		"basic header, +1":    "Basic " + base64.StdEncoding.EncodeToString([]byte("platform1:"+v)),
		"basic header, +2":    "Basic " + base64.StdEncoding.EncodeToString([]byte("platform12:"+v)),
		"base64 in the midst": base64.StdEncoding.EncodeToString([]byte("ab" + v + "cd")),
		"base64url":           base64.RawURLEncoding.EncodeToString([]byte("a" + v)),
		"query":               url.QueryEscape(v),
		"every byte percent":  percent.String(),
		"upper percent":       strings.ToUpper(percent.String()),
		"JSON string":         string(quoted),
		"JSON escapes":        unicode.String(),
	}
}

func TestScrub(t *testing.T) {
	for _, secret := range []string{hush, `quo"ted\back/slash+and=more&`, "päss-wörd-ünïcode-😀-0123", strings.Repeat("k", 16)} {
		var set secretSet
		set.add(NewSecret(secret), NewSecret("too short"))
		for name, text := range spellingsOf(secret) {
			assert.True(t, set.has(text), "%s of %q", name, secret)
			got := set.scrub(text)
			assert.False(t, set.has(got), name)
			assert.NotContains(t, got, secret, name)
		}
		assert.Equal(t, "key=[redacted].", set.scrub("key="+secret+"."))
		for _, benign := range []string{"", "too short", "I <3 you, 100% -- really \\o/", strings.Repeat("k", 15), "O'Brien & Sons", `a "quoted" word \u0041`} {
			assert.Equal(t, benign, set.scrub(benign))
		}
		err := errors.New("read: " + secret)
		assert.NotContains(t, set.scrubError(fmt.Errorf("x: %w", err)).Error(), secret)
		assert.NotErrorIs(t, set.scrubError(fmt.Errorf("x: %w", err)), err, "what holds a secret is not in the chain either")
	}
	var set secretSet
	for i := range 3 * maxSecrets {
		set.add(NewSecret(fmt.Sprintf("secret-number-%06d", i)))
	}
	assert.Len(t, set.known, maxSecrets)
}

func TestTheLogIsScrubbed(t *testing.T) {
	var set secretSet
	set.add(NewSecret(hush))
	var b syncBuffer
	l := newLogger(slog.New(slog.NewJSONHandler(&b, nil)), &set)
	l.With("with", hush).WithGroup("g").Error("msg "+hush, "s", hush, "err", fmt.Errorf("x %s", hush),
		slog.Group("deep", "s", hush, "n", 7), "any", struct{ S string }{hush}, "bytes", []string{hush})
	assertHushed(t, "log", b.String())
	assert.Contains(t, b.String(), `"n":7`)
}
