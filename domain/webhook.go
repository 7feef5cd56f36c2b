package domain

import (
	"slices"
	"time"
)

// Webhook is an address to which a client's messages are posted.
type Webhook struct {
	Version  int64
	Position int64 // in the log, of the event that opened it
	ID       string
	Terms    WebhookTerms
	// Secrets sign its messages, the newest first: one, or two during a
	// rotation.
	Secrets   []WebhookSecret
	Disabled  *WebhookDisabled // why the ledger disabled it; nil if it did not
	Deleted   bool
	Orders    []WebhookOrder // in log order
	CreatedAt time.Time
	UpdatedAt time.Time
}

// WebhookTerms is a client's settings of a webhook.
type WebhookTerms struct {
	URL     string   `json:"url"`
	Types   []string `json:"types"`   // of messages; a * at the end stands for any rest
	Enabled bool     `json:"enabled"` // while it is not, its messages wait
}

// WebhookSecret is a secret that signs messages.
type WebhookSecret struct {
	Sealed Sealed
	Until  time.Time // machine time; zero: until it is rotated
}

// WebhookOrder is an order of a client to the worker.
type WebhookOrder struct {
	Position int64
	Order    WebhookOrderKind
	After    int64  // of a replay
	Message  string // of a retry
}

// WebhookOrderKind is the kind of an order.
type WebhookOrderKind string

// Kinds of orders.
const (
	WebhookPing   WebhookOrderKind = "ping"
	WebhookReplay WebhookOrderKind = "replay" // everything after a position is sent again
	WebhookRetry  WebhookOrderKind = "retry"  // one message is sent now
	WebhookResume WebhookOrderKind = "resume" // it was enabled: waiting messages are sent at once
)

// Events of a webhook.
type (
	// WebhookOpened records a new webhook. Its first message is about an event
	// after this one.
	WebhookOpened struct {
		WebhookID string `json:"webhook_id"`
		WebhookTerms
		Secret Sealed `json:"secret"` // sealed with the client's key
	}
	// WebhookChanged replaces the client's settings of a webhook.
	WebhookChanged struct{ WebhookTerms }
	// WebhookSecretRotated adds a new secret. The previous one also signs for a
	// while.
	WebhookSecretRotated struct {
		Secret   Sealed    `json:"secret"`    // sealed with the client's key
		OldUntil time.Time `json:"old_until"` // machine time
	}
	// WebhookDisabled records that the ledger disabled the webhook, because
	// every attempt to send a message failed for three days. Waiting messages
	// are kept.
	WebhookDisabled struct {
		Message string    `json:"message"` // its id
		Since   time.Time `json:"since"`   // machine time of its first attempt
		Reason  string    `json:"reason"`  // of its last failure
	}
	// WebhookDeleted ends a webhook and deletes its waiting messages.
	WebhookDeleted struct{}
	// WebhookPinged requests a test message. Its id is the position of this
	// event.
	WebhookPinged struct{}
	// WebhookReplayOrdered requests that everything after a position of the log
	// is sent again, under the same ids.
	WebhookReplayOrdered struct {
		After int64 `json:"after"`
	}
	// WebhookRetryOrdered requests that one message is sent now, whether it was
	// delivered or not.
	WebhookRetryOrdered struct {
		Message string `json:"message"` // its id
	}
)

// Type names each event in the log.
func (WebhookOpened) Type() string        { return "webhook.opened" }
func (WebhookChanged) Type() string       { return "webhook.changed" }
func (WebhookSecretRotated) Type() string { return "webhook.secret_rotated" }
func (WebhookDisabled) Type() string      { return "webhook.disabled" }
func (WebhookDeleted) Type() string       { return "webhook.deleted" }
func (WebhookPinged) Type() string        { return "webhook.pinged" }
func (WebhookReplayOrdered) Type() string { return "webhook.replay_ordered" }
func (WebhookRetryOrdered) Type() string  { return "webhook.retry_ordered" }

func init() {
	register(
		empty[WebhookOpened], empty[WebhookChanged], empty[WebhookSecretRotated], empty[WebhookDisabled],
		empty[WebhookDeleted], empty[WebhookPinged], empty[WebhookReplayOrdered], empty[WebhookRetryOrdered],
	)
}

// WebhookStream names the stream of a client's webhook.
func WebhookStream(client, id string) string { return "webhook/" + client + "/" + id }

// Live reports whether the webhook exists and was not deleted.
func (w Webhook) Live() bool { return w.Version > 0 && !w.Deleted }

// Wants reports whether messages of a type go to the webhook.
func (w Webhook) Wants(messageType string) bool {
	return slices.ContainsFunc(w.Terms.Types, func(p string) bool { return matchesType(p, messageType) })
}

// Signing returns the secrets that sign at a machine time, the newest first.
func (w Webhook) Signing(now time.Time) []WebhookSecret {
	return slices.DeleteFunc(slices.Clone(w.Secrets), func(s WebhookSecret) bool { return !s.Until.IsZero() && !now.Before(s.Until) })
}

// Evolve applies one event of the webhook's stream.
func (w *Webhook) Evolve(f Fact) {
	w.Version = f.Version
	switch e := f.Event.(type) {
	case *WebhookOpened:
		w.ID, w.Terms, w.Secrets = e.WebhookID, e.WebhookTerms, []WebhookSecret{{Sealed: e.Secret}}
		w.Position, w.CreatedAt, w.UpdatedAt = f.Position, f.Meta.At, f.Meta.At
	case *WebhookChanged:
		if e.Enabled && !w.Terms.Enabled {
			w.Disabled = nil
			w.order(f, WebhookOrder{Order: WebhookResume})
		}
		w.Terms, w.UpdatedAt = e.WebhookTerms, f.Meta.At
	case *WebhookSecretRotated:
		old := WebhookSecret{Sealed: w.Secrets[0].Sealed, Until: e.OldUntil}
		w.Secrets, w.UpdatedAt = []WebhookSecret{{Sealed: e.Secret}, old}, f.Meta.At
	case *WebhookDisabled:
		w.Terms.Enabled, w.Disabled, w.UpdatedAt = false, e, f.Meta.At
	case *WebhookDeleted:
		w.Deleted = true
	case *WebhookPinged:
		w.order(f, WebhookOrder{Order: WebhookPing})
	case *WebhookReplayOrdered:
		w.order(f, WebhookOrder{Order: WebhookReplay, After: e.After})
	case *WebhookRetryOrdered:
		w.order(f, WebhookOrder{Order: WebhookRetry, Message: e.Message})
	}
}

func (w *Webhook) order(f Fact, o WebhookOrder) {
	o.Position = f.Position
	w.Orders = append(w.Orders, o)
}
