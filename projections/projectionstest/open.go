package projectionstest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/projections"
)

// empty are views that show nothing yet, as a file. They are made once: to make
// their tables takes longer than all else that most tests do with them.
var empty struct {
	once sync.Once
	file []byte
	err  error
}

// Open is projections.Open. Views that are missing begin as a copy of empty ones.
func Open(ctx context.Context, path string, store eventstore.Store, o projections.Options) (*projections.Views, error) {
	empty.once.Do(func() { empty.file, empty.err = build(ctx, store) })
	if empty.err != nil {
		return nil, empty.err
	}
	if err := place(path); err != nil {
		return nil, err
	}
	return projections.Open(ctx, path, store, o)
}

// build makes empty views. Their store is not asked, since they are new.
func build(ctx context.Context, store eventstore.Store) ([]byte, error) {
	folder, err := os.MkdirTemp("", "projectionstest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "views.db")
	views, err := projections.Open(ctx, path, store, projections.Options{})
	if err != nil {
		return nil, err
	}
	if err := views.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// place writes empty views where neither views nor a write-ahead log of some are.
func place(path string) error {
	for _, p := range []string{path, path + "-wal"} {
		if _, err := os.Lstat(p); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.WriteFile(path, empty.file, 0o600)
}
