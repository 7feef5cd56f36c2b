package workers

import (
	"errors"
	"io/fs"
	"os"
)

// renameUnlessThere looks before it renames, where the system cannot do both
// at once. One process owns the outbox, and files have names of their own.
func renameUnlessThere(from, to string) error {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist}
		}
		return err
	}
	return os.Rename(from, to)
}
