package ledger

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"github.com/achledger/achledger/domain"
)

// WebhookStream is a client's webhook.
func WebhookStream(client, id string) Stream[domain.Webhook] {
	return streamOf[domain.Webhook](domain.WebhookStream(client, id), client)
}

// webhookSecretPrefix is how the Standard Webhooks specification tells secrets
// from other text.
const webhookSecretPrefix = "whsec_"

// NewWebhookSecret makes a secret that signs messages of a webhook: as its
// client is shown it, and sealed with the client's key.
func (l *Ledger) NewWebhookSecret(client, webhook string) (shown string, sealed domain.Sealed, err error) {
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	sealed, err = l.Keys.Seal(client, secret, forWebhook(webhook))
	if err != nil {
		return "", nil, fmt.Errorf("seal the secret of webhook %s: %w", webhook, err)
	}
	return webhookSecretPrefix + base64.StdEncoding.EncodeToString(secret), sealed, nil
}

// OpenWebhookSecret opens one.
func (l *Ledger) OpenWebhookSecret(client, webhook string, sealed domain.Sealed) ([]byte, error) {
	secret, err := l.Keys.Open(client, sealed, forWebhook(webhook))
	if err != nil {
		return nil, fmt.Errorf("open a secret of webhook %s: %w", webhook, err)
	}
	return secret, nil
}

// forWebhook binds a sealed secret to its webhook, so that one put in another
// webhook's place opens nothing.
func forWebhook(id string) string { return "webhook-secret/" + id }
