// Package pathtraversal finds paths that lead out of their directory, or to a file that no visitor names.
//
// # What it recognises
//
// Two or more steps up ("../../"), one at the beginning of a value or in front of a file that attackers ask for,
// steps that survive a filter ("....//", "..././", "..;/"), with slashes and backslashes mixed and with what some
// servers took for them ("0x2e", "0x5c", U+F025, U+EFC8). As a value, which is to say as the whole text or behind "=":
// well-known files and directories of Unix, Windows and web servers, whatever a program keeps for itself below /etc, /var
// and the like, what is hidden in a home, UNC and device paths. And NUL behind a file name, which cuts off what a program
// appends, with the other names under which a server finds a file.
//
// # What it does not recognise
//
// A path in a sentence ("edit /etc/hosts", "the file ../README.md", "/volume1/2024/../2023/a.jpg") passes, and so
// does an absolute path that nobody attacks.
//
// # Rules
//
//	dot-dot         steps up
//	dot-dot-filter  steps up that a filter would build by removing others
//	sensitive-file  a file or directory that holds a system's or a server's secrets
//	unc-path        a path of another machine or of a device
//	nul-cut         a file name that ends in NUL
//	alternate-name  a name under which a server finds another file: index.php::$DATA, a.asp;.jpg, shell.php/.
//
// CWE-22, CWE-23, CWE-36 (path traversal), CWE-73 (control of a file name), CWE-158 (NUL).
package pathtraversal

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// Class is the class of the findings of this package.
const Class scan.Class = "path_traversal"

// gate holds the separators, what stands for them (see separator), and NUL.
var gate = scan.Any(`[/\\]`, "\x00", `0[xX]`, `%[sSwW]`, scan.Private, scan.Colon, scan.Exec)

// Detector finds path_traversal.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: gate, Find: find}
}

func find(v *scan.View, report scan.Report) {
	s := v.Text
	v.Work(len(s))
	alternate(v, report)
	if !v.Has.Has('/') && !v.Has.Has('\\') && !v.Has.Has(0) && !v.Has.Has(0xEE) && !v.Has.Has(0xEF) && !strings.Contains(s, "0x") {
		return
	}
	steps(v, report)
	files(v, report)
	if v.Has.Has('\\') || v.Has.Has('/') {
		at := 0
		if i := strings.Index(s, `=\\`); i >= 0 {
			at = i + 1
		}
		if end := unc(s[at:]); end > 0 {
			report("unc-path", at, at+end)
		}
	}
	if v.Has.Has(0) {
		nul(s, report)
	}
}

// dot gives the length of what stands for a dot at s[i:]: "." or "0x2e".
func dot(s string, i int) int {
	switch {
	case i >= len(s):
	case s[i] == '.':
		return 1
	case s[i] == '0' && lex.HasPrefixFold(s, i, "0x2e"):
		return 4
	}
	return 0
}

// separator gives the length of what stands for a slash at s[i:]: "/", "\", "0x2f", "0x5c", "0x255c" or what IIS took for one
// in its own code pages: U+F025 and U+EFC8.
func separator(s string, i int) int {
	switch {
	case i >= len(s):
	case s[i] == '/' || s[i] == '\\':
		return 1
	case s[i] == '0' && (lex.HasPrefixFold(s, i, "0x2f") || lex.HasPrefixFold(s, i, "0x5c")):
		return 4
	case s[i] == 0xEF && strings.HasPrefix(s[i:], "\uF025"), s[i] == 0xEE && strings.HasPrefix(s[i:], "\uEFC8"):
		return 3
	}
	return 0
}

// climb is a run of path segments that consist of dots.
type climb struct {
	start, end int
	ups        int  // segments of two dots
	triples    int  // segments of three, which old Windows took for two steps
	spaced     bool // white space around the slashes
	nested     bool // more than two dots and more than one separator, or "..;": what a filter leaves
	filtered   bool // "..;/"
}

// steps finds runs of "../" and reports those that climb.
func steps(v *scan.View, report scan.Report) {
	s := v.Text
	for i := 0; ; {
		k := climbAt(s[i:])
		if k < 0 {
			return
		}
		i += k
		if !segmentStart(s, i) {
			start := i
			for i += max(dot(s, i), 1); dot(s, i) > 0; {
				i += dot(s, i) // dots that end a word
			}
			if end, ok := aliased(s, start, i); ok {
				report("dot-dot-filter", start, end)
			}
			continue
		}
		c := run(s, i)
		v.Work(c.end - i + 1)
		rule := judge(s, &c)
		if rule == "" && v.Layer > 0 && c.ups > 0 && !c.spaced && (v.Kind(i)&v.Kind(i+1)&scan.Percent != 0 || backslash(v, i+2)) {
			rule = "dot-dot" // nobody needs to encode a dot, nor writes a backslash in a URL
		}
		if rule != "" {
			report(rule, c.start, c.end)
		}
		i = max(c.end, i+1)
	}
}

// backslash reports whether an encoded backslash stands at i inside a path.
func backslash(v *scan.View, i int) bool {
	return i > 2 && i+1 < len(v.Text) && v.Text[i] == '\\' && v.Text[i-3] == '/' && v.Kind(i)&scan.Percent != 0
}

// climbAt finds the first place where two dots may stand side by side.
func climbAt(s string) int {
	dots := strings.Index(s, "..")
	if dots < 0 {
		dots = len(s)
	}
	// An encoded dot stands in front of the two, or behind one.
	if hex := strings.Index(s[:dots], "0x2"); hex >= 0 {
		if hex > 0 && s[hex-1] == '.' {
			hex--
		}
		return hex
	}
	if dots == len(s) {
		return -1
	}
	return dots
}

// segmentStart reports whether a path segment can begin at i.
func segmentStart(s string, i int) bool {
	if i == 0 {
		return true
	}
	if s[i-1] >= 0x80 {
		return i >= 3 && separator(s, i-3) == 3
	}
	if i >= 4 && separator(s, i-4) == 4 {
		return true
	}
	return strings.IndexByte("/\\=\"'`([{<>|&;:,@? \t\r\n\x00+", s[i-1]) >= 0
}

// aliased reports whether the two dots at s[i:end], at the end of a name, lead out of a directory that a server has
// another name for: "/img../.git/config" is "/srv/img/../.git/config" where "/img" is an alias of "/srv/img/".
func aliased(s string, i, end int) (n int, ok bool) {
	if end-i == 2 && i > 1 && isWord(s[i-1]) && isWord(s[i-2]) && end+2 < len(s) && s[end] == ';' && s[end+1] == '/' && isWord(s[end+2]) {
		return end + 2, true // Tomcat's parameter of a path
	}
	k := separator(s, end)
	if end-i != 2 || k == 0 || s[i] != '.' || i == 0 || !isWord(s[i-1]) {
		return 0, false
	}
	if n, _, ok = knownAnywhere(s, end+k); !ok {
		n, ok = known(s, end+k)
	}
	return end + k + n, ok
}

// run reads the segments of dots that begin at s[i:].
func run(s string, i int) climb {
	c := climb{start: i, end: i}
	for {
		dots, j := 0, i
		for n := dot(s, j); n > 0; n = dot(s, j) {
			dots++
			j += n
		}
		if dots == 0 {
			break
		}
		if j < len(s) && s[j] == ';' && separator(s, j+1) > 0 {
			c.filtered = c.filtered || dots == 2
			j++
		}
		if j < len(s) && s[j] == 0 && separator(s, j+1) > 0 {
			j++ // what a program of C does not see
		}
		if j+1 < len(s) && s[j] == ' ' && separator(s, j+1) > 0 {
			c.spaced = true
			j++
		}
		seps, k := 0, j
		for n := separator(s, k); n > 0; n = separator(s, k) {
			seps++
			k += n
		}
		if seps == 0 {
			if dots == 2 && (j == len(s) || s[j] <= ' ' || s[j] == '&') && c.end > c.start {
				c.ups++
				c.end = j
			}
			break
		}
		switch {
		case dots == 2:
			c.ups++
		case dots == 1 && c.triples == 1 && c.ups == 0 && seps == 1:
			c.nested = true // ".../" before "./": a filter that takes out "../" builds it
			c.ups++
		case dots == 3:
			c.triples++
			c.nested = c.nested || seps > 1
			if c.nested {
				c.ups++
			}
		case dots > 2 && (seps > 1 || dots == 4 || c.nested):
			c.nested = true
			c.ups++
		}
		if k+1 < len(s) && s[k] == ' ' && dot(s, k+1) > 0 {
			c.spaced = true
			k++
		}
		c.end, i = k, k
	}
	return c
}

func judge(s string, c *climb) string {
	_, sensitive := known(s, c.end)
	prefixed := c.start > 0 && separator(s, c.start-1) > 0
	start := c.start
	for start > 0 && (s[start-1] == '/' || s[start-1] == '\\') {
		start--
	}
	value := begins(s, start)
	alone := (start == 0 || s[start-1] == ' ') && c.end < len(s) && s[c.end] == ' '
	switch {
	case c.triples > 1 && sensitive:
		return "dot-dot-filter"
	case c.spaced:
		if c.ups < 3 {
			return ""
		}
		return "dot-dot"
	case c.ups == 0 || c.ups < 4 && alone:
		return ""
	case c.filtered:
		return "dot-dot-filter"
	case c.nested && (c.ups > 1 || sensitive || value && c.end-c.start > 4 && strings.IndexByte(s, ' ') < 0):
		return "dot-dot-filter"
	case c.nested:
		return ""
	case c.ups < 4 && !sensitive && start > 0 && s[start-1] == ' ' && strings.Count(s[:min(start, 256)], " ") > 3:
		return "" // "generated from the source in ../../gifts"
	case c.ups > 1 || sensitive:
		return "dot-dot"
	case value && strings.IndexByte(s, ' ') < 0 && (c.end < len(s) || prefixed || start == 0 || s[start-1] == '='):
		return "dot-dot"
	}
	return ""
}

// begins reports whether s[i:] begins a value: the text, or that of a parameter.
func begins(s string, i int) bool {
	for i > 0 && strings.IndexByte("\"'`([ \t\r\n", s[i-1]) >= 0 && i > 0 {
		i--
		if s[i] == ' ' && i > 0 && s[i-1] != '=' && s[i-1] != ' ' {
			return false
		}
	}
	return i == 0 || s[i-1] == '=' || s[i-1] == '|'
}

// nul reports file names in front of NUL.
func nul(s string, report scan.Report) {
	for i := 0; ; i++ {
		k := strings.IndexByte(s[i:], 0)
		if k < 0 {
			return
		}
		i += k
		start := i
		for start > 0 && i-start < 64 && s[start-1] > ' ' && s[start-1] != '=' && s[start-1] < 0x7F {
			start--
		}
		name := s[start:i]
		dotted := strings.LastIndexByte(name, '.')
		ext := i+1 < len(s) && s[i+1] == '.' && i+2 < len(s) && isWord(s[i+2])
		if name != "" && isWord(name[len(name)-1]) && (ext || dotted >= 0 && len(name)-dotted <= 6 && allWord(name[dotted+1:]) ||
			strings.ContainsAny(name, `/\`) && i+1 == len(s) || start == 0 && i+1 == len(s)) {
			report("nul-cut", start, i+1)
		}
	}
}

func allWord(s string) bool {
	for i := range len(s) {
		if !isWord(s[i]) {
			return false
		}
	}
	return s != ""
}

func isWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// alternate reports names that a file system or a server reads as another one: streams of NTFS ("index.php::$DATA",
// "admin:$I30:$INDEX_ALLOCATION"), what IIS cuts off at a semicolon ("a.asp;.jpg"), and a script with a separator and a
// dot behind it, which a check of the extension does not see.
func alternate(v *scan.View, report scan.Report) {
	s := v.Text
	if v.Has.Has('$') {
		for i := 0; ; {
			k := strings.Index(s[i:], ":$")
			if k < 0 {
				break
			}
			i += k + 2
			v.Work(16)
			// One colon stands in front of the name of a stream, another one in front of its type.
			for _, stream := range [...]string{"data", "index_allocation", "i30:$", "bitmap", "attribute_list"} {
				if lex.HasPrefixFold(s, i, stream) && i > 3 && (s[i-3] == ':' || stream == "i30:$") {
					report("alternate-name", i-2, i+len(stream))
					return
				}
			}
		}
	}
	if v.Has.Has(';') {
		for i := 0; ; i++ {
			k := strings.IndexByte(s[i:], ';')
			if k < 0 {
				break
			}
			i += k
			v.Work(8)
			if n := script(s[:i]); n > 0 && i+2 < len(s) && (s[i+1] == '.' && isWord(s[i+2])) {
				report("alternate-name", i-n, i+2)
				return
			}
		}
	}
	if t := strings.TrimRight(s, "./\\ "); len(t) < len(s) && len(t) <= maxPath && strings.IndexByte(t, ' ') < 0 &&
		strings.IndexByte(t, '/') < 0 && len(s)-len(t) == 2 && separator(s, len(t)) > 0 && s[len(t)+1] == '.' {
		if n := script(t); n > 0 {
			report("alternate-name", len(t)-n, len(s))
		}
	}
}

// script gives the length of the extension of a script, with its dot, at the end of s.
func script(s string) int {
	for _, ext := range [...]string{".php", ".asp", ".aspx", ".asa", ".cer", ".jsp", ".jspx", ".phtml", ".php5", ".cgi", ".pl"} {
		if n := len(s) - len(ext); n > 0 && isWord(s[n-1]) && strings.EqualFold(s[n:], ext) {
			return len(ext)
		}
	}
	return 0
}

// unc gives the end of a path of another machine (\\host\share) or of a device (\\?\, \\.\) that is the whole
// text; 0 for none. The host must be an address or have a dot, or the share be hidden or a drive.
func unc(s string) int {
	t := strings.TrimLeft(s, " \t\"'")
	lead := len(s) - len(t)
	if len(t) < 5 || !(t[0] == '\\' && t[1] == '\\') {
		return 0
	}
	if strings.HasPrefix(t, `\\?\`) || strings.HasPrefix(t, `\\.\`) && isWord(t[4]) {
		return len(s)
	}
	host, share, ok := strings.Cut(t[2:], `\`)
	if !ok || host == "" || len(host) > 253 || share == "" || share[0] == '\\' || share[0] == ' ' {
		return 0
	}
	for i := range len(host) {
		if !isWord(host[i]) && strings.IndexByte(".@:[]%", host[i]) < 0 {
			return 0
		}
	}
	share, _, _ = strings.Cut(share, `\`)
	if strings.IndexByte(host, '.') > 0 || strings.IndexByte(host, '@') > 0 || strings.HasSuffix(share, "$") || strings.EqualFold(host, "localhost") {
		return min(len(s), lead+2+len(host)+1+len(share))
	}
	return 0
}
