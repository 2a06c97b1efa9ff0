package jsonname_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/go-json-experiment/json"

	"github.com/tangoguard/tangoguard/internal/jsonname"
)

type Inner struct {
	A string `json:"inner"`
	B string `json:"shadowed"`
}

type outer struct {
	Inner
	Named    Inner  `json:"named"`
	Embedded Inner2 `json:",embed"`
	B        string `json:"shadowed"`
	Plain    string
	Omit     string `json:"omit,omitempty"`
	Hidden   string `json:"-"`
	private  string
}

type Inner2 struct {
	C string `json:"c"`
}

// The names are those that encoding/json/v2 writes.
func TestNamesAreThoseThatAreWritten(t *testing.T) {
	b, err := json.Marshal(outer{private: "x"})
	assert.NoError(t, err)
	var members map[string]any
	assert.NoError(t, json.Unmarshal(b, &members))
	for name := range members {
		f, ok := jsonname.Find(reflect.TypeFor[outer](), name)
		assert.True(t, ok, "%s is written and not found", name)
		if ok {
			_, err := reflect.ValueOf(outer{}).FieldByIndexErr(f.Index)
			assert.NoError(t, err)
		}
	}
	for _, name := range []string{"Hidden", "private", "Inner", "A", "B", "", "omit,omitempty", "Embedded"} {
		_, ok := jsonname.Find(reflect.TypeFor[outer](), name)
		assert.False(t, ok, "%s is not written and found", name)
	}
	f, _ := jsonname.Find(reflect.TypeFor[outer](), "shadowed")
	assert.Equal(t, []int{3}, f.Index, "the outer field hides the inner one")
}
