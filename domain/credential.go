package domain

import (
	"slices"
	"time"
)

// Scopes a credential can have.
const (
	ScopeOriginate = "originate"
	ScopeRead      = "read"
	ScopeVault     = "vault"
	ScopeReveal    = "reveal"
	ScopeOps       = "ops"
)

// FirstScopes are the scopes of a client's first credential.
var FirstScopes = []string{ScopeOriginate, ScopeRead, ScopeVault}

// Credential is a key with a secret of which only a hash is known.
type Credential struct {
	Key        string
	Client     string // or LedgerClient for operations
	Scopes     []string
	SecretHash []byte // SHA-256; secrets carry 256 random bits, so no slow hash is needed
	Revoked    bool
	IssuedAt   time.Time
	Version    int64
}

// Events of a credential.
type (
	// CredentialIssued records a new key; its secret was shown once.
	CredentialIssued struct {
		Key        string   `json:"key"`
		Client     string   `json:"client"`
		Scopes     []string `json:"scopes"`
		SecretHash []byte   `json:"secret_hash"`
	}
	// CredentialRevoked ends a key at once.
	CredentialRevoked struct{}
)

// Type names the event in the log.
func (CredentialIssued) Type() string { return "credential.issued" }

// Type names the event in the log.
func (CredentialRevoked) Type() string { return "credential.revoked" }

func init() {
	register(
		func() Event { return &CredentialIssued{} },
		func() Event { return &CredentialRevoked{} },
	)
}

// Evolve applies one event of the credential's stream.
func (c *Credential) Evolve(f Fact) {
	c.Version = f.Version
	switch e := f.Event.(type) {
	case *CredentialIssued:
		c.Key, c.Client, c.Scopes, c.SecretHash, c.IssuedAt = e.Key, e.Client, e.Scopes, e.SecretHash, f.Meta.At
	case *CredentialRevoked:
		c.Revoked = true
	}
}

// May reports whether the credential has the scope.
func (c Credential) May(scope string) bool { return slices.Contains(c.Scopes, scope) }

// IssueCredential makes a key for a client, or for operations.
type IssueCredential struct {
	Key, Client string
	Scopes      []string
	SecretHash  []byte
}

// Decide issues the key. Scope ops belongs to the ledger itself and to no
// client.
func (c IssueCredential) Decide(now Credential) ([]Event, error) {
	var f fields
	if len(c.Scopes) == 0 {
		f.bad("/scopes", "required", "at least one scope is needed")
	}
	for _, s := range c.Scopes {
		switch s {
		case ScopeOriginate, ScopeRead, ScopeVault, ScopeReveal:
			if c.Client == LedgerClient && s != ScopeRead && s != ScopeReveal {
				f.against("/scopes", "scope", "operations cannot have scope %q", s)
			}
		case ScopeOps:
			if c.Client != LedgerClient {
				f.against("/scopes", "scope", "scope ops belongs to the ledger, not to a client")
			}
		default:
			f.bad("/scopes", "scope", "%q is not one of originate, read, vault, reveal, ops", s)
		}
	}
	if err := f.refusal(); err != nil {
		return nil, err
	}
	if now.Version > 0 {
		return nil, Refuse(Conflict, "credential %s exists", c.Key)
	}
	return []Event{CredentialIssued{c.Key, c.Client, c.Scopes, c.SecretHash}}, nil
}

// RevokeCredential ends a key.
type RevokeCredential struct{}

// Decide revokes once; asking twice is asking once.
func (RevokeCredential) Decide(now Credential) ([]Event, error) {
	if now.Revoked {
		return nil, nil
	}
	return []Event{CredentialRevoked{}}, nil
}
