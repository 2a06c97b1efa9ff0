package tangoclient

import (
	"math/rand/v2"
	"time"
)

const (
	backoffBase = time.Second
	// maxWaitFloor caps how long a Retry-After can make a call sleep.
	maxWaitFloor = time.Minute
)

// backoff says how long to wait before the next attempt: floor + base·2^(n-1), with jitter upwards of less
// than the same again. The floor never sinks, so each wait is longer than the one before, as Tango asks
// ("the wait grows after each unsuccessful attempt").
//
// The exponential policy of cenkalti/backoff spreads its jitter to both sides and keeps no floor, so a wait of
// it can be shorter than the one before; hence these few lines.
type backoff struct {
	n     int
	floor time.Duration
}

// next gives the wait after a failure that asks for at least floor.
func (b *backoff) next(floor time.Duration) time.Duration {
	b.floor = max(b.floor, min(floor, maxWaitFloor))
	step := backoffBase << b.n
	b.n++
	return b.floor + step + rand.N(step)
}
