package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/cmd/internal/delivery"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore"
)

// StoreCopy is the input of CopyStore. In both directions the folder contains
// the master key, in keys/.
type StoreCopy struct {
	URL     string // of the database, with the serving role
	Owner   string // of the database, with the owner's role, to create the tables of an empty one; optional
	Folder  folder.Folder
	ToStore bool   // from the folder to the database; otherwise back
	Inbox   string // of the database's nodes, to check that it is empty; optional
	Abandon bool   // give up the copy: the ledger stays where it is

	// Progress reports events copied, files copied, and events verified.
	Progress func(what string) (at func(done, total int64), done func())
}

// CopyStore moves a ledger from a folder into a database, or back. Delivery is
// never on in both places: it is turned off at the source, permanently, before
// anything is copied, and set at the target to what it was only after the
// whole copy was verified. An interrupted copy may be repeated.
func CopyStore(ctx context.Context, o StoreCopy) (head eventstore.Head, err error) {
	inFolder, inDatabase := &folderEnd{folder: o.Folder}, &databaseEnd{url: o.URL, owner: o.Owner, folder: o.Folder, inbox: o.Inbox}
	var from, to end = inFolder, inDatabase
	if !o.ToStore {
		from, to = to, from
	}
	if o.ToStore && !o.Abandon {
		if err := inDatabase.make(ctx); err != nil {
			return head, err
		}
	}
	err = inDatabase.alone(ctx, o.Abandon && o.ToStore, func(ctx context.Context) (err error) {
		if err := from.openSource(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, from.close()) }()
		if o.Abandon {
			return abandon(ctx, from, to)
		}
		head, err = moveLedger(ctx, from, to, o)
		return err
	})
	return head, err
}

// end is the source or the target of a copy.
type end interface {
	name() string // its location, for messages and for the source's switch
	kind() folder.Kind
	openSource(ctx context.Context) error
	openTarget(ctx context.Context, kind folder.Kind) error
	source() eventstore.Source
	target() eventstore.Copy
	beside() beside
	control() *delivery.Switch          // of the source
	idle(ctx context.Context) error     // fails if anything is under way
	deserted(ctx context.Context) error // fails if a node may still accept payments although the switch says that the ledger moved
	empty(ctx context.Context) (bool, error)
	verify(ctx context.Context, progress func(done, total int64)) (eventstore.Report, error)
	arrive(ctx context.Context, r delivery.Record, log delivery.Log) error
	close() error
}

func moveLedger(ctx context.Context, from, to end, o StoreCopy) (head eventstore.Head, err error) {
	if err := to.openTarget(ctx, from.kind()); err != nil {
		return head, err
	}
	defer func() { err = errors.Join(err, to.close()) }()
	if err := from.idle(ctx); err != nil {
		return head, err
	}
	log, err := Identify(ctx, from.source())
	if err != nil {
		return head, err
	}
	record, err := from.control().MoveTo(to.name(), log)
	if err != nil {
		return head, err
	}
	if err := from.deserted(ctx); err != nil {
		return head, err
	}
	at, done := o.Progress("copying")
	err = eventstore.CopyTo(ctx, to.target(), from.source(), at)
	done()
	if err == nil {
		at, done = o.Progress("copying kept files")
		err = copyBeside(ctx, to.beside(), from.beside(), at)
		done()
	}
	if err != nil {
		return head, fmt.Errorf("%w; nothing leaves from either place: type it again, and it continues", err)
	}
	if head, err = compareEnds(ctx, from, to); err != nil {
		return head, err
	}
	at, done = o.Progress("reading it back")
	report, err := to.verify(ctx, at)
	done()
	if err == nil && !report.Sound() {
		err = fmt.Errorf("the copy is not sound: %v", report.Problems)
	}
	if err != nil {
		return head, err
	}
	return head, to.arrive(ctx, record, log)
}

// compareEnds compares the heads of both logs.
func compareEnds(ctx context.Context, from, to end) (eventstore.Head, error) {
	was, err := from.source().Head(ctx)
	if err != nil {
		return was, err
	}
	is, err := to.target().Head(ctx)
	if err == nil && was != is {
		err = fmt.Errorf("the copy ends at event %d with another hash than event %d of the log: its target holds another log", is.Position, was.Position)
	}
	return is, err
}

// abandon keeps a ledger where it is, if nothing of it is at the target.
func abandon(ctx context.Context, from, to end) error {
	empty, err := to.empty(ctx)
	if err == nil && !empty {
		err = fmt.Errorf("%s holds events: drop it first, or type the copy again, and it continues", to.name())
	}
	if err != nil {
		return err
	}
	log, err := Identify(ctx, from.source())
	if err != nil {
		return err
	}
	return from.control().Stay(log)
}
