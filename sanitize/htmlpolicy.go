package sanitize

import (
	"maps"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// attribute is what an attribute's value must look like.
type attribute struct{ re *regexp.Regexp }

func value(re string) attribute { return attribute{regexp.MustCompile(re)} }

// mailto is the part of a mailto URL behind its scheme (RFC 6068), as a URL needs it: no space, quote or bracket.
var mailto = regexp.MustCompile(`^[-A-Za-z0-9._~%!$*+,;=:@/?&]+$`)

// Values. A URL gets its real check from URL; here only the scheme is held against the policy.
var (
	anyText     = value(`^`)
	number      = value(`^[0-9]{1,4}$`)
	dimension   = value(`^[0-9]{1,4}%?$`)
	anyLink     = value(`(?i)^[\x00-\x20]*(?:https?|mailto):`)
	secureImage = value(`(?i)^[\x00-\x20]*https:`)
	anyImage    = value(`(?i)^[\x00-\x20]*https?:`)
)

// globalAttributes may stand on every element.
var globalAttributes = map[string]attribute{
	"dir":   value(`^(?:ltr|rtl|auto)$`),
	"lang":  value(`^[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4}$`),
	"title": anyText,
}

// plainElements are the elements of every policy that need no attribute.
const plainElements = `p br hr div span h1 h2 h3 h4 h5 h6 blockquote pre code kbd samp var tt b strong i em u s strike
	del ins sub sup small big mark abbr cite q dfn center ul dl dt dd table caption thead tbody tfoot tr
	figure figcaption`

func formatting() map[string]map[string]attribute {
	cell := map[string]attribute{"colspan": number, "rowspan": number, "align": value(`^(?:left|right|center|justify)$`)}
	m := map[string]map[string]attribute{
		"td": cell, "th": cell,
		"ol": {"start": number, "type": value(`^[1aAiI]$`)},
		"li": {"value": number},
	}
	for name := range strings.FieldsSeq(plainElements) {
		m[name] = nil
	}
	return m
}

func withLinks(image attribute) map[string]map[string]attribute {
	m := formatting()
	m["a"] = map[string]attribute{"href": anyLink, "rel": value(`^` + linkRel + `$`)}
	m["img"] = map[string]attribute{"src": image, "alt": anyText, "width": dimension, "height": dimension}
	return m
}

var (
	noLinks        = newPolicy(formatting())
	rich           = newPolicy(withLinks(secureImage))
	insecureImages = newPolicy(withLinks(anyImage))
)

// newPolicy builds bluemonday's policy from the table. It is not changed afterwards.
func newPolicy(elements map[string]map[string]attribute) *htmlPolicy {
	p := bluemonday.NewPolicy()
	for name, attributes := range elements {
		p.AllowElements(name)
		p.AllowNoAttrs().OnElements(name)
		for attr, v := range attributes {
			p.AllowAttrs(attr).Matching(v.re).OnElements(name)
		}
	}
	for attr, v := range maps.All(globalAttributes) {
		p.AllowAttrs(attr).Matching(v.re).Globally()
	}
	// Their contents are no text of the message.
	p.SkipElementsContent("title", "textarea", "xmp", "plaintext", "template", "select")
	return &htmlPolicy{elements: elements, policy: p}
}
