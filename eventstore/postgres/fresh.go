package postgres

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"github.com/achledger/achledger/eventstore"
)

// freshFor is how long a node may answer from what it knows, from the moment at
// which it sent its last write that was committed. A node that is cut off, or
// whose primary is, cannot know longer that a credential was not revoked.
const freshFor = time.Second

// SinceBoot is a clock that also counts while the machine sleeps.
func SinceBoot() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return 0 // never on Linux; nothing is fresh then
	}
	return time.Duration(t.Nano())
}

// committed notes that a write that was sent at a time is committed.
func (s *Store) committed(sent time.Duration) {
	for {
		was := s.heard.Load()
		if int64(sent) <= was || s.heard.CompareAndSwap(was, int64(sent)) {
			return
		}
	}
}

// Fresh reports whether this node may answer from what it knows. One that has
// committed nothing for a second tries to, for a second more; then it is ErrAway.
func (s *Store) Fresh(ctx context.Context) error {
	if SinceBoot()-time.Duration(s.heard.Load()) < freshFor {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, freshFor)
	defer cancel()
	if err := s.barriers.do(ctx, s.barrier); err != nil {
		return fmt.Errorf("%w: %w", eventstore.ErrAway, err)
	}
	return nil
}
