package files

import (
	"context"
	"sync"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/http/api"
)

// How many event streams may be open at once.
const (
	maxStreams       = 16 // of a credential
	maxClientStreams = 64 // of a client
)

// streams are the open event streams. It wakes those of a client when the log
// has something new for that client.
type streams struct {
	store eventstore.Store

	mu      sync.Mutex
	keys    map[string]int
	clients map[string]listeners
	stop    func() // stops follow; nil while no stream is open
}

// listeners are the streams of one client, by the channels that wake them.
type listeners map[chan struct{}]struct{}

func newStreams(store eventstore.Store) *streams {
	return &streams{store: store, keys: map[string]int{}, clients: map[string]listeners{}}
}

// open takes a place for a stream; leave frees it. It is refused when the
// credential, or the client, has as many as allowed.
func (s *streams) open(who api.Caller) (wake <-chan struct{}, leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.clients[who.Client]
	switch {
	case s.keys[who.Key] >= maxStreams:
		return nil, nil, api.NewProblem(api.CodeTooMany, "this credential has %d event streams open: close one first", maxStreams).After(streamRetry)
	case len(of) >= maxClientStreams:
		return nil, nil, api.NewProblem(api.CodeTooMany, "this client has %d event streams open: close one first", maxClientStreams).After(streamRetry)
	case of == nil:
		of = listeners{}
		s.clients[who.Client] = of
	}
	c := make(chan struct{}, 1)
	s.keys[who.Key]++
	of[c] = struct{}{}
	if s.stop == nil {
		hint, unsubscribe := s.store.Notify()
		ctx, cancel := context.WithCancel(context.Background())
		s.stop = func() { unsubscribe(); cancel() }
		go s.follow(ctx, hint)
	}
	return c, sync.OnceFunc(func() { s.leave(who, c) }), nil
}

func (s *streams) leave(who api.Caller, c chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys[who.Key]--; s.keys[who.Key] == 0 {
		delete(s.keys, who.Key)
	}
	of := s.clients[who.Client]
	if delete(of, c); len(of) == 0 {
		delete(s.clients, who.Client)
	}
	if len(s.clients) == 0 {
		s.stop()
		s.stop = nil
	}
}

// follow wakes streams at commits until ctx ends. At the first commit it wakes
// all: it does not know how far they have read.
func (s *streams) follow(ctx context.Context, hint <-chan struct{}) {
	for at := int64(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-hint:
			at = s.look(ctx, at)
		}
	}
}

// maxLook is the number of new events above which all streams are woken.
const maxLook = 4000

// look wakes the clients that have events after a position, and returns how far
// it looked.
func (s *streams) look(ctx context.Context, at int64) int64 {
	head, err := s.store.Head(ctx)
	clients := map[string]bool{}
	known := err == nil && at > 0 && head.Position-at <= maxLook
	if known {
		known = eventstore.Scan(ctx, s.store, at, head.Position, func(r *eventstore.Recorded) { clients[r.Client] = true }) == nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for client, of := range s.clients {
		if !known || clients[client] {
			of.wake()
		}
	}
	return max(at, head.Position)
}

func (l listeners) wake() {
	for c := range l {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
