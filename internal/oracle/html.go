package oracle

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"
)

// InertHTML returns an error if s, parsed as browsers parse the content of a div, holds anything that can run, load
// something other than an image, send something or change how the rest of the page looks or works.
func InertHTML(s string) error {
	nodes, err := nethtml.ParseFragment(strings.NewReader(s), &nethtml.Node{Type: nethtml.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return err
	}
	for len(nodes) > 0 {
		n := nodes[len(nodes)-1]
		nodes = nodes[:len(nodes)-1]
		if err := inert(n); err != nil {
			return fmt.Errorf("%w: %q", err, s)
		}
		nodes = slices.AppendSeq(nodes, n.ChildNodes())
	}
	return nil
}

var active = strings.Fields(`script style link meta base title template slot object embed applet param iframe frame frameset
	portal fencedframe noscript noembed noframes form input button select option textarea keygen isindex output label
	fieldset dialog details summary audio video source track picture canvas map area svg math marquee blink plaintext xmp
	listing html head body bgsound layer ilayer image`)

var harmless = strings.Fields(`href src rel alt title lang dir width height colspan rowspan align start type value`)

func inert(n *nethtml.Node) error {
	switch n.Type {
	case nethtml.TextNode:
		return nil
	case nethtml.ElementNode:
	default:
		return fmt.Errorf("a node that is neither element nor text (type %d)", n.Type)
	}
	if n.Namespace != "" || slices.Contains(active, n.Data) || strings.ContainsAny(n.Data, "-:") {
		return fmt.Errorf("the element %s %s", n.Namespace, n.Data)
	}
	rel := ""
	for _, a := range n.Attr {
		if !slices.Contains(harmless, a.Key) {
			return fmt.Errorf("the attribute %s", a.Key)
		}
		switch a.Key {
		case "rel":
			rel = a.Val
		case "href":
			if !hasScheme(a.Val, "http://", "https://", "mailto:") {
				return fmt.Errorf("the link %q", a.Val)
			}
		case "src":
			if n.Data != "img" || !hasScheme(a.Val, "http://", "https://") {
				return fmt.Errorf("the source %q", a.Val)
			}
		}
	}
	if n.Data == "a" && len(n.Attr) > 0 && hasHref(n) && rel != "nofollow noopener noreferrer" {
		return fmt.Errorf("a link with rel=%q", rel)
	}
	return nil
}

func hasHref(n *nethtml.Node) bool {
	return slices.ContainsFunc(n.Attr, func(a nethtml.Attribute) bool { return a.Key == "href" })
}

func hasScheme(s string, schemes ...string) bool {
	return slices.ContainsFunc(schemes, func(scheme string) bool { return strings.HasPrefix(s, scheme) })
}

// OnlyMarkupLost returns an error if out lacks a visible character of in that an HTML tokenizer takes for text. What
// it takes for a comment or for the contents of a raw-text element is not judged.
func OnlyMarkupLost(in, out string) error {
	if strings.Contains(in, "<!") || strings.Contains(in, "<?") {
		return nil
	}
	low := strings.ToLower(in)
	for _, raw := range []string{"script", "style", "noscript", "xmp", "noembed", "noframes", "iframe", "textarea", "title", "plaintext"} {
		if strings.Contains(low, "<"+raw) {
			return nil
		}
	}
	var text strings.Builder
	for z := nethtml.NewTokenizer(strings.NewReader(in)); ; {
		kind := z.Next()
		if kind == nethtml.ErrorToken {
			break
		}
		if kind == nethtml.TextToken {
			text.Write(z.Raw())
		}
	}
	return Subsequence(Visible(text.String()), Visible(out))
}

// Visible is what of s shows ink: no white space, controls, invisible characters or invalid bytes, and letters apart
// from their marks, so that it does not matter how they are composed.
func Visible(s string) []rune {
	var out []rune
	for _, r := range norm.NFD.String(strings.ToValidUTF8(s, "")) {
		if !unicode.IsSpace(r) && !unicode.IsMark(r) && !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			out = append(out, r)
		}
	}
	return out
}

// Subsequence returns an error unless all of part stands in whole, in this order.
func Subsequence(part, whole []rune) error {
	i := 0
	for _, r := range whole {
		if i < len(part) && part[i] == r {
			i++
		}
	}
	if i < len(part) {
		return fmt.Errorf("%q (character %d of %q) is lost in %q", part[i], i, string(part), string(whole))
	}
	return nil
}
