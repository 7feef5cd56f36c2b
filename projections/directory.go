package projections

import (
	"context"
	"sync"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Directory answers who clients and credentials are, from their streams in
// the log; one that does not exist has version 0 and is not remembered, so that
// guessed names cost no memory. It never gives an answer older than what this
// process had written when it was asked: a key stops when its revocation is
// answered.
type Directory struct {
	ledger      *ledger.Ledger
	views       *Views // nil: every commit is looked at
	clients     streams[domain.Client]
	credentials streams[domain.Credential]
}

// NewDirectory makes a directory that reads the log and lets the views tell
// it which of the streams moved. Make it before the views run.
func NewDirectory(l *ledger.Ledger, v *Views) *Directory {
	d := &Directory{ledger: l, views: v}
	d.clients.read, d.clients.version = l.Client, func(c domain.Client) int64 { return c.Version }
	d.credentials.read, d.credentials.version = l.Credential, func(c domain.Credential) int64 { return c.Version }
	if v != nil {
		v.OnEvent(d.heard)
	}
	return d
}

// Client is a client as it stands.
func (d *Directory) Client(ctx context.Context, id string) (domain.Client, error) {
	return get(ctx, d, &d.clients, id, domain.ClientStream(id))
}

// Credential is a credential as it stands.
func (d *Directory) Credential(ctx context.Context, key string) (domain.Credential, error) {
	c, err := get(ctx, d, &d.credentials, key, domain.CredentialStream(key))
	return d.ledger.Confirmed(c), err
}

func (d *Directory) heard(_ domain.Fact, r eventstore.Recorded) {
	switch aggregate, id, _ := cutStream(r.Stream); aggregate {
	case "client":
		d.clients.move(id, r.Position)
	case "credential":
		d.credentials.move(id, r.Position)
	}
}

// streams remembers folds of one kind of stream.
type streams[T any] struct {
	read    func(context.Context, string) (T, error)
	version func(T) int64
	mu      sync.Mutex
	entries map[string]*remembered[T]
	moved   map[string]int64 // newest events heard of, by id
}

// remembered is a fold and up to which position of the log it is known to be
// the newest.
type remembered[T any] struct {
	mu    sync.Mutex
	known bool
	value T
	upTo  int64
}

// maxRemembered bounds what is remembered of each kind.
const maxRemembered = 10_000

func (s *streams[T]) move(id string, position int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.moved == nil {
		s.moved = map[string]int64{}
	}
	s.moved[id] = position
}

func (s *streams[T]) entry(id string) (e *remembered[T], moved int64) {
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
	return e, s.moved[id]
}

// drop forgets an entry that was made for a stream that cannot be read or
// does not exist.
func (s *streams[T]) drop(id string, e *remembered[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries[id] == e && !e.known {
		delete(s.entries, id)
	}
}

// get answers from memory when this process wrote nothing of the kind since,
// by far the most frequent case; or when all that was written was heard and
// none of it was of this stream. Else it reads the stream; of those who ask
// for one at the same time only the first does.
func get[T any](ctx context.Context, d *Directory, s *streams[T], id, stream string) (T, error) {
	var none T
	aggregate, _, _ := cutStream(stream)
	written := d.ledger.Store.LastIn(aggregate)
	heard := int64(0)
	if d.views != nil {
		heard = d.views.heard.Load() // before the entry is looked at
	}
	e, moved := s.entry(id)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known && e.upTo >= written {
		return e.value, nil
	}
	head, err := d.ledger.Store.Head(ctx)
	if err != nil {
		return none, err
	}
	if e.known && heard >= head.Position && moved <= e.upTo {
		return e.value, nil
	}
	value, err := s.read(ctx, id)
	if err != nil || s.version(value) == 0 {
		s.drop(id, e)
		return value, err
	}
	e.value, e.known, e.upTo = value, true, head.Position
	return e.value, nil
}
