package sqlite_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
)

var errPulled = errors.New("someone pulled the disk")

// TestAFailedCommit has eight callers in one batch whose commit fails.
func TestAFailedCommit(t *testing.T) {
	full := sqlite3.Error{Code: sqlite3.ErrFull}
	for name, tt := range map[string]struct {
		err  error
		kept int64 // of its events, found by the next process
	}{
		"that left nothing":              {errPulled, 0},
		"that is on disk after all":      {errPulled, 8},
		"for want of room, yet complete": {full, 8},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			var commits atomic.Int64
			queued := make(chan struct{})
			fault := func() error {
				switch commits.Add(1) {
				case 1:
					return nil
				case 2:
					<-queued
					return nil
				default:
					return tt.err
				}
			}
			faults := sqlite.Faults{BeforeCommit: fault}
			if tt.kept > 0 {
				faults = sqlite.Faults{AfterCommit: fault}
			}
			s := open(t, folder, sqlite.Options{Faults: faults})
			tell(t, s, "a", 0, 2)
			var wg sync.WaitGroup
			wg.Go(func() { tell(t, s, "b", 0, 1) })
			for commits.Load() < 2 {
				time.Sleep(time.Millisecond)
			}
			errs := make([]error, 8)
			for i := range errs {
				wg.Go(func() { _, errs[i] = s.Append(t.Context(), story(fmt.Sprint("c", i), 0, 1)) })
			}
			time.Sleep(500 * time.Millisecond) // all of them are in the queue
			close(queued)
			wg.Wait()

			<-s.Failed()
			for i, err := range errs {
				if !errors.Is(err, eventstore.ErrUnknownOutcome) || !errors.Is(err, tt.err) {
					t.Errorf("caller %d got %v", i, err)
				}
			}
			if _, err := s.Append(t.Context(), story("d", 0, 1)); !errors.Is(err, eventstore.ErrFailed) || errors.Is(err, eventstore.ErrUnknownOutcome) {
				t.Errorf("writing on: %v", err)
			}
			if err := s.PutToken(t.Context(), eventstore.Token{Hash: []byte("h")}); !errors.Is(err, eventstore.ErrFailed) {
				t.Errorf("putting a token: %v", err)
			}
			if head := headOf(t, s); head.Position != 3 {
				t.Errorf("the head moved to %d before the commit", head.Position)
			}
			if reached, err := s.Reached(t.Context(), "c1"); err != nil || reached != 3 {
				t.Errorf("the client's newest position moved to %d before the commit; %v", reached, err)
			}
			if events, err := s.ReadStream(t.Context(), "a", 0); err != nil || len(events) != 2 {
				t.Errorf("reading on: %d events, %v", len(events), err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}

			s = open(t, folder, sqlite.Options{})
			if head := headOf(t, s); head.Position != 3+tt.kept {
				t.Errorf("the next process finds the head at %d, want %d", head.Position, 3+tt.kept)
			}
			tell(t, s, "a", 2, 1)
			mustBeSound(t, s)
		})
	}
}

// pulled breaks while broken is set.
func pulled(broken *atomic.Bool, err error) error {
	if broken.Load() {
		return err
	}
	return nil
}

func TestADiskThatIsNearlyFull(t *testing.T) {
	var free atomic.Uint64
	free.Store(1 << 30)
	s := open(t, t.TempDir(), sqlite.Options{Faults: sqlite.Faults{
		FreeBytes: func(string) (uint64, error) { return free.Load(), nil },
	}})
	tell(t, s, "a", 0, 1)

	free.Store(64<<20 - 1)
	time.Sleep(150 * time.Millisecond) // what was found holds for a moment
	if _, err := s.Append(t.Context(), story("b", 0, 1)); !errors.Is(err, eventstore.ErrStorageFull) {
		t.Errorf("nearly full: %v", err)
	}
	if events, err := s.ReadStream(t.Context(), "a", 0); err != nil || len(events) != 1 {
		t.Errorf("reading on: %d events, %v", len(events), err)
	}

	free.Store(64 << 20)
	time.Sleep(150 * time.Millisecond)
	tell(t, s, "b", 0, 1)
	mustBeSound(t, s)
	mustNotHaveFailed(t, s)
}

func TestAFullDiskAtTheCommit(t *testing.T) {
	var broken atomic.Bool
	s := open(t, t.TempDir(), sqlite.Options{Faults: sqlite.Faults{
		BeforeCommit: func() error { return pulled(&broken, sqlite3.Error{Code: sqlite3.ErrFull}) },
	}})
	tell(t, s, "a", 0, 2)
	broken.Store(true)
	key := eventstore.IdempotencyKey{Client: "c1", Scope: "s", Key: "k"}
	keyed := story("b", 0, 1)
	keyed.Idempotency = &key
	for range 3 {
		if _, err := s.Append(t.Context(), keyed); !errors.Is(err, eventstore.ErrStorageFull) {
			t.Errorf("full: %v", err)
		}
	}
	broken.Store(false)
	if got, err := s.Append(t.Context(), keyed); err != nil || got.First != 3 {
		t.Errorf("with room again: %v, %v", got, err)
	}
	mustBeSound(t, s)
	mustNotHaveFailed(t, s)
}

func mustNotHaveFailed(t *testing.T, s *sqlite.Store) {
	t.Helper()
	select {
	case <-s.Failed():
		t.Error("the store failed")
	default:
	}
}
