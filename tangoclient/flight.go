package tangoclient

import (
	"context"
	"sync"
	"time"
)

// flights lets callers who want the same thing at the same time wait for one of them to get it. The work does
// not end with the caller who happened to be first, and every caller can go away by itself. The zero value is
// ready.
type flights[T any] struct {
	mu  sync.Mutex
	now map[string]*flight[T]
}

// flight is work on its way. Its fields are read after done is closed.
type flight[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// join gives the flight of key, which f serves if there was none. The work has the values of ctx, not its end.
func (s *flights[T]) join(ctx context.Context, key string, timeout time.Duration, f func(context.Context) (T, error)) *flight[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fl := s.now[key]; fl != nil {
		return fl
	}
	if s.now == nil {
		s.now = make(map[string]*flight[T])
	}
	fl := &flight[T]{done: make(chan struct{})}
	s.now[key] = fl
	ctx = context.WithoutCancel(ctx)
	go func() {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		fl.value, fl.err = f(ctx)
		s.mu.Lock()
		delete(s.now, key)
		s.mu.Unlock()
		close(fl.done)
	}()
	return fl
}

// wait gives what the flight brings, or why ctx ended.
func (f *flight[T]) wait(ctx context.Context) (T, error) {
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
