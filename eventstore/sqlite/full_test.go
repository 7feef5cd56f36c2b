package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// TestAFullFileTakesNothingMoreAndSaysSo has SQLite itself run out of room in the middle of a
// transaction, by a bound on the pages of the file.
func TestAFullFileTakesNothingMoreAndSaysSo(t *testing.T) {
	for name, events := range map[string]int{"an event a call": 1, "many events a call": 40} {
		t.Run(name, func(t *testing.T) { fillUp(t, events) })
	}
}

func fillUp(t *testing.T, events int) {
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	big := eventstore.New{Type: "x.y", Data: json.RawMessage(`"` + strings.Repeat("x", 100_000/events) + `"`)}
	write := func(stream string) error {
		var call []eventstore.Append
		for i := range events {
			call = append(call, eventstore.Append{Stream: fmt.Sprint(stream, "/", i), Client: "c1", Events: []eventstore.New{big}})
		}
		_, err := s.Append(ctx, call...)
		return err
	}
	if err := write("before"); err != nil {
		t.Fatal(err)
	}
	err = s.beside(ctx, func(c *conn.Conn) error {
		_, err := c.Row("PRAGMA max_page_count = 60")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	written := int64(events)
	for i := range 20 {
		if err = write(fmt.Sprint("until full/", i)); err != nil {
			break
		}
		written += int64(events)
	}
	if !errors.Is(err, eventstore.ErrStorageFull) {
		t.Fatalf("got %v after %d events", err, written)
	}
	if head, _ := s.Head(ctx); head.Position != written {
		t.Errorf("the head is at %d, %d events were acknowledged", head.Position, written)
	}
	if err := write("after"); err != nil { // a new connection has no such bound
		t.Errorf("with room again: %v", err)
	}
	report, err := s.Verify(ctx, nil)
	if err != nil || !report.Sound() || report.Events != written+int64(events) {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestAFaultBeforeTheCommit rolls the batch back and continues.
func TestAFaultBeforeTheCommit(t *testing.T) {
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	fault := errors.New("a fault")
	err = s.beside(ctx, func(c *conn.Conn) error {
		if _, err := c.Exec("INSERT INTO tokens VALUES(x'00', 'k', 'c', 'c', '', 0)"); err != nil {
			t.Error(err)
		}
		return fault
	})
	if !errors.Is(err, fault) {
		t.Errorf("got %v", err)
	}
	if _, ok, err := s.Token(ctx, []byte{0}); ok || err != nil {
		t.Errorf("the transaction was not rolled back: %v, %v", ok, err)
	}
	if _, err := s.Append(ctx, eventstore.Append{Stream: "a", Client: "c1", Events: []eventstore.New{{Type: "x.y"}}}); err != nil {
		t.Errorf("the next append: %v", err)
	}
}

// TestTheWriterIsDurable: no test that kills a process can tell whether its
// commits were flushed, so the settings are read back.
func TestTheWriterIsDurable(t *testing.T) {
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.beside(context.Background(), func(c *conn.Conn) error {
		for pragma, want := range map[string]any{"synchronous": int64(2), "journal_mode": "wal", "page_size": int64(8192)} {
			row, err := c.Row("PRAGMA " + pragma)
			if err != nil {
				return err
			}
			if row[0] != want {
				t.Errorf("%s is %v, want %v", pragma, row[0], want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
