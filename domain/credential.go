package domain

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Scopes a credential can have. A client's are the first five; operations' are
// ops, which is all four of ops:read, ops:work, ops:approve and ops:admin, or
// some of these. ops:read reads, ops:work processes the queues, ops:approve
// releases items and files, ops:admin changes clients, banks and credentials.
const (
	ScopeOriginate = "originate"
	ScopeRead      = "read"
	ScopeVault     = "vault"
	ScopeDownload  = "download" // the bytes of files that the client made itself
	ScopeReveal    = "reveal"   // whole account numbers

	ScopeOps        = "ops"
	ScopeOpsRead    = "ops:read"
	ScopeOpsWork    = "ops:work"
	ScopeOpsApprove = "ops:approve"
	ScopeOpsAdmin   = "ops:admin"
)

// FirstScopes are the scopes of a client's first credential.
var FirstScopes = []string{ScopeOriginate, ScopeRead, ScopeVault, ScopeDownload}

var (
	clientScopes = []string{ScopeOriginate, ScopeRead, ScopeVault, ScopeDownload, ScopeReveal}
	ledgerScopes = []string{ScopeOps, ScopeOpsRead, ScopeOpsWork, ScopeOpsApprove, ScopeOpsAdmin, ScopeRead, ScopeReveal}
)

// GrantsScope reports whether a list of scopes includes one, by itself or
// because ops is all of operations' scopes.
func GrantsScope(scopes []string, want string) bool {
	return slices.Contains(scopes, want) ||
		strings.HasPrefix(want, ScopeOps+":") && slices.Contains(scopes, ScopeOps)
}

// Credential is a key with a secret, of which only a hash is stored.
type Credential struct {
	Key       string
	Client    string // or LedgerClient for operations
	Scopes    []string
	Name      string    // what it is for
	Owner     string    // who is responsible for it
	ExpiresAt time.Time // machine time; zero: never
	// SecretHash is the SHA-256 of the secret; secrets carry 256 random bits,
	// so no slow hash is needed. It is nil while only SealedHash is known.
	SecretHash []byte
	SealedHash Sealed
	Revoked    bool
	IssuedAt   time.Time
	Version    int64
	Position   int64 // in the log, of the event that issued it
	// Unconfirmed says that the log was since restored from a backup, and that
	// nobody has said yet which credentials were revoked after the backup.
	Unconfirmed bool
}

// Events of a credential.
type (
	// CredentialIssued records a new key with its secret's hash in the clear. Only
	// logs of earlier releases contain it; CredentialIssuedV2 replaced it.
	CredentialIssued struct {
		Key        string   `json:"key"`
		Client     string   `json:"client"`
		Scopes     []string `json:"scopes"`
		SecretHash []byte   `json:"secret_hash"`
	}
	// CredentialIssuedV2 records a new key. The secret was shown once; its hash is
	// sealed with the ledger's own key.
	CredentialIssuedV2 struct {
		Key        string     `json:"key"`
		Client     string     `json:"client"`
		Scopes     []string   `json:"scopes"`
		SealedHash Sealed     `json:"sealed_hash"`
		Name       string     `json:"name,omitempty"`
		Owner      string     `json:"owner,omitempty"`
		ExpiresAt  *time.Time `json:"expires_at,omitempty"` // machine time
	}
	// CredentialRevoked ends a key at once.
	CredentialRevoked struct{}
)

// Type names each event in the log.
func (CredentialIssued) Type() string   { return "credential.issued" }
func (CredentialIssuedV2) Type() string { return "credential.issued_v2" }
func (CredentialRevoked) Type() string  { return "credential.revoked" }

func init() { register(empty[CredentialIssued], empty[CredentialIssuedV2], empty[CredentialRevoked]) }

// Shareable returns the data of an event as feeds show it: as recorded, except
// that a CredentialIssued of an earlier release loses the hash of its secret.
func Shareable(eventType string, data json.RawMessage) json.RawMessage {
	if eventType != (CredentialIssued{}).Type() {
		return data
	}
	var shown struct {
		Key    string   `json:"key"`
		Client string   `json:"client"`
		Scopes []string `json:"scopes"`
	}
	_ = json.Unmarshal(data, &shown)  // what cannot be read is left out
	without, _ := json.Marshal(shown) // strings only: it cannot fail
	return without
}

// Evolve applies one event of the credential's stream.
func (c *Credential) Evolve(f Fact) {
	c.Version = f.Version
	switch e := f.Event.(type) {
	case *CredentialIssued:
		c.Position = f.Position
		c.Key, c.Client, c.Scopes, c.SecretHash, c.IssuedAt = e.Key, e.Client, e.Scopes, e.SecretHash, f.Meta.At
	case *CredentialIssuedV2:
		c.Position = f.Position
		c.Key, c.Client, c.Scopes, c.SealedHash, c.IssuedAt = e.Key, e.Client, e.Scopes, e.SealedHash, f.Meta.At
		c.Name, c.Owner = e.Name, e.Owner
		if e.ExpiresAt != nil {
			c.ExpiresAt = *e.ExpiresAt
		}
	case *CredentialRevoked:
		c.Revoked = true
	}
}

// May reports whether the credential has the scope.
func (c Credential) May(scope string) bool { return GrantsScope(c.Scopes, scope) }

// Good reports whether the credential exists and is neither revoked,
// unconfirmed nor, at this machine time, expired.
func (c Credential) Good(now time.Time) bool {
	return c.Version > 0 && !c.Revoked && !c.Unconfirmed && (c.ExpiresAt.IsZero() || now.Before(c.ExpiresAt))
}

// maxLabel bounds the name and the owner of a credential, in characters.
const maxLabel = 100

// IssueCredential makes a key for a client, or for operations. Now is machine
// time, by which credentials expire.
type IssueCredential struct {
	Key, Client string
	Scopes      []string
	SealedHash  Sealed
	Name, Owner string
	ExpiresAt   time.Time // zero: never
	Now         time.Time
}

// Decide issues the key. Scopes of operations belong to the ledger itself and
// to no client.
func (c IssueCredential) Decide(now Credential) ([]Event, error) {
	var f fields
	c.checkScopes(&f)
	c.checkLabel(&f, "/name", c.Name)
	c.checkLabel(&f, "/owner", c.Owner)
	if !c.ExpiresAt.IsZero() && !c.ExpiresAt.After(c.Now) {
		f.bad("/expires_at", "past", "the credential would have expired already")
	}
	if err := f.refusal(); err != nil {
		return nil, err
	}
	if now.Version > 0 {
		return nil, Refuse(Conflict, "credential %s exists", c.Key)
	}
	issued := CredentialIssuedV2{Key: c.Key, Client: c.Client, Scopes: c.Scopes, SealedHash: c.SealedHash, Name: c.Name, Owner: c.Owner}
	if !c.ExpiresAt.IsZero() {
		at := c.ExpiresAt.UTC()
		issued.ExpiresAt = &at
	}
	return []Event{issued}, nil
}

func (IssueCredential) checkLabel(f *fields, pointer, label string) {
	if utf8.RuneCountInString(label) > maxLabel {
		f.bad(pointer, "length", "at most %d characters", maxLabel)
	}
	checkVisible(f, pointer, label)
}

func (c IssueCredential) checkScopes(f *fields) {
	if len(c.Scopes) == 0 {
		f.bad("/scopes", "required", "at least one scope is needed")
	}
	may, others := clientScopes, ledgerScopes
	if c.Client == LedgerClient {
		may, others = ledgerScopes, clientScopes
	}
	for i, s := range c.Scopes {
		switch {
		case slices.Contains(c.Scopes[:i], s):
			f.bad("/scopes", "duplicate", "scope %q is named twice", s)
		case slices.Contains(may, s):
		case slices.Contains(others, s):
			f.against("/scopes", "scope", "this credential can have the scopes %s, not %s", strings.Join(may, ", "), s)
		default:
			f.bad("/scopes", "scope", "%.20q is not one of %s", s, strings.Join(may, ", "))
		}
	}
}

// RevokeCredential ends a key.
type RevokeCredential struct{}

// Decide revokes the key once.
func (RevokeCredential) Decide(now Credential) ([]Event, error) {
	if now.Revoked {
		return nil, nil
	}
	return []Event{CredentialRevoked{}}, nil
}
