package sanitize

import (
	"html"
	"slices"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/tangoguard/tangoguard/internal/markup"
	"github.com/tangoguard/tangoguard/internal/textclean"
	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// HTML returns s as HTML for the content of an element such as div, with the formatting that e-mail uses: paragraphs,
// headings, lists, emphasis, tables, quotations; links to http, https and mailto, with rel="nofollow noopener
// noreferrer"; images over https. No style attribute, class, id, form, frame, SVG or MathML, no relative URL, nothing
// that runs. The text in it is cleaned as [Text] cleans Unicode, and escaped.
//
// The work is bluemonday's, under a frozen policy. Its result is parsed as browsers parse, each element, attribute and
// URL is held against the policy again, links and images get the form that [URL] gives, and the whole repeats until
// nothing changes. What does not settle, cannot be parsed, or nests deeper than 512 elements comes back as
// html.EscapeString(Text(s)). A < that cannot begin a tag, as in "if x<y then" and "Jane <jane@example.com>", is text.
// HTML is idempotent.
//
// An image tells its server that the message was opened, when, and from where. [HTMLNoLinks] has no images.
//
// Plain text is not HTML: "O'Brien" comes back as "O&#39;Brien", which is right in a page and wrong in a database.
func HTML(s string) string { return clip(s, rich) }

// HTMLNoLinks is [HTML] without links and images: nothing in it leads anywhere or loads anything.
func HTMLNoLinks(s string) string { return clip(s, noLinks) }

// HTMLInsecureImages is [HTML] with images over http as well. Everybody on the way can see which message is read, and
// put another picture in place of the one that was sent.
func HTMLInsecureImages(s string) string { return clip(s, insecureImages) }

const (
	maxElements = 512 // nesting; x/net/html refuses more
	maxRounds   = 8   // most HTML settles in two
	linkRel     = "nofollow noopener noreferrer"
)

// clip is HTML under the policy p.
func clip(s string, p *htmlPolicy) string {
	if out, ok := p.settle(markup.EscapeText(textclean.Text(s))); ok {
		return out
	}
	return html.EscapeString(Text(s))
}

// settle cleans s until nothing changes, and reports whether that came to pass.
func (p *htmlPolicy) settle(s string) (string, bool) {
	for range maxRounds {
		next, ok := p.round(s)
		if !ok || next == s {
			return s, ok
		}
		s = next
	}
	return "", false
}

// round cleans once. What comes out unchanged is clean Unicode, accepted by bluemonday and by the tree check, and
// parses to itself.
func (p *htmlPolicy) round(s string) (string, bool) {
	s = p.policy.Sanitize(textclean.Text(s))
	nodes, err := nethtml.ParseFragment(strings.NewReader(s), &nethtml.Node{Type: nethtml.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return "", false
	}
	root := &nethtml.Node{Type: nethtml.ElementNode, Data: "div", DataAtom: atom.Div}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	p.check(root)
	var out strings.Builder
	for n := range root.ChildNodes() {
		if err := nethtml.Render(&out, n); err != nil {
			return "", false
		}
	}
	return out.String(), true
}

// check takes out of the tree what the policy does not allow, and gives links and images their one form.
func (p *htmlPolicy) check(root *nethtml.Node) {
	for n := root.FirstChild; n != nil; {
		allowed := n.Type == nethtml.TextNode
		if n.Type == nethtml.ElementNode && n.Namespace == "" {
			_, allowed = p.elements[n.Data]
			allowed = allowed && p.checkAttributes(n)
		}
		next := following(n, root, allowed)
		if !allowed {
			n.Parent.RemoveChild(n)
		}
		n = next
	}
}

// following is the node behind n in the order of the document, inside n if deep.
func following(n, root *nethtml.Node, deep bool) *nethtml.Node {
	if deep && n.FirstChild != nil {
		return n.FirstChild
	}
	for n != root && n.NextSibling == nil {
		n = n.Parent
	}
	if n == root {
		return nil
	}
	return n.NextSibling
}

// checkAttributes keeps of n's attributes those that the policy allows, and reports whether n may stay.
func (p *htmlPolicy) checkAttributes(n *nethtml.Node) bool {
	n.Attr = slices.DeleteFunc(n.Attr, func(a nethtml.Attribute) bool {
		value, ok := p.elements[n.Data][a.Key]
		if !ok {
			value, ok = globalAttributes[a.Key]
		}
		return !ok || a.Namespace != "" || a.Key == "rel" || !value.re.MatchString(a.Val)
	})
	n.Attr = slices.DeleteFunc(n.Attr, func(a nethtml.Attribute) bool {
		return a.Key == "href" && link(a.Val) == "" || a.Key == "src" && URL(a.Val) == ""
	})
	linked := false
	for i, a := range n.Attr {
		switch a.Key {
		case "href":
			n.Attr[i].Val, linked = link(a.Val), true
		case "src":
			n.Attr[i].Val, linked = URL(a.Val), true
		}
	}
	if n.DataAtom == atom.A && linked {
		n.Attr = append(n.Attr, nethtml.Attribute{Key: "rel", Val: linkRel})
	}
	return n.DataAtom != atom.Img || linked
}

// link is a URL for a link: what URL gives, or a mailto URL that is made of what an address and its query need.
func link(s string) string {
	if len(s) > len("mailto:") && strings.EqualFold(s[:len("mailto:")], "mailto:") {
		if rest := s[len("mailto:"):]; mailto.MatchString(rest) {
			return "mailto:" + rest
		}
		return ""
	}
	return URL(s)
}

// htmlPolicy is one table of elements and attributes: bluemonday's policy is made from it, and the tree that comes out
// is held against it.
type htmlPolicy struct {
	elements map[string]map[string]attribute
	policy   *bluemonday.Policy
}
