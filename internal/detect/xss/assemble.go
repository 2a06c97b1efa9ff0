package xss

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/js"
	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// assembleWindow is how much of a text is read for pieces: a script that builds a name needs few of them.
const assembleWindow = 512

// assembled are the names that scripts build of pieces, because a filter knows them.
var assembled = [...]string{
	"javascript", "alert", "eval", "location", "document", "unescape", "confirm", "prompt", "iframe", "constructor", "settimeout",
	"fromcharcode", "onerror", "cookie",
}

// assemble looks for names that are made of several literals: 'ev'+'al', /al/.source+/ert/.source,
// a='java';b='script'. A name must begin where one piece begins and end where another ends, so that what two words
// make by chance counts for nothing.
func (f *finder) assemble() {
	if f.joined {
		return
	}
	f.joined = true
	lexer := js.Lexer{Text: window(f.text, 0, assembleWindow)}
	defer func() { f.work += lexer.Steps }()
	var text [96]byte
	var marks [48]uint8 // where pieces end
	var starts [48]int  // where they stand
	n, k := 0, 0
	listed, comma := false, false // behind a literal, and a comma behind that
	for {
		t := lexer.Next()
		if t.Kind == js.End || t.Open || lexer.Steps > 4*assembleWindow {
			return
		}
		lexer.Operand = t.Kind != js.Punct || strings.IndexByte(")]}", lexer.Text[t.Start]) >= 0
		if t.Kind != js.String && t.Kind != js.Regexp {
			comma = listed && lexer.Text[t.Start] == ','
			listed = false
			continue
		}
		if comma { // what a list holds is not joined
			n, k = 0, 0
		}
		listed, comma = true, false
		piece := lexer.Text[t.Start+1 : t.Stop-1]
		if t.Kind == js.Regexp && !sourced(window(lexer.Text, t.Stop, maxName)) {
			continue
		}
		if piece == "" || len(piece) == 1 && lex.IsDigit(piece[0]) { // what a conditional does not choose
			continue
		}
		if len(piece) > 24 || k == len(marks) || n+len(piece) > len(text) {
			n, k = 0, 0
			continue
		}
		for i := range len(piece) {
			c := piece[i]
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			text[n+i] = c
		}
		starts[k] = t.Start
		n += len(piece)
		marks[k] = uint8(n)
		k++
		if from := ends(text[:n], marks[:k]); from >= 0 {
			f.report(ruleCode, starts[from], t.Stop)
			return
		}
	}
}

// sourced reports whether what follows a pattern takes its text: .source.
func sourced(after string) bool {
	member, ok := strings.CutPrefix(strings.TrimLeft(after, " "), ".")
	return ok && strings.HasPrefix(strings.TrimLeft(member, " "), "source")
}

// ends returns the first of the pieces that make a name together with the last one, or -1.
func ends(text []byte, marks []uint8) int {
	last := len(marks) - 1
	for from := last - 1; from >= 0; from-- {
		begin := 0
		if from > 0 {
			begin = int(marks[from-1])
		}
		whole := text[begin:]
		if len(whole) > 24 {
			return -1
		}
		for _, name := range assembled {
			if string(whole) == name || name == "javascript" && len(whole) > len(name) && strings.HasPrefix(string(whole), name+":") {
				return from
			}
		}
	}
	return -1
}
