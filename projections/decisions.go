package projections

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/receiving"
)

// Decision describes the decision about a payment to an account whose client
// decides, or whose rules returned it.
type Decision struct {
	DecideBy time.Time        `json:"decide_by,omitzero"` // zero: no decision was possible
	Then     receiving.Action `json:"then,omitempty"`     // what happens at the deadline without one
	Code     string           `json:"code,omitempty"`     // return code
	Made     receiving.Action `json:"made,omitempty"`     // the decision; empty while it waits
	By       string           `json:"by,omitempty"`       // as in domain.TransactionDecided
	Reason   string           `json:"reason,omitempty"`   // why it was paid although it was to be returned
}

// DecisionOf returns the decision about an item, or nil.
func DecisionOf(i *domain.Item) *Decision {
	if i.Undecided == nil && i.Decided == nil {
		return nil
	}
	d := &Decision{}
	if u := i.Undecided; u != nil {
		by, _ := i.DecideBy() // we wrote it: it parses
		d.DecideBy, d.Then, d.Code = by.UTC(), u.Then, u.Code
	}
	if made := i.Decided; made != nil {
		d.Made, d.Code, d.By, d.Reason = made.Decision, made.Code, made.By, made.Reason
	}
	return d
}

// InboundDecision is a received payment that waits for a decision.
type InboundDecision struct {
	Client, TransactionID, ItemID string
	ODFI                          string // our bank that received it
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
	takeDecision    = `DELETE FROM decisions@ WHERE position = ?1`
	decisionsFrom   = decisionColumns + `INDEXED BY decisions_decide_by@` + decisionJoin
	decisionJoin    = ` CROSS JOIN items@ i ON i.position = d.position `
	decisionColumns = `SELECT d.position, d.client, i.txn, i.item, d.odfi, i.sec, i.push, i.name, i.tail, d.cents, i.settled_on,
			d.received_at, d.decide_by, d.pays, d.code
		FROM decisions@ d `
	decisionsSince = decisionColumns + `INDEXED BY decisions_since@` + decisionJoin + `WHERE (d.received_at, d.position) > (?1, ?2) AND (?3 = '' OR d.client = ?3)
		AND d.received_at <= ?5 ORDER BY d.received_at, d.position LIMIT ?4`
	inboundDecisions = decisionsFrom + `WHERE (d.decide_by, d.position) > (?1, ?2) AND (?3 = '' OR d.client = ?3)
		ORDER BY d.decide_by, d.position LIMIT ?4`
	overdueDecisions = decisionsFrom + `WHERE d.decide_by <= ?1 AND (d.decide_by, d.position) > (?2, ?3)
		ORDER BY d.decide_by, d.position LIMIT ?4`
	nextDecision = `SELECT min(decide_by) FROM decisions@ WHERE decide_by > ?1`
)

// WaitFilter selects waiting rows that have a deadline. Zero fields select all.
type WaitFilter struct {
	Client string
	Since  Since
	Limit  int // 0: all
	Cursor string
}

// waitList is a list of waiting rows with deadlines. The arguments of its
// queries are the place of the previous row (time and position), the client,
// and the limit; those of bySince end with the latest time.
type waitList[T any] struct {
	name                string
	byDeadline, bySince string
	scan                func([]value, *T)
	place               func(T) (deadline, since time.Time, position int64)
}

var decisionList = waitList[InboundDecision]{"decisions", inboundDecisions, decisionsSince, scanDecision, func(d InboundDecision) (time.Time, time.Time, int64) {
	return d.DecideBy, d.ReceivedAt, d.Position
}}

// InboundDecisions lists the payments that wait for a decision and returns the
// cursor of the next page. The nearest deadline comes first or, with Since, the
// payment that has waited longest. Errors: ErrCursor.
func (v *Views) InboundDecisions(ctx context.Context, f WaitFilter) ([]InboundDecision, string, error) {
	return decisionList.page(ctx, v, f)
}

func (l waitList[T]) page(ctx context.Context, v *Views, f WaitFilter) ([]T, string, error) {
	p := page[T]{limit: f.Limit}
	at, err := parseCursor(f.Cursor, []any{l.name, f.Client, f.Since.set()})
	if err != nil {
		return nil, "", err
	}
	query, args := l.byDeadline, values(at.At, at.Row, f.Client, p.room())
	if f.Since.set() {
		from, behind, until := f.Since.behind(at, f.Cursor == "")
		query, args = l.bySince, values(from, behind, f.Client, p.room(), until)
	}
	return p.list(ctx, v, query, args, func(row []value) (one T, _ cursor, _ error) {
		l.scan(row, &one)
		by, since, position := l.place(one)
		if f.Since.set() {
			by = since
		}
		return one, cursor{Filter: at.Filter, At: micros(by), Row: position}, nil
	})
}

// OverdueDecisions lists the payments that were not decided about in time, the
// oldest deadline first, starting after a given row.
func (v *Views) OverdueDecisions(ctx context.Context, now time.Time, after InboundDecision, limit int) ([]InboundDecision, error) {
	args := values(micros(now), micros(after.DecideBy), after.Position, int64(limit))
	return rowsOf(ctx, v, overdueDecisions, args, scanDecision)
}

// NextDecision returns the first deadline of a decision after now; ok is false
// if there is none.
func (v *Views) NextDecision(ctx context.Context, now time.Time) (at time.Time, ok bool, err error) {
	return v.nextTime(ctx, nextDecision, now)
}

func scanDecision(row []value, d *InboundDecision) {
	pays := false
	scan(row, &d.Position, &d.Client, &d.TransactionID, &d.ItemID, &d.ODFI, &d.SEC, &d.PushPull, &d.Name, &d.AccountTail, &d.AmountCents,
		&d.SettledOn, &d.ReceivedAt, &d.DecideBy, &pays, &d.Code)
	if d.Then = receiving.Return; pays {
		d.Then = receiving.Pay
	}
}

// putDecision keeps a payment among those that wait for a decision until it is
// decided.
func (p *projector) putDecision(t *domain.Transaction, i *domain.Item) error {
	if i.Undecided == nil {
		return nil
	}
	if !i.AwaitsDecision() {
		return p.exec(takeDecision, i.Position)
	}
	by, _ := i.DecideBy()
	return p.exec(putDecision, i.Position, t.Client, t.ODFI(), micros(by), i.Undecided.Then == receiving.Pay, i.Undecided.Code, micros(i.MadeAt), i.AmountCents)
}
