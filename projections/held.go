package projections

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
)

// Held is a held entry.
type Held struct {
	Client, TransactionID, ItemID string
	Rule                          string    // of the guard; empty if no rule holds it
	Deadline                      time.Time // the last window for its settlement day; zero: none
}

const (
	putHeld = `INSERT INTO held@(position, client, odfi, rule, deadline, rejects, held_at, cents, asked) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
		ON CONFLICT DO UPDATE SET rule = ?4, deadline = ?5, rejects = ?6, asked = ?9`
	takeHeld    = `DELETE FROM held@ WHERE position = ?1`
	heldSums    = `SELECT client, odfi, rule, entries, cents FROM held_sums@ WHERE ?1 = '' OR client = ?1 ORDER BY client, odfi, rule`
	lapsedHolds = `SELECT i.client, i.txn, i.item, h.rule, h.deadline FROM held@ h INDEXED BY held_rejects@
		JOIN items@ i ON i.position = h.position WHERE h.rejects = 1 AND h.deadline < ?1 ORDER BY h.deadline LIMIT ?2`
)

// HeldSum sums up what a rule of the guard holds of a client at an ODFI.
type HeldSum struct {
	Client, ODFI, Rule string
	guard.Sum
}

// HeldOf adds up the sums by owner and rule. The owner is the client, or "" for
// the rule of an ODFI, whose name contains the ODFI's number.
func HeldOf(held []HeldSum) map[[2]string]guard.Sum {
	sums := map[[2]string]guard.Sum{}
	for _, h := range held {
		for _, owner := range []string{h.Client, ""} {
			k := [2]string{owner, h.Rule}
			sums[k] = sums[k].Plus(h.Sum)
		}
	}
	return sums
}

// HeldByRules sums up the entries that rules of the guard hold, of one client
// or of all.
func (v *Views) HeldByRules(ctx context.Context, client string) ([]HeldSum, error) {
	return rowsOf(ctx, v, heldSums, values(client), func(row []value, h *HeldSum) {
		scan(row, &h.Client, &h.ODFI, &h.Rule, &h.Count, &h.Cents)
	})
}

// LapsedHolds lists held entries that were to be approved before an instant and
// are to be rejected because they were not.
func (v *Views) LapsedHolds(ctx context.Context, now time.Time, limit int) ([]Held, error) {
	return rowsOf(ctx, v, lapsedHolds, values(micros(now), int64(limit)), func(row []value, h *Held) {
		scan(row, &h.Client, &h.TransactionID, &h.ItemID, &h.Rule, &h.Deadline)
	})
}

// putHeld keeps an item among the held ones while it is held.
func (p *projector) putHeld(c *logEvent, i *domain.Item) error {
	if c.recorded.Version == 1 {
		return nil // no item begins as held
	}
	if i.State != domain.Held {
		return p.exec(takeHeld, i.Position)
	}
	rule, deadline, rejects, asked := "", int64(0), false, false
	if by := i.HeldBy; by != nil {
		at, _ := time.Parse(time.RFC3339, by.Deadline) // we wrote it; a zero time is no deadline
		rule, deadline, rejects = by.Rule, micros(at), by.Rejects()
		_, asked = guard.IsAsked(by.Rule)
	}
	return p.exec(putHeld, i.Position, c.transaction.Client, c.transaction.ODFI(), rule, deadline, rejects, micros(c.fact.Meta.At), i.AmountCents, asked)
}

const (
	askedQueues = `SELECT DISTINCT rule, client FROM held@ INDEXED BY held_asked@ WHERE asked = 1`
	askedItems  = `SELECT i.client, i.txn, i.item FROM held@ h INDEXED BY held_asked@ JOIN items@ i ON i.position = h.position
		WHERE h.asked = 1 AND h.rule = ?1 AND h.client = ?2 ORDER BY h.position LIMIT ?3`
)

// AskedQueue identifies the entries of a client that wait for the decision of
// an engine.
type AskedQueue struct{ Rule, Client string }

// Asked lists the queues in which entries wait for a decision.
func (v *Views) Asked(ctx context.Context) ([]AskedQueue, error) {
	return rowsOf(ctx, v, askedQueues, nil, func(row []value, q *AskedQueue) { scan(row, &q.Rule, &q.Client) })
}

// AskedItems lists the oldest entries of a queue, in log order.
func (v *Views) AskedItems(ctx context.Context, of AskedQueue, limit int) ([]Held, error) {
	return rowsOf(ctx, v, askedItems, values(of.Rule, of.Client, int64(limit)), func(row []value, h *Held) {
		h.Rule = of.Rule
		scan(row, &h.Client, &h.TransactionID, &h.ItemID)
	})
}
