package sqlite

import (
	"strings"
	"sync"
)

// newest remembers the last position this process wrote for each client, so
// that a list can wait for its view to show a client its own writes, and for
// each aggregate, so that what was read of one need not be read again.
type newest struct {
	mu         sync.RWMutex
	atOpening  int64
	clients    map[string]int64
	aggregates map[string]int64
}

func newestFrom(head int64) newest {
	return newest{atOpening: head, clients: map[string]int64{}, aggregates: map[string]int64{}}
}

func (n *newest) of(client string) int64    { return n.at(n.clients, client) }
func (n *newest) in(aggregate string) int64 { return n.at(n.aggregates, aggregate) }

func (n *newest) at(positions map[string]int64, name string) int64 {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if p, ok := positions[name]; ok {
		return p
	}
	return n.atOpening
}

// moved takes in the committed requests of a batch.
func (n *newest) moved(batch []*request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, r := range batch {
		if r.err != nil || r.tokens != nil {
			continue
		}
		last := r.result.First - 1
		for i := range r.appends {
			last += int64(len(r.appends[i].Events))
			n.clients[r.appends[i].Client] = last
			aggregate, _, _ := strings.Cut(r.appends[i].Stream, "/")
			n.aggregates[aggregate] = last
		}
	}
}
