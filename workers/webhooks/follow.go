package webhooks

import (
	"context"
	"strings"
	"sync"

	"github.com/achledger/achledger/eventstore"
)

// follower reads the log once for all webhooks, and remembers for each client
// how new its newest event is, so that webhooks need not look themselves.
type follower struct {
	store eventstore.Store

	mu     sync.Mutex
	from   int64 // it has seen every event behind it,
	at     int64 // up to this one; below zero: it has not begun
	first  int64 // the head when it was first asked for
	newest map[string]int64
}

func newFollower(s eventstore.Store) follower {
	return follower{store: s, from: -1, at: -1, first: -1, newest: map[string]int64{}}
}

// firstHead remembers the first of the heads it is given.
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

// news is what was found in a stretch of the log.
type news struct {
	clients  map[string]bool // with events
	webhooks []name          // whose streams have events
}

type name struct{ client, id string }

// look reads up to the head. Clients are those with webhooks.
func (f *follower) look(ctx context.Context, clients map[string]bool) (news, error) {
	n := news{clients: map[string]bool{}}
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
			f.newest[client] = f.at // or older
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

// quiet reports up to where nothing of a client lies behind a position, where
// that is known.
func (f *follower) quiet(client string, after int64) (upTo int64, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	newest, known := f.newest[client]
	if !known || after < f.from || newest > after {
		return 0, false
	}
	return f.at, f.at > after
}

// behind is how many events of the log a cursor has yet to pass to have all of
// a client.
func (f *follower) behind(client string, cursor int64) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return max(0, f.newest[client]-cursor)
}
