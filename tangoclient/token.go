package tangoclient

import (
	"bytes"
	"context"
	"sync"
	"time"
)

// Token is what a token store keeps: an access token sealed by the client, and its times. Sealed is encrypted
// and authenticated with a key made from the client secret and bound to client id, service account, audience
// and host, so a store cannot read it, and what was changed in the store or belongs to somebody else counts as
// absent.
type Token struct {
	Sealed  []byte    `json:"sealed"`
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
}

// renewBefore is how long before its end a token of 24 h is renewed. Older platforms may ask for a token once
// in 20 hours, so an earlier renewal would be refused.
const renewBefore = 4 * time.Hour

// Usable reports whether the token has not expired.
func (t Token) Usable(now time.Time) bool { return len(t.Sealed) > 0 && now.Before(t.Expires) }

// Due reports whether a new token shall be asked for: this one has expired or is in its last four hours, or
// in the last fifth of a shorter life.
func (t Token) Due(now time.Time) bool {
	early := min(renewBefore, t.Expires.Sub(t.Issued)/5)
	return !t.Usable(now) || !now.Before(t.Expires.Add(-early))
}

// Equal reports whether t and o are the same token.
func (t Token) Equal(o Token) bool { return bytes.Equal(t.Sealed, o.Sealed) }

// TokenStore keeps OAuth tokens between calls, and where it can, between runs and machines. It owns the
// locking: of everybody who shares it, one fetches at a time. It must be safe for concurrent use.
// NewTokenStore makes one out of a TokenBackend; package tokenstoretest checks others.
type TokenStore interface {
	// Token gives the token under key, or what fetch gives when there is none that is good (see Token.Due).
	// It returns when ctx ends; a fetch that has begun goes on, for the others who wait for it and for the
	// next call. When fetch fails and the old token is still usable, that is given.
	Token(ctx context.Context, key string, fetch func(context.Context) (Token, error)) (Token, error)
	// Invalidate forgets the token under key if it is still t. A zero t stands for whichever there is.
	Invalidate(ctx context.Context, key string, t Token) error
}

// TokenBackend is where NewTokenStore keeps tokens.
type TokenBackend interface {
	// Load gives the token under key; the zero Token when there is none.
	Load(ctx context.Context, key string) (Token, error)
	// Save replaces the token under key, all of it or nothing.
	Save(ctx context.Context, key string, t Token) error
	// Delete removes the token under key if it is still t; a zero t stands for whichever there is.
	Delete(ctx context.Context, key string, t Token) error
	// Lock keeps everybody else who shares the backend from fetching under key until unlock is called. It
	// waits for its turn until ctx ends.
	Lock(ctx context.Context, key string) (unlock func(), err error)
}

// NewMemoryStore keeps tokens in this process. After a restart a new token is asked for: where Tango limits
// tokens, use NewFileStore or package redisstore.
func NewMemoryStore() TokenStore { return NewTokenStore(nil) }

// NewTokenStore makes a store that fetches once at a time in this process, and by the backend's lock once at a
// time among all who share it. It keeps a copy of each token, so that a call does not wait for the backend
// and goes on while that is away; then a process without a token fetches without the lock.
func NewTokenStore(b TokenBackend) TokenStore {
	return &tokenStore{backend: b, kept: make(map[string]Token), dead: make(map[string]Token)}
}

type tokenStore struct {
	backend TokenBackend // nil: memory alone
	flights flights[Token]

	mu   sync.Mutex
	kept map[string]Token
	dead map[string]Token // refused last: a backend may give it once more
}

// flightTimeout bounds a fetch with its locks: three attempts of 15 s and the waits between them.
const flightTimeout = time.Minute

// Token implements TokenStore.
func (s *tokenStore) Token(ctx context.Context, key string, fetch func(context.Context) (Token, error)) (Token, error) {
	now := time.Now()
	s.mu.Lock()
	kept := s.kept[key]
	s.mu.Unlock()
	if !kept.Due(now) {
		return kept, nil
	}
	f := s.flights.join(ctx, key, flightTimeout, func(ctx context.Context) (Token, error) {
		t, err := s.obtain(ctx, key, fetch)
		if err == nil {
			s.mu.Lock()
			s.kept[key] = t
			s.mu.Unlock()
		}
		return t, err
	})
	if kept.Usable(now) {
		return kept, nil // the next calls get the new one
	}
	return f.wait(ctx)
}

// obtain takes the token of the backend if somebody else has renewed it, else fetches one under the lock.
func (s *tokenStore) obtain(ctx context.Context, key string, fetch func(context.Context) (Token, error)) (Token, error) {
	if s.backend == nil {
		return fetch(ctx)
	}
	if t, err := s.load(ctx, key); err == nil && !t.Due(time.Now()) {
		return t, nil
	}
	unlock, err := s.backend.Lock(ctx, key)
	if err != nil {
		return fetch(ctx) // the backend is away: better one token too many than none
	}
	defer unlock()
	old, err := s.load(ctx, key)
	if err == nil && !old.Due(time.Now()) {
		return old, nil
	}
	t, err := fetch(ctx)
	if err != nil {
		if old.Usable(time.Now()) {
			return old, nil
		}
		return Token{}, err
	}
	_ = s.backend.Save(ctx, key, t) // a token that cannot be kept is still a token
	return t, nil
}

// load reads the backend. A token that was invalidated a moment ago is none.
func (s *tokenStore) load(ctx context.Context, key string) (Token, error) {
	t, err := s.backend.Load(ctx, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || t.Equal(s.dead[key]) {
		return Token{}, err
	}
	return t, nil
}

// Invalidate implements TokenStore.
func (s *tokenStore) Invalidate(ctx context.Context, key string, t Token) error {
	s.mu.Lock()
	if kept := s.kept[key]; len(t.Sealed) == 0 || kept.Equal(t) {
		delete(s.kept, key)
	}
	if len(t.Sealed) > 0 {
		s.dead[key] = t
	}
	s.mu.Unlock()
	if s.backend == nil {
		return nil
	}
	return s.backend.Delete(ctx, key, t)
}
