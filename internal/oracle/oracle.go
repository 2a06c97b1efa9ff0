// Package oracle holds what tests and fuzz targets hold the sanitizers against. It is used by tests only.
package oracle

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"

	nethtml "golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"
)

// Text returns an error unless out can be what a text sanitizer made of in: valid UTF-8 in NFC, one text token for an
// HTML tokenizer even after one mistaken unescape, and no longer than in and the spaces behind <.
func Text(in, out string) error {
	if !utf8.ValidString(out) {
		return fmt.Errorf("invalid UTF-8: %q", out)
	}
	if !norm.NFC.IsNormalString(out) {
		return fmt.Errorf("not NFC: %q", out)
	}
	if err := OneTextToken(out); err != nil {
		return err
	}
	if err := OneTextToken(html.UnescapeString(out)); err != nil {
		return fmt.Errorf("after html.UnescapeString: %w", err)
	}
	if err := OneTextToken(nethtml.UnescapeString(out)); err != nil {
		return fmt.Errorf("after x/net/html.UnescapeString: %w", err)
	}
	if long, most := len(out), len(norm.NFC.String(in))+openers(out); long > most {
		return fmt.Errorf("%d bytes, want at most %d: %q", long, most, out)
	}
	return nil
}

// openers counts the places where a space may have been inserted: behind a <, whichever way it is written.
func openers(s string) int {
	return strings.Count(s, "< ") + strings.Count(s, "; ") + strings.Count(s, "&lt ") + strings.Count(s, "&LT ") +
		numericOpeners(s)
}

// numericOpeners counts numeric references without a semicolon that a space follows.
func numericOpeners(s string) (n int) {
	for _, part := range strings.Split(s, "&#")[1:] {
		i := 0
		for i < len(part) && strings.IndexByte("0123456789abcdefABCDEFxX", part[i]) >= 0 {
			i++
		}
		if i > 0 && i < len(part) && part[i] == ' ' {
			n++
		}
	}
	return n
}

// OneTextToken returns an error unless an HTML tokenizer sees s as exactly one text token with all of its bytes, or s
// is empty. "Only text tokens" would not do: an unclosed tag gives no token at all.
func OneTextToken(s string) error {
	if s == "" {
		return nil
	}
	z := nethtml.NewTokenizer(strings.NewReader(s))
	if kind := z.Next(); kind != nethtml.TextToken {
		return fmt.Errorf("the first token is %v, not text: %q", kind, s)
	}
	if raw := string(z.Raw()); raw != s {
		return fmt.Errorf("the text token is %q, not all of %q", raw, s)
	}
	if kind := z.Next(); kind != nethtml.ErrorToken {
		return fmt.Errorf("a second token, %v: %q", kind, s)
	}
	return nil
}
