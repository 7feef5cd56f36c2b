package domain

import "time"

// MaxWebhookOverlap is the longest time for which an old secret signs beside a
// new one.
const MaxWebhookOverlap = 7 * 24 * time.Hour

// RotateWebhookSecret gives a webhook a new secret.
type RotateWebhookSecret struct {
	Secret  Sealed
	Overlap time.Duration // for which the old one signs as well
	Now     time.Time     // machine time
}

// Decide rotates the secret. A still older secret no longer signs: there are
// never more than two.
func (c RotateWebhookSecret) Decide(now Webhook) ([]Event, error) {
	switch {
	case !now.Live():
		return nil, noWebhook()
	case c.Overlap < 0 || c.Overlap > MaxWebhookOverlap:
		var f fields
		f.bad("/overlap", "range", "must be from 0s to %gh", MaxWebhookOverlap.Hours())
		return nil, f.refusal()
	}
	return []Event{WebhookSecretRotated{Secret: c.Secret, OldUntil: c.Now.Add(c.Overlap).UTC()}}, nil
}

// PingWebhook sends one test message.
type PingWebhook struct{}

// Decide pings an enabled webhook.
func (PingWebhook) Decide(now Webhook) ([]Event, error) {
	if err := now.sends(); err != nil {
		return nil, err
	}
	return []Event{WebhookPinged{}}, nil
}

// ReplayWebhook sends everything after a position of the log again.
type ReplayWebhook struct {
	After int64
	Head  int64 // of the log
}

// Decide orders the replay. Messages from before the webhook was opened may be
// requested as well.
func (c ReplayWebhook) Decide(now Webhook) ([]Event, error) {
	switch {
	case !now.Live():
		return nil, noWebhook()
	case c.After < 0 || c.After > c.Head:
		var f fields
		f.bad("/after", "position", "must be a position of the log, from 0 to %d", c.Head)
		return nil, f.refusal()
	}
	return []Event{WebhookReplayOrdered{c.After}}, nil
}

// RetryWebhook sends one message now.
type RetryWebhook struct{ Message string }

// Decide orders the retry for an enabled webhook.
func (c RetryWebhook) Decide(now Webhook) ([]Event, error) {
	if err := now.sends(); err != nil {
		return nil, err
	}
	return []Event{WebhookRetryOrdered{c.Message}}, nil
}

// sends refuses orders that a disabled webhook cannot carry out.
func (w Webhook) sends() error {
	switch {
	case !w.Live():
		return noWebhook()
	case !w.Terms.Enabled:
		return Refuse(Conflict, "the webhook is disabled: enable it first")
	}
	return nil
}

// WebhookRetryTime is how long a message is retried before its webhook is
// disabled.
const WebhookRetryTime = 3 * 24 * time.Hour

// DisableWebhook stops a webhook whose messages cannot be delivered.
type DisableWebhook struct {
	Message string
	Since   time.Time // of the message's first attempt, machine time
	Reason  string
}

// Decide disables an enabled webhook.
func (c DisableWebhook) Decide(now Webhook) ([]Event, error) {
	if !now.Live() || !now.Terms.Enabled {
		return nil, nil
	}
	return []Event{WebhookDisabled{c.Message, c.Since.UTC(), c.Reason}}, nil
}
