package postgres

import (
	"context"
	"sync"
)

// sharedRuns shares runs of a function among callers. A caller gets a run that
// begins after its call; a call during a run gets the next one, because the
// present run may have begun before what the caller wants to see. At most one
// run is under way.
type sharedRuns struct {
	mu   sync.Mutex
	next *run
	busy bool
}

type run struct {
	done chan struct{}
	err  error
}

// do waits for a run that begins after the call. The end of ctx ends the wait,
// not the run.
func (f *sharedRuns) do(ctx context.Context, work func(context.Context) error) error {
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

func (f *sharedRuns) loop(work func(context.Context) error) {
	for {
		f.mu.Lock()
		r := f.next
		if f.next = nil; r == nil {
			f.busy = false
			f.mu.Unlock()
			return
		}
		f.mu.Unlock()
		ctx, cancel := bounded(context.Background(), barrierTime)
		r.err = work(ctx)
		cancel()
		close(r.done)
	}
}
