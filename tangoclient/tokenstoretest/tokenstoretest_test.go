package tokenstoretest_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/tokenstoretest"
)

func TestMemoryStore(t *testing.T) {
	tokenstoretest.Run(t, func(*testing.T) tangoclient.TokenStore { return tangoclient.NewMemoryStore() })
}

// tempDir is a directory that is removed once the renewals in the background have let go of it.
func tempDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "tokenstoretest")
	require.NoError(t, err)
	t.Cleanup(func() {
		require.Eventually(t, func() bool { return os.RemoveAll(dir) == nil }, 10*time.Second, 10*time.Millisecond)
	})
	return dir
}

func TestFileStore(t *testing.T) {
	open := func(t *testing.T, path string) tangoclient.TokenStore {
		s, err := tangoclient.NewFileStore(path)
		require.NoError(t, err)
		return s
	}
	tokenstoretest.Run(t, func(t *testing.T) tangoclient.TokenStore { return open(t, filepath.Join(tempDir(t), "tokens")) })
	tokenstoretest.Shared(t, func(t *testing.T, n int) []tangoclient.TokenStore {
		path := filepath.Join(tempDir(t), "tokens")
		out := make([]tangoclient.TokenStore, n)
		for i := range out {
			out[i] = open(t, path)
		}
		return out
	})
}
