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
	"github.com/achledger/achledger/eventstore/durable"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// Backup copies the ledger to a new or empty folder: the log, the wrapped keys
// without the master key, the kept files and the folder's kind. It omits files
// that hold account numbers in the clear for the bank, and what can be rebuilt
// or must be set again: the views, the broker's store, the operations
// credential and the delivery switch. It can run while a server uses the
// ledger, and it verifies the copied log before it returns.
func (r *Reader) Backup(ctx context.Context, to folder.Folder, progress func(done, total int64)) (eventstore.Report, error) {
	if err := r.outside(to); err != nil {
		return eventstore.Report{}, err
	}
	if err := empty(string(to)); err != nil {
		return eventstore.Report{}, err
	}
	report, err := r.copyTo(ctx, to, progress)
	if err != nil {
		err = fmt.Errorf("%w. %s holds no backup: remove it", err, to)
	}
	return report, err
}

// copyTo copies the ledger to an empty folder, and verifies the copy.
func (r *Reader) copyTo(ctx context.Context, to folder.Folder, progress func(done, total int64)) (eventstore.Report, error) {
	log, ok := r.Store.(interface {
		Backup(ctx context.Context, to string) error
	})
	if !ok {
		return eventstore.Report{}, errors.New("this ledger is in a database, which has its own tools for backups: see pg_basebackup")
	}
	if err := log.Backup(ctx, to.Log()); err != nil {
		return eventstore.Report{}, err
	}
	// Keys and files are copied after the log: keys and files newer than the
	// copied log do no harm, missing ones would.
	if err := seal.Backup(r.Folder.Keys(), to.Keys()); err != nil {
		return eventstore.Report{}, err
	}
	if err := errors.Join(copyTree(ctx, r.Folder.Kept(), to.Kept()), syncTree(string(to))); err != nil {
		return eventstore.Report{}, fmt.Errorf("back up the kept files: %w", err)
	}
	if err := r.Folder.CopyKind(to); err != nil {
		return eventstore.Report{}, err
	}
	report, err := sqlite.Verify(ctx, string(to), progress)
	if err != nil {
		return report, fmt.Errorf("read the copy back: %w", err)
	}
	// Verification created these, empty; nobody else has the copy open.
	for _, left := range []string{"-wal", "-shm"} {
		if err := os.Remove(to.Log() + left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return report, err
		}
	}
	return report, nil
}

// outside refuses a backup inside the folder that is backed up: it would be
// lost together with it.
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

// absolute returns the absolute path, or path itself if that cannot be determined.
func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

// empty creates a folder, or checks that an existing one is empty.
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

// syncTree makes the names of a new folder and of all in it durable.
func syncTree(path string) error {
	err := filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		return durable.SyncFolder(path)
	})
	return errors.Join(err, durable.SyncFolder(filepath.Dir(path)))
}

// copyTree copies the content of files durably. A file that disappears meanwhile was replaced
// by a newer one, and can be made again from the log. The folder itself may be a link, as to a
// larger disk.
func copyTree(ctx context.Context, from, to string) error {
	if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	from, err := filepath.EvalSymlinks(from) // WalkDir follows no link
	if err != nil {
		return err
	}
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
			return nil // a temporary file, or a link that we did not make
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
