package tangotest

import (
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect"
	"github.com/tangoguard/tangoguard/internal/tango"
)

// believedBrowser: browsers send Origin with every POST (Fetch standard, "append a request Origin header")
// and Sec-Fetch-* on trustworthy origins; other clients do neither. A preflight asks on behalf of a page.
func believedBrowser(method string, header map[string][]string) bool {
	h := http.Header(header)
	if method == http.MethodOptions {
		return h.Get("Access-Control-Request-Method") != ""
	}
	if !changesState(method) {
		return false
	}
	for _, name := range []string{"Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"} {
		if len(h.Values(name)) > 0 {
			return true
		}
	}
	return false
}

// believedInsecure is what Tango documents as refused, and what this project's detection reports.
func believedInsecure(path, text string) bool {
	switch path {
	case "recipient.firstName", "recipient.lastName":
		if strings.ContainsAny(text, "<>/") {
			return true
		}
	}
	return len(detect.Inspect(text)) > 0
}

func changesState(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return false
	}
	return true
}

// refuseBrowser comes before everything else, credentials too. No answer carries an Access-Control-* header.
func (s *Sandbox) refuseBrowser(q *request) *refusal {
	if !s.cfg.Browser(q.method, q.header) {
		return nil
	}
	if s.cfg.BrowserErrorInFields {
		return &refusal{status: 403, fields: []fieldRefusal{{key: tango.KeyAuthorization, message: tango.MsgAuthorization}}}
	}
	return refuse(403, tango.KeyAuthorization, tango.MsgAuthorization)
}

const msgAuthFailed = "Authentication failed. Please check your platform name and key. Questions: devsupport@tangocard.com"

// authenticate finds the platform of a request. The caller holds s.mu.
func (s *Sandbox) authenticate(q *request) *refusal {
	values := q.header.Values("Authorization")
	if len(values) == 0 {
		return refuse(401, tango.KeyBasicRequired, "Basic authorization is required")
	}
	if len(values) > 1 {
		return refuse(401, tango.KeyAuthFailed, msgAuthFailed)
	}
	if name, key, ok := (&http.Request{Header: q.header}).BasicAuth(); ok {
		q.secret = key
		for _, p := range s.st.platforms {
			if p.name != name {
				continue
			}
			for i, k := range p.keys {
				if same(k, key) {
					q.platform, q.keyIndex = p, i+1
					return nil
				}
			}
		}
		return refuse(401, tango.KeyAuthFailed, msgAuthFailed)
	}
	if scheme, value, ok := strings.Cut(values[0], " "); ok && strings.EqualFold(scheme, "Bearer") {
		q.secret = strings.TrimSpace(value)
		if t, known := s.tokens[q.secret]; known && s.now().Before(t.expires) {
			q.platform = t.platform
			return nil
		}
		return refuse(401, "401.502", "Full authentication is required to access this resource")
	}
	return refuse(401, tango.KeyAuthFailed, msgAuthFailed)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
