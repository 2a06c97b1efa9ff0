package markup

import "strings"

// kind says what taking an element's tag out leaves behind.
type kind uint8

const (
	unknown  kind = iota
	inline        // nothing
	block         // a break, so that words do not run together
	newline       // br: a break each time
	raw           // a tag whose contents are no markup (WHATWG HTML 13.2.6.2, 13.2.6.4.4): they go with it
	rawBlock      // the same, and a break
)

// elements are the names that make a tag real: HTML with its obsolete names (WHATWG HTML 4 and 16.2), SVG 2 with
// what SVG 1.1 had, MathML Core with
// what presentation MathML 3 had.
var elements = func() map[string]kind {
	m := make(map[string]kind, 400)
	for _, list := range []struct {
		names string
		kind  kind
	}{
		{mathNames, inline}, {svgNames, inline}, {inlineNames, inline}, {blockNames, block},
		{"br", newline}, {rawNames, raw}, {rawBlockNames, rawBlock},
	} {
		for name := range strings.FieldsSeq(list.names) {
			m[name] = list.kind
		}
	}
	return m
}()

const (
	blockNames = `address article aside blockquote body button caption center col colgroup dd details dialog dir div
		dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend
		li listing main marquee menu menuitem nav ol optgroup option p pre search section select summary table tbody td
		tfoot th thead tr ul`

	inlineNames = `a abbr acronym applet area audio b base basefont bdi bdo bgsound big blink canvas cite code 
		data datalist del dfn em embed fencedframe font geolocation i image img input ins isindex kbd
		keygen label link map mark meta meter nextid nobr object output param permission picture progress
		q rb rbc rp rt rtc ruby s samp selectedcontent slot small source spacer span strike strong sub sup
		template time track tt u var video wbr`

	rawNames      = `script style noscript noembed noframes iframe`
	rawBlockNames = `xmp textarea title plaintext`

	svgNames = `altglyph altglyphdef altglyphitem animate animatecolor animatemotion animatetransform circle clippath
		color-profile cursor defs desc discard ellipse feblend fecolormatrix fecomponenttransfer fecomposite
		feconvolvematrix fediffuselighting fedisplacementmap fedistantlight fedropshadow feflood fefunca fefuncb
		fefuncg fefuncr fegaussianblur feimage femerge femergenode femorphology feoffset fepointlight
		fespecularlighting fespotlight fetile feturbulence filter font-face font-face-format font-face-name
		font-face-src font-face-uri foreignobject g glyph glyphref hkern line lineargradient
		marker mask metadata missing-glyph mpath path
		pattern polygon polyline radialgradient rect set stop svg switch symbol text textpath tref
		tspan use view vkern`

	mathNames = `annotation annotation-xml maction maligngroup malignmark math menclose
		merror mfenced mfrac mglyph mi mlabeledtr mlongdiv mmultiscripts mn mo mover mpadded mphantom mprescripts mroot
		mrow ms mscarries mscarry msgroup msline mspace msqrt msrow mstack mstyle msub msubsup msup mtable mtd mtext mtr
		munder munderover semantics`

	// bareNames are the attributes that mean something without a value (WHATWG HTML, "Boolean attribute", and the
	// obsolete ones). Any other word without a value makes a tag prose: <b and c>.
	bareNames = `allowfullscreen alpha async autofocus autoplay checked compact contenteditable controls declare
		default defer disabled download formnovalidate hidden inert ismap itemscope loop multiple muted nohref
		nomodule noresize noshade novalidate nowrap open playsinline popover readonly required reversed selected
		shadowrootclonable shadowrootdelegatesfocus shadowrootserializable sortable spellcheck translate truespeed
		typemustmatch visible webkitdirectory`
)

var bare = func() map[string]bool {
	m := map[string]bool{}
	for name := range strings.FieldsSeq(bareNames) {
		m[name] = true
	}
	return m
}()

// IsElement reports whether HTML, SVG or MathML has an element of that name, which is in lower case.
func IsElement(name []byte) bool { return elements[string(name)] != unknown }

// lowered writes s in ASCII lower case into buf and returns it; nil if it does not fit.
func lowered(buf *[longestBare]byte, s string) []byte {
	if len(s) > len(buf) {
		return nil
	}
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		buf[i] = c
	}
	return buf[:len(s)]
}

const longestBare = 24 // shadowrootdelegatesfocus

func lookup(name string) kind {
	var buf [longestBare]byte
	if b := lowered(&buf, name); b != nil {
		return elements[string(b)]
	}
	return unknown
}

func isBare(name string) bool {
	var buf [longestBare]byte
	if b := lowered(&buf, name); b != nil && bare[string(b)] {
		return true
	}
	return strings.HasPrefix(name, "data-")
}
