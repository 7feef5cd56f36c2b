package projections

import (
	"context"
	"time"
)

// WaitAges counts the waiting items of a kind by how long they have waited.
type WaitAges struct {
	What   string
	Counts []int64 // one for each of AgeSteps, and one for older items
}

// agesOf is a query that counts the rows of an index by the time from which
// they wait.
func agesOf(column, from string) string {
	return `SELECT sum(` + column + ` > ?1), sum(` + column + ` > ?2), sum(` + column + ` > ?3), sum(` + column + ` > ?4), count(*) FROM ` + from
}

// heldAges counts held entries by the minute, because a whole day's entries may
// be held.
const heldAges = `SELECT sum((minute > ?1 / 60000000) * entries), sum((minute > ?2 / 60000000) * entries),
	sum((minute > ?3 / 60000000) * entries), sum((minute > ?4 / 60000000) * entries), sum(entries) FROM held_minutes@`

var waitAges = []struct {
	what, sql string
	now       bool // the query also takes the present time
}{
	{WaitsHeld, heldAges, false},
	{WaitsApproval, agesOf("asked_at", `approvals@ INDEXED BY approvals_waits@ WHERE state = 'asked' AND expires_at > ?5`), true},
	{WaitsUnmatched, agesOf("queued_at", `unmatched@ INDEXED BY unmatched_oldest@ WHERE outcome = ''`), false},
	{WaitsDecision, agesOf("received_at", `decisions@ INDEXED BY decisions_oldest@`), false},
	{WaitsRequest, agesOf("asked_at", `requests@ INDEXED BY requests_oldest@`), false},
	{WaitsQuarantine, agesOf("received_at", `inbound@ INDEXED BY inbound_state@ WHERE state IN ('quarantined', 'partly_quarantined')`), false},
}

// WaitAges counts everything that waits for a person by its age, for each kind
// that has any.
func (v *Views) WaitAges(ctx context.Context, now time.Time) (all []WaitAges, err error) {
	err = v.read(ctx, func(s snapshot) error {
		for _, q := range waitAges {
			var args []value
			for step := range AgeSteps {
				args = append(args, ageLimit(now, step))
			}
			if q.now {
				args = append(args, micros(now))
			}
			row, err := s.c.Row(q.sql, args...)
			if err != nil {
				return err
			}
			if of := agesIn(row); of != nil {
				all = append(all, WaitAges{q.what, of})
			}
		}
		return nil
	})
	return all, err
}

// agesIn converts cumulative counts to counts per step; nil if there are none.
func agesIn(row []value) (counts []int64) {
	total, _ := row[len(row)-1].(int64)
	if total == 0 {
		return nil
	}
	before := int64(0)
	for _, sum := range row {
		n, _ := sum.(int64)
		counts = append(counts, n-before)
		before = n
	}
	return counts
}
