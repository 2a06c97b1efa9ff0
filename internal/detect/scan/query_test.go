package scan

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestQuery(t *testing.T) {
	for _, tt := range []struct{ name, text, rest string }{
		{"a URL", "https://shop.example/item?id=7", "id=7"},
		{"a path", "/item?id=7", "id=7"},
		{"the name of a file", "item.php?id=7", "id=7"},
		{"a query alone", "?id=7", "id=7"},
		{"a name with brackets", "/x?filter[name]=a", "filter[name]=a"},
		{"a value with spaces and quotes", "/x?id=7' or 'a", "id=7' or 'a"},
		{"a form", "name=a&id=7", "name=a&id=7"},
		{"a form with a question in it", "name=what?&id=7", "name=what?&id=7"},
		{"one name is no form", "name=a", ""},
		{"an equation", "a=b & c=d", ""},
		{"an ampersand", "R&D=fun", ""},
		{"a question", "Really?x=1", ""},
		{"a sentence before the URL", "see http://shop.example/?id=7", ""},
		{"no name", "/item?=7", ""},
		{"no value", "/item?id", ""},
		{"a name with a space", "/item?a b=7", ""},
		{"a name with a dot at its end", "etc.?x=1", ""},
		{"nothing", "", ""},
		{"a question mark alone", "?", ""},
	} {
		v := NewView(tt.text)
		i := v.Query()
		if tt.rest == "" {
			assert.Equal(t, -1, i, tt.name)
			continue
		}
		if assert.GreaterOrEqual(t, i, 0, tt.name) {
			assert.Equal(t, tt.rest, tt.text[i:], tt.name)
		}
	}
}

func TestNextValue(t *testing.T) {
	v := NewView("/x?a=1&b=&c&&d=2=3#e&f=4")
	var values []string
	for i := v.Query(); ; {
		start, end, ok := v.NextValue(i)
		if !ok {
			break
		}
		values = append(values, v.Text[start:end])
		i = end + 1
	}
	assert.Equal(t, []string{"1", "2=3#e", "4"}, values)
}

func TestPartPointsToTheSource(t *testing.T) {
	const text = "/x?a=b%3Cc&d=e"
	v := NewView(text)
	var part, decoded View
	v.Part(&part, 5, 10)
	assert.Equal(t, "b%3Cc", part.Text)
	assert.NotZero(t, part.Decode(&decoded, All))
	for i, want := range []string{"b", "%3C", "c"} {
		start, end := decoded.Origin(i, i+1)
		assert.Equal(t, want, text[start:end])
	}
	assert.Zero(t, part.Hides(0, 5))
}

func TestValuesAreReadOnce(t *testing.T) {
	v := NewView("?a=" + strings.Repeat("&a=", 1<<16))
	for i := v.Query(); ; {
		_, end, ok := v.NextValue(i)
		if !ok {
			break
		}
		i = end + 1
	}
	assert.LessOrEqual(t, v.Steps(), 2*len(v.Text))
}
