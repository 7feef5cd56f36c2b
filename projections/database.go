package projections

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"sync"
)

// database is views.db: one connection that writes and a pool that reads.
type database struct {
	path   string
	writer *connection // nil when opened for reading
	slots  chan *connection
	closed chan struct{}
	once   sync.Once
}

// The write-ahead log makes commits atomic; with synchronous=NORMAL a power
// cut may take the newest of them back, rows and checkpoint together. That is
// no loss: they are in the log and come again.
var writing = []string{
	"page_size = 8192",
	"journal_mode = WAL",
	"synchronous = NORMAL",
	"wal_autocheckpoint = 4000",
	"journal_size_limit = 67108864", // after a rebuild the write-ahead log shrinks to 64 MiB
	"cache_size = -65536",
	"busy_timeout = 0", // connection.begin waits, more evenly
}

// openDatabase opens views.db for reading and writing and makes what is
// missing of the file and its control table.
func openDatabase(path string) (*database, error) {
	if err := createFile(path); err != nil {
		return nil, err
	}
	writer, err := connect(path, "rw", writing...)
	if err != nil {
		return nil, err
	}
	if err := writer.script(control); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), writer.close())
	}
	d := newDatabase(path)
	d.writer = writer
	return d, nil
}

// ErrNoViews: there is no views.db to read.
var ErrNoViews = errors.New("there are no views in this folder: start the server on it once, or run achledger rebuild")

// openForReading opens views.db beside the process that writes it.
func openForReading(path string) (*database, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoViews
	}
	return newDatabase(path), nil
}

// maxReaders bounds the reading connections, each with a cache of 8 MiB.
const maxReaders = 16

func newDatabase(path string) *database {
	d := &database{path: path, slots: make(chan *connection, min(max(4, 2*runtime.NumCPU()), maxReaders)), closed: make(chan struct{})}
	for range cap(d.slots) {
		d.slots <- nil // opened at its first use
	}
	return d
}

// createFile makes an empty, private file before SQLite would make one that
// others can read.
func createFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// removeFiles takes views.db away, with what SQLite keeps beside it.
func removeFiles(path string) (err error) {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if e := os.Remove(path + suffix); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// errClosed: this database was closed, or given up for a new one.
var errClosed = errors.New("the views are closed")

// snapshot reads the live generation as it stood at one position.
type snapshot struct {
	ctx        context.Context
	c          *connection
	generation int64
	position   int64
}

// query calls each with every row of the generation's tables.
func (s snapshot) query(sql string, args []value, each func([]value) error) error {
	return s.c.query(s.ctx, sql, args, each)
}

// read runs f in one read transaction, with a connection of the pool.
func (d *database) read(ctx context.Context, f func(snapshot) error) (err error) {
	var c *connection
	select {
	case <-d.closed:
		return errClosed
	default:
	}
	select {
	case c = <-d.slots:
	case <-d.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { d.slots <- c }()
	if err := ctx.Err(); err != nil {
		return err
	}
	if c == nil {
		if c, err = connect(d.path, "ro", "query_only = 1", "cache_size = -8192"); err != nil {
			return err
		}
	}
	if _, err := c.exec("BEGIN"); err != nil {
		return err
	}
	defer func() {
		if _, e := c.exec("COMMIT"); e != nil {
			err = errors.Join(err, e)
			c.rollback()
		}
	}()
	live, err := liveGeneration(c)
	if err != nil {
		return err
	}
	if err := c.use(live.generation); err != nil {
		return err
	}
	return f(snapshot{ctx, c, live.generation, live.position})
}

// close waits for reads under way and closes all connections.
func (d *database) close() (err error) {
	d.once.Do(func() {
		close(d.closed)
		for range cap(d.slots) {
			if c := <-d.slots; c != nil {
				err = errors.Join(err, c.close())
			}
		}
		if d.writer != nil {
			err = errors.Join(err, d.writer.close())
		}
	})
	return err
}
