package projections

import (
	"math"
	"slices"
)

const (
	// waitingOfAll and waitingOfGroup are what waits for a file, heldOfAll and
	// heldOfClient what is held, newest first in a stretch of the log.
	waitingOfAll   = `SELECT position FROM pending@ WHERE position < ?1 AND position >= ?2 ORDER BY position DESC LIMIT ?3`
	waitingOfGroup = `SELECT position FROM pending@ INDEXED BY pending_due@
		WHERE position < ?1 AND position >= ?2 AND client = ?4 AND odfi = ?5 AND answers = 0 AND due = ?6
		ORDER BY position DESC LIMIT ?3`
	heldOfAll    = `SELECT position FROM items@ INDEXED BY items_held@ WHERE ` + held + stretchOfHeld
	heldOfClient = `SELECT position FROM items@ INDEXED BY items_held_of@ WHERE client = ?4 AND ` + held + stretchOfHeld
	held         = `kind = 'Origination' AND status = 'Pending' AND reason <> '' `

	stretchOfHeld = `AND position < ?1 AND position >= ?2 ORDER BY position DESC LIMIT ?3`

	// entryGroups are the parts of a client's queue of entries.
	entryGroups = `SELECT odfi, due FROM queue@ WHERE client = ?1 AND answers = 0`

	transactionAt = transactionColumns + transactionJoins + onDays + `AND i.position = ?7 LIMIT ?4`
)

// pending lists what waits or is held, backwards through the log.
func (l *transactionList) pending(s snapshot) error {
	const atOnce = 500
	first, before, ok, err := l.stretch(s)
	if err != nil || !ok {
		return err
	}
	for {
		positions, err := l.unsent(s, before, first, atOnce)
		if err != nil {
			return err
		}
		for _, at := range positions {
			if err := l.list(s, transactionAt, 0, math.MaxInt64, l.from, l.to, at); err != nil || l.page.more {
				return err
			}
			before = at
		}
		if len(positions) < atOnce {
			return nil
		}
	}
}

// unsent are the newest positions, from first to before, of what waits or is
// held. A client's queue has a part for each day on which entries fall due,
// and the newest of all are among the newest ones of each.
func (l *transactionList) unsent(s snapshot, before, first int64, limit int) (positions []int64, err error) {
	ask := func(sql string, more ...value) {
		if err == nil {
			err = s.query(sql, append(values(before, first, int64(limit)), more...), func(row []value) error {
				positions = append(positions, row[0].(int64))
				return nil
			})
		}
	}
	if l.f.Client == "" {
		ask(waitingOfAll)
		ask(heldOfAll)
	} else {
		var groups [][]value
		err = s.query(entryGroups, values(l.f.Client), func(row []value) error {
			groups = append(groups, values(l.f.Client, row[0], row[1]))
			return nil
		})
		for _, g := range groups {
			ask(waitingOfGroup, g...)
		}
		ask(heldOfClient, l.f.Client)
	}
	slices.SortFunc(positions, func(a, b int64) int { return int(b - a) })
	positions = slices.Compact(positions)
	return positions[:min(limit, len(positions))], err
}
