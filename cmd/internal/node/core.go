package node

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/delivery"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/workers/kept"
)

// Log is the log, with what lies beside it: tokens, what people sign in with,
// and how far webhooks were told.
type Log interface {
	eventstore.Store
	eventstore.Tokens
	eventstore.People
	eventstore.Webhooks
}

// Core is a ledger open for writing: in a data folder, whose lock it holds, or
// in a database, beside other nodes.
type Core struct {
	Folder folder.Folder // where the ledger is or, with a database, what this node alone needs
	Kind   folder.Kind
	Store  Log
	Keys   *seal.Keyring
	Ledger *ledger.Ledger
	Kept   eventstore.Kept
	Switch *delivery.Switch
	Outbox string // where files for the bank are put, in the clear
	Inbox  string // where files of the bank are picked up
	Leadership

	// FirstStart says that nothing is in the log but the first operations
	// credential: nobody used the ledger yet, though an earlier start may
	// have failed.
	FirstStart bool
	// Exposed is what others than its owner could read until this start.
	Exposed []string

	nextMaster string                      // file of the next master key, of a ledger in a database
	nodes      ledger.Nodes                // that serve the ledger; nil: this one
	reload     func(context.Context) error // takes in how other nodes set the switch
	switched   *row                        // the switch in the database; nil in a folder
	release    func() error                // of what the folder is locked by beside its log; nil for nothing
}

// Open opens a data folder for writing, and makes it when it does not exist.
// Errors name the command to try.
func Open(ctx context.Context, f folder.Folder, kind folder.Kind) (*Core, error) {
	return open(ctx, f, kind, sqlite.Options{})
}

func open(ctx context.Context, f folder.Folder, kind folder.Kind, o sqlite.Options) (*Core, error) {
	if err := f.MustBeWhole(); err != nil {
		return nil, err
	}
	if err := f.Make(); err != nil {
		return nil, err
	}
	exposed, err := f.Private()
	if err != nil {
		return nil, err
	}
	if err := f.Settle(kind); err != nil {
		return nil, err
	}
	store, err := sqlite.Open(string(f), o)
	if err != nil {
		return nil, err
	}
	c := &Core{Folder: f, Kind: kind, Store: store, Outbox: f.Outbox(), Inbox: f.Inbox(), Leadership: alone{}, Exposed: exposed}
	if err := c.openFolder(ctx); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return c, nil
}

// OpenExisting opens a folder that was used before, as what it was made.
func OpenExisting(ctx context.Context, f folder.Folder) (*Core, error) {
	if err := f.MustExist(); err != nil {
		return nil, err
	}
	kind, err := f.Kind()
	if err != nil {
		return nil, err
	}
	return Open(ctx, f, kind)
}

// openFolder opens what lies beside the log of a folder.
func (c *Core) openFolder(ctx context.Context) error {
	log, err := Identify(ctx, c.Store)
	if err != nil {
		return err
	}
	if log.Head > 0 { // its keys were made before its first event, and no new ones open what they sealed
		if err := c.Folder.KeysExist(); err != nil {
			return err
		}
	}
	if c.Keys, err = seal.Open(c.Folder.Keys()); err != nil {
		return err
	}
	if c.Kept, err = openKept(c.Folder); err != nil {
		return err
	}
	return c.begin(ctx, log, c.Folder.OpenDelivery)
}

// begin makes the ledger of the log and, in an empty one, the first operations
// credential.
func (c *Core) begin(ctx context.Context, log delivery.Log, openSwitch func(delivery.Log) (*delivery.Switch, error)) (err error) {
	c.Ledger = &ledger.Ledger{Store: c.Store, Keys: c.Keys, Clock: ledger.MachineClock{}, Known: ledger.NewKnown()}
	if c.Kind == folder.Sandbox {
		if c.Ledger.Clock, err = ledger.OpenSandboxClock(ctx, c.Store, time.Now); err != nil {
			return err
		}
	}
	c.FirstStart = log.Head <= 1
	// Before the first event: a crash right after it must not look like a
	// restored backup.
	if c.Switch, err = openSwitch(log); err != nil {
		return err
	}
	if _, err := c.Switch.MovedTo(); err != nil {
		return err
	}
	c.Ledger.Unconfirmed = c.Switch.Unconfirmed
	if log.Head > 0 {
		return nil
	}
	if err := c.issueOperations(control.AsOwner(ctx)); err != nil {
		return err
	}
	return c.note(ctx) // at once: a folder that loses its log later must know that it had one
}

// openKept opens the kept files of a folder, and takes away what a crash left
// there.
func openKept(f folder.Folder) (kept.Folder, error) {
	files, err := kept.Open(f.Kept())
	if err != nil {
		return files, err
	}
	return files, files.Sweep()
}

// note records beside the log which one it is and how far that has come.
func (c *Core) note(ctx context.Context) error {
	log, err := Identify(ctx, c.Store)
	if err != nil {
		return err
	}
	return c.Switch.Note(log)
}

// Close notes how far the log has come and closes it.
func (c *Core) Close() error {
	err := c.note(context.Background())
	if c.switched != nil {
		err = errors.Join(err, c.keepWitness(context.Background()))
	}
	err = errors.Join(err, c.Store.Close())
	if c.release != nil {
		err = errors.Join(err, c.release())
	}
	return err
}

// Identify says which log this is and how far it has come.
func Identify(ctx context.Context, s eventstore.Store) (delivery.Log, error) { return identify(ctx, s) }

// events are what identifies a log.
type events interface {
	Head(ctx context.Context) (eventstore.Head, error)
	ReadAll(ctx context.Context, after int64, limit int) ([]eventstore.Recorded, error)
}

func identify(ctx context.Context, s events) (delivery.Log, error) {
	head, err := s.Head(ctx)
	if err != nil {
		return delivery.Log{}, fmt.Errorf("read the end of the log: %w", err)
	}
	id := delivery.Log{Head: head.Position, Hash: hex.EncodeToString(head.Hash[:])}
	first, err := s.ReadAll(ctx, 0, 1)
	if err != nil {
		return id, fmt.Errorf("read the first event: %w", err)
	}
	if len(first) > 0 {
		id.FirstEvent = uuid.UUID(first[0].EventID).String()
	}
	return id, nil
}
