package folder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// instance is the content of the file of that name. What it says about the
// folder holds only where it was written: a copy has other inode numbers.
type instance struct {
	FolderInode   uint64 `json:"folder_inode"`
	DatabaseInode uint64 `json:"database_inode"`
	// Log is the id of the log's first event; empty until there is one.
	Log string `json:"log,omitempty"`
	// Position was in the log when this was written. A log that ends before
	// it was put back from an older copy in place.
	Position int64 `json:"position"`
	// Delivery says whether files may leave: for an ODFI by its routing
	// number, for all others by Otherwise.
	Delivery  map[string]bool `json:"delivery"`
	Otherwise bool            `json:"otherwise"`
	// Reason is why Otherwise went off by itself, once.
	Reason string `json:"reason,omitempty"`
}

// LogIdentity is what the log itself says of who it is.
type LogIdentity struct {
	FirstEvent string // id of the event at position 1; empty for an empty log
	Head       int64
}

// readInstance returns the file's content and why it does not hold here; an
// empty reason says that it does.
func (f Folder) readInstance(log LogIdentity) (i instance, reason string, err error) {
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
		reason = "ledger.db was put here from somewhere else"
	case i.Log != "" && i.Log != here.Log:
		reason = "ledger.db is another ledger's"
	case i.Position > here.Position:
		reason = fmt.Sprintf("the log ends at %d and had %d events before: an older copy was put in its place", here.Position, i.Position)
	}
	return i, reason, nil
}

// identify describes the folder as it stands.
func (f Folder) identify(log LogIdentity) (instance, error) {
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
