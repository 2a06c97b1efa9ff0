package middleware

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/sanitize"
)

// Package sanitize promises to build no attack, so that no request can show this: what the second inspection would
// do if it did.
func TestInspectAgain(t *testing.T) {
	type part struct {
		Text string `json:"text"`
		Rich string `json:"rich"`
	}
	type value struct {
		Parts []part            `json:"parts"`
		By    map[string]string `json:"by"`
	}
	d, err := newDecoder[value](HandleConfig{})
	require.NoError(t, err)
	v := value{
		Parts: []part{{Text: "fine", Rich: "<p>fine</p>"}, {Text: "<script>alert(1)</script>", Rich: "<p onclick=x()>"}},
		By:    map[string]string{"mine": "<script>alert(1)</script>"},
	}
	for _, row := range []struct{ pointer, rule, want string }{
		{"/parts/0/text", "text", ""},
		{"/parts/0/rich", "html", ""},
		{"/parts/1/text", "line", "/parts/1/text"},
		{"/parts/1/rich", "html", "/parts/1/rich"},
		{"/by/mine", "text", "/by/*"},
		{"/nowhere", "text", "/*"}, // a pointer that cannot be followed has everything inspected
	} {
		r := d.inspectAgain(&v, []sanitize.Change{{Pointer: row.pointer, Rule: row.rule}})
		if row.want == "" {
			assert.Nil(t, r, row.pointer)
			continue
		}
		require.NotNil(t, r, row.pointer)
		assert.Equal(t, row.want, r.Fields[0].Pointer)
		assert.Equal(t, "422.111", r.Fields[0].Key)
	}
}

// A budget is given back to the last byte, and never goes above its bound.
func TestBudget(t *testing.T) {
	b := &budget{most: 10}
	assert.True(t, b.take(10))
	assert.False(t, b.take(1))
	b.give(10)
	assert.Zero(t, b.used.Load())
	var none *budget
	assert.True(t, none.take(1<<40))
	none.give(1)
}

// What a caller makes up does not make the memory of names grow without end.
func TestNamesAreBounded(t *testing.T) {
	var n names
	for i := range 3 * maxNames {
		assert.True(t, n.known("name"+string(rune('a'+i%26))+newRequestID()))
	}
	assert.Len(t, n.kept(), maxNames)
	assert.False(t, n.known("<script>alert(1)</script>"))
}
