package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/gofrs/flock"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/beside"
	"github.com/achledger/achledger/eventstore/groupcommit"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// Store is the log in one SQLite file, written by one goroutine of one
// process.
type Store struct {
	beside.Tables // tokens, people, webhooks

	path    string // of the database file, absolute
	options Options

	queue   *groupcommit.Queue // to the writer
	stopped chan struct{}      // closed when the writer has ended
	failed  chan struct{}      // closed when nothing can be written any more

	head    atomic.Pointer[eventstore.Head] // committed
	newest  newest
	tail    eventstore.Tail
	hints   eventstore.Hints
	readers *conn.Pool
	writer  *writer // nil when open for reading
	lock    *flock.Flock
	once    sync.Once
}

var _ eventstore.Store = (*Store)(nil)

// Open opens the log of a data folder. For writing it creates missing files,
// takes the folder's lock (ErrInUse if another process has it), copies what the
// last process left in the write-ahead log into the database (ErrNotSettled if
// that fails) and compares the head with the newest event. For reading the log
// must exist (ErrNoLog).
func Open(folder string, o Options) (*Store, error) {
	o.setDefaults()
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	s := &Store{
		path:    filepath.Join(folder, FileName),
		options: o,
		queue:   groupcommit.NewQueue(o.Linger),
		stopped: make(chan struct{}),
		failed:  make(chan struct{}),
	}
	s.Tables = beside.New(tables{s}, "given_up = 0")
	if o.ReadOnly {
		err = s.openForReading()
	} else {
		err = s.openForWriting(folder)
	}
	if err != nil {
		return nil, fmt.Errorf("open the log in %s: %w", folder, err)
	}
	return s, nil
}

func (s *Store) openForReading() error {
	if _, err := os.Stat(s.path); errors.Is(err, os.ErrNotExist) {
		return ErrNoLog
	}
	readers, err := openReaders(s.path)
	if err != nil {
		return err
	}
	s.readers = readers
	return nil
}

func (s *Store) openForWriting(folder string) (err error) {
	if err := create(s.path); err != nil {
		return err
	}
	if s.lock, err = lockFolder(folder); err != nil {
		return err
	}
	if err = s.settle(); err != nil {
		return errors.Join(err, s.lock.Close())
	}
	if s.writer, err = openWriter(s); err != nil {
		return errors.Join(err, s.lock.Close())
	}
	if s.readers, err = openReaders(s.path); err != nil {
		return errors.Join(err, s.writer.conn.Close(), s.lock.Close())
	}
	if s.writer.checkpointer, err = startCheckpointer(s); err != nil {
		return errors.Join(err, s.readers.Close(), s.writer.conn.Close(), s.lock.Close())
	}
	s.newest = newestFrom(s.writer.head.Position)
	s.committed(s.writer.head, nil, nil)
	go s.writer.run()
	return nil
}

// committed publishes the end of the log before any caller gets its result.
func (s *Store) committed(head eventstore.Head, batch []*groupcommit.Request, events []eventstore.Recorded) {
	s.tail.Add(events) // first: a reader that knows the head may read up to it
	s.head.Store(&head)
	s.newest.moved(batch)
}

// Append implements Store. A call that is being written waits for one group
// commit, even if ctx ends.
func (s *Store) Append(ctx context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	if s.options.ReadOnly {
		return eventstore.Result{}, eventstore.ErrReadOnly
	}
	return s.queue.Append(ctx, appends)
}

// Failed implements Store.
func (s *Store) Failed() <-chan struct{} { return s.failed }

// Close finishes the batch that is being written, refuses waiting appends with
// ErrClosed, waits for running reads, and folds the write-ahead log into the
// database file, which SQLite does when the last writable connection closes. If
// the store has failed, that connection is already closed and the file stays as
// it is. Closing twice has no further effect.
func (s *Store) Close() (err error) {
	s.once.Do(func() { err = s.close() })
	return err
}

func (s *Store) close() error {
	if s.writer == nil {
		return s.readers.Close()
	}
	s.queue.Close()
	<-s.stopped
	err := errors.Join(s.writer.checkpointer.stop(), s.readers.Close())
	if s.writer.broken == nil {
		err = errors.Join(err, s.writer.conn.Close())
	}
	return errors.Join(err, s.lock.Close())
}
