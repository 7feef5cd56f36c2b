package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/mattn/go-sqlite3"

	"github.com/achledger/achledger/eventstore/durable"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// backupPages is the number of pages copied between two checks of ctx: 1 MiB.
const backupPages = 128

// Backup copies the log as it is now to a new file. The file appears under its
// name only when it is complete and durable. It also works on a log that is
// open for reading, while a server writes to it. Tokens are in the copy as
// hashes, as they are in the log.
//
// SQLite's online backup copies pages within one read transaction: it can be
// stopped between any two steps and copies every page unchanged, so that
// verifying the copy also verifies the original. VACUUM INTO would build a new
// file in one long statement.
func (s *Store) Backup(ctx context.Context, destination string) error {
	if err := s.backup(ctx, destination); err != nil {
		return fmt.Errorf("back up the log to %s: %w", destination, err)
	}
	return nil
}

func (s *Store) backup(ctx context.Context, destination string) error {
	destination, err := filepath.Abs(destination)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(destination); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fs.ErrExist, err)
	}
	partial := filepath.Join(filepath.Dir(destination), "."+filepath.Base(destination)+".partial")
	if err := durable.Remove(partial); err != nil {
		return err
	}
	defer os.Remove(partial) // no effect after the rename
	if err := create(partial); err != nil {
		return err
	}
	if err := s.copyTo(ctx, partial); err != nil {
		return err
	}
	if err := syncFile(partial); err != nil {
		return err
	}
	return durable.Rename(partial, destination)
}

// copyTo copies the pages as of one moment.
func (s *Store) copyTo(ctx context.Context, path string) (err error) {
	from, err := conn.OpenReader(s.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := conn.Open(path, conn.ReadWrite, "journal_mode = OFF", "synchronous = OFF")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()

	// Without a read transaction around all steps, each commit of the writer
	// would restart the copy.
	if err := from.Script("BEGIN"); err != nil {
		return err
	}
	if _, err := from.Row(selectHead); err != nil {
		return err
	}
	pages, err := to.SQLite().Backup("main", from.SQLite(), "main")
	if err != nil {
		return err
	}
	return errors.Join(copyPages(ctx, pages), pages.Finish())
}

func copyPages(ctx context.Context, pages *sqlite3.SQLiteBackup) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		done, err := pages.Step(backupPages)
		if err != nil || done {
			return err
		}
	}
}
