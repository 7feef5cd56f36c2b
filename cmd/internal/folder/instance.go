package folder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/achledger/achledger/cmd/internal/delivery"
	"github.com/achledger/achledger/domain"
)

// instance is the content of the file of that name. It is valid only where it
// was written: a copy has other inode numbers.
type instance struct {
	FolderInode   uint64 `json:"folder_inode"`
	DatabaseInode uint64 `json:"database_inode"`
	// Log is the id of the log's first event; empty until there is one.
	Log string `json:"log,omitempty"`
	// Position is the log's position when this was written. A log that ends before
	// it was replaced by an older copy.
	Position int64 `json:"position"`
	delivery.Record
}

// readInstance returns the file's content and why it is not valid here; an
// empty reason means that it is.
func (f Folder) readInstance(log delivery.Log) (i instance, reason string, err error) {
	content, err := os.ReadFile(f.instance())
	if errors.Is(err, fs.ErrNotExist) {
		return i, "this folder was restored from a backup, or its file instance was removed", nil
	}
	if err != nil {
		return i, "", fmt.Errorf("read instance: %w", err)
	}
	if err := json.Unmarshal(content, &i); err != nil {
		return instance{}, "the file instance is damaged", nil
	}
	here, err := f.identify(log)
	switch {
	case err != nil:
		return i, "", err
	case i.FolderInode != here.FolderInode:
		reason = "this folder is a copy of another one"
	case i.DatabaseInode != here.DatabaseInode:
		reason = "ledger.db was copied here from elsewhere"
	case i.Log != "" && i.Log != here.Log:
		reason = "ledger.db is another ledger's"
	case i.Position > here.Position:
		reason = fmt.Sprintf("the log ends at %d and had %d events before: an older copy was put in its place", here.Position, i.Position)
	}
	return i, reason, nil
}

// lostLog returns how the folder of an empty log shows that it had another one:
// this log does not know what left by that one, and it would leave again.
func (f Folder) lostLog(i instance) (reason string, err error) {
	const gone = "the log of this folder is gone, and what left is not known any more: "
	if i.Log != "" || i.Position > 0 {
		return gone + "the file instance names one with events", nil
	}
	// None of these is made before the log has its first event, but for the key that
	// seals it: a first start may have stopped in between, as on a full disk.
	for _, trace := range []string{f.Views(), f.NATS(), f.join("keys/clients"), f.join("files/out"), f.join("files/in"), f.Outbox(), f.join("inbox/done"), f.join("inbox/quarantine")} {
		used, err := holdsAnything(trace, domain.LedgerClient+".json")
		if err != nil {
			return "", fmt.Errorf("look for traces of an earlier log: %w", err)
		}
		if used {
			return fmt.Sprintf("%s%s holds something of it", gone, trace), nil
		}
	}
	return "", nil
}

// holdsAnything reports whether a path is a file, or a folder that contains a
// file with another name than ours. Empty folders are made before there is a log,
// and the outbox may be a link to one that the bank reads.
func holdsAnything(path, ours string) (found bool, err error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // WalkDir follows no link
	}
	err = filepath.WalkDir(path, func(_ string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case !entry.IsDir() && entry.Name() != ours:
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found, err
}

// identify describes the folder in its present state.
func (f Folder) identify(log delivery.Log) (instance, error) {
	folder, err := inode(string(f))
	if err != nil {
		return instance{}, fmt.Errorf("identify the data folder: %w", err)
	}
	database, err := inode(f.Log())
	if err != nil {
		return instance{}, fmt.Errorf("identify the log's file: %w", err)
	}
	return instance{FolderInode: folder, DatabaseInode: database, Log: log.FirstEvent, Position: log.Head}, nil
}

func inode(path string) (uint64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Sys().(*syscall.Stat_t).Ino, nil
}
