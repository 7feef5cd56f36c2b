package node

import (
	"context"
	"errors"
	"time"

	"github.com/achledger/achledger/eventstore/ledger"
)

// followEvery is how often a node reads what other nodes set. Notifications of
// commits may be missed, so it polls too.
const followEvery = 500 * time.Millisecond

// followOthers keeps this node up to date with settings that are not in the
// views, until ctx ends. It returns an error, which ends the node, if the ledger was
// moved elsewhere while the process was suspended: payments accepted here from then
// on would be lost.
func (s *Server) followOthers(ctx context.Context) error {
	if s.asks == nil {
		return nil
	}
	hint, stop := s.Store.Notify()
	defer stop()
	for {
		if err := errors.Join(s.catchUp(ctx), s.sharedKeys.follow(ctx)); err != nil && ctx.Err() == nil {
			s.log.Debug("the settings that other nodes changed could not be read", "err", err)
		}
		if _, err := s.Switch.MovedTo(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-hint:
		case <-time.After(followEvery):
		}
	}
}

// catchUp reads the current sandbox clock and delivery switch.
func (s *Server) catchUp(ctx context.Context) error {
	if s.asks == nil {
		return nil
	}
	if clock, ok := s.Ledger.Clock.(*ledger.SandboxClock); ok {
		if err := clock.Follow(ctx, s.Store); err != nil {
			return err
		}
	}
	return s.reload(ctx)
}
