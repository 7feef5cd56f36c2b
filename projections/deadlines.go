package projections

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
)

// Deadline is the deadline of an answer of ours that waits, held or not.
type Deadline struct {
	Client, TransactionID, ItemID string
	Kind                          domain.ItemKind
	ODFI                          string
	LeaveBy                       time.Time
	Position                      int64 // of the event that made the answer
}

const (
	passedDeadlines = `SELECT i.client, i.txn, i.item, i.kind, d.odfi, d.leave_by, d.position
		FROM deadlines@ d INDEXED BY deadlines_leave_by@ JOIN items@ i ON i.position = d.position
		WHERE d.leave_by <= ?1 AND (d.leave_by, d.position) > (?2, ?3) ORDER BY d.leave_by, d.position LIMIT ?4`
	nextDeadline = `SELECT min(leave_by) FROM deadlines@ WHERE leave_by > ?1`
)

// PassedDeadlines lists the answers that wait although their deadline has
// passed, the oldest deadline first, starting after a given row.
func (v *Views) PassedDeadlines(ctx context.Context, now time.Time, after Deadline, limit int) ([]Deadline, error) {
	args := values(now.UnixMicro(), micros(after.LeaveBy), after.Position, int64(limit))
	return rowsOf(ctx, v, passedDeadlines, args, func(row []value, d *Deadline) {
		scan(row, &d.Client, &d.TransactionID, &d.ItemID, &d.Kind, &d.ODFI, &d.LeaveBy, &d.Position)
	})
}

// NextDeadline returns the first deadline after now of a waiting answer; ok is
// false if there is none.
func (v *Views) NextDeadline(ctx context.Context, now time.Time) (at time.Time, ok bool, err error) {
	return v.nextTime(ctx, nextDeadline, now)
}

// putDeadline keeps an answer's deadline while it waits, and adds it to the
// file in which the answer is filed.
func (p *projector) putDeadline(t *domain.Transaction, i *domain.Item) error {
	by, ok := i.LeaveBy()
	if !ok {
		return nil
	}
	if i.Waits() {
		return p.exec(putDeadline, i.Position, t.ODFI(), micros(by))
	}
	if err := p.exec(takeDeadline, i.Position); err != nil || i.State != domain.Filed {
		return err
	}
	file, err := p.refOf(i.Filing.File)
	if err != nil || file == 0 {
		return err
	}
	return p.exec(fileDeadline, file, micros(by))
}
