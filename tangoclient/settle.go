package tangoclient

import (
	"log/slog"
	"sync"
	"time"
)

// refKey names a write that Tango does not do twice: externalRefID is unique in an account.
type refKey struct{ customer, account, ref string }

// LogValue logs the identifiers.
func (k refKey) LogValue() slog.Value {
	return slog.GroupValue(slog.String("customer", k.customer), slog.String("account", k.account), slog.String("externalRefID", k.ref))
}

// unclear remembers when the last attempt ended at a write whose outcome is not known.
type unclear struct {
	mu   sync.Mutex
	last map[refKey]time.Time
}

// maxUnclear bounds the memory; the oldest entries are forgotten first, and then Settle begins to wait anew.
const maxUnclear = 100_000

// note says that an attempt at k ended now, unclear.
func (u *unclear) note(k refKey) {
	if k.ref == "" {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.last == nil {
		u.last = make(map[refKey]time.Time)
	}
	if len(u.last) >= maxUnclear {
		u.dropOldest()
	}
	u.last[k] = time.Now()
}

func (u *unclear) dropOldest() {
	var oldest refKey
	var at time.Time
	for k, t := range u.last {
		if at.IsZero() || t.Before(at) {
			oldest, at = k, t
		}
	}
	delete(u.last, oldest)
}

// forget says that the outcome of k is known.
func (u *unclear) forget(k refKey) {
	if k.ref == "" {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.last, k)
}

// since gives when the last unclear attempt at k ended. For one that is not known it is now, from now on.
func (u *unclear) since(k refKey) time.Time {
	u.mu.Lock()
	t, ok := u.last[k]
	u.mu.Unlock()
	if ok {
		return t
	}
	u.note(k)
	return time.Now()
}

// open reports whether an earlier call may still turn out to have done k: its last unclear attempt ended less
// than within ago. Where a repeat is a probe, age does not matter.
func (u *unclear) open(k refKey, within time.Duration, probe bool) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	t, ok := u.last[k]
	return ok && (probe || time.Since(t) < within)
}
