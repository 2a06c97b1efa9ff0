package redisstore

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/tangoclient/tokenstoretest"
)

const password = "test-redis-password-0001"

// server is a redis-server of the test's own, on a free loopback port.
type server struct {
	t    *testing.T
	addr string
	args []string
	cmd  *exec.Cmd
}

// startServer needs Debian's redis-server. In CI it must be there.
func startServer(t *testing.T, args ...string) *server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("redis-server is not installed; CI needs it")
		}
		t.Skip("redis-server is not installed: the tests on Redis are skipped")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &server{t: t, addr: l.Addr().String(), args: args}
	require.NoError(t, l.Close())
	s.start()
	t.Cleanup(s.stop)
	return s
}

func (s *server) start() {
	_, port, _ := net.SplitHostPort(s.addr)
	s.cmd = exec.Command("redis-server", append([]string{"--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", s.t.TempDir()}, s.args...)...)
	require.NoError(s.t, s.cmd.Start())
	require.Eventually(s.t, func() bool {
		c, err := net.Dial("tcp", s.addr)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, 10*time.Second, 10*time.Millisecond, "redis-server does not listen")
}

// stop kills the server, as a crash would.
func (s *server) stop() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

func (s *server) options() *redis.Options { return &redis.Options{Addr: s.addr, Password: password} }

func (s *server) open() *Store {
	s.t.Helper()
	st, err := Open(s.t.Context(), Config{Options: s.options()})
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = st.Close() })
	return st
}

func TestConformance(t *testing.T) {
	srv := startServer(t, "--requirepass", password)
	empty := func(t *testing.T) {
		db := redis.NewClient(srv.options())
		defer db.Close()
		require.NoError(t, db.FlushAll(t.Context()).Err())
	}
	tokenstoretest.Run(t, func(t *testing.T) tangoclient.TokenStore {
		empty(t)
		return srv.open().TokenStore()
	})
	tokenstoretest.Shared(t, func(t *testing.T, n int) []tangoclient.TokenStore {
		empty(t)
		out := make([]tangoclient.TokenStore, n)
		for i := range out {
			out[i] = srv.open().TokenStore()
		}
		return out
	})
}

func TestOpenRefuses(t *testing.T) {
	for name, row := range map[string]struct {
		cfg  Config
		says string
	}{
		"no options":      {Config{}, "Options"},
		"plain TCP":       {Config{Options: &redis.Options{Addr: "10.1.2.3:6379", Password: password}}, "TLSConfig"},
		"a host name":     {Config{Options: &redis.Options{Addr: "redis.example:6379", Password: password}}, "TLSConfig"},
		"localhost.evil":  {Config{Options: &redis.Options{Addr: "localhost.example:6379", Password: password}}, "TLSConfig"},
		"unverified TLS":  {Config{Options: &redis.Options{Addr: "127.0.0.1:1", TLSConfig: &tls.Config{InsecureSkipVerify: true}}}, "InsecureSkipVerify"},
		"a hidden dialer": {Config{Options: &redis.Options{Addr: "127.0.0.1:1", Dialer: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("x") }}}, "TLSConfig"},
		"nobody there":    {Config{Options: &redis.Options{Addr: "127.0.0.1:1", Password: password}}, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(t.Context(), row.cfg)
			require.ErrorContains(t, err, row.says)
			assert.NotContains(t, err.Error(), password)
		})
	}
	t.Run("a server without a password", func(t *testing.T) {
		srv := startServer(t)
		for _, opt := range []*redis.Options{{Addr: srv.addr}, {Addr: srv.addr, Username: "default", Password: password}} {
			_, err := Open(t.Context(), Config{Options: opt})
			require.ErrorContains(t, err, "InsecureNoAuth")
		}
		st, err := Open(t.Context(), Config{Options: &redis.Options{Addr: srv.addr}, InsecureNoAuth: true})
		require.NoError(t, err)
		require.NoError(t, st.Close())
	})
	t.Run("a wrong password", func(t *testing.T) {
		srv := startServer(t, "--requirepass", password)
		_, err := Open(t.Context(), Config{Options: &redis.Options{Addr: srv.addr, Password: "wrong"}})
		require.Error(t, err)
	})
}

func TestLockIsReleasedByItsHolderAlone(t *testing.T) {
	srv := startServer(t, "--requirepass", password)
	st := srv.open()
	b := (*tokens)(st)
	unlock, err := b.Lock(t.Context(), "k")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = b.Lock(ctx, "k")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	// The lock is lost, and somebody else takes it.
	require.NoError(t, st.db.Set(t.Context(), b.key("lock", "k"), "somebody else", 0).Err())
	unlock()
	assert.Equal(t, "somebody else", st.db.Get(t.Context(), b.key("lock", "k")).Val())
}

func TestRedisGoesAndComesBack(t *testing.T) {
	srv := startServer(t, "--requirepass", password)
	st := srv.open()
	store := st.TokenStore()
	token := tangoclient.Token{Sealed: []byte("sealed"), Issued: time.Now(), Expires: time.Now().Add(24 * time.Hour)}
	fetched := 0
	fetch := func(context.Context) (tangoclient.Token, error) { fetched++; return token, nil }
	_, err := store.Token(t.Context(), "k", fetch)
	require.NoError(t, err)
	p, err := st.Pacer(20*time.Millisecond, 4)
	require.NoError(t, err)
	turn := func() time.Duration {
		start := time.Now()
		at, err := p.Reserve(t.Context(), time.Time{})
		require.NoError(t, err)
		return at.Sub(start)
	}
	turn()

	srv.stop()
	got, err := store.Token(t.Context(), "k", fetch)
	require.NoError(t, err)
	assert.True(t, got.Equal(token), "the token that is there stays in use")
	_, err = st.TokenStore().Token(t.Context(), "k", fetch)
	require.NoError(t, err, "one who has none fetches it")
	assert.Equal(t, 2, fetched)
	var turns []time.Time
	for range 5 {
		at, err := p.Reserve(t.Context(), time.Time{})
		require.NoError(t, err)
		turns = append(turns, at)
	}
	for i := 1; i < len(turns); i++ {
		assert.GreaterOrEqual(t, turns[i].Sub(turns[i-1]), 80*time.Millisecond, "a quarter of the pace, not all of it")
	}
	_, err = p.Reserve(t.Context(), time.Now())
	require.ErrorIs(t, err, tangoclient.ErrPace)

	srv.start()
	require.Eventually(t, func() bool {
		_, err := p.Reserve(t.Context(), time.Time{})
		require.NoError(t, err)
		return p.(*pacer).next.IsZero()
	}, 10*time.Second, 50*time.Millisecond, "the shared pace is kept again")
}

func TestPacerRefusesALongWait(t *testing.T) {
	srv := startServer(t, "--requirepass", password)
	p, err := srv.open().Pacer(time.Hour, 1)
	require.NoError(t, err)
	_, err = p.Reserve(t.Context(), time.Time{})
	require.NoError(t, err)
	_, err = p.Reserve(t.Context(), time.Now().Add(59*time.Minute))
	require.ErrorIs(t, err, tangoclient.ErrPace)
	at, err := p.Reserve(t.Context(), time.Now().Add(61*time.Minute))
	require.NoError(t, err, "a turn that was refused was not taken")
	assert.InDelta(t, 3600, time.Until(at).Seconds(), 60)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = p.Reserve(ctx, time.Time{})
	require.ErrorIs(t, err, context.Canceled)
	_, err = srv.open().Pacer(0, 1)
	require.Error(t, err)
	_, err = srv.open().Pacer(time.Second, 0)
	require.Error(t, err)
}

// TestFleetProcess is one process of TestFleet; it does nothing by itself.
func TestFleetProcess(t *testing.T) {
	addr, dir := os.Getenv("FLEET_REDIS"), os.Getenv("FLEET_DIR")
	if addr == "" {
		t.Skip("run by TestFleet")
	}
	seconds, err := strconv.Atoi(os.Getenv("FLEET_SECONDS"))
	require.NoError(t, err)
	st, err := Open(t.Context(), Config{Options: &redis.Options{Addr: addr, Password: password}})
	require.NoError(t, err)
	defer st.Close()
	_, err = st.TokenStore().Token(t.Context(), "k", func(context.Context) (tangoclient.Token, error) {
		f, err := os.CreateTemp(dir, "fetch-*")
		require.NoError(t, err)
		require.NoError(t, f.Close())
		time.Sleep(500 * time.Millisecond)
		return tangoclient.Token{Sealed: []byte("sealed"), Issued: time.Now(), Expires: time.Now().Add(24 * time.Hour)}, nil
	})
	require.NoError(t, err)
	ready, err := os.CreateTemp(dir, "ready-*")
	require.NoError(t, err)
	require.NoError(t, ready.Close())
	p, err := st.Pacer(time.Second, fleetSize)
	require.NoError(t, err)
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	for {
		at, err := p.Reserve(t.Context(), end)
		if errors.Is(err, tangoclient.ErrPace) {
			return
		}
		require.NoError(t, err)
		fmt.Println("turn", at.UnixMicro())
		time.Sleep(time.Until(at))
	}
}

const fleetSize = 8

// startFleet starts the processes of a fleet, and gives the function that waits for their end and tells their turns, in
// microseconds.
func startFleet(t *testing.T, srv *server, dir string, seconds int) (wait func() []int64) {
	t.Helper()
	var mu sync.Mutex
	var turns []int64
	var all sync.WaitGroup
	for range fleetSize {
		all.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^TestFleetProcess$", "-test.v")
			cmd.Env = append(os.Environ(), "FLEET_REDIS="+srv.addr, "FLEET_DIR="+dir, "FLEET_SECONDS="+strconv.Itoa(seconds))
			out, err := cmd.CombinedOutput()
			assert.NoError(t, err, "%s", out)
			for sc := bufio.NewScanner(strings.NewReader(string(out))); sc.Scan(); {
				if v, ok := strings.CutPrefix(sc.Text(), "turn "); ok {
					n, err := strconv.ParseInt(v, 10, 64)
					assert.NoError(t, err)
					mu.Lock()
					turns = append(turns, n)
					mu.Unlock()
				}
			}
		})
	}
	return func() []int64 {
		all.Wait()
		slices.Sort(turns)
		return turns
	}
}

func files(t *testing.T, dir, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	require.NoError(t, err)
	return names
}

// TestFleetSurvives takes Redis away from eight processes, with all that it held, and gives it back.
func TestFleetSurvives(t *testing.T) {
	t.Parallel()
	srv := startServer(t, "--requirepass", password)
	dir := t.TempDir()
	wait := startFleet(t, srv, dir, 20)
	require.Eventually(t, func() bool { return len(files(t, dir, "ready-*")) == fleetSize }, time.Minute, 50*time.Millisecond)
	time.Sleep(2 * time.Second)
	gone := time.Now()
	srv.stop()
	time.Sleep(4 * time.Second)
	srv.start()
	back := time.Now()
	turns := wait()
	assert.Len(t, files(t, dir, "fetch-*"), 1, "a process that has a token needs no other")
	between := func(from, to time.Time) (n int) {
		for _, at := range turns {
			if at >= from.UnixMicro() && at < to.UnixMicro() {
				n++
			}
		}
		return n
	}
	assert.LessOrEqual(t, between(gone.Add(time.Second), back), fleetSize, "each process at most once in eight seconds")
	assert.GreaterOrEqual(t, between(back.Add(5*time.Second), back.Add(10*time.Second)), 4, "the pace is kept again")
}

// TestFleet runs eight processes that share one token and one pace.
func TestFleet(t *testing.T) {
	seconds := 30
	if testing.Short() {
		seconds = 5
	}
	t.Parallel()
	srv := startServer(t, "--requirepass", password)
	dir := t.TempDir()
	turns := startFleet(t, srv, dir, seconds)()
	assert.Len(t, files(t, dir, "fetch-*"), 1, "one of the eight fetches")
	// The processes do not begin and end together; what counts is the time between the first and the last turn.
	require.NotEmpty(t, turns)
	span := float64(turns[len(turns)-1]-turns[0]) / 1e6
	assert.InDelta(t, span+1, len(turns), 1, "one turn a second")
	assert.GreaterOrEqual(t, len(turns), seconds-1)
	const slack = 250_000 // microseconds: a turn is told to its process late when the machine is busy
	for i := range turns {
		for n := 1; i+n+1 < len(turns); n++ {
			// n+2 turns must not fit into n seconds.
			assert.Greater(t, turns[i+n+1]-turns[i], int64(n)*1_000_000-slack, "more than %d turns in %d s", n+1, n)
		}
	}
}
