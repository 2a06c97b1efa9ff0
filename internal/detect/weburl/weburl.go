// Package weburl finds URLs in a text and says where their hosts lead, as a browser or an HTTP client would
// read them (WHATWG URL Standard), for the detectors of ssrf and rfi.
//
// It is lenient on purpose: backslashes count as slashes, any number of them may follow the scheme, and a
// host may be written in every form that inet_aton accepts.
package weburl

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// URL is a URL in a text. Offsets are into the text.
type URL struct {
	Start    int // of the scheme
	End      int // behind the last byte that can belong to the URL
	Path     int // behind the authority
	Scheme   string
	Slashes  int // how many slashes or backslashes followed the colon
	Query    int // behind the path: at the first "?", "#" or "&", or End
	File     int // behind the last slash or backslash of the path
	Userinfo string
	Host     string // without brackets
	Port     string
	At       int  // how many @ the authority holds
	Whole    bool // the text is nothing but the URL, white space, quotes and brackets around it aside
	Value    bool // it is no part of a sentence: the whole text, or a value in a query or an object
}

// maxScheme is longer than every registered scheme that matters here.
const maxScheme = 24

// Finder finds the URLs of a text one after the other, in linear time.
//
// Many URLs may share their end, so what lies behind a place is looked for once and remembered.
type Finder struct {
	s           string
	pos         int
	first, last int // the text without what may stand around a whole one
	stop        int // the end of the run of URL bytes that was looked at last
	query       int // the first "?", "#" or "&" of that run
	file        int // behind the last slash before query
}

// Find makes a Finder of the URLs in s.
func Find(s string) Finder {
	last := len(strings.TrimRight(s, around))
	return Finder{s: s, first: last - len(strings.TrimLeft(s[:last], around)), last: last}
}

// Next gives the next URL: a scheme, a colon, and something that is not white space.
func (f *Finder) Next() (u URL, ok bool) {
	for f.pos < len(f.s) {
		k := strings.IndexByte(f.s[f.pos:], ':')
		if k < 0 {
			break
		}
		colon := f.pos + k
		start := colon
		for start > 0 && colon-start < maxScheme && isScheme(f.s[start-1]) {
			start--
		}
		for start < colon && !lex.IsLetter(f.s[start]) {
			start++
		}
		f.pos = colon + 1
		if start == colon || f.pos == len(f.s) || isEnd(f.s[f.pos]) {
			continue
		}
		return f.parse(start, colon), true
	}
	f.pos = len(f.s)
	return u, false
}

// parse reads what follows the colon. The search goes on inside a short authority, where another scheme may
// stand behind userinfo, and behind a long one.
func (f *Finder) parse(start, colon int) URL {
	s := f.s
	u := URL{Start: start, Scheme: s[start:colon]}
	i := colon + 1
	for i < len(s) && (s[i] == '/' || s[i] == '\\') {
		i++
	}
	u.Slashes = i - colon - 1
	u.Path = i
	switch {
	case u.Slashes > 0:
		u.authority(s, i, len(s))
	case lex.IsDigit(s[i]) || s[i] == '[':
		u.authority(s, i, min(len(s), i+maxHost))
	}
	if f.pos = i; u.Path-i > 4*maxHost {
		f.pos = u.Path
	}
	f.ends(u.Path)
	u.End, u.Query, u.File = f.stop, f.query, max(f.file, u.Path)
	u.Whole = u.Start <= f.first && u.End >= f.last
	u.Value = u.Whole || inside(s, u.Start)
	return u
}

// ends finds where the URL ends whose path begins at i, and where its path does.
func (f *Finder) ends(i int) {
	s := f.s
	if f.stop < i {
		f.stop = i
		for f.stop < len(s) && !isEnd(s[f.stop]) {
			f.stop++
		}
	}
	if f.query < i {
		f.query = i
		for f.query < f.stop && strings.IndexByte("?#&", s[f.query]) < 0 {
			f.query++
		}
		f.file = f.query
		for f.file > i && s[f.file-1] != '/' && s[f.file-1] != '\\' {
			f.file--
		}
	}
}

// authority reads [userinfo@]host[:port] at s[i:limit].
func (u *URL) authority(s string, i, limit int) {
	end, at := i, -1
	for end < limit && !isEnd(s[end]) && s[end] != '/' && s[end] != '\\' && s[end] != '?' && s[end] != '#' {
		if s[end] == '@' {
			at = end
			u.At++
		}
		end++
	}
	u.Path = end
	if at >= 0 {
		u.Userinfo = s[i:at]
		i = at + 1
	}
	host := s[i:end]
	if strings.HasPrefix(host, "[") {
		if k := strings.IndexByte(host, ']'); k > 0 {
			u.Host, u.Port = host[1:k], strings.TrimPrefix(host[k+1:], ":")
			return
		}
	}
	if k := strings.IndexByte(host, ':'); k >= 0 {
		u.Host, u.Port = host[:k], host[k+1:]
		return
	}
	u.Host = host
}

// Is reports whether the scheme is name, in any case. A word that runs into http or https ("baseurlhttp:") counts.
func (u *URL) Is(name string) bool {
	k := len(u.Scheme) - len(name)
	return k >= 0 && (k == 0 || name[0] == 'h') && strings.EqualFold(u.Scheme[k:], name)
}

// around may stand around a value without being part of it.
const around = " \t\r\n\"'`()<>[]{}"

// inside reports whether s[start:] begins the value of a parameter, or of a member of an object.
func inside(s string, start int) bool {
	i, quoted := start, false
	for i > 0 && start-i < 3 && strings.IndexByte("\"'`(<[{", s[i-1]) >= 0 {
		i--
		quoted = true
	}
	for k := 0; i > 0 && k < 8 && s[i-1] == ' '; k++ {
		i--
	}
	if i == 0 {
		return s[0] == '[' || s[0] == '{'
	}
	switch s[i-1] {
	case '=':
		return true
	case ',', '(', '[', '{':
		return quoted
	case ':':
		return quoted || nested(s[:i-1])
	}
	return false
}

// nested reports whether s is nothing but a scheme that stands in front of another URL, or ends in one that is a value.
func nested(s string) bool {
	for _, scheme := range [...]string{"view-source", "url", "feed", "blob", "filesystem", "wyciwyg", "jar", "resource", "cache", "about"} {
		if n := len(s) - len(scheme); n >= 0 && strings.EqualFold(s[n:], scheme) && (n == 0 || s[n-1] == '=' || s[n-1] == '"' || s[n-1] == '\'') {
			return true
		}
	}
	return false
}

func isScheme(c byte) bool {
	return lex.IsLetter(c) || lex.IsDigit(c) || c == '+' || c == '-' || c == '.'
}

// isEnd reports the bytes that no URL in a text goes over.
func isEnd(c byte) bool {
	return c <= ' ' || c == '"' || c == '<' || c == '>' || c == '`' || c == '\'' || c == 0x7F
}
