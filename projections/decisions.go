package projections

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/receiving"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// Decision is what is said about a payment that came for an account whose
// client decides, or whose rules sent it back.
type Decision struct {
	DecideBy time.Time        `json:"decide_by,omitzero"` // zero: nobody ever could
	Then     receiving.Action `json:"then,omitempty"`     // what becomes of it at the deadline
	Code     string           `json:"code,omitempty"`     // of its return
	Made     receiving.Action `json:"made,omitempty"`     // empty while it waits
	By       string           `json:"by,omitempty"`       // what decided, as domain.TransactionDecided has it
	Reason   string           `json:"reason,omitempty"`   // why it is paid though it was to go back
}

// DecisionOf is what is said about an item; nil where nothing is.
func DecisionOf(i *domain.Item) *Decision {
	if i.Undecided == nil && i.Decided == nil {
		return nil
	}
	d := &Decision{}
	if u := i.Undecided; u != nil {
		by, _ := i.DecideBy() // ours
		d.DecideBy, d.Then, d.Code = by.UTC(), u.Then, u.Code
	}
	if made := i.Decided; made != nil {
		d.Made, d.Code, d.By, d.Reason = made.Decision, made.Code, made.By, made.Reason
	}
	return d
}

// InboundDecision is a payment that waits for a decision.
type InboundDecision struct {
	Client, TransactionID, ItemID string
	ODFI                          string // the bank of ours that it came to
	SEC                           string
	PushPull                      domain.PushPull
	Name, AccountTail             string
	AmountCents                   int64
	SettledOn                     string // YYYY-MM-DD
	ReceivedAt                    time.Time
	DecideBy                      time.Time
	Then                          receiving.Action
	Code                          string
	Position                      int64
}

const (
	putDecision = `INSERT INTO decisions@(position, client, odfi, decide_by, pays, code, received_at, cents)
		VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING`
	takeDecision  = `DELETE FROM decisions@ WHERE position = ?1`
	decisionsFrom = `SELECT d.position, d.client, i.txn, i.item, d.odfi, i.sec, i.push, i.name, i.tail, d.cents, i.settled_on,
			d.received_at, d.decide_by, d.pays, d.code
		FROM decisions@ d INDEXED BY decisions_decide_by@ CROSS JOIN items@ i ON i.position = d.position `
	inboundDecisions = decisionsFrom + `WHERE (d.decide_by, d.position) > (?1, ?2) AND (?3 = '' OR d.client = ?3)
		ORDER BY d.decide_by, d.position LIMIT ?4`
	overdueDecisions = decisionsFrom + `WHERE d.decide_by <= ?1 AND (d.decide_by, d.position) > (?2, ?3)
		ORDER BY d.decide_by, d.position LIMIT ?4`
	nextDecision = `SELECT min(decide_by) FROM decisions@ WHERE decide_by > ?1`
)

// InboundDecisions lists the payments that wait for a decision, the nearest
// deadline first, of one client or of all, and the cursor of the next page.
// Errors: ErrCursor.
func (v *Views) InboundDecisions(ctx context.Context, client string, limit int, after string) ([]InboundDecision, string, error) {
	return pageByDeadline(ctx, v, inboundDecisions, "decisions "+client, client, limit, after, scanDecision, func(d InboundDecision) (time.Time, int64) {
		return d.DecideBy, d.Position
	})
}

// pageByDeadline is a page of what waits with a deadline, the nearest first, of
// one client or of all, and the cursor of the next page. The query takes deadline
// and position of the row before, the client, and how many. Errors: ErrCursor.
func pageByDeadline[T any](
	ctx context.Context, v *Views, query, filter, client string, limit int, after string, scan func([]value, *T), place func(T) (time.Time, int64),
) ([]T, string, error) {
	at, err := parseCursor(after, filter)
	if err != nil {
		return nil, "", err
	}
	p := page[T]{limit: limit}
	err = v.read(ctx, func(s snapshot) error {
		return s.query(query, values(at.At, at.Row, client, p.room()), func(row []value) error {
			var one T
			scan(row, &one)
			by, position := place(one)
			if !p.add(one, cursor{Filter: at.Filter, At: micros(by), Row: position}) {
				return conn.ErrStop
			}
			return nil
		})
	})
	if err != nil {
		return nil, "", err
	}
	list, next := p.result()
	return list, next, nil
}

// OverdueDecisions lists the payments about which nobody decided in time, the
// oldest deadline first, after the last one that was taken.
func (v *Views) OverdueDecisions(ctx context.Context, now time.Time, after InboundDecision, limit int) ([]InboundDecision, error) {
	args := values(micros(now), micros(after.DecideBy), after.Position, int64(limit))
	return rowsOf(ctx, v, overdueDecisions, args, scanDecision)
}

// NextDecision is the next deadline of a decision after now; ok is false where
// there is none.
func (v *Views) NextDecision(ctx context.Context, now time.Time) (at time.Time, ok bool, err error) {
	err = v.read(ctx, func(s snapshot) error {
		row, err := s.c.Row(nextDecision, micros(now))
		if err == nil && row[0] != nil {
			at, ok = instant(row[0].(int64)), true
		}
		return err
	})
	return at, ok, err
}

func scanDecision(row []value, d *InboundDecision) {
	pays := false
	scan(row, &d.Position, &d.Client, &d.TransactionID, &d.ItemID, &d.ODFI, &d.SEC, &d.PushPull, &d.Name, &d.AccountTail, &d.AmountCents,
		&d.SettledOn, &d.ReceivedAt, &d.DecideBy, &pays, &d.Code)
	if d.Then = receiving.Return; pays {
		d.Then = receiving.Pay
	}
}

// putDecision keeps a payment among those that wait for a decision while it
// does.
func (p *projector) putDecision(t *domain.Transaction, i *domain.Item) error {
	if i.Undecided == nil {
		return nil
	}
	if !i.AwaitsDecision() {
		_, err := p.c.Exec(takeDecision, i.Position)
		return err
	}
	by, _ := i.DecideBy()
	_, err := p.c.Exec(putDecision, i.Position, t.Client, t.ODFI(), micros(by), i.Undecided.Then == receiving.Pay, i.Undecided.Code, micros(i.MadeAt), i.AmountCents)
	return err
}
