package tangoclient

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// ErrTokenLimit means that the token endpoint refused because it has given a token to this client within the
// last 20 hours. A token that is still kept stays in use.
var ErrTokenLimit = errors.New("the daily limit of tokens is reached")

// TokenError is an answer of the token endpoint that is no token. It is ErrTokenLimit, ErrUnavailable for a
// 5xx or no answer, and ErrAuth for everything else.
type TokenError struct {
	Status      int    // HTTP status; 0: no answer came
	Code        string // error of RFC 6749, section 5.2, such as invalid_client; empty for plain text
	Description string // error_description or the plain text, cleaned and shortened
	RetryAfter  time.Duration
	limit       bool
	cause       error
}

// Error says the status and the reason.
func (e *TokenError) Error() string {
	s := "tango: token: "
	if e.Status == 0 {
		s += "no answer"
	} else {
		s += fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	}
	for _, part := range []string{e.Code, e.Description} {
		if part != "" {
			s += ": " + part
		}
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap gives why no answer came.
func (e *TokenError) Unwrap() error { return e.cause }

// Is sorts the error.
func (e *TokenError) Is(target error) bool {
	switch target {
	case ErrTokenLimit, ErrRateLimited:
		return e.limit
	case ErrUnavailable:
		return e.Status == 0 || e.Status >= 500
	case ErrAuth:
		return !e.limit && e.Status != 0 && e.Status < 500
	}
	return false
}

const (
	tokenAttempts = 3
	maxTokenReply = 64 << 10
	maxTokenLife  = 7 * 24 * time.Hour
	// tokenPause is for how long a failure of the token endpoint answers the calls that come after it, so that
	// a busy program does not hammer it; tokenLimitPause is the same for ErrTokenLimit.
	tokenPause      = 5 * time.Second
	tokenLimitPause = 10 * time.Minute
)

// oauth gets access tokens.
type oauth struct {
	url      string
	audience string
	rt       http.RoundTripper
	store    TokenStore
	core     *core

	mu     sync.Mutex
	failed map[string]tokenFailure
}

type tokenFailure struct {
	err   error
	until time.Time
}

// token gives an access token for c, and what the store calls it.
func (o *oauth) token(ctx context.Context, c Credentials) (Secret, *tokenUse, error) {
	s, err := newSealer(&c, o.audience, o.url)
	if err != nil {
		return Secret{}, nil, err
	}
	// What the store gives may be somebody else's, or changed: then it counts as absent, and the second time
	// it is this client's own.
	for range 2 {
		t, err := o.store.Token(ctx, s.name, func(ctx context.Context) (Token, error) { return o.fetch(ctx, c, s) })
		if err != nil {
			return Secret{}, nil, err
		}
		if v, ok := s.open(t); ok {
			o.core.auth.secrets.add(v)
			return v, &tokenUse{s.name, t}, nil
		}
		if err := o.store.Invalidate(ctx, s.name, t); err != nil {
			return Secret{}, nil, fmt.Errorf("token store: %w", err)
		}
	}
	return Secret{}, nil, errors.New("token store: gives back tokens that were not put into it")
}

// tokenUse names a token in its store.
type tokenUse struct {
	key   string
	token Token
}

// fetch asks the token endpoint, up to three times when it does not answer.
func (o *oauth) fetch(ctx context.Context, c Credentials, s *sealer) (Token, error) {
	if err := o.recent(s.name); err != nil {
		return Token{}, err
	}
	var b backoff
	var err error
	for n := 1; ; n++ {
		var t Token
		t, err = o.attempt(ctx, c, s)
		o.core.tel.tokenFetched(ctx, err)
		if err == nil {
			o.core.log.InfoContext(ctx, "tango: new access token", slog.String("clientId", c.ClientID), slog.Time("expires", t.Expires))
			return t, nil
		}
		if n == tokenAttempts || !errors.Is(err, ErrUnavailable) || isTLSRefusal(err) {
			break
		}
		if sleep(ctx, b.next(0)) != nil {
			break
		}
	}
	o.core.log.ErrorContext(ctx, "tango: no access token", slog.String("clientId", c.ClientID), slog.Any("cause", err))
	pause := tokenPause
	if errors.Is(err, ErrTokenLimit) {
		pause = tokenLimitPause
	}
	o.mu.Lock()
	o.failed[s.name] = tokenFailure{err, time.Now().Add(pause)}
	o.mu.Unlock()
	return Token{}, err
}

// recent gives the failure that is still in force.
func (o *oauth) recent(name string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f, ok := o.failed[name]; ok && time.Now().Before(f.until) {
		return f.err
	}
	delete(o.failed, name)
	return nil
}

// attempt asks once.
func (o *oauth) attempt(ctx context.Context, c Credentials, s *sealer) (Token, error) {
	form := url.Values{"client_id": {c.ClientID}, "client_secret": {c.ClientSecret.Reveal()}, "scope": {"raas.all"},
		"audience": {o.audience}, "grant_type": {"client_credentials"}}
	if c.Username != "" {
		form.Set("grant_type", "password")
		form.Set("username", c.Username)
		form.Set("password", c.Password.Reveal())
	}
	ctx, cancel := context.WithTimeoutCause(ctx, AttemptTimeout, ErrAttemptTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.url, strings.NewReader(form.Encode()))
	if err != nil {
		return Token{}, errors.New("tango: token: the request cannot be formed")
	}
	req.GetBody = nil // never sent twice behind our back
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", userAgent)
	issued := time.Now()
	resp, err := o.rt.RoundTrip(req)
	if err != nil {
		return Token{}, &TokenError{cause: o.core.auth.secrets.scrubError(causeOr(ctx, err))}
	}
	defer resp.Body.Close()
	body, err := readBody(resp, maxTokenReply)
	if resp.StatusCode != http.StatusOK {
		return Token{}, o.errorFrom(resp, body)
	}
	if err != nil {
		return Token{}, &TokenError{cause: o.core.auth.secrets.scrubError(causeOr(ctx, err))}
	}
	return readToken(body, issued, s)
}

func readToken(body []byte, issued time.Time, s *sealer) (Token, error) {
	var in struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	if err := decodeReply(body, &in); err != nil {
		return Token{}, &TokenError{Status: http.StatusOK, cause: err}
	}
	life := time.Duration(min(max(in.ExpiresIn, 0), int64(maxTokenLife/time.Second))) * time.Second
	if !isBearer(in.AccessToken) || !strings.EqualFold(in.TokenType, "Bearer") || life == 0 {
		return Token{}, &TokenError{Status: http.StatusOK, cause: fmt.Errorf("%w: no bearer token with a life", ErrReply)}
	}
	return s.seal(accessToken{in.AccessToken, issued, issued.Add(life)})
}

// isBearer reports whether s is a b64token of RFC 6750, section 2.1, of at most 16 KiB.
func isBearer(s string) bool {
	body := strings.TrimRight(s, "=")
	for i := range len(body) {
		c := body[i]
		if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("-._~+/", c) >= 0) {
			return false
		}
	}
	return body != "" && len(s) <= 16<<10
}

// errorFrom keeps status and reason, whether the body is JSON (RFC 6749, section 5.2), Tango's envelope or
// plain text.
func (o *oauth) errorFrom(resp *http.Response, body []byte) *TokenError {
	e := &TokenError{Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header)}
	var in struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Message     string `json:"message"`
	}
	text := string(body)
	if decodeReply(body, &in) == nil {
		text = in.Description
		if text == "" {
			text = in.Message
		}
		e.Code = o.core.cleanToken(in.Error, 64)
	} else if strings.Contains(resp.Header.Get("Content-Type"), "html") {
		text = ""
	}
	e.Description = o.core.cleanText(text)
	// The documentation gives the words of this refusal and nothing else to know it by.
	e.limit = resp.StatusCode == http.StatusTooManyRequests ||
		resp.StatusCode == http.StatusBadRequest && strings.Contains(strings.ToLower(text), "exceeded the daily rate limit")
	return e
}
