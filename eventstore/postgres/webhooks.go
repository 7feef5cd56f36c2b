package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
)

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
	selectDue      = waitingColumns + `WHERE webhook = $1 AND NOT given_up ORDER BY next_at, position, ordinal LIMIT $2`
	selectWaiting  = waitingColumns + `WHERE webhook = $1 AND (position, ordinal) > ($2, $3) ORDER BY position, ordinal LIMIT $4`
	countWaiting   = `SELECT count(*), coalesce(min(first_at), 0) FROM webhook_waiting WHERE webhook = $1`

	putRound     = `INSERT INTO webhook_rounds(webhook, number, attempts) SELECT $1, coalesce(max(number), 0) + 1, $2 FROM webhook_rounds WHERE webhook = $1`
	trimRounds   = `DELETE FROM webhook_rounds WHERE webhook = $1 AND number <= (SELECT max(number) FROM webhook_rounds WHERE webhook = $1) - $2`
	selectRounds = `SELECT number, attempts FROM webhook_rounds WHERE webhook = $1 AND ($2 = 0 OR number < $2) ORDER BY number DESC LIMIT $3`
)

var forgetWebhook = []string{
	`DELETE FROM webhook_waiting WHERE webhook = $1`, `DELETE FROM webhook_rounds WHERE webhook = $1`, `DELETE FROM webhooks WHERE webhook = $1`,
}

// WebhookProgress implements Webhooks.
func (s *Store) WebhookProgress(ctx context.Context, webhook string) (p eventstore.WebhookProgress, ok bool, err error) {
	found, err := webhookRows(ctx, s, func(row pgx.CollectableRow) (p eventstore.WebhookProgress, err error) {
		err = row.Scan(&p.Cursor.Position, &p.Cursor.Ordinal, &p.Orders)
		return p, err
	}, selectProgress, webhook)
	if err != nil || len(found) == 0 {
		return p, false, err
	}
	return found[0], true, nil
}

// StepWebhook implements Webhooks.
func (s *Store) StepWebhook(ctx context.Context, step eventstore.WebhookStep) error {
	attempts, err := json.Marshal(step.Attempts)
	if err != nil {
		return fmt.Errorf("encode the attempts of webhook %s: %w", step.Webhook, err)
	}
	return s.changeWebhook(ctx, func(b *pgx.Batch) { queueStep(b, step, string(attempts)) })
}

// queueStep makes a step's changes, in its order.
func queueStep(b *pgx.Batch, s eventstore.WebhookStep, attempts string) {
	queue := func(sql string, args ...any) { b.Queue(sql, append([]any{s.Webhook}, args...)...) }
	if s.Forget != nil {
		queue(forgetBehind, *s.Forget)
	}
	if s.AllDueAt != nil {
		sql := allDue
		if s.Anew {
			sql = allAnew
		}
		queue(sql, s.AllDueAt.UnixMicro())
	}
	for _, m := range s.Put {
		queue(putWaiting, m.Position, m.Ordinal, m.Type, m.Tries, m.FirstAt.UnixMicro(), m.NextAt.UnixMicro(), m.Status, m.Failure, m.GivenUp)
	}
	for _, p := range s.Done {
		queue(dropWaiting, p.Position, p.Ordinal)
	}
	if len(s.Attempts) > 0 {
		queue(putRound, attempts)
		queue(trimRounds, eventstore.MaxWebhookRounds)
	}
	queue(putProgress, s.Progress.Cursor.Position, s.Progress.Cursor.Ordinal, s.Progress.Orders)
}

// DueWebhooks implements Webhooks.
func (s *Store) DueWebhooks(ctx context.Context, webhook string, limit int) ([]eventstore.WebhookMessage, error) {
	return s.waitingWebhooks(ctx, selectDue, webhook, limit)
}

// WaitingWebhooks implements Webhooks.
func (s *Store) WaitingWebhooks(ctx context.Context, webhook string, after eventstore.WebhookPlace, limit int) ([]eventstore.WebhookMessage, error) {
	return s.waitingWebhooks(ctx, selectWaiting, webhook, after.Position, after.Ordinal, limit)
}

func (s *Store) waitingWebhooks(ctx context.Context, sql string, args ...any) ([]eventstore.WebhookMessage, error) {
	return webhookRows(ctx, s, func(row pgx.CollectableRow) (m eventstore.WebhookMessage, err error) {
		var first, next int64
		err = row.Scan(&m.Position, &m.Ordinal, &m.Type, &m.Tries, &first, &next, &m.Status, &m.Failure, &m.GivenUp)
		m.FirstAt, m.NextAt = time.UnixMicro(first).UTC(), time.UnixMicro(next).UTC()
		return m, err
	}, sql, args...)
}

// WebhooksWaiting implements Webhooks.
func (s *Store) WebhooksWaiting(ctx context.Context, webhook string) (n int, since time.Time, err error) {
	first, err := webhookRows(ctx, s, func(row pgx.CollectableRow) (first int64, err error) {
		err = row.Scan(&n, &first)
		return first, err
	}, countWaiting, webhook)
	if err != nil || n == 0 {
		return 0, since, err
	}
	return n, time.UnixMicro(first[0]).UTC(), nil
}

// WebhookRounds implements Webhooks.
func (s *Store) WebhookRounds(ctx context.Context, webhook string, before int64, limit int) ([]eventstore.WebhookRound, error) {
	return webhookRows(ctx, s, func(row pgx.CollectableRow) (r eventstore.WebhookRound, err error) {
		var attempts string
		if err = row.Scan(&r.Number, &attempts); err == nil {
			err = json.Unmarshal([]byte(attempts), &r.Attempts)
		}
		return r, err
	}, selectRounds, webhook, before, limit)
}

// ForgetWebhook implements Webhooks.
func (s *Store) ForgetWebhook(ctx context.Context, webhook string) error {
	return s.changeWebhook(ctx, func(b *pgx.Batch) {
		for _, sql := range forgetWebhook {
			b.Queue(sql, webhook)
		}
	})
}

func webhookRows[T any](ctx context.Context, s *Store, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	list, err := rowsOf(ctx, s, scan, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read how far a webhook was told: %w", err)
	}
	return list, nil
}

// lockTerm keeps another term from beginning before the transaction has ended.
const lockTerm = `SELECT count(*) FROM (SELECT FROM leader WHERE term = $1 FOR SHARE) held`

// changeWebhook makes changes in a transaction of their own. They may be made
// twice, so those whose session broke are made again. What a leader changes that
// was replaced is ErrNotLeader: the next one has the progress in memory and would
// not notice that messages are forgotten which it put there.
func (s *Store) changeWebhook(ctx context.Context, queue func(*pgx.Batch)) error {
	if s.options.ReadOnly {
		return eventstore.ErrReadOnly
	}
	err := s.read(ctx, func(c *pgx.Conn) error {
		_ = warning(c)
		var b pgx.Batch
		if term := eventstore.TermOf(ctx); term != 0 {
			b.Queue(lockTerm, term).QueryRow(termLocked)
		}
		queue(&b)
		err := pgx.BeginFunc(ctx, c, func(t pgx.Tx) error { return t.SendBatch(ctx, &b).Close() })
		if err == nil {
			err = warning(c)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("record how far a webhook was told: %w", explain(err))
	}
	return nil
}

// termLocked reads the row of lockTerm.
func termLocked(row pgx.Row) error {
	held := 0
	if err := row.Scan(&held); err != nil {
		return err
	}
	if held == 0 {
		return eventstore.ErrNotLeader
	}
	return nil
}
