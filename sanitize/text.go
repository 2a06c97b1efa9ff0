package sanitize

import (
	"github.com/tangoguard/tangoguard/internal/markup"
	"github.com/tangoguard/tangoguard/internal/textclean"
)

// Text returns s as plain text of any number of lines.
//
// Text that holds no markup and nothing invisible comes back as it is: nothing is escaped, and no visible character
// is lost, whatever the script ("O'Brien & Sons", "I <3 you", "if a<b and c>d", emoji, joiners). Otherwise, in this
// order:
//
//   - Invalid UTF-8, control characters except LF and tab, bidirectional overrides and isolates, soft hyphens, and
//     invisible characters without work to do where they stand are taken out. CRLF and CR become LF. The text is put
//     into NFC.
//   - Real markup is taken out: tags of HTML, SVG and MathML elements whose attributes are well formed, closed
//     comments, CDATA sections, doctypes and processing instructions; and the contents of script, style, noscript,
//     noembed, noframes, iframe, xmp, textarea, title and plaintext where their end tag exists. Where a block was, a
//     newline stays. Anything else that begins with < is text.
//   - Where a < that is left is followed by a letter, /, ! or ?, one space goes between. The same goes for < written
//     as a character reference ("&lt;b"), because somebody may unescape the text by mistake.
//
// For every s an HTML tokenizer sees Text(s) as one text token, also after one html.UnescapeString; Text is
// idempotent; the result is no longer than s in NFC and the inserted spaces; and if validate.Inspect finds nothing in
// s, it finds nothing in Text(s). Should taking markup out join an attack, blocks leave a space in place of the
// newline; should that not help, the markup stays, parted by spaces; and if what is invisible held the attack apart,
// the attack goes as in [Strip]. Time is linear in len(s), and text that needs no change costs no allocation.
//
// The result is text, not HTML: whatever writes it into a page must still escape it for its place there
// (html/template does). That holds above all in attributes, scripts, styles and URLs.
func Text(s string) string { return clean(s, plainText) }

// Line is [Text] for one line, such as a name or a subject: all white space, line breaks included, becomes single
// spaces, and there is none at either end.
func Line(s string) string { return clean(s, oneLine) }

// form is what Text and Line differ in.
type form struct {
	unicode func(string) string
	brk     byte // what a block boundary leaves
	fold    bool // white space
}

var (
	plainText = form{unicode: textclean.Text, brk: '\n'}
	oneLine   = form{unicode: textclean.Line, brk: ' ', fold: true}
)

// clean is Text or Line: what the steps give, unless they build an attack.
func clean(s string, f form) string {
	if len(s) <= short && simple(s, f.fold) {
		return s
	}
	t := f.steps(s, true)
	if t == s || !attack(t) || attack(s) {
		return t
	}
	words := f
	words.brk = ' ' // a newline may begin a command where a space does not
	if t = words.steps(s, true); !attack(t) {
		return t
	}
	if t = f.steps(s, false); !attack(t) {
		return t
	}
	return strip(t, f)
}

// short is up to where one look at each byte is cheaper than the steps, which look for one thing at a time.
const short = 64

// simple reports whether no step can change s: printable ASCII without < and &, which no markup and no reference is made
// without, and for one line without spaces to fold.
func simple(s string, fold bool) bool {
	before := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == '<' || c == '&' || fold && c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return !fold || before != ' ' || s == ""
}

// steps does the work in its order. Each step returns its argument itself when it changes nothing, so clean text
// passes through without a copy.
func (f form) steps(s string, markupGoes bool) string {
	s = f.unicode(s)
	if markupGoes {
		if t := markup.Strip(s, f.brk); len(t) != len(s) {
			if t = textclean.NFC(t); len(t) <= len(s) { // but for piles of marks that join
				s = t
			}
		}
	}
	if f.fold {
		s = textclean.Fold(s)
	}
	return part(s)
}
