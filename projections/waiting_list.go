package projections

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/achledger/achledger/domain"
)

// QueueGroup is the part of a queue that is due at the same time.
type QueueGroup struct {
	domain.Queue
	DueAt time.Time // zero: at once
	due   int64
}

const entriesOfGroup = countedColumns + `
	FROM pending@ p INDEXED BY pending_due@ CROSS JOIN items@ i ON i.position = p.position LEFT JOIN items@ o ON o.position = i.origin
	WHERE p.client = ?1 AND p.odfi = ?2 AND p.answers = ?3 AND p.due = ?4 AND p.position > ?5
	ORDER BY p.position LIMIT ?6`

// QueueGroups sums up all waiting items by when they are due.
func (v *Views) QueueGroups(ctx context.Context) ([]QueueGroup, error) {
	return rowsOf(ctx, v, queueSums, values(farthest.UnixMicro()), func(row []value, g *QueueGroup) {
		scan(row, &g.Client, &g.ODFI, &g.Answers, &g.due, &g.Entries, &g.Cents, &g.OldestAt, &g.LeaveBy)
		g.DueAt = instant(g.due)
	})
}

// cursorAt returns the cursor of a row of the group.
func (g QueueGroup) cursorAt(position int64) cursor {
	c := cursor{Client: g.Client, Trace: g.ODFI, At: g.due, Row: position}
	if g.Answers {
		c.Batch = 1
	}
	return c
}

// before reports whether a group is listed before the group of a cursor.
func (g QueueGroup) before(at cursor) bool {
	here := g.cursorAt(0)
	if c := strings.Compare(here.Client+" "+here.Trace, at.Client+" "+at.Trace); c != 0 {
		return c < 0
	}
	return slices.Compare([]int64{here.Batch, here.At}, []int64{at.Batch, at.At}) < 0
}

// WaitingEntries lists the waiting entries of groups, group by group, and the
// cursor of the next page. The filter identifies the groups. Errors: ErrCursor.
func (v *Views) WaitingEntries(ctx context.Context, groups []QueueGroup, filter string, limit int, after string) ([]CountedEntry, string, error) {
	at, err := parseCursor(after, "waiting "+filter)
	if err != nil {
		return nil, "", err
	}
	p := page[CountedEntry]{limit: limit}
	err = v.read(ctx, func(s snapshot) error {
		for _, g := range groups {
			if g.before(at) {
				continue
			}
			begin := g.cursorAt(0)
			if begin.Client == at.Client && begin.Trace == at.Trace && begin.Batch == at.Batch && begin.At == at.At {
				begin.Row = at.Row
			}
			err := p.fill(s, entriesOfGroup, values(g.Client, g.ODFI, g.Answers, g.due, begin.Row, p.room()), func(row []value) (CountedEntry, cursor, error) {
				e, _, position, _, _ := scanCounted(row)
				here := g.cursorAt(position)
				here.Filter = at.Filter
				return e, here, nil
			})
			if err != nil || p.more {
				return err
			}
		}
		return nil
	})
	return p.result(err)
}
