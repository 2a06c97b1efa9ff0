package tangoclient

import (
	"context"
	"log/slog"
	"time"
)

const (
	// defaultKeyMaxAge and maxKeyMaxAge are Tango's two statements on how often keys are to be changed: every
	// 90 days, and at least every six months.
	defaultKeyMaxAge = 90 * 24 * time.Hour
	maxKeyMaxAge     = 183 * 24 * time.Hour
	keyWarnEvery     = 24 * time.Hour
)

// KeyStatus is what a health check may want to know of a key in use.
type KeyStatus struct {
	Name    string        // platform name or client id
	Age     time.Duration // since it was made, or at the least since this client first saw it
	Exact   bool          // Age counts from when the key was made
	Overdue bool          // older than Config.KeyMaxAge: change it
	Refused bool          // Tango refused it: it is retired
}

// KeyStatus tells how old the keys are that the credential source gave within the last hour, and whether Tango
// refused them. Call it in a health check.
func (c *Client) KeyStatus() []KeyStatus {
	a := c.auth
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []KeyStatus
	for _, k := range a.keys {
		if now.Sub(k.used) > time.Hour {
			continue
		}
		age := now.Sub(k.created)
		out = append(out, KeyStatus{k.name, age, k.exact, age > a.maxAge, k.refused})
	}
	return out
}

// Revoke forgets every access token that was kept for the credentials in use, here and in the store. It does
// not withdraw them: Tango honours a token until it expires, up to 24 hours after its client secret was
// deactivated. Only Tango can end it sooner.
func (c *Client) Revoke(ctx context.Context) error {
	all, err := c.auth.credentials(ctx)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].ClientID == "" {
			continue
		}
		s, err := newSealer(&all[i], c.auth.oauth.audience, c.auth.oauth.url)
		if err != nil {
			return err
		}
		if err := c.auth.oauth.store.Invalidate(ctx, s.name, Token{}); err != nil {
			return err
		}
	}
	return nil
}

// note keeps the record of credentials that the source gave, and warns once a day of an old key.
func (a *auth) note(ctx context.Context, c *Credentials) {
	id, now := a.fingerprint(c), time.Now()
	a.mu.Lock()
	k := a.keys[id]
	if k == nil {
		a.dropOldest()
		k = &keyRecord{name: c.PlatformName + c.ClientID, created: now}
		a.keys[id] = k
	}
	if !c.Created.IsZero() {
		k.created, k.exact = c.Created, true
	}
	k.used = now
	age := now.Sub(k.created)
	warn := age > a.maxAge && now.Sub(k.warned) > keyWarnEvery
	if warn {
		k.warned = now
	}
	a.mu.Unlock()
	if warn {
		a.log.WarnContext(ctx, "tango: a key is older than Config.KeyMaxAge: change it", slog.String("name", k.name), slog.Int("days", int(age/(24*time.Hour))))
	}
}

// dropOldest makes room for a record. The caller holds a.mu.
func (a *auth) dropOldest() {
	if len(a.keys) < maxKeyRecords {
		return
	}
	var oldest fingerprint
	var at time.Time
	for id, k := range a.keys {
		if at.IsZero() || k.used.Before(at) {
			oldest, at = id, k.used
		}
	}
	delete(a.keys, oldest)
}
