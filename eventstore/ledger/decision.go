package ledger

import (
	"encoding/base64"
	"fmt"

	"github.com/achledger/achledger/domain"
)

// DecisionSecret is what signs the questions to an engine at an address: it
// follows from the ledger's key, so that nothing is kept, and another address
// is another secret. The engine is named by its owner, as client/ID.
func (l *Ledger) DecisionSecret(engine, url string) ([]byte, error) {
	secret, err := l.Keys.MAC(domain.LedgerClient, fmt.Appendf(nil, "decision hook of %s at %s", engine, url))
	if err != nil {
		return nil, fmt.Errorf("make the secret of the engine of %s: %w", engine, err)
	}
	return secret, nil
}

// ShownDecisionSecret is the same as people are shown it.
func (l *Ledger) ShownDecisionSecret(engine, url string) (string, error) {
	secret, err := l.DecisionSecret(engine, url)
	return webhookSecretPrefix + base64.StdEncoding.EncodeToString(secret), err
}
