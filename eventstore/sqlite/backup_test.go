package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore/sqlite"
)

// busy appends five events at a time until it is stopped.
func busy(t *testing.T, server *sqlite.Store) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := int64(0); ctx.Err() == nil; i++ {
			server.Append(ctx, story("a", 2*i, 2), story(fmt.Sprint(i), 0, 3))
		}
	}()
	return func() { cancel(); <-done }
}

func TestABackupIsOneMomentOfARunningLog(t *testing.T) {
	folder := t.TempDir()
	server := open(t, folder, sqlite.Options{})
	tell(t, server, "first", 0, 1000)
	put(t, server, token("one", "key", noon))
	defer busy(t, server)()

	reader := open(t, folder, sqlite.Options{ReadOnly: true})
	for i := range 3 {
		copied := filepath.Join(t.TempDir(), "deep", "er")
		before := headOf(t, server)
		if err := reader.Backup(t.Context(), filepath.Join(copied, sqlite.FileName)); err != nil {
			t.Fatal(err)
		}
		if left, _ := os.ReadDir(copied); len(left) != 1 {
			t.Errorf("beside the copy lie %v", left)
		}
		s := open(t, copied, sqlite.Options{})
		report := mustBeSound(t, s)
		if report.Head.Position < before.Position || (report.Head.Position-1000)%5 != 0 {
			t.Errorf("copy %d ends at %d, in the middle of a call or before the %d there were", i, report.Head.Position, before.Position)
		}
		if !has(t, s, token("one", "key", noon)) {
			t.Error("the copy lacks a token")
		}
		tell(t, s, "a copy lives on", 0, 1)
	}
}

func TestABackupNeverOverwrites(t *testing.T) {
	s := open(t, t.TempDir(), sqlite.Options{})
	tell(t, s, "a", 0, 1)
	destination := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(destination, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), destination); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if content, _ := os.ReadFile(destination); string(content) != "precious" {
		t.Errorf("it holds %q", content)
	}
}

func TestABackupCanBeStoppedAndTriedAgain(t *testing.T) {
	s := open(t, t.TempDir(), sqlite.Options{})
	tell(t, s, "a", 0, 100)
	folder := t.TempDir()
	destination := filepath.Join(folder, sqlite.FileName)
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if err := s.Backup(ctx, destination); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(folder); len(left) > 0 {
		t.Errorf("it left %v behind", left)
	}
	if err := os.WriteFile(filepath.Join(folder, "."+sqlite.FileName+".partial"), []byte("of a crash"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), destination); err != nil {
		t.Fatal(err)
	}
	mustBeSound(t, open(t, folder, sqlite.Options{}))
}
