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

	termsOfBanks = `SELECT routing, terms FROM banks@`

	// datedPending are the items of an ODFI that wait for a date asked for.
	datedPending = `SELECT p.position, i.cents, p.client, p.odfi, p.answers, p.due, p.asked_on, i.sec, p.code
		FROM pending@ p JOIN items@ i ON i.position = p.position WHERE p.odfi = ?1 AND p.asked_on <> '' AND p.answers = 0`
	movePending = `UPDATE pending@ SET due = ?2 WHERE position = ?1`
)

// termsOf returns the terms of a bank, nil if it has none of its own.
func termsOf(c *conn.Conn, odfi string) (*calendar.Terms, error) {
	row, err := c.Row(bankTerms, odfi)
	if err != nil || row == nil {
		return nil, err
	}
	return readTerms(odfi, row[0].(string))
}

// termsOf returns the terms of a bank from a cache: each payment with a date needs
// them.
func (p *projector) termsOf(odfi string) (*calendar.Terms, error) {
	if terms, ok := p.terms[odfi]; ok {
		return terms, nil
	}
	terms, err := termsOf(p.c, odfi)
	if err != nil {
		return nil, err
	}
	keep(p.terms, odfi, terms)
	return terms, nil
}

// allTerms are the terms of every bank, by routing number.
func allTerms(s snapshot) (map[string]*calendar.Terms, error) {
	all := map[string]*calendar.Terms{}
	err := s.query(termsOfBanks, nil, func(row []value) (err error) {
		routing := row[0].(string)
		all[routing], err = readTerms(routing, row[1].(string))
		return err
	})
	return all, err
}

func readTerms(odfi, text string) (*calendar.Terms, error) {
	terms := &calendar.Terms{}
	if err := json.Unmarshal([]byte(text), terms); err != nil {
		return nil, fmt.Errorf("read the terms of ODFI %s: %w", odfi, err)
	}
	return terms, nil
}

// changeTerms stores a bank's terms and moves the items that wait there for a
// date to the due time that follows from them.
func (p *projector) changeTerms(e *domain.BankConfigured) error {
	before, err := termsOf(p.c, e.Routing)
	if err != nil {
		return err
	}
	text, err := json.Marshal(e.Terms)
	if err != nil {
		return err
	}
	if err := p.exec(putBank, e.Routing, string(text)); err != nil {
		return err
	}
	delete(p.terms, e.Routing)
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

// dueAgain moves a row of datedPending in the queue. An item that waits longer
// than its date requires, because it was released from a file, stays.
func (p *projector) dueAgain(row []value, before, now *calendar.Terms) error {
	var asked, sec string
	var code int
	scan(row, nil, nil, nil, nil, nil, nil, &asked, &sec, &code)
	i := pendingOf(row)
	due := dueOf(asked, sec, code, now)
	if i.group.due > dueOf(asked, sec, code, before) {
		due = max(due, i.group.due)
	}
	p.queue.add(i.group, -1, -i.cents)
	i.group.due = due
	p.queue.add(i.group, 1, i.cents)
	return p.exec(movePending, i.position, due)
}
