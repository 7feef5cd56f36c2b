package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/follow"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/seal"
)

// sharedKeys keeps this node's keys in memory up to date with changes by other
// nodes: it forgets destroyed keys, and takes up a new master key.
type sharedKeys struct {
	store  Log
	ring   *seal.Keyring
	log    *slog.Logger
	reload func(context.Context) error // of the delivery switch

	dropped atomic.Int64  // position up to which destroyed keys were forgotten
	within  time.Duration // how long other nodes may take to forget destroyed keys

	levels  singleflight.Group // one look for all requests that wait for one
	looking sync.Mutex         // held during a look

	mu    sync.Mutex    // guards the following fields
	at    time.Duration // when dropped was the head of the log, by postgres.SinceBoot
	fault error         // about the master key
}

// keysLevelFor is how long a node may use its keys without checking whether
// they were destroyed.
const keysLevelFor = time.Second

func (k *sharedKeys) begin(s *Server) {
	k.store, k.ring, k.log, k.reload = s.Store, s.Keys, s.log, s.reload
	k.dropped.Store(s.atStart)
	k.within = droppedWithin // and at is 0: the first request reads what was changed while the node started
}

// standing is what the node reports about itself.
func (s *Server) standing() postgres.Standing {
	return postgres.Standing{Views: s.views.Position(), KeysDropped: s.sharedKeys.dropped.Load(), NextMaster: s.Keys.Next()}
}

// fresh checks that this node may respond from what it has in memory, keys
// included. A node that was paused forgets keys destroyed meanwhile before it
// serves again, and serves no more if the ledger was moved.
func (s *Server) fresh(ctx context.Context) error {
	if err := s.asks.Fresh(ctx); err != nil {
		return err
	}
	if err := s.sharedKeys.level(ctx); err != nil {
		return err
	}
	if _, err := s.Switch.MovedTo(); err != nil {
		return fmt.Errorf("%w: %w", eventstore.ErrAway, err)
	}
	return nil
}

// level reads what other nodes changed of the switch and the keys, unless that was
// done less than keysLevelFor ago. It returns an error if this node may not respond.
// All callers wait for the same look: one after another they would wait for a database
// that does not answer as many times.
func (k *sharedKeys) level(ctx context.Context) (err error) {
	for called := postgres.SinceBoot(); err == nil; {
		at, fault := k.last()
		if at >= called || postgres.SinceBoot()-at < keysLevelFor {
			if fault == nil {
				return nil
			}
			err = fault
			break
		}
		select {
		case looked := <-k.levels.DoChan("", k.reloadAndLook): // it may have begun before this call
			err = looked.Err
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	return fmt.Errorf("%w: %w", eventstore.ErrAway, err)
}

// last returns when the last look began, and what it found wrong.
func (k *sharedKeys) last() (at time.Duration, fault error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at, k.fault
}

// reloadAndLook does not depend on one caller's context.
func (k *sharedKeys) reloadAndLook() (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), reloadWithin)
	defer cancel()
	if err := k.reload(ctx); err != nil {
		return nil, err
	}
	return nil, k.follow(ctx)
}

// follow calls look in any case, however recent the last look.
func (k *sharedKeys) follow(ctx context.Context) error {
	k.looking.Lock()
	defer k.looking.Unlock()
	return k.look(ctx)
}

// look forgets the keys in memory if the log has a destruction or rotation of keys
// since the last look.
func (k *sharedKeys) look(ctx context.Context) error {
	at := postgres.SinceBoot()
	head, err := k.store.Head(ctx)
	if err != nil {
		return err
	}
	changed := k.missing() != nil
	err = eventstore.Scan(ctx, k.store, k.dropped.Load(), head.Position, func(r *eventstore.Recorded) {
		changed = changed || r.Type == (domain.KeysDestroyed{}).Type() || r.Type == (domain.KeysRotated{}).Type()
	})
	if err != nil {
		return err
	}
	if changed {
		if err := k.forget(); err != nil {
			return err
		}
	}
	k.dropped.Store(head.Position)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at = at
	return nil
}

// forget drops the keys in memory, so that they are read again. A node that lacks
// the ledger's current master key becomes not ready.
func (k *sharedKeys) forget() error {
	err := k.ring.Forget()
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case errors.Is(err, seal.ErrWrongMaster):
		if k.fault == nil {
			k.log.Error("this node is not ready", "err", err)
		}
		k.fault = errOldMaster
		return nil
	case errors.Is(err, seal.ErrNotReplaced):
		k.log.Warn("the master key is the next one", "err", err)
		err = nil
	}
	if err == nil {
		k.fault = nil
	}
	return err
}

var errOldMaster = errors.New("the master key was replaced, and this node does not have the one that is in use")

const (
	// droppedWithin is how long the nodes may take to forget destroyed keys;
	// they check twice a second.
	droppedWithin = 15 * time.Second
	droppedTick   = 200 * time.Millisecond
)

// awaitDropped waits until every running node has forgotten keys that were
// just destroyed, and returns those that have not. A node that has stopped
// reporting forgets them before it serves again; see fresh.
func (s *Server) awaitDropped(ctx context.Context) (holders []string, err error) {
	position, err := s.Store.Reached(ctx, "")
	if err != nil {
		return nil, err
	}
	for until := postgres.SinceBoot() + s.sharedKeys.within; ; {
		nodes, err := s.asks.Nodes(ctx)
		if err != nil {
			return nil, fmt.Errorf("the keys are gone, but it is not known whether every node has forgotten them; repeat it: %w", err)
		}
		holders = nil
		for _, n := range nodes {
			if n.Live() && n.KeysDropped < position {
				holders = append(holders, fmt.Sprintf("the keys that node %s (release %s) has in memory, which did not say that it forgot them: stop it, or repeat this until it is not named", n.Name, cmp.Or(n.Release, "unknown")))
			}
		}
		if len(holders) == 0 || postgres.SinceBoot() > until {
			return holders, nil
		}
		if !follow.Sleep(ctx, droppedTick) {
			return holders, ctx.Err()
		}
	}
}

// missing returns the error that this node lacks the master key.
func (k *sharedKeys) missing() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.fault
}
