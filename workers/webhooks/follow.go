package webhooks

import (
	"context"
	"strings"
	"sync"

	"github.com/achledger/achledger/eventstore"
)

// follower reads the log once for all webhooks and keeps the position of each
// client's newest event, so that a webhook with nothing new reads nothing.
type follower struct {
	store eventstore.Store

	mu     sync.Mutex
	from   int64 // every event after this position was read
	at     int64 // up to this one; negative: not begun
	first  int64 // head of the log at the first call of firstHead; negative: none
	newest map[string]int64
}

func newFollower(s eventstore.Store) follower {
	return follower{store: s, from: -1, at: -1, first: -1, newest: map[string]int64{}}
}

// firstHead returns the head given in the first call.
func (f *follower) firstHead(head int64) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first < 0 {
		f.first = head
	}
	return f.first
}

func (f *follower) begin(position int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.from, f.at = position, position
}

// newEvents is what look found in the events that it read.
type newEvents struct {
	clients  map[string]bool // with events
	webhooks []name          // whose streams have events
}

type name struct{ client, id string }

// look reads the log up to its head. clients are those with webhooks.
func (f *follower) look(ctx context.Context, clients map[string]bool) (newEvents, error) {
	n := newEvents{clients: map[string]bool{}}
	head, err := f.store.Head(ctx)
	if err != nil {
		return n, err
	}
	newest, opened := map[string]int64{}, map[string]bool{}
	err = eventstore.Scan(ctx, f.store, f.at, head.Position, func(r *eventstore.Recorded) {
		newest[r.Client] = r.Position
		rest, ok := strings.CutPrefix(r.Stream, "webhook/")
		if client, id, named := strings.Cut(rest, "/"); ok && named {
			n.webhooks = append(n.webhooks, name{client, id})
			opened[client] = true
		}
	})
	if err != nil {
		return n, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for client := range clients {
		if _, known := f.newest[client]; !known {
			f.newest[client] = f.at // nothing newer, as these events were read
		}
	}
	for client, position := range newest {
		if clients[client] || opened[client] {
			f.newest[client], n.clients[client] = position, true
		}
	}
	f.at = max(f.at, head.Position)
	return n, nil
}

// nothingAfter reports whether a client is known to have no event after a position,
// and up to where.
func (f *follower) nothingAfter(client string, after int64) (upTo int64, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	newest, known := f.newest[client]
	if !known || after < f.from || newest > after {
		return 0, false
	}
	return f.at, f.at > after
}

// behind returns how far a cursor is behind the newest event of a client, in
// positions of the log.
func (f *follower) behind(client string, cursor int64) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return max(0, f.newest[client]-cursor)
}
