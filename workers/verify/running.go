package verify

import (
	"context"
	"sync/atomic"
)

// running is a check that was started.
type running struct {
	check
	progress atomic.Pointer[Progress] // nil until the checks before it are printed
	ended    chan struct{}            // closed when the following are set
	found    Finding
	err      error
}

// start starts the checks.
func (s *Subject) start(ctx context.Context, checks []check) (started []*running) {
	for i, c := range checks {
		r := &running{check: c, ended: make(chan struct{})}
		var before <-chan struct{}
		if c.follows {
			before = started[i-1].ended
		}
		started = append(started, r)
		go func() {
			defer close(r.ended)
			if before != nil {
				<-before
			}
			r.found, r.err = c.run(ctx, s, r.at)
		}()
	}
	return started
}

// at passes progress on once the check's line is the next one.
func (r *running) at(done, total int64) {
	if to := r.progress.Load(); to != nil {
		(*to)(done, total)
	}
}
