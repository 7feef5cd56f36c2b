package node

import (
	"context"
	"errors"
	"time"
)

// move has the leader move the sandbox's clock, and returns when this node's
// clock and views have caught up.
func (s *Server) move(ctx context.Context, to time.Time, anyTime bool) error {
	if _, err := s.by.move(ctx, moveAsk{to, anyTime}); err != nil {
		return err
	}
	if _, err := s.Store.Reached(ctx, ""); err != nil {
		return err
	}
	return errors.Join(s.catchUp(ctx), s.views.CatchUp(ctx))
}

// moveClock moves the sandbox's clock to an instant, stopping at every instant
// in between at which something falls due. Each step is written to the log
// before the work that it makes due, so a process that stops half-way leaves
// the clock at the last step, and a caller without a response repeats the
// request with the same time.
//
// anyTime means that nothing has been originated or received yet, so the clock
// may also go back, which it does in one step. Forward it goes step by step
// even then, because something just requested, a bank link above all, may make
// entries that fall due.
func (s *Server) moveClock(ctx context.Context, to time.Time, anyTime bool) error {
	if to.Before(s.Ledger.Now()) {
		if err := s.Ledger.Move(ctx, to, anyTime); err != nil {
			return err
		}
		return s.sweep(ctx)
	}
	s.moving.Lock() // two concurrent moves could each step over windows of the other
	defer s.moving.Unlock()
	return s.workers().batcher.Advance(ctx, to, func(ctx context.Context, at time.Time) error {
		if err := s.Ledger.Reach(ctx, at); err != nil {
			return err
		}
		return s.sweep(ctx)
	})
}

// sweep does everything due at the present business time: first what goes to
// the bank, then what came from it, then what a return released.
func (s *Server) sweep(ctx context.Context) error {
	if err := s.workers().batcher.Sweep(ctx); err != nil {
		return err
	}
	if err := s.workers().intake.Sweep(ctx); err != nil {
		return err
	}
	if err := errors.Join(s.views.CatchUp(ctx), s.workers().links.Sweep(ctx)); err != nil {
		return err
	}
	return s.workers().batcher.Sweep(ctx)
}
