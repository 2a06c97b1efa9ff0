package scan

import (
	"strings"
	"unicode/utf8"
)

// entity decodes a character reference (WHATWG HTML 13.2.5.72 and following): decimal, hexadecimal, with any
// number of zeros, with or without the semicolon, and the named ones that stand for ASCII or for nothing visible.
func (u *unit) entity(s string) bool {
	if len(s) < 3 {
		return false
	}
	if s[1] == '#' {
		return u.numeric(s)
	}
	end := 1
	for end < len(s) && end <= maxEntity && isAlnum(s[end]) {
		end++
	}
	if end < len(s) && s[end] == ';' {
		if out, ok := named(s[1:end]); ok {
			u.n = end + 1
			u.text(out)
			return true
		}
	}
	for n := min(end-1, maxLegacy); n >= 2; n-- {
		if out, ok := legacy[s[1:1+n]]; ok {
			u.n = 1 + n
			u.text(out)
			return true
		}
	}
	return false
}

func (u *unit) numeric(s string) bool {
	i, base := 2, rune(10)
	if s[2]|0x20 == 'x' {
		i, base = 3, 16
	}
	first := i
	var r rune
	for ; i < len(s); i++ {
		d := rune(hexDigit[s[i]])
		if d >= base {
			break
		}
		r = min(r*base+d, utf8.MaxRune+1)
	}
	if i == first {
		return false
	}
	if i < len(s) && s[i] == ';' {
		i++
	}
	u.n = i
	switch r {
	case 0:
		return true // a NUL: nothing
	case 0x91, 0x92:
		r = '\'' // windows-1252, as HTML has it
	case 0x93, 0x94:
		r = '"'
	case 0x8B:
		r = '<'
	case 0x9B:
		r = '>'
	}
	if !utf8.ValidRune(r) {
		r = utf8.RuneError
	}
	u.folded(r)
	u.size = min(u.size, u.n)
	return true
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || isLetter(c)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

const (
	maxEntity = 31
	maxLegacy = 4
)

// legacy are the names that HTML knows without their semicolon.
var legacy = map[string]string{
	"lt": "<", "LT": "<", "gt": ">", "GT": ">", "amp": "&", "AMP": "&", "quot": `"`, "QUOT": `"`, "nbsp": " ", "shy": "",
}

// named gives what a name with its semicolon stands for: the references of HTML whose characters are ASCII, fold
// to ASCII, or cannot be seen. A test holds it against x/net/html.
func named(name string) (string, bool) {
	if out, ok := entities[name]; ok {
		return out, true
	}
	// &afr; &aopf; &ascr; are letters of mathematics, which fold to the letter.
	if len(name) > 2 && isLetter(name[0]) && (name[1:] == "fr" || name[1:] == "opf" || name[1:] == "scr") {
		return name[:1], true
	}
	return "", false
}

var entities = func() map[string]string {
	m := map[string]string{
		"apos": "'", "Tab": "\t", "NewLine": "\n", "excl": "!", "num": "#", "dollar": "$", "percnt": "%", "lpar": "(", "rpar": ")",
		"plus": "+", "comma": ",", "period": ".", "colon": ":", "semi": ";", "equals": "=", "quest": "?", "commat": "@", "Hat": "^",
		"fjlig": "fj", "nldr": "..", "hellip": "...", "mldr": "...", "ell": "l", "trade": "TM", "TRADE": "TM",
	}
	for out, names := range map[string]string{
		"":   "shy ZeroWidthSpace NegativeThinSpace NegativeMediumSpace NegativeThickSpace NegativeVeryThinSpace NoBreak zwj zwnj lrm rlm InvisibleComma ic InvisibleTimes it ApplyFunction af",
		" ":  "nbsp NonBreakingSpace ensp emsp emsp13 emsp14 numsp puncsp thinsp ThinSpace hairsp VeryThinSpace MediumSpace",
		"&":  "amp AMP",
		"<":  "lt LT lang langle LeftAngleBracket lsaquo nlt nless NotLess",
		">":  "gt GT rang rangle RightAngleBracket rsaquo ngt ngtr NotGreater",
		`"`:  "quot QUOT ldquo rdquo rdquor OpenCurlyDoubleQuote CloseCurlyDoubleQuote Prime",
		"'":  "lsquo rsquo rsquor OpenCurlyQuote CloseCurlyQuote prime",
		"`":  "grave DiacriticalGrave backprime bprime",
		"*":  "ast midast lowast",
		"-":  "hyphen dash minus",
		"/":  "sol frasl",
		`\`:  "bsol Backslash setminus setmn smallsetminus ssetmn",
		":":  "ratio",
		"=":  "ne NotEqual",
		"[":  "lsqb lbrack",
		"]":  "rsqb rbrack",
		"_":  "lowbar UnderBar",
		"{":  "lcub lbrace",
		"}":  "rcub rbrace",
		"|":  "verbar vert VerticalLine mid shortmid smid VerticalBar",
		"a":  "ordf",
		"o":  "ordm order orderof",
		"d":  "dd DifferentialD",
		"D":  "DD CapitalDifferentialD",
		"e":  "ee ExponentialE exponentiale",
		"i":  "ii ImaginaryI",
		"B":  "Bernoullis bernou",
		"C":  "Cayleys complexes",
		"E":  "expectation",
		"F":  "Fouriertrf",
		"H":  "HilbertSpace Poincareplane hamilt quaternions",
		"h":  "planckh",
		"I":  "Im image imagline imagpart",
		"L":  "Laplacetrf lagran",
		"M":  "Mellintrf phmmat",
		"N":  "naturals",
		"P":  "primes",
		"Q":  "rationals",
		"R":  "Re real realine realpart reals",
		"S":  "circledS oS",
		"Z":  "integers zeetrf",
		"1":  "sup1",
		"2":  "sup2",
		"3":  "sup3",
		"No": "numero",
		"ff": "fflig",
		"fi": "filig",
		"fl": "fllig",
	} {
		for name := range strings.FieldsSeq(names) {
			m[name] = out
		}
	}
	return m
}()
