package ledger

import (
	"context"
	"fmt"
	"sync"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// Known caches aggregates whose streams are long and read often: files with
// thousands of batches, which each of their transactions reads; vault tokens,
// which have an event for each use; and holders, which have one for each
// transfer. A reader still reads the stream from the newest cached event on, so
// the result is current.
type Known struct {
	files   knownStreams[domain.File]
	tokens  knownStreams[domain.VaultToken]
	holders knownStreams[domain.Holder]
}

// Bounds of the cache: some 30 MB of batches, 3 MB of tokens and 20 MB of
// transfers.
const (
	batchesKnown   = 100_000
	tokensKnown    = 10_000
	transfersKnown = 200_000
)

// NewKnown returns an empty cache.
func NewKnown() *Known {
	return &Known{
		files: knownStreams[domain.File]{most: batchesKnown, size: func(f domain.File) int { return 1 + len(f.Batches) }},
		tokens: knownStreams[domain.VaultToken]{
			most: tokensKnown, size: func(domain.VaultToken) int { return 1 },
			clone: func(t domain.VaultToken) domain.VaultToken { return t },
		},
		holders: knownStreams[domain.Holder]{
			most: transfersKnown, size: func(h domain.Holder) int { return 1 + 4*len(h.Relationships) + len(h.Transfers) },
			clone: domain.Holder.Clone,
		},
	}
}

// fileKnown reads a file that the caller must not change.
func (l *Ledger) fileKnown(ctx context.Context, id string) (domain.File, error) {
	at := FileStream("", id)
	at.known = func(k *Known) *knownStreams[domain.File] { return &k.files }
	return Load(ctx, l, at)
}

// knownStreams are the cached aggregates of one kind.
type knownStreams[T any] struct {
	most int
	size func(T) int
	// clone copies an aggregate for a reader, so that the cached one can
	// evolve. Without it readers share the cached aggregate, and one with new
	// events is read from its beginning.
	clone func(T) T

	mu     sync.Mutex
	of     map[string]*standing[T]
	filled int
}

// read returns the present aggregate of a stream.
func (k *knownStreams[T]) read(ctx context.Context, l *Ledger, at Stream[T]) (standing[T], error) {
	before, event, ok := k.newest(at.Name)
	if !ok {
		return k.readAll(ctx, l, at)
	}
	events, err := l.Store.ReadStream(ctx, at.Name, before-1)
	switch {
	case err != nil:
		return standing[T]{aggregate: at.empty}, fmt.Errorf("read stream %s: %w", at.Name, err)
	case len(events) == 0 || events[0].EventID != event: // the log is another one than before
		k.forget(at.Name)
		return k.readAll(ctx, l, at)
	}
	if now, ok, err := k.evolved(at, events[1:]); ok || err != nil {
		return now, err
	}
	return k.readAll(ctx, l, at)
}

func (k *knownStreams[T]) newest(stream string) (version int64, event [16]byte, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if a := k.of[stream]; a != nil {
		return a.version, a.newest, true
	}
	return 0, event, false
}

// evolved applies new events to the cached aggregate; ok is false when the
// stream has to be read from its beginning.
func (k *knownStreams[T]) evolved(at Stream[T], events []eventstore.Recorded) (now standing[T], ok bool, err error) {
	facts := make([]domain.Fact, len(events))
	for i, r := range events {
		if k.clone == nil {
			return now, false, nil
		}
		if facts[i], err = Fact(r); err != nil {
			return now, false, err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	a := k.of[at.Name]
	if a == nil {
		return now, false, nil
	}
	for i, r := range events {
		if r.Version != a.version+1 {
			continue // another reader was first
		}
		k.filled -= k.size(a.aggregate)
		at.evolve(&a.aggregate, facts[i])
		k.filled += k.size(a.aggregate)
		a.version, a.newest = r.Version, r.EventID
	}
	return k.handOut(a), true, nil
}

func (k *knownStreams[T]) handOut(a *standing[T]) standing[T] {
	now := *a
	if k.clone != nil {
		now.aggregate = k.clone(a.aggregate)
	}
	return now
}

func (k *knownStreams[T]) readAll(ctx context.Context, l *Ledger, at Stream[T]) (standing[T], error) {
	now, err := at.readAll(ctx, l)
	if err != nil || now.version == 0 {
		return now, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if a := k.of[at.Name]; a != nil {
		if a.version >= now.version {
			return now, nil
		}
		k.filled -= k.size(a.aggregate)
	}
	if k.of == nil || k.filled+k.size(now.aggregate) > k.most {
		k.of, k.filled = map[string]*standing[T]{}, 0
	}
	kept := now
	k.of[at.Name] = &kept
	k.filled += k.size(now.aggregate)
	return k.handOut(&kept), nil
}

func (k *knownStreams[T]) forget(stream string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if a := k.of[stream]; a != nil {
		k.filled -= k.size(a.aggregate)
		delete(k.of, stream)
	}
}
