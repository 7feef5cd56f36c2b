package node

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/achledger/achledger/cmd/internal/delivery"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/seal"
)

// Database locates a ledger shared by several nodes. The zero value means that
// the ledger is in the data folder.
type Database struct {
	URL    string // with the serving role
	Node   string // this node's name; if empty, one is made up and kept in its folder
	Outbox string // where files for the bank are put, on storage shared by the nodes
	Inbox  string // where files from the bank are picked up, also shared

	// NextMaster is a file with the master key for the next rotation; it need
	// not exist yet.
	NextMaster string

	change func(*postgres.Options) // for tests
}

// openDatabase opens a ledger in a database. The folder holds what is specific
// to this node, and must contain the ledger's master key.
func openDatabase(ctx context.Context, o Options) (*Core, error) {
	madeUp := o.Database.Node == ""
	if madeUp {
		kept, err := o.Folder.NodeName()
		if err != nil {
			return nil, err
		}
		o.Database.Node = cmp.Or(kept, postgres.MadeUpName())
	}
	options := postgres.Options{URL: o.Database.URL, Node: o.Database.Node, Release: o.Release, Log: o.Log, Knows: domain.Vocabulary, Introduced: domain.Introduced}
	if o.Database.change != nil {
		o.Database.change(&options)
	}
	store, err := postgres.Open(ctx, options)
	if err != nil {
		return nil, err
	}
	c := &Core{Folder: o.Folder, Kind: o.Kind, Store: store, Kept: store.Kept(), Outbox: o.Database.Outbox, Inbox: o.Database.Inbox, Leadership: store}
	c.nextMaster = o.Database.NextMaster
	c.nodes = func() int { return store.Primary().Nodes }
	share := func(ledger string) error { // holds the folder's lock
		if madeUp {
			if err := c.Folder.KeepNodeName(options.Node); err != nil {
				return err
			}
		}
		return c.share(ledger)
	}
	if err := c.openOrClose(ctx, store, share); err != nil {
		return nil, err
	}
	return c, nil
}

// openOrClose is openBeside, and closes the store if that fails.
func (c *Core) openOrClose(ctx context.Context, store *postgres.Store, share func(ledger string) error) error {
	err := c.openBeside(ctx, store, share)
	if err == nil {
		return nil
	}
	if c.release != nil {
		err = errors.Join(err, c.release())
	}
	return errors.Join(err, store.Close())
}

// openBeside opens what belongs to a log in a database.
func (c *Core) openBeside(ctx context.Context, store *postgres.Store, share func(ledger string) error) error {
	l, err := store.Ledger(ctx)
	if err != nil {
		return err
	}
	if err := c.Kind.MustBe(folder.Kind(l.Kind)); err != nil {
		return err
	}
	if c.release, err = c.Folder.MakeNode(l.ID); err != nil {
		return err
	}
	if c.Exposed, err = c.Folder.Private(); err != nil {
		return err
	}
	if err := share(l.ID); err != nil {
		return err
	}
	if c.Keys, err = seal.OpenWith(c.Folder.Keys(), c.nextMaster, store.Wraps()); err != nil {
		return err
	}
	log, err := Identify(ctx, store)
	if err != nil {
		return err
	}
	contradiction, err := differs(ctx, c.Folder, store)
	if err != nil {
		return err
	}
	r := &row{store: store}
	c.reload = func(ctx context.Context) error { return r.reload(ctx, c.Switch) }
	err = c.begin(ctx, log, func(log delivery.Log) (*delivery.Switch, error) { return r.open(ctx, log, contradiction) })
	if err != nil {
		return err
	}
	c.switched = r
	return c.writeWitness(ctx) // by now a contradiction is recorded in the switch
}

// sharesEnough refuses a sandbox without folders exchanged with the bank, in which it
// simulates the bank.
func sharesEnough(kind folder.Kind, outbox, inbox string) error {
	if kind == folder.Sandbox && (outbox == "" || inbox == "") {
		return errors.New("a sandbox in a database needs --outbox and --inbox: folders that all nodes share")
	}
	return nil
}

// share takes over the folders exchanged with the bank.
func (c *Core) share(ledger string) error {
	if err := sharesEnough(c.Kind, c.Outbox, c.Inbox); err != nil {
		return err
	}
	for flag, path := range map[string]string{"--outbox": c.Outbox, "--inbox": c.Inbox} {
		if path == "" {
			continue
		}
		if err := folder.Share(path, ledger); err != nil {
			return fmt.Errorf("%s: %w", flag, err)
		}
	}
	return nil
}

// row stores the delivery switch in the database.
type row struct {
	store *postgres.Store

	mu      sync.Mutex
	version int64
	now     switchRow
	saved   int // how often this process wrote the row
}

// switchRow is the content of the row: the switch, and the log that it was set
// for.
type switchRow struct {
	Log      string `json:"log,omitempty"`      // id of the log's first event
	Position int64  `json:"position"`           // head of the log when it was saved
	Hash     string `json:"hash,omitempty"`     // of the event at Position
	Identity string `json:"identity,omitempty"` // of the database in which the log was last verified
	delivery.Record
}

// reload reads the switch as other nodes set it, and what they noted beside it: in which
// database the log was verified, above all, which does not change the version.
func (r *row) reload(ctx context.Context, s *delivery.Switch) error {
	r.mu.Lock()
	saved := r.saved
	r.mu.Unlock()
	content, version, err := r.store.Delivery(ctx)
	if err != nil {
		return err
	}
	var now switchRow
	if content == nil {
		return nil
	}
	if err := json.Unmarshal(content, &now); err != nil {
		return fmt.Errorf("read the delivery switch: %w", err)
	}
	s.Follow(func() (delivery.Record, bool) {
		r.mu.Lock()
		defer r.mu.Unlock()
		newer := version > r.version
		if newer || version == r.version && saved == r.saved { // otherwise it may have been read before this process wrote it
			r.version, r.now = version, now
		}
		return now.Record, newer
	})
	return nil
}

// open reads the switch. It starts on in a new ledger, and off if the row itself
// or a witness contradicts the log.
func (r *row) open(ctx context.Context, log delivery.Log, contradiction string) (*delivery.Switch, error) {
	content, version, err := r.store.Delivery(ctx)
	if err != nil {
		return nil, err
	}
	r.version = version
	if content == nil && log.Head == 0 {
		if r.now.Identity, err = r.store.Identity(ctx); err != nil {
			return nil, err
		}
		s := delivery.New(delivery.Record{Otherwise: true}, r)
		return s, s.Note(log)
	}
	reason := "the database has a log and no delivery switch: it was restored from another time"
	if content != nil {
		if err := json.Unmarshal(content, &r.now); err != nil {
			return nil, fmt.Errorf("read the delivery switch: %w", err)
		}
		another, err := r.anotherEvent(ctx, log)
		if err != nil {
			return nil, err
		}
		reason = cmp.Or(r.now.contradicts(log), another, contradiction)
	}
	if reason == "" {
		return delivery.New(r.now.Record, r), nil
	}
	off := r.now.Off(reason, log) // only a person turns it on again
	return delivery.New(off, r), r.Save(off, log)
}

// anotherEvent says so if the log has a different event at the position
// recorded when the switch was last set or noted.
func (r *row) anotherEvent(ctx context.Context, log delivery.Log) (reason string, err error) {
	if r.now.Hash == "" || r.now.Position == 0 || r.now.Position > log.Head {
		return "", nil
	}
	events, err := r.store.ReadAll(ctx, r.now.Position-1, 1)
	if err != nil || len(events) > 0 && hex.EncodeToString(events[0].Hash[:]) == r.now.Hash {
		return "", err
	}
	return fmt.Sprintf("event %d of the log differs from before: the database was restored from another time", r.now.Position), nil
}

// contradicts explains why a log is not the one that the switch was set for,
// or returns "".
func (s switchRow) contradicts(log delivery.Log) string {
	switch {
	case s.Log != "" && s.Log != log.FirstEvent:
		return "the log in the database is another ledger's"
	case s.Position > log.Head:
		return fmt.Sprintf("the log ends at %d and had %d events before: the database was restored from another time", log.Head, s.Position)
	}
	return ""
}

// Version implements delivery.Keeper.
func (r *row) Version() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.version
}

// Save implements delivery.Keeper. The version counts changes of the switch
// itself, not of what is noted beside it.
func (r *row) Save(record delivery.Record, log delivery.Log) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := switchRow{Log: log.FirstEvent, Position: log.Head, Hash: log.Hash, Identity: r.now.Identity, Record: record}
	content, err := json.Marshal(next)
	if err != nil {
		return err
	}
	before, err := json.Marshal(r.now.Record)
	if err != nil {
		return err
	}
	after, err := json.Marshal(record)
	if err != nil {
		return err
	}
	version := r.version
	switch {
	case string(before) != string(after) || r.version == 0:
		version++
	case r.now.Log == next.Log && r.now.Position >= next.Position:
		return nil // nothing to note
	}
	return r.set(version, next, content)
}

// set writes the row. The caller holds r.mu.
func (r *row) set(version int64, next switchRow, content []byte) error {
	r.saved++
	if err := r.store.SetDelivery(r.version, version, content); err != nil {
		return err
	}
	r.version, r.now = version, next
	return nil
}

// recordSound records the database in which the log was verified.
func (r *row) recordSound(identity string, log delivery.Log) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := switchRow{Log: log.FirstEvent, Position: log.Head, Hash: log.Hash, Identity: identity, Record: r.now.Record}
	content, err := json.Marshal(next)
	if err != nil {
		return err
	}
	return r.set(r.version, next, content)
}

// identity is the identity of the database in which the log was last verified.
func (r *row) identity() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now.Identity
}
