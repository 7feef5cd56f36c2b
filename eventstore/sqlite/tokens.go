package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

var _ eventstore.Tokens = (*Store)(nil)

const (
	insertToken = `INSERT OR REPLACE INTO tokens(hash, kind, credential, client, scopes, expires_at)
		VALUES(?1, ?2, ?3, ?4, ?5, ?6)`
	selectToken = `SELECT hash, kind, credential, client, scopes, expires_at FROM tokens WHERE hash = ?1`

	deleteToken    = `DELETE FROM tokens WHERE hash = ?1 AND credential = ?2`
	deleteTokensOf = `DELETE FROM tokens WHERE hash IN (SELECT hash FROM tokens WHERE credential = ?1 LIMIT ?2)`
	purgeTokens    = `DELETE FROM tokens WHERE hash IN (SELECT hash FROM tokens WHERE expires_at < ?1 LIMIT ?2)`

	// deleteAtOnce bounds the tokens deleted in one transaction.
	deleteAtOnce = 500
)

// PutToken implements Tokens.
func (s *Store) PutToken(ctx context.Context, t eventstore.Token) error {
	if len(t.Hash) == 0 {
		return errors.New("put a token: it has no hash")
	}
	_, err := s.exec(ctx, insertToken, t.Hash, t.Kind, t.Credential, t.Client, strings.Join(t.Scopes, " "), t.ExpiresAt.UnixMicro())
	return err
}

// Token implements Tokens.
func (s *Store) Token(ctx context.Context, hash []byte) (t eventstore.Token, ok bool, err error) {
	err = s.readers.Use(ctx, func(c *conn.Conn) error {
		row, err := c.Row(selectToken, append([]byte{}, hash...))
		if err == nil && row != nil {
			t, ok = token(row), true
		}
		return err
	})
	if err != nil {
		return eventstore.Token{}, false, fmt.Errorf("read a token: %w", err)
	}
	return t, ok, nil
}

// DeleteToken implements Tokens.
func (s *Store) DeleteToken(ctx context.Context, hash []byte, credential string) error {
	_, err := s.exec(ctx, deleteToken, append([]byte{}, hash...), credential)
	return err
}

// DeleteTokensOf implements Tokens.
func (s *Store) DeleteTokensOf(ctx context.Context, credential string) error {
	return s.deleteTokens(ctx, deleteTokensOf, credential)
}

// PurgeTokens implements Tokens.
func (s *Store) PurgeTokens(ctx context.Context, before time.Time) error {
	return s.deleteTokens(ctx, purgeTokens, before.UnixMicro())
}

// deleteTokens deletes in small steps until nothing is left.
func (s *Store) deleteTokens(ctx context.Context, sql string, which driver.Value) error {
	for {
		deleted, err := s.exec(ctx, sql, which, int64(deleteAtOnce))
		if err != nil || deleted < deleteAtOnce {
			return err
		}
	}
}

// beside makes the writer run f in its next transaction.
func (s *Store) beside(ctx context.Context, f func(*conn.Conn) error) error {
	if s.options.ReadOnly {
		return eventstore.ErrReadOnly
	}
	return s.queue.Do(ctx, f)
}

// exec makes the writer run one statement, and returns how many rows it changed.
func (s *Store) exec(ctx context.Context, sql string, args ...driver.Value) (changed int64, err error) {
	err = s.beside(ctx, func(c *conn.Conn) (err error) {
		changed, err = c.Exec(sql, args...)
		return err
	})
	return changed, err
}

// token reads a row of selectToken.
func token(row []driver.Value) (t eventstore.Token) {
	var scopes string
	conn.Scan(row, &t.Hash, &t.Kind, &t.Credential, &t.Client, &scopes, &t.ExpiresAt)
	t.Scopes = strings.Fields(scopes)
	return t
}
