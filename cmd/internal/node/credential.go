package node

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Nothing stands for a command without input or without an answer.
type Nothing struct{}

// IssueOperations makes a new operations credential and puts it in the
// folder's ops.credential. Earlier ones stay good until they are revoked.
func (c *Core) IssueOperations(ctx context.Context, _ Nothing) (Nothing, error) {
	if err := c.alone(ctx, domain.ActCredential, filepath.Base(c.Folder.CredentialFile())); err != nil {
		return Nothing{}, err
	}
	return Nothing{}, c.issueOperations(ctx)
}

// Acceptance says which credentials of a backup were revoked after it was
// made.
type Acceptance struct{ Revoked []string }

// AcceptCredentials has a restored ledger take the credentials it knows, all
// but those that are named, which are revoked. A stop leaves the rest to be
// done by asking again: until the switch is set none of them is taken.
func (c *Core) AcceptCredentials(ctx context.Context, a Acceptance) (Nothing, error) {
	if c.Switch.Unconfirmed() == 0 {
		return Nothing{}, errors.New("this ledger takes its credentials already: revoke one with DELETE /v1/ops/credentials/KEY")
	}
	for _, key := range a.Revoked {
		known, err := c.Ledger.Credential(ctx, key)
		if err == nil && known.Version == 0 {
			err = fmt.Errorf("this ledger has no credential %q: nothing was changed", key)
		}
		if err != nil {
			return Nothing{}, err
		}
	}
	for _, key := range a.Revoked {
		if err := c.revoke(ctx, key); err != nil {
			return Nothing{}, err
		}
	}
	// Before the switch is set: none is taken by a decision that nobody can find.
	if err := c.Ledger.Audit(ctx, domain.LedgerClient, domain.CredentialsAccepted{Revoked: a.Revoked}); err != nil {
		return Nothing{}, err
	}
	log, err := Identify(ctx, c.Store)
	if err != nil {
		return Nothing{}, err
	}
	return Nothing{}, c.Switch.Confirm(log)
}

func (c *Core) revoke(ctx context.Context, key string) error {
	_, err := ledger.Execute(ctx, c.Ledger, ledger.CredentialStream("", key).Existing("credential %s", key), domain.RevokeCredential{}.Decide)
	return err
}

// issueOperations writes the file first: a secret that was never stored is
// lost, a stored one that was never issued opens nothing.
func (c *Core) issueOperations(ctx context.Context) error {
	issued, change, err := c.Ledger.NewCredential(ledger.CredentialRequest{
		Client: domain.LedgerClient, Scopes: []string{domain.ScopeOps}, Name: "written to " + filepath.Base(c.Folder.CredentialFile()), Now: time.Now(),
	})
	if err != nil {
		return err
	}
	if err := c.Folder.WriteCredential(issued.Key, issued.Secret); err != nil {
		return err
	}
	if _, err := c.Ledger.Write(ctx, change); err != nil {
		return fmt.Errorf("issue the operations credential: %w", err)
	}
	return nil
}
