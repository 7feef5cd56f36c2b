package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// TestReadersThatNeverPauseDoNotKeepTheWriteAheadLogGrowing: each of two
// readers begins before the other one ends.
func TestReadersThatNeverPauseDoNotKeepTheWriteAheadLogGrowing(t *testing.T) {
	s := openLarge(t, 1)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- overlap(ctx, s) }()
	for i := range 60 { // 240 MB
		appendLarge(t, s, fmt.Sprint(i))
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	wal, err := os.Stat(s.path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the write-ahead log has %d MB", wal.Size()>>20)
	if wal.Size() > 120<<20 {
		t.Error("it was not begun anew")
	}
}

// TestNoAppendWaitsForACopyBehindALongReader: when a reader of minutes ends,
// what it kept in the write-ahead log is copied beside the writer, and the log
// is begun anew once that is done.
func TestNoAppendWaitsForACopyBehindALongReader(t *testing.T) {
	slow, copying := make(chan struct{}), make(chan struct{}, 1)
	var held atomic.Bool
	s, err := Open(t.TempDir(), Options{Faults: Faults{Checkpoint: func() error {
		if held.Load() {
			select {
			case copying <- struct{}{}:
			default:
			}
			<-slow
		}
		return nil
	}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	reader, err := conn.OpenReader(s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := begin(reader); err != nil {
		t.Fatal(err)
	}
	for i := range 40 { // 160 MB, more than ever waits without the reader
		appendLarge(t, s, fmt.Sprint("kept/", i))
	}
	held.Store(true)
	if err := reader.Script("COMMIT"); err != nil {
		t.Fatal(err)
	}
	for i := 0; len(copying) == 0; i++ {
		appendLarge(t, s, fmt.Sprint("until copied/", i))
	}
	for i := range 40 { // the copy does not end
		appendLarge(t, s, fmt.Sprint("beside/", i))
	}
	held.Store(false)
	close(slow)
	long, _, err := wal(reader, "NOOP")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ {
		appendLarge(t, s, fmt.Sprint("after/", i))
		if pages, _, err := wal(reader, "NOOP"); err != nil || pages < long/2 {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		if i == 100 {
			t.Fatal("the write-ahead log is not begun anew")
		}
	}
}

// overlap reads with two connections in turn, never with none.
func overlap(ctx context.Context, s *Store) (err error) {
	var pair [2]*conn.Conn
	for i := range pair {
		if pair[i], err = conn.OpenReader(s.path); err != nil {
			return err
		}
		defer pair[i].Close()
	}
	if err := begin(pair[0]); err != nil {
		return err
	}
	for turn := 1; ctx.Err() == nil; turn++ {
		if err := begin(pair[turn%2]); err != nil {
			return err
		}
		if err := pair[(turn+1)%2].Script("COMMIT"); err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

func begin(c *conn.Conn) error {
	if err := c.Script("BEGIN"); err != nil {
		return err
	}
	_, err := c.Row(selectHead)
	return err
}

// meddling commits something whenever its context is looked at.
type meddling struct {
	context.Context
	meddle func()
	looks  int
}

var errTooManyLooks = errors.New("looked at too often")

func (m *meddling) Err() error {
	m.meddle()
	if m.looks++; m.looks > 200 {
		return errTooManyLooks
	}
	return nil
}

// TestABackupEndsHoweverManyCommitsComeBetween its steps.
func TestABackupEndsHoweverManyCommitsComeBetween(t *testing.T) {
	s := openLarge(t, 3)
	commits := 0
	ctx := &meddling{Context: t.Context(), meddle: func() { appendSmall(t, s, fmt.Sprint("meanwhile/", commits)); commits++ }}
	folder := t.TempDir()
	if err := s.Backup(ctx, filepath.Join(folder, FileName)); err != nil {
		t.Fatal(err)
	}
	if commits < 10 {
		t.Fatalf("only %d commits came between", commits)
	}
	report, err := Verify(t.Context(), folder, nil)
	if err != nil || !report.Sound() || report.Head.Position != 3 {
		t.Errorf("the copy has %+v, %v; want the moment it began", report, err)
	}
}

func openLarge(t *testing.T, n int) *Store {
	t.Helper()
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for i := range n {
		appendLarge(t, s, fmt.Sprint("large/", i))
	}
	return s
}

var large = json.RawMessage(`"` + strings.Repeat("x", eventstore.MaxEventBytes-2) + `"`)

func appendLarge(t *testing.T, s *Store, stream string) { appendOne(t, s, stream, large) }

func appendSmall(t *testing.T, s *Store, stream string) { appendOne(t, s, stream, nil) }

func appendOne(t *testing.T, s *Store, stream string, data json.RawMessage) {
	t.Helper()
	_, err := s.Append(context.Background(), eventstore.Append{Stream: stream, Client: "c1", Events: []eventstore.New{{Type: "x.y", Data: data}}})
	if err != nil {
		t.Error(err)
	}
}
