// Package crlf finds line breaks that begin something: a header of HTTP or of a mail, a response, a request, a
// command of SMTP or Redis, a line of a log.
//
// # What it recognises
//
// A line break (CR, LF, VT, FF, NEL, U+2028, and the characters whose low byte becomes one when a careless program
// cuts UTF-16 short, 嘊 and 嘍, Ċ and č before it) in front of a header field, a status line, a request line or a
// command. People do type line breaks, so behind a plain one only what nobody writes to a friend counts:
// "Set-Cookie:", "Bcc:" with a mail address, "HTTP/1.1 200", "MAIL FROM:<". Behind an encoded one any field name
// does, and the beginning of a line of a log. Encoded words (RFC 2047) that hide a line break or an address, or stand
// inside one; and the escape sequences of terminals, which rewrite what an administrator sees of a log.
//
// # What it does not recognise
//
// Several lines are no attack: "From: Grandma" on a gift card passes, as does "Location: town hall". Whether a
// field may hold several lines at all is a rule of the field.
//
// # Rules
//
//	header              a line break and a header field
//	response-splitting  a line break and a status line, or two and a body
//	request-splitting   a line break and a request line or a command of another protocol
//	log-forging         an encoded line break and what looks like the next line of a log
//	encoded-word        an encoded word that hides a line break or an address
//	split-escape        a line break inside an escape, so that removing it builds one
//	terminal-escape     an encoded ESC and a control sequence (ECMA-48): colours, the cursor, the window's title
//
// CWE-93 (CRLF injection), CWE-113 (HTTP response splitting), CWE-117 (log forging), CWE-150 (escape sequences),
// CWE-644.
package crlf

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "crlf"

// gate holds the line breaks, or the parts of them, and the beginning of an encoded word.
var gate = scan.Any("[\r\n\v\f\x1b]", `=?`, "[\xC2\xC4][\x85\x8A]", scan.Separators, scan.Tags)

// Detector finds crlf.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: gate, Find: find}
}

func find(v *scan.View, report scan.Report) {
	s := v.Text
	v.Work(len(s))
	if strings.Contains(s, "=?") {
		encodedWords(v, report)
	}
	if v.Has.Has('\x1b') {
		escapes(v, report)
	}
	rare := strings.Contains(s, "\u0085") || strings.Contains(s, "\u2028") || strings.Contains(s, "\u2029") ||
		strings.Contains(s, "嘊") || strings.Contains(s, "嘍") || strings.Contains(s, "Ċ") || v.Has.Has('\v') && strings.ContainsAny(s, "\v\f")
	if !rare && !v.Has.Has('\n') && !v.Has.Has('\r') {
		return
	}
	first := firstLine(s)
	for i := 0; ; {
		i = nextBreak(s, i, rare)
		if i < 0 {
			return
		}
		n := breakAt(s, i)
		start := i
		breaks := 0
		for n > 0 {
			if !(s[i] == '\n' && i > start && s[i-1] == '\r') {
				breaks++
			}
			i += n
			n = breakAt(s, i)
		}
		if rule, end := judge(v, start, i, breaks, first); rule != "" {
			report(rule, start, end)
		}
		v.Work(maxLine)
	}
}

// nextBreak finds the next line break at or behind i, or -1. Only few texts hold one that is not CR or LF.
func nextBreak(s string, i int, rare bool) int {
	if rare {
		for ; i < len(s); i++ {
			if breakAt(s, i) > 0 {
				return i
			}
		}
		return -1
	}
	if k := lineLength(s[i:]); i+k < len(s) {
		return i + k
	}
	return -1
}

// lineLength gives the length of the line that s begins with. To look for each of the two bytes by itself is faster
// than for both; in windows, so that where one is rare the other costs no second pass.
func lineLength(s string) int {
	const window = 256
	for i := 0; i < len(s); i += window {
		part := s[i:min(len(s), i+window)]
		n := len(part)
		for _, c := range [...]byte{'\n', '\r'} {
			if k := strings.IndexByte(part, c); k >= 0 {
				part = part[:k]
			}
		}
		if len(part) < n {
			return i + len(part)
		}
	}
	return len(s)
}

// maxLine is how far into a line the detector looks.
const maxLine = 96

// breakAt gives the length of the line break at s[i:], or 0.
func breakAt(s string, i int) int {
	if i >= len(s) {
		return 0
	}
	switch s[i] {
	case '\r', '\n', '\v', '\f':
		return 1
	case 0xC4:
		if strings.HasPrefix(s[i:], "Ċ") || strings.HasPrefix(s[i:], "čĊ") {
			return 2
		}
	case 0xC2:
		if strings.HasPrefix(s[i:], "\u0085") {
			return 2
		}
	case 0xE2:
		if strings.HasPrefix(s[i:], "\u2028") || strings.HasPrefix(s[i:], "\u2029") {
			return 3
		}
	case 0xE5:
		if strings.HasPrefix(s[i:], "嘊") || strings.HasPrefix(s[i:], "嘍") {
			return 3
		}
	}
	return 0
}

// firstLine gives what stands before the first line break, where it is no longer than an address can be (RFC 5321
// section 4.5.3.1): every line asks whether it is one.
func firstLine(s string) string {
	const longest = 64 + 1 + 255
	s = s[:min(len(s), longest+1)]
	if n := lineLength(s); n <= longest {
		return s[:n]
	}
	return ""
}

// judge looks at the line that begins at s[i:] behind the line breaks that begin at start.
func judge(v *scan.View, start, i, breaks int, first string) (rule string, end int) {
	s := v.Text
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	line := s[i:min(len(s), i+maxLine)]
	line = line[:lineLength(line)]
	end = max(i+len(line), start+1)
	encoded := v.Kind(start)&(scan.Percent|scan.Entity) != 0 && s[start] != 0xC4 || s[start] == 0xE5
	switch {
	case statusLine(line):
		return "response-splitting", end
	case requestLine(line), lex.HasPrefixFold(line, 0, "mail from:<"), lex.HasPrefixFold(line, 0, "rcpt to:<"):
		return "request-splitting", end
	case start > 0 && strings.HasSuffix(s[:start], "%0") && line != "" && (line[0]|0x20 == 'd' || line[0]|0x20 == 'a'):
		return "split-escape", end
	}
	if breaks >= 2 && document(line) {
		return "response-splitting", end
	}
	name, value, ok := field(line)
	if ok && injects(name, value, first) {
		return "header", end
	}
	if !encoded {
		return "", 0
	}
	switch {
	case logLine(line):
		return "log-forging", end
	case ok && !strings.HasPrefix(value, "//"), line != "" && line[0] == ':' && pseudo(line):
		return "header", end
	case breaks >= 2 && (strings.HasPrefix(line, "<") || line != "" && mailbox(first)):
		return "response-splitting", end
	case command(line):
		return "request-splitting", end
	}
	return "", 0
}

// field parts a header field (RFC 9110 section 5.1) into name and value; white space may stand before the colon.
func field(line string) (name, value string, ok bool) {
	i := 0
	for i < len(line) && isToken(line[i]) {
		i++
	}
	name = line[:i]
	for i < len(line) && line[i] == ' ' {
		i++
	}
	if name == "" || i == len(line) || line[i] != ':' {
		return "", "", false
	}
	return name, strings.TrimLeft(line[i+1:], " \t"), true
}

func isToken(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// injects reports whether a field does something at the head of a response or of a mail that no line of a
// message to a person looks like.
func injects(name, value, first string) bool {
	switch {
	case in(mime, name):
		_, _, pasted := field(first)
		return !pasted
	case in(headers, name):
		return true
	case in(links, name):
		return strings.HasPrefix(value, "//") || strings.Contains(value, "://") || lex.ContainsFold(value, "javascript:") || lex.ContainsFold(value, "url=")
	case lex.EqualFold(name, "authorization"):
		return lex.HasPrefixFold(value, 0, "basic ") || lex.HasPrefixFold(value, 0, "bearer ") || lex.HasPrefixFold(value, 0, "digest ")
	case lex.EqualFold(name, "cookie"):
		return strings.IndexByte(value, '=') > 0 && isToken(value[0]) && strings.IndexByte(value[:strings.IndexByte(value, '=')], ' ') < 0
	case lex.EqualFold(name, "subject"):
		return isAddress(first) && !strings.ContainsAny(first, "?:/=&")
	case lex.EqualFold(name, "bcc"):
		return strings.IndexByte(value, '@') > 0
	case in(recipients, name):
		return strings.IndexByte(value, '@') > 0 && isAddress(first)
	case lex.EqualFold(name, "host"):
		return strings.IndexByte(strings.TrimRight(value, "."), '.') > 0 && strings.IndexByte(value, ' ') < 0 // "Host: No." is a play
	}
	return false
}

// pseudo reports a pseudo-header field of HTTP/2 (RFC 9113 section 8.3).
func pseudo(line string) bool {
	name, _, ok := field(line[1:])
	return ok && in(pseudoFields, name)
}

// mailbox reports whether s is an address and nothing of a URL, or a field that holds one.
func mailbox(s string) bool {
	if name, value, ok := field(s); ok && in(recipients, name) {
		s = value
	}
	return isAddress(s) && !strings.ContainsAny(s, "?:/=&")
}

// isAddress reports whether s is one mail address, as the field of a form would hold it.
func isAddress(s string) bool {
	i := strings.IndexByte(s, '@')
	return i > 0 && i < len(s)-1 && strings.IndexByte(s, ' ') < 0
}

// statusLine reports a status line (RFC 9112 section 4).
func statusLine(line string) bool {
	return len(line) > 8 && strings.HasPrefix(line, "HTTP/") && line[5] >= '0' && line[5] <= '9' &&
		(line[6] == '.' || line[6] == ' ') && strings.IndexByte(line, ' ') > 0
}

// escapes finds the control sequences of terminals, CSI, OSC and DCS, where ESC was written in an encoding of URLs or
// HTML: raw ones come with what people copy from a terminal, "\x1b" with help on how to colour one.
func escapes(v *scan.View, report scan.Report) {
	s := v.Text
	i := strings.Index(s, "\x1b")
	for ; i >= 0 && i+2 < len(s); i++ {
		if s[i] != 0x1b {
			k := strings.IndexByte(s[i:], 0x1b)
			if k < 0 {
				return
			}
			i += k
		}
		if i+2 < len(s) && v.Kind(i)&(scan.Percent|scan.Entity) != 0 && strings.IndexByte("[]P", s[i+1]) >= 0 && (s[i+2] >= '0' && s[i+2] <= '?' || s[i+2] >= 'A' && s[i+2] <= 'K') {
			report("terminal-escape", i, i+3)
			return
		}
	}
}

// document reports what the body of a forged response begins with.
func document(line string) bool {
	return lex.HasPrefixFold(line, 0, "<html") || lex.HasPrefixFold(line, 0, "<body") || lex.HasPrefixFold(line, 0, "<head") || lex.HasPrefixFold(line, 0, "<!doctype")
}

// requestLine reports a request line (RFC 9112 section 3).
func requestLine(line string) bool {
	method, rest, ok := strings.Cut(line, " ")
	return ok && in(methods, method) &&
		method[0] < 'a' && strings.Contains(rest, " HTTP/")
}

// command reports a command of SMTP, IMAP, Redis or memcached.
func command(line string) bool {
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case line == ".", len(line) > 1 && line[0] == '$' && line[1] >= '0' && line[1] <= '9' && strings.Trim(line[1:], "0123456789") == "":
		return true // the end of a mail; a text of RESP
	case in(ftp, word):
		return word[0] < 'a'
	case in(redis, word):
		return true
	case in(smtp, word):
		return word[0] < 'a'
	case lex.OneOfFold(word, "mail", "rcpt"):
		return lex.HasPrefixFold(rest, 0, "from:") || lex.HasPrefixFold(rest, 0, "to:")
	case len(word) >= 2 && word[0] >= 'A' && word[0] <= 'Z' && strings.Trim(word[1:], "0123456789") == "": // a tag of IMAP
		verb, _, _ := strings.Cut(rest, " ")
		return in(imap, verb) && verb[0] < 'a'
	case in(stores, word):
		return word[0] < 'a' && rest != "" || lex.EqualFold(word, "stats") || lex.EqualFold(word, "set") && strings.Count(rest, " ") == 3
	}
	return len(line) > 1 && line[0] == '*' && line[1] >= '0' && line[1] <= '9' // RESP
}

// logLine reports what a line of a log begins with: a level, a time in brackets, a date, an address, the priority of
// syslog (RFC 5424 section 6), or the level as a key of JSON.
func logLine(line string) bool {
	if lex.HasPrefixFold(line, 0, `{"level":`) || lex.HasPrefixFold(line, 0, `{"time":`) || lex.HasPrefixFold(line, 0, `{"ts":`) || lex.HasPrefixFold(line, 0, "level=") || lex.HasPrefixFold(line, 0, "time=") {
		return true
	}
	if len(line) > 3 && line[0] == '<' && line[1] >= '0' && line[1] <= '9' {
		k := strings.IndexByte(line, '>')
		return k > 0 && k <= 4 && strings.Trim(line[1:k], "0123456789") == ""
	}
	if len(line) > 15 && strings.Contains("JanFebMarAprMayJunJulAugSepOctNovDec", line[:3]) && line[3] == ' ' && line[9] == ':' && line[12] == ':' {
		return true // RFC 3164
	}
	t := strings.TrimLeft(line, "[(")
	word := t
	if i := strings.IndexAny(t, " :])-"); i >= 0 {
		word = t[:i]
	}
	if in(levels, word) {
		return len(t) < len(line) || len(word) < len(t)
	}
	if len(t) > 12 && t[2] == '/' && t[6] == '/' && t[11] == ':' && strings.Contains("JanFebMarAprMayJunJulAugSepOctNovDec", t[3:6]) {
		return true // the Common Log Format
	}
	digits := 0
	for digits < len(t) && (t[digits] >= '0' && t[digits] <= '9' || strings.IndexByte("-/.:T", t[digits]) >= 0) {
		digits++
	}
	return digits >= 8 && strings.ContainsAny(t[:digits], "-/.")
}

// The words that are looked for, by what they do.
var (
	headers = lex.NewSet("set-cookie set-cookie2 contenttype content-length contentlength content-encoding " +
		"content-security-policy transfer-encoding access-control-allow-origin " +
		"access-control-allow-credentials strict-transport-security www-authenticate x-xss-protection " +
		"x-frame-options x-content-type-options x-forwarded-for x-forwarded-host x-injected " +
		"x-injected-header x-original-url x-rewrite-url last-modified cache-control proxy-authorization " +
		"metadata-flavor")
	mime         = lex.NewSet("content-type content-disposition content-transfer-encoding mime-version x-mailer return-path") // in a header that somebody pasted as a whole, too
	links        = lex.NewSet("location refresh link referer content-location")
	recipients   = lex.NewSet("cc to from reply-to sender errors-to disposition-notification-to")
	pseudoFields = lex.NewSet("status path method authority scheme protocol")
	methods      = lex.NewSet("get post put head delete options trace connect patch propfind purge")
	ftp          = lex.NewSet("user pass stor retr dele rnfr rnto pasv port eprt ping")
	redis        = lex.NewSet("flushall flushdb slaveof replicaof")
	smtp         = lex.NewSet("helo ehlo data quit rset vrfy expn save bgsave starttls noop info keys shutdown multi exec")
	imap         = lex.NewSet("capability login logout select examine fetch authenticate list append store noop")
	stores       = lex.NewSet("config set get auth eval stats del lpush rpush append")
	levels       = lex.NewSet("info error warn warning debug fatal notice critical trace severe")
)

// in reports whether a set holds a word, in whatever case.
func in(set lex.Set, word string) bool {
	var buf [36]byte
	w := lex.Fold(buf[:], word)
	return len(w) > 0 && set[string(w)]
}
