package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
)

func TestReopeningGoesOnWhereTheLogEnds(t *testing.T) {
	folder := t.TempDir()
	now := time.Date(2026, 3, 2, 12, 0, 0, 123456789, time.UTC)
	clock := func() time.Time { return now }
	s := open(t, folder, sqlite.Options{Now: clock})
	tell(t, s, "a", 0, 3)
	before := headOf(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	now = now.Add(-time.Hour) // the machine's clock was set back
	s = open(t, folder, sqlite.Options{Now: clock})
	if after := headOf(t, s); after != before {
		t.Errorf("the head is %v, was %v", after, before)
	}
	if got, err := s.Reached(t.Context(), "c1"); err != nil || got != 3 {
		t.Errorf("the newest position for a client is %d, %v; want the head at opening", got, err)
	}
	tell(t, s, "a", 3, 1)
	events, err := s.ReadAll(t.Context(), 0, 10)
	if err != nil || len(events) != 4 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	third, fourth := events[2], events[3]
	if fourth.Hash != fourth.ChainHash(third.Hash) {
		t.Error("the chain is broken at the reopening")
	}
	if !fourth.RecordedAt.Equal(third.RecordedAt) || fourth.RecordedAt.Nanosecond() != 123456000 {
		t.Errorf("recorded at %s after %s", fourth.RecordedAt, third.RecordedAt)
	}
	if string(fourth.EventID[:]) <= string(third.EventID[:]) {
		t.Error("event ids went back with the clock")
	}
	mustBeSound(t, s)
}

func TestASecondWriterIsToldWhatToDo(t *testing.T) {
	folder := t.TempDir()
	first := open(t, folder, sqlite.Options{})
	_, err := sqlite.Open(folder, sqlite.Options{})
	if !errors.Is(err, sqlite.ErrInUse) {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{folder, fmt.Sprintf("process %d", os.Getpid()), "stop it first"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q: %v", part, err)
		}
	}
	tell(t, first, "a", 0, 1) // and the first is none the worse
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	tell(t, open(t, folder, sqlite.Options{}), "a", 1, 1)
}

func TestReadingBesideAServer(t *testing.T) {
	folder := t.TempDir()
	server := open(t, folder, sqlite.Options{})
	tell(t, server, "a", 0, 2)
	reader := open(t, folder, sqlite.Options{ReadOnly: true})
	hint, stop := reader.Notify()
	defer stop()

	t.Run("it sees what was there and what comes", func(t *testing.T) {
		if got := headOf(t, reader); got != headOf(t, server) {
			t.Errorf("got head %v", got)
		}
		tell(t, server, "a", 2, 1)
		if events, err := reader.ReadStream(t.Context(), "a", 0); err != nil || len(events) != 3 {
			t.Errorf("%d events, %v", len(events), err)
		}
		select {
		case <-hint:
		case <-time.After(10 * time.Second):
			t.Error("no hint came")
		}
	})
	t.Run("it refuses to write", func(t *testing.T) {
		_, err := reader.Append(t.Context(), story("b", 0, 1))
		if !errors.Is(err, eventstore.ErrReadOnly) {
			t.Errorf("append: %v", err)
		}
		if err := reader.PutToken(t.Context(), eventstore.Token{Hash: []byte("h")}); !errors.Is(err, eventstore.ErrReadOnly) {
			t.Errorf("put a token: %v", err)
		}
	})
	t.Run("it outlives the server", func(t *testing.T) {
		if err := server.Close(); err != nil {
			t.Fatal(err)
		}
		if events, err := reader.ReadStream(t.Context(), "a", 0); err != nil || len(events) != 3 {
			t.Errorf("%d events, %v", len(events), err)
		}
	})
}

func TestAFolderWithoutALogCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	_, err := sqlite.Open(folder, sqlite.Options{ReadOnly: true})
	if !errors.Is(err, sqlite.ErrNoLog) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(folder); len(left) > 0 {
		t.Errorf("it left %v behind", left)
	}
}

func TestTheLogIsPrivateAndWhole(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a folder ?mode=memory#%", "data")
	s := open(t, folder, sqlite.Options{})
	tell(t, s, "a", 0, 1)
	for _, name := range []string{sqlite.FileName, sqlite.FileName + "-wal"} {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", name, info.Mode().Perm())
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, sqlite.FileName+"-wal")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after closing, the write-ahead log is still there: %v", err)
	}
}

func TestAppendOnlyTriggersRefuseEveryone(t *testing.T) {
	folder := t.TempDir()
	s := open(t, folder, sqlite.Options{})
	tell(t, s, "a", 0, 2)
	db := sqlOn(t, folder)
	for _, statement := range []string{
		"UPDATE events SET data = x'7b7d'",
		"UPDATE events SET hash = zeroblob(32) WHERE position = 1",
		"DELETE FROM events",
		"DELETE FROM events WHERE position = 2",
	} {
		if _, err := db.Exec(statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	mustBeSound(t, s)
}

func TestSchemaVersions(t *testing.T) {
	folder := t.TempDir()
	if err := open(t, folder, sqlite.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	db := sqlOn(t, folder)
	for version, advice := range map[int]string{99: "use a newer achledger", 0: "there is no log"} {
		if _, err := db.Exec("UPDATE schema_version SET version = ?", version); err != nil {
			t.Fatal(err)
		}
		_, err := sqlite.Open(folder, sqlite.Options{ReadOnly: true})
		if err == nil || !strings.Contains(err.Error(), advice) {
			t.Errorf("version %d, for reading: %v", version, err)
		}
	}
	if _, err := db.Exec("UPDATE schema_version SET version = 99"); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(folder, sqlite.Options{}); err == nil || !strings.Contains(err.Error(), "newer achledger") {
		t.Errorf("version 99, for writing: %v", err)
	}
}

func TestAHeadThatIsNotTheNewestEventIsRefused(t *testing.T) {
	folder := t.TempDir()
	s := open(t, folder, sqlite.Options{})
	tell(t, s, "a", 0, 2)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db := sqlOn(t, folder)
	if _, err := db.Exec("UPDATE head SET position = 1"); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Open(folder, sqlite.Options{})
	if err == nil || !strings.Contains(err.Error(), "achledger verify") {
		t.Fatalf("got %v", err)
	}
	if _, err := db.Exec("UPDATE head SET position = 2"); err != nil {
		t.Fatal(err)
	}
	tell(t, open(t, folder, sqlite.Options{}), "a", 2, 1)
}

// story is an append of n events.
func story(stream string, expect int64, n int) eventstore.Append {
	a := eventstore.Append{Stream: stream, Client: "c1", Expect: expect}
	for i := range n {
		a.Events = append(a.Events, eventstore.New{Type: "story.told", Data: fmt.Appendf(nil, `{"n":%d}`, i)})
	}
	return a
}

func tell(t *testing.T, s *sqlite.Store, stream string, expect int64, n int) eventstore.Result {
	t.Helper()
	result, err := s.Append(t.Context(), story(stream, expect, n))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func headOf(t *testing.T, s *sqlite.Store) eventstore.Head {
	t.Helper()
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func mustBeSound(t *testing.T, s *sqlite.Store) eventstore.Report {
	t.Helper()
	report, err := s.Verify(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		t.Error(p)
	}
	return report
}

// sqlOn opens the log as a person with an SQL shell would.
func sqlOn(t *testing.T, folder string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(folder, sqlite.FileName))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}
