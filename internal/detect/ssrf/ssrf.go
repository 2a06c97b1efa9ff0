// Package ssrf finds server-side request forgery: an address that leads a server's own HTTP client to a place
// that the person who typed it cannot reach.
//
// # What it recognises
//
// A URL, wherever it stands, whose host is the metadata service of a cloud, or an IP address written as nobody
// writes one (decimal, octal, hexadecimal, shortened, too large, IPv4 in IPv6), or a name whose DNS answers
// with the address in the name, or a host hidden behind userinfo; and the schemes that only attacks use. As a
// value, which is to say as the whole text or behind "=" or in quotes behind ":" or ",": a URL to a loopback or
// private address or to the port of a service that is not the web's, the same without its scheme, and local
// files.
//
// # What it does not recognise
//
// "http://localhost:8080" in a sentence is help, not an attack, and passes; so do links to public hosts. A name
// that resolves to a private address cannot be seen without asking DNS: the client that fetches must check the
// address it connects to.
//
// # Rules
//
//	metadata-host     the metadata service of a cloud, by address, name or path
//	internal-address  a loopback, private or unspecified address
//	odd-address       an IP address in a form that filters overlook
//	rebinding-host    a name that resolves to what its reader chooses, or reports who asked
//	userinfo-host     a host in front of "@", where readers look for the host
//	dangerous-scheme  gopher, dict, tftp, ldap, jar, netdoc and the like; file with a path
//	service-port      a URL to the port of a database, cache, mail or shell service
//
// CWE-918 (server-side request forgery), CWE-441 (confused deputy).
package ssrf

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/detect/weburl"
)

// Class is the class of the findings of this package.
const Class scan.Class = "ssrf"

// Detector finds ssrf.
func Detector() scan.Detector {
	return scan.Detector{
		Class: Class,
		Gate:  scan.Any(`[:/.\]]`).And(`[0-9:/\\]`, scan.Member),
		Worth: worth,
		Find:  find,
	}
}

var (
	digits     = scan.Bytes("0123456789")
	behindHost = scan.Bytes("0123456789:?#]") // or a part of an address; without them a text is a name as a whole
)

// worth reports whether a text can hold a URL or a path of a metadata service, or is one value without white space in
// it: most sentences are none of these.
func worth(s string, has scan.ByteSet) bool {
	if has.Has('/') || has.Has('\\') || has.Has('[') || has.Has(':') && digits.Meets(&has) {
		return true
	}
	start, end := trim(s)
	return strings.IndexByte(s[start:end], ' ') < 0 && (behindHost.Meets(&has) || weburl.Listed(strings.TrimSuffix(s[start:end], ".")))
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
			rule := judge(s, &u)
			if rule == "" && v.Layer > 0 && u.Slashes > 0 && disguised(v, &u) {
				rule = "odd-address"
			}
			if rule != "" {
				report(rule, u.Start, u.End)
			}
		}
	}
	if v.Has.Has('/') {
		if i, n := metadataPath(s); i >= 0 {
			report("metadata-host", i, i+n)
		}
	}
	bare(s, report)
}

// numbered reports whether s begins with digits in the place of a scheme, behind which some parsers look for a host.
func numbered(s string) bool {
	i := 0
	for i < len(s) && i < 8 && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i > 0 && strings.HasPrefix(s[i:], "://") && isHostByte(s, i+3)
}

// judge gives the rule that a URL breaks, or "".
func judge(s string, u *weburl.URL) string {
	web := u.Is("http") || u.Is("https") || u.Is("ws") || u.Is("wss") || u.Is("ftp") || u.Is("ftps")
	if !web {
		return scheme(s, u)
	}
	h := weburl.Classify(u.Host)
	if u.Slashes == 0 && !h.Address {
		return ""
	}
	switch {
	case h.Where == weburl.Metadata:
		return "metadata-host"
	case h.Odd, weburl.Masked(u.Host):
		return "odd-address"
	case h.Helper:
		return "rebinding-host"
	case misleads(s, u):
		return "userinfo-host"
	case h.Where != weburl.Public && strings.HasPrefix(s[u.End:], " @") && isHostByte(s, u.End+2):
		return "userinfo-host" // "http://foo@127.0.0.1 @example.com/"
	case !u.Value:
		return ""
	case h.Single && u.Slashes == 2 && u.Path+1 < u.End && (isPort(u.Port) || s[u.Path] == '/'):
		return "internal-address"
	case h.Where == weburl.Public && !servicePort(u.Port):
		return ""
	case h.Where != weburl.Public:
		return "internal-address"
	}
	return "service-port"
}

// disguised reports whether the host is written in forms that only fold to ASCII, as IDNA and browsers do: "ⓔⓧ.ⓒⓞⓜ".
func disguised(v *scan.View, u *weburl.URL) bool {
	const enough = 64
	for i := u.Start + len(u.Scheme) + 1 + u.Slashes; i < u.Path && i < u.Start+enough; i++ {
		if !isHostByte(v.Text, i) && v.Text[i] != '.' && v.Text[i] != '-' {
			return false // a bracket of another width ends the URL
		}
		if v.Kind(i)&scan.Fold != 0 {
			return true
		}
	}
	return false
}

// misleads reports whether a part of the userinfo would be taken for the host, because it looks like one, or a
// backslash or fragment stands in front of an "@", on which parsers disagree.
func misleads(s string, u *weburl.URL) bool {
	for part, rest, more := strings.Cut(u.Userinfo, "@"); ; part, rest, more = strings.Cut(rest, "@") {
		name, _, _ := strings.Cut(part, ":")
		if end := strings.IndexByte(part, ']'); end > 0 && part[0] == '[' {
			name = part[1:end] // an IPv6 address
		}
		if h := weburl.Classify(name); h.Where != weburl.Public || h.Address || looksLikeHost(name) {
			return true
		}
		if !more {
			break
		}
	}
	rest := s[u.Path:min(u.End, u.Path+2)]
	return rest == `\@` || rest == `\.` || rest == "#@" || rest == "?@" || rest == ":\\" || strings.HasPrefix(s[u.End:], " &@")
}

func isHostByte(s string, i int) bool {
	return i < len(s) && (s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' || s[i] >= '0' && s[i] <= '9')
}

// looksLikeHost reports whether s ends in a dot and a top-level domain that people know.
func looksLikeHost(s string) bool {
	i := strings.LastIndexByte(s, '.')
	if i <= 0 {
		return false
	}
	for _, tld := range [...]string{"com", "org", "net", "io", "gov", "edu", "example", "de", "uk", "dev", "app", "local", "internal"} {
		if strings.EqualFold(s[i+1:], tld) {
			return true
		}
	}
	return false
}

func isPort(s string) bool {
	return s != "" && len(s) <= 5 && strings.Trim(s, "0123456789") == ""
}

// servicePort reports whether port belongs to a service that speaks another protocol than the web's.
func servicePort(port string) bool {
	switch port {
	case "21", "22", "23", "25", "110", "111", "135", "139", "143", "389", "445", "465", "587", "873", "1099", "1433", "1521",
		"2049", "2375", "2376", "2379", "3306", "3389", "4369", "5432", "5672", "5900", "5984", "6379", "6443", "9000", "9042",
		"9092", "9200", "9300", "10250", "10255", "11211", "27017", "27018", "50070":
		return true
	}
	return false
}

// scheme judges a URL that is not the web's.
func scheme(s string, u *weburl.URL) string {
	switch {
	case u.Slashes >= 2 && anyScheme(u, "gopher", "gophers", "dict", "tftp", "netdoc", "ldap", "ldaps", "ldapi", "smb", "sftp",
		"rmi", "iiop", "jmx", "telnet", "imap", "imaps", "pop3", "pop3s", "smtp", "smtps", "rtsp", "ssh2", "expect", "local_file",
		"mongodb", "redis", "svn+ssh", "unix", "local-file", "http+unix", "https+unix", "unix+http"):
		if u.Is("gopher") || u.Is("dict") || u.Is("netdoc") || u.Is("tftp") || u.Value {
			return "dangerous-scheme"
		}
		if h := weburl.Classify(u.Host); h.Where != weburl.Public || h.Odd {
			return "dangerous-scheme"
		}
	case u.Is("netdoc") && u.Slashes > 0 && u.Value:
		return "dangerous-scheme"
	case u.Is("jar") || u.Is("netdoc") || u.Is("url"):
		// jar:http://host/x.jar!/ and Java's url:file:///: a scheme in front of a scheme.
		rest := s[min(u.Start+len(u.Scheme)+1, len(s)):u.End]
		if k := strings.Index(rest[:min(len(rest), 12)], ":/"); k > 1 && (u.Is("jar") || lex.HasPrefixFold(rest, 0, "file")) {
			return "dangerous-scheme"
		}
	case u.Is("file"):
		if u.Slashes >= 1 && u.End > u.Path && (u.Value || strings.HasSuffix(s[:u.Start], "local_")) {
			return "dangerous-scheme"
		}
	case u.Slashes == 2 && u.Value:
		// Whatever speaks this scheme, it is to speak to a machine inside.
		if h := weburl.Classify(u.Host); h.Where == weburl.Metadata {
			return "metadata-host"
		} else if h.Where != weburl.Public {
			return "internal-address"
		}
	}
	return ""
}

func anyScheme(u *weburl.URL, names ...string) bool {
	for _, n := range names {
		if strings.EqualFold(u.Scheme, n) {
			return true
		}
	}
	return false
}

// metadataPath finds a path under which a cloud tells an instance its secrets.
func metadataPath(s string) (at, n int) {
	for i := 0; ; i++ {
		k := strings.IndexByte(s[i:], '/')
		if k < 0 || i+k+8 > len(s) {
			return -1, 0
		}
		i += k
		switch s[i+1] {
		case 'l', 'c', 'm', 'o', 'h':
			for _, p := range metadataPaths {
				if strings.HasPrefix(s[i:], p) {
					return i, len(p)
				}
			}
		}
	}
}

var metadataPaths = [...]string{
	"/latest/meta-data", "/latest/user-data", "/latest/dynamic/instance-identity", "/latest/api/token", "/latest/meta_data",
	"/computeMetadata/v1", "/metadata/instance?", "/metadata/identity/oauth2", "/metadata/v1.json", "/metadata/v1/id",
	"/metadata/v1/user-data", "/opc/v1/instance", "/opc/v2/instance", "/openstack/latest/meta_data", "/hetzner/v1/metadata",
}

// bare judges a value that is a host without a scheme: an internal address with a port or a path, one in an odd
// form, or 127.0.0.1 alone.
func bare(s string, report scan.Report) {
	start, end := trim(s)
	if numbered(s[start:end]) {
		report("dangerous-scheme", start, end)
		return
	}
	if strings.IndexByte(s[start:end], ' ') >= 0 {
		return
	}
	if k := strings.LastIndexByte(s[start:end], '='); k >= 0 {
		start += k + 1
	}
	t := s[start:end]
	slashes := 0
	for slashes < len(t) && (t[slashes] == '/' || t[slashes] == '\\') {
		slashes++
	}
	t = t[slashes:]
	if t == "" || len(t) > 2048 || !strings.ContainsAny(t, ":/.]") {
		return
	}
	host, rest := t, ""
	if i := strings.IndexAny(t, "/\\?#"); i >= 0 {
		host, rest = t[:i], t[i:]
	}
	port := ""
	if strings.HasPrefix(host, "[") {
		i := strings.IndexByte(host, ']')
		if i < 0 {
			return
		}
		host, port = host[1:i], strings.TrimPrefix(host[i+1:], ":")
	} else if i := strings.IndexByte(host, ':'); i >= 0 && i == strings.LastIndexByte(host, ':') {
		host, port = host[:i], host[i+1:]
	}
	h := weburl.Classify(host)
	if port != "" && !isPort(port) && (h.Where != weburl.Loopback || !isPort(strings.TrimLeft(port[:min(len(port), 4)], "+"))) {
		return
	}
	if h.Helper && start == 0 && strings.Count(host, ".") > 1 {
		report("rebinding-host", start, end)
		return
	}
	if h.Where == weburl.Loopback && !h.Address && start == 0 && strings.IndexByte(host, '.') > 0 && rest == "" && port == "" {
		report("internal-address", start, end)
		return
	}
	dotted := strings.Count(host, ".") == 3
	onlyNumber := strings.IndexByte(host, '.') < 0 && strings.IndexByte(host, ':') < 0
	switch {
	case h.Where == weburl.Metadata && h.Address && (dotted || !onlyNumber):
		report("metadata-host", start, end)
	case h.Where == weburl.Public:
	case h.Address && h.Odd:
		if strings.IndexByte(host, 'x') > 0 || host[0] == '0' && dotted || strings.IndexByte(host, ':') >= 0 ||
			h.Where == weburl.Loopback && host[0] != '0' && !onlyNumber && (rest != "" || port != "" || lex.HasPrefixFold(host, 0, "127")) {
			report("odd-address", start, end)
		}
	case port != "" || len(rest) > 1 || slashes >= 2:
		if h.Address || !onlyNumber || port != "" || h.Where == weburl.Loopback {
			report("internal-address", start, end)
		}
	case h.Where == weburl.Loopback && h.Address:
		if strings.HasPrefix(host, "127.0.") || host == "::1" || host == "0.0.0.0" {
			report("internal-address", start, end)
		}
	}
}

// trim gives the text without white space and quotes around it.
func trim(s string) (start, end int) {
	end = len(s)
	for start < end && strings.IndexByte(" \t\r\n\"'`", s[start]) >= 0 {
		start++
	}
	for end > start && strings.IndexByte(" \t\r\n\"'`", s[end-1]) >= 0 {
		end--
	}
	return start, end
}
