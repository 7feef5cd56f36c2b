package workers

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// renameNew renames a file and never replaces one. Link and unlink would: a
// process that dies between them leaves both names, and when the bank has
// taken the final one the temporary one looks as if nothing had begun.
func renameNew(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		return renameUnlessThere(from, to) // a file system or kernel that cannot
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}
