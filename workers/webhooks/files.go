package webhooks

import (
	"context"
	"sync"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// fileCache caches files with the range of log positions in which they stood
// so: consecutive messages show entries of the same file.
type fileCache struct {
	ledger *ledger.Ledger

	mu    sync.Mutex
	known []cachedFile // newest last
}

// cachedFile is the state of a file from one position of the log to another.
type cachedFile struct {
	file       string
	first, end int64
	is         domain.File
}

// maxCachedFiles bounds the cache.
const maxCachedFiles = 64

func newFileCache(l *ledger.Ledger) *fileCache { return &fileCache{ledger: l} }

// at returns the file as it stood at a position: empty before it was opened.
// The result is shared and must not be changed.
func (c *fileCache) at(ctx context.Context, id string, position int64) (domain.File, error) {
	c.mu.Lock()
	for _, k := range c.known {
		if k.file == id && k.first <= position && position <= k.end {
			c.mu.Unlock()
			return k.is, nil
		}
	}
	c.mu.Unlock()
	head, err := c.ledger.Store.Head(ctx) // read before the stream, which is therefore complete up to this position
	if err != nil {
		return domain.File{}, err
	}
	events, err := c.ledger.Store.ReadStream(ctx, domain.FileStream(id), 0)
	if err != nil {
		return domain.File{}, err
	}
	k := cachedFile{file: id, end: max(head.Position, position)}
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
	if len(c.known) >= maxCachedFiles {
		c.known = append(c.known[:0], c.known[1:]...)
	}
	c.known = append(c.known, k)
	return k.is, nil
}
