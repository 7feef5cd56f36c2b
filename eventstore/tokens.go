package eventstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kinds of tokens.
const (
	AccessToken  = "access"
	RefreshToken = "refresh"
)

// Token is what is kept of a token: never the token itself.
type Token struct {
	Hash       []byte // SHA-256 of the token
	Kind       string // AccessToken or RefreshToken
	Credential string // the key of the credential it was issued for
	Client     string
	Scopes     []string  // without spaces
	ExpiresAt  time.Time // machine time, kept in microseconds
}

// Tokens keeps tokens across restarts. They live beside the log, outside its
// chain. Writing goes through the log's one writer, is durable on return and
// fails as Append does; at most 64 such calls share a transaction with
// appends, so a storm of logins never stalls the log.
type Tokens interface {
	// PutToken keeps a token; one with the same hash is replaced.
	PutToken(ctx context.Context, t Token) error

	// Token finds a token by its hash, expired or not.
	Token(ctx context.Context, hash []byte) (t Token, ok bool, err error)

	// DeleteToken forgets one token of a credential; one that is not there
	// is no error.
	DeleteToken(ctx context.Context, hash []byte, credential string) error

	// DeleteTokensOf forgets every token of a credential that was put before
	// the call.
	DeleteTokensOf(ctx context.Context, credential string) error

	// PurgeTokens forgets the tokens that expired before a moment.
	PurgeTokens(ctx context.Context, before time.Time) error
}

var _ Tokens = (*SQLite)(nil)

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
func (s *SQLite) PutToken(ctx context.Context, t Token) error {
	if len(t.Hash) == 0 {
		return errors.New("put a token: it has no hash")
	}
	return s.submitTokens(ctx, func(c *connection) error {
		_, err := c.exec(insertToken, t.Hash, t.Kind, t.Credential, t.Client,
			strings.Join(t.Scopes, " "), t.ExpiresAt.UnixMicro())
		return err
	})
}

// Token implements Tokens.
func (s *SQLite) Token(ctx context.Context, hash []byte) (t Token, ok bool, err error) {
	err = s.readers.read(ctx, func(c *connection) error {
		row, err := c.row(selectToken, append([]byte{}, hash...))
		if err == nil && row != nil {
			t, ok = token(row), true
		}
		return err
	})
	if err != nil {
		return Token{}, false, fmt.Errorf("read a token: %w", err)
	}
	return t, ok, nil
}

// DeleteToken implements Tokens.
func (s *SQLite) DeleteToken(ctx context.Context, hash []byte, credential string) error {
	return s.submitTokens(ctx, func(c *connection) error {
		_, err := c.exec(deleteToken, append([]byte{}, hash...), credential)
		return err
	})
}

// DeleteTokensOf implements Tokens.
func (s *SQLite) DeleteTokensOf(ctx context.Context, credential string) error {
	return s.deleteTokens(ctx, deleteTokensOf, credential)
}

// PurgeTokens implements Tokens.
func (s *SQLite) PurgeTokens(ctx context.Context, before time.Time) error {
	return s.deleteTokens(ctx, purgeTokens, before.UnixMicro())
}

// deleteTokens deletes in small steps until nothing is left to delete.
func (s *SQLite) deleteTokens(ctx context.Context, sql string, which driver.Value) error {
	for {
		var deleted int64
		err := s.submitTokens(ctx, func(c *connection) (err error) {
			deleted, err = c.exec(sql, which, int64(deleteAtOnce))
			return err
		})
		if err != nil || deleted < deleteAtOnce {
			return err
		}
	}
}

// submitTokens has the writer run f inside its next transaction.
func (s *SQLite) submitTokens(ctx context.Context, f func(*connection) error) error {
	r := newRequest()
	r.tokens = f
	_, err := s.submit(ctx, s.tokens, r)
	return err
}

// token reads a row of selectToken.
func token(row []driver.Value) Token {
	return Token{
		Hash:       row[0].([]byte),
		Kind:       row[1].(string),
		Credential: row[2].(string),
		Client:     row[3].(string),
		Scopes:     strings.Fields(row[4].(string)),
		ExpiresAt:  time.UnixMicro(row[5].(int64)).UTC(),
	}
}
