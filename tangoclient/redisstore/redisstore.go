// Package redisstore shares OAuth tokens and the pace of requests between the processes of a fleet, on Redis.
//
// Guaranteed while Redis is there: of all processes one fetches a token, and all together keep one pace. The tokens
// are sealed by the client before they come here, so Redis holds nothing that can be used.
//
// Not guaranteed: one fetch, or the exact pace, across a Redis that forgets. It needs one server (or what speaks like one) of
// version 6 or newer; not a cluster whose nodes fail over without their data, where two processes could hold one lock.
//
// When not to use it: for one machine (NewFileStore and NewPacer do), or for orders, which belong into a store that does not
// forget.
//
// How it fails: while Redis is away, a process goes on with the token that it has, fetches one by itself if it has none, and
// keeps its share of the pace. Open gives an error for a Redis without TLS or password, unless the configuration takes that.
package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/redis/go-redis/v9"

	"github.com/tangoguard/tangoguard/tangoclient"
)

// Config says which Redis to use.
type Config struct {
	// Options are go-redis's. They are copied. Timeouts that are zero become 2 s, so that a Redis that does not
	// answer does not hold up orders.
	Options *redis.Options
	// Prefix stands before every key; empty: "tangoguard:". Platforms that share a Redis must not share it.
	Prefix string
	// InsecurePlainTCP allows a connection without TLS to another machine.
	InsecurePlainTCP bool
	// InsecureNoAuth allows a server that asks nobody for a password.
	InsecureNoAuth bool
}

// Store is a connection to Redis. Close it when no client uses it any more.
type Store struct {
	db     *redis.Client
	prefix string
}

const timeout = 2 * time.Second

// Open connects to Redis and makes sure that it is safe to use. All mistakes in cfg are reported together.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	opt, err := options(cfg)
	if err != nil {
		return nil, fmt.Errorf("redisstore: %w", err)
	}
	if err := checkServer(ctx, *opt, cfg.InsecureNoAuth); err != nil {
		return nil, fmt.Errorf("redisstore: %w", err)
	}
	s := &Store{db: redis.NewClient(opt), prefix: cfg.Prefix}
	if s.prefix == "" {
		s.prefix = "tangoguard:"
	}
	if err := s.db.Ping(ctx).Err(); err != nil {
		_ = s.db.Close()
		return nil, fmt.Errorf("redisstore: %w", err)
	}
	return s, nil
}

// Close closes the connections.
func (s *Store) Close() error { return s.db.Close() }

// options checks the configuration and fills in what is missing.
func options(cfg Config) (*redis.Options, error) {
	if cfg.Options == nil {
		return nil, errors.New("set Options")
	}
	opt := *cfg.Options
	var errs []error
	if opt.TLSConfig != nil && opt.TLSConfig.InsecureSkipVerify {
		errs = append(errs, errors.New("TLSConfig.InsecureSkipVerify: refused; put the CA into RootCAs"))
	}
	if opt.TLSConfig == nil && !cfg.InsecurePlainTCP && !isLocal(&opt) {
		errs = append(errs, errors.New("TLSConfig: must be set for a server that is not on this machine (InsecurePlainTCP goes without)"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, d := range []*time.Duration{&opt.DialTimeout, &opt.ReadTimeout, &opt.WriteTimeout, &opt.PoolTimeout} {
		if *d == 0 {
			*d = timeout
		}
	}
	opt.ContextTimeoutEnabled = true
	opt.MaxRetries = -1 // whoever calls decides what a failure means
	opt.DialerRetries = 1
	return &opt, nil
}

// isLocal reports that the server is reached without a network.
func isLocal(opt *redis.Options) bool {
	if opt.Network == "unix" || strings.HasPrefix(opt.Addr, "/") {
		return true
	}
	if opt.Dialer != nil {
		return false // nobody can tell where it goes
	}
	host, _, err := net.SplitHostPort(opt.Addr)
	if err != nil {
		return opt.Addr == "" // go-redis then takes localhost
	}
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// checkServer asks the server without credentials: it must not answer. A password in the options shows nothing,
// because a server whose default user has none takes every password.
func checkServer(ctx context.Context, opt redis.Options, noAuth bool) error {
	if noAuth {
		return nil
	}
	opt.Username, opt.Password = "", ""
	opt.CredentialsProvider, opt.CredentialsProviderContext, opt.StreamingCredentialsProvider = nil, nil, nil
	opt.DisableIdentity = true
	probe := redis.NewClient(&opt)
	defer probe.Close()
	err := probe.Ping(ctx).Err()
	switch {
	case err == nil:
		return errors.New("the server asks nobody for a password (InsecureNoAuth takes it all the same)")
	case redis.IsAuthError(err):
		return nil
	}
	return err
}

// TokenStore keeps tokens in Redis.
func (s *Store) TokenStore() tangoclient.TokenStore { return tangoclient.NewTokenStore((*tokens)(s)) }

// tokens is the tangoclient.TokenBackend on Redis.
type tokens Store

func (s *tokens) key(kind, key string) string { return s.prefix + kind + ":" + key }

// Load implements tangoclient.TokenBackend.
func (s *tokens) Load(ctx context.Context, key string) (t tangoclient.Token, err error) {
	text, err := s.db.Get(ctx, s.key("token", key)).Bytes()
	if errors.Is(err, redis.Nil) {
		return t, nil
	}
	if err != nil {
		return t, err
	}
	if json.Unmarshal(text, &t) != nil {
		return tangoclient.Token{}, nil // what cannot be read is absent
	}
	return t, nil
}

// Save implements tangoclient.TokenBackend. Redis drops the token when it has expired.
func (s *tokens) Save(ctx context.Context, key string, t tangoclient.Token) error {
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	life := time.Until(t.Expires)
	if life <= 0 {
		return nil
	}
	return s.db.Set(ctx, s.key("token", key), text, life).Err()
}

// deleteIf removes a key if it still has a value, in one step.
var deleteIf = redis.NewScript(`if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`)

// Delete implements tangoclient.TokenBackend.
func (s *tokens) Delete(ctx context.Context, key string, t tangoclient.Token) error {
	if len(t.Sealed) == 0 {
		return s.db.Del(ctx, s.key("token", key)).Err()
	}
	kept, err := s.Load(ctx, key)
	if err != nil || !kept.Equal(t) {
		return err
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	return deleteIf.Run(ctx, s.db, []string{s.key("token", key)}, text).Err()
}

const (
	// lockLife is for how long a lock outlives a holder that died; a living one renews it.
	lockLife = 20 * time.Second
	lockPoll = 50 * time.Millisecond
)

// renewIf lengthens the life of a key if it still has a value.
var renewIf = redis.NewScript(`if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`)

// Lock implements tangoclient.TokenBackend. The lock has a random value, and only whoever knows it releases it.
func (s *tokens) Lock(ctx context.Context, key string) (func(), error) {
	name, mine := s.key("lock", key), rand.Text()
	for {
		err := s.db.SetArgs(ctx, name, mine, redis.SetArgs{Mode: "NX", TTL: lockLife}).Err()
		if err == nil {
			break
		}
		if !errors.Is(err, redis.Nil) {
			return nil, err
		}
		select {
		case <-time.After(lockPoll):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		t := time.NewTicker(lockLife / 4)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				_ = renewIf.Run(context.WithoutCancel(ctx), s.db, []string{name}, mine, lockLife.Milliseconds()).Err()
			case <-stop:
				return
			}
		}
	}()
	return func() {
		close(stop)
		<-stopped
		_ = deleteIf.Run(context.WithoutCancel(ctx), s.db, []string{name}, mine).Err()
	}, nil
}
