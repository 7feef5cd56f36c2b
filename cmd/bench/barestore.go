package main

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// bareStore is a Store that only commits: each append becomes one opaque row,
// with many rows per transaction. It keeps in memory only what each request
// reads: clients and credentials.
type bareStore struct {
	eventstore.Tokens
	conn    *connection
	waiting chan *bareAppend
	stopped chan struct{}
	closed  chan struct{}

	mu      sync.RWMutex
	streams map[string][]eventstore.Recorded
}

type bareAppend struct {
	data []byte
	done chan error
	at   int64
}

func openBare(path string) (*bareStore, error) {
	conn, err := connect(path, "CREATE TABLE rows(id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT", "INSERT INTO rows(data) VALUES(?)")
	if err != nil {
		return nil, err
	}
	s := &bareStore{
		conn: conn, waiting: make(chan *bareAppend, inFlight), stopped: make(chan struct{}), closed: make(chan struct{}),
		streams: map[string][]eventstore.Recorded{},
	}
	go s.write()
	return s, nil
}

// write is the group commit: all waiting appends go into one transaction.
func (s *bareStore) write() {
	defer close(s.closed)
	last := int64(0)
	for {
		batch, open := nextBatch(s.waiting, s.stopped)
		if !open {
			return
		}
		err := s.conn.commit(func() error {
			for _, a := range batch {
				if err := execute(s.conn.insert, a.data); err != nil {
					return err
				}
			}
			return nil
		})
		for _, a := range batch {
			last++
			a.at = last
			a.done <- err
		}
	}
}

// nextBatch waits for one item and returns it with all others that wait. It
// ends when stopped is closed.
func nextBatch[T any](waiting <-chan T, stopped <-chan struct{}) (batch []T, open bool) {
	select {
	case <-stopped:
		return nil, false
	case one := <-waiting:
		batch = append(batch, one)
	}
	for len(batch) < inFlight {
		select {
		case one := <-waiting:
			batch = append(batch, one)
		default:
			return batch, true
		}
	}
	return batch, true
}

// Append implements eventstore.Store.
func (s *bareStore) Append(_ context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	a := &bareAppend{done: make(chan error, 1)}
	for _, change := range appends {
		for _, e := range change.Events {
			a.data = append(append(a.data, e.Data...), e.Meta...)
		}
		if !strings.HasPrefix(change.Stream, "transaction/") {
			s.remember(change)
		}
	}
	s.waiting <- a
	err := <-a.done
	return eventstore.Result{First: a.at, Last: a.at}, err
}

func (s *bareStore) remember(a eventstore.Append) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range a.Events {
		known := s.streams[a.Stream]
		s.streams[a.Stream] = append(known, eventstore.Recorded{
			Position: 1, Stream: a.Stream, Version: int64(len(known) + 1), Client: a.Client, Type: e.Type, Data: e.Data, Meta: e.Meta, RecordedAt: time.Now(),
		})
	}
}

// ReadStream implements eventstore.Store.
func (s *bareStore) ReadStream(_ context.Context, stream string, after int64) ([]eventstore.Recorded, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	known := s.streams[stream]
	return known[min(after, int64(len(known))):], nil
}

// ReadStreams implements eventstore.Store.
func (s *bareStore) ReadStreams(ctx context.Context, streams []string) (map[string][]eventstore.Recorded, error) {
	all := map[string][]eventstore.Recorded{}
	for _, stream := range streams {
		all[stream], _ = s.ReadStream(ctx, stream, 0)
	}
	return all, nil
}

// ReadAll implements eventstore.Store: the views see an empty log.
func (s *bareStore) ReadAll(context.Context, int64, int) ([]eventstore.Recorded, error) {
	return nil, nil
}

// ReadHistories implements eventstore.Store.
func (s *bareStore) ReadHistories(context.Context, string, int64, int64, func([]eventstore.Recorded) error) error {
	return nil
}

// Versions implements eventstore.Store.
func (s *bareStore) Versions(context.Context, []string) (map[string]int64, error) { return nil, nil }

// Key implements eventstore.Store.
func (s *bareStore) Key(context.Context, eventstore.IdempotencyKey) (eventstore.KeyUse, bool, error) {
	return eventstore.KeyUse{}, false, nil
}

// Head implements eventstore.Store.
func (s *bareStore) Head(context.Context) (eventstore.Head, error) { return eventstore.Head{}, nil }

// Reached implements eventstore.Store: nothing waits.
func (s *bareStore) Reached(context.Context, string) (int64, error) { return 0, nil }

// Notify implements eventstore.Store: nothing follows.
func (s *bareStore) Notify() (<-chan struct{}, func()) { return make(chan struct{}), func() {} }

// Failed implements eventstore.Store.
func (s *bareStore) Failed() <-chan struct{} { return nil }

// Close implements eventstore.Store.
func (s *bareStore) Close() error {
	close(s.stopped)
	<-s.closed
	return s.conn.Close()
}
