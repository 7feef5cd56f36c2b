package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// lockName is the file whose lock shows that a process writes to the log. Two
// writing connections on one file would also be correct, but about a thousand
// times slower.
const lockName = "ledger.lock"

// ErrInUse says that another process has the log open for writing.
var ErrInUse = errors.New("another achledger is running on this data folder: stop it first, or use a command that only reads (verify, events, files, backup)")

// lockFolder takes the folder's lock, which ends with the process at the
// latest, and writes the process id into it for another process's message.
func lockFolder(folder string) (*flock.Flock, error) {
	path := filepath.Join(folder, lockName)
	lock := flock.New(path, flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if !locked {
		return nil, fmt.Errorf("%s%s: %w", folder, holder(path), ErrInUse)
	}
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), lock.Close())
	}
	return lock, nil
}

// holder describes the process that wrote the lock file.
func holder(path string) string {
	content, _ := os.ReadFile(path)
	if pid, err := strconv.Atoi(strings.TrimSpace(string(content))); err == nil {
		return fmt.Sprintf(" (process %d)", pid)
	}
	return ""
}
