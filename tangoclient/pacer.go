package tangoclient

import (
	"context"
	"errors"
	"time"

	"golang.org/x/time/rate"
)

// ErrPace means that the turn of a request would come only after its deadline. It is local: nothing was sent.
var ErrPace = errors.New("the pace leaves no turn before the deadline")

// Pacer spreads requests over time. Tango allows one a second.
type Pacer interface {
	// Reserve takes the next turn and gives its time, which may be now or past. When the turn would come
	// after latest (unless latest is zero), no turn is taken and the error is ErrPace. It does not wait for
	// the turn. Any other error fails the call before anything is sent.
	Reserve(ctx context.Context, latest time.Time) (at time.Time, err error)
}

// NewPacer keeps a pace in this process: one turn in each interval, the first at once.
func NewPacer(interval time.Duration) Pacer {
	return localPacer{rate.NewLimiter(rate.Every(interval), 1)}
}

type localPacer struct{ limiter *rate.Limiter }

// newPacer is the pacer that a configuration asks for.
func newPacer(cfg *Config) Pacer {
	switch {
	case cfg.NoPace:
		return localPacer{rate.NewLimiter(rate.Inf, 1)}
	case cfg.Pacer != nil:
		return cfg.Pacer
	}
	return NewPacer(time.Duration(max(cfg.FleetSize, 1)) * time.Second)
}

// Reserve implements Pacer.
func (p localPacer) Reserve(_ context.Context, latest time.Time) (time.Time, error) {
	now := time.Now()
	r := p.limiter.ReserveN(now, 1)
	at := now.Add(r.DelayFrom(now))
	if !latest.IsZero() && at.After(latest) {
		r.CancelAt(now)
		return time.Time{}, ErrPace
	}
	return at, nil
}
