package sqlite_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// TestAFailedCheckpoint: what was acknowledged stays, and nothing is written
// on over pages that may be lost. The log hears of it although nobody writes,
// and when the writer has to wait for the copy it does not continue with it.
func TestAFailedCheckpoint(t *testing.T) {
	folder := t.TempDir()
	var copies atomic.Int64
	s := open(t, folder, sqlite.Options{Faults: sqlite.Faults{
		Checkpoint: func() error {
			copies.Add(1)
			time.Sleep(500 * time.Millisecond) // the write-ahead log grows beyond what may wait
			return errPulled
		},
	}})
	data := json.RawMessage(`"` + strings.Repeat("x", eventstore.MaxEventBytes-2) + `"`)
	var acknowledged int64
	for failed := false; !failed; {
		a := eventstore.Append{Stream: "a", Client: "c1", Expect: acknowledged, Events: []eventstore.New{{Type: "x.y", Data: data}}}
		switch _, err := s.Append(t.Context(), a); {
		case err == nil:
			acknowledged++
		case !errors.Is(err, eventstore.ErrFailed):
			t.Fatal(err)
		}
		if acknowledged > 100 {
			t.Fatal("nothing is ever copied")
		}
		if acknowledged < 8 { // 32 MB are copied at once
			continue
		}
		select {
		case <-s.Failed():
			failed = true
		case <-time.After(time.Millisecond):
		}
	}
	if n := copies.Load(); n != 1 {
		t.Errorf("%d copies, the first one failed", n)
	}
	if _, err := s.Append(t.Context(), story("b", 0, 1)); !errors.Is(err, eventstore.ErrFailed) {
		t.Errorf("writing on: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wal, err := os.Stat(filepath.Join(folder, sqlite.FileName+"-wal"))
	if err != nil || wal.Size() == 0 {
		t.Errorf("the write-ahead log, which alone is sure to hold the events, is gone: %v", err)
	}
	s = open(t, folder, sqlite.Options{})
	if head := headOf(t, s); head.Position != acknowledged {
		t.Errorf("the next process finds the head at %d, acknowledged were %d", head.Position, acknowledged)
	}
	mustBeSound(t, s)
}

// TestACopyFailsAfterACommitDid: a dying disk is told of once.
func TestACopyFailsAfterACommitDid(t *testing.T) {
	release := make(chan struct{})
	var dying atomic.Bool
	s := open(t, t.TempDir(), sqlite.Options{Faults: sqlite.Faults{
		AfterCommit: func() error { return pulled(&dying, errPulled) },
		Checkpoint:  func() error { <-release; return errPulled },
	}})
	data := json.RawMessage(`"` + strings.Repeat("x", eventstore.MaxEventBytes-2) + `"`)
	large := func(expect int64) error {
		_, err := s.Append(t.Context(), eventstore.Append{Stream: "a", Client: "c1", Expect: expect, Events: []eventstore.New{{Type: "x.y", Data: data}}})
		return err
	}
	for n := range int64(10) { // 40 MB: a copy begins
		if err := large(n); err != nil {
			t.Fatal(err)
		}
	}
	dying.Store(true)
	if err := large(10); !errors.Is(err, eventstore.ErrUnknownOutcome) {
		t.Fatal(err)
	}
	close(release)
	time.Sleep(50 * time.Millisecond) // the writer hears of the copy
	if err := large(11); !errors.Is(err, eventstore.ErrFailed) {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
