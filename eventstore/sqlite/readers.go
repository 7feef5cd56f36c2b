package sqlite

import (
	"errors"
	"runtime"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// openReaders opens the first connection at once. It shows whether the log can
// be read, and while it is open no other connection is the last.
func openReaders(path string) (*conn.Pool, error) {
	first, err := conn.OpenReader(path)
	if err != nil {
		return nil, err
	}
	if err := checkSchema(first); err != nil {
		return nil, errors.Join(err, first.Close())
	}
	return conn.NewPool(path, max(4, 2*runtime.NumCPU()), eventstore.ErrClosed, first), nil
}
