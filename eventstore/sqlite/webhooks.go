package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

var _ eventstore.Webhooks = (*Store)(nil)

const (
	selectProgress = `SELECT position, ordinal, orders FROM webhooks WHERE webhook = ?1`
	putProgress    = `INSERT OR REPLACE INTO webhooks(webhook, position, ordinal, orders) VALUES(?1, ?2, ?3, ?4)`

	forgetBehind = `DELETE FROM webhook_waiting WHERE webhook = ?1 AND position > ?2 AND type <> 'ping'`
	allDue       = `UPDATE webhook_waiting SET next_at = ?2 WHERE webhook = ?1`
	allAnew      = `UPDATE webhook_waiting SET tries = 0, first_at = ?2, next_at = ?2, given_up = 0 WHERE webhook = ?1`
	putWaiting   = `INSERT OR REPLACE INTO webhook_waiting(webhook, position, ordinal, type, tries, first_at, next_at, status, failure, given_up)
		VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`
	dropWaiting = `DELETE FROM webhook_waiting WHERE webhook = ?1 AND position = ?2 AND ordinal = ?3`

	waitingColumns = `SELECT position, ordinal, type, tries, first_at, next_at, status, failure, given_up FROM webhook_waiting `
	selectDue      = waitingColumns + `WHERE webhook = ?1 AND given_up = 0 ORDER BY next_at, position, ordinal LIMIT ?2`
	selectWaiting  = waitingColumns + `WHERE webhook = ?1 AND (position, ordinal) > (?2, ?3) ORDER BY position, ordinal LIMIT ?4`
	countWaiting   = `SELECT count(*), coalesce(min(first_at), 0) FROM webhook_waiting WHERE webhook = ?1`

	putRound     = `INSERT INTO webhook_rounds(webhook, number, attempts) SELECT ?1, coalesce(max(number), 0) + 1, ?2 FROM webhook_rounds WHERE webhook = ?1`
	trimRounds   = `DELETE FROM webhook_rounds WHERE webhook = ?1 AND number <= (SELECT max(number) FROM webhook_rounds WHERE webhook = ?1) - ?2`
	selectRounds = `SELECT number, attempts FROM webhook_rounds WHERE webhook = ?1 AND (?2 = 0 OR number < ?2) ORDER BY number DESC LIMIT ?3`
)

// forgetWebhook deletes all rows of a webhook; there are few, and they are
// small.
var forgetWebhook = []string{
	`DELETE FROM webhook_waiting WHERE webhook = ?1`, `DELETE FROM webhook_rounds WHERE webhook = ?1`, `DELETE FROM webhooks WHERE webhook = ?1`,
}

// WebhookProgress implements Webhooks.
func (s *Store) WebhookProgress(ctx context.Context, webhook string) (p eventstore.WebhookProgress, ok bool, err error) {
	err = s.eachWebhook(ctx, selectProgress, []driver.Value{webhook}, func(row []driver.Value) error {
		conn.Scan(row, &p.Cursor.Position, &p.Cursor.Ordinal, &p.Orders)
		ok = true
		return nil
	})
	return p, ok, err
}

// StepWebhook implements Webhooks.
func (s *Store) StepWebhook(ctx context.Context, step eventstore.WebhookStep) error {
	attempts, err := json.Marshal(step.Attempts)
	if err != nil {
		return fmt.Errorf("encode the attempts of webhook %s: %w", step.Webhook, err)
	}
	return s.beside(ctx, func(c *conn.Conn) error { return stepWebhook(c, step, string(attempts)) })
}

func stepWebhook(c *conn.Conn, s eventstore.WebhookStep, attempts string) error {
	run := func(sql string, args ...driver.Value) error {
		_, err := c.Exec(sql, append([]driver.Value{s.Webhook}, args...)...)
		return err
	}
	if s.Forget != nil {
		if err := run(forgetBehind, *s.Forget); err != nil {
			return err
		}
	}
	if s.AllDueAt != nil {
		sql := allDue
		if s.Anew {
			sql = allAnew
		}
		if err := run(sql, s.AllDueAt.UnixMicro()); err != nil {
			return err
		}
	}
	for _, m := range s.Put {
		if err := run(putWaiting, m.Position, m.Ordinal, m.Type, int64(m.Tries), m.FirstAt.UnixMicro(), m.NextAt.UnixMicro(),
			int64(m.Status), m.Failure, m.GivenUp); err != nil {
			return err
		}
	}
	for _, p := range s.Done {
		if err := run(dropWaiting, p.Position, p.Ordinal); err != nil {
			return err
		}
	}
	if len(s.Attempts) > 0 {
		if err := run(putRound, attempts); err != nil {
			return err
		}
		if err := run(trimRounds, int64(eventstore.MaxWebhookRounds)); err != nil {
			return err
		}
	}
	return run(putProgress, s.Progress.Cursor.Position, s.Progress.Cursor.Ordinal, s.Progress.Orders)
}

// DueWebhooks implements Webhooks.
func (s *Store) DueWebhooks(ctx context.Context, webhook string, limit int) ([]eventstore.WebhookMessage, error) {
	return s.waiting(ctx, selectDue, webhook, int64(limit))
}

// WaitingWebhooks implements Webhooks.
func (s *Store) WaitingWebhooks(ctx context.Context, webhook string, after eventstore.WebhookPlace, limit int) ([]eventstore.WebhookMessage, error) {
	return s.waiting(ctx, selectWaiting, webhook, after.Position, after.Ordinal, int64(limit))
}

func (s *Store) waiting(ctx context.Context, sql string, args ...driver.Value) (list []eventstore.WebhookMessage, err error) {
	err = s.eachWebhook(ctx, sql, args, func(row []driver.Value) error {
		var m eventstore.WebhookMessage
		conn.Scan(row, &m.Position, &m.Ordinal, &m.Type, &m.Tries, &m.FirstAt, &m.NextAt, &m.Status, &m.Failure, &m.GivenUp)
		list = append(list, m)
		return nil
	})
	return list, err
}

// WebhooksWaiting implements Webhooks.
func (s *Store) WebhooksWaiting(ctx context.Context, webhook string) (n int, since time.Time, err error) {
	err = s.eachWebhook(ctx, countWaiting, []driver.Value{webhook}, func(row []driver.Value) error {
		conn.Scan(row, &n, &since)
		return nil
	})
	return n, since, err
}

// WebhookRounds implements Webhooks.
func (s *Store) WebhookRounds(ctx context.Context, webhook string, before int64, limit int) (rounds []eventstore.WebhookRound, err error) {
	err = s.eachWebhook(ctx, selectRounds, []driver.Value{webhook, before, int64(limit)}, func(row []driver.Value) error {
		var r eventstore.WebhookRound
		var attempts string
		conn.Scan(row, &r.Number, &attempts)
		err := json.Unmarshal([]byte(attempts), &r.Attempts)
		rounds = append(rounds, r)
		return err
	})
	return rounds, err
}

// ForgetWebhook implements Webhooks.
func (s *Store) ForgetWebhook(ctx context.Context, webhook string) error {
	return s.beside(ctx, func(c *conn.Conn) error {
		for _, sql := range forgetWebhook {
			if _, err := c.Exec(sql, webhook); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) eachWebhook(ctx context.Context, sql string, args []driver.Value, each func([]driver.Value) error) error {
	err := s.readers.Use(ctx, func(c *conn.Conn) error { return c.Query(ctx, sql, args, each) })
	if err != nil {
		return fmt.Errorf("read how far a webhook was told: %w", err)
	}
	return nil
}
