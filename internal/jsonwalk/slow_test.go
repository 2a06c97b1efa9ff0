package jsonwalk_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"

	"github.com/tangoguard/tangoguard/internal/jsonwalk"
	"github.com/tangoguard/tangoguard/testdata"
)

// slow is the walk by jsontext's decoder, token by token and without a bound but on numbers: what Walk has to agree
// with.
func slow(text string) (got []string, reason string) {
	dec := jsontext.NewDecoder(bytes.NewReader([]byte(text)))
	for {
		raw, err := dec.ReadToken()
		switch {
		case err == io.EOF && strings.Trim(text, " \t\r\n") == "":
			return got, jsonwalk.ReasonEmpty
		case errors.Is(err, jsontext.ErrDuplicateName):
			return got, jsonwalk.ReasonDuplicate
		case err != nil && !utf8.ValidString(text):
			return got, jsonwalk.ReasonUTF8
		case err != nil:
			return got, jsonwalk.ReasonSyntax
		}
		prefix := ""
		switch raw.Kind() {
		case '"':
			if kind, n := dec.StackIndex(dec.StackDepth()); kind == '{' && n%2 == 1 {
				prefix = ":"
			}
			if hasNoncharacter(raw.String()) {
				return got, jsonwalk.ReasonNoncharacter
			}
			got = append(got, prefix+string(dec.StackPointer())+"="+raw.String())
		case '0':
			if n := raw.String(); len(n) > jsonwalk.MaxNumber || strings.ContainsAny(n, "eE") {
				return got, jsonwalk.ReasonNumber
			}
			got = append(got, string(dec.StackPointer())+"="+raw.String())
		}
		if dec.StackDepth() == 0 {
			if strings.Trim(text[dec.InputOffset():], " \t\r\n") != "" {
				return got, jsonwalk.ReasonTrailing
			}
			return got, ""
		}
	}
}

func hasNoncharacter(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0xFDD0 && r <= 0xFDEF || r&0xFFFE == 0xFFFE })
}

// agree fails unless Walk refuses text for the same reason as slow, or reads the same strings in the same places.
func agree(t testing.TB, text string) {
	t.Helper()
	got, reason := walk(text, jsonwalk.Limits{})
	want, wanted := slow(text)
	if reason != wanted {
		t.Fatalf("%q: reason %q, jsontext says %q", text, reason, wanted)
	}
	if reason == "" {
		assert.Equal(t, want, got, "%q", text)
	}
}

// fragments are what JSON texts are made of, and what looks like it.
var fragments = []string{
	`{`, `}`, `[`, `]`, `,`, `:`, ` `, "\n", "\t", "\r", `"`, `"a"`, `"b"`, `"a":1`, `"":`, `null`, `true`, `false`, `nul`, `0`, `-0`, `1.5`, `01`,
	`-`, `1.`, `.5`, `1e5`, `1E+`, `+1`, `\`, `\"`, `\u0061`, `\u0041`, `\ud83c`, `\udf81`, `\ud83c\udf81`, `\uffff`, `\x`, `\/`, `\n`, `\u00`, "é", "日本", "🎁",
	"\xff", "\xc0\xaf", "\xed\xa0\x80", "\uffff", "\ufeff", "\x00", "\x1f", "\x7f", "\u2028", `"\u0061":2`, `"abcdefgh"`, `"abcdefghijklmnopq"`, `/**/`, `'`,
	`"é\u00e9"`, `12345678901234567890123456789012`, `123456789012345678901234567890123`,
}

// TestAgreesWithJSONText tries every text of up to three fragments, by itself and where a value and a string stand.
func TestAgreesWithJSONText(t *testing.T) {
	for _, a := range fragments {
		for _, b := range fragments {
			agree(t, a+b)
			agree(t, `{"x":`+a+b+`}`)
			agree(t, `["`+a+b+`"]`)
			agree(t, `{"a":0,`+a+b)
			agree(t, `["1234567`+a+`89`+b+`","`+b+`0123456`+a+`"]`)
			for _, c := range fragments {
				agree(t, a+b+c)
			}
		}
	}
}

// TestAgreesAtEveryOffset puts the bytes that end a string at each place of the eight that are read at a time.
func TestAgreesAtEveryOffset(t *testing.T) {
	for _, special := range []string{``, `\n`, `\u00e9`, `\"`, "\x1f", "\x00", "é", "\xff", "\u007f", "\u0080", `\`, "\uffff"} {
		for before := range 18 {
			for after := range 18 {
				agree(t, `["`+strings.Repeat("a", before)+special+strings.Repeat("!", after)+`",""]`)
				agree(t, `"`+strings.Repeat("\x7f", before)+special+strings.Repeat("b", after))
			}
		}
	}
}

// TestAgreesOnTheCorpus quotes every text of testdata.
func TestAgreesOnTheCorpus(t *testing.T) {
	attacks, err1 := testdata.Attacks()
	benign, err2 := testdata.Benign()
	assert.NoError(t, errors.Join(err1, err2))
	for _, line := range append(attacks, benign...) {
		quoted, err := jsontext.AppendQuote(nil, line.Text)
		if err != nil {
			continue
		}
		agree(t, `{"text":`+string(quoted)+`}`)
		agree(t, line.Text)
	}
}

// TestDuplicatesInLargeObjects has the same name first and last, on both sides of where comparing one by one ends.
func TestDuplicatesInLargeObjects(t *testing.T) {
	for _, n := range []int{1, 2, 31, 32, 33, 34, 64, 1000} {
		var b strings.Builder
		for i := range n {
			b.WriteString(`"n` + strings.Repeat("x", i%50) + string(rune('0'+i/50)) + `":{"n0":1},`)
		}
		_, reason := walk(`{`+b.String()+`"last":[{"n0":1}]}`, jsonwalk.Limits{})
		assert.Empty(t, reason, "%d names", n)
		for _, again := range []string{`"n0"`, `"\u006e0"`, `"n` + strings.Repeat("x", (n-1)%50) + string(rune('0'+(n-1)/50)) + `"`} {
			_, reason = walk(`{`+b.String()+again+`:1}`, jsonwalk.Limits{})
			assert.Equal(t, jsonwalk.ReasonDuplicate, reason, "%d names, %s", n, again)
		}
	}
}

func BenchmarkWalk(b *testing.B) {
	text := `{"externalRefID":"ref-1","amount":25.5,"message":"thank you for everything you did for us this year","recipient":{"firstName":"Ann","email":"ann@example.com"},"list":["a","b"]}`
	limits := jsonwalk.Limits{Depth: 64, Keys: 1000, String: 65536}
	visit := func(*jsonwalk.Walker, jsonwalk.Token) error { return nil }
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := jsonwalk.Walk(text, limits, visit); err != nil {
			b.Fatal(err)
		}
	}
}
