//go:build unix

package tangoclient

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// checkPrivate refuses a file that others can read or write.
func checkPrivate(path string, info os.FileInfo) error {
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s: others can read or write it; its mode must be 0600", path)
	}
	return nil
}

// lockFile takes the lock of a file, which the system drops when its holder dies. It waits until ctx ends.
func lockFile(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil // closing drops the lock
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			_ = f.Close()
			return nil, err
		}
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			_ = f.Close()
			return nil, err
		}
	}
}
