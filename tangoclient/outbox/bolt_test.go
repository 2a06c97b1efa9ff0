package outbox_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/outbox"
	"github.com/tangoguard/tangoguard/tangoclient/outbox/outboxtest"
)

func TestBolt(t *testing.T) {
	outboxtest.TestStore(t, func(t *testing.T) func() (outbox.Store, error) {
		path := filepath.Join(t.TempDir(), "outbox.db")
		return func() (outbox.Store, error) { return outbox.Open(path) }
	})
}

func TestTheFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.db")
	s, err := outbox.Open(path)
	require.NoError(t, err)
	st, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), st.Mode().Perm())
	require.NoError(t, s.Close())
	require.NoError(t, os.Chmod(path, 0o640))
	_, err = outbox.Open(path)
	assert.ErrorContains(t, err, "its mode must be 0600")
	_, err = outbox.Open(t.TempDir())
	assert.ErrorContains(t, err, "not a regular file")
}

func TestAForeignFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.db")
	require.NoError(t, os.WriteFile(path, make([]byte, 1<<16), 0o600))
	_, err := outbox.Open(path)
	assert.ErrorContains(t, err, path)

	path = filepath.Join(t.TempDir(), "outbox.db")
	db, err := bolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucket([]byte("meta"))
		if err != nil {
			return err
		}
		return b.Put([]byte("format"), []byte("tangoguard outbox 99"))
	}))
	require.NoError(t, db.Close())
	_, err = outbox.Open(path)
	assert.ErrorContains(t, err, "another version")
}

// A second process gets a clear error within about a second.
func TestASecondProcess(t *testing.T) {
	if path := os.Getenv("OUTBOX_SECOND_PROCESS"); path != "" {
		_, err := outbox.Open(path)
		require.ErrorContains(t, err, "another process uses it")
		return
	}
	path := filepath.Join(t.TempDir(), "outbox.db")
	s, err := outbox.Open(path)
	require.NoError(t, err)
	defer s.Close()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestASecondProcess$")
	cmd.Env = append(os.Environ(), "OUTBOX_SECOND_PROCESS="+path)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	assert.NoError(t, err, string(out))
	assert.Less(t, time.Since(start), 30*time.Second, "it waits for one second; the rest is the machine's")
}

func TestCompacting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.db")
	s, err := outbox.Open(path)
	require.NoError(t, err)
	for i := range 500 {
		e, _, err := s.Add(t.Context(), outbox.Entry{Tenant: "one", Ref: fmt.Sprint("ref-", i), State: outbox.Placed, Changed: time.Now(),
			Request: tangoclient.OrderRequest{Message: fmt.Sprint("personal-", i)}})
		require.NoError(t, err)
		if i%2 == 0 {
			require.NoError(t, s.Delete(t.Context(), "one", e.Ref, e.Revision))
		}
	}
	// While it compacts, others read and write.
	done := make(chan error)
	go func() {
		for i := range 200 {
			if _, _, err := s.Add(t.Context(), outbox.Entry{Tenant: "two", Ref: fmt.Sprint(i), State: outbox.Queued, Created: time.Now()}); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	require.NoError(t, s.(outbox.Compacter).Compact(t.Context()))
	require.NoError(t, <-done)
	require.NoError(t, s.Close())
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.NotContains(t, string(b), "personal-42\"")
	assert.Contains(t, string(b), "personal-43\"")
	st, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), st.Mode().Perm())

	require.NoError(t, os.WriteFile(path+".compact", []byte("left by a kill"), 0o600))
	s, err = outbox.Open(path)
	require.NoError(t, err)
	defer s.Close()
	assert.NoFileExists(t, path+".compact")
	n := 0
	for _, err := range s.Open(t.Context()) {
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 200, n, "nothing that was written meanwhile is lost")
	for i := range 500 {
		_, err := s.Get(t.Context(), "one", fmt.Sprint("ref-", i))
		assert.Equal(t, i%2 == 0, err != nil)
	}
}

// A process that waits for the file while another compacts it must not end up with the file that lost its name.
func TestWaitingForAFileThatIsCompacted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.db")
	first, err := outbox.Open(path)
	require.NoError(t, err)
	defer first.Close()
	for i := range 5 {
		_, _, err := first.Add(t.Context(), outbox.Entry{Tenant: "one", Ref: fmt.Sprint(i), State: outbox.Placed})
		require.NoError(t, err)
		require.NoError(t, first.Delete(t.Context(), "one", fmt.Sprint(i), 1))
		got := make(chan error, 1)
		go func() {
			s, err := outbox.Open(path)
			if err == nil {
				_ = s.Close()
			}
			got <- err
		}()
		require.NoError(t, first.(outbox.Compacter).Compact(t.Context()))
		assert.ErrorContains(t, <-got, "another process uses it")
	}
}
