package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
)

const (
	putToken = `INSERT INTO tokens(hash, kind, credential, client, scopes, expires_at) VALUES($1, $2, $3, $4, $5, $6)
		ON CONFLICT(hash) DO UPDATE SET kind = excluded.kind, credential = excluded.credential, client = excluded.client,
			scopes = excluded.scopes, expires_at = excluded.expires_at`
	selectToken = `SELECT hash, kind, credential, client, scopes, expires_at FROM tokens WHERE hash = $1`

	deleteToken    = `DELETE FROM tokens WHERE hash = $1 AND credential = $2`
	deleteTokensOf = `DELETE FROM tokens WHERE hash IN (SELECT hash FROM tokens WHERE credential = $1 LIMIT $2)`
	purgeTokens    = `DELETE FROM tokens WHERE hash IN (SELECT hash FROM tokens WHERE expires_at < $1 LIMIT $2)`

	// deleteAtOnce bounds the tokens deleted in one transaction.
	deleteAtOnce = 500
)

// PutToken implements Tokens.
func (s *Store) PutToken(ctx context.Context, t eventstore.Token) error {
	if len(t.Hash) == 0 {
		return errors.New("put a token: it has no hash")
	}
	_, err := s.exec(ctx, putToken, t.Hash, t.Kind, t.Credential, t.Client, strings.Join(t.Scopes, " "), t.ExpiresAt.UnixMicro())
	return err
}

// Token implements Tokens.
func (s *Store) Token(ctx context.Context, hash []byte) (t eventstore.Token, ok bool, err error) {
	err = s.query(ctx, func(rows pgx.Rows) error {
		if ok = rows.Next(); !ok {
			return nil
		}
		var scopes string
		var expires int64
		if err := rows.Scan(&t.Hash, &t.Kind, &t.Credential, &t.Client, &scopes, &expires); err != nil {
			return err
		}
		t.Scopes, t.ExpiresAt = strings.Fields(scopes), time.UnixMicro(expires).UTC()
		return nil
	}, selectToken, append([]byte{}, hash...))
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

// deleteTokens deletes in small steps until nothing is left to delete.
func (s *Store) deleteTokens(ctx context.Context, sql string, which any) error {
	for {
		deleted, err := s.exec(ctx, sql, which, deleteAtOnce)
		if err != nil || deleted < deleteAtOnce {
			return err
		}
	}
}

// exec changes rows in a transaction of its own. A repetition is harmless: when
// its session breaks, it is repeated.
func (s *Store) exec(ctx context.Context, sql string, args ...any) (changed int64, err error) {
	if s.options.ReadOnly {
		return 0, eventstore.ErrReadOnly
	}
	err = s.read(ctx, func(c *pgx.Conn) error {
		_ = warning(c)
		tag, err := c.Exec(ctx, sql, args...)
		if err == nil {
			err = warning(c)
		}
		changed = tag.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("change the tokens: %w", explain(err))
	}
	return changed, nil
}
