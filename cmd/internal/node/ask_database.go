package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/postgres"
)

// AskDatabase runs a command on a ledger in a database: on the leading node
// or, if no node leads, in this process, which holds the leadership meanwhile.
// The folder must contain the ledger's master key, and no node may be running
// on it.
func AskDatabase[Ask, Reply any](ctx context.Context, f folder.Folder, url, what string, do func(*Core, context.Context, Ask) (Reply, error), with Ask) (reply Reply, err error) {
	c, store, err := openForCommand(ctx, f, url)
	if err != nil {
		return reply, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if ofAnyNode["/"+what] {
		return do(c, control.AsOwner(ctx), with)
	}
	err = store.RunOnceAsLeader(ctx, func(ctx context.Context, term int64) (err error) {
		if ofNodes["/"+what] {
			return errors.New("no node of this ledger runs, and only a node knows its folders and its broker: start one")
		}
		if err = c.reload(ctx); err == nil {
			reply, err = do(c, control.AsOwner(underTerm(ctx, store, term)), with)
		}
		return err
	})
	if errors.Is(err, postgres.ErrOtherLeader) {
		err = c.commandLeader(ctx, store, "/"+what, with, &reply)
	}
	return reply, err
}

// openForCommand opens the ledger in a database as a node that serves no
// requests.
func openForCommand(ctx context.Context, f folder.Folder, url string) (*Core, *postgres.Store, error) {
	store, err := postgres.Open(ctx, postgres.Options{URL: url, Knows: domain.Vocabulary, Introduced: domain.Introduced})
	if err != nil {
		return nil, nil, err
	}
	l, err := store.Ledger(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	c := &Core{Folder: f, Kind: folder.Kind(l.Kind), Store: store, Kept: store.Kept(), Leadership: store}
	if err := c.openOrClose(ctx, store, func(string) error { return nil }); err != nil {
		return nil, nil, err
	}
	return c, store, nil
}

// commandLeader has the leader run a command.
func (c *Core) commandLeader(ctx context.Context, leader asker, path string, with, reply any) error {
	body, err := json.Marshal(with)
	if err != nil {
		return err
	}
	if namesFiles(path, body) {
		return errOtherMachine(ctx, leader)
	}
	var said commandReply
	if err := askLeader(ctx, leader, c.Keys, "command", commandAsk{path, control.OwnerHeader(), body}, &said); err != nil {
		return err
	}
	return control.Read(said.Status, bytes.NewReader(said.Body), reply)
}
