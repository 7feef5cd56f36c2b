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
	MadeAt                        time.Time
	Position                      int64
}

const (
	heldItems = `SELECT i.position, i.client, i.txn, i.item, i.reason, i.sec, i.push, i.name, i.tail, i.cents, i.made_at
		FROM items@ i INDEXED BY items_held@ LEFT JOIN pending@ p ON p.position = i.position
		WHERE i.kind = 'Origination' AND i.status = 'Pending' AND i.reason <> '' AND p.position IS NULL
		AND i.position > ?1 ORDER BY i.position LIMIT ?2`
)

// HeldItems lists the originations that are held, the oldest first, and the
// cursor of the next page.
func (v *Views) HeldItems(ctx context.Context, limit int, after string) ([]HeldItem, string, error) {
	at, err := parseCursor(after, "held")
	if err != nil {
		return nil, "", err
	}
	p := page[HeldItem]{limit: limit}
	err = v.read(ctx, func(s snapshot) error {
		return s.query(heldItems, values(at.Row, p.room()), func(row []value) error {
			text := func(i int) string { return row[i].(string) }
			h := HeldItem{
				Position: row[0].(int64), Client: text(1), TransactionID: text(2), ItemID: text(3), Reason: text(4),
				SEC: text(5), PushPull: domain.PushPull(text(6)), Name: text(7), AccountTail: text(8),
				AmountCents: row[9].(int64), MadeAt: instant(row[10].(int64)),
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
