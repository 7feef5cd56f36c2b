package projections

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"

	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// database is views.db: one connection that writes and a pool that reads.
type database struct {
	path    string
	writer  *conn.Conn // nil when opened for reading
	readers *conn.Pool
}

// The write-ahead log makes commits atomic. With synchronous=NORMAL the newest
// commits may be lost in a power failure, rows and checkpoint together. They
// are then projected from the log again.
var writing = []string{
	"page_size = 8192",
	"journal_mode = WAL",
	"synchronous = NORMAL",
	"wal_autocheckpoint = 4000",
	"journal_size_limit = 67108864", // bytes: the write-ahead log shrinks to 64 MiB after a rebuild
	"cache_size = -32768",
	"busy_timeout = 0", // Transact waits at more even intervals
}

// scratch is for a file that is filled once, read once and removed. Nothing of
// it has to outlive an error or a stop.
var scratch = []string{
	"page_size = 8192",
	"journal_mode = OFF",
	"synchronous = OFF",
	"cache_size = -32768",
}

// openDatabase opens views.db for reading and writing, and creates the file and
// its control table if they are missing.
func openDatabase(path string) (*database, error) { return openWith(path, writing) }

func openWith(path string, pragmas []string) (*database, error) {
	if err := createFile(path); err != nil {
		return nil, err
	}
	writer, err := conn.Open(path, conn.ReadWrite, pragmas...)
	if err != nil {
		return nil, err
	}
	if err := writer.Script(control); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), writer.Close())
	}
	d := newDatabase(path)
	d.writer = writer
	return d, nil
}

// ErrNoViews says that there is no views.db to read.
var ErrNoViews = errors.New("there are no views in this folder")

// openForReading opens views.db while another process may write it.
func openForReading(path string) (*database, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoViews
	}
	return newDatabase(path), nil
}

// maxReaders bounds the reading connections, each with a cache of 8 MiB.
const maxReaders = 16

func newDatabase(path string) *database {
	return &database{path: path, readers: conn.NewPool(path, min(max(4, 2*runtime.NumCPU()), maxReaders), errClosed)}
}

// createFile creates an empty file that only its owner can read, before SQLite
// would create one that others can read.
func createFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// removeFiles removes views.db and the files that SQLite keeps beside it.
func removeFiles(path string) (err error) {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if e := os.Remove(path + suffix); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// errClosed says that this database was closed, or replaced by a new one.
var errClosed = errors.New("the views are closed")

// snapshot reads the live generation as of one position.
type snapshot struct {
	ctx        context.Context
	c          *conn.Conn
	generation int64
	position   int64
}

// query calls each with every row of the generation's tables.
func (s snapshot) query(sql string, args []value, each func([]value) error) error {
	return s.c.Query(s.ctx, sql, args, each)
}

// read runs f in one read transaction, with a connection of the pool.
func (d *database) read(ctx context.Context, f func(snapshot) error) error {
	return d.readers.Use(ctx, func(c *conn.Conn) (err error) {
		if _, err := c.Exec("BEGIN"); err != nil {
			return err
		}
		defer func() {
			if _, e := c.Exec("COMMIT"); e != nil {
				err = errors.Join(err, e)
				c.Rollback()
			}
		}()
		live, err := liveGeneration(c)
		if err != nil {
			return err
		}
		if err := c.Suffix(of(live.generation, "@")); err != nil {
			return err
		}
		return f(snapshot{ctx, c, live.generation, live.position})
	})
}

// close waits for reads under way and closes all connections.
func (d *database) close() error {
	err := d.readers.Close()
	if d.writer != nil {
		err = errors.Join(err, d.writer.Close())
	}
	return err
}
