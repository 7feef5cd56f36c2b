package sqlite

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/achledger/achledger/eventstore/durable"
)

// syncFile makes a closed file's content durable.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// makeFolder creates a private folder and its missing parents, durably.
func makeFolder(folder string) error {
	var missing []string
	for above := folder; ; above = filepath.Dir(above) {
		if _, err := os.Stat(above); !errors.Is(err, os.ErrNotExist) {
			break
		}
		missing = append(missing, above)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for _, made := range missing {
		if err := durable.SyncFolder(filepath.Dir(made)); err != nil {
			return err
		}
	}
	return nil
}
