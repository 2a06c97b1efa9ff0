package markup

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// ours writes the complete tags of s in one form, theirs the same as golang.org/x/net/html sees them.
func ours(s string) []string {
	var out []string
	tags := NewTags(s)
	for {
		tag, ok := tags.Next()
		if !ok {
			return out
		}
		line := strings.ToLower(s[tag.Name:tag.NameEnd])
		if tag.Closing {
			line = "/" + line
		}
		end, complete := tag.NameEnd, false
		seen := map[string]bool{} // of two attributes with one name the first counts, 13.2.5.33
		for {
			a, next, ok := NextAttr(s, end)
			if !ok {
				complete = next > end && s[next-1] == '>'
				end = next
				break
			}
			end = next
			name := strings.ToLower(s[a.Name:a.NameEnd])
			if !tag.Closing && !seen[name] {
				seen[name] = true
				line += fmt.Sprintf(" %q=%q", name, s[a.Value:a.ValueEnd])
			}
		}
		if complete {
			out = append(out, line)
		}
		tags.Skip(tag, end)
	}
}

func theirs(s string) []string {
	var out []string
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			line := string(name)
			for more {
				var k, v []byte
				k, v, more = z.TagAttr()
				line += fmt.Sprintf(" %q=%q", k, v)
			}
			out = append(out, line)
		case html.EndTagToken:
			name, _ := z.TagName()
			out = append(out, "/"+string(name))
		}
	}
}

// comparable says where the two may be compared: x/net/html decodes character references and turns NUL and
// carriage returns into something else, and its lower-casing of bytes beyond ASCII is its own affair.
func comparable(s string) bool {
	for i := range len(s) {
		if c := s[i]; c == '&' || c == 0 || c == '\r' || c >= 0x80 {
			return false
		}
	}
	return true
}

func FuzzTagsAsNetHTML(f *testing.F) {
	for _, s := range []string{
		`<a href=x>b</a>`, `<svg/onload=alert(1)>`, `<img src="a>b" onerror=x>`, `<a =b= c = 'd' e/f>`,
		`<!-->--><b>`, `<!--x--!><b>`, `<!-- > -- --><i>`, `<?x?><b>`, `</ x><b>`, `</><b>`, `<!doctype a "b>"><c>`,
		`<script><!--<script></script>--></script><b>`, `<title><b></title><i>`, `<plaintext></plaintext><b>`,
		`<textarea><img title="</textarea><img onerror=x>">`, `<script><!--></script><b>`, `<x`, `<x y`, `<x y="`, `<`,
		`<a/ b>`, `<a b=/>`, `<a b='c'd>`, `<xmp></xmp ><b>`, `<a"b'c>`, `<a "b' =c>`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !comparable(s) {
			t.Skip("outside what x/net/html keeps byte for byte")
		}
		require.Equal(t, theirs(s), ours(s), "%q", s)
	})
}

// TestTagsAsNetHTML compares on random markup from the pieces that steer the state machine.
func TestTagsAsNetHTML(t *testing.T) {
	pieces := []string{
		"<", ">", "/", "=", `"`, "'", "`", " ", "\n", "\t", "a", "on", "script", "<script", "</script", "<!--", "-->", "--!>",
		"-", "!", "?", "title", "<title>", "</title>", "<style ", "</style", "<b ", "</b>", "<plaintext", "x=y", "<textarea>",
		"</textarea", "<!", "</", "<?", "iframe", "<iframe>", "</iframe>", "<svg/", "xmp",
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 30000 {
		var b strings.Builder
		for range 1 + r.IntN(14) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		require.Equal(t, theirs(b.String()), ours(b.String()), "%q", b.String())
	}
}

func TestNextAttrFromInsideATag(t *testing.T) {
	s := `" onfocus=f() autofocus x='1`
	var got []string
	for i := 1; ; {
		a, next, ok := NextAttr(s, i)
		if !ok {
			break
		}
		got = append(got, s[a.Name:a.NameEnd]+"|"+s[a.Value:a.ValueEnd])
		i = next
	}
	require.Equal(t, []string{"onfocus|f()", "autofocus|", "x|1"}, got)
}
