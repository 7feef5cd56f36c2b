package projections

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// HeldItem is an entry that waits for a person before it may leave.
type HeldItem struct {
	Client, TransactionID, ItemID string
	Reason                        string
	SEC                           string
	PushPull                      domain.PushPull
	Name, AccountTail             string
	AmountCents                   int64
	HeldAt                        time.Time
	Position                      int64
	Rule                          string    // of the guard; empty where none holds it
	Deadline                      time.Time // the last window for the day it should settle; zero: none
	Rejects                       bool      // after the deadline it is rejected
}

const (
	heldItems = `SELECT i.position, i.client, i.txn, i.item, i.reason, i.sec, i.push, i.name, i.tail, i.cents, h.held_at, h.rule, h.deadline, h.rejects
		FROM held@ h CROSS JOIN items@ i ON i.position = h.position
		WHERE h.position > ?1 AND (?3 = '' OR h.rule = ?3) ORDER BY h.position LIMIT ?2`
)

// HeldItems lists what is held, or what a rule holds, the oldest first, and
// the cursor of the next page.
func (v *Views) HeldItems(ctx context.Context, rule string, limit int, after string) ([]HeldItem, string, error) {
	at, err := parseCursor(after, "held "+rule)
	if err != nil {
		return nil, "", err
	}
	p := page[HeldItem]{limit: limit}
	err = v.read(ctx, func(s snapshot) error {
		return s.query(heldItems, values(at.Row, p.room(), rule), func(row []value) error {
			var h HeldItem
			var by int64
			scan(row, &h.Position, &h.Client, &h.TransactionID, &h.ItemID, &h.Reason, &h.SEC, &h.PushPull, &h.Name, &h.AccountTail,
				&h.AmountCents, &h.HeldAt, &h.Rule, &by, &h.Rejects)
			if by > 0 {
				h.Deadline = instant(by)
			}
			if !p.add(h, cursor{Filter: at.Filter, Row: h.Position}) {
				return conn.ErrStop
			}
			return nil
		})
	})
	if err != nil {
		return nil, "", err
	}
	rows, next := p.result()
	return rows, next, nil
}
