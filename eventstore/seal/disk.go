package seal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/achledger/achledger/eventstore/durable"
)

// temporary begins the name of an unfinished file.
const temporary = ".new-"

// disk does the keyring's file operations. A stop at any moment leaves either
// the old or the new content, complete. step is nil except in tests, where it
// runs before each operation and can stop it with an error.
type disk struct {
	step func(op, path string) error
}

func (d disk) before(op, path string) error {
	if d.step == nil {
		return nil
	}
	return d.step(op, path)
}

// makeFolder makes a folder, and its parents, that only the owner can read.
func (d disk) makeFolder(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(path)
	if err := d.makeFolder(parent); err != nil {
		return err
	}
	if err := d.before("mkdir", path); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.syncFolder(parent)
}

// create writes a file that must not exist yet. After an error no file exists
// that could be used without being durable. Errors name the file and not its
// temporary name.
func (d disk) create(path string, content []byte) error {
	err := d.createBeside(path, content)
	var file *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &link):
		return &fs.PathError{Op: "create", Path: path, Err: link.Err}
	case errors.As(err, &file):
		return &fs.PathError{Op: "create", Path: path, Err: file.Err}
	}
	return err
}

func (d disk) createBeside(path string, content []byte) error {
	tmp, err := d.write(path, content)
	if err != nil {
		return err
	}
	if err := d.before("link", path); err != nil {
		return err
	}
	err = os.Link(tmp, path) // unlike a rename, a link never replaces a file
	linked := err == nil
	if err = errors.Join(err, os.Remove(tmp)); err == nil {
		err = d.syncFolder(filepath.Dir(path))
	}
	if err != nil && linked {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// replace replaces the content of a file and then overwrites the old content,
// so that it cannot be read from freed blocks. A copy-on-write file system
// nevertheless keeps it for a while.
func (d disk) replace(path string, content []byte) error {
	old, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer old.Close()
	tmp, err := d.write(path, content)
	if err != nil {
		return err
	}
	if err := d.before("rename", path); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	if err := d.syncFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return d.overwrite(old, path)
}

// write writes and syncs a file beside path under a temporary name.
func (d disk) write(path string, content []byte) (name string, err error) {
	if err := d.before("write", path); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(path), temporary+"*") // mode 0600
	if err != nil {
		return "", err
	}
	if _, err := f.Write(content); err != nil {
		return "", errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	if err := d.before("sync", path); err != nil {
		return "", errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// read returns a file's content. A reader that opened the file just before
// it was replaced may find it overwritten, and reads again.
func (d disk) read(path string) ([]byte, error) {
	if err := d.before("read", path); err != nil {
		return nil, err
	}
	for {
		content, settled, err := readOnce(path)
		if err != nil || settled {
			return content, err
		}
	}
}

// readOnce reads a file, and reports whether path still names the same file
// afterwards.
func readOnce(path string) (content []byte, settled bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	if content, err = io.ReadAll(f); err != nil {
		return nil, false, err
	}
	opened, err := f.Stat()
	if err != nil {
		return nil, false, err
	}
	named, err := os.Stat(path)
	if err != nil {
		return nil, false, err
	}
	return content, os.SameFile(opened, named), nil
}

// overwrite fills a file that has no name left with zeros. A file with another
// hard link is left as it is.
func (d disk) overwrite(old *os.File, path string) error {
	if err := d.before("overwrite", path); err != nil {
		return err
	}
	info, err := old.Stat()
	if err != nil {
		return err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); !ok || s.Nlink > 0 {
		return nil
	}
	if _, err := old.WriteAt(make([]byte, info.Size()), 0); err != nil {
		return err
	}
	return old.Sync()
}

// sweep removes files that a stop left under temporary names, and makes the
// other names durable: a stop may have come between giving a key its name and
// making the name durable, and the key is used from here on.
func (d disk) sweep(folders ...string) error {
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), temporary) {
				continue
			}
			if err := os.Remove(filepath.Join(folder, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		if err := d.syncFolder(folder); err != nil {
			return err
		}
	}
	return nil
}

// syncFolder makes the names in a folder durable.
func (d disk) syncFolder(path string) error {
	if err := d.before("sync folder", path); err != nil {
		return err
	}
	if err := durable.SyncFolder(path); err != nil {
		return fmt.Errorf("sync %s: %w", path, err)
	}
	return nil
}
