package main

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/cmd/internal/terminal"
)

type storeCopyCommand struct {
	dataFlag
	urlFlag
	To      string `help:"Where the ledger goes." enum:"database,folder" required:"" placeholder:"database|folder"`
	Owner   string `help:"The database with the role that owns the tables, to create them in an empty one." placeholder:"URL"`
	Inbox   string `help:"Where the nodes of the database read files of the bank, to see that all are read." placeholder:"DIR"`
	Abandon bool   `help:"Abandon an interrupted copy, if nothing is at its target yet: the ledger stays where it is."`
}

func (storeCopyCommand) Help() string {
	return `Neither a server nor a node may run. The folder contains the master key in
keys/master in both directions, and a new one contains nothing else. A new database
gets its tables from the owner's role, as store init would create them:

  achledger store copy --data ./data --to database \
    --store postgres://achledger@db/ledger --owner postgres://owner@db/ledger

Before anything is copied, delivery is switched off at the source, permanently. Once
everything has been read back, it is switched on at the target as it was before. If a
copy is interrupted, type it again, and it continues. The source stays as it is and is
never served again; to go back, copy into a new folder or database.`
}

// Validate requires a database.
func (c storeCopyCommand) Validate() error { return c.mustStore() }

// Run moves the ledger.
func (c storeCopyCommand) Run(ctx context.Context, s streams) error {
	head, err := node.CopyStore(ctx, node.StoreCopy{
		URL: c.Store, Owner: c.Owner, Folder: c.folder(), ToStore: c.To == "database", Inbox: c.Inbox, Abandon: c.Abandon,
		Progress: func(what string) (func(done, total int64), func()) {
			bar := terminal.NewProgress(s.errs, what)
			return bar.At, bar.Done
		},
	})
	if err != nil {
		return err
	}
	if c.Abandon {
		_, err = fmt.Fprintln(s.out, "The ledger stays where it was, and so does its delivery.")
		return err
	}
	_, err = fmt.Fprintf(s.out, "%d events are in the %s, read back, the last with hash %x.\nThe ledger lives there now. Delivery is as it was.\n",
		head.Position, c.To, head.Hash)
	return err
}
