package eventstore

import (
	"context"
	"time"
)

// Kinds of tokens.
const (
	AccessToken  = "access"
	RefreshToken = "refresh"
)

// Token is the stored form of a token, without the token itself.
type Token struct {
	Hash       []byte // SHA-256 of the token
	Kind       string // AccessToken or RefreshToken
	Credential string // the key of the credential it was issued for
	Client     string
	Scopes     []string  // without spaces
	ExpiresAt  time.Time // machine time, kept in microseconds
}

// Tokens stores tokens across restarts, beside the log and outside its chain. A
// change is durable on return. After an error it may or may not have been made;
// it can always be repeated. Many logins never delay the log.
type Tokens interface {
	// PutToken stores a token and replaces one with the same hash.
	PutToken(ctx context.Context, t Token) error

	// Token finds a token by its hash, expired or not.
	Token(ctx context.Context, hash []byte) (t Token, ok bool, err error)

	// DeleteToken deletes one token of a credential; a missing one is no error.
	DeleteToken(ctx context.Context, hash []byte, credential string) error

	// DeleteTokensOf deletes every token of a credential that was put before
	// the call.
	DeleteTokensOf(ctx context.Context, credential string) error

	// PurgeTokens deletes the tokens that expired before a moment.
	PurgeTokens(ctx context.Context, before time.Time) error
}
