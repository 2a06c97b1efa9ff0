package tangoclient

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// valueMark stands where an error of Tango repeated what the caller had sent.
const valueMark = "[value]"

// sentValues are the texts that a call sent: every string of its body and its query, the longest first.
func (c *call) sentValues() []string {
	var out []string
	for d := jsontext.NewDecoder(bytes.NewBuffer(c.body), jsontext.AllowDuplicateNames(true)); ; {
		t, err := d.ReadToken()
		if err != nil {
			break // the end
		}
		kind, n := d.StackIndex(d.StackDepth())
		if t.Kind() == '"' && (kind != '{' || n%2 == 0) {
			out = append(out, t.String())
		}
	}
	for _, v := range c.query {
		out = append(out, v...)
	}
	out = slices.DeleteFunc(out, func(s string) bool { return len(s) < 2 })
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(out)
}

// withoutValues takes the values out of a text of Tango, whose catalogue fills some of them into its messages:
// errors go to logs, and the values are somebody's name and address. Parts of words are left alone.
func withoutValues(text string, values []string) string {
	for _, v := range values {
		for from := 0; from < len(text); {
			at := strings.Index(text[from:], v)
			if at < 0 {
				break
			}
			at += from
			end := at + len(v)
			if inWord(text[:at], text[end:], v) {
				from = at + 1
				continue
			}
			text = text[:at] + valueMark + text[end:]
			from = at + len(valueMark)
		}
	}
	return text
}

// inWord reports whether v, between the two texts, is a part of a longer word.
func inWord(before, after, v string) bool {
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	first, _ := utf8.DecodeRuneInString(v)
	last, _ := utf8.DecodeLastRuneInString(v)
	left, _ := utf8.DecodeLastRuneInString(before)
	right, _ := utf8.DecodeRuneInString(after)
	return word(first) && word(left) || word(last) && word(right)
}
