package projections

import (
	"context"
	"math"
	"time"

	"github.com/achledger/achledger/domain"
)

// ApprovalFilter selects requests that need two people, newest first.
type ApprovalFilter struct {
	State  domain.ApprovalState // empty: all
	Now    time.Time            // the time at which unfinished requests may have expired
	Since  Since                // selects by when they were made
	Limit  int                  // 0: all
	Cursor string
}

const (
	// A request that expired has no event for it.
	listApprovals = `SELECT position, id FROM approvals@ INDEXED BY approvals_state@
		WHERE state = ?1 AND position < ?2 AND expires_at > ?3 AND expires_at <= ?4 AND asked_at > ?6 AND asked_at <= ?7 ORDER BY position DESC LIMIT ?5`
	allApprovals    = `SELECT position, id FROM approvals@ NOT INDEXED WHERE position < ?1 AND asked_at > ?3 AND asked_at <= ?4 ORDER BY position DESC LIMIT ?2`
	undoneApprovals = `SELECT id FROM approvals@ INDEXED BY approvals_undone@ WHERE undone = 1 ORDER BY position`
)

// Approvals lists the ids of requests that need two people, newest first, and
// the cursor of the next page, empty after the last. Errors: ErrCursor.
func (v *Views) Approvals(ctx context.Context, f ApprovalFilter) (ids []string, next string, err error) {
	at, err := newestFirst(f.Cursor, f.State)
	if err != nil {
		return nil, "", err
	}
	p := page[string]{limit: f.Limit}
	now, state := micros(f.Now), f.State
	after, until := int64(math.MinInt64), int64(math.MaxInt64)
	switch state {
	case domain.ApprovalWaits:
		after = now
	case domain.ApprovalExpired:
		state, until = domain.ApprovalWaits, now
	}
	asked, askedUntil := f.Since.within()
	query, args := listApprovals, values(string(state), at.Row, after, until, p.room(), asked, askedUntil)
	if state == "" {
		query, args = allApprovals, values(at.Row, p.room(), asked, askedUntil)
	}
	return p.list(ctx, v, query, args, func(row []value) (id string, here cursor, _ error) {
		here.Filter = at.Filter
		scan(row, &here.Row, &id)
		return id, here, nil
	})
}

// UndoneApprovals lists the requests that were approved and whose act outside
// the log is still to be carried out.
func (v *Views) UndoneApprovals(ctx context.Context) ([]string, error) {
	return rowsOf(ctx, v, undoneApprovals, nil, func(row []value, id *string) { scan(row, id) })
}
