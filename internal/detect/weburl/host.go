package weburl

import (
	"net/netip"
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// Where says where a host leads.
type Where int

// The places, from harmless to most interesting.
const (
	Public   Where = iota
	Private        // RFC 1918, RFC 4193, link-local, carrier-grade NAT, names of a cluster's own services
	Loopback       // 127.0.0.0/8, ::1, localhost, and the unspecified address, which leads there too
	Metadata       // the address or name at which a cloud tells an instance its secrets
)

// Host is what a host name or address means.
type Host struct {
	Where   Where
	Address bool // it is an IP address
	Odd     bool // an address written as nobody writes one: decimal, octal, hexadecimal, shortened, IPv4 in IPv6
	Single  bool // a name without a dot, which only a network's own search list makes one of a machine
	Helper  bool // a name whose DNS answers with an address in the name, or that reports who asks for it
}

// maxHost bounds what is parsed: longer hosts are no addresses.
const maxHost = 64

// Classify says where host leads.
func Classify(host string) Host {
	host = strings.TrimSuffix(host, ".")
	if host == "" || len(host) > 253 {
		return Host{}
	}
	if len(host) <= maxHost {
		if a, odd, ok := parseIPv4(host); ok {
			return Host{Where: whereIPv4(a), Address: true, Odd: odd}
		}
		if strings.IndexByte(host, ':') >= 0 {
			return classifyIPv6(host)
		}
		if a, ok := named4(host); ok && whereIPv4(a) != Public {
			return Host{Where: whereIPv4(a), Address: true, Odd: true}
		}
	}
	if !Listed(host) {
		return Host{Single: single(host)}
	}
	h := Host{Where: whereName(host)}
	h.Single = h.Where == Public && single(host)
	for _, name := range helpers {
		if isUnder(host, name) {
			h.Helper = true
		}
	}
	return h
}

// Listed reports whether host may be one of the names that Classify knows, or below one, by its last two bytes: most
// names are none of them, and this says so without a look at the lists.
func Listed(host string) bool {
	n := len(host)
	return n > 1 && endings[host[n-2]&31]>>(host[n-1]&31)&1 != 0
}

// endings holds the last two bytes of the names in the lists: a set of the last for each of those before it.
var endings = func() (e [32]uint32) {
	for _, list := range [...][]string{metadataNames[:], loopbackNames[:], privateNames[:], helpers[:]} {
		for _, name := range list {
			n := len(name)
			e[name[n-2]&31] |= 1 << (name[n-1] & 31)
		}
	}
	return e
}()

// single reports whether host is one label that begins with a letter. No top-level domain has addresses of its own (RFC 7085).
func single(host string) bool {
	if len(host) > 63 || !lex.IsLetter(host[0]) {
		return false
	}
	for i := range len(host) {
		if !lex.IsLetter(host[i]) && !lex.IsDigit(host[i]) && host[i] != '-' {
			return false
		}
	}
	return true
}

// Masked reports whether host begins with an address or a name of the machine itself and goes on, behind a byte that no
// host may hold, with what a filter is to see: "127.0.0.1;.example.com". Readers disagree about where it ends.
func Masked(host string) bool {
	i := 0
	for i < len(host) && (isScheme(host[i]) || host[i] == '_') && host[i] != '+' {
		i++
	}
	if i == 0 || i+1 >= len(host) || host[i] >= 0x80 || host[i] == '%' && i+3 >= len(host) {
		return false
	}
	rest := strings.TrimLeft(host[i:], ";,&=$!*()+|%.")
	return rest != "" && (lex.IsLetter(rest[0]) || lex.IsDigit(rest[0])) && Classify(host[:i]).Where != Public
}

// named4 reads the address behind a name, "example.com.127.0.0.1". A name whose last label is a number is none (WHATWG,
// "ends in a number"), so who takes it for one has looked at its beginning only.
func named4(host string) (addr uint32, ok bool) {
	i := len(host)
	for range 4 {
		if i = strings.LastIndexByte(host[:i], '.'); i <= 0 {
			return 0, false
		}
	}
	addr, _, ok = parseIPv4(host[i+1:])
	return addr, ok && lex.IsLetter(host[i-1])
}

// parseIPv4 reads an address in every form that inet_aton and the WHATWG URL Standard know: one to four parts,
// each decimal, octal or hexadecimal, the last one filling what is left. A part that is too large counts modulo
// 256, as careless parsers take it. odd is false only for four plain decimal parts.
func parseIPv4(s string) (addr uint32, odd, ok bool) {
	var parts [4]uint64
	n := 0
	for rest := s; ; n++ {
		if n == 4 {
			return 0, false, false
		}
		part, tail, more := strings.Cut(rest, ".")
		v, o, ok := parsePart(part)
		if !ok {
			return 0, false, false
		}
		parts[n], odd = v, odd || o
		if !more {
			n++
			break
		}
		rest = tail
	}
	odd = odd || n < 4
	for i := range n - 1 {
		odd = odd || parts[i] > 255
		addr = addr<<8 | uint32(parts[i]&255)
	}
	last := parts[n-1]
	room := uint(8 * (5 - n))
	if last>>room != 0 {
		odd = true
		last &= 1<<room - 1
	}
	return addr<<room | uint32(last), odd, true
}

func parsePart(s string) (v uint64, odd, ok bool) {
	base := uint64(10)
	switch {
	case s == "":
		return 0, false, false
	case len(s) > 1 && s[0] == '0' && s[1]|0x20 == 'x':
		base, odd, s = 16, true, s[2:]
	case len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'o':
		base, odd, s = 8, true, s[2:]
	case len(s) > 1 && (s[0] == '0' || s[0]|0x20 == 'o' || s[0]|0x20 == 'q'):
		base, odd, s = 8, true, s[1:]
	}
	for i := range len(s) {
		c := s[i] | 0x20
		var d uint64
		switch {
		case s[i] >= '0' && s[i] <= '9':
			d = uint64(s[i] - '0')
		case base == 16 && c >= 'a' && c <= 'f':
			d = uint64(c-'a') + 10
		default:
			return 0, false, false
		}
		if d >= base {
			return 0, false, false
		}
		v = min(v*base+d, 1<<40)
	}
	return v, odd, true
}

func whereIPv4(a uint32) Where {
	switch {
	case a == 169<<24|254<<16|169<<8|254, a == 169<<24|254<<16|170<<8|2, a == 169<<24|254<<16|170<<8|23, // AWS, GCP, Azure; ECS; EKS
		a == 100<<24|100<<16|100<<8|200, // Alibaba
		a == 192<<24|0<<16|0<<8|192,     // Oracle
		a == 168<<24|63<<16|129<<8|16:   // Azure
		return Metadata
	case a>>24 == 127, a>>24 == 0:
		return Loopback
	case a>>24 == 10, a>>20 == 172<<4|1, a>>16 == 192<<8|168, a>>16 == 169<<8|254, a>>22 == 100<<2|1:
		return Private
	}
	return Public
}

func classifyIPv6(host string) Host {
	if i := strings.IndexByte(host, '%'); i >= 0 {
		host = host[:i] // the zone
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return Host{}
	}
	h := Host{Address: true}
	b := a.As16()
	v4 := func(i int) Where {
		return whereIPv4(uint32(b[i])<<24 | uint32(b[i+1])<<16 | uint32(b[i+2])<<8 | uint32(b[i+3]))
	}
	zero := func(n int) bool { return strings.Trim(string(b[:n]), "\x00") == "" }
	switch {
	case a.Is4In6():
		h.Where, h.Odd = v4(12), true
	case a.IsLoopback() || a.IsUnspecified():
		h.Where = Loopback
	case zero(12):
		h.Where, h.Odd = v4(12), true
	case b[0] == 0 && b[1] == 0x64 && b[2] == 0xFF && b[3] == 0x9B: // NAT64, RFC 6052
		h.Where, h.Odd = v4(12), true
	case b[0] == 0x20 && b[1] == 0x02: // 6to4, RFC 3056
		h.Where, h.Odd = v4(2), true
	case b[0] == 0xFD && b[1] == 0 && b[2] == 0x0E && b[3] == 0xC2: // AWS
		h.Where = Metadata
	case a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsMulticast():
		h.Where = Private
	}
	return h
}

func whereName(host string) Where {
	for _, n := range metadataNames {
		if strings.EqualFold(host, n) {
			return Metadata
		}
	}
	for _, n := range loopbackNames {
		if isUnder(host, n) {
			return Loopback
		}
	}
	for _, n := range privateNames {
		if isUnder(host, n) {
			return Private
		}
	}
	return Public
}

// isUnder reports whether host is name or a name below it, in any case.
func isUnder(host, name string) bool {
	k := len(host) - len(name)
	return k == 0 && strings.EqualFold(host, name) || k > 0 && host[k-1] == '.' && strings.EqualFold(host[k:], name)
}

var (
	metadataNames = [...]string{
		"metadata.google.internal", "metadata.goog", "metadata", "instance-data", "instance-data.ec2.internal", "rancher-metadata",
		"metadata.tencentyun.com", "metadata.packet.net", "metadata.platformequinix.com", "metadata.azure.com",
	}
	loopbackNames = [...]string{
		"localhost", "localhost.localdomain", "localhost6", "ip6-localhost", "ip6-loopback", "loopback",
		"lvh.me", "localtest.me", "vcap.me", "lacolhost.com", "localho.st", "localh.st", "fuf.me", "ulh.us", "smackaho.st", "lndo.site",
		"127-0-0-1.org.uk", "bugbounty.dod.network", "localdomain",
	}
	privateNames = [...]string{
		"kubernetes.default", "kubernetes.default.svc", "cluster.local", "host.docker.internal", "gateway.docker.internal",
		"consul",
		// Reserved for networks without a place in DNS: RFC 6762 (local, and its appendix G), RFC 8375, ICANN (internal).
		"local", "intranet", "internal", "private", "corp", "home", "lan", "home.arpa", "localnet", "intra",
	}
	// helpers answer with an address that stands in the name, change their answer, or tell who asked.
	helpers = [...]string{
		"nip.io", "sslip.io", "xip.io", "xip.name", "rbndr.us", "1u.ms", "rebind.it", "rebind.network", "ip6.name", "traefik.me",
		"burpcollaborator.net", "oastify.com", "interact.sh", "interactsh.com", "oast.pro", "oast.live", "oast.site", "oast.online",
		"oast.fun", "oast.me", "dnslog.cn", "ceye.io", "requestbin.net", "requestrepo.com", "webhook.site", "bxss.me",
		"pipedream.net", "dnsbin.zhack.ca", "xss.ht", "bxss.in", "beeceptor.com", "canarytokens.com",
	}
)
