package regular

import (
	"errors"
	"io/fs"
	"os"
)

// renameUnlessThere looks before it renames, where the system cannot do both
// at once. One process owns the folder, and files have names of their own.
func (f Folder) renameUnlessThere(from, to string) error {
	if _, err := f.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist}
		}
		return err
	}
	return f.Rename(from, to)
}
