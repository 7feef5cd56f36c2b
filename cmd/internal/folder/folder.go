package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/achledger/achledger/eventstore/durable"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// Folder is the path of a data folder.
type Folder string

// Log is the database file of the log.
func (f Folder) Log() string { return f.join(sqlite.FileName) }

// Views is the database file of the views.
func (f Folder) Views() string { return f.join("views.db") }

// NATS is where the embedded broker keeps its streams.
func (f Folder) NATS() string { return f.join("nats") }

// Keys holds the keyring.
func (f Folder) Keys() string { return f.join("keys") }

// Kept holds files as they were sent in, sealed: clients' in out, the bank's in
// in.
func (f Folder) Kept() string { return f.join("files") }

// Outbox is where files for the bank are written, in the clear.
func (f Folder) Outbox() string { return f.join("outbox") }

// Inbox is where files of the bank are picked up.
func (f Folder) Inbox() string { return f.join("inbox") }

// Socket is where a running server takes commands.
func (f Folder) Socket() string { return f.join("control.sock") }

// Spool holds results of bulk requests that are not read as fast as they are
// made. It is empty while no server runs.
func (f Folder) Spool() string { return f.join("spool") }

// Witness is the newest event known to a node of a ledger in a database, as
// written by the node.
func (f Folder) Witness() string { return f.join("witness") }

// CredentialFile holds the key and secret operations start with.
func (f Folder) CredentialFile() string { return f.join("ops.credential") }

func (f Folder) kindFile() string { return f.join("kind") }

// Instance is the file that identifies this folder and holds the state of its
// switch.
func (f Folder) Instance() string { return f.instance() }

func (f Folder) instance() string { return f.join("instance") }

func (f Folder) join(name string) string { return filepath.Join(string(f), name) }

// HasLog reports whether the folder was used before. A folder that cannot be
// read is an error that says what to do.
func (f Folder) HasLog() (bool, error) { return f.has(f.Log()) }

// has reports whether there is a file in the folder.
func (f Folder) has(path string) (bool, error) {
	switch _, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.Is(err, fs.ErrPermission):
		return false, fmt.Errorf("%w: run the command as the user the server runs as", err)
	case errors.Is(err, syscall.ENOTDIR):
		return false, fmt.Errorf("%s is not a folder: name the data folder with --data", f)
	default:
		return err == nil, err
	}
}

// MustExist returns an error with the command to try if the folder holds no log
// yet.
func (f Folder) MustExist() error {
	if has, err := f.HasLog(); err != nil || has {
		return err
	}
	if err := f.MustBeWhole(); err != nil {
		return err
	}
	return fmt.Errorf("%s holds no ledger: name its folder with --data, or make one with: achledger serve --data %s", f, f)
}

// KeysExist returns an error with what to do if the keyring of a folder that
// has a log is gone.
func (f Folder) KeysExist() error {
	for _, path := range []string{f.join("keys/clients"), f.join("keys/master")} {
		_, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is missing, and the log needs the keys it was written with: put keys/clients back from a backup and the exported master key to keys/master", path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Make makes the folder and those inside it that must exist before a server
// runs. Only their owner can read them.
func (f Folder) Make() error {
	for _, path := range []string{string(f), f.Outbox(), f.Inbox(), f.Kept(), f.join("files/out"), f.join("files/in"), f.Spool()} {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return fmt.Errorf("make the data folder: %w", err)
		}
	}
	return durable.SyncFolder(string(f))
}
