package sanitize

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const dirty = "<b>a</b>\n c" // Text: "a\n c", Line: "a c"

type inner struct {
	Note string
	skip string
}

type everything struct {
	Plain   string            `json:"plain"`
	Name    string            `json:"name,omitempty" sanitize:"line"`
	Body    string            `sanitize:"html"`
	Site    string            `json:"site" sanitize:"url"`
	Log     string            `json:"log" sanitize:"strip"`
	Keep    string            `json:"keep" sanitize:"-"`
	Mail    string            `json:"mail" validate:"omitempty,email"`
	Either  string            `json:"either" validate:"email|max=3"`
	Mails   []string          `json:"mails" validate:"dive,email"`
	Names   []string          `json:"names" validate:"max=3,dive,max=5" sanitize:"line"`
	Pointer *string           `json:"pointer"`
	Array   [2]string         `json:"array"`
	Fields  map[string]string `json:"a/b~c" sanitize:"line"`
	Any     any               `json:"any"`
	Raw     json.RawMessage   `json:"raw" sanitize:"line"`
	Value   jsontext.Value    `json:"value"`
	Number  json.Number       `json:"number"`
	Bytes   []byte            `json:"bytes"`
	Hidden  string            `json:"-"`
	Items   []inner           `json:"items"`
	inner
	*Outer
	Count int
}

type Outer struct {
	Deep struct{ Text string } `json:"deep"`
}

func TestStructFollowsTags(t *testing.T) {
	p := dirty
	v := everything{
		Plain: dirty, Name: dirty, Body: "<b>x</b><script>1</script>", Site: "HTTP://Example.com", Log: dirty, Keep: dirty,
		Mail: dirty, Either: dirty, Mails: []string{dirty}, Names: []string{"ok", dirty}, Pointer: &p, Array: [2]string{"", dirty},
		Fields: map[string]string{"z": dirty, "a/b": dirty, "ok": "ok"},
		Any:    map[string]any{"list": []any{dirty, 1.5, nil}, "in": inner{Note: dirty}, "p": &inner{Note: dirty}},
		Raw:    json.RawMessage(`{ "a" : [1e5, "<b>\u0061</b>\n c", {"b":"ok \u003c"}] }`),
		Value:  jsontext.Value(`"<i>x</i>"`),
		Number: "1e5", Bytes: []byte(dirty), Hidden: dirty,
		Items: []inner{{Note: "ok"}, {Note: dirty, skip: dirty}}, inner: inner{Note: dirty}, Outer: &Outer{},
	}
	v.Outer.Deep.Text = dirty
	before := deepCopy(t, v)

	preview, err := Check(v)
	require.NoError(t, err)
	assert.Equal(t, before, deepCopy(t, v), "Check changes nothing")

	changes, err := Struct(&v)
	require.NoError(t, err)
	assert.Equal(t, preview, changes, "Check says what Struct does")

	rules := map[string]string{}
	for _, c := range changes {
		rules[c.Pointer] = c.Rule
		assert.NotContains(t, c.Pointer, "<")
	}
	assert.Equal(t, map[string]string{
		"/plain": "text", "/name": "line", "/Body": "html", "/site": "url", "/log": "strip", "/either": "text",
		"/names/1": "line", "/pointer": "text", "/array/1": "text", "/a~1b~0c/z": "line", "/a~1b~0c/a~1b": "line",
		"/any/list/0": "text", "/any/in/Note": "text", "/any/p/Note": "text", "/raw/a/1": "line", "/value": "text",
		"/Hidden": "text", "/items/1/Note": "text", "/Note": "text", "/deep/Text": "text",
	}, rules)

	assert.Equal(t, "a\n c", v.Plain)
	assert.Equal(t, "a c", v.Name)
	assert.Equal(t, "<b>x</b>", v.Body)
	assert.Equal(t, "http://example.com/", v.Site)
	assert.Equal(t, []string{dirty, dirty, dirty}, []string{v.Keep, v.Mail, v.Mails[0]}, "closed grammars and - are left alone")
	assert.Equal(t, "a\n c", *v.Pointer)
	assert.Equal(t, map[string]string{"z": "a c", "a/b": "a c", "ok": "ok"}, v.Fields)
	assert.Equal(t, "a\n c", v.Any.(map[string]any)["list"].([]any)[0])
	assert.Equal(t, "a\n c", v.Any.(map[string]any)["in"].(inner).Note)
	assert.Equal(t, `{ "a" : [1e5, "a c", {"b":"ok \u003c"}] }`, string(v.Raw), "what is clean stays as it is written")
	assert.Equal(t, `"x"`, string(v.Value))
	assert.Equal(t, dirty, v.Items[1].skip)
	assert.Equal(t, Change{Pointer: "/name", Rule: "line", Before: 11, After: 3}, changes[1])

	again, err := Struct(&v)
	require.NoError(t, err)
	assert.Empty(t, again)
}

func deepCopy(t *testing.T, v everything) string {
	t.Helper()
	out, err := json.Marshal(v)
	require.NoError(t, err)
	return string(out)
}

func TestCompileReportsAllMistakesTogether(t *testing.T) {
	type item struct {
		Price int `sanitize:"line"`
	}
	type order struct {
		Name   string         `sanitize:"lines"`
		Items  []item         `sanitize:"text"`
		Map    map[string]int `sanitize:"html"`
		Blob   []byte         `sanitize:"text"`
		secret string         `sanitize:"line"`
		Next   *order
		Fine   any `sanitize:"strip"`
	}
	err := Compile(reflect.TypeFor[order]())
	require.Error(t, err)
	for _, want := range []string{
		`order.Name: sanitize:"lines": there is no such rule`, `order.Items: sanitize:"text": a struct follows`,
		`item.Price: sanitize:"line": the field holds no text`, `order.Map: sanitize:"html": the field holds no text`,
		`order.Blob: sanitize:"text": the field holds no text`, `order.secret: sanitize:"line": the field is not exported`,
	} {
		assert.ErrorContains(t, err, want)
	}
	assert.Len(t, strings.Split(err.Error(), "\n"), 6)

	o := order{Name: dirty, secret: dirty}
	_, err2 := Struct(&o)
	assert.Equal(t, err, err2, "Struct says the same")
	assert.Equal(t, dirty, o.Name, "and does nothing")
	assert.NoError(t, Compile(reflect.TypeFor[everything]()))
	assert.Error(t, Compile(nil))
}

func TestStructRefuses(t *testing.T) {
	var nilPointer *everything
	for name, v := range map[string]any{"nil": nil, "a value": everything{}, "a nil pointer": nilPointer} {
		_, err := Struct(v)
		assert.Error(t, err, name)
	}
	_, err := Check(nil)
	assert.NoError(t, err)

	for pointer, v := range map[string]any{
		"/m": &struct {
			M map[string]int `json:"m"`
		}{map[string]int{"<b>": 1}},
		"/a/x": &struct {
			A any `json:"a"`
		}{map[string]any{"x": map[string]any{"a\u200bb": 1}}},
		"/r": &struct {
			R json.RawMessage `json:"r"`
		}{json.RawMessage(`{"<b>":1}`)},
	} {
		_, err := Struct(v)
		var key *KeyError
		require.ErrorAs(t, err, &key)
		assert.Equal(t, pointer, key.Pointer)
		assert.NotContains(t, err.Error(), "<b>")
	}

	_, err = Struct(&struct{ R json.RawMessage }{json.RawMessage(`{"a":`)})
	assert.ErrorIs(t, err, ErrRawJSON)

	var deep any = dirty
	for range 600 {
		deep = []any{deep}
	}
	_, err = Struct(&deep)
	assert.ErrorIs(t, err, ErrDepth)
	_, err = Struct(&struct{ R json.RawMessage }{json.RawMessage(strings.Repeat("[", 600) + strings.Repeat("]", 600))})
	assert.ErrorIs(t, err, ErrDepth)
}

type node struct {
	Text string
	Next *node
	Kids nodes
	Any  any
}
type nodes []node

func TestStructVisitsCyclesOnce(t *testing.T) {
	a := &node{Text: dirty}
	a.Next = &node{Text: dirty, Next: a, Kids: nodes{{Text: dirty, Next: a}}}
	loop := map[string]any{"text": dirty}
	loop["loop"] = loop
	a.Any = loop
	preview, err := Check(a)
	require.NoError(t, err)
	changes, err := Struct(a)
	require.NoError(t, err)
	assert.Equal(t, preview, changes)
	var at []string
	for _, c := range changes {
		at = append(at, c.Pointer)
	}
	assert.Equal(t, []string{"/Text", "/Next/Text", "/Next/Kids/0/Text", "/Any/text"}, at)
}

func TestStructIsSafeForConcurrentUse(t *testing.T) {
	type fresh struct{ A, B string }
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				v := fresh{dirty, dirty}
				changes, err := Struct(&v)
				assert.NoError(t, err)
				assert.Len(t, changes, 2)
			}
		})
	}
	wg.Wait()
}

func TestStructOnCleanValueCostsLittle(t *testing.T) {
	v := struct {
		Name, Note string
		Lines      []string
		In         struct{ City string }
	}{"O'Brien", "I <3 you", []string{"a", "b"}, struct{ City string }{"Köln"}}
	assert.LessOrEqual(t, testing.AllocsPerRun(50, func() { _, _ = Struct(&v) }), 2.0)
}
