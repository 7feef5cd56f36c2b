package postgres

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"github.com/achledger/achledger/eventstore"
)

// freshFor is how long a node may use what it knows without asking the
// database, from when it sent its last committed write. A node that is cut off,
// or whose primary is, cannot know any longer whether a credential was revoked.
const freshFor = time.Second

// SinceBoot is a clock that also counts while the machine sleeps.
func SinceBoot() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return 0 // does not happen on Linux; nothing is fresh then
	}
	return time.Duration(t.Nano())
}

// committed records that a write that was sent at a time is committed.
func (s *Store) committed(sent time.Duration) {
	for {
		was := s.lastCommit.Load()
		if int64(sent) <= was || s.lastCommit.CompareAndSwap(was, int64(sent)) {
			return
		}
	}
}

// Fresh reports whether this node may use what it knows. If it has not
// committed anything for a second, it tries to for one more second, and then
// returns ErrAway.
func (s *Store) Fresh(ctx context.Context) error {
	if SinceBoot()-time.Duration(s.lastCommit.Load()) < freshFor {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, freshFor)
	defer cancel()
	if err := s.barriers.do(ctx, s.barrier); err != nil {
		return fmt.Errorf("%w: %w", eventstore.ErrAway, err)
	}
	return nil
}
