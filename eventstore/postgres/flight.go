package postgres

import (
	"context"
	"sync"
)

// flight runs something for all who ask before a run begins: whoever asks while
// one is under way gets the next, because what he wants to see may have come
// too late for this one. At most one run is under way.
type flight struct {
	mu   sync.Mutex
	next *run
	busy bool
}

type run struct {
	done chan struct{}
	err  error
}

// do waits for a run that begins after the call. ctx ends the wait, not the
// run.
func (f *flight) do(ctx context.Context, work func(context.Context) error) error {
	f.mu.Lock()
	if f.next == nil {
		f.next = &run{done: make(chan struct{})}
	}
	r := f.next
	if !f.busy {
		f.busy = true
		go f.loop(work)
	}
	f.mu.Unlock()
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *flight) loop(work func(context.Context) error) {
	for {
		f.mu.Lock()
		r := f.next
		if f.next = nil; r == nil {
			f.busy = false
			f.mu.Unlock()
			return
		}
		f.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), barrierTime)
		r.err = work(ctx)
		cancel()
		close(r.done)
	}
}
