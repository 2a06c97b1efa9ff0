package scan

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCell(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a cell", `"a ""b"" c"`, `a "b" c`},
		{"one that is cut off", `"a ""b`, `a "b`},
		{"one that is cut off in a doubled quote", `"a ""b""c"`, `a "b"c`},
		{"several cells", `"a""",b,"c"`, `a",b,c`},
		{"nothing but quotes", `""""`, `"`},
		{"an empty one, and more", `"",""x`, `,"x`},
		{"beyond ASCII", "\"ü \"\"€\"\"\"", `ü "€"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := NewView(tt.text)
			var cell View
			assert.True(t, v.Cell(&cell))
			assert.Equal(t, tt.want, cell.Text)
			assert.Equal(t, 1, cell.Layer)
			for i := range cell.Text {
				start, end := cell.Origin(i, i+1)
				assert.Equal(t, cell.Text[i], tt.text[end-1], "byte %d comes from [%d,%d)", i, start, end)
				assert.LessOrEqual(t, end-start, 2)
				assert.True(t, cell.Has.Has(cell.Text[i]))
			}
		})
	}
}

func TestNoCell(t *testing.T) {
	for _, text := range []string{"", `"`, `""`, `"a"`, `a ""b""`, ` "a ""b"""`, `"a" "b"`} {
		v := NewView(text)
		var cell View
		assert.False(t, v.Cell(&cell), "%q", text)
		assert.Empty(t, cell.Text)
	}
}

func TestCellOfACell(t *testing.T) {
	v := NewView(`"` + strings.Repeat(`"`, 1<<16))
	var cell View
	assert.True(t, v.Cell(&cell))
	assert.LessOrEqual(t, len(cell.Text), 1<<15)
	assert.LessOrEqual(t, v.Steps(), 1<<17)
}
