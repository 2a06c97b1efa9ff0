package tangoclient

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// Environment is one of Tango's two installations. There is no default: a program that forgets to choose
// gets an error, not real money.
type Environment int

const (
	_ Environment = iota
	// Sandbox is Tango's test installation. No money moves there, and it has no promise of being up.
	Sandbox
	// Production moves money.
	Production
)

// String gives "Sandbox" or "Production".
func (e Environment) String() string {
	switch e {
	case Sandbox:
		return "Sandbox"
	case Production:
		return "Production"
	}
	return fmt.Sprintf("Environment(%d)", int(e))
}

// hosts are what an environment decides, always together: keys of one never go to the other.
type hosts struct {
	api      string // base URL, without a slash at its end
	token    string // token endpoint
	audience string // of tokens that live 24 h
}

// audience24h and audience5m ask the token endpoint for a life of 86,400 s or 300 s (Tango's OpenAPI "Auth
// Token acquisition").
const (
	audience24h = "https://api.tangocard.com/"
	audience5m  = "tango-api.bhn.com/fiveminute"
)

func (e Environment) hosts() (hosts, bool) {
	switch e {
	case Sandbox:
		return hosts{"https://integration-api.tangocard.com/raas/v2", "https://sandbox-auth.tangocard.com/oauth/token", audience24h}, true
	case Production:
		return hosts{"https://api.tangocard.com/raas/v2", "https://auth.tangocard.com/oauth/token", audience24h}, true
	}
	return hosts{}, false
}

// checkURL checks the form of a URL that requests with credentials go to: absolute, https (or http on
// loopback), without userinfo, query and fragment. It gives the URL without slashes at its end.
func checkURL(field, raw string, loopbackOnly bool) (string, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return "", fmt.Errorf("%s: not an absolute URL such as http://127.0.0.1:8484/raas/v2", field)
	case u.User != nil:
		return "", fmt.Errorf("%s: must not hold a user name or password; set Credentials", field)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", fmt.Errorf("%s: must not have a query or a fragment", field)
	case u.Scheme != "http" && u.Scheme != "https":
		return "", fmt.Errorf("%s: the scheme must be https, or http on loopback", field)
	case loopbackOnly && !isLoopback(u.Hostname()):
		return "", fmt.Errorf("%s: only a loopback address is taken here; a host that is not Tango's would be sent the credentials, so it is set in InsecureBaseURL", field)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "", fmt.Errorf("%s: plain http is for loopback alone; use https", field)
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// isLoopback reports whether host names this machine: localhost (RFC 6761, section 6.3), 127.0.0.0/8 or ::1.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
