package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
)

const (
	beginKept = `INSERT INTO kept(id, folder) VALUES($1, $2) ON CONFLICT DO NOTHING`
	addChunk  = `INSERT INTO kept_chunks(id, chunk, content) VALUES($1, $2, $3) ON CONFLICT DO NOTHING`
	findKept  = `SELECT id, size FROM kept WHERE folder = $1 AND name = $2`
	readChunk = `SELECT content FROM kept_chunks WHERE id = $1 AND chunk = $2`

	// Both delete the files with another id under the same name.
	dropChunks = `DELETE FROM kept_chunks WHERE id IN (SELECT id FROM kept WHERE folder = $1 AND name = $2 AND id <> $3)`
	dropKept   = `DELETE FROM kept WHERE folder = $1 AND name = $2 AND id <> $3`
	nameKept   = `UPDATE kept SET name = $2, size = $4 WHERE id = $3 AND folder = $1`

	forgetChunks = `DELETE FROM kept_chunks WHERE id = $1`
	forgetKept   = `DELETE FROM kept WHERE id = $1`

	// dropUnnamed comes before its chunks: a commit under way, whose answer was lost,
	// is waited for, and then the file stays.
	dropUnnamed   = `DELETE FROM kept WHERE id = $1 AND name IS NULL`
	dropItsChunks = `DELETE FROM kept_chunks WHERE id = $1 AND NOT EXISTS (SELECT FROM kept WHERE id = $1)`

	sweepKept = `WITH old AS (DELETE FROM kept WHERE (name IS NULL OR folder = $2) AND begun < now() - $1::interval RETURNING id)
		DELETE FROM kept_chunks WHERE id IN (SELECT id FROM old)`

	// keptChunk is the number of bytes in a row.
	keptChunk = 1 << 20
)

// Kept stores sealed files in the database.
type Kept struct{ store *Store }

var _ eventstore.Kept = Kept{}

// Kept returns the store's Kept.
func (s *Store) Kept() Kept { return Kept{s} }

// brief returns a context for operations without one of a caller. When it ends they
// return ErrAway.
func brief() (context.Context, context.CancelFunc) {
	return bounded(context.Background(), readTime)
}

// Sweep takes away what was begun a day ago and never finished, and what has lain
// for a day in a folder whose files are for a moment.
func (k Kept) Sweep(passing string) error {
	const old = "1 day"
	return k.store.change("sweep the kept files", func(b *pgx.Batch) { b.Queue(sweepKept, old, passing) })
}

// Keep implements eventstore.Kept.
func (k Kept) Keep(folder string) (eventstore.Keeping, error) {
	f := &keeping{store: k.store, id: rand.Text(), folder: folder}
	return f, k.store.change("keep a file", func(b *pgx.Batch) { b.Queue(beginKept, f.id, folder) })
}

// keeping is a file whose chunks are stored as they fill.
type keeping struct {
	store      *Store
	id, folder string
	rest       []byte // bytes that are not stored yet
	chunks     int
	size       int64
	committed  bool
}

// Write implements io.Writer.
func (f *keeping) Write(p []byte) (int, error) {
	f.rest, f.size = append(f.rest, p...), f.size+int64(len(p))
	for len(f.rest) >= keptChunk {
		if err := f.add(keptChunk); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// add stores the first bytes of the rest.
func (f *keeping) add(n int) error {
	err := f.store.change("keep a file", func(b *pgx.Batch) { b.Queue(addChunk, f.id, f.chunks, f.rest[:n]) })
	if err == nil {
		f.chunks++
		f.rest = append([]byte{}, f.rest[n:]...)
	}
	return err
}

// Commit implements eventstore.Keeping.
func (f *keeping) Commit(name string) error {
	if len(f.rest) > 0 {
		if err := f.add(len(f.rest)); err != nil {
			return err
		}
	}
	named := false
	err := f.store.change("keep a file", func(b *pgx.Batch) {
		b.Queue(dropChunks, f.folder, name, f.id)
		b.Queue(dropKept, f.folder, name, f.id)
		b.Queue(nameKept+` RETURNING id`, f.folder, name, f.id, f.size).Query(func(rows pgx.Rows) error {
			named = rows.Next()
			rows.Close()
			return rows.Err()
		})
	})
	if err == nil && !named {
		err = errors.New("keep a file: it took more than a day and was swept away")
	}
	f.committed = err == nil
	return err
}

// Drop implements eventstore.Keeping. A file stays whose commit was made although
// it was not answered: it may have taken the place of another one.
func (f *keeping) Drop() error {
	if f.committed {
		return nil
	}
	return f.store.change("forget a file", func(b *pgx.Batch) {
		b.Queue(dropUnnamed, f.id)
		b.Queue(dropItsChunks, f.id)
	})
}

// Remove implements eventstore.Kept.
func (k Kept) Remove(folder, name string) error {
	id, _, err := k.find(folder, name)
	if err != nil {
		return err
	}
	return k.store.change("remove a kept file", func(b *pgx.Batch) {
		b.Queue(forgetChunks, id)
		b.Queue(forgetKept, id)
	})
}

// List lists folder and name of every file.
func (k Kept) List(ctx context.Context) ([][2]string, error) {
	return rowsOf(ctx, k.store, func(row pgx.CollectableRow) (f [2]string, err error) {
		err = row.Scan(&f[0], &f[1])
		return f, err
	}, `SELECT folder, name FROM kept WHERE name IS NOT NULL ORDER BY folder, name`)
}

func (k Kept) find(folder, name string) (id string, size int64, err error) {
	ctx, cancel := brief()
	defer cancel()
	err = k.store.read(ctx, func(c *pgx.Conn) error { return c.QueryRow(ctx, findKept, folder, name).Scan(&id, &size) })
	if errors.Is(err, pgx.ErrNoRows) {
		err = &fs.PathError{Op: "open", Path: "files/" + folder + "/" + name, Err: fs.ErrNotExist}
	}
	return id, size, err
}

// Open implements eventstore.Kept.
func (k Kept) Open(folder, name string) (eventstore.KeptFile, error) {
	id, size, err := k.find(folder, name)
	if err != nil {
		return nil, err
	}
	return &keptFile{store: k.store, id: id, size: size, left: size}, nil
}

// keptFile reads one chunk after another. If the file is replaced meanwhile,
// reading fails.
type keptFile struct {
	store      *Store
	id         string
	size, left int64
	chunk      []byte
	chunks     int
}

// Size implements eventstore.KeptFile.
func (f *keptFile) Size() int64 { return f.size }

// Close implements io.Closer.
func (f *keptFile) Close() error { return nil }

// Read implements io.Reader.
func (f *keptFile) Read(p []byte) (int, error) {
	if len(f.chunk) == 0 {
		if f.left == 0 {
			return 0, io.EOF
		}
		if err := f.next(); err != nil {
			return 0, fmt.Errorf("read a kept file: %w", err)
		}
	}
	n := copy(p, f.chunk)
	f.chunk, f.left = f.chunk[n:], f.left-int64(n)
	return n, nil
}

func (f *keptFile) next() error {
	ctx, cancel := brief()
	defer cancel()
	err := f.store.read(ctx, func(c *pgx.Conn) error { return c.QueryRow(ctx, readChunk, f.id, f.chunks).Scan(&f.chunk) })
	f.chunks++
	if errors.Is(err, pgx.ErrNoRows) || err == nil && (len(f.chunk) == 0 || int64(len(f.chunk)) > f.left) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// change runs statements in one transaction whose repetition is harmless: when
// its session breaks, it is repeated.
func (s *Store) change(what string, queue func(*pgx.Batch)) error {
	if s.options.ReadOnly {
		return eventstore.ErrReadOnly
	}
	ctx, cancel := brief()
	defer cancel()
	err := s.read(ctx, func(c *pgx.Conn) error {
		var b pgx.Batch
		b.Queue(readCommitted)
		queue(&b)
		return commit(ctx, c, &b)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, explain(err))
	}
	return nil
}
