package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

func TestThreeNodesRaceAndEveryVersionAndKeyHasOneWinner(t *testing.T) {
	s, url := fresh(t, postgres.Options{})
	nodes := []*postgres.Store{s, open(t, postgres.Options{URL: url}), open(t, postgres.Options{URL: url})}
	var won, keys atomic.Int64
	var all sync.WaitGroup
	for n, s := range nodes {
		for range 8 {
			all.Go(func() {
				for i := range 20 {
					versions, err := s.Versions(t.Context(), []string{"contested"})
					if err != nil {
						t.Error(err)
						return
					}
					_, err = s.Append(t.Context(), story("contested", versions["contested"], 1))
					var version *eventstore.VersionError
					switch {
					case err == nil:
						won.Add(1)
					case !errors.As(err, &version):
						t.Error(err)
					}
					_, err = s.Append(t.Context(), keyed(story(fmt.Sprintf("%d/%p/%d", n, &i, i), 0, 1), fmt.Sprint("k", i)))
					var used *eventstore.KeyUsedError
					switch {
					case err == nil:
						keys.Add(1)
					case !errors.As(err, &used):
						t.Error(err)
					}
				}
			})
		}
	}
	all.Wait()
	if keys.Load() != 20 {
		t.Errorf("%d calls won with 20 keys", keys.Load())
	}
	for n, s := range nodes {
		if got := int64(len(whole(t, s))); got != won.Load()+20 {
			t.Errorf("node %d sees %d events, %d were answered", n, got, won.Load()+20)
		}
	}
}

func TestWhatOneNodeAnswersEveryOtherOneReaches(t *testing.T) {
	s, url := fresh(t, postgres.Options{Heartbeat: time.Hour}) // notifications and questions alone
	other := open(t, postgres.Options{URL: url, Heartbeat: time.Hour})
	hint, stop := other.Notify()
	defer stop()
	for i := range int64(50) {
		result := tell(t, s, "a", i, 1)
		reached, err := other.Reached(t.Context(), "c1")
		if err != nil || reached < result.Last {
			t.Fatalf("the other node reached %d, %v; %d was answered", reached, err, result.Last)
		}
		if page, err := other.ReadAll(t.Context(), result.Last-1, 10); err != nil || len(page) == 0 {
			t.Fatalf("the other node reads %d events behind %d, %v", len(page), result.Last-1, err)
		}
		if events, err := other.ReadStream(t.Context(), "a", i); err != nil || len(events) != 1 {
			t.Fatalf("the other node reads %d events of the stream, %v", len(events), err)
		}
	}
	for len(hint) > 0 {
		<-hint
	}
	tell(t, s, "a", 50, 1)
	select {
	case <-hint:
	case <-time.After(10 * time.Second):
		t.Error("the other node was not told")
	}
	if head, err := other.Head(t.Context()); err != nil || head.Position != 51 {
		t.Errorf("the other node's head is %d, %v", head.Position, err)
	}
}

// Whoever has the append lock and stops holds the others up for a few seconds,
// whether the server waits for its next statement or in the middle of one. Woken,
// it finds that it wrote nothing, and writes behind the others.
func TestANodeThatStopsWithTheLockHoldsOthersForSeconds(t *testing.T) {
	for name, piece := range map[string]int{"in the middle of its rows": 2, "while it asks for the lock": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, _ := postgrestest.Ledger(t)
			f, reached, wake := &lines{writers: true}, make(chan struct{}), make(chan struct{})
			s := open(t, postgres.Options{URL: url, Dial: f.dial})
			tell(t, s, "a", 0, 1)
			f.set(func(l *line, b []byte) error { // half of a piece is sent
				if l.n++; l.n != piece {
					return nil
				}
				f.set(nil, nil)
				_, err := l.Conn.Write(b[:len(b)/2])
				close(reached)
				<-wake
				l.sent = len(b) / 2
				return err
			}, nil)
			done := make(chan error)
			go func() { _, err := s.Append(context.Background(), story("a", 1, 1)); done <- err }()
			<-reached
			other := open(t, postgres.Options{URL: url})
			began := time.Now()
			if got := tell(t, other, "b", 0, 1); got.First != 2 {
				t.Errorf("the other node wrote at %d", got.First)
			}
			t.Logf("the other node waited %s", time.Since(began).Round(time.Millisecond))
			close(wake)
			if err := <-done; err != nil {
				t.Errorf("woken: %v", err)
			}
			if events := whole(t, other); len(events) != 3 || events[2].Stream != "a" {
				t.Errorf("the log holds %d events", len(events))
			}
		})
	}
}
