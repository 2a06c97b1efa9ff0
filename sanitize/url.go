package sanitize

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// URL returns s as an absolute http or https URL in the form that the WHATWG URL Standard serialises, or "" if s is
// none or is written in a way about which programs disagree:
//
//   - another scheme, or none; a scheme without //; a backslash or a percent sign in the authority;
//   - control characters, tabs and line breaks inside (white space at the ends is taken off), invalid UTF-8;
//   - a user name or a password;
//   - a host that is no domain name (IDNA), no IPv4 address of four decimal numbers and no IPv6 address; a port above
//     65535.
//
// Scheme and host become lower case, the host ASCII, the scheme's own port goes, "." and ".." segments are resolved,
// and what may not stand in a URL is percent-encoded, a percent sign that begins no escape included. The result holds no white space, <, >, quotation mark or
// character beyond ASCII. URL(URL(s)) == URL(s), and time is linear.
//
// The URL may lead anywhere, to internal hosts too, and says nothing about what is there. A link still needs escaping
// where it is written: & and ' may occur.
func URL(s string) string {
	s = strings.Trim(s, " \t\r\n\f")
	scheme, rest := "", ""
	switch {
	case len(s) > 8 && strings.EqualFold(s[:8], "https://"):
		scheme, rest = "https://", s[8:]
	case len(s) > 7 && strings.EqualFold(s[:7], "http://"):
		scheme, rest = "http://", s[7:]
	default:
		return ""
	}
	if !utf8.ValidString(rest) || strings.ContainsFunc(rest, isControl) {
		return ""
	}
	end := strings.IndexAny(rest, `/?#\`)
	if end < 0 {
		end = len(rest)
	}
	if end < len(rest) && rest[end] == '\\' {
		return ""
	}
	authority := authority(rest[:end], scheme)
	if authority == "" {
		return ""
	}
	rest, fragment, hasFragment := strings.Cut(rest[end:], "#")
	path, query, hasQuery := strings.Cut(rest, "?")

	out := make([]byte, 0, len(s)+8)
	out = append(append(out, scheme...), authority...)
	out = appendPath(out, path)
	if hasQuery {
		out = escape(append(out, '?'), query, "\"#<>'")
	}
	if hasFragment {
		out = escape(append(out, '#'), fragment, "\"<>`")
	}
	return string(out)
}

func isControl(r rune) bool { return r < 0x20 || r >= 0x7f && r <= 0x9f }

// domains turns a domain name into ASCII (UTS 46, non-transitional, as the URL Standard's "domain to ASCII").
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false),
	idna.CheckHyphens(false), idna.CheckJoiners(true), idna.BidiRule(), idna.VerifyDNSLength(true))

// authority returns host and port as serialised, "" if they are not acceptable.
func authority(s, scheme string) string {
	if strings.ContainsAny(s, `@%`) {
		return ""
	}
	host, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, ']') {
		host, port = s[:i], s[i+1:]
	}
	if host = hostname(host); host == "" || port == "" {
		return host
	}
	port = strings.TrimLeft(port, "0")
	if len(port) > 5 || strings.Trim(port, "0123456789") != "" {
		return ""
	}
	n, err := strconv.ParseUint("0"+port, 10, 16)
	if err != nil {
		return ""
	}
	if n == 80 && scheme == "http://" || n == 443 && scheme == "https://" {
		return host
	}
	return host + ":" + strconv.FormatUint(n, 10)
}

// hostname is the host parser, less the spellings of IPv4 that hide an address (octal, hexadecimal, one number).
func hostname(s string) string {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		ip, err := netip.ParseAddr(inner)
		if !ok || err != nil || !ip.Is6() || ip.Zone() != "" {
			return ""
		}
		return "[" + ipv6(ip) + "]"
	}
	host, err := domains.ToASCII(s)
	if err != nil || host == "" || len(host) > 253 {
		return ""
	}
	for i := range len(host) {
		if c := host[i]; !isDigit(c) && (c < 'a' || c > 'z') && c != '-' && c != '.' && c != '_' {
			return ""
		}
	}
	labels := strings.TrimSuffix(host, ".")
	last := labels[strings.LastIndexByte(labels, '.')+1:]
	if last == "" {
		return ""
	}
	if strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") {
		ip, err := netip.ParseAddr(labels)
		if err != nil {
			return ""
		}
		return ip.String()
	}
	return host
}

// ipv6 serialises an address as the URL Standard does: an IPv4 address in it as two hexadecimal groups.
func ipv6(ip netip.Addr) string {
	if !ip.Is4In6() {
		return ip.String()
	}
	b := ip.As16()
	return "::ffff:" + strconv.FormatUint(uint64(b[12])<<8|uint64(b[13]), 16) +
		":" + strconv.FormatUint(uint64(b[14])<<8|uint64(b[15]), 16)
}

// appendPath appends the path with dot segments resolved.
func appendPath(out []byte, path string) []byte {
	path = strings.ReplaceAll(path, `\`, "/")
	root := len(out)
	if path == "" {
		return append(out, '/')
	}
	var starts []int // of the segments in out, slash included
	for segment := range strings.SplitSeq(path[1:], "/") {
		at := len(out)
		switch dots(segment) {
		case 1:
		case 2:
			if n := len(starts); n > 0 {
				out, starts = out[:starts[n-1]], starts[:n-1]
			}
		default:
			out = escape(append(out, '/'), segment, "\"#<>?`{}^")
			starts = append(starts, at)
		}
	}
	// A path that ends in a dot segment ends in a slash.
	if last := path[strings.LastIndexByte(path, '/')+1:]; dots(last) > 0 || len(out) == root {
		out = append(out, '/')
	}
	return out
}

// dots is 1 for a single-dot segment, 2 for a double-dot one, 0 otherwise. %2e is a dot.
func dots(segment string) int {
	if len(segment) > 6 {
		return 0
	}
	switch strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") {
	case ".":
		return 1
	case "..":
		return 2
	}
	return 0
}

// escape percent-encodes the bytes of s that are not printable ASCII, spaces, and those in set. A percent sign that
// begins no escape is encoded too: the Standard leaves it, and package net/url and others refuse it.
func escape(out []byte, s, set string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		if c := s[i]; c <= 0x20 || c >= 0x7f || strings.IndexByte(set, c) >= 0 || c == '%' && !isEscape(s[i:]) {
			out = append(out, '%', hex[c>>4], hex[c&15])
		} else {
			out = append(out, c)
		}
	}
	return out
}

func isEscape(s string) bool { return len(s) > 2 && digit(s[1]) < 16 && digit(s[2]) < 16 }
