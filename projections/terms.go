package projections

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

const (
	putBank   = `INSERT INTO banks@(routing, terms) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET terms = ?2`
	bankTerms = `SELECT terms FROM banks@ WHERE routing = ?1`

	// datedPending are the items of an ODFI that wait for a date asked for.
	datedPending = `SELECT p.position, i.cents, p.client, p.odfi, p.answers, p.due, p.asked_on, i.sec, p.code
		FROM pending@ p JOIN items@ i ON i.position = p.position WHERE p.odfi = ?1 AND p.asked_on <> '' AND p.answers = 0`
	movePending = `UPDATE pending@ SET due = ?2 WHERE position = ?1`
)

// termsOf are the terms of a bank, nil where it has none of its own.
func termsOf(c *conn.Conn, odfi string) (*calendar.Terms, error) {
	row, err := c.Row(bankTerms, odfi)
	if err != nil || row == nil {
		return nil, err
	}
	terms := &calendar.Terms{}
	if err := json.Unmarshal([]byte(row[0].(string)), terms); err != nil {
		return nil, fmt.Errorf("read the terms of ODFI %s: %w", odfi, err)
	}
	return terms, nil
}

// changeTerms notes a bank's terms. What waits there for a date is due by
// these from now on.
func (p *projector) changeTerms(e *domain.BankConfigured) error {
	before, err := termsOf(p.c, e.Routing)
	if err != nil {
		return err
	}
	text, err := json.Marshal(e.Terms)
	if err != nil {
		return err
	}
	if _, err := p.c.Exec(putBank, e.Routing, string(text)); err != nil {
		return err
	}
	if before.Fed() && e.Terms.Fed() {
		return nil
	}
	var rows [][]value
	err = p.c.Query(context.Background(), datedPending, values(e.Routing), func(row []value) error {
		rows = append(rows, append([]value(nil), row...))
		return nil
	})
	for _, row := range rows {
		if err != nil {
			return err
		}
		err = p.dueAgain(row, before, &e.Terms)
	}
	return err
}

// dueAgain moves a row of datedPending. What waits for longer than its date
// asks for, as it was released from a file, goes on to.
func (p *projector) dueAgain(row []value, before, now *calendar.Terms) error {
	asked, sec, code := row[6].(string), row[7].(string), int(row[8].(int64))
	g := group{client: row[2].(string), odfi: row[3].(string), answers: row[4].(int64) != 0, due: row[5].(int64)}
	due := dueOf(asked, sec, code, now)
	if g.due > dueOf(asked, sec, code, before) {
		due = max(due, g.due)
	}
	cents := row[1].(int64)
	p.queue.add(g, -1, -cents)
	g.due = due
	p.queue.add(g, 1, cents)
	_, err := p.c.Exec(movePending, row[0], due)
	return err
}
