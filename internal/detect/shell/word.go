// Package shell reads words the way a shell does before it looks for the program: quotes, backslashes,
// carets and expansions to nothing are gone, so that w'h'o"am"i, w\ho\am\i, w^h^o^a^m^i and who$@ami are all
// the word whoami. It knows what the shells have in common with the attacks on them, POSIX sh, bash, zsh and
// cmd.exe; it does not run anything and does not know variables.
package shell

import "github.com/tangoguard/tangoguard/internal/detect/lex"

// Mark says what the shell would do to a word.
type Mark uint16

// The marks of a word.
const (
	Hidden Mark = 1 << iota // a quote, backslash, caret or empty expansion inside the word: nobody writes that
	Glob                    // ? or * or [ ]
	Var                     // $NAME, ${…}, %NAME%
	Subst                   // ends before $( or `
	IFS                     // ends at $IFS or ${IFS}, which stands for a blank
	Brace                   // begins with { as in {cat,/etc/passwd}
	Quoted                  // begins with a quote
	Long                    // longer than any program name
)

// Max is the number of bytes of a word that are kept.
const Max = 48

// maxSource is the number of bytes in the source after which a word is too long for a program.
const maxSource = 2 * Max

// quoteReach is how far the closing quote inside a word is looked for: obfuscation quotes single letters.
const quoteReach = 24

// Word is one shell word. Text holds it as the shell sees it; Cut is the length of Text before the first \n
// or \r that was spelt out with a backslash (which is a line end to whoever decodes it), or -1.
type Word struct {
	Start, End int // in the source
	Marks      Mark
	Cut        int
	n          int
	buf        [Max]byte
}

// Text returns the bytes of the word as the shell sees them. They are valid as long as w is.
func (w *Word) Text() []byte { return w.buf[:w.n] }

func (w *Word) put(c byte) {
	if w.n == Max {
		w.Marks |= Long
		return
	}
	w.buf[w.n] = c
	w.n++
}

// Ends reports whether c ends a word of a command.
func Ends(c byte) bool {
	switch c {
	case ' ', '\t', '\n', '\r', '\v', '\f', ';', '|', '&', '<', '>', '(', ')', 0:
		return true
	}
	return false
}

// Read reads the word that begins at i into w. plus says that + stands for a blank, as in form data.
// It looks at no more than maxSource bytes, and at quoteReach again; a longer word ends there, as does one with
// a second line end spelt out.
func (w *Word) Read(s string, i int, plus bool) {
	w.Start, w.Marks, w.Cut, w.n = i, 0, -1, 0
	if lex.At(s, i) == '{' {
		w.Marks |= Brace
		i++
		if lex.At(s, i) == ',' {
			i++ // {,id}: an empty word, which goes away
		}
	}
	for i < len(s) && !Ends(s[i]) {
		c := s[i]
		if i-w.Start > maxSource {
			w.Marks |= Long
			break
		}
		switch {
		case c == '\\' && w.Cut >= 0 && (lex.At(s, i+1) == 'n' || lex.At(s, i+1) == 'r'):
			w.End = i
			return
		case c == '+' && plus && i > w.Start, c == ',' && w.Marks&Brace != 0, c == '#' && i > w.Start:
			w.End = i
			return
		case c == '\'' || c == '"':
			next, ok := w.quote(s, i)
			if !ok {
				w.End = i
				return
			}
			i = next
		case c == '\\' && i+1 < len(s):
			w.backslash(s, i)
			i += 2
		case c == '^' && lex.IsWord(lex.At(s, i+1)):
			w.hide(i)
			i++
		case c == '`':
			if lex.At(s, i+1) != '`' {
				w.Marks |= Subst
				w.End = i
				return
			}
			if !lex.IsWord(lex.At(s, i+2)) {
				w.End = i
				return
			}
			w.hide(i)
			i += 2
		case c == '$':
			next, ends := w.dollar(s, i)
			if ends {
				w.End = i
				return
			}
			i = next
		case c == '%' && cmdVariable(s, i) > i:
			w.Marks |= Var
			w.End = i
			return
		default:
			if c == '?' || c == '*' || c == '[' {
				w.Marks |= Glob
			}
			w.put(c)
			i++
		}
	}
	w.End = i
}

// hide marks the word as one that hides its letters, unless what hides stands before it.
func (w *Word) hide(at int) {
	if at > w.Start {
		w.Marks |= Hidden
	}
}

// quote copies a quoted part of the word. ok is false when the quote closes nothing in this word: then it
// is the one that the attack breaks out with, and ends the word.
func (w *Word) quote(s string, i int) (next int, ok bool) {
	stop := min(len(s), i+quoteReach)
	for j := i + 1; j < stop; j++ {
		switch {
		case s[j] == s[i]:
			if i > w.Start && (j > i+1 || j+1 < len(s) && !Ends(s[j+1])) || (j+1 < len(s) && !Ends(s[j+1]) && s[j+1] != '\'' && s[j+1] != '"' && s[j+1] != '`') {
				w.Marks |= Hidden
			} else {
				w.Marks |= Quoted
			}
			for k := i + 1; k < j; k++ {
				w.put(s[k])
			}
			return j + 1, true
		case Ends(s[j]):
			return i, false
		}
	}
	return i, false
}

func (w *Word) backslash(s string, i int) {
	c := s[i+1]
	if (c == 'n' || c == 'r') && w.Cut < 0 {
		w.Cut = w.n
	}
	switch {
	case w.n > 1 && w.buf[1] == ':' && lex.IsWord(c): // C:\Windows
		w.put('\\')
		w.put(c)
	case lex.IsWord(c):
		w.hide(i)
		w.put(c)
	case c == '\'' || c == '"' || c == '`':
		// An escaped quote: the escape of the surrounding string, not a part of the name.
	default:
		w.put('\\')
		w.put(c)
	}
}

// dollar handles a $ inside a word. Parameters that are empty in a script without arguments, and names that
// nobody sets, stand for nothing; everything else ends the word.
func (w *Word) dollar(s string, i int) (next int, ends bool) {
	c := lex.At(s, i+1)
	switch {
	case (c == '?' || c == '_' || c == '$') && i > w.Start && lex.IsLower(lex.At(s, i+2)):
		w.hide(i)
		return i + 2, false
	case c == '@' || c == '*' || c == '!' || c == '-' || c == '#' || lex.IsDigit(c) && c != '0':
		w.hide(i)
		return i + 2, false
	case c == '(' && lex.At(s, i+2) == ')':
		w.hide(i)
		return i + 3, false
	case c == '(':
		w.Marks |= Subst
		return i, true
	case c == '\'' || c == '"':
		return i + 1, false // $'…' and $"…" are quotes
	case lex.HasPrefix(s, i, "$IFS") || lex.HasPrefix(s, i, "${IFS"):
		w.Marks |= IFS
		return i, true
	case c == '{' && (lex.At(s, i+2) == '@' || lex.At(s, i+2) == '*') && lex.At(s, i+3) == '}':
		w.hide(i)
		return i + 4, false
	case c == '{' && lex.IsLower(lex.At(s, i+2)) && i > w.Start:
		if end := lex.SkipWord(s, i+2); lex.At(s, end) == '}' && end-i < quoteReach {
			w.hide(i)
			return end + 1, false
		}
	case lex.IsLower(c) && !lex.IsWord(lex.At(s, i+2)) && (i > w.Start || lex.At(s, i+2) == '\'' || lex.At(s, i+2) == '"'):
		w.hide(i)
		return i + 2, false
	}
	w.Marks |= Var
	return i, true
}

// cmdVariable returns the end of the %NAME% or %NAME:~0,1% that begins at i, or i.
func cmdVariable(s string, i int) int {
	j := lex.SkipWord(s, i+1)
	if j == i+1 || j-i > 32 {
		return i
	}
	switch lex.At(s, j) {
	case '%':
		return j + 1
	case ':':
		if lex.At(s, j+1) == '~' {
			return j + 2
		}
	}
	return i
}
