package eventstore

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// WebhookPlace is a message's place in the order of the log: the position of
// the event that it tells of and, where that event makes several, which one.
type WebhookPlace struct {
	Position, Ordinal int64
}

// String is the message's id.
func (p WebhookPlace) String() string {
	if p.Ordinal == 0 {
		return strconv.FormatInt(p.Position, 10)
	}
	return strconv.FormatInt(p.Position, 10) + "." + strconv.FormatInt(p.Ordinal, 10)
}

// ParseWebhookPlace is the inverse of String.
func ParseWebhookPlace(id string) (p WebhookPlace, ok bool) {
	position, ordinal, several := strings.Cut(id, ".")
	n, err := strconv.ParseInt(position, 10, 64)
	if p.Position = n; err != nil || n < 1 {
		return p, false
	}
	if several {
		if n, err = strconv.ParseInt(ordinal, 10, 64); err != nil || n < 1 {
			return p, false
		}
		p.Ordinal = n
	}
	return p, p.String() == id
}

// WebhookProgress is how far a webhook was told.
type WebhookProgress struct {
	// Cursor: every message of an event up to its position was delivered or
	// waits, and so do those with a lower ordinal of the event that follows.
	Cursor WebhookPlace
	Orders int64 // position of the newest order that was carried out
}

// WebhookMessage is a message that waits to be tried again.
type WebhookMessage struct {
	WebhookPlace
	Type    string
	Tries   int
	FirstAt time.Time // of its tries; all times are the machine's
	NextAt  time.Time
	Status  int    // of the last answer; 0: there was none
	Failure string // why the last try failed, without the address
	GivenUp bool   // it was tried for as long as messages are
}

// WebhookAttempt is one try to deliver a message.
type WebhookAttempt struct {
	Message   string    `json:"message"`
	Type      string    `json:"type"`
	At        time.Time `json:"at"`
	Try       int       `json:"try"`
	Delivered bool      `json:"delivered"`
	Status    int       `json:"status,omitempty"`
	Failure   string    `json:"failure,omitempty"`
	Millis    int64     `json:"millis"`
}

// WebhookStep is what happened to a webhook at once. It is recorded in the
// order of its fields, in one transaction.
type WebhookStep struct {
	Webhook  string     // its id
	Forget   *int64     // messages that wait behind this position, pings excepted
	AllDueAt *time.Time // everything that waits is due at this moment,
	Anew     bool       // and is as if it was never tried
	Put      []WebhookMessage
	Done     []WebhookPlace // wait no longer
	Attempts []WebhookAttempt
	Progress WebhookProgress
}

// MaxWebhookRounds is of how many of the newest steps the attempts are kept.
const MaxWebhookRounds = 200

// Webhooks keeps how far webhooks were told. It lives beside the log, outside
// its chain; one worker writes it. A step is durable on return. After an error
// it may have been made or not, and can be made again.
type Webhooks interface {
	// WebhookProgress is how far a webhook was told; ok is false when no step
	// of it was ever recorded.
	WebhookProgress(ctx context.Context, webhook string) (p WebhookProgress, ok bool, err error)

	// StepWebhook records a step.
	StepWebhook(ctx context.Context, s WebhookStep) error

	// DueWebhooks are the messages of a webhook that are to be tried next, the
	// most urgent first, due yet or not.
	DueWebhooks(ctx context.Context, webhook string, limit int) ([]WebhookMessage, error)

	// WaitingWebhooks are the messages that wait, behind a place, in order.
	WaitingWebhooks(ctx context.Context, webhook string, after WebhookPlace, limit int) ([]WebhookMessage, error)

	// WebhooksWaiting counts them, and says since when the oldest is tried.
	WebhooksWaiting(ctx context.Context, webhook string) (n int, since time.Time, err error)

	// WebhookRounds are the attempts of the newest steps with a number below
	// before, the newest step first; 0: from the newest on.
	WebhookRounds(ctx context.Context, webhook string, before int64, limit int) ([]WebhookRound, error)

	// ForgetWebhook forgets all of a webhook.
	ForgetWebhook(ctx context.Context, webhook string) error
}

// WebhookRound are the attempts of one step.
type WebhookRound struct {
	Number   int64
	Attempts []WebhookAttempt
}
