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

// Nothing is the input or output of a command that has none.
type Nothing struct{}

// IssueOperations issues an operations credential and writes it to the
// folder's ops.credential. Earlier ones remain valid until they are revoked.
func (c *Core) IssueOperations(ctx context.Context, _ Nothing) (Nothing, error) {
	if err := c.recordActedAlone(ctx, domain.ActCredential, filepath.Base(c.Folder.CredentialFile())); err != nil {
		return Nothing{}, err
	}
	return Nothing{}, c.issueOperations(ctx)
}

// Acceptance lists the credentials in a backup that were revoked after it was
// made.
type Acceptance struct{ Revoked []string }

// AcceptCredentials makes a restored ledger accept the credentials in its log,
// except those listed, which it revokes. If it is interrupted, repeat it:
// until the switch is set, no credential is accepted.
func (c *Core) AcceptCredentials(ctx context.Context, a Acceptance) (Nothing, error) {
	if c.Switch.Unconfirmed() == 0 {
		return Nothing{}, errors.New("this ledger accepts its credentials already: revoke one with DELETE /v1/ops/credentials/KEY")
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
	// Before the switch is set, so that the decision is on record before any
	// credential works.
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

// issueOperations writes the file first. A secret without its event opens
// nothing; an event without the secret would be a credential that nobody has.
func (c *Core) issueOperations(ctx context.Context) error {
	issued, change, err := c.Ledger.NewCredential(ledger.CredentialRequest{
		Client: domain.LedgerClient, Scopes: []string{domain.ScopeOps}, Name: filepath.Base(c.Folder.CredentialFile()), Now: time.Now(),
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
