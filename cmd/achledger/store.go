package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/node"
)

// urlFlag names the database that holds the ledger.
type urlFlag struct {
	Store string `help:"The PostgreSQL database, without a password: that comes from PGPASSFILE or PGPASSWORD." env:"ACHLEDGER_STORE" placeholder:"URL"`
}

// placeFlags name where a ledger is stored: in a data folder or in a database. With
// a database the folder is that of a node.
type placeFlags struct {
	dataFlag
	urlFlag
}

// mustExist returns an error with the command to try if no ledger is named. A node that
// runs on the folder knows its database.
func (p placeFlags) mustExist(ctx context.Context) error {
	if p.Store != "" {
		return nil
	}
	server, err := control.Dial(ctx, p.folder())
	if err == nil {
		return server.Close()
	}
	return p.folder().MustExist()
}

// askAt has something done by the server that runs on the folder or, if none
// runs, by the leading node for a ledger in a database, else by this process.
func askAt[Ask, Reply any](ctx context.Context, p placeFlags, what string, do func(*node.Core, context.Context, Ask) (Reply, error), with Ask) (reply Reply, err error) {
	if p.Store == "" {
		return ask(ctx, p.folder(), what, do, with)
	}
	server, err := control.Dial(ctx, p.folder())
	if errors.Is(err, control.ErrNoServer) {
		return node.AskDatabase(ctx, p.folder(), p.Store, what, do, with)
	}
	if err != nil {
		return reply, err
	}
	err = server.Call(ctx, what, with, &reply)
	return reply, errors.Join(err, server.Close())
}

// reader opens the ledger for reading. outbox is that of a ledger in a database; a
// data folder has its own.
func (p placeFlags) reader(ctx context.Context, outbox string) (*node.Reader, error) {
	if p.Store != "" {
		return node.OpenDatabaseReader(ctx, p.folder(), p.Store, outbox)
	}
	return node.OpenReader(ctx, p.folder())
}

// rebuilder opens the ledger to make views from it.
func (p placeFlags) rebuilder(ctx context.Context) (*node.Reader, error) {
	if p.Store != "" {
		return node.OpenDatabaseRebuilder(ctx, p.folder(), p.Store)
	}
	return node.OpenReader(ctx, p.folder())
}

type storeCommand struct {
	Init storeInitCommand `cmd:"" help:"Create the ledger's tables, or bring them up to date."`
	Copy storeCopyCommand `cmd:"" help:"Move a ledger from a folder into a database, or back."`
}

type storeInitCommand struct {
	dataFlag
	urlFlag
	Role    string `help:"The role that serves; it is created if it does not exist." default:"achledger"`
	Sandbox bool   `help:"A ledger to rehearse with: its clock can be moved, nothing leaves by SFTP. Cannot be changed later." env:"ACHLEDGER_SANDBOX"`
}

func (storeInitCommand) Help() string {
	return `Run it as the role that is to own the tables. It prints what the serving role may
do; that is another role, because the owner of tables may change them. For a new
ledger it writes DIR/keys/master: every node needs a copy, and so do you, elsewhere.
It can be repeated, and must be after an upgrade that says so.

  achledger store init --store postgres://owner@db.internal/achledger --data ./data`
}

// Validate requires a database.
func (c storeInitCommand) Validate() error { return c.mustStore() }

func (u urlFlag) mustStore() error {
	if u.Store == "" {
		return errors.New("name the database with --store postgres://ROLE@HOST/NAME, or in ACHLEDGER_STORE")
	}
	return nil
}

// Run makes or migrates.
func (c storeInitCommand) Run(ctx context.Context, s streams) error {
	made, err := node.InitStore(ctx, node.StoreInit{URL: c.Store, Role: c.Role, Folder: c.folder(), Kind: kindOf(c.Sandbox)})
	if err != nil {
		return err
	}
	switch made.From {
	case made.To:
		fmt.Fprintf(s.out, "The database holds ledger %s (%s) with schema version %d, as before.\n", made.Ledger.ID, made.Ledger.Kind, made.To)
	case 0:
		fmt.Fprintf(s.out, "The database holds the new ledger %s (%s).\n", made.Ledger.ID, made.Ledger.Kind)
	default:
		fmt.Fprintf(s.out, "Ledger %s (%s) was brought from schema version %d to %d.\n", made.Ledger.ID, made.Ledger.Kind, made.From, made.To)
	}
	fmt.Fprintf(s.out, "The role %s may:\n", made.Role)
	for _, g := range made.Grants {
		fmt.Fprintf(s.out, "  %s\n", g)
	}
	switch {
	case made.MasterMade:
		_, err = fmt.Fprintf(s.out, "The master key is in %s/master. Copy it to keys/master of every node's folder,\nand keep a copy elsewhere: without it nobody can read an account number.\n", c.folder().Keys())
	case !made.HasMaster:
		_, err = fmt.Fprintf(s.out, "The ledger's master key is not here: copy it to %s/master before you serve.\n", c.folder().Keys())
	}
	return err
}
