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
	// swapMark waits for whoever creates keys under the mark before.
	swapMark  = `UPDATE ledger SET mark = $2 WHERE mark = $1`
	swapWraps = `UPDATE wrapped_keys k SET content = n.after
		FROM unnest($1::text[], $2::bytea[], $3::bytea[]) n(client, before, after)
		WHERE k.client = n.client COLLATE "C" AND k.content = n.before`
	countWraps = `SELECT count(*) FROM wrapped_keys`
)

// Mark is what the master key made that the wrapped keys need.
func (w Wraps) Mark() (mark []byte, err error) {
	ctx, cancel := brief()
	defer cancel()
	err = w.store.read(ctx, func(c *pgx.Conn) error { return c.QueryRow(ctx, selectMark).Scan(&mark) })
	if err != nil {
		return nil, fmt.Errorf("read which master key belongs to the ledger: %w", err)
	}
	return mark, nil
}

// Rewrap puts the mark of another master key in the place of one, and the content
// of every client in the place of what was read: all of it or, when a key was made
// or changed meanwhile, nothing. A commit whose answer was lost is looked up.
func (w Wraps) Rewrap(was, is []byte, clients []string, before, after [][]byte) error {
	ctx, cancel := brief()
	defer cancel()
	err := w.store.read(ctx, func(c *pgx.Conn) error {
		_ = warning(c) // of before
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
		lookErr = w.store.barriers.do(ctx, w.store.barrier) // then what was seen counts
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
