package ledger

import (
	"encoding/base64"
	"fmt"

	"github.com/achledger/achledger/domain"
)

// DecisionSecret returns the key that signs the questions to an engine at an
// address. It is derived from the ledger's key, so nothing is stored, and
// another address has another secret. The engine is named by its owner, as
// client/ID or odfi/ROUTING.
func (l *Ledger) DecisionSecret(engine, url string) ([]byte, error) {
	secret, err := l.Keys.MAC(domain.LedgerClient, fmt.Appendf(nil, "decision hook of %s at %s", engine, url))
	if err != nil {
		return nil, fmt.Errorf("make the secret of the engine of %s: %w", engine, err)
	}
	return secret, nil
}

// ShownDecisionSecret is DecisionSecret in the form that people are shown.
func (l *Ledger) ShownDecisionSecret(engine, url string) (string, error) {
	secret, err := l.DecisionSecret(engine, url)
	return webhookSecretPrefix + base64.StdEncoding.EncodeToString(secret), err
}
