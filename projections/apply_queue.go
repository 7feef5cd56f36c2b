package projections

import "fmt"

// queueChanges collects the changes that a batch of events makes to the queue's
// running totals. They are written once per batch.
type queueChanges map[group]runningTotal

type runningTotal struct{ entries, cents int64 }

func (q queueChanges) add(g group, entries, cents int64) {
	s := q[g]
	q[g] = runningTotal{s.entries + entries, s.cents + cents}
}

const (
	addToQueue = `INSERT INTO queue@(client, odfi, answers, due, entries, cents) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
		ON CONFLICT DO UPDATE SET entries = entries + ?5, cents = cents + ?6`
	endQueue = `DELETE FROM queue@ WHERE client = ?1 AND odfi = ?2 AND answers = ?3 AND due = ?4 AND entries = 0`
	putDay   = `INSERT INTO days@(day, first, last) VALUES(?1, ?2, ?3)
		ON CONFLICT DO UPDATE SET first = min(first, ?2), last = max(last, ?3)`
)

// totals writes the changes of the batch to the running totals.
func (p *projector) totals() error {
	for g, s := range p.queue {
		if s == (runningTotal{}) {
			continue
		}
		if err := p.exec(addToQueue, g.client, g.odfi, g.answers, g.due, s.entries, s.cents); err != nil {
			return fmt.Errorf("queue of %s: %w", g.client, err)
		}
		if err := p.exec(endQueue, g.client, g.odfi, g.answers, g.due); err != nil {
			return fmt.Errorf("queue of %s: %w", g.client, err)
		}
	}
	clear(p.queue)
	for day, s := range p.days {
		if err := p.exec(putDay, day, s.first, s.last); err != nil {
			return fmt.Errorf("day %d: %w", day, err)
		}
	}
	clear(p.days)
	if err := p.writeShown(); err != nil {
		return err
	}
	return p.writeMoney()
}

// stretch of the log.
type stretch struct{ first, last int64 }

// extend makes a stretch contain a position.
func extend(stretches map[int64]stretch, of, position int64) {
	s, ok := stretches[of]
	if !ok {
		s = stretch{position, position}
	}
	stretches[of] = stretch{min(s.first, position), max(s.last, position)}
}
