// Package durable writes files so that a stop at any moment leaves the old
// content or the new one, and never less.
package durable

import (
	"errors"
	"os"
	"path/filepath"
)

// Replace puts new content in the place of a file, which need not exist.
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

// Rename gives a file whose content is durable another name in its folder.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(to))
}

// Remove takes a file away that may be gone already.
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
