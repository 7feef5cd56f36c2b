package sqlite_test

import (
	"bytes"
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

const walSuffix = "-wal"

// failedCommit leaves a log of two events whose second one was refused by its
// fsync: it can be read, and is not on disk. The bytes are its frames, from
// an offset of the write-ahead log on.
func failedCommit(t *testing.T) (folder string, at int, frames []byte) {
	t.Helper()
	folder = t.TempDir()
	var broken atomic.Bool
	s := open(t, folder, sqlite.Options{Faults: sqlite.Faults{
		AfterCommit: func() error { return pulled(&broken, errPulled) },
	}})
	tell(t, s, "a", 0, 1)
	at = len(read(t, folder, walSuffix))
	broken.Store(true)
	if _, err := s.Append(t.Context(), story("b", 0, 1)); !errors.Is(err, eventstore.ErrUnknownOutcome) {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return folder, at, read(t, folder, walSuffix)[at:]
}

func read(t *testing.T, folder, suffix string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, sqlite.FileName+suffix))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestWhatIsAcknowledgedAfterAFailedSyncSurvivesAPowerCut: the power cut takes
// the frames of the failed commit, where they still stand, and nothing else.
func TestWhatIsAcknowledgedAfterAFailedSyncSurvivesAPowerCut(t *testing.T) {
	folder, at, frames := failedCommit(t)
	s := open(t, folder, sqlite.Options{})
	tell(t, s, "c", 0, 1)

	wal := read(t, folder, walSuffix)
	if len(wal) >= at+len(frames) && bytes.Equal(wal[at:at+len(frames)], frames) {
		clear(wal[at : at+len(frames)])
	}
	after := t.TempDir()
	for suffix, content := range map[string][]byte{"": read(t, folder, ""), walSuffix: wal} {
		if err := os.WriteFile(filepath.Join(after, sqlite.FileName+suffix), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, after, sqlite.Options{})
	if events, err := s.ReadStream(t.Context(), "c", 0); err != nil || len(events) != 1 {
		t.Errorf("what was acknowledged is gone: %d events, %v", len(events), err)
	}
	mustBeSound(t, s)
}

// TestAWriteAheadLogThatCannotBeCopiedKeepsTheLogClosed.
func TestAWriteAheadLogThatCannotBeCopiedKeepsTheLogClosed(t *testing.T) {
	folder, _, _ := failedCommit(t)
	_, err := sqlite.Open(folder, sqlite.Options{
		Faults: sqlite.Faults{Checkpoint: func() error { return errPulled }},
	})
	if !errors.Is(err, sqlite.ErrNotSettled) || !errors.Is(err, errPulled) {
		t.Fatalf("it says %v", err)
	}
	if head := headOf(t, open(t, folder, sqlite.Options{})); head.Position != 2 {
		t.Errorf("the head is at %d", head.Position)
	}
}

// TestAReaderInTheWriteAheadLogIsWaitedForAndNotForEver: its snapshot keeps
// pages from being copied until it ends.
func TestAReaderInTheWriteAheadLogIsWaitedForAndNotForEver(t *testing.T) {
	folder, _, _ := failedCommit(t)
	reader, err := sqlite.Open(folder, sqlite.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	leave := sqlite.HoldSnapshot(t, reader)
	_, err = sqlite.Open(folder, sqlite.Options{SettleWithin: 50 * time.Millisecond})
	if !errors.Is(err, sqlite.ErrNotSettled) || !strings.Contains(err.Error(), "start again when it has ended") {
		t.Fatalf("it says %v", err)
	}
	opened := make(chan error, 1)
	go func() {
		s, err := sqlite.Open(folder, sqlite.Options{SettleWithin: time.Hour})
		if err == nil {
			err = s.Close()
		}
		opened <- err
	}()
	leave()
	if err := <-opened; err != nil {
		t.Errorf("the reader has ended: %v", err)
	}
}

// TestAReaderBesideDoesNotKeepAServerFromStarting when it is between reads.
func TestAReaderBesideDoesNotKeepAServerFromStarting(t *testing.T) {
	folder, _, _ := failedCommit(t)
	reader := open(t, folder, sqlite.Options{ReadOnly: true})
	headOf(t, reader)
	s := open(t, folder, sqlite.Options{SettleWithin: time.Nanosecond})
	tell(t, s, "c", 0, 1)
	if events, err := reader.ReadStream(t.Context(), "c", 0); err != nil || len(events) != 1 {
		t.Errorf("the reader sees %d events, %v", len(events), err)
	}
}
