package webhooks

import (
	"context"
	"sync"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// fileCache remembers files as they stood in stretches of the log: many
// entries of a file are shown one after the other.
type fileCache struct {
	ledger *ledger.Ledger

	mu    sync.Mutex
	known []stretch // the newest last
}

// stretch is a file as it stood from one position of the log to another.
type stretch struct {
	file       string
	first, end int64
	is         domain.File
}

// maxStretches bounds what is remembered.
const maxStretches = 64

func newFileCache(l *ledger.Ledger) *fileCache { return &fileCache{ledger: l} }

// at is a file as it stood at a position; one that was not opened yet is
// empty. It is not to be changed.
func (c *fileCache) at(ctx context.Context, id string, position int64) (domain.File, error) {
	c.mu.Lock()
	for _, k := range c.known {
		if k.file == id && k.first <= position && position <= k.end {
			c.mu.Unlock()
			return k.is, nil
		}
	}
	c.mu.Unlock()
	head, err := c.ledger.Store.Head(ctx) // before the stream: it is whole up to here
	if err != nil {
		return domain.File{}, err
	}
	events, err := c.ledger.Store.ReadStream(ctx, domain.FileStream(id), 0)
	if err != nil {
		return domain.File{}, err
	}
	k := stretch{file: id, end: max(head.Position, position)}
	for n, r := range events {
		if r.Position > position {
			events, k.end = events[:n], r.Position-1
			break
		}
		k.first = r.Position
	}
	if err := ledger.Fold(&k.is, events); err != nil {
		return domain.File{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.known) >= maxStretches {
		c.known = append(c.known[:0], c.known[1:]...)
	}
	c.known = append(c.known, k)
	return k.is, nil
}
