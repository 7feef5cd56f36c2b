package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const (
	selectMark = `SELECT mark FROM ledger`
	// swapMark waits for transactions that create keys under the old mark.
	swapMark  = `UPDATE ledger SET mark = $2 WHERE mark = $1`
	swapWraps = `UPDATE wrapped_keys k SET content = n.after
		FROM unnest($1::text[], $2::bytea[], $3::bytea[]) n(client, before, after)
		WHERE k.client = n.client COLLATE "C" AND k.content = n.before`
	countWraps = `SELECT count(*) FROM wrapped_keys`
)

// Mark returns the mark of the master key with which the keys are wrapped.
func (w Wraps) Mark() (mark []byte, err error) {
	ctx, cancel := brief()
	defer cancel()
	err = w.store.read(ctx, func(c *pgx.Conn) error { return c.QueryRow(ctx, selectMark).Scan(&mark) })
	if err != nil {
		return nil, fmt.Errorf("read which master key belongs to the ledger: %w", err)
	}
	return mark, nil
}

// Rewrap replaces the mark of the master key, and the content of every client
// that was read before by the new content: all of it or, if a key was created
// or changed meanwhile, nothing. If the response to the commit is lost, the
// outcome is looked up.
func (w Wraps) Rewrap(was, is []byte, clients []string, before, after [][]byte) error {
	ctx, cancel := brief()
	defer cancel()
	err := w.store.read(ctx, func(c *pgx.Conn) error {
		_ = warning(c) // discard an old warning
		err := pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error { return rewrap(ctx, tx, was, is, clients, before, after) })
		if err == nil {
			err = warning(c)
		}
		return err
	})
	if err == nil {
		return nil
	}
	mark, lookErr := w.Mark()
	if lookErr == nil {
		lookErr = w.store.barriers.do(ctx, w.store.barrier) // proves what was read
	}
	if lookErr == nil && bytes.Equal(mark, is) {
		return nil
	}
	return fmt.Errorf("wrap the keys by another master key: %w", errors.Join(explain(err), lookErr))
}

func rewrap(ctx context.Context, tx pgx.Tx, was, is []byte, clients []string, before, after [][]byte) error {
	marked, err := tx.Exec(ctx, swapMark, was, is)
	if err != nil {
		return err
	}
	swapped, err := tx.Exec(ctx, swapWraps, clients, before, after)
	if err != nil {
		return err
	}
	var all int64
	if err := tx.QueryRow(ctx, countWraps).Scan(&all); err != nil {
		return err
	}
	if n := int64(len(clients)); marked.RowsAffected() != 1 || swapped.RowsAffected() != n || all != n {
		return errKeysMoved
	}
	return nil
}
