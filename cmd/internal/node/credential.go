package node

import (
	"context"
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
	return Nothing{}, c.issueOperations(ctx)
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
