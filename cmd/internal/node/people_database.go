package node

import (
	"context"
	"errors"
	"time"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/postgres"
)

// AskForPeople has a command about people done for a ledger in a database, by
// this process beside its nodes: people are in the log and in rows beside it,
// which any node may write, and nothing of them is sealed by a command.
func AskForPeople[Ask, Reply any](ctx context.Context, url string, do func(*Core, context.Context, Ask) (Reply, error), with Ask) (reply Reply, err error) {
	store, err := postgres.Open(ctx, postgres.Options{URL: url})
	if err != nil {
		return reply, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	l, err := store.Ledger(ctx)
	if err != nil {
		return reply, err
	}
	log, err := Identify(ctx, store)
	if err != nil {
		return reply, err
	}
	if log.Head == 0 { // its first event is the credential of operations
		return reply, errors.New("no node has served this ledger yet: achledger serve --store URL --nats-url URL")
	}
	c := &Core{Kind: folder.Kind(l.Kind), Store: store, Ledger: &ledger.Ledger{Store: store, Clock: ledger.MachineClock{}}}
	if c.Kind == folder.Sandbox {
		if c.Ledger.Clock, err = ledger.OpenSandboxClock(ctx, store, time.Now); err != nil {
			return reply, err
		}
	}
	return do(c, control.AsOwner(ctx), with)
}
