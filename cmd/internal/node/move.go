package node

import (
	"context"
	"errors"
	"time"
)

// move has the leader move the sandbox's clock, and answers when this node's
// clock and views have followed.
func (s *Server) move(ctx context.Context, to time.Time, anyTime bool) error {
	if _, err := s.by.move(ctx, moveAsk{to, anyTime}); err != nil {
		return err
	}
	if _, err := s.Store.Reached(ctx, ""); err != nil {
		return err
	}
	return errors.Join(s.catchUp(ctx), s.views.CatchUp(ctx))
}

// moveClock takes the sandbox's clock to an instant, by way of every instant
// between at which something falls due. Each step is in the log before what
// it makes due is done: a process that stops half-way leaves the clock at its
// last step, and whoever got no answer asks again with the same time.
//
// With anyTime nothing was originated or received yet, so the clock may go
// back; it goes straight there. Forward it goes step by step even then: what
// was asked for just now, a bank link above all, makes entries that are due.
func (s *Server) moveClock(ctx context.Context, to time.Time, anyTime bool) error {
	if to.Before(s.Ledger.Now()) {
		if err := s.Ledger.Move(ctx, to, anyTime); err != nil {
			return err
		}
		return s.sweep(ctx)
	}
	s.moving.Lock() // two moves at once would take turns in passing windows over
	defer s.moving.Unlock()
	return s.crew().batcher.Advance(ctx, to, func(ctx context.Context, at time.Time) error {
		if err := s.Ledger.Reach(ctx, at); err != nil {
			return err
		}
		return s.sweep(ctx)
	})
}

// sweep does all that is due at the present business time: what goes to the
// bank first, then what came from it, and at last what an answer released.
func (s *Server) sweep(ctx context.Context) error {
	if err := s.crew().batcher.Sweep(ctx); err != nil {
		return err
	}
	if err := s.crew().intake.Sweep(ctx); err != nil {
		return err
	}
	if err := errors.Join(s.views.CatchUp(ctx), s.crew().links.Sweep(ctx)); err != nil {
		return err
	}
	return s.crew().batcher.Sweep(ctx)
}
