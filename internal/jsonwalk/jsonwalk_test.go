package jsonwalk_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/internal/jsonwalk"
	"github.com/tangoguard/tangoguard/internal/race"
)

var small = jsonwalk.Limits{Depth: 4, Keys: 6, String: 8}

// walk gives "pointer=text" of each token, names with a leading colon, and the reason of the refusal.
func walk(text string, limits jsonwalk.Limits) (got []string, reason string) {
	err := jsonwalk.Walk(text, limits, func(w *jsonwalk.Walker, t jsonwalk.Token) error {
		prefix := ""
		if t.Kind == jsonwalk.Name {
			prefix = ":"
		}
		got = append(got, prefix+w.Pointer()+"="+t.Text)
		return nil
	})
	var refused *jsonwalk.Error
	if errors.As(err, &refused) {
		reason = refused.Reason
	}
	return got, reason
}

func TestWalk(t *testing.T) {
	n := strings.Repeat
	for _, row := range []struct{ name, text, reason string }{
		{"an object", `{"a":1,"b":["x",{"c":null}]}`, ""},
		{"a bare string", `"x"`, ""},
		{"white space around", " \r\n{}\t\n", ""},
		{"nothing", "", jsonwalk.ReasonEmpty},
		{"white space alone", " \n", jsonwalk.ReasonEmpty},
		{"trailing data", `{} {}`, jsonwalk.ReasonTrailing},
		{"trailing garbage", `{}x`, jsonwalk.ReasonTrailing},
		{"trailing NUL", "{}\x00", jsonwalk.ReasonTrailing},
		{"a duplicate name", `{"a":1,"a":2}`, jsonwalk.ReasonDuplicate},
		{"a duplicate hidden by an escape", `{"a":1,"\u0061":2}`, jsonwalk.ReasonDuplicate},
		{"the same name in two objects", `[{"a":1},{"a":2}]`, ""},
		{"byte order mark", "\ufeff{}", jsonwalk.ReasonSyntax},
		{"UTF-16", "{\x00}\x00", jsonwalk.ReasonSyntax},
		{"invalid UTF-8", "\"\xff\"", jsonwalk.ReasonUTF8},
		{"an overlong form", "\"\xc0\xaf\"", jsonwalk.ReasonUTF8},
		{"half a surrogate pair", `"\ud800"`, jsonwalk.ReasonSyntax},
		{"a surrogate pair", `"\ud83c\udf81"`, ""},
		{"a noncharacter", "\"\uffff\"", jsonwalk.ReasonNoncharacter},
		{"an escaped noncharacter", `"\ufdd0"`, jsonwalk.ReasonNoncharacter},
		{"the replacement character is none", "\"\ufffd\"", ""},
		{"a comment", `{/**/}`, jsonwalk.ReasonSyntax},
		{"a trailing comma", `[1,]`, jsonwalk.ReasonSyntax},
		{"single quotes", `{'a':1}`, jsonwalk.ReasonSyntax},
		{"NaN", `NaN`, jsonwalk.ReasonSyntax},
		{"a leading zero", `01`, jsonwalk.ReasonTrailing},
		{"cut off", `{"a":`, jsonwalk.ReasonSyntax},
		{"a control character", "\"a\nb\"", jsonwalk.ReasonSyntax},
		{"deep enough", n("[", 4) + n("]", 4), ""},
		{"too deep", n("[", 5) + n("]", 5), jsonwalk.ReasonDepth},
		{"too deep and never closed", n(`{"a":`, 100000), jsonwalk.ReasonDepth},
		{"too many names", `[{"a":1,"b":1,"c":1},{"d":1,"e":1,"f":1,"g":1}]`, jsonwalk.ReasonKeys},
		{"a long string", `"123456789"`, jsonwalk.ReasonString},
		{"escapes count decoded", `"\u0031\u0032"`, ""},
		{"a long name", `{"123456789":1}`, jsonwalk.ReasonString},
		{"a number of 32 bytes", n("1", 32), ""},
		{"a number of 33 bytes", n("1", 33), jsonwalk.ReasonNumber},
		{"an exponent", `1e9`, jsonwalk.ReasonNumber},
		{"a large exponent", `[1E999999999]`, jsonwalk.ReasonNumber},
		{"minus and fraction", `-0.25`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, reason := walk(row.text, small)
			assert.Equal(t, row.reason, reason)
		})
	}
}

func TestPointers(t *testing.T) {
	got, reason := walk(`{"a":"1","b~/c":["2",{"d":3},[4,"5"]],"":{"\u0065":"\n"}}`, jsonwalk.Limits{})
	require.Empty(t, reason)
	assert.Equal(t, []string{
		":/a=a", "/a=1", ":/b~0~1c=b~/c", "/b~0~1c/0=2", ":/b~0~1c/1/d=d", "/b~0~1c/1/d=3",
		"/b~0~1c/2/0=4", "/b~0~1c/2/1=5", ":/=", ":" + "//e=e", "//e=\n",
	}, got)
}

func TestVisitorsErrorEndsTheWalk(t *testing.T) {
	stop := errors.New("stop")
	visits := 0
	err := jsonwalk.Walk(`[1,2]`, small, func(*jsonwalk.Walker, jsonwalk.Token) error { visits++; return stop })
	assert.Equal(t, stop, err)
	assert.Equal(t, 1, visits)
	_, reason := walk(`[[["x"]]]`, small)
	assert.Empty(t, reason, "the next text starts afresh")
}

func TestTokensPointIntoTheText(t *testing.T) {
	const text = ` {"a" : "b\u0063" , "n": -1.5 }`
	var raw []string
	require.NoError(t, jsonwalk.Walk(text, small, func(_ *jsonwalk.Walker, k jsonwalk.Token) error {
		raw = append(raw, text[k.Start:k.End])
		return nil
	}))
	assert.Equal(t, []string{`"a"`, `"b\u0063"`, `"n"`, `-1.5`}, raw)
}

func TestCleanTextAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector empties pools")
	}
	text := `{"externalRefID":"ref-1","amount":25.5,"recipient":{"firstName":"Ann","email":"ann@example.com"},"list":["a","b"]}`
	visit := func(*jsonwalk.Walker, jsonwalk.Token) error { return nil }
	limits := jsonwalk.Limits{Depth: 64, Keys: 1000, String: 65536}
	got := testing.AllocsPerRun(200, func() {
		if err := jsonwalk.Walk(text, limits, visit); err != nil {
			t.Fatal(err)
		}
	})
	assert.Zero(t, got)
}

// FuzzWalk holds the walk against encoding/json: what is accepted, that package accepts too and reads the
// same strings from; a name that encoding/json meets twice in an object is refused. jsontext has to agree in all.
func FuzzWalk(f *testing.F) {
	for _, s := range []string{`{"a":1,"a":2}`, `{"a":[1,{"b":"c"}]}`, `"\ud83c\udf81"`, `[1e5]`, `{"a":1}x`, "\"\uffff\"", `[[],{}]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		agree(t, text)
		got, reason := walk(text, jsonwalk.Limits{Depth: 64})
		if reason != "" {
			return
		}
		if !utf8.ValidString(text) || !json.Valid([]byte(text)) {
			t.Fatalf("accepted what encoding/json refuses: %q", text)
		}
		want, duplicate := reference(t, text)
		if duplicate {
			t.Fatalf("accepted a duplicate name: %q", text)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("read differently: %q\n got %q\nwant %q", text, got, want)
		}
	})
}

// reference reads text with encoding/json, token by token.
func reference(t *testing.T, text string) (tokens []string, duplicate bool) {
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	var value func(at string)
	value = func(at string) {
		tok, err := dec.Token()
		if err != nil {
			if err != io.EOF {
				t.Fatalf("reference: %v", err)
			}
			return
		}
		switch v := tok.(type) {
		case json.Delim:
			seen := map[string]bool{}
			for i := 0; dec.More(); i++ {
				if v == '[' {
					value(fmt.Sprintf("%s/%d", at, i))
					continue
				}
				name, _ := dec.Token()
				key := name.(string)
				duplicate = duplicate || seen[key]
				seen[key] = true
				below := at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
				tokens = append(tokens, ":"+below+"="+key)
				value(below)
			}
			_, _ = dec.Token()
		case string:
			tokens = append(tokens, at+"="+v)
		case json.Number:
			tokens = append(tokens, at+"="+v.String())
		}
	}
	value("")
	return tokens, duplicate
}
