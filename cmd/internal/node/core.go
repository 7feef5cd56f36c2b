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

// Log is the event log, with what is stored beside it: tokens, people's
// passwords and sessions, and each webhook's position.
type Log interface {
	eventstore.Store
	eventstore.Tokens
	eventstore.People
	eventstore.Webhooks
}

// Core is a ledger open for writing: in a data folder, whose lock it holds, or
// in a database shared with other nodes.
type Core struct {
	Folder folder.Folder // the ledger's folder or, with a database, this node's own
	Kind   folder.Kind
	Store  Log
	Keys   *seal.Keyring
	Ledger *ledger.Ledger
	Kept   eventstore.Kept
	Switch *delivery.Switch
	Outbox string // where files for the bank are put, in the clear
	Inbox  string // where files from the bank are picked up
	Leadership

	// FirstStart reports that the log contains only the first operations
	// credential: nobody has used the ledger yet, though an earlier start may
	// have failed.
	FirstStart bool
	// Exposed lists files and folders that others than their owner could read
	// until this start.
	Exposed []string

	nextMaster string                      // file of the next master key, for a ledger in a database
	nodes      ledger.Nodes                // the nodes of the ledger; nil: only this one
	reload     func(context.Context) error // reads the switch as other nodes set it
	switched   *row                        // the switch in the database; nil in a folder
	release    func() error                // releases the folder's other lock, if any
}

// Open opens a data folder for writing, and creates it if it does not exist.
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
	c := &Core{Folder: f, Kind: kind, Store: store, Outbox: f.Outbox(), Inbox: f.Inbox(), Leadership: soleNode{}, Exposed: exposed}
	if err := c.openFolder(ctx); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return c, nil
}

// OpenExisting opens a folder that was used before, with the kind it was
// created with.
func OpenExisting(ctx context.Context, f folder.Folder) (*Core, error) {
	if err := f.MustExist(); err != nil {
		return nil, err
	}
	if err := f.MustBeOurs(); err != nil {
		return nil, err
	}
	kind, err := f.Kind()
	if err != nil {
		return nil, err
	}
	return Open(ctx, f, kind)
}

// openFolder opens what is stored beside the log in a folder.
func (c *Core) openFolder(ctx context.Context) error {
	log, err := Identify(ctx, c.Store)
	if err != nil {
		return err
	}
	if log.Head > 0 { // with events there must be keys: new keys could not open what the lost ones sealed
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
	contradiction, err := differs(ctx, c.Folder, c.Store)
	if err != nil {
		return err
	}
	return c.begin(ctx, log, func(log delivery.Log) (*delivery.Switch, error) { return c.Folder.OpenDelivery(log, contradiction) })
}

// begin builds the ledger on the log and issues the first operations
// credential if the log is empty.
func (c *Core) begin(ctx context.Context, log delivery.Log, openSwitch func(delivery.Log) (*delivery.Switch, error)) (err error) {
	c.Ledger = &ledger.Ledger{Store: c.Store, Keys: c.Keys, Known: ledger.NewKnown()}
	if c.Ledger.Clock, err = clockOf(ctx, c.Kind, c.Store); err != nil {
		return err
	}
	c.FirstStart = log.Head <= 1
	// Before the first event: otherwise a crash right after it would look like
	// a restored backup at the next start.
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
	return c.note(ctx) // immediately: a folder that loses its log later must know that it had one
}

// clockOf returns the clock of a ledger by its kind.
func clockOf(ctx context.Context, kind folder.Kind, store eventstore.Store) (ledger.Clock, error) {
	if kind == folder.Sandbox {
		return ledger.OpenSandboxClock(ctx, store, time.Now)
	}
	return ledger.MachineClock{}, nil
}

// openKept opens the kept files of a folder, and removes what a crash left
// unfinished.
func openKept(f folder.Folder) (kept.Folder, error) {
	files, err := kept.Open(f.Kept())
	if err != nil {
		return files, err
	}
	return files, files.Sweep()
}

// reloadWithin bounds how long note waits for what other nodes noted.
const reloadWithin = 5 * time.Second

// note records beside the log its identity and its head. What another node recorded
// there meanwhile stays.
func (c *Core) note(ctx context.Context) error {
	if c.reload != nil {
		reading, cancel := context.WithTimeout(ctx, reloadWithin)
		defer cancel()
		if err := c.reload(reading); err != nil {
			return err
		}
	}
	log, err := Identify(ctx, c.Store)
	if err != nil {
		return err
	}
	return c.Switch.Note(log)
}

// Close records the head of the log and closes it.
func (c *Core) Close() error {
	err := c.note(context.Background())
	if c.switched != nil {
		err = errors.Join(err, c.writeWitness(context.Background()))
	}
	err = errors.Join(err, c.Store.Close())
	if c.release != nil {
		err = errors.Join(err, c.release())
	}
	return err
}

// Identify returns the identity of a log and its head.
func Identify(ctx context.Context, s interface {
	Head(ctx context.Context) (eventstore.Head, error)
	ReadAll(ctx context.Context, after int64, limit int) ([]eventstore.Recorded, error)
}) (delivery.Log, error) {
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
