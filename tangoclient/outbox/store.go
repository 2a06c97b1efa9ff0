package outbox

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Store keeps entries. What Add and Replace have returned must survive a crash of the process and of the
// machine. All methods must be safe for concurrent use. Package outboxtest checks an implementation.
//
// An Outbox uses its Store alone: two of them on one store would send at the same time what the other has
// queued. The revision keeps even that from placing an order twice, since the second to change an entry gets
// ErrConflict before it sends.
type Store interface {
	// Add keeps e, unless there is an entry with its tenant and ref: then that one is given, and added is
	// false. The entry that is given has its revision.
	Add(ctx context.Context, e Entry) (kept Entry, added bool, err error)
	// Get gives an entry, or ErrNotFound.
	Get(ctx context.Context, tenant, ref string) (Entry, error)
	// Replace puts e in the place of the entry with its tenant and ref, if that has the revision of e, and
	// gives it with its new revision. Else it is ErrConflict; ErrNotFound when there is none.
	Replace(ctx context.Context, e Entry) (Entry, error)
	// Delete takes an entry away, if it has this revision: ErrConflict, ErrNotFound as with Replace.
	Delete(ctx context.Context, tenant, ref string, revision uint64) error
	// Open gives the entries that are not final, the oldest (Created) first. Entries may be replaced and
	// deleted meanwhile.
	Open(ctx context.Context) iter.Seq2[Entry, error]
	// Closed gives the entries that are final, not erased, and were changed before a time, the longest
	// unchanged first. Entries may be replaced and deleted meanwhile.
	Closed(ctx context.Context, before time.Time) iter.Seq2[Entry, error]
	// Close gives back what the store holds. Nothing is called after it.
	Close() error
}

// Compacter is a Store whose files still hold what was erased or deleted. An Outbox calls Compact once an hour,
// and at its start; when it returns, the store's files hold nothing of it any more. It does nothing, quickly,
// when nothing was erased or deleted since.
type Compacter interface {
	Compact(ctx context.Context) error
}

var (
	// ErrNotFound: the tenant has no order of this ref. Another tenant's is not found either.
	ErrNotFound = errors.New("outbox: no such order")
	// ErrConflict: the entry was changed since it was read.
	ErrConflict = errors.New("outbox: the order was changed by somebody else")
	// ErrDifferent: the tenant has another order of this ref. Nothing was kept or sent.
	ErrDifferent = errors.New("outbox: another order has this externalRefID")
	// ErrFull: as many orders as Config.MaxOpen are not done. Try again later.
	ErrFull = errors.New("outbox: the queue is full")
	// ErrBusy: the order is on its way or its outcome is unknown, so that it cannot be deleted now.
	ErrBusy = errors.New("outbox: the order is on its way")
	// ErrStopped: the outbox takes no more orders.
	ErrStopped = errors.New("outbox: stopped")
)
