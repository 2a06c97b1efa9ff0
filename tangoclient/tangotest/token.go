package tangotest

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"time"
)

const tokenPath = "/oauth/token"

type token struct {
	platform *platform
	expires  time.Time
}

// audiences and the life of their tokens. Tango's documents spell each in two ways.
var audiences = map[string]time.Duration{
	"https://api.tangocard.com/":           24 * time.Hour,
	"https://api.tangocard.com":            24 * time.Hour,
	"tango-api.bhn.com/fiveminute":         5 * time.Minute,
	"api.bhn.com/fiveminute":               5 * time.Minute,
	"https://tango-api.bhn.com/fiveminute": 5 * time.Minute,
}

// serveToken answers POST /oauth/token. The caller holds s.mu.
func (s *Sandbox) serveToken(q *request) reply {
	if q.method != http.MethodPost {
		return s.tokenError(405, "invalid_request", "Use POST")
	}
	if mt, _, err := mime.ParseMediaType(q.header.Get("Content-Type")); err != nil || mt != "application/x-www-form-urlencoded" {
		return s.tokenError(400, "invalid_request", "The body must be application/x-www-form-urlencoded")
	}
	form, err := url.ParseQuery(string(q.body))
	if err != nil {
		return s.tokenError(400, "invalid_request", "The form is unreadable")
	}
	for name, v := range form {
		if len(v) != 1 {
			return s.tokenError(400, "invalid_request", "Repeated parameter: "+name)
		}
	}
	p, c := s.oauthClient(form.Get("client_id"), form.Get("client_secret"))
	if c == nil {
		return s.tokenError(401, "access_denied", "Unauthorized")
	}
	switch grant := form.Get("grant_type"); grant {
	case "client_credentials":
	case "password":
		if len(c.accounts) == 0 {
			// The one error of this endpoint that was ever seen as JSON.
			return replyJSON(403, build("error", "unauthorized_client",
				"error_description", "Grant type 'password' not allowed for the client."))
		}
		if pw, ok := c.accounts[form.Get("username")]; !ok || !same(pw, form.Get("password")) {
			return s.tokenError(401, "invalid_grant", "Wrong username or password")
		}
	default:
		return s.tokenError(400, "unsupported_grant_type", "Unsupported grant type")
	}
	if form.Get("scope") != "raas.all" {
		return s.tokenError(400, "invalid_scope", "The scope must be raas.all")
	}
	life, ok := audiences[form.Get("audience")]
	if !ok {
		return s.tokenError(400, "invalid_request", "The audience is unknown")
	}
	if last, ok := s.issued[c.id]; ok && s.cfg.TokenEvery > 0 && s.now().Sub(last) < s.cfg.TokenEvery {
		return s.tokenLimit(p, c)
	}
	s.issued[c.id] = s.now()
	var b [48]byte
	_, _ = rand.Read(b[:])
	value := base64.RawURLEncoding.EncodeToString(b[:])
	s.tokens[value] = token{p, s.now().Add(life)}
	return replyJSON(200, build("access_token", value, "scope", "raas.all",
		"expires_in", int(life/time.Second), "token_type", "Bearer"))
}

func (s *Sandbox) tokenLimit(p *platform, c *oauthClient) reply {
	return s.tokenError(400, "too_many_requests", fmt.Sprintf("Client %s %s has exceeded the daily rate limit", p.name, c.id))
}

func (s *Sandbox) oauthClient(id, secret string) (*platform, *oauthClient) {
	for _, p := range s.st.platforms {
		for i := range p.clients {
			if c := &p.clients[i]; c.id == id && same(c.secret, secret) {
				return p, c
			}
		}
	}
	return nil, nil
}

func (s *Sandbox) tokenError(status int, code, description string) reply {
	if s.cfg.TokenErrorsJSON {
		return replyJSON(status, build("error", code, "error_description", description))
	}
	return replyText(status, "text/plain", description)
}
