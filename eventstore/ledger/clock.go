package ledger

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// MachineClock shows the machine's time; production uses it.
type MachineClock struct{}

// Now is the machine's time.
func (MachineClock) Now() time.Time { return time.Now() }

// frozen is a clock that shows one time.
type frozen time.Time

func (f frozen) Now() time.Time { return time.Time(f) }

// Present returns the ledger with its clock stopped: all events of a request
// and its response have the same time.
func (l *Ledger) Present() *Ledger {
	now := *l
	now.Clock = frozen(l.Now())
	return &now
}

// SandboxClock runs at the usual pace from the time to which it was last set.
type SandboxClock struct {
	offset  atomic.Int64 // nanoseconds ahead of the machine
	version atomic.Int64 // of the stream, up to which it was followed
	Machine func() time.Time
}

// OpenSandboxClock reads the clock of a sandbox from the log.
func OpenSandboxClock(ctx context.Context, s eventstore.Store, machine func() time.Time) (*SandboxClock, error) {
	c := &SandboxClock{Machine: machine}
	return c, c.Follow(ctx, s)
}

// Follow applies the settings of the clock that were made since the last call,
// on other nodes too. It assumes that the machines' own clocks agree.
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

// Move sets the clock. It can only be set forward, unless anyTime allows any
// time, for a folder in which nothing was originated or received yet.
func (l *Ledger) Move(ctx context.Context, to time.Time, anyTime bool) error {
	return l.setClock(ctx, to, func(now time.Time) (bool, error) {
		if to.Before(now) && !anyTime {
			return false, domain.Refuse(domain.RuleBroken, "the clock shows %s and moves forward only", now.Format(time.RFC3339))
		}
		return true, nil
	})
}

// Reach sets the clock to an instant, unless it has already reached it.
func (l *Ledger) Reach(ctx context.Context, at time.Time) error {
	return l.setClock(ctx, at, func(now time.Time) (bool, error) { return at.After(now), nil })
}

// setClock sets the clock if shall agrees, given the time that it shows.
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
