package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// ErrOther says that what bears the name is no regular file.
var ErrOther = errors.New("no regular file")

// Folder is an open folder. Names are relative to it.
type Folder struct{ *os.Root }

// In opens a folder. The caller closes it.
func In(path string) (Folder, error) {
	root, err := os.OpenRoot(path)
	return Folder{root}, err
}

// Folders makes folders in one that is made too, and makes sure that none is a
// link.
func Folders(path string, names ...string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	f, err := In(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, name := range names {
		if err := f.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := f.IsFolder(name); err != nil {
			return err
		}
	}
	return nil
}

// Open opens a file for reading, and nothing else that bears the name: no
// link is followed, and no pipe waited for.
func (f Folder) Open(name string) (*os.File, error) {
	named, err := f.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !named.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w", filepath.Base(name), ErrOther)
	}
	file, err := f.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !os.SameFile(named, info) { // it was replaced between the two
		err = fmt.Errorf("%s: %w", filepath.Base(name), ErrOther)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// WriteNew writes a file that only its owner reads, under a name that nothing
// bears yet, and makes its content and its name durable.
func (f Folder) WriteNew(name string, write func(io.Writer) error) error {
	file, err := f.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := write(file); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	return f.Sync()
}

// Take removes a file that may be gone already.
func (f Folder) Take(name string) error {
	if err := f.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Names lists what is in a folder of it; "." is itself.
func (f Folder) Names(folder string) ([]string, error) {
	if err := f.IsFolder(folder); err != nil {
		return nil, err
	}
	dir, err := f.Root.Open(folder)
	if err != nil {
		return nil, err
	}
	names, err := dir.Readdirnames(-1)
	return names, errors.Join(err, dir.Close())
}

// IsFolder is an error unless a name is a folder's, and not a link's to one.
func (f Folder) IsFolder(name string) error {
	info, err := f.Lstat(name)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a folder, but a link or a file: move it away", filepath.Join(f.Name(), name))
	}
	return err
}

// Sync makes the names in the folder durable.
func (f Folder) Sync() error {
	dir, err := f.Root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
