package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// Backup copies the ledger to a new or empty folder: the log, the wrapped
// keys without their master, the kept files and the folder's kind. What the
// bank's files show in the clear, the views, the broker's store, the
// operations credential and the delivery switch stay behind. It works beside
// a running server, and reads the copied log once more before it returns.
func (r *Reader) Backup(ctx context.Context, to folder.Folder, progress func(done, total int64)) (eventstore.Report, error) {
	if err := r.outside(to); err != nil {
		return eventstore.Report{}, err
	}
	if err := empty(string(to)); err != nil {
		return eventstore.Report{}, err
	}
	log, ok := r.Store.(interface {
		Backup(ctx context.Context, to string) error
	})
	if !ok {
		return eventstore.Report{}, errors.New("this ledger lives in a database, which has means of its own: see pg_basebackup")
	}
	if err := log.Backup(ctx, to.Log()); err != nil {
		return eventstore.Report{}, err
	}
	// Keys and files after the log: what is newer than its copy does no harm.
	if err := seal.Backup(r.Folder.Keys(), to.Keys()); err != nil {
		return eventstore.Report{}, err
	}
	if err := copyTree(ctx, r.Folder.Kept(), to.Kept()); err != nil {
		return eventstore.Report{}, fmt.Errorf("back up the kept files: %w", err)
	}
	if err := r.Folder.CopyKind(to); err != nil {
		return eventstore.Report{}, err
	}
	report, err := sqlite.Verify(ctx, string(to), progress)
	if err != nil {
		return report, fmt.Errorf("read the copy back: %w", err)
	}
	// Reading made these, empty; nobody has the copy open.
	for _, left := range []string{"-wal", "-shm"} {
		if err := os.Remove(to.Log() + left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return report, err
		}
	}
	return report, nil
}

// outside refuses a backup inside the folder that is backed up: it would be
// lost with it.
func (r *Reader) outside(to folder.Folder) error {
	from, err := filepath.EvalSymlinks(string(r.Folder))
	if err == nil {
		from, err = filepath.Abs(from)
	}
	if err != nil {
		return err
	}
	for path := absolute(string(to)); ; path = filepath.Dir(path) {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			if real == from || strings.HasPrefix(real, from+string(filepath.Separator)) {
				return fmt.Errorf("%s lies inside the data folder and would be lost with it: name one elsewhere for the backup", to)
			}
			return nil
		}
		if path == filepath.Dir(path) {
			return nil
		}
	}
}

// absolute is a path from the root where that can be told.
func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

// empty makes a folder, or makes sure that an existing one holds nothing.
func empty(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(path)
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("%s is not empty: name a new folder for the backup", path)
	}
	return err
}

// copyTree copies files, durably. One that vanishes meanwhile was replaced,
// and the log can make it again.
func copyTree(ctx context.Context, from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		switch {
		case entry.IsDir():
			return os.MkdirAll(target, 0o700)
		case strings.HasPrefix(entry.Name(), "."), !entry.Type().IsRegular():
			return nil // unfinished, or a link that is not ours
		default:
			return copyFile(path, target)
		}
	})
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}
