package node

import (
	"context"
	"errors"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/postgres"
)

// AskForPeople runs a command about operators on a ledger in a database, in
// this process. Operators are stored in the log and in rows beside it, which
// any node may write, and these commands seal nothing, so they need no master
// key.
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
	if log.Head == 0 { // its first event is the operations credential
		return reply, errors.New("no node has served this ledger yet: achledger serve --store URL --nats-url URL")
	}
	c := &Core{Kind: folder.Kind(l.Kind), Store: store, Ledger: &ledger.Ledger{Store: store}}
	if c.Ledger.Clock, err = clockOf(ctx, c.Kind, store); err != nil {
		return reply, err
	}
	return do(c, control.AsOwner(ctx), with)
}
