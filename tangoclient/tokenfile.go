package tangoclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/go-json-experiment/json"
)

// NewFileStore keeps tokens in the file at path, so that a restart needs no new one. The processes of one
// machine may share it. The file has mode 0600 and is replaced as a whole; its directory must exist. What
// stands at the path must be a regular file that nobody else can read or write, and not a symbolic link
// (CWE-59, CWE-732): NewFileStore refuses it, and one that turns so later is not used. Beside it two lock files
// are made, named like it with .lock and .write.lock behind.
func NewFileStore(path string) (TokenStore, error) {
	f := &tokenFile{path: filepath.Clean(path)}
	if path == "" {
		return nil, errors.New("tangoclient: token file: no path given")
	}
	if _, err := f.read(); err != nil {
		return nil, err
	}
	if info, err := os.Stat(filepath.Dir(f.path)); err != nil || !info.IsDir() {
		return nil, errors.New("tangoclient: token file: its directory does not exist")
	}
	return NewTokenStore(f), nil
}

const maxTokenFile = 1 << 20

type tokenFile struct{ path string }

// Load implements TokenBackend.
func (f *tokenFile) Load(_ context.Context, key string) (Token, error) {
	all, err := f.read()
	return all[key], err
}

// Save implements TokenBackend. Expired tokens of other keys are dropped.
func (f *tokenFile) Save(ctx context.Context, key string, t Token) error {
	return f.change(ctx, func(all map[string]Token) bool {
		all[key] = t
		return true
	})
}

// Delete implements TokenBackend.
func (f *tokenFile) Delete(ctx context.Context, key string, t Token) error {
	return f.change(ctx, func(all map[string]Token) bool {
		kept, ok := all[key]
		if !ok || len(t.Sealed) > 0 && !kept.Equal(t) {
			return false
		}
		delete(all, key)
		return true
	})
}

// Lock implements TokenBackend. One lock serves all keys.
func (f *tokenFile) Lock(ctx context.Context, _ string) (func(), error) {
	return lockFile(ctx, f.path+".lock")
}

// change reads the file, lets edit work on it, and replaces it. Writers take turns by a lock of their own,
// because a fetch holds the other one for long.
func (f *tokenFile) change(ctx context.Context, edit func(map[string]Token) bool) error {
	unlock, err := lockFile(ctx, f.path+".write.lock")
	if err != nil {
		return err
	}
	defer unlock()
	all, err := f.read()
	if err != nil {
		return err
	}
	if !edit(all) {
		return nil
	}
	now := time.Now()
	for k, t := range all {
		if !t.Usable(now) {
			delete(all, k)
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return replaceFile(f.path, text)
}

// read gives what the file holds; a file that is not there or not ours to understand holds nothing.
func (f *tokenFile) read() (map[string]Token, error) {
	all := make(map[string]Token)
	file, err := openRegular(f.path)
	if errors.Is(err, os.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, fmt.Errorf("tangoclient: token file: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxTokenFile))
	if err != nil {
		return nil, fmt.Errorf("tangoclient: token file: %w", err)
	}
	if json.Unmarshal(text, &all) != nil || all == nil { // cut, foreign or null: tokens that cannot be read are absent
		return make(map[string]Token), nil
	}
	return all, nil
}

// openRegular opens a file that is private to its owner, and no symbolic link: what was looked at and what was
// opened must be the same file.
func openRegular(path string) (*os.File, error) {
	seen, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !seen.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !os.SameFile(seen, info) {
		err = fmt.Errorf("%s: changed while it was opened", path)
	}
	if err == nil {
		err = checkPrivate(path, info)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// replaceFile puts text at path in one step. Renaming replaces a symbolic link; it does not follow it.
func replaceFile(path string, text []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600, O_EXCL
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // does nothing once renamed
	_, err = tmp.Write(text)
	if err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
