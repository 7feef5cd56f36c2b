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

// webhookSecretPrefix marks secrets, according to the Standard Webhooks
// specification.
const webhookSecretPrefix = "whsec_"

// NewWebhookSecret makes a secret that signs the messages of a webhook. It
// returns the form that the client is shown, and the secret sealed with the
// client's key.
func (l *Ledger) NewWebhookSecret(client, webhook string) (shown string, sealed domain.Sealed, err error) {
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	sealed, err = l.Keys.Seal(client, secret, forWebhook(webhook))
	if err != nil {
		return "", nil, fmt.Errorf("seal the secret of webhook %s: %w", webhook, err)
	}
	return webhookSecretPrefix + base64.StdEncoding.EncodeToString(secret), sealed, nil
}

// OpenWebhookSecret is the inverse of the sealing.
func (l *Ledger) OpenWebhookSecret(client, webhook string, sealed domain.Sealed) ([]byte, error) {
	secret, err := l.Keys.Open(client, sealed, forWebhook(webhook))
	if err != nil {
		return nil, fmt.Errorf("open a secret of webhook %s: %w", webhook, err)
	}
	return secret, nil
}

// forWebhook binds a sealed secret to its webhook, so that it cannot be opened
// as the secret of another one.
func forWebhook(id string) string { return "webhook-secret/" + id }
