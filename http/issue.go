package http

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Issued is a credential with its secret, which is shown this once.
type Issued struct {
	Key    string   `json:"key"`
	Secret string   `json:"secret"`
	Scopes []string `json:"scopes"`
}

// keyLength makes keys hard to confuse with each other, not secret.
const keyLength = 20

// keyLetters leave out those that look alike.
const keyLetters = "abcdefghjkmnpqrstuvwxyz23456789"

// newKey is a random name for a credential. No full stop, colon or slash, as
// it stands in headers and paths.
func newKey() string {
	b := make([]byte, keyLength)
	rand.Read(b) // never fails
	for i := range b {
		b[i] = keyLetters[int(b[i])%len(keyLetters)]
	}
	return string(b)
}

// NewCredential makes a key and a secret for a client, or for operations,
// and the change that issues them, to be written alone or with others. A
// refusal names the scopes.
func NewCredential(client string, scopes []string) (Issued, ledger.Change, error) {
	issued := Issued{Key: newKey(), Secret: secret(), Scopes: scopes}
	command := domain.IssueCredential{Key: issued.Key, Client: client, Scopes: scopes, SecretHash: hashed(issued.Secret)}
	events, err := command.Decide(domain.Credential{})
	if err != nil {
		return Issued{}, ledger.Change{}, err
	}
	return issued, ledger.Change{
		Stream: domain.CredentialStream(issued.Key), Client: client, Expect: 0, Events: events,
	}, nil
}

// IssueCredential issues a credential and returns when it is durable. The
// command calls it at first start, the operations surface for clients.
func IssueCredential(ctx context.Context, l *ledger.Ledger, client string, scopes []string, options ...ledger.Option) (Issued, error) {
	issued, change, err := NewCredential(client, scopes)
	if err != nil {
		return Issued{}, err
	}
	for _, o := range options {
		o(&change)
	}
	if _, err := l.Write(ctx, change); err != nil {
		return Issued{}, fmt.Errorf("issue a credential for client %s: %w", client, err)
	}
	return issued, nil
}
