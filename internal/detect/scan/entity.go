package scan

import "unicode/utf8"

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
		if out, ok := entities[s[1:end]]; ok {
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
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

const (
	maxEntity = 24
	maxLegacy = 4
)

// legacy are the names that HTML knows without their semicolon.
var legacy = map[string]string{
	"lt": "<", "LT": "<", "gt": ">", "GT": ">", "amp": "&", "AMP": "&", "quot": `"`, "QUOT": `"`, "nbsp": " ", "shy": "",
}

// entities are the names that need their semicolon.
var entities = map[string]string{
	"lt": "<", "LT": "<", "gt": ">", "GT": ">", "amp": "&", "AMP": "&", "quot": `"`, "QUOT": `"`, "nbsp": " ", "shy": "",
	"apos": "'", "Tab": "\t", "NewLine": "\n", "excl": "!", "num": "#", "dollar": "$", "percnt": "%",
	"lpar": "(", "rpar": ")", "ast": "*", "midast": "*", "plus": "+", "comma": ",", "period": ".", "sol": "/",
	"colon": ":", "semi": ";", "equals": "=", "quest": "?", "commat": "@",
	"lsqb": "[", "lbrack": "[", "bsol": `\`, "rsqb": "]", "rbrack": "]", "Hat": "^", "lowbar": "_", "UnderBar": "_",
	"grave": "`", "DiacriticalGrave": "`", "lcub": "{", "lbrace": "{", "rcub": "}", "rbrace": "}",
	"verbar": "|", "vert": "|", "VerticalLine": "|", "fjlig": "fj",
}
