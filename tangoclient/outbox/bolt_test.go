package outbox_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

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
