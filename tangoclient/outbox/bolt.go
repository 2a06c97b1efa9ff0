package outbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

const (
	// lockTimeout is how long Open waits for another process to let go of the file.
	lockTimeout = time.Second
	formatKey   = "format"
	format      = "tangoguard outbox 1"
	scrubKey    = "scrub" // there: something was erased or deleted, and its bytes may still be in free pages
	batch       = 128     // entries that are read in one transaction
)

var (
	bucketMeta   = []byte("meta")
	bucketOrders = []byte("orders") // by tenant and ref: the entry as JSON
	bucketOpen   = []byte("open")   // by created, tenant and ref: the key in orders
	bucketClosed = []byte("closed") // by changed, tenant and ref: the same, of final entries that are not erased
)

// boltStore is a Store in one file, by bbolt. Every change is one transaction, on the disk when it returns.
type boltStore struct {
	path string
	mu   sync.RWMutex // held for reading by every transaction, for writing while Compact changes the file
	db   *bolt.DB
}

// Open opens or makes a store in a file of mode 0600, which one process at a time can use: a second one gets
// an error within about a second. A file that others may read or write is refused. The directory must not be
// writable by others, and must not be on a network file system (bbolt locks with flock and maps the file).
func Open(path string) (Store, error) {
	if st, err := os.Stat(path); err == nil {
		switch {
		case !st.Mode().IsRegular():
			return nil, fmt.Errorf("outbox: %s: not a regular file", path)
		case st.Mode().Perm()&0o077 != 0:
			return nil, fmt.Errorf("outbox: %s: others may read or write it; it holds personal data, so its mode must be 0600", path)
		}
	}
	db, err := openFile(path)
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, fmt.Errorf("outbox: %s: another process uses it; one process at a time can", path)
	}
	if err != nil {
		return nil, fmt.Errorf("outbox: %s: %w", path, err)
	}
	if err := db.Update(prepare); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("outbox: %s: %w", path, err)
	}
	_ = os.Remove(path + compacting) // of a process that was killed while it compacted; this one has the lock
	return &boltStore{path: path, db: db}, nil
}

// openFile opens a file and makes sure that it still has its name once it is locked: while this process waited
// for the lock, another may have compacted the file and put a new one in its place.
func openFile(path string) (*bolt.DB, error) {
	var file *os.File
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: lockTimeout,
		OpenFile: func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
			file, err = os.OpenFile(name, flag, mode)
			return file, err
		}})
	if err != nil {
		return nil, err
	}
	locked, err := file.Stat()
	named, err2 := os.Stat(path)
	if err = errors.Join(err, err2); err == nil && !os.SameFile(locked, named) {
		err = berrors.ErrTimeout
	}
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

func (s *boltStore) view(f func(*bolt.Tx) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.db.View(f)
}

func (s *boltStore) update(f func(*bolt.Tx) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.db.Update(f)
}

func prepare(tx *bolt.Tx) error {
	for _, name := range [][]byte{bucketMeta, bucketOrders, bucketOpen, bucketClosed} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	meta := tx.Bucket(bucketMeta)
	switch got := meta.Get([]byte(formatKey)); {
	case got == nil:
		return meta.Put([]byte(formatKey), []byte(format))
	case string(got) != format:
		return errors.New("made by another version of this package")
	}
	return nil
}

// key is injective: the length of the tenant stands before it.
func key(tenant, ref string) []byte {
	k := binary.BigEndian.AppendUint32(nil, uint32(len(tenant)))
	return append(append(k, tenant...), ref...)
}

func timeKey(t time.Time, k []byte) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(max(t.UnixNano(), 0))), k...)
}

// index is where an entry stands beside the orders; nil: nowhere.
func index(e *Entry) (bucket, k []byte) {
	id := key(e.Tenant, e.Ref)
	switch {
	case !e.State.Final():
		return bucketOpen, timeKey(e.Created, id)
	case !e.Erased:
		return bucketClosed, timeKey(e.Changed, id)
	}
	return nil, nil
}

// put writes an entry; old is the one that it replaces.
func put(tx *bolt.Tx, e, old *Entry) error {
	if old != nil {
		if err := unindex(tx, old); err != nil {
			return err
		}
	}
	id := key(e.Tenant, e.Ref)
	v, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if b, k := index(e); b != nil {
		if err := tx.Bucket(b).Put(k, id); err != nil {
			return err
		}
	}
	return tx.Bucket(bucketOrders).Put(id, v)
}

func unindex(tx *bolt.Tx, e *Entry) error {
	if b, k := index(e); b != nil {
		return tx.Bucket(b).Delete(k)
	}
	return nil
}

func get(tx *bolt.Tx, id []byte) (Entry, error) {
	var e Entry
	v := tx.Bucket(bucketOrders).Get(id)
	if v == nil {
		return e, ErrNotFound
	}
	if err := json.Unmarshal(v, &e); err != nil {
		return e, errors.New("outbox: an entry is unreadable") // the cause would quote it
	}
	return e, nil
}

// Add implements Store.
func (s *boltStore) Add(ctx context.Context, e Entry) (kept Entry, added bool, err error) {
	if err := ctx.Err(); err != nil {
		return Entry{}, false, err
	}
	err = s.update(func(tx *bolt.Tx) error {
		old, err := get(tx, key(e.Tenant, e.Ref))
		switch {
		case err == nil:
			kept = old
			return nil
		case !errors.Is(err, ErrNotFound):
			return err
		}
		e.Revision = 1
		kept, added = e, true
		return put(tx, &e, nil)
	})
	return kept, added && err == nil, err
}

// Get implements Store.
func (s *boltStore) Get(ctx context.Context, tenant, ref string) (e Entry, err error) {
	if err := ctx.Err(); err != nil {
		return Entry{}, err
	}
	err = s.view(func(tx *bolt.Tx) error {
		e, err = get(tx, key(tenant, ref))
		return err
	})
	return e, err
}

// Replace implements Store.
func (s *boltStore) Replace(ctx context.Context, e Entry) (Entry, error) {
	if err := ctx.Err(); err != nil {
		return Entry{}, err
	}
	err := s.update(func(tx *bolt.Tx) error {
		old, err := get(tx, key(e.Tenant, e.Ref))
		if err != nil {
			return err
		}
		if old.Revision != e.Revision {
			return ErrConflict
		}
		e.Revision++
		if e.Erased && !old.Erased {
			if err := markScrub(tx); err != nil {
				return err
			}
		}
		return put(tx, &e, &old)
	})
	if err != nil {
		return Entry{}, err
	}
	return e, nil
}

// Delete implements Store.
func (s *boltStore) Delete(ctx context.Context, tenant, ref string, revision uint64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.update(func(tx *bolt.Tx) error {
		id := key(tenant, ref)
		old, err := get(tx, id)
		if err != nil {
			return err
		}
		if old.Revision != revision {
			return ErrConflict
		}
		if err := errors.Join(unindex(tx, &old), markScrub(tx)); err != nil {
			return err
		}
		return tx.Bucket(bucketOrders).Delete(id)
	})
}

// Open implements Store.
func (s *boltStore) Open(ctx context.Context) iter.Seq2[Entry, error] {
	return s.walk(ctx, bucketOpen, nil)
}

// Closed implements Store.
func (s *boltStore) Closed(ctx context.Context, before time.Time) iter.Seq2[Entry, error] {
	return s.walk(ctx, bucketClosed, timeKey(before, nil))
}

// walk reads an index up to end, in batches: a caller that writes while a read transaction is open could
// wait for itself.
func (s *boltStore) walk(ctx context.Context, bucket, end []byte) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		var from []byte
		for {
			var list []Entry
			err := ctx.Err()
			if err == nil {
				err = s.view(func(tx *bolt.Tx) (err error) {
					list, from, err = page(tx, bucket, from, end)
					return err
				})
			}
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for _, e := range list {
				if !yield(e, nil) {
					return
				}
			}
			if from == nil {
				return
			}
		}
	}
}

// page reads a batch behind the key from, and gives the key to go on from; nil at the end.
func page(tx *bolt.Tx, bucket, from, end []byte) (list []Entry, next []byte, err error) {
	c := tx.Bucket(bucket).Cursor()
	k, id := c.First()
	if from != nil {
		if k, id = c.Seek(from); bytes.Equal(k, from) {
			k, id = c.Next()
		}
	}
	for ; k != nil && (end == nil || bytes.Compare(k, end) < 0); k, id = c.Next() {
		e, err := get(tx, id)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, e)
		if len(list) == batch {
			return list, bytes.Clone(k), nil
		}
	}
	return list, nil, nil
}

// Close implements Store.
func (s *boltStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.db.Close()
}

func markScrub(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Put([]byte(scrubKey), []byte{1}) }

// compacting is the suffix of the file that Compact writes.
const compacting = ".compact"

// Compact implements Compacter: bbolt leaves what it frees in the file, so what is left is copied into a new
// file that takes its place. Every other call waits meanwhile. Nothing is done when nothing was erased.
func (s *boltStore) Compact(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	due := false
	err := s.db.View(func(tx *bolt.Tx) error {
		due = tx.Bucket(bucketMeta).Get([]byte(scrubKey)) != nil
		return nil
	})
	if err = errors.Join(err, ctx.Err()); err != nil || !due {
		return err
	}
	next, err := s.copied()
	if err != nil {
		_ = os.Remove(s.path + compacting)
		return fmt.Errorf("outbox: compacting %s: %w", s.path, err)
	}
	// The new file is open, and so locked, before it takes the name; there is no moment without a lock.
	old := s.db
	s.db = next
	return errors.Join(old.Close(), syncDir(filepath.Dir(s.path)))
}

// copied writes the new file and gives it the name of the old one.
func (s *boltStore) copied() (*bolt.DB, error) {
	const perTransaction = 4 << 20 // bytes
	next, err := openFile(s.path + compacting)
	if err != nil {
		return nil, err
	}
	if err = bolt.Compact(next, s.db, perTransaction); err == nil {
		err = next.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Delete([]byte(scrubKey)) })
	}
	if err == nil {
		err = os.Rename(s.path+compacting, s.path)
	}
	if err != nil {
		_ = next.Close()
		return nil, err
	}
	return next, nil
}

// syncDir makes a change of names survive a crash of the machine. Until then either name leads to a whole
// file: the old one, which has what the new one has and more.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
