package tangoclient

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// errNoCredentials stops a request that would leave without credentials.
var errNoCredentials = errors.New("no credentials")

// authorization is what one attempt was sent with.
type authorization struct {
	header Secret
	id     fingerprint
	name   string    // platform name or client id
	token  *tokenUse // nil: Basic
}

// fingerprint stands for credentials where the client remembers something about them: a hash keyed with a
// random seed of this process, so that memory holds nothing more to guess a key from.
type fingerprint uint64

// auth turns credentials into Authorization headers and remembers which ones were refused.
type auth struct {
	source  CredentialSource
	oauth   *oauth
	secrets *secretSet
	log     *slog.Logger
	maxAge  time.Duration
	seed    maphash.Seed

	mu   sync.Mutex
	keys map[fingerprint]*keyRecord
}

// keyRecord is what is known of credentials that a source has given.
type keyRecord struct {
	name    string
	created time.Time // of the key if the source tells, else when it was first seen
	exact   bool
	refused bool
	used    time.Time // last given by the source
	warned  time.Time
}

const maxKeyRecords = 64

func newAuth(source CredentialSource, secrets *secretSet, maxAge time.Duration) *auth {
	return &auth{source: source, secrets: secrets, maxAge: maxAge, seed: maphash.MakeSeed(), keys: make(map[fingerprint]*keyRecord)}
}

// credentials asks the source, and notes what it gives.
func (a *auth) credentials(ctx context.Context) ([]Credentials, error) {
	all, err := a.source.Credentials(ctx)
	if err != nil {
		return nil, fmt.Errorf("credentials: %w", err)
	}
	for i := range all {
		a.secrets.add(all[i].Key, all[i].ClientSecret, all[i].Password)
		a.note(ctx, &all[i])
	}
	return all, nil
}

// authorize gives what to send now: by the first credentials that were not refused, or by the first at all
// when each of them was.
func (a *auth) authorize(ctx context.Context) (authorization, error) {
	all, err := a.credentials(ctx)
	if err != nil {
		return authorization{}, err
	}
	err = errNoCredentials
	for _, pass := range []bool{false, true} {
		for i := range all {
			id := a.fingerprint(&all[i])
			if a.isRefused(id) != pass {
				continue
			}
			var out authorization
			if out, err = a.header(ctx, &all[i], id); err == nil {
				return out, nil
			}
			if !errors.Is(err, ErrAuth) {
				return authorization{}, err
			}
			a.retire(ctx, id, "the token endpoint refused them")
		}
		if err != nil && !errors.Is(err, errNoCredentials) {
			break // each was tried
		}
	}
	return authorization{}, err
}

// header makes the Authorization header for c.
func (a *auth) header(ctx context.Context, c *Credentials, id fingerprint) (authorization, error) {
	if c.ClientID != "" {
		v, use, err := a.oauth.token(ctx, *c)
		if err != nil {
			return authorization{}, err
		}
		return authorization{header: NewSecret("Bearer " + v.Reveal()), id: id, name: c.ClientID, token: use}, nil
	}
	if c.PlatformName == "" || c.Key.IsZero() {
		return authorization{}, errNoCredentials
	}
	text := base64.StdEncoding.EncodeToString([]byte(c.PlatformName + ":" + c.Key.Reveal()))
	return authorization{header: NewSecret("Basic " + text), id: id, name: c.PlatformName}, nil
}

// refuse notes that Tango answered 401, and reports whether there is something else to try: another token, or
// other credentials.
func (a *auth) refuse(ctx context.Context, used authorization) bool {
	if used.token != nil {
		if err := a.oauth.store.Invalidate(ctx, used.token.key, used.token.token); err != nil {
			a.log.ErrorContext(ctx, "tango: a refused token could not be forgotten", slog.Any("cause", err))
			return false
		}
		a.log.WarnContext(ctx, "tango: access token refused", slog.String("clientId", used.name))
		return true
	}
	a.retire(ctx, used.id, "Tango answered 401")
	all, err := a.credentials(ctx)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(all, func(c Credentials) bool { return !a.isRefused(a.fingerprint(&c)) })
}

// retire puts credentials behind all others, and says so once.
func (a *auth) retire(ctx context.Context, id fingerprint, why string) {
	a.mu.Lock()
	k := a.keys[id]
	first := k != nil && !k.refused
	if first {
		k.refused = true
	}
	a.mu.Unlock()
	if first {
		a.log.ErrorContext(ctx, "tango: credentials refused and retired", slog.String("name", k.name), slog.String("why", why))
	}
}

// accept forgets a refusal: Tango took the credentials after all.
func (a *auth) accept(used authorization) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if k := a.keys[used.id]; k != nil {
		k.refused = false
	}
}

func (a *auth) isRefused(id fingerprint) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := a.keys[id]
	return k != nil && k.refused
}

// fingerprint hashes all parts of credentials.
func (a *auth) fingerprint(c *Credentials) fingerprint {
	return fingerprint(maphash.Comparable(a.seed, [...]string{
		c.PlatformName, c.Key.Reveal(), c.ClientID, c.ClientSecret.Reveal(), c.Username, c.Password.Reveal()}))
}
