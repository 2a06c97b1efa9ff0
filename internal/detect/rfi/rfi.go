// Package rfi finds remote file inclusion: a value that makes a script load and run a file from elsewhere.
//
// # What it recognises
//
// The stream wrappers of PHP that run or rewrite what they load (php:, expect:, data:, phar:, zip: and so on);
// a URL as the value of a parameter that is cut off, because the script appends to it ("?", "%00", "#"); a URL
// to a script or text file as the value of a parameter that names a file, a directory or a template; and, as
// a whole text, a URL to a file that only web shells are called or that ends cut off.
//
// # What it does not recognise
//
// A link is no inclusion: "https://shop.example/redirect.php?url=https://example.org/" passes, as do links in
// sentences. A URL to an innocent-looking file on an attacker's host cannot be told from a link.
//
// # Rules
//
//	stream-wrapper    a stream wrapper with something behind it
//	cut-off-url       a URL in a parameter whose end swallows what the script appends
//	remote-include    a URL to a script or text file in a parameter that names a file
//	web-shell         a URL to a file called like a web shell, or to a hidden script
//
// CWE-98 (PHP remote file inclusion), CWE-829 (functionality from an untrusted place).
package rfi

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/detect/weburl"
)

// Class is the class of the findings of this package.
const Class scan.Class = "rfi"

// gate holds what follows a scheme, or its end (data:), or the beginning of a URL without one.
var gate = scan.Any(scan.Colon, scan.Scheme, `//`).And(`[/\\,;|]`)

// Detector finds rfi.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Gate: gate, Find: find}
}

func find(v *scan.View, report scan.Report) {
	s := v.Text
	v.Work(len(s))
	if v.Has.Has(':') {
		f := weburl.Find(s)
		for {
			u, ok := f.Next()
			if !ok {
				break
			}
			v.Work(u.Path - u.Start)
			if rule := judge(s, &u); rule != "" {
				report(rule, u.Start, u.End)
			}
		}
	}
	if rule, start, end := relative(s); rule != "" {
		report(rule, start, end)
	}
}

func judge(s string, u *weburl.URL) string {
	if isWrapper(s, u) {
		return "stream-wrapper"
	}
	if u.Slashes < 1 || u.Host == "" || !(u.Is("http") || u.Is("https") || u.Is("ftp") || u.Is("ftps") || u.Is("smb")) {
		return ""
	}
	return remote(s, u)
}

// relative judges a value that begins with two slashes: the host of an inclusion without its scheme.
func relative(s string) (rule string, start, end int) {
	if i := strings.Index(s, "=//"); i >= 0 {
		start = i + 1
	} else if !strings.HasPrefix(s, "//") {
		return "", 0, 0
	}
	host := start + 2
	path := strings.IndexByte(s[host:], '/')
	if path <= 0 || strings.IndexByte(s[host:host+path], '.') < 0 || strings.IndexByte(s[start:], ' ') >= 0 {
		return "", 0, 0
	}
	if strings.IndexByte(s[host:host+path], 0) >= 0 { // no host holds NUL; what it cuts off has no path
		return "", 0, 0
	}
	u := weburl.URL{Start: start, Path: host + path, End: len(s), Whole: start == 0, Slashes: 2, Host: s[host : host+path]}
	if i := strings.IndexByte(s[u.Path:], 0); i >= 0 {
		u.End = u.Path + i
	}
	u.Query = u.End
	if i := strings.IndexAny(s[u.Path:u.End], "?#&"); i >= 0 {
		u.Query = u.Path + i
	}
	u.File = u.Path + strings.LastIndexByte(s[u.Path:u.Query], '/') + 1
	return remote(s, &u), start, u.End
}

// remote judges a URL to another host.
func remote(s string, u *weburl.URL) string {
	key, inQuery := parameter(s, u.Start)
	if !u.Whole && !inQuery {
		return ""
	}
	base, ext := s[u.File:u.Query], ""
	if i := strings.LastIndexByte(base[max(0, len(base)-8):], '.'); i >= 0 {
		i += max(0, len(base)-8)
		base, ext = base[:i], base[i+1:]
	}
	cut := isCut(s[u.Query:u.End]) || u.End < len(s) && s[u.End] == 0
	// A directory that hides its name is looked for near the file only, so that URLs that share their end
	// do not share its cost.
	hidden := strings.Contains(s[max(u.Path, u.File-256):u.File], "/.")
	switch {
	case inQuery && cut:
		return "cut-off-url"
	case isShell(base) && (isScript(ext) || isText(ext)) || isScript(ext) && hidden:
		return "web-shell"
	case u.Slashes == 1:
		return ""
	case oddCase(u.Scheme):
		return "remote-include"
	case u.Whole && (cut && (isText(ext) || isImage(ext)) || u.Query+2 < u.End && s[u.Query:u.Query+2] == "?." && s[u.Query+2]|0x20 >= 'a'):
		return "cut-off-url"
	case u.Slashes >= 2 && strings.HasSuffix(s[:u.Path-len(u.Host)-len(u.Port)], `\\`) && (isScript(ext) || isText(ext)):
		return "remote-include"
	case ext == "" && isShell(base) && (weburl.Classify(u.Host).Address || inQuery && includes(key)):
		return "remote-include"
	case u.Whole && (u.Scheme == "" || u.Is("ftp")) && lex.OneOfFold(ext, "php", "phtml", "inc", "asp", "aspx", "jsp"):
		return "remote-include" // the web's pages have its scheme
	case isScript(ext) && weburl.Classify(u.Host).Address:
		return "remote-include" // a site has a name
	case inQuery && runs(key):
		return "remote-include"
	case inQuery && includes(key) && (isScript(ext) || isText(ext) || isImage(ext) && u.Query < u.End):
		return "remote-include"
	}
	return ""
}

// oddCase reports whether a scheme has a capital behind a small letter: "hTtP", which nobody writes but to get past a filter.
func oddCase(scheme string) bool {
	for i := 1; i < len(scheme); i++ {
		if scheme[i]-'A' < 26 && scheme[i-1]-'a' < 26 {
			return true
		}
	}
	return false
}

// parameter gives the name of the query parameter whose value begins at s[start:].
func parameter(s string, start int) (key string, ok bool) {
	i := start
	if i == 0 {
		return "", false
	}
	if s[i-1] != '=' {
		// "absoluteurlhttp://": the name ran into the scheme, which is in start already.
		if s[i-1] != '&' && s[i-1] != '?' {
			return "", false
		}
		return "", true
	}
	i--
	end := i
	for i > 0 && end-i < 64 && s[i-1] > ' ' && strings.IndexByte("?&;=/", s[i-1]) < 0 {
		i--
	}
	// Without "?" or "&" in front it is a parameter alone: "page=http://...".
	return s[i:end], (end > i || i == 0) && (i == 0 || s[i-1] == '?' || s[i-1] == '&' || s[i-1] == ';' || s[i-1] == '/' || s[i-1] <= ' ')
}

// isCut reports whether what follows a path is there only to swallow what a script appends: question marks,
// alone or before a parameter with a command, or a lone "#".
func isCut(tail string) bool {
	switch {
	case tail == "":
		return false
	case tail[0] == '?':
		rest := tail[1:]
		return rest == "" || strings.IndexByte("?&/#", rest[0]) >= 0 || lex.HasPrefixFold(rest, 0, "cmd") || lex.HasPrefixFold(rest, 0, "%00")
	}
	return tail == "#" || lex.HasPrefixFold(tail, 0, "#%00")
}

func isScript(ext string) bool {
	return lex.OneOfFold(ext, "php", "php3", "php4", "php5", "php7", "phtml", "phar", "inc", "asp", "aspx", "jsp", "jspx", "cfm", "cgi", "pl", "py", "sh", "war")
}

func isText(ext string) bool {
	return lex.OneOfFold(ext, "txt", "dat", "log", "tmp", "bak", "xml", "xsl", "xslt", "yml", "yaml", "class", "tpl", "dtd")
}

func isImage(ext string) bool {
	return lex.OneOfFold(ext, "gif", "jpg", "jpeg", "png", "bmp", "ico", "css", "js", "htm", "html", "pdf")
}

func isShell(base string) bool {
	return lex.OneOfFold(base, "shell", "c99", "r57", "c100", "r0nin", "b374k", "wso", "webshell", "backdoor", "cmd", "rfi", "rfi_vuln",
		"rfiinc", "evil", "malicious", "exploit", "payload", "rce", "id", "fx29id", "pwn", "pwned", "hack", "hacked", "inject", "reverse_shell", "revshell", "shell_exec")
}

// runs reports whether a parameter of this name holds what is included, or the directory that all includes begin with,
// and nothing else: no link is called so.
func runs(key string) bool {
	if i := strings.IndexByte(key, '['); i >= 0 && strings.HasSuffix(key, "]") {
		key = key[i+1 : len(key)-1]
	}
	for _, name := range [...]string{"include", "require", "abspath", "absolute_path", "absolutepath", "abs_path", "docroot", "doc_root", "document_root", "documentroot",
		"root_path", "rootpath", "include_path", "includepath", "basepath", "base_path", "incpath", "inc_path", "incdir", "inc_dir", "libpath", "lib_path",
		"phpbb_root_path", "include_once", "includes_path", "config_path", "class_path", "classpath", "plugin_path", "template_path", "theme_path"} {
		if n := len(key) - len(name); n >= 0 && strings.EqualFold(key[n:], name) && (n == 0 || key[n-1] == '_' || key[n-1] == '-') {
			return true
		}
	}
	return false
}

// includes reports whether a parameter of this name usually holds a file, a directory or a template.
func includes(key string) bool {
	if i := strings.IndexByte(key, '['); i >= 0 {
		key = key[i:]
	}
	for _, part := range [...]string{"page", "file", "path", "inc", "dir", "root", "templ", "tpl", "lang", "doc", "folder", "conf", "lib",
		"mod", "skin", "theme", "layout", "class", "plugin", "view", "cont", "load", "read", "include", "require", "cat", "action", "board", "show", "style", "base"} {
		if lex.ContainsFold(key, part) {
			return true
		}
	}
	return false
}

// isWrapper reports whether u is one of PHP's stream wrappers with something to open.
func isWrapper(s string, u *weburl.URL) bool {
	rest := s[min(u.Start+len(u.Scheme)+1, u.End):u.End]
	switch {
	case u.Is("php"):
		if lex.HasPrefixFold(rest, 0, "expect://") {
			return true
		}
		for _, n := range [...]string{"//filter", "//input", "//stdin", "//memory", "//temp", "//output", "//fd"} {
			if lex.HasPrefixFold(rest, 0, n) {
				return true
			}
		}
		return false
	case u.Is("expect"):
		return u.Slashes >= 2
	case u.Is("data"):
		return dataCode(s, u, strings.TrimLeft(rest, "/"))
	case u.Slashes < 2 || len(rest) < 3:
		return false
	}
	for _, n := range [...]string{"phar", "zip", "compress.zlib", "compress.bzip2", "zlib", "bzip2", "glob", "ogg", "rar", "ssh2.exec",
		"ssh2.shell", "ssh2.tunnel", "ssh2.sftp", "ssh2.scp", "vfs", "input", "viewsource", "convert.base64-encode"} {
		if strings.EqualFold(u.Scheme, n) {
			return true
		}
	}
	return false
}

// dataCode reports whether a data: URL is a value that holds code: PHP by its type, or text in base64 or with a
// tag, as include would run it. In a page it is the business of xss.
func dataCode(s string, u *weburl.URL, rest string) bool {
	comma := strings.IndexByte(rest[:min(len(rest), 128)], ',')
	if comma < 0 {
		return false
	}
	kind, body := rest[:comma], rest[comma+1:]
	if lex.ContainsFold(kind, "php") || strings.HasPrefix(body, "<?") || u.End < len(s) && strings.HasPrefix(s[u.End:], "<?") {
		return true
	}
	if !lex.ContainsFold(kind, "base64") {
		return u.Slashes >= 2 && u.Value
	}
	// "<?" in base64.
	return strings.HasPrefix(body, "PD8") || strings.HasPrefix(body, "PD9") || u.Slashes >= 2 && lex.HasPrefixFold(kind, 0, "text") || lex.HasPrefixFold(kind, 0, ";base64") && u.Value
}
