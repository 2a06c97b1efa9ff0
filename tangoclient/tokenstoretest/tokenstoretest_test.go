package tokenstoretest_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/tokenstoretest"
)

func TestMemoryStore(t *testing.T) {
	tokenstoretest.Run(t, func(*testing.T) tangoclient.TokenStore { return tangoclient.NewMemoryStore() })
}

func TestFileStore(t *testing.T) {
	open := func(t *testing.T, path string) tangoclient.TokenStore {
		s, err := tangoclient.NewFileStore(path)
		require.NoError(t, err)
		return s
	}
	tokenstoretest.Run(t, func(t *testing.T) tangoclient.TokenStore { return open(t, filepath.Join(t.TempDir(), "tokens")) })
	tokenstoretest.Shared(t, func(t *testing.T, n int) []tangoclient.TokenStore {
		path := filepath.Join(t.TempDir(), "tokens")
		out := make([]tangoclient.TokenStore, n)
		for i := range out {
			out[i] = open(t, path)
		}
		return out
	})
}
