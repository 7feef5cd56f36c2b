package sqlite

import (
	"context"
	"sync"

	"github.com/achledger/achledger/eventstore/groupcommit"
)

// Reached implements Store. If another process writes the log, only the head is
// known. Of its own writes a store remembers the newest for each client, so
// that the list of a quiet client never waits for the writes of a busy one.
func (s *Store) Reached(ctx context.Context, client string) (int64, error) {
	if client != "" && s.writer != nil {
		return s.newest.of(client), ctx.Err()
	}
	head, err := s.Head(ctx)
	return head.Position, err
}

// newest remembers the last position this process wrote for each client.
type newest struct {
	mu        sync.RWMutex
	atOpening int64 // for clients without a write by this process
	clients   map[string]int64
}

func newestFrom(head int64) newest {
	return newest{atOpening: head, clients: map[string]int64{}}
}

func (n *newest) of(client string) int64 {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if p, ok := n.clients[client]; ok {
		return p
	}
	return n.atOpening
}

// moved records the committed requests of a batch.
func (n *newest) moved(batch []*groupcommit.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, r := range batch {
		if r.Err != nil || r.Beside != nil {
			continue
		}
		last := r.Result.First - 1
		for i := range r.Appends {
			last += int64(len(r.Appends[i].Events))
			n.clients[r.Appends[i].Client] = last
		}
	}
}
