package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
)

// Wraps stores the wrapped keys of clients in the database; a keyring uses it.
type Wraps struct{ store *Store }

// Wraps returns the store's Wraps.
func (s *Store) Wraps() Wraps { return Wraps{s} }

// Clients lists the clients that have or had keys.
func (w Wraps) Clients() (ids []string, err error) {
	ctx, cancel := brief()
	defer cancel()
	return rowsOf(ctx, w.store, pgx.RowTo[string], `SELECT client FROM wrapped_keys ORDER BY client`)
}

// Read returns a client's wrapped keys; fs.ErrNotExist when there are none.
func (w Wraps) Read(client string) (content []byte, err error) {
	ctx, cancel := brief()
	defer cancel()
	err = w.store.read(ctx, func(c *pgx.Conn) error {
		return c.QueryRow(ctx, `SELECT content FROM wrapped_keys WHERE client = $1`, client).Scan(&content)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = fs.ErrNotExist
	}
	return content, err
}

// createWrap waits while the master key is being replaced.
const createWrap = `INSERT INTO wrapped_keys(client, content)
	SELECT $1, $2 FROM ledger WHERE $3::bytea IS NULL OR mark = $3 FOR SHARE ON CONFLICT DO NOTHING`

// Create stores wrapped keys durably if there are none; fs.ErrExist otherwise.
// If the response to the commit is lost, the repetition finds the keys it
// wrote. With a mark nothing is created if another master key has been put in
// place since.
func (w Wraps) Create(client string, content, mark []byte) error {
	err := w.store.change("write keys", func(b *pgx.Batch) { b.Queue(createWrap, client, content, mark) })
	return w.holds(client, content, err, fs.ErrExist)
}

// Replace replaces the wrapped keys that were read, durably. If another node
// was first, nothing is changed.
func (w Wraps) Replace(client string, was, is []byte) error {
	err := w.store.change("replace keys", func(b *pgx.Batch) {
		b.Queue(`UPDATE wrapped_keys SET content = $3 WHERE client = $1 AND content = $2`, client, was, is)
	})
	return w.holds(client, is, err, errKeysMoved)
}

var errKeysMoved = errors.New("another node changed the same keys: ask again")

// holds checks whether a change was made.
func (w Wraps) holds(client string, want []byte, err, otherwise error) error {
	if err != nil {
		return err
	}
	got, err := w.Read(client)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errRotated
	case err == nil && string(got) != string(want):
		return otherwise
	}
	return err
}

var errRotated = errors.New("the master key was replaced meanwhile: ask again")

// Exclusively runs change while no other node changes keys. If its session is
// lost meanwhile, Create and Replace still let only one of two changes happen.
func (w Wraps) Exclusively(change func() error) error {
	ctx, cancel := brief()
	defer cancel()
	c, err := w.store.session(ctx, 0)
	if err == nil {
		defer c.Close(context.WithoutCancel(ctx))
		_, err = c.Exec(ctx, `SELECT pg_advisory_lock(711, 3)`)
		err = away(c, err)
	}
	if err != nil {
		return fmt.Errorf("lock the keyring: %w", err)
	}
	return change()
}
