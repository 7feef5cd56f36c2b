package beside

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/achledger/achledger/eventstore"
)

var _ eventstore.Tokens = Tables{}

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
func (t Tables) PutToken(ctx context.Context, token eventstore.Token) error {
	if len(token.Hash) == 0 {
		return errors.New("put a token: it has no hash")
	}
	_, err := t.db.Exec(ctx, putToken, token.Hash, token.Kind, token.Credential, token.Client, strings.Join(token.Scopes, " "), token.ExpiresAt.UnixMicro())
	return err
}

// Token implements Tokens.
func (t Tables) Token(ctx context.Context, hash []byte) (eventstore.Token, bool, error) {
	return find(ctx, t, "a token", func(scan Scan) (token eventstore.Token, err error) {
		var scopes string
		var expires int64
		err = scan(&token.Hash, &token.Kind, &token.Credential, &token.Client, &scopes, &expires)
		token.Scopes, token.ExpiresAt = strings.Fields(scopes), instant(expires)
		return token, err
	}, selectToken, append([]byte{}, hash...))
}

// DeleteToken implements Tokens.
func (t Tables) DeleteToken(ctx context.Context, hash []byte, credential string) error {
	_, err := t.db.Exec(ctx, deleteToken, append([]byte{}, hash...), credential)
	return err
}

// DeleteTokensOf implements Tokens.
func (t Tables) DeleteTokensOf(ctx context.Context, credential string) error {
	return t.deleteTokens(ctx, deleteTokensOf, credential)
}

// PurgeTokens implements Tokens.
func (t Tables) PurgeTokens(ctx context.Context, before time.Time) error {
	return t.deleteTokens(ctx, purgeTokens, before.UnixMicro())
}

// deleteTokens deletes in small steps until nothing is left to delete.
func (t Tables) deleteTokens(ctx context.Context, sql string, which any) error {
	for {
		deleted, err := t.db.Exec(ctx, sql, which, deleteAtOnce)
		if err != nil || deleted < deleteAtOnce {
			return err
		}
	}
}
