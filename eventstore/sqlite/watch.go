package sqlite

import (
	"context"
	"sync"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// watchEvery is how often a log that is open for reading looks for another
// process's commits, while it has subscribers.
const watchEvery = 200 * time.Millisecond

// Notify implements Store. A log that is open for reading polls the head a few
// times a second.
func (s *Store) Notify() (hint <-chan struct{}, stop func()) {
	if s.writer != nil {
		return s.hints.Subscribe()
	}
	ctx, cancel := context.WithCancel(context.Background())
	hint, unsubscribe := s.hints.Subscribe()
	last, _ := s.readHead(ctx) // read now, so that no later commit is missed
	go s.watch(ctx, last)
	return hint, sync.OnceFunc(func() { cancel(); unsubscribe() })
}

// watch sends a hint at every change of the head until ctx ends or the store
// closes.
func (s *Store) watch(ctx context.Context, last eventstore.Head) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.readers.Closed():
			return
		case <-tick.C:
		}
		if head, err := s.readHead(ctx); err == nil && head != last {
			last = head
			s.hints.Send()
		}
	}
}
