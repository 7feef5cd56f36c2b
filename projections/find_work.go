package projections

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
)

// HeldItem is an entry that is held until a person decides.
type HeldItem struct {
	Client, TransactionID, ItemID string
	Reason                        string
	SEC                           string
	PushPull                      domain.PushPull
	Name, AccountTail             string
	AmountCents                   int64
	HeldAt                        time.Time
	Position                      int64
	Rule                          string    // of the guard; empty if no rule holds it
	Deadline                      time.Time // the last window for its settlement day; zero: none
	Rejects                       bool      // it is rejected after the deadline
}

// HeldFilter selects held entries. Zero fields select all.
type HeldFilter struct {
	Client string
	Rule   string // the rule that holds it
	Since  Since
	Limit  int
	Cursor string
}

const (
	heldItems   = heldColumns + `NOT INDEXED` + heldBehind
	heldByRule  = heldColumns + `INDEXED BY held_named@` + heldBehind + `AND h.rule = ?3 `
	heldOfOwner = heldColumns + `INDEXED BY held_owner@` + heldBehind + `AND h.client = ?4 `
	heldSince   = heldColumns + `INDEXED BY held_since@` + heldJoins + `WHERE (h.held_at, h.position) > (?5, ?1) AND h.held_at <= ?6 ` + heldBy
	heldColumns = `SELECT i.position, i.client, i.txn, i.item, i.reason, i.sec, i.push, i.name, i.tail, i.cents, h.held_at, h.rule, h.deadline, h.rejects
		FROM held@ h `
	heldJoins   = ` CROSS JOIN items@ i ON i.position = h.position `
	heldBehind  = heldJoins + `WHERE h.position > ?1 ` + heldBy
	heldBy      = `AND (?3 = '' OR h.rule = ?3) AND (?4 = '' OR h.client = ?4) `
	oldestHeld  = `ORDER BY h.position LIMIT ?2`
	longestHeld = `ORDER BY h.held_at, h.position LIMIT ?2`
)

// way returns the statement that reads the fewest rows.
func (f HeldFilter) way() string {
	switch {
	case f.Since.set():
		return heldSince + longestHeld
	case f.Client != "":
		return heldOfOwner + oldestHeld
	case f.Rule != "":
		return heldByRule + oldestHeld
	default:
		return heldItems + oldestHeld
	}
}

// HeldItems lists held entries and the cursor of the next page. The oldest
// comes first or, with Since, the one that has been held longest. Errors:
// ErrCursor.
func (v *Views) HeldItems(ctx context.Context, f HeldFilter) ([]HeldItem, string, error) {
	p := page[HeldItem]{limit: f.Limit}
	at, err := parseCursor(f.Cursor, []any{"held", f.Client, f.Rule, f.Since.set()})
	if err != nil {
		return nil, "", err
	}
	args := values(at.Row, p.room(), f.Rule, f.Client)
	if f.Since.set() {
		from, behind, until := f.Since.behind(at, f.Cursor == "")
		args = values(behind, p.room(), f.Rule, f.Client, from, until)
	}
	return p.list(ctx, v, f.way(), args, func(row []value) (h HeldItem, _ cursor, _ error) {
		by := int64(0)
		scan(row, &h.Position, &h.Client, &h.TransactionID, &h.ItemID, &h.Reason, &h.SEC, &h.PushPull, &h.Name, &h.AccountTail,
			&h.AmountCents, &h.HeldAt, &h.Rule, &by, &h.Rejects)
		if by > 0 {
			h.Deadline = instant(by)
		}
		return h, cursor{Filter: at.Filter, At: micros(h.HeldAt), Row: h.Position}, nil
	})
}
