package files

import (
	"sync"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/http/api"
)

// How many event streams may be open at once.
const (
	maxStreams       = 16 // of a credential
	maxClientStreams = 64 // of a client
)

// streams are the event streams that are open. It wakes those of a client
// when the log has something new of that client, and of no other.
type streams struct {
	store eventstore.Store

	mu      sync.Mutex
	keys    map[string]int
	clients map[string]*listeners
	stop    func() // ends follow; nil while no stream is open
}

// listeners are the streams of one client.
type listeners struct {
	last int64 // position of its newest event when they were woken
	wake map[chan struct{}]struct{}
}

func newStreams(store eventstore.Store) *streams {
	return &streams{store: store, keys: map[string]int{}, clients: map[string]*listeners{}}
}

// open takes a place for a stream, which leave gives back. It is refused when
// the credential, or the client, has as many as it may.
func (s *streams) open(who api.Caller) (wake <-chan struct{}, leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.clients[who.Client]
	switch {
	case s.keys[who.Key] >= maxStreams:
		return nil, nil, api.NewProblem(api.CodeTooMany, "this credential has %d event streams open: close one first", maxStreams).After(streamRetry)
	case of != nil && len(of.wake) >= maxClientStreams:
		return nil, nil, api.NewProblem(api.CodeTooMany, "this client has %d event streams open: close one first", maxClientStreams).After(streamRetry)
	case of == nil:
		of = &listeners{last: s.store.LastFor(who.Client), wake: map[chan struct{}]struct{}{}}
		s.clients[who.Client] = of
	}
	c := make(chan struct{}, 1)
	s.keys[who.Key]++
	of.wake[c] = struct{}{}
	if s.stop == nil {
		hint, unsubscribe := s.store.Notify()
		done := make(chan struct{})
		s.stop = func() { unsubscribe(); close(done) }
		go s.follow(hint, done)
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
	if delete(of.wake, c); len(of.wake) == 0 {
		delete(s.clients, who.Client)
	}
	if len(s.clients) == 0 {
		s.stop()
		s.stop = nil
	}
}

// follow wakes streams at commits until done closes.
func (s *streams) follow(hint <-chan struct{}, done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-hint:
			s.look()
		}
	}
}

func (s *streams) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for client, of := range s.clients {
		last := s.store.LastFor(client)
		if last == of.last {
			continue
		}
		of.last = last
		for c := range of.wake {
			select {
			case c <- struct{}{}:
			default:
			}
		}
	}
}
