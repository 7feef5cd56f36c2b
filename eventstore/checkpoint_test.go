package eventstore_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/achledger/achledger/eventstore"
)

// TestAFailedCheckpoint: what was acknowledged stays, and nothing is written
// on over pages that may be lost.
func TestAFailedCheckpoint(t *testing.T) {
	folder := t.TempDir()
	var batches atomic.Int64
	s := open(t, folder, eventstore.SQLiteOptions{Faults: eventstore.Faults{
		Checkpoint: func() error {
			if batches.Add(1) == 2 {
				return errPulled
			}
			return nil
		},
	}})
	tell(t, s, "a", 0, 1)
	tell(t, s, "a", 1, 1) // was durable before the checkpoint
	<-s.Failed()
	if _, err := s.Append(t.Context(), story("a", 2, 1)); !errors.Is(err, eventstore.ErrUnknownOutcome) {
		t.Errorf("writing on: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wal, err := os.Stat(filepath.Join(folder, eventstore.FileName+"-wal"))
	if err != nil || wal.Size() == 0 {
		t.Errorf("the write-ahead log, which alone is sure to hold the events, is gone: %v", err)
	}
	s = open(t, folder, eventstore.SQLiteOptions{})
	if head := headOf(t, s); head.Position != 2 {
		t.Errorf("the next process finds the head at %d", head.Position)
	}
	mustBeSound(t, s)
}
