package beside

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/achledger/achledger/eventstore"
)

var _ eventstore.Webhooks = Tables{}

const (
	selectProgress = `SELECT position, ordinal, orders FROM webhooks WHERE webhook = $1`
	putProgress    = `INSERT INTO webhooks(webhook, position, ordinal, orders) VALUES($1, $2, $3, $4)
		ON CONFLICT(webhook) DO UPDATE SET position = excluded.position, ordinal = excluded.ordinal, orders = excluded.orders`

	forgetBehind = `DELETE FROM webhook_waiting WHERE webhook = $1 AND position > $2 AND type <> 'ping'`
	allDue       = `UPDATE webhook_waiting SET next_at = $2 WHERE webhook = $1`
	allAnew      = `UPDATE webhook_waiting SET tries = 0, first_at = $2, next_at = $2, given_up = false WHERE webhook = $1`
	putWaiting   = `INSERT INTO webhook_waiting(webhook, position, ordinal, type, tries, first_at, next_at, status, failure, given_up)
		VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT(webhook, position, ordinal) DO UPDATE SET type = excluded.type, tries = excluded.tries, first_at = excluded.first_at,
			next_at = excluded.next_at, status = excluded.status, failure = excluded.failure, given_up = excluded.given_up`
	dropWaiting = `DELETE FROM webhook_waiting WHERE webhook = $1 AND position = $2 AND ordinal = $3`

	waitingColumns = `SELECT position, ordinal, type, tries, first_at, next_at, status, failure, given_up FROM webhook_waiting `
	selectWaiting  = waitingColumns + `WHERE webhook = $1 AND (position, ordinal) > ($2, $3) ORDER BY position, ordinal LIMIT $4`
	countWaiting   = `SELECT count(*), coalesce(min(first_at), 0) FROM webhook_waiting WHERE webhook = $1`

	putRound     = `INSERT INTO webhook_rounds(webhook, number, attempts) SELECT $1, coalesce(max(number), 0) + 1, $2 FROM webhook_rounds WHERE webhook = $1`
	trimRounds   = `DELETE FROM webhook_rounds WHERE webhook = $1 AND number <= (SELECT max(number) FROM webhook_rounds WHERE webhook = $1) - $2`
	selectRounds = `SELECT number, attempts FROM webhook_rounds WHERE webhook = $1 AND ($2 = 0 OR number < $2) ORDER BY number DESC LIMIT $3`
)

// forgetWebhook deletes all rows of a webhook; there are few, and they are
// small.
var forgetWebhook = []string{
	`DELETE FROM webhook_waiting WHERE webhook = $1`, `DELETE FROM webhook_rounds WHERE webhook = $1`, `DELETE FROM webhooks WHERE webhook = $1`,
}

// howFar is what an error calls the progress of a webhook.
const howFar = "how far a webhook was told"

// WebhookProgress implements Webhooks.
func (t Tables) WebhookProgress(ctx context.Context, webhook string) (eventstore.WebhookProgress, bool, error) {
	return find(ctx, t, howFar, func(scan Scan) (p eventstore.WebhookProgress, err error) {
		err = scan(&p.Cursor.Position, &p.Cursor.Ordinal, &p.Orders)
		return p, err
	}, selectProgress, webhook)
}

// StepWebhook implements Webhooks.
func (t Tables) StepWebhook(ctx context.Context, step eventstore.WebhookStep) error {
	attempts, err := json.Marshal(step.Attempts)
	if err != nil {
		return fmt.Errorf("encode the attempts of webhook %s: %w", step.Webhook, err)
	}
	return t.db.Change(ctx, stepOf(step, string(attempts)))
}

// stepOf makes a step's changes, in its order.
func stepOf(s eventstore.WebhookStep, attempts string) (list []Statement) {
	add := func(sql string, args ...any) { list = append(list, Statement{sql, append([]any{s.Webhook}, args...)}) }
	if s.Forget != nil {
		add(forgetBehind, *s.Forget)
	}
	if s.AllDueAt != nil {
		sql := allDue
		if s.Anew {
			sql = allAnew
		}
		add(sql, s.AllDueAt.UnixMicro())
	}
	for _, m := range s.Put {
		add(putWaiting, m.Position, m.Ordinal, m.Type, m.Tries, m.FirstAt.UnixMicro(), m.NextAt.UnixMicro(), m.Status, m.Failure, m.GivenUp)
	}
	for _, p := range s.Done {
		add(dropWaiting, p.Position, p.Ordinal)
	}
	if len(s.Attempts) > 0 {
		add(putRound, attempts)
		add(trimRounds, eventstore.MaxWebhookRounds)
	}
	add(putProgress, s.Progress.Cursor.Position, s.Progress.Cursor.Ordinal, s.Progress.Orders)
	return list
}

// DueWebhooks implements Webhooks.
func (t Tables) DueWebhooks(ctx context.Context, webhook string, limit int) ([]eventstore.WebhookMessage, error) {
	return collect(ctx, t, howFar, readWaiting, t.selectDue, webhook, limit)
}

// WaitingWebhooks implements Webhooks.
func (t Tables) WaitingWebhooks(ctx context.Context, webhook string, after eventstore.WebhookPlace, limit int) ([]eventstore.WebhookMessage, error) {
	return collect(ctx, t, howFar, readWaiting, selectWaiting, webhook, after.Position, after.Ordinal, limit)
}

func readWaiting(scan Scan) (m eventstore.WebhookMessage, err error) {
	var first, next int64
	err = scan(&m.Position, &m.Ordinal, &m.Type, &m.Tries, &first, &next, &m.Status, &m.Failure, &m.GivenUp)
	m.FirstAt, m.NextAt = instant(first), instant(next)
	return m, err
}

// WebhooksWaiting implements Webhooks.
func (t Tables) WebhooksWaiting(ctx context.Context, webhook string) (n int, since time.Time, err error) {
	first, _, err := find(ctx, t, howFar, func(scan Scan) (first int64, err error) {
		err = scan(&n, &first)
		return first, err
	}, countWaiting, webhook)
	return n, instant(first), err
}

// WebhookRounds implements Webhooks.
func (t Tables) WebhookRounds(ctx context.Context, webhook string, before int64, limit int) ([]eventstore.WebhookRound, error) {
	return collect(ctx, t, howFar, func(scan Scan) (r eventstore.WebhookRound, err error) {
		var attempts string
		if err = scan(&r.Number, &attempts); err == nil {
			err = json.Unmarshal([]byte(attempts), &r.Attempts)
		}
		return r, err
	}, selectRounds, webhook, before, limit)
}

// ForgetWebhook implements Webhooks.
func (t Tables) ForgetWebhook(ctx context.Context, webhook string) error {
	var list []Statement
	for _, sql := range forgetWebhook {
		list = append(list, Statement{sql, []any{webhook}})
	}
	return t.db.Change(ctx, list)
}
