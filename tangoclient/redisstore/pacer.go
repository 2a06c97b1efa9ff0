package redisstore

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/tangoguard/tangoguard/tangoclient"
)

// retryAfter is for how long a Redis that failed is left alone.
const retryAfter = time.Second

// gcra is the generic cell rate algorithm (ITU-T I.371) with a burst of one: the key holds when the next turn
// is. It runs on the clock of Redis, so the clocks of the fleet need not agree. It answers the wait in
// microseconds, or -1 when that is more than ARGV[2].
var gcra = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local at = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
if tonumber(ARGV[2]) >= 0 and at - now > tonumber(ARGV[2]) then return -1 end
local next = at + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000) + 1000)
return at - now`)

// Pacer keeps one pace for all processes that use it: one turn in each interval. While Redis is away, each of
// fleetSize processes takes one turn in fleetSize intervals, at a time of its own; set it to the most that can
// run at once. An interval below a millisecond or a fleetSize below 1 is an error.
func (s *Store) Pacer(interval time.Duration, fleetSize int) (tangoclient.Pacer, error) {
	if interval < time.Millisecond || fleetSize < 1 {
		return nil, errors.New("redisstore: Pacer: the interval must be a millisecond or more, the fleet 1 or more")
	}
	return &pacer{store: s, interval: interval, share: interval * time.Duration(fleetSize)}, nil
}

type pacer struct {
	store    *Store
	interval time.Duration
	share    time.Duration // the interval of this process alone

	mu   sync.Mutex
	away time.Time // Redis is not asked before this
	next time.Time // the next turn without Redis; zero: Redis was there
}

// Reserve implements tangoclient.Pacer.
func (p *pacer) Reserve(ctx context.Context, latest time.Time) (time.Time, error) {
	if p.isAway() {
		return p.alone(latest)
	}
	longest := int64(-1)
	if !latest.IsZero() {
		longest = max(time.Until(latest).Microseconds(), 0)
	}
	ask, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	wait, err := gcra.Run(ask, p.store.db, []string{p.store.prefix + "pace"}, p.interval.Microseconds(), longest).Int64()
	switch {
	case ctx.Err() != nil:
		return time.Time{}, context.Cause(ctx)
	case err != nil:
		p.lost()
		return p.alone(latest)
	case wait < 0:
		return time.Time{}, tangoclient.ErrPace
	}
	p.mu.Lock()
	p.next = time.Time{}
	p.mu.Unlock()
	return time.Now().Add(time.Duration(wait) * time.Microsecond), nil
}

func (p *pacer) isAway() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Now().Before(p.away)
}

// lost notes that Redis did not answer.
func (p *pacer) lost() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = time.Now().Add(retryAfter)
}

// alone gives the next turn without Redis. The first one comes after a random part of the share, because the
// whole fleet loses Redis at the same moment.
func (p *pacer) alone(latest time.Time) (time.Time, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.next.IsZero() {
		p.next = now.Add(p.interval + rand.N(p.share))
	}
	at := p.next
	if at.Before(now) {
		at = now
	}
	if !latest.IsZero() && at.After(latest) {
		return time.Time{}, tangoclient.ErrPace
	}
	p.next = at.Add(p.share)
	return at, nil
}
