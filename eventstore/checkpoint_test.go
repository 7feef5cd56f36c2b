package eventstore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/achledger/achledger/eventstore"
)

func TestTheWriteAheadLogIsFoldedAndUsedAgain(t *testing.T) {
	folder := t.TempDir()
	s := open(t, folder, eventstore.SQLiteOptions{})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for range 2 { // readers that never pause
		go func() {
			for after := int64(0); ctx.Err() == nil; after = (after + 1) % 40 {
				s.ReadAll(ctx, after, 2)
			}
		}()
	}
	big := story("big", 0, 1)
	big.Events[0].Data = []byte(`"` + strings.Repeat("x", eventstore.MaxEventBytes-4) + `"`)
	for range 50 { // 200 MB in all
		if _, err := s.Append(t.Context(), big); err != nil {
			t.Fatal(err)
		}
		big.Expect++
	}
	wal, err := os.Stat(filepath.Join(folder, eventstore.FileName+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Stat(filepath.Join(folder, eventstore.FileName))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the write-ahead log has %d MB, the file %d MB", wal.Size()>>20, file.Size()>>20)
	if wal.Size() > 110<<20 || file.Size() < 100<<20 {
		t.Error("it was not folded")
	}
}

// TestAFailedCheckpoint: what was acknowledged stays, and nothing is written
// on over pages that may be lost.
func TestAFailedCheckpoint(t *testing.T) {
	folder := t.TempDir()
	var broken atomic.Bool
	s := open(t, folder, eventstore.SQLiteOptions{Faults: eventstore.Faults{
		Checkpoint: func() error { return pulled(&broken, errPulled) },
	}})
	tell(t, s, "a", 0, 1)
	broken.Store(true)
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
