// Package tokenstoretest checks implementations of tangoclient.TokenStore, as testing/slogtest does for
// handlers. A store that passes fetches once at a time and loses no token; whether its tokens survive a
// restart or reach other machines is checked by Shared alone.
package tokenstoretest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tangoguard/tangoguard/tangoclient"
)

// wait is how long something that must happen may take, and rest how long something that must not happen is
// waited for.
const (
	wait = 10 * time.Second
	rest = 50 * time.Millisecond
)

var errFetch = errors.New("the fetch of the test failed")

// token makes a token that was issued some time ago and lives for life.
func token(name string, ago, life time.Duration) tangoclient.Token {
	issued := time.Now().Add(-ago).Truncate(time.Millisecond)
	return tangoclient.Token{Sealed: []byte(name + "\x00\xff sealed"), Issued: issued, Expires: issued.Add(life)}
}

func fresh(name string) tangoclient.Token { return token(name, 0, 24*time.Hour) }

// due is still usable, and shall be renewed.
func due(name string) tangoclient.Token { return token(name, 23*time.Hour, 24*time.Hour) }

// counter counts the fetches that give t or err.
type counter struct{ n atomic.Int32 }

func (c *counter) fetch(t tangoclient.Token, err error) func(context.Context) (tangoclient.Token, error) {
	return func(context.Context) (tangoclient.Token, error) {
		c.n.Add(1)
		return t, err
	}
}

// Run checks the stores that open gives; each call of it must give one that holds nothing.
func Run(t *testing.T, open func(t *testing.T) tangoclient.TokenStore) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Helper()
			c.run(&check{t, c.says}, open(t))
		})
	}
}

// check fails with what the case demands.
type check struct {
	*testing.T
	says string
}

func (c *check) want(ok bool, got string) bool {
	c.Helper()
	if !ok {
		c.Errorf("%s; but %s", c.says, got) // not Fatalf: some callers are goroutines of the test
	}
	return ok
}

// get takes a token, and fails when that is an error.
func (c *check) get(s tangoclient.TokenStore, key string, fetch func(context.Context) (tangoclient.Token, error)) tangoclient.Token {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), wait)
	defer cancel()
	got, err := s.Token(ctx, key, fetch)
	c.want(err == nil, "Token gave an error: "+errText(err))
	return got
}

func errText(err error) string {
	if err == nil {
		return "none"
	}
	return err.Error()
}

var cases = []struct {
	name, says string
	run        func(*check, tangoclient.TokenStore)
}{
	{"keeps", "a good token is fetched once and comes back as it was", func(c *check, s tangoclient.TokenStore) {
		var n counter
		want := fresh("a")
		for range 3 {
			got := c.get(s, "k", n.fetch(want, nil))
			c.want(bytes.Equal(got.Sealed, want.Sealed), "its sealed bytes changed")
			c.want(got.Issued.Equal(want.Issued) && got.Expires.Equal(want.Expires), "its times changed")
		}
		c.want(n.n.Load() == 1, "it was fetched more than once")
	}},
	{"keys are apart", "each key has its own token", func(c *check, s tangoclient.TokenStore) {
		var n counter
		a, b := c.get(s, "a", n.fetch(fresh("a"), nil)), c.get(s, "b", n.fetch(fresh("b"), nil))
		c.want(!a.Equal(b), "two keys gave one token")
		c.want(c.get(s, "a", n.fetch(fresh("c"), nil)).Equal(a), "the token of a key was replaced")
	}},
	{"renews", "a token that is due is replaced, at the latest by the calls after the one that found it", func(c *check, s tangoclient.TokenStore) {
		var n counter
		c.get(s, "k", n.fetch(due("old"), nil))
		end := time.Now().Add(wait)
		for !c.get(s, "k", n.fetch(fresh("new"), nil)).Equal(fresh("new")) {
			if !c.want(time.Now().Before(end), "the old one stayed") {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}},
	{"expired", "an expired token is never given", func(c *check, s tangoclient.TokenStore) {
		var n counter
		c.get(s, "k", n.fetch(token("old", 25*time.Hour, 24*time.Hour), nil))
		c.want(c.get(s, "k", n.fetch(fresh("new"), nil)).Equal(fresh("new")), "it was")
	}},
	{"old is better than none", "when a renewal fails, a token that is still usable is given", func(c *check, s tangoclient.TokenStore) {
		var n counter
		c.get(s, "k", n.fetch(due("old"), nil))
		for range 3 {
			c.want(c.get(s, "k", n.fetch(tangoclient.Token{}, errFetch)).Equal(due("old")), "it was not")
		}
	}},
	{"a failure is told", "without a token, the error of fetch comes back, and is not kept", func(c *check, s tangoclient.TokenStore) {
		var n counter
		_, err := s.Token(c.Context(), "k", n.fetch(tangoclient.Token{}, errFetch))
		c.want(errors.Is(err, errFetch), "it gave "+errText(err))
		c.get(s, "k", n.fetch(fresh("a"), nil))
	}},
	{"one at a time", "callers who come together wait for one fetch", func(c *check, s tangoclient.TokenStore) {
		var n counter
		release := make(chan struct{})
		fetch := func(ctx context.Context) (tangoclient.Token, error) {
			<-release
			return n.fetch(fresh("a"), nil)(ctx)
		}
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() { c.get(s, "k", fetch) })
		}
		time.Sleep(rest)
		close(release)
		all.Wait()
		c.want(n.n.Load() == 1, "it was fetched more than once")
	}},
	{"a waiter may go", "a caller returns when its context ends; the fetch goes on, and its token is kept", func(c *check, s tangoclient.TokenStore) {
		var n counter
		release, began := make(chan struct{}), make(chan struct{})
		ended := make(chan error, 1)
		ctx, cancel := context.WithCancel(c.Context())
		go func() {
			_, err := s.Token(ctx, "k", func(ctx context.Context) (tangoclient.Token, error) {
				close(began)
				<-release
				if ctx.Err() != nil {
					return tangoclient.Token{}, ctx.Err()
				}
				return n.fetch(fresh("a"), nil)(ctx)
			})
			ended <- err
		}()
		<-began
		cancel()
		select {
		case err := <-ended:
			c.want(errors.Is(err, context.Canceled), "it gave "+errText(err))
		case <-time.After(wait):
			c.want(false, "it waited on")
		}
		close(release)
		c.want(c.get(s, "k", n.fetch(fresh("b"), nil)).Equal(fresh("a")), "the fetched token was lost")
		c.want(n.n.Load() == 1, "it was fetched again")
	}},
	{"invalidate", "an invalidated token is gone", func(c *check, s tangoclient.TokenStore) {
		var n counter
		a := c.get(s, "k", n.fetch(fresh("a"), nil))
		c.want(s.Invalidate(c.Context(), "k", a) == nil, "Invalidate gave an error")
		c.want(c.get(s, "k", n.fetch(fresh("b"), nil)).Equal(fresh("b")), "it came back")
	}},
	{"invalidate another", "a token that is not the kept one invalidates nothing: it was refused before the renewal", func(c *check, s tangoclient.TokenStore) {
		var n counter
		c.get(s, "k", n.fetch(fresh("new"), nil))
		c.want(s.Invalidate(c.Context(), "k", fresh("old")) == nil, "Invalidate gave an error")
		c.want(c.get(s, "k", n.fetch(fresh("x"), nil)).Equal(fresh("new")), "the kept token was lost")
	}},
	{"invalidate whichever", "the zero token stands for whichever is kept", func(c *check, s tangoclient.TokenStore) {
		var n counter
		c.get(s, "k", n.fetch(fresh("a"), nil))
		for range 2 {
			c.want(s.Invalidate(c.Context(), "k", tangoclient.Token{}) == nil, "Invalidate gave an error")
		}
		c.want(c.get(s, "k", n.fetch(fresh("b"), nil)).Equal(fresh("b")), "it came back")
	}},
}

// Shared checks stores that share what they keep, such as those of several machines: open gives n of them.
func Shared(t *testing.T, open func(t *testing.T, n int) []tangoclient.TokenStore) {
	t.Run("one fetch in all", func(t *testing.T) {
		c := &check{t, "of all who share a store, one fetches"}
		var n counter
		slow := func(ctx context.Context) (tangoclient.Token, error) {
			time.Sleep(rest)
			return n.fetch(fresh("a"), nil)(ctx)
		}
		var all sync.WaitGroup
		for _, s := range open(t, 8) {
			all.Go(func() { c.want(c.get(s, "k", slow).Equal(fresh("a")), "they had different tokens") })
		}
		all.Wait()
		c.want(n.n.Load() == 1, "more than one did")
	})
	t.Run("a newcomer finds the token", func(t *testing.T) {
		c := &check{t, "a store opened later finds what the others keep"}
		var n counter
		stores := open(t, 2)
		c.get(stores[0], "k", n.fetch(fresh("a"), nil))
		c.get(stores[1], "k", n.fetch(fresh("b"), nil))
		c.want(n.n.Load() == 1, "it fetched")
	})
	t.Run("a refused token is refused for all", func(t *testing.T) {
		c := &check{t, "an invalidated token does not come back from those it is shared with"}
		var n counter
		stores := open(t, 2)
		a := c.get(stores[0], "k", n.fetch(fresh("a"), nil))
		c.get(stores[1], "k", n.fetch(fresh("x"), nil))
		c.want(stores[0].Invalidate(t.Context(), "k", a) == nil, "Invalidate gave an error")
		b := c.get(stores[0], "k", n.fetch(fresh("b"), nil))
		c.want(b.Equal(fresh("b")), "it came back")
		c.want(stores[1].Invalidate(t.Context(), "k", a) == nil, "Invalidate gave an error")
		c.want(c.get(stores[1], "k", n.fetch(fresh("y"), nil)).Equal(b), "the other store did not take the new one")
		c.want(n.n.Load() == 2, "it was fetched more often than needed")
	})
}
