// Package link finds what a mail program would make clickable.
//
// A link is no injection, so Inspect leaves this class out. In the name of a person or the subject of a mail a link
// is what phishing looks like, and the rules for those fields ask for it.
//
// # What it recognises
//
// URLs with a scheme, "www." names, mail addresses, and host names with a well-known top-level domain where a path or
// another label shows that a host is meant.
//
// # Rules
//
//	url      a scheme and a host: https://example.com, also hxxp
//	host     a host name: www.example.com, example.com/path, bit.ly/x
//	address  a mail address or mailto:
//
// # What it does not recognise
//
// File names ("report.pdf"), initials ("J.R.R. Tolkien"), a missing space behind a full stop
// ("thanks.Please call") or company names written like hosts when they stand alone ("Booking.com" is a company).
//
// CWE-601 (redirection to an untrusted site), CWE-1021.
package link

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "link"

// Detector finds links.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: scan.Any(`[.:@]`), Find: find}
}

func find(v *scan.View, report scan.Report) {
	s := v.Text
	v.Work(len(s))
	// Each word is looked at once: links hold no white space.
	for i := 0; i < len(s); {
		for i < len(s) && gaps[s[i]] == gap {
			i++
		}
		start, marked := i, false
		for ; i < len(s) && gaps[s[i]] != gap; i++ {
			marked = marked || gaps[s[i]] == mark
		}
		if !marked {
			continue
		}
		if rule, from, to := judge(s[start:i]); rule != "" {
			report(rule, start+from, start+to)
		}
	}
}

const (
	gap  = 1 + iota // ends a link in a text
	mark            // stands in every link
)

var gaps = func() (t [256]byte) {
	for c := range byte(' ' + 1) {
		t[c] = gap
	}
	for _, c := range []byte("\"<>(),;|`") {
		t[c] = gap
	}
	for _, c := range []byte(".:@") {
		t[c] = mark
	}
	return t
}()

// judge says what a word is.
func judge(word string) (rule string, start, end int) {
	end = len(strings.TrimRight(word, ".!?:'*_"))
	start = len(word) - len(strings.TrimLeft(word, "'*_[{"))
	if start >= end {
		return "", 0, 0
	}
	w := word[start:end]
	if i := strings.Index(w, "://"); i > 0 && i+3 < len(w) && lex.IsLetter(w[i-1]) {
		return "url", start, end
	}
	if lex.HasPrefixFold(w, 0, "mailto:") {
		return "address", start, end
	}
	if i := strings.IndexByte(w, '@'); i > 0 && isHost(w[i+1:]) {
		return "address", start, end
	}
	host, rest := w, ""
	if i := strings.IndexAny(w, "/?#:"); i >= 0 {
		host, rest = w[:i], w[i:]
	}
	switch {
	case !isHost(host):
	case lex.HasPrefixFold(host, 0, "www."), len(rest) > 1, strings.Count(host, ".") > 1 && !initials(host):
		return "host", start, end
	}
	return "", 0, 0
}

// isHost reports whether s is a host name that ends in a top-level domain which mail programs link.
func isHost(s string) bool {
	i := strings.LastIndexByte(s, '.')
	if i <= 0 || i+1 == len(s) || len(s) > 253 {
		return false
	}
	for k := range len(s) {
		c := s[k]
		if !lex.IsLetter(c) && !(c >= '0' && c <= '9') && c != '-' && c != '.' && c < 0x80 || c == '.' && (k == 0 || s[k-1] == '.') {
			return false
		}
	}
	tld := s[i+1:]
	var buf [8]byte
	w := lex.Fold(buf[:], tld)
	return len(w) > 0 && topLevel[string(w)]
}

// initials reports whether every label is short, as in "J.R.R.Me".
func initials(host string) bool {
	for label := range strings.SplitSeq(host, ".") {
		if len(label) > 2 {
			return false
		}
	}
	return true
}

// topLevel holds the domains that links in unwanted mail use most; every two-letter one that is also a word of a
// language is left to names that begin with "www." or go on with a path.
var topLevel = lex.NewSet("com net org info biz io co me ly gl gg tv cc ru cn de uk fr nl it es pl br in jp kr au ca us eu ch at " +
	"be se no dk fi cz pt gr tr ua ir vn id tk ml ga cf gq xyz top club online site shop store app dev " +
	"live icu vip link click work space website tech pro mobi name gov edu example page cloud digital " +
	"email win bid loan zip mov to sh ai be li la ws su by kz lt lv ee ro hu bg hr rs sk si")
