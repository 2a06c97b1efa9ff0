// Package formatstring finds conversions that a careless printf or format would carry out.
//
// # What it recognises
//
// The conversions of C (ISO C 7.23.6.1, POSIX positions) where they read or write memory: %n with anything beside
// it, positional %7$x, %p and %n, positions of two digits, rows of conversions, one behind a mark (AAAA%x), a lone %p,
// %8x or %*d, widths and precisions that exhaust memory, also as {:>9999999} of Python and .NET. The fields of Python's
// str.format and of .NET that walk from an object to its class and its globals, and the dunder keys of its %(…)s.
//
// # What it does not recognise
//
// "100% sure", "50%s", "Hi %s, your order #%d", "%1$s" of a translation pass; so do rows of percent-encoded
// bytes.
//
// # Rules
//
//	write       %n where printf would write through a pointer
//	read        rows of conversions, or positional ones, that read the stack
//	exhaust     a width or precision of thousands
//	attribute   a field that reads attributes of an object: {0.__class__}
//
// CWE-134 (externally controlled format string).
package formatstring

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "format_string"

// Detector finds format_string.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: scan.Any(`[%{]`).And(`[npxXsducdifgGeEaAoq@_$bvT0123456789]`), Find: find}
}

func find(v *scan.View, report scan.Report) {
	v.Work(len(v.Text))
	if v.Has.Has('%') {
		conversions(v, report)
		if v.Has.Has('(') && v.Has.Has('_') {
			mapped(v, report)
		}
	}
	if v.Has.Has('{') && v.Has.Has('_') {
		attributes(v, report)
	}
	if v.Has.Has('{') && v.Has.Has('}') {
		widths(v, report)
	}
}

// conversion is one directive of printf.
type conversion struct {
	end        int
	verb       byte
	positional bool
	doubled    bool // two percent signs: a way round a filter
	digits     int  // of the width
	position   int  // digits of the position
	star       bool // the width comes from the arguments
	flagged    bool // has flags, a width or a precision
	long       bool // a width or precision of three digits or more
}

// maxDirective bounds the length of one directive.
const maxDirective = 40

// parse reads the directive at s[i:], which begins with "%".
func parse(s string, i int) (c conversion, ok bool) {
	j := i + 1
	for j < len(s) && j-i < 4 && s[j] == '%' {
		j++
		c.doubled = true
	}
	number := func() int {
		from := j
		for j < len(s) && j-i < maxDirective && (s[j] >= '0' && s[j] <= '9' || s[j] == '*') {
			c.star = c.star || s[j] == '*'
			j++
		}
		return j - from
	}
	first := j
	n := number()
	if n > 0 && j < len(s) && s[j] == '$' {
		c.positional, c.position = true, n
		j++
		first = j
		n = 0
	}
	for n == 0 && j < len(s) && j-i < maxDirective && strings.IndexByte("-+#0'", s[j]) >= 0 {
		j++
	}
	if n == 0 {
		n = number()
	}
	c.digits, c.long = n, n >= 4
	if j < len(s) && s[j] == '.' {
		j++
		c.long = number() >= 4 || c.long
	}
	c.flagged = j > first
	for k := 0; k < 2 && j < len(s) && strings.IndexByte("hlqjztLIw", s[j]) >= 0; k++ {
		j++
	}
	if j+2 < len(s) && s[j-1] == 'I' && (s[j:j+2] == "64" || s[j:j+2] == "32") { // Windows
		j += 2
	}
	if j >= len(s) || strings.IndexByte("nxXpsSduoicfFgGeEaAC@bvTU", s[j]) < 0 {
		return c, false
	}
	c.verb, c.end = s[j], j+1
	return c, true
}

// escaped reports whether s[i:] is a percent-encoded byte as URLs have them; those below 0x20 are not.
func escaped(s string, i int) bool {
	return i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) && s[i+1] != '0' && s[i+1] != '1'
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

// row is a run of directives with at most a few bytes between them.
type row struct {
	start, end     int
	n              int // directives
	read, write    int // of them %x %p, and %n
	texts          int // %s and %d and the rest
	tight          int // the longest run without anything between
	current        int
	positionalRead bool
	beyond         bool // of a position of two digits, or of an address: no translation has these
	long           bool
	flagged        bool
	doubled        bool
	bigWidth       bool
	star           bool
	pointer        bool // %p
	marked         bool // a mark of the attacker's stands in front: AAAA%x
	glued          bool // a word in front, none behind: name%n
}

// maxGap is how many bytes may stand between the directives of a row.
const maxGap = 3

func conversions(v *scan.View, report scan.Report) {
	s := v.Text
	var r row
	flush := func() {
		if rule := r.judge(s); rule != "" {
			report(rule, r.start, r.end)
		}
		r = row{}
	}
	for i := 0; i < len(s); {
		k := strings.IndexByte(s[i:], '%')
		if k < 0 {
			break
		}
		i += k
		v.Work(maxDirective / 4)
		c, ok := parse(s, i)
		if !ok || escaped(s, i) && c.digits < 6 && !c.positional && !(c.verb == 'n' && c.end-i > 4) {
			i++
			continue
		}
		if r.n > 0 && i-r.end > maxGap {
			flush()
		}
		if r.n == 0 {
			r.before(s, i, &c)
		}
		r.add(i, &c)
		i = c.end
	}
	flush()
}

// before looks at what stands in front of the first directive, c at i.
func (r *row) before(s string, i int, c *conversion) {
	if i == 0 {
		return
	}
	last := s[i-1]
	letter := last|0x20 >= 'a' && last|0x20 <= 'z'
	r.marked = i >= 4 && letter && s[i-2] == last && s[i-3] == last && s[i-4] == last
	r.glued = letter && c.verb == 'n' && (c.end == len(s) || s[c.end]|0x20 < 'a' || s[c.end]|0x20 > 'z')
}

func (r *row) add(i int, c *conversion) {
	if r.n == 0 {
		r.start = i
	}
	if r.n > 0 && i == r.end {
		r.current++
	} else {
		r.current = 1
	}
	r.tight = max(r.tight, r.current)
	r.end = c.end
	r.n++
	switch c.verb {
	case 'n':
		r.write++
	case 'x', 'X', 'p':
		r.read++
	default:
		r.texts++
	}
	r.beyond = r.beyond || c.position >= 2 || c.positional && c.verb == 'p'
	r.positionalRead = r.positionalRead || c.positional && (strings.IndexByte("xXpn", c.verb) >= 0 || c.position >= 2)
	r.star = r.star || c.star
	r.pointer = r.pointer || c.verb == 'p'
	r.long = r.long || c.long
	r.flagged = r.flagged || c.flagged
	r.doubled = r.doubled || c.doubled
	r.bigWidth = r.bigWidth || c.flagged && c.verb == 'n'
}

// shortSentence is the length of text around "%1$X/%2$X" from which it is a message that somebody translated.
const shortSentence = 20

func (r *row) judge(s string) string {
	whole := r.n > 0 && strings.TrimSpace(s[:r.start]) == "" && strings.TrimSpace(s[r.end:]) == ""
	switch {
	case r.n == 0:
		return ""
	case r.write > 0 && (r.n > 1 || r.positionalRead || r.bigWidth || whole || r.marked || r.glued):
		return "write"
	case r.positionalRead && (r.beyond || r.n > 2 || len(s)-(r.end-r.start) < shortSentence), r.read >= 3, r.read >= 2 && (r.tight >= 2 || whole):
		return "read"
	case r.tight >= 4, r.tight >= 3 && whole, r.n >= 4 && r.texts == r.n && whole, r.n >= 6 && r.read > 0, r.read > 0 && r.tight >= 3:
		return "read"
	case r.read > 0 && (whole && (r.tight == r.n && r.n > 1 || r.n == 1 && (r.flagged || r.pointer)) || r.marked):
		return "read"
	case r.star && whole:
		return "read"
	case r.doubled && whole && r.flagged:
		return "read"
	case r.long:
		return "exhaust"
	}
	return ""
}

// maxField bounds the length of a replacement field.
const maxField = 256

// widths finds replacement fields, {:>9999999} or {0:9999999d}, whose width is of six digits or more: Python and .NET
// fill it with white space.
func widths(v *scan.View, report scan.Report) {
	s := v.Text
	for i := 0; ; i++ {
		k := strings.IndexByte(s[i:], '{')
		if k < 0 {
			return
		}
		i += k
		j := i + 1
		for j < len(s) && j-i < 4 && s[j] >= '0' && s[j] <= '9' {
			j++
		}
		if j+1 < len(s) && s[j] == '!' {
			j += 2 // a conversion of Python
		}
		if j == len(s) || s[j] != ':' && s[j] != ',' {
			continue
		}
		j++
		if j < len(s) && (s[j]|0x20 >= 'a' && s[j]|0x20 <= 'z' || s[j] == ',') {
			j++ // a standard format of .NET, or Python's thousands
		}
		for k := 0; k < 3 && j < len(s) && strings.IndexByte("<>=^-+ #*.0", s[j]) >= 0; k++ {
			j++
		}
		digits := j
		for j < len(s) && j-digits < maxDirective && s[j] >= '0' && s[j] <= '9' {
			j++
		}
		v.Work(j - i)
		if j-digits >= 6 && j < len(s) && (s[j] == '}' || j+1 < len(s) && s[j+1] == '}') {
			report("exhaust", i, j)
			return
		}
	}
}

// attributes finds replacement fields that read a dunder attribute: {0.__class__}, {x[__globals__]}, %(__class__)s.
func attributes(v *scan.View, report scan.Report) {
	s := v.Text
	for i := 0; ; i++ {
		k := strings.IndexByte(s[i:], '{')
		if k < 0 {
			return
		}
		i += k
		for j := i + 1; j < len(s) && j-i < maxField; j++ {
			c := s[j]
			if c == '}' || c == '{' || c == '\n' {
				break
			}
			v.Work(1)
			if (c == '.' || c == '[') && (dunder(s[j+1:]) || frame(s[j+1:])) {
				end := len(s)
				if e := strings.IndexByte(s[j:min(len(s), j+maxField)], '}'); e >= 0 {
					end = j + e + 1
				} else {
					end = min(end, j+maxField)
				}
				report("attribute", i, end)
				i = end - 1
				break
			}
		}
	}
}

// frame reports whether s begins with an attribute through which Python's functions, frames and tracebacks give their
// globals away.
func frame(s string) bool {
	for _, a := range [...]string{"func_globals", "f_globals", "f_builtins", "f_locals", "f_back", "gi_frame", "cr_frame", "tb_frame", "im_func", "gi_code", "func_code"} {
		if strings.HasPrefix(s, a) {
			return true
		}
	}
	return false
}

// mapped finds the conversion of a key of Python's that is a dunder name: %(__class__)s.
func mapped(v *scan.View, report scan.Report) {
	s := v.Text
	v.Work(len(s))
	for i := 0; ; {
		k := strings.Index(s[i:], "%(__")
		if k < 0 {
			return
		}
		i += k
		if dunder(s[i+2:]) {
			report("attribute", i, i+4)
			return
		}
		i += 4
	}
}

// dunder reports whether s begins with a name like __class__, in quotes or not.
func dunder(s string) bool {
	if s != "" && (s[0] == '\'' || s[0] == '"') {
		s = s[1:]
	}
	if !strings.HasPrefix(s, "__") {
		return false
	}
	i := 2
	for i < len(s) && i < 32 && (s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' || s[i] == '_') {
		i++
	}
	return i > 5 && strings.HasSuffix(s[:i], "__")
}
