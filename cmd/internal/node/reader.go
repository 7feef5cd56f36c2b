package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers/kept"
	"github.com/achledger/achledger/workers/verify"
)

// Reader is a data folder open for reading only, possibly while a server runs
// on it.
type Reader struct {
	Folder folder.Folder
	Store  verify.Store
	Kept   eventstore.Kept
	Outbox string // for the bank's files; empty if not given
	log    string // where the log is, for messages
	Keys   *seal.Keyring
	Ledger *ledger.Ledger
}

// OpenReader opens a folder for reading. Errors name the command to try.
func OpenReader(ctx context.Context, f folder.Folder) (*Reader, error) {
	if err := f.MustExist(); err != nil {
		return nil, err
	}
	kind, err := f.Kind()
	if err != nil {
		return nil, err
	}
	store, err := sqlite.Open(string(f), sqlite.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	r := &Reader{Folder: f, Store: store, Kept: kept.Folder(f.Kept()), Outbox: f.Outbox(), log: f.Log()}
	if r.Keys, err = seal.OpenReadOnly(f.Keys()); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return r, r.begin(ctx, kind)
}

// OpenDatabaseReader opens a ledger in a database for reading. The folder is a
// node's: its views are read, and its master key opens sealed values.
func OpenDatabaseReader(ctx context.Context, f folder.Folder, url, outbox string) (*Reader, error) {
	return openDatabaseReader(ctx, f, postgres.Options{URL: url, ReadOnly: true, Knows: domain.Vocabulary}, outbox)
}

// OpenDatabaseRebuilder is OpenDatabaseReader for a command that keeps what it
// reads. It reads as a node does, up to what a commit of its own proves: what a
// failover may still take back must not get into views.
func OpenDatabaseRebuilder(ctx context.Context, f folder.Folder, url string) (*Reader, error) {
	return openDatabaseReader(ctx, f, postgres.Options{URL: url, Knows: domain.Vocabulary, Introduced: domain.Introduced}, "")
}

func openDatabaseReader(ctx context.Context, f folder.Folder, o postgres.Options, outbox string) (*Reader, error) {
	store, err := postgres.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	l, err := store.Ledger(ctx)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	r := &Reader{
		Folder: f, Store: store, Kept: store.Kept(), Outbox: outbox, log: "the database",
		Keys: seal.OpenReadOnlyWith(f.Keys(), store.Wraps()),
	}
	return r, r.begin(ctx, folder.Kind(l.Kind))
}

// begin builds the ledger; on an error it closes the reader.
func (r *Reader) begin(ctx context.Context, kind folder.Kind) (err error) {
	r.Ledger = &ledger.Ledger{Store: r.Store, Keys: r.Keys}
	if r.Ledger.Clock, err = clockOf(ctx, kind, r.Store); err != nil {
		return errors.Join(err, r.Store.Close())
	}
	return nil
}

// Views opens the views for reading.
func (r *Reader) Views(ctx context.Context) (*projections.Views, error) {
	v, err := projections.Open(ctx, r.Folder.Views(), r.Store, projections.Options{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("%w; a server makes the views when it starts, or try: achledger rebuild --data %s", err, r.Folder)
	}
	return v, nil
}

// Subject is the folder as package verify reads it.
func (r *Reader) Subject() verify.Subject {
	return verify.Subject{
		Ledger: r.Ledger, Store: r.Store, Log: r.log, Kept: r.Kept, Outbox: r.Outbox,
		ViewsFile: r.Folder.Views(), Rebuild: "achledger rebuild --data " + string(r.Folder), Views: r.Views, Stream: r.compareStream,
	}
}

// compareStream asks the running server, which is connected to the broker.
func (r *Reader) compareStream(ctx context.Context) (found relay.Comparison, err error) {
	server, err := control.Dial(ctx, r.Folder)
	if errors.Is(err, control.ErrNoServer) {
		return found, verify.ErrNoServer
	}
	if err != nil {
		return found, err
	}
	err = server.Call(ctx, "stream", Nothing{}, &found)
	return found, errors.Join(err, server.Close())
}

// Close closes the log.
func (r *Reader) Close() error { return r.Store.Close() }
