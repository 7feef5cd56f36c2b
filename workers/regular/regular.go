// Package regular opens files in folders that others may write to: the outbox
// and the inbox. What bears the name of a file there may be a link that leads
// elsewhere, or a pipe that nobody writes to.
package regular

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// ErrOther says that what bears the name is no regular file.
var ErrOther = errors.New("no regular file")

// Open opens a file for reading, and nothing else that bears the name: no
// link is followed, and no pipe waited for.
func Open(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENXIO) { // a link; a socket
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), ErrOther)
	}
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: %w", filepath.Base(path), ErrOther)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// Folder is an error unless a path is a folder, and not a link to one.
func Folder(path string) error {
	info, err := os.Lstat(path)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a folder, but a link or a file: move it away", path)
	}
	return err
}
