// Package durable writes files so that a stop at any moment leaves either the
// old or the new content, complete.
package durable

import (
	"errors"
	"os"
	"path/filepath"
)

// Replace replaces the content of a file, or makes the file.
func Replace(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	if _, err = file.Write(content); err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, Remove(file.Name()))
	}
	return nil
}

// Rename renames a file within its folder, durably. Its content must be durable
// already.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(to))
}

// Remove removes a file. A file that does not exist is no error.
func Remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// SyncFolder makes the names in a folder durable.
func SyncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
