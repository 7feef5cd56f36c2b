package projections

import (
	"context"
	"time"
)

// WaitAges is how much of a kind waits, by how long it does.
type WaitAges struct {
	What   string
	Counts []int64 // one for each of AgeSteps, and one for what is older
}

// agesOf counts since when rows wait, in the index that has it.
func agesOf(column, from string) string {
	return `SELECT sum(` + column + ` > ?1), sum(` + column + ` > ?2), sum(` + column + ` > ?3), sum(` + column + ` > ?4), count(*) FROM ` + from
}

// heldAges counts what is held, of which there may be a day's worth, by the
// minute.
const heldAges = `SELECT sum((minute > ?1 / 60000000) * entries), sum((minute > ?2 / 60000000) * entries),
	sum((minute > ?3 / 60000000) * entries), sum((minute > ?4 / 60000000) * entries), sum(entries) FROM held_minutes@`

var waitAges = []struct {
	what, sql string
	now       bool // it asks for the moment, too
}{
	{WaitsHeld, heldAges, false},
	{WaitsApproval, agesOf("asked_at", `approvals@ INDEXED BY approvals_waits@ WHERE state = 'asked' AND expires_at > ?5`), true},
	{WaitsUnmatched, agesOf("queued_at", `unmatched@ INDEXED BY unmatched_oldest@ WHERE outcome = ''`), false},
	{WaitsDecision, agesOf("received_at", `decisions@ INDEXED BY decisions_oldest@`), false},
	{WaitsRequest, agesOf("asked_at", `requests@ INDEXED BY requests_oldest@`), false},
	{WaitsQuarantine, agesOf("received_at", `inbound@ INDEXED BY inbound_state@ WHERE state IN ('quarantined', 'partly_quarantined')`), false},
}

// WaitAges tells for how long what waits for a person does, kind by kind, of
// which there is any.
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

// agesIn takes sums that each hold those before them apart; nil for none.
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
