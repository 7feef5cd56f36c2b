package ledger

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// MachineClock tells the machine's time; production runs on it.
type MachineClock struct{}

// Now is the machine's time.
func (MachineClock) Now() time.Time { return time.Now() }

// frozen is a clock that shows one time.
type frozen time.Time

func (f frozen) Now() time.Time { return time.Time(f) }

// Present is the ledger at this moment: a request has one present, which its
// events and its answer share.
func (l *Ledger) Present() *Ledger {
	now := *l
	now.Clock = frozen(l.Now())
	return &now
}

// SandboxClock runs at its usual pace from wherever it was set last.
type SandboxClock struct {
	offset  atomic.Int64 // nanoseconds ahead of the machine
	version atomic.Int64 // of the stream up to which it was followed
	Machine func() time.Time
}

// OpenSandboxClock reads where the clock of a sandbox stands.
func OpenSandboxClock(ctx context.Context, s eventstore.Store, machine func() time.Time) (*SandboxClock, error) {
	c := &SandboxClock{Machine: machine}
	return c, c.Follow(ctx, s)
}

// Follow takes in how the clock was set since the last time, on other nodes too.
// The machines' own clocks agree.
func (c *SandboxClock) Follow(ctx context.Context, s eventstore.Store) error {
	events, err := s.ReadStream(ctx, domain.ClockStream, c.version.Load())
	if err != nil {
		return fmt.Errorf("read the sandbox clock: %w", err)
	}
	for _, r := range events {
		f, err := Fact(r)
		if err != nil {
			return err
		}
		if moved, ok := f.Event.(*domain.ClockMoved); ok {
			c.offset.Store(int64(moved.Now.Sub(moved.Machine)))
		}
		c.version.Store(r.Version)
	}
	return nil
}

// Now is the sandbox's time.
func (c *SandboxClock) Now() time.Time { return c.Machine().Add(time.Duration(c.offset.Load())) }

// Move sets the clock. It goes forward only, except that anyTime allows any
// time (a folder in which nothing was originated or received yet).
func (l *Ledger) Move(ctx context.Context, to time.Time, anyTime bool) error {
	return l.setClock(ctx, to, func(now time.Time) (bool, error) {
		if to.Before(now) && !anyTime {
			return false, domain.Refuse(domain.RuleBroken, "the clock shows %s and moves forward only", now.Format(time.RFC3339))
		}
		return true, nil
	})
}

// Reach sets the clock to an instant, unless it has come there by itself.
func (l *Ledger) Reach(ctx context.Context, at time.Time) error {
	return l.setClock(ctx, at, func(now time.Time) (bool, error) { return at.After(now), nil })
}

// setClock sets the clock if, at the time it shows, it shall be set.
func (l *Ledger) setClock(ctx context.Context, to time.Time, shall func(now time.Time) (bool, error)) error {
	clock, ok := l.Clock.(*SandboxClock)
	if !ok {
		return domain.Refuse(domain.NotFound, "only a sandbox has a clock to move: start with serve --sandbox")
	}
	return l.Retry(func() error {
		if set, err := shall(l.Now()); err != nil || !set {
			return err
		}
		machine := clock.Machine()
		err := l.add(ctx, domain.ClockStream, domain.LedgerClient, domain.ClockMoved{Now: to.UTC(), Machine: machine.UTC()})
		if err == nil {
			clock.offset.Store(int64(to.Sub(machine)))
		}
		return err
	})
}
