package tangoclient

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// errNoCredentials stops a request that would leave without credentials.
var errNoCredentials = errors.New("no credentials")

// authorization is what one attempt was sent with.
type authorization struct {
	header Secret
	id     fingerprint
}

// fingerprint stands for credentials where the client remembers that Tango refused them.
type fingerprint [sha256.Size]byte

// auth turns credentials into Authorization headers and remembers which ones were refused.
type auth struct {
	source  CredentialSource
	secrets *secretSet
	salt    []byte

	mu      sync.Mutex
	refused []fingerprint // most recent last, bounded
}

const maxRefused = 16

func newAuth(source CredentialSource) *auth {
	a := &auth{source: source, secrets: new(secretSet), salt: make([]byte, 32)}
	_, _ = rand.Read(a.salt) // never fails
	return a
}

// authorize gives what to send now: the first credentials that were not refused, or the first at all when
// each of them was.
func (a *auth) authorize(ctx context.Context) (authorization, error) {
	all, err := a.source.Credentials(ctx)
	if err != nil {
		return authorization{}, fmt.Errorf("credentials: %w", err)
	}
	if len(all) == 0 {
		return authorization{}, errNoCredentials
	}
	a.remember(all)
	c := &all[0]
	for i := range all {
		if !a.isRefused(a.fingerprint(&all[i])) {
			c = &all[i]
			break
		}
	}
	if c.PlatformName == "" || c.Key.IsZero() {
		return authorization{}, errNoCredentials
	}
	token := base64.StdEncoding.EncodeToString([]byte(c.PlatformName + ":" + c.Key.Reveal()))
	return authorization{header: NewSecret("Basic " + token), id: a.fingerprint(c)}, nil
}

func (a *auth) remember(all []Credentials) {
	for i := range all {
		a.secrets.add(all[i].Key, all[i].ClientSecret, all[i].Password)
	}
}

// learn asks the source for the secrets in use, so that text can be looked through before the first call.
func (a *auth) learn(ctx context.Context) {
	if all, err := a.source.Credentials(ctx); err == nil {
		a.remember(all)
	}
}

// refuse remembers that Tango answered 401, and reports whether other credentials are left to try.
func (a *auth) refuse(ctx context.Context, used authorization) bool {
	a.mu.Lock()
	if !slices.Contains(a.refused, used.id) {
		a.refused = append(a.refused, used.id)
		if len(a.refused) > maxRefused {
			a.refused = slices.Delete(a.refused, 0, 1)
		}
	}
	a.mu.Unlock()
	all, err := a.source.Credentials(ctx)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(all, func(c Credentials) bool { return !a.isRefused(a.fingerprint(&c)) })
}

// accept forgets a refusal: Tango took the credentials after all.
func (a *auth) accept(used authorization) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if i := slices.Index(a.refused, used.id); i >= 0 {
		a.refused = slices.Delete(a.refused, i, i+1)
	}
}

func (a *auth) isRefused(id fingerprint) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Contains(a.refused, id)
}

// fingerprint is a keyed hash over length-prefixed parts, so that memory holds nothing to guess a key from.
func (a *auth) fingerprint(c *Credentials) (out fingerprint) {
	m := hmac.New(sha256.New, a.salt)
	for _, s := range []string{c.PlatformName, c.Key.Reveal(), c.ClientID, c.ClientSecret.Reveal(), c.Username, c.Password.Reveal()} {
		fmt.Fprintf(m, "%d:%s", len(s), s)
	}
	m.Sum(out[:0])
	return out
}
