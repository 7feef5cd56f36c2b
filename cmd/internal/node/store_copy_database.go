package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/achledger/achledger/cmd/internal/delivery"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/follow"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/seal"
)

// databaseEnd is a database as the source or target of a copy.
type databaseEnd struct {
	url    string
	owner  string        // URL of the owner's role; optional
	folder folder.Folder // contains the master key
	inbox  string
	store  *postgres.Store // nil if the database does not exist
	ledger postgres.Ledger
	onOff  *delivery.Switch
}

func (e *databaseEnd) name() string              { return "ledger " + e.ledger.ID + " in a database" }
func (e *databaseEnd) kind() folder.Kind         { return folder.Kind(e.ledger.Kind) }
func (e *databaseEnd) source() eventstore.Source { return e.store }
func (e *databaseEnd) target() eventstore.Copy   { return e.store }
func (e *databaseEnd) beside() beside            { return beside{e.store.Wraps(), e.store.Kept()} }
func (e *databaseEnd) control() *delivery.Switch { return e.onOff }
func (e *databaseEnd) close() error              { return nil } // alone closes it

// make creates the tables of a database that has none, for a ledger with the
// master key and of the kind of the folder. It may be repeated.
func (e *databaseEnd) make(ctx context.Context) error {
	if e.owner == "" {
		return nil
	}
	if err := e.folder.MustExist(); err != nil {
		return err
	}
	kind, err := e.folder.Kind()
	if err != nil {
		return err
	}
	role, err := postgres.RoleOf(e.url)
	if err != nil {
		return err
	}
	_, err = postgres.Init(ctx, e.owner, role, func(found *postgres.Ledger) (l postgres.Ledger, err error) {
		if found != nil {
			return *found, nil // whether it fits is checked where it is opened
		}
		l = postgres.Ledger{ID: uuid.NewString(), Kind: string(kind)}
		l.Mark, err = seal.Mark(e.folder.Keys())
		return l, err
	})
	return err
}

// alone runs do while no node uses the database. mayMiss allows the database
// not to exist.
func (e *databaseEnd) alone(ctx context.Context, mayMiss bool, do func(context.Context) error) (err error) {
	e.store, err = postgres.Open(ctx, postgres.Options{URL: e.url, Knows: domain.Vocabulary, Introduced: domain.Introduced})
	if mayMiss && postgres.Missing(err) {
		e.store = nil
		return do(ctx)
	}
	if errors.Is(err, postgres.ErrNotMade) {
		err = fmt.Errorf("%w, or name that role with --owner postgres://OWNER@HOST/NAME, and the copy creates its tables", err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.store.Close()) }()
	if e.ledger, err = e.store.Ledger(ctx); err != nil {
		return err
	}
	if err := seal.CheckMark(e.folder.Keys(), e.ledger.Mark); err != nil {
		return err
	}
	err = e.store.RunOnceAsLeader(ctx, func(ctx context.Context, _ int64) error {
		if err := e.noNode(ctx); err != nil {
			return err
		}
		return do(ctx)
	})
	if errors.Is(err, postgres.ErrOtherLeader) {
		err = errors.New("a node of the ledger in the database runs: stop every node first")
	}
	return err
}

// noNode refuses a ledger of which a node runs.
func (e *databaseEnd) noNode(ctx context.Context) error {
	nodes, err := e.store.Nodes(ctx)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		if n.Live() {
			return fmt.Errorf("node %s of the ledger in the database runs: stop every node first", n.Name)
		}
	}
	return nil
}

// noticedWithin is how long a node may serve without noticing that the ledger was
// moved, and how long it may run without being in the table of nodes.
const noticedWithin = keysLevelFor + 2*followEvery

// deserted implements end. A node may have started after alone looked, and have read
// the switch before it said that the ledger moves: what such a node accepts would not be
// in the copy. What one accepted that has ended since is copied: the store learns now
// how far the log is, in case it missed the notifications of that.
func (e *databaseEnd) deserted(ctx context.Context) error {
	if !follow.Sleep(ctx, noticedWithin) {
		return ctx.Err()
	}
	err := e.noNode(ctx)
	if err == nil {
		_, err = e.store.Reached(ctx, "")
	}
	return err
}

func (e *databaseEnd) openSource(ctx context.Context) error {
	log, err := Identify(ctx, e.store)
	if err != nil {
		return err
	}
	e.onOff, err = (&row{store: e.store}).open(ctx, log, "")
	return err
}

func (e *databaseEnd) openTarget(ctx context.Context, is folder.Kind) error {
	if err := is.MustBe(e.kind()); err != nil {
		return err
	}
	_, version, err := e.store.Delivery(ctx)
	if err == nil && version > 0 {
		err = errors.New("the database holds a ledger that is in use: name another one")
	}
	return err
}

func (e *databaseEnd) idle(ctx context.Context) error {
	if e.inbox != "" {
		unread, err := unreadIn(e.inbox)
		if err == nil && unread > 0 {
			err = fmt.Errorf("%s not been read yet in %s: start a node, and let it take in what is there", text.Count(unread, "file has", "files have"), e.inbox)
		}
		if err != nil {
			return err
		}
	}
	return nothingUnderWay(ctx, e.folder.Views(), e.store)
}

func (e *databaseEnd) empty(ctx context.Context) (bool, error) {
	if e.store == nil {
		return true, nil
	}
	reached, err := e.store.Reached(ctx, "")
	return reached == 0, err
}

func (e *databaseEnd) verify(ctx context.Context, progress func(done, total int64)) (eventstore.Report, error) {
	return e.store.Verify(ctx, progress)
}

// arrive sets the switch to what it was at the source, and marks the log as
// verified in this database.
func (e *databaseEnd) arrive(ctx context.Context, r delivery.Record, log delivery.Log) error {
	identity, err := e.store.Identity(ctx)
	if err != nil {
		return err
	}
	content, err := json.Marshal(switchRow{Log: log.FirstEvent, Position: log.Head, Hash: log.Hash, Identity: identity, Record: r})
	if err != nil {
		return err
	}
	return e.store.SetDelivery(0, 1, content)
}
