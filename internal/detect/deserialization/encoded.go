package deserialization

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// javaMagic is the base64 of the first bytes of a Java object stream; it is looked for by itself, since what
// follows may be short.
const javaMagic = "rO0AB"

// encoded looks at the long words of the text: a stream in base64 or in hexadecimal. digits says that the text
// may hold some.
func (f *finder) encoded(digits bool) {
	s := f.s
	if digits {
		f.work += len(s)
		const zero = 2 // where the magic has its 0, the rarest of its characters
		for at := 0; ; at++ {
			n := strings.IndexByte(s[at:], javaMagic[zero])
			if n < 0 {
				break
			}
			at += n
			i := at - zero
			if lex.HasPrefix(s, i, javaMagic) && (i == 0 || !base64[s[i-1]] || s[i-1] == '/' || s[i-1] == '-') {
				f.found("java-stream", i, i+len(javaMagic))
				return
			}
		}
	}
	// A word of shortest bytes covers every shortest-th offset of the text; the others are not looked at.
	for p := shortest - 1; p < len(s) && !f.done; {
		if !base64[s[p]] {
			p += shortest
			continue
		}
		start, end := p, p+1
		for start > 0 && p-start < shortest && base64[s[start-1]] {
			start--
		}
		for end < len(s) && base64[s[end]] {
			end++
		}
		if end-start >= shortest {
			f.word(start, end)
		}
		p = end + shortest
	}
}

// shortest is the length of the shortest word that is looked at.
const shortest = 12

var base64 = lex.NewTable("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")

// word looks at one word of the base64 alphabet, which hexadecimal shares.
func (f *finder) word(start, end int) {
	s := f.s
	w := s[start:end]
	if rule := hexSignature(w); rule != "" {
		f.found(rule, start, end)
		return
	}
	// A slash or a hyphen before the data may belong to a path: look behind the last of the leading ones too.
	if rule := signature(w); rule != "" {
		f.found(rule, start, end)
		return
	}
	for _, mark := range functionMarks {
		if f.work += len(w); strings.Contains(w, mark) {
			f.found("js-function", start, end)
			return
		}
	}
	for k := 0; k < len(w) && k < 200; k++ {
		if (w[k] == '/' || w[k] == '-') && len(w)-k > 12 {
			if rule := signature(w[k+1:]); rule == "java-stream" || rule == "net-stream" {
				f.found(rule, start+k+1, end)
				return
			}
		}
	}
	f.work += min(len(w), 200)
}

// functionMarks are "$$ND_FUNC$$" in base64, at each of the three places in a group of three bytes that it can begin at,
// without the characters that what stands around it has a part in.
var functionMarks = [...]string{"JCRORF9GVU5DJC", "QkTkRfRlVOQyQk", "kJE5EX0ZVTkMkJ"}

// hexSignature returns the rule for a word in hexadecimal, 0x in front or not, that is the beginning of a stream.
// Digits alone are a number that somebody wrote.
func hexSignature(w string) string {
	if lex.HasPrefix(w, 0, "0x") || lex.HasPrefix(w, 0, "0X") {
		w = w[2:]
	}
	var b [9]byte
	letter := false
	for i := range 2 * len(b) {
		c := lex.Lower(lex.At(w, i))
		switch {
		case lex.IsDigit(c):
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
			letter = true
		case i >= 8 && lex.HasPrefixFold(w, 0, "aced0005"):
			return "java-stream"
		default:
			return ""
		}
		b[i/2] = b[i/2]<<4 | c
	}
	rule := stream(b)
	for i := 2 * len(b); rule != "" && !letter; i++ {
		if i == 4*len(b) || i >= len(w) {
			return ""
		}
		c := lex.Lower(w[i])
		if letter = c >= 'a' && c <= 'f'; !letter && !lex.IsDigit(c) {
			return ""
		}
	}
	return rule
}

// head decodes the first 12 characters of base64 in either alphabet.
func head(w string) (b [9]byte, ok bool) {
	if len(w) < 12 {
		return b, false
	}
	var v uint32
	for i := range 12 {
		c := w[i]
		switch {
		case lex.IsUpper(c):
			c -= 'A'
		case lex.IsLower(c):
			c -= 'a' - 26
		case lex.IsDigit(c):
			c += 52 - '0'
		case c == '+' || c == '-':
			c = 62
		default:
			c = 63
		}
		v = v<<6 | uint32(c)
		if i%4 == 3 {
			b[i/4*3], b[i/4*3+1], b[i/4*3+2] = byte(v>>16), byte(v>>8), byte(v)
			v = 0
		}
	}
	return b, true
}

// signature returns the rule for a word whose base64, or the base64 inside of that, decodes to the beginning of a
// serialised object.
func signature(w string) string {
	b, ok := head(w)
	if !ok {
		return ""
	}
	if rule := stream(b); rule != "" {
		if len(w) < 16 && (b[0] == 0x80 || b[0] == 0xff) {
			return "" // too short to be more than a word that looks alike
		}
		return rule
	}
	if rule := global(w, b); rule != "" {
		return rule
	}
	return twice(w, b)
}

// global is signature for a pickle of protocol 0 that begins with a class or a function, c<module>\n<name>\n.
func global(w string, b [9]byte) string {
	if b[0] != 'c' || !base64[b[1]] || !base64[b[2]] {
		return ""
	}
	lines, text := 0, [48]byte{}
	for n := 0; n+12 <= len(w) && n < 64; n += 12 {
		part, _ := head(w[n:])
		copy(text[n/4*3:], part[:])
	}
	for _, c := range text {
		switch {
		case c == '\n':
			lines++
		case !printable(c):
			return ""
		}
		if lines == 2 {
			return "pickle"
		}
	}
	return ""
}

// twice is signature for what w decodes to, where that is base64 again.
func twice(w string, b [9]byte) string {
	if !base64[b[0]] || !base64[b[1]] || !base64[b[2]] {
		return ""
	}
	rest, ok := head(w[min(4, len(w)):])
	if !ok {
		return ""
	}
	inner := [12]byte{b[0], b[1], b[2]}
	for i, c := range rest {
		if !base64[c] {
			return ""
		}
		inner[3+i] = c
	}
	decoded, _ := head(string(inner[:]))
	return stream(decoded)
}

// stream returns the rule for the first bytes of a serialised object.
func stream(b [9]byte) string {
	h := string(b[:])
	switch b[0] {
	case 0xac, 0xca:
		if h[:4] == "\xac\xed\x00\x05" || h[:6] == "\xca\xfe\xba\xbe\x00\x00" {
			return "java-stream"
		}
	case 0x1f:
		if h[:3] == "\x1f\x8b\x08" && (b[3] == 0 || b[3] == 8) {
			return "gzip-stream"
		}
	case 0:
		if h == "\x00\x01\x00\x00\x00\xff\xff\xff\xff" {
			return "net-stream"
		}
	case 0xff:
		if b[1] == 1 && strings.IndexByte("\x0f\x32\x33\x16\x05\x1b\x10", b[2]) >= 0 {
			return "net-stream"
		}
	case 4:
		if b[1] == 8 && strings.IndexByte("o[{IUuceC", b[2]) >= 0 {
			return "ruby-marshal"
		}
	case 0x80:
		if b[1] >= 2 && b[1] <= 5 && pickleStart(b) {
			return "pickle"
		}
	case 'O', 'a', 'C', 'E', 's':
		if phpStart(h) {
			return "php-object"
		}
	case 'c', '(', '!', '-':
		for _, t := range [...]string{"cos\nsyste", "cposix\nsy", "c__builti", "cbuiltins", "csubproce", "cnt\nsyste", "ccommands", "(cos\nsyst", "(dp0\n", "(lp0\n", "(S'", "!!python/", "--- !ruby"} {
			if strings.HasPrefix(h, t) {
				return "pickle"
			}
		}
	}
	return ""
}

// pickleStart reports whether a pickle of protocol 2 to 5 goes on as one does.
func pickleStart(b [9]byte) bool {
	if b[2] == 0x95 { // FRAME, with its length in eight bytes, the last of them 0 in the head
		return b[5] == 0 && b[6] == 0 && b[7] == 0
	}
	switch b[2] {
	case 'c':
		return printable(b[3]) && printable(b[4])
	case ']', '}', ')':
		return b[3] == 'q' || b[3] == '(' || b[3] == 0x94
	case '(', 'X', 0x8c:
		return true
	}
	return false
}

func printable(c byte) bool { return lex.IsWord(c) || c == '.' }

// phpStart reports whether h begins like PHP's serialize: O:8:", a:1:{ and so on.
func phpStart(h string) bool {
	if strings.IndexByte("OaCEs", h[0]) < 0 || h[1] != ':' {
		return false
	}
	end := lex.SkipDigits(h, 2)
	return end > 2 && end+1 < len(h) && h[end] == ':' && (h[end+1] == '"' && h[0] != 'a' || h[end+1] == '{' && h[0] == 'a')
}
