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
// chain. A change is durable on return. After an error it may have been made or
// not; it can always be made again. A storm of logins never stalls the log.
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
