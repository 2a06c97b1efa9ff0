package js

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokens(t *testing.T) {
	kinds := map[Kind]string{Word: "word", Number: "number", String: "string", Template: "template", Regexp: "regexp", Punct: "punct", Bad: "bad"}
	for _, tt := range []struct{ name, text, want string }{
		{"a call", "a(1)", "word:a punct:( number:1 punct:)"},
		{"an escape in a name", `\u0061b`, `word:\u0061b`},
		{"a name beyond ASCII", "naïve $x _y", "word:naïve word:$x word:_y"},
		{"strings", `'a\'b' "c"`, `string:'a\'b' string:"c"`},
		{"a string ends with its line", "'a\nb", "string:'a word:b"},
		{"a string that is cut off", "'a", "string:'a open"},
		{"a template goes over lines", "`a\nb`", "template:`a\nb`"},
		{"division behind an operand", "a/b/c", "word:a punct:/ word:b punct:/ word:c"},
		{"a regular expression elsewhere", "=/b/g", "punct:= regexp:/b/g"},
		{"a class hides the slash", "(/[/]/)", "punct:( regexp:/[/]/ punct:)"},
		{"comments", "a/*b*/c//d", "word:a word:c"},
		{"HTML comments", "a<!--b\n-->c\nd", "word:a word:d"},
		{"numbers", "0x1F .5 1..a 1e5", "number:0x1F number:.5 number:1. punct:. word:a number:1e5"},
		{"long operators", "a>>>=b===c?.d...e=>f", "word:a punct:>>>= word:b punct:=== word:c punct:?. word:d punct:... word:e punct:=> word:f"},
		{"assignments", "a**=b>>=c&&=d??=e!==f<<=g", "word:a punct:**= word:b punct:>>= word:c punct:&&= word:d punct:??= word:e punct:!== word:f punct:<<= word:g"},
		{"operators side by side", "a+ +b--c=!d", "word:a punct:+ punct:+ word:b punct:-- word:c punct:= punct:! word:d"},
		{"no token", "a#b", "word:a bad:# word:b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := Lexer{Text: tt.text}
			var got []string
			for {
				tok := l.Next()
				if tok.Kind == End {
					break
				}
				s := kinds[tok.Kind] + ":" + tt.text[tok.Start:tok.Stop]
				if tok.Open && tok.Stop == len(tt.text) {
					s += " open"
				}
				got = append(got, s)
				l.Operand = tok.Kind == Word || tok.Kind == Number || tok.Kind == String
			}
			assert.Equal(t, tt.want, strings.Join(got, " "))
		})
	}
}

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		effect     Effect
		whole      bool
	}{
		{"a dialog", "alert(1)", Acts, true},
		{"a dialog in brackets", "(alert)(1)", Acts, true},
		{"the last of a comma expression", "(0,eval)('x')", Acts, true},
		{"a tagged template", "alert`1`", Acts, true},
		{"a method of the document", "document.write(x)", Acts, true},
		{"a window with a URL", "window.open('//x')", Acts, true},
		{"a computed member", "top['al'+'ert'](1)", Acts, true},
		{"a computed member of an array", "[]['flat']['constructor']('x')()", Acts, true},
		{"the constructor of a function", "a.b.constructor('x')", Acts, true},
		{"a dialog with a variable", "alert(x)", Acts, true},
		{"a sink handed on", "[1].map(alert)", Acts, true},
		{"a sink under another name", "a=alert;a(1)", Acts, true},
		{"a sink that an error calls", "onerror=alert;throw 1", Acts, true},
		{"a navigation", "location='//x'", Acts, true},
		{"a navigation to what the opener says", "location=name", Acts, true},
		{"markup put in", "a.innerHTML='<b>'", Acts, true},
		{"inside a block", "if(a){for(;;)alert(1)}", Acts, true},
		{"inside a function", "function f(a,b){alert(1)}", Acts, true},
		{"behind an arrow", "x=>alert(1)", Acts, true},
		{"on the next line, without a semicolon", "a\nalert(1)", Acts, true},
		{"behind closing brackets of the page", "})}alert(1)", Acts, true},
		{"an import from elsewhere", "import('//x')", Acts, true},
		{"what a sink gives is called", "eval(x)(1)", Acts, true},
		{"a dialog for a member of the page", "document.a.b=alert", Acts, true},
		{"a dialog that the page keeps", "self.prompt=prompt", Sets, true},
		{"the page's title as markup", "innerHTML=document.title", Acts, true},
		{"a name as markup", "innerHTML=x", Sets, true},
		{"a script URL in a variable", "a='javascript:'", Acts, true},
		{"a window's own search", "external.NavigateAndFind('http://x','','')", Acts, true},
		{"a sink unpacked from an array", "[b]=[alert];b(1)", Acts, true},
		{"a sink unpacked for an error", "throw[onerror]=[alert],0", Acts, true},
		{"a sink unpacked from the window", "let{prompt:b}=top;b(1)", Acts, true},
		{"a sink taken from an array", "[eval][0]`x`", Acts, true},
		{"a sink chosen", "(x||alert||0)(1)", Acts, true},
		{"a sink for a string", "''+{toString:alert}", Acts, true},
		{"a sink for a primitive value", "+{[Symbol.toPrimitive]:prompt}", Acts, true},
		{"a class of a sink", "new class extends confirm{}", Acts, true},
		{"a named class of a sink", "class A extends eval{}", Acts, true},
		{"a scheme alone", "location.protocol='javascript'", Acts, true},
		{"a member under another name", "b=top.alert;b(1)", Acts, true},
		{"a member that an error calls", "self.onerror=self.alert;throw 0", Acts, true},
		{"a member of a new line", "b=window.eval\nb('x')", Acts, true},
		{"what a promise runs", "new Promise(alert)", Acts, true},
		{"what a proxy runs", "new Proxy({},{get:alert}).x", Acts, true},
		{"a call of a call", "alert?.call?.(null,1)", Acts, true},
		{"a computed member with a template", "self[/al/.source+`ert`]`1`", Acts, true},
		{"the page's address as markup", "innerHTML=URL", Acts, true},
		{"a form that goes elsewhere", "formAction=top.name", Acts, true},
		{"a computed member under another name", "var b=window[x];b(1)", Acts, true},
		{"a window with a URL in a template", "top.open`java\\script:x`", Acts, true},
		{"white space of Unicode", "alert\u3000(1)", Acts, true},
		{"a method of the navigator", "navigator.vibrate(9)", Acts, true},
		{"a worker from elsewhere", "navigator.serviceWorker.register('//x')", Acts, true},
		{"other text for the page", "document.querySelector('h1').textContent='x'", Acts, true},
		{"a dialog with nothing", "alert(null)", Acts, true},
		{"an import from its own", "import('x')", Calls, true},
		{"optional call", "alert?.(1)", Acts, true},

		{"a call of nobody knows what", "foo(1)", Calls, true},
		{"a method of this", "this.total(x)", Calls, true},
		{"a method that reads", "document.getElementById('x')", Calls, true},
		{"a window without a URL", "window.open('gift')", Calls, true},
		{"a timer with a function", "setTimeout(wrap, 100)", Calls, true},
		{"an assignment", "a.b=1", Sets, true},
		{"key and value", "location=Berlin", Sets, true},
		{"a word in brackets", "alert(s)", Calls, true},
		{"an import declaration", "import a, {b as c} from 'd'", Calls, true},
		{"an order that somebody makes", "new Order(confirm)", Calls, true},
		{"a computed member of nothing global", "var b=list[x];b(1)", Calls, true},
		{"a link in Markdown", "[alert](https://x.example/)", None, true},
		{"a word in brackets of its own", "[confirm], [print](x)", None, true},
		{"a class of a program's own", "class A extends B {}", None, true},
		{"keys of a list", "{confirm:1, mode:alert}", None, true},
		{"words to choose from, in brackets", "(confirm, please)(1)", Calls, true},
		{"words with commas", "red, green; blue", None, true},
		{"an operator alone", "a+b", None, true},
		{"a number is not called", "5(x)", None, true},
		{"a string is not called", "'x'(y)", None, true},

		{"two words", "call foo(1)", None, false},
		{"words behind a call", "foo(1) is broken", Calls, false},
		{"an exclamation", "Hello! alert(1)", None, false},
		{"a smile", "well :)", None, false},
		{"a number behind a word", "room 5", None, false},
		{"an address", "jane@example.com", None, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := Read(tt.text, 0, false)
			assert.Equal(t, tt.effect, p.Effect)
			assert.Equal(t, tt.whole, p.Whole)
			if p.Effect != None {
				assert.Less(t, p.Start, p.End)
				assert.LessOrEqual(t, p.End, len(tt.text))
			}
		})
	}
}

func TestReadBehindAString(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		effect     Effect
		whole, cut bool
	}{
		{"an operator and a call", "-alert(1)-'", Acts, true, true},
		{"a statement and a comment", ";foo()//", Calls, true, true},
		{"a statement", ";foo()", Calls, true, false},
		{"prose", "s pub (closed)", None, false, false},
		{"a string behind a string", "'x'", None, false, false},
		{"brackets", "(closed)", None, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := Read(tt.text, 0, true)
			assert.Equal(t, tt.effect, p.Effect)
			assert.Equal(t, tt.whole, p.Whole)
			assert.Equal(t, tt.cut, p.Whole && p.Cut)
		})
	}
}

func TestReadAllocatesNothing(t *testing.T) {
	text := "a.b[c](d,`e`)=/f/;" + strings.Repeat("(", 100)
	require.Zero(t, testing.AllocsPerRun(20, func() { Read(text, 0, false) }))
}

// FuzzRead: nothing panics, offsets lie inside, a text without a word or a string does nothing by name.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"alert(1)", "a`b`", "'", "/[", "/*", "<!--", `\u`, "}])", "a?.b", "1..a", "=>", "a=/", "import", "import("} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, operand bool) {
		p := Read(s, 0, operand)
		require.True(t, 0 <= p.Stop && p.Stop <= len(s), "%+v", p)
		require.True(t, 0 <= p.Start && p.Start <= p.End && p.End <= len(s), "%+v", p)
		require.Equal(t, p.Whole, p.Whole && p.Stop == len(s), "%+v", p)
		require.Equal(t, p, Read(s, 0, operand))
	})
}
