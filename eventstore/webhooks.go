package eventstore

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// WebhookPlace is a message's place in the order of the log: the position of
// its event and, if that event makes several messages, the ordinal among them.
type WebhookPlace struct {
	Position, Ordinal int64
}

// String returns the message's id.
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

// WebhookProgress is the progress of a webhook.
type WebhookProgress struct {
	// Cursor is the place up to which messages were delivered or wait: every
	// message of an event up to its position, and those of the next event with
	// a lower ordinal.
	Cursor WebhookPlace
	Orders int64 // position of the newest order that was carried out
}

// WebhookMessage is a message that waits for another attempt.
type WebhookMessage struct {
	WebhookPlace
	Type    string
	Tries   int
	FirstAt time.Time // its first attempt; all times are the machine's
	NextAt  time.Time
	Status  int    // of the last response; 0: there was none
	Failure string // why the last attempt failed, without the address
	GivenUp bool   // it is not tried again by itself
}

// WebhookAttempt is one attempt to deliver a message.
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

// WebhookStep is a change of a webhook's progress. It is recorded in the order
// of its fields, in one transaction.
type WebhookStep struct {
	Webhook  string     // its id
	Forget   *int64     // delete the messages that wait after this position, except pings
	AllDueAt *time.Time // all waiting messages become due at this moment,
	Anew     bool       // as if they had never been tried
	Put      []WebhookMessage
	Done     []WebhookPlace // these no longer wait
	Attempts []WebhookAttempt
	Progress WebhookProgress
}

// MaxWebhookRounds is the number of newest steps whose attempts are kept.
const MaxWebhookRounds = 200

// Webhooks stores the progress of webhooks, beside the log and outside its
// chain; one worker writes it. A step is durable on return. After an error it
// may or may not have been recorded, and can be repeated.
type Webhooks interface {
	// WebhookProgress returns the progress of a webhook; ok is false if no step
	// of it was ever recorded.
	WebhookProgress(ctx context.Context, webhook string) (p WebhookProgress, ok bool, err error)

	// StepWebhook records a step.
	StepWebhook(ctx context.Context, s WebhookStep) error

	// DueWebhooks lists the messages of a webhook that are to be tried next,
	// the most urgent first, due or not yet due.
	DueWebhooks(ctx context.Context, webhook string, limit int) ([]WebhookMessage, error)

	// WaitingWebhooks lists the waiting messages after a place, in order.
	WaitingWebhooks(ctx context.Context, webhook string, after WebhookPlace, limit int) ([]WebhookMessage, error)

	// WebhooksWaiting counts them, and returns when the oldest was first tried.
	WebhooksWaiting(ctx context.Context, webhook string) (n int, since time.Time, err error)

	// WebhookRounds lists the attempts of the newest steps with a number below
	// before, the newest step first; 0: from the newest step on.
	WebhookRounds(ctx context.Context, webhook string, before int64, limit int) ([]WebhookRound, error)

	// ForgetWebhook deletes everything about a webhook.
	ForgetWebhook(ctx context.Context, webhook string) error
}

// WebhookRound are the attempts of one step.
type WebhookRound struct {
	Number   int64
	Attempts []WebhookAttempt
}
