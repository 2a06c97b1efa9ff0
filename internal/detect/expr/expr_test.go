package expr

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		expr string
		want Effect
	}{
		{"", None}, {"  ", None}, {"first name", None}, {"Don't panic", None}, {"7 days", None}, {"50 % off", None}, {"first-name", None}, {"Name/Company", None},
		{"a (b)", None}, {"!important", None}, {`1+"$@"`, None}, {"x[@]", None},
		{"name", Name}, {" name ", Name}, {"5", Name}, {"имя", Name}, {"$name", Name}, {"7th", Name},
		{"5-7", Range}, {"1/2", Range},
		{"'x'", Literal}, {`"x"`, Literal}, {`\'x\'`, Literal},
		{"a.b", Field}, {"a->b", Field}, {"#x", Field}, {"new X", Field},
		{"a|b", Filter}, {"a | upper", Filter}, {`"x"?api`, Filter},
		{"a=1", Assign}, {"a = b", Assign},
		{"6*7", Compute}, {"6 * 7", Compute}, {"'a'+'b'", Compute}, {"6*'7'", Compute}, {"1==1", Compute}, {"a==1", Compute}, {"(1)+(2)", Compute}, {"0x10*2", Compute},
		{"a[0]", Index}, {"a['b']", Index}, {"f()[0]", Call},
		{"f()", Call}, {"a.b()", Call}, {"'x'.f", Call}, {"[].f", Call}, {"@a@b", Call}, {"a.__class__", Call}, {"f(g(1))", Call},
	} {
		assert.Equal(t, tt.want, Judge(tt.expr).Effect, "%q", tt.expr)
	}
}

func TestJudgeNames(t *testing.T) {
	assert.Equal(t, "config", Judge(" config ").Name)
	assert.Equal(t, "request", Judge("request.x.y()").Name)
}

// TestJudgeIsBounded: it reads each byte once and stops at a limit, whatever the expression.
func TestJudgeIsBounded(t *testing.T) {
	for _, s := range []string{"(", "'", "\"", "a.", "[", "1+", "a|", "\\'", "{{", "-", "a ", "@", "#a"} {
		j := Judge(strings.Repeat(s, 1<<20))
		assert.LessOrEqual(t, j.Work, maxBody+1, "%q", s)
	}
}

func TestHas(t *testing.T) {
	assert.True(t, Has("a bc d", "bc"))
	assert.True(t, Has("a bc d", "a"))
	assert.True(t, Has("a bc d", "d"))
	assert.True(t, Has("abc bc", "bc"), "behind a longer word that ends like it")
	assert.False(t, Has("a bc d", "b"))
	assert.False(t, Has("a bc d", ""))
	assert.False(t, Has("a bc d", "bc d e"))
}
