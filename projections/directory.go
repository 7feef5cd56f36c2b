package projections

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Directory returns clients, credentials and ODFIs from their streams in the
// log, and caches them. One that does not exist has version 0 and is not
// cached, so that guessed names use no memory. Each call first reads the events
// since the previous call and drops what they concern. So a result is never
// older than the head of the log at the call: a revoked key stops working when
// its revocation is confirmed, and on another node when that node has the
// event.
type Directory struct {
	ledger      *ledger.Ledger
	clients     streams[domain.Client]
	credentials streams[domain.Credential]
	banks       streams[domain.Bank]

	scanning sync.Mutex
	scanned  atomic.Int64 // position up to which the log was read
}

// NewDirectory makes a directory that reads the log.
func NewDirectory(l *ledger.Ledger) *Directory {
	d := &Directory{ledger: l}
	d.clients.read, d.clients.version = l.Client, func(c domain.Client) int64 { return c.Version }
	d.credentials.read, d.credentials.version = l.Credential, func(c domain.Credential) int64 { return c.Version }
	// A bank without settings has no rules; that is cached, too.
	d.banks.read, d.banks.version = l.Bank, func(domain.Bank) int64 { return 1 }
	return d
}

// Client returns a client's present state, with the rules of its banks.
func (d *Directory) Client(ctx context.Context, id string) (domain.Client, error) {
	c, err := get(ctx, d, &d.clients, id)
	for _, odfi := range c.Settings.ODFIs {
		if err != nil {
			break
		}
		var bank domain.Bank
		if bank, err = get(ctx, d, &d.banks, odfi); bank.MayRefuse() {
			if c.Banks == nil {
				c.Banks = map[string]domain.Bank{}
			}
			c.Banks[odfi] = bank
		}
	}
	return c, err
}

// Bank returns the present settings of one of our ODFIs.
func (d *Directory) Bank(ctx context.Context, routing string) (domain.Bank, error) {
	return get(ctx, d, &d.banks, routing)
}

// Credential returns a credential's present state.
func (d *Directory) Credential(ctx context.Context, key string) (domain.Credential, error) {
	c, err := get(ctx, d, &d.credentials, key)
	return d.ledger.Confirmed(c), err
}

// maxScan is the number of new events from which on the whole cache is dropped
// instead of reading them: there was no call for a while.
const maxScan = 4000

// scan drops what was written since the previous call.
func (d *Directory) scan(ctx context.Context) error {
	head, err := d.ledger.Store.Head(ctx)
	if err != nil || head.Position <= d.scanned.Load() {
		return err
	}
	d.scanning.Lock()
	defer d.scanning.Unlock()
	switch from := d.scanned.Load(); {
	case head.Position <= from:
		return nil
	case head.Position-from > maxScan:
		d.clients.forgetAll()
		d.credentials.forgetAll()
		d.banks.forgetAll()
	default:
		if err := eventstore.Scan(ctx, d.ledger.Store, from, head.Position, d.heard); err != nil {
			return err
		}
	}
	d.scanned.Store(head.Position)
	return nil
}

func (d *Directory) heard(r *eventstore.Recorded) {
	switch aggregate, id, _ := cutStream(r.Stream); aggregate {
	case "client":
		d.clients.forget(id)
	case "bank":
		d.banks.forget(id)
	case "credential":
		d.credentials.forget(id)
	}
}

// streams caches folds of one kind of stream.
type streams[T any] struct {
	read    func(context.Context, string) (T, error)
	version func(T) int64
	mu      sync.Mutex
	entries map[string]*remembered[T]
}

// remembered is a cached fold. When something is written to its stream, the
// entry is removed from the map; a caller that still has it asked before that.
type remembered[T any] struct {
	mu    sync.Mutex
	known bool
	value T
}

// maxRemembered bounds the cached folds of each kind.
const maxRemembered = 10_000

func (s *streams[T]) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.entries, id)
}

func (s *streams[T]) forgetAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries = nil
}

func (s *streams[T]) entry(id string) *remembered[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.entries[id]
	if !ok {
		if s.entries == nil || len(s.entries) >= maxRemembered {
			s.entries = map[string]*remembered[T]{}
		}
		e = &remembered[T]{}
		s.entries[id] = e
	}
	return e
}

// drop removes an entry whose stream cannot be read or does not exist.
func (s *streams[T]) drop(id string, e *remembered[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries[id] == e {
		delete(s.entries, id)
	}
}

// get returns the cached fold if nothing was written to the stream since it was
// read. Otherwise it reads the stream; of several callers at the same time only
// the first does. The entry is looked up after the scan: it was then made after
// the events that the scan saw, and is read after that.
func get[T any](ctx context.Context, d *Directory, s *streams[T], id string) (T, error) {
	if err := d.scan(ctx); err != nil {
		var none T
		return none, err
	}
	e := s.entry(id)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known {
		return e.value, nil
	}
	value, err := s.read(ctx, id)
	if err != nil || s.version(value) == 0 {
		s.drop(id, e)
		return value, err
	}
	e.value, e.known = value, true
	return e.value, nil
}
