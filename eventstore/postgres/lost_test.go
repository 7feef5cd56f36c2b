package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
	"github.com/achledger/achledger/eventstore/testseed"
)

// The second answer a writer gets for a batch is that of its COMMIT: the first
// one is to what it read under the lock.
func TestAnAppendWhoseAnswerIsLostIsWrittenOnce(t *testing.T) {
	for name, faults := range map[string]func(f *lines){
		"its COMMIT is done and the answer lost": func(f *lines) {
			f.set(nil, func(l *line, _ []byte) error {
				if l.n++; l.n == 2 {
					f.set(nil, nil)
					return errCut
				}
				return nil
			})
		},
		"its COMMIT never arrives": func(f *lines) {
			f.set(func(l *line, _ []byte) error {
				if l.n++; l.n == 2 {
					f.set(nil, nil)
					return errCut
				}
				return nil
			}, nil)
		},
		"the line is cut while it waits for the lock": func(f *lines) {
			f.set(nil, func(*line, []byte) error { f.set(nil, nil); return errCut })
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := &lines{writers: true}
			s, _ := fresh(t, postgres.Options{Dial: f.dial, Heartbeat: time.Hour})
			tell(t, s, "a", 0, 1) // the writer's statements are prepared
			faults(f)
			if got := tell(t, s, "a", 1, 2); got != (eventstore.Result{First: 2, Last: 3}) {
				t.Errorf("written at %v", got)
			}
			if _, err := s.Append(t.Context(), keyed(story("b", 0, 1), "k")); err != nil {
				t.Errorf("the next one: %v", err)
			}
			if n := len(whole(t, s)); n != 4 {
				t.Errorf("the log holds %d events, want 4", n)
			}
		})
	}
}

func TestNobodyGuessesWhileTheDatabaseStaysAway(t *testing.T) {
	for name, tt := range map[string]struct {
		answers int // that come before the database is away
		want    error
	}{
		"before COMMIT was sent": {0, eventstore.ErrAway},
		"after COMMIT was sent":  {1, eventstore.ErrUnknownOutcome},
	} {
		t.Run(name, func(t *testing.T) {
			f := &lines{writers: true}
			s, _ := fresh(t, postgres.Options{Dial: f.dial, Heartbeat: time.Hour, OutcomeTimeout: 300 * time.Millisecond})
			if _, err := s.Append(t.Context(), keyed(story("a", 0, 1), "first")); err != nil { // prepares the writer's statements
				t.Fatal(err)
			}
			f.set(nil, func(l *line, _ []byte) error {
				if l.n++; l.n > tt.answers {
					return errCut
				}
				return nil
			})
			_, err := s.Append(t.Context(), keyed(story("a", 1, 1), "k"))
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			f.set(nil, nil)
			// Asked again, with the same key, it is written once.
			_, err = s.Append(t.Context(), keyed(story("a", 1, 1), "k"))
			var used *eventstore.KeyUsedError
			if err != nil && (!errors.As(err, &used) || used.Use.First != 2) {
				t.Errorf("asked again: %v", err)
			}
			if n := len(whole(t, s)); n != 2 {
				t.Errorf("the log holds %d events, want 2", n)
			}
			select {
			case <-s.Failed():
				t.Error("the store gave up")
			default:
			}
		})
	}
}

// An ask reaches the database, and its line breaks before the answer comes; so does the
// line of the repetition. The leader carries the ask out.
func TestAnAskWhoseAnswerIsLostMayBeCarriedOut(t *testing.T) {
	f := &lines{}
	s, _ := fresh(t, postgres.Options{Dial: f.dial, Heartbeat: time.Hour})
	var asking sync.Map // lines on which the ask was sent
	f.set(func(l *line, b []byte) error {
		if bytes.Contains(b, []byte("files/confirm")) {
			asking.Store(l, true)
		}
		return nil
	}, func(l *line, _ []byte) error {
		if _, ok := asking.Load(l); ok {
			return errCut
		}
		return nil
	})
	_, err := s.Ask(t.Context(), postgres.Ask{ID: "one", Verb: "files/confirm", Body: []byte("f1")})
	f.set(nil, nil)
	if !errors.Is(err, eventstore.ErrUnknownOutcome) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	must(t, s.Asks(ctx, 1, func(_ context.Context, a postgres.Ask) ([]byte, error) {
		if a.ID != "one" || string(a.Body) != "f1" {
			t.Errorf("the leader is asked %+v", a)
		}
		cancel()
		return nil, errCut
	}))
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Error("the ask is not there")
	}
}

// Three nodes write over lines that break at random, in the middle of whatever
// they do. Whatever is answered is there, where the answer says; what is not
// answered is there once or not at all.
func TestOverLinesThatBreakNothingIsLostAndNothingDoubled(t *testing.T) {
	seed := testseed.Of(t, 20261129)
	url, _ := postgrestest.Ledger(t)
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, 1))
	breaks := func(*line, []byte) error {
		mu.Lock()
		defer mu.Unlock()
		if random.IntN(60) == 0 {
			return errCut
		}
		return nil
	}
	var nodes []*postgres.Store
	for range 3 {
		f := &lines{}
		nodes = append(nodes, open(t, postgres.Options{URL: url, Dial: f.dial, Heartbeat: 50 * time.Millisecond}))
		f.set(breaks, breaks)
		t.Cleanup(func() { f.set(nil, nil) })
	}
	var answered sync.Map // position to stream
	var all sync.WaitGroup
	for n, s := range nodes {
		for w := range 6 {
			all.Go(func() {
				for i := range 15 {
					stream := fmt.Sprintf("%d/%d/%d", n, w, i)
					result, err := s.Append(t.Context(), keyed(story(stream, 0, 1+i%3), stream), story(stream+"b", 0, 1))
					switch {
					case err == nil:
						answered.Store(result.First, stream)
					case !errors.Is(err, eventstore.ErrAway) && !errors.Is(err, eventstore.ErrUnknownOutcome):
						t.Errorf("stream %s: %v", stream, err)
					}
				}
			})
		}
	}
	all.Wait()
	s := open(t, postgres.Options{URL: url})
	at, seen := map[int64]string{}, 0
	for _, e := range whole(t, s) {
		at[e.Position] = e.Stream
	}
	answered.Range(func(position, stream any) bool {
		seen++
		if at[position.(int64)] != stream {
			t.Errorf("position %d holds %s and was answered for %s", position, at[position.(int64)], stream)
		}
		return true
	})
	t.Logf("%d of 270 calls were answered, %d events are in the log", seen, len(at))
}
