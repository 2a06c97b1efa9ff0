// Package csvinjection finds text that a spreadsheet runs as a formula when it opens an export that holds it.
//
// # What it recognises
//
// A cell, which begins with the text, a line, or a comma, semicolon or tab, that starts with "=", "+", "-" or "@",
// white space and a quote in front aside, and goes on as a formula: a call, a DDE link (program|'topic'!item), a link
// to a file, or arithmetic on cells, numbers and texts behind "=". Behind "=" any name with its bracket glued on is a
// call, since every spreadsheet has functions of its own; behind "+", "-" and "@", which people use too, only one of
// a list is.
//
// # What it does not recognise
//
// "-5", "+1 (555) 010-9999", "=)", "@name", "+1 from me" are no formulas that do anything. An export must still
// quote every cell that begins with one of the four characters: see sanitize.CSVCell.
//
// # Rules
//
//	dde       a DDE link
//	function  a call of a spreadsheet function
//	file-link a reference to a file
//	formula   arithmetic
//
// CWE-1236 (formula elements in a CSV file).
package csvinjection

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "csv_injection"

// gate holds a sign where a cell can begin, or DDE's first argument; and then a call, a link, or arithmetic.
var gate = scan.Any("[^\x00- \",;\x80\xA0\xBF][=+@-]", scan.Bracket).And(`[(|=]`)

// Detector finds csv_injection.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: gate, Find: find}
}

// maxCell bounds how far a formula is read.
const maxCell = 1024

func find(v *scan.View, report scan.Report) {
	s := v.Text
	v.Work(len(s))
	f := finder{v: v, report: report}
	f.cell(0, true)
	if i := skip(s, 0); lex.HasPrefixFold(s, i, "dde") {
		if k := skip(s, i+3); k < len(s) && s[k] == '(' && k+1 < len(s) && s[k+1] == '"' {
			report("dde", i, k+1) // LibreOffice's function, without its sign
		}
	}
	for _, sign := range [...]byte{'=', '+', '-', '@'} {
		if !v.Has.Has(sign) {
			continue
		}
		for i := 1; ; i++ {
			k := strings.IndexByte(s[min(i, len(s)):], sign)
			if k < 0 {
				break
			}
			i += k
			if first, own := starts(s, i); first {
				f.cell(i, own)
			}
		}
	}
}

// starts reports whether a cell that is not the first begins at s[i:], and whether it has a line of its own.
func starts(s string, i int) (first, own bool) {
	for k := 0; k < 16 && i > 0; k++ {
		i--
		switch s[i] {
		case '\n', '\r', '\t':
			return true, s[i] != '\t'
		case ',', ';':
			return true, false
		case ' ', '"':
		default:
			return false, false
		}
	}
	return false, false
}

// skip passes the white space and quote that may stand in front of a formula.
func skip(s string, i int) int {
	for k := 0; k < 16 && i < len(s); k++ {
		switch {
		case s[i] <= ' ' || s[i] == '"':
			i++
		case strings.HasPrefix(s[i:], "\u00a0"):
			i += 2
		case strings.HasPrefix(s[i:], "\ufeff"), strings.HasPrefix(s[i:], "\u3000"):
			i += 3
		default:
			return i
		}
	}
	return i
}

// A finder looks at the cells of one text.
type finder struct {
	v         *scan.View
	report    scan.Report
	from, bar int // no bar and no end of a formula stands in [from,bar)
	linked    int // the end of the link whose bar that is, or 0
}

// cell judges the cell that begins at i. Behind a comma a sentence goes on, so only what cannot be prose counts.
func (f *finder) cell(i int, own bool) {
	s, v, report := f.v.Text, f.v, f.report
	i = skip(s, i)
	if i == len(s) {
		return
	}
	start := i
	sign := s[i]
	if sign != '=' && sign != '+' && sign != '-' && sign != '@' {
		return
	}
	for k := 0; k < 8 && i < len(s) && (strings.IndexByte("=+-@", s[i]) >= 0); k++ {
		if s[i] == '=' {
			sign = '='
		}
		i++
	}
	for k := 0; k < 8 && i < len(s) && (s[i] == ' ' || s[i] == '('); k++ {
		i++
	}
	body := s[i:min(len(s), i+maxCell)]
	if end := f.dde(i); end > 0 {
		report("dde", start, end)
		return
	}
	v.Work(8)
	if n := call(body, sign, sign == '=' && i == start+1); n > 0 {
		report("function", start, i+n)
		return
	}
	if sign == '=' && own {
		if n := fileLink(body); n > 0 {
			report("file-link", start, i+n)
		} else if n := arithmetic(body); n > 0 {
			report("formula", start, i+n)
		}
	}
}

// dde gives the end of a DDE link, program|'topic'!item or program|topic!item, in the formula at i; 0 for none.
// Terms of arithmetic and calls may stand in front. Where one bar or end is found, the cells before it share it.
func (f *finder) dde(i int) int {
	s := f.v.Text
	if i < f.from || i > f.bar {
		f.from, f.bar = i, i
		for f.bar < len(s) && !endsFormula(s, f.bar) {
			f.bar++
		}
		f.v.Work(f.bar - i)
		f.linked = 0
		if f.bar < len(s) && s[f.bar] == '|' {
			f.linked = link(s[:min(len(s), f.bar+maxCell)], f.bar)
			f.v.Work(max(maxGap, f.linked-f.bar))
		}
	}
	if f.bar-i > maxCell {
		return 0
	}
	return f.linked
}

// endsFormula reports whether a bar stands at s[i], or what no formula in front of one holds.
func endsFormula(s string, i int) bool {
	switch c := s[i]; c {
	case '|', '\n', '\r', '\t', ';', '<', '{':
		return true
	case '$':
		return i > 0 && s[i-1] == ' '
	default:
		return c >= 0x80
	}
}

// maxGap bounds the white space around the bar and the exclamation mark of a link.
const maxGap = 64

func link(s string, bar int) int {
	name := bar
	for name > 0 && bar-name < maxGap && s[name-1] == ' ' {
		name--
	}
	end := bar
	if name == 0 || !lex.IsWord(s[name-1]) {
		return 0
	}
	i := end + 1
	for i < len(s) && i-end < maxGap && s[i] == ' ' {
		i++
	}
	if i >= len(s) {
		return 0
	}
	if s[i] == '\'' || s[i] == '"' {
		k := strings.IndexByte(s[i+1:], s[i])
		if k < 0 {
			return len(s)
		}
		i += k + 2
		for n := 0; i < len(s) && n < maxGap && s[i] == ' '; n++ {
			i++
		}
	} else {
		topic := i
		for i < len(s) && s[i] >= ' ' && s[i] != '!' {
			i++
		}
		if strings.IndexByte(s[topic:i], ' ') >= 0 && (i == len(s) || term(s[i+1:]) == 0 || lex.IsDigit(s[i+1])) {
			return 0 // a sentence: with white space in the topic a cell must follow
		}
	}
	if i < len(s) && s[i] == '!' {
		return i + 1
	}
	return 0
}

// maxTerms bounds the terms of arithmetic in front of a call.
const maxTerms = 128

// call gives the end of NAME( where NAME is a function of a spreadsheet; 0 for none. Behind "=" terms of arithmetic
// may stand in front. Behind "@", "+" and "-" the function must come first. glued says that nothing stands between a
// lone "=" and s: then any name is one of a function.
func call(s string, sign byte, glued bool) int {
	i := 0
	if sign == '=' || sign == '+' || sign == '-' {
		for i < len(s) && i < maxTerms && (lex.IsDigit(s[i]) || strings.IndexByte("+-*/.&^ ", s[i]) >= 0 || s[i] == ',' && sign == '=') {
			i++
		}
	}
	start := i
	for i < len(s) && (lex.IsWord(s[i]) || s[i] == '.') {
		i++
	}
	end := i
	for i < len(s) && s[i] == ' ' && i-end < 4 {
		i++
	}
	if end == start || i == len(s) || s[i] != '(' {
		return 0
	}
	switch name := s[start:end]; {
	case isFunction(name) && (sign == '=' || i == end && (argument(s[i+1:]) || i+1 < len(s) && s[i+1] == ')')):
		return i + 1
	case glued && start == 0 && i == end && end >= 2 && !lex.IsDigit(name[0]) && (name[0] != '_' || lex.HasPrefixFold(name, 0, "_xl")) && closed(s[i:]):
		return i + 1
	}
	return 0
}

// closed reports whether the call that begins s is closed and nothing but more of a formula, or of a row, follows.
func closed(s string) bool {
	k := strings.IndexByte(s, ')')
	if k < 0 || strings.IndexByte(s[:k], '\n') >= 0 {
		return false
	}
	for k < len(s) && s[k] == ')' || k < len(s) && s[k] == ' ' {
		k++
	}
	return k == len(s) || strings.IndexByte("+-*/^&=<>,;.\"'|!\r\n\t", s[k]) >= 0
}

// argument reports whether s begins with what a function takes and no word does: a number, a text, a cell, a call.
func argument(s string) bool {
	i := 0
	for i < len(s) && lex.IsWord(s[i]) && !lex.IsDigit(s[i]) {
		i++
	}
	return i < len(s) && (lex.IsDigit(s[i]) || i > 0 && s[i] == '(' || i == 0 && (s[i] == '"' || s[i] == '$' || s[i] == '-'))
}

func isFunction(name string) bool {
	if len(name) > 24 {
		return false
	}
	if k := strings.LastIndexByte(name, '.'); k >= 0 && strings.EqualFold(name[:min(len(name), 5)], "_xlfn") {
		name = name[k+1:]
	}
	var buf [24]byte
	w := lex.Fold(buf[:], name)
	return len(w) > 0 && functions[string(w)]
}

// functions of Excel, LibreOffice and Google Sheets that reach out of the sheet, run something or are used to
// build what does.
var functions = lex.NewSet("hyperlink webservice filterxml importxml importhtml importdata importfeed importrange image dde rtd " +
	"exec call register register.id fopen fwrite fread run evaluate encodeurl googlefinance query sum " +
	"concatenate concat textjoin char unichar code indirect offset address cell info if iferror ifs and or " +
	"not vlookup hlookup xlookup index match arrayformula now today rand left right mid len substitute " +
	"replace text t n average max min count counta countif sumif product abs round getpivotdata " +
	"stockhistory sql.request lambda let formula halt alert return goto")

// fileLink gives the end of 'file:...'# or '\\host\share\[book]sheet'!; 0 for none.
func fileLink(s string) int {
	if len(s) < 8 || s[0] != '\'' {
		return 0
	}
	t := s[1:]
	if !strings.EqualFold(t[:min(5, len(t))], "file:") && !strings.HasPrefix(t, `\\`) && !strings.EqualFold(t[:min(4, len(t))], "http") {
		return 0
	}
	k := strings.IndexByte(t, '\'')
	if k < 0 || k+1 >= len(t) || t[k+1] != '#' && t[k+1] != '!' && t[k+1] != '$' {
		return 0
	}
	return k + 3
}

// arithmetic gives the length of s if all of it is at least two numbers or cells with operators between them.
func arithmetic(s string) int {
	terms, i := 0, 0
	for {
		n := term(s[i:])
		if n == 0 {
			return 0
		}
		i += n
		terms++
		for i < len(s) && (s[i] == ' ' || s[i] == ')' || s[i] == '"') {
			i++
		}
		if i == len(s) || s[i] == '\n' || s[i] == '\r' {
			break
		}
		if strings.IndexByte("+-*/^&", s[i]) < 0 {
			return 0
		}
		i++
		for i < len(s) && (s[i] == ' ' || s[i] == '(') {
			i++
		}
	}
	if terms < 2 {
		return 0
	}
	return i
}

// term gives the length of a number, a reference to a cell or a text.
func term(s string) int {
	i := 0
	if s != "" && s[0] == '"' {
		k := strings.IndexByte(s[1:], '"')
		if k < 0 {
			return 0
		}
		return k + 2
	}
	for i < len(s) && i < 4 && (s[i] == '$' || s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z') {
		i++
	}
	digits := i
	for i < len(s) && (lex.IsDigit(s[i]) || s[i] == '.' && i > digits) {
		i++
	}
	if i == digits {
		return 0
	}
	return i
}
