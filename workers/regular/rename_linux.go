package regular

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// RenameNew renames a file in the folder itself and never replaces one. Link
// and unlink would: a process that dies between them leaves both names, and
// when the bank has taken the final one the temporary one looks as if nothing
// had begun.
func (f Folder) RenameNew(from, to string) error {
	dir, err := f.Root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	fd := int(dir.Fd())
	err = unix.Renameat2(fd, from, fd, to, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		return f.renameUnlessThere(from, to) // a file system or kernel that cannot
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}
