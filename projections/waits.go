package projections

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain/calendar"
)

// Kinds of what waits for a person.
const (
	WaitsHeld       = "held"
	WaitsApproval   = "approvals"
	WaitsUnmatched  = "unmatched"
	WaitsDecision   = "inbound_decisions"
	WaitsQuarantine = "quarantine"
	WaitsUnknown    = "unknown_deliveries"
	WaitsDeadline   = "deadlines"
)

// WaitKinds are all of them, in the order they are shown.
var WaitKinds = []string{WaitsHeld, WaitsApproval, WaitsUnmatched, WaitsDecision, WaitsQuarantine, WaitsUnknown, WaitsDeadline}

// Waits is how much of a kind waits for a person.
type Waits struct {
	What     string
	Rule     string // of what is held; empty: no rule holds it
	Rejects  bool   // of what is held: it is rejected after its deadline
	Pays     bool   // of decisions: it is paid at its deadline, else returned
	Count    int64
	Cents    int64
	Oldest   time.Time // zero for none
	Deadline time.Time // the next one; zero for none
}

const (
	// The indexes hold all that is asked for: nothing is looked up row by row.
	waitsHeld = `SELECT rule, rejects, count(*), sum(cents), min(held_at), min(CASE WHEN deadline > 0 THEN deadline END)
		FROM held@ INDEXED BY held_rule@ GROUP BY rule, rejects ORDER BY rule, rejects`
	waitsApproval = `SELECT '', 0, count(*), 0, min(asked_at), min(expires_at) FROM approvals@ INDEXED BY approvals_waits@
		WHERE state = 'asked' AND expires_at > ?1`
	waitsUnmatched = `SELECT '', 0, count(*), sum(cents), min(queued_at), min(deadline) FROM unmatched@ INDEXED BY unmatched_waits@
		WHERE outcome = ''`
	waitsDecision   = `SELECT '', pays, count(*), sum(cents), min(received_at), min(decide_by) FROM decisions@ GROUP BY pays ORDER BY pays`
	waitsQuarantine = `SELECT '', 0, count(*), sum(debit_cents + credit_cents), min(received_at), NULL FROM inbound@ INDEXED BY inbound_state@
		WHERE state IN ('quarantined', 'partly_quarantined')`
	waitsUnknown = `SELECT '', 0, count(*), sum(debit_cents + credit_cents), min(cut_at), NULL FROM files@ INDEXED BY files_state@
		WHERE state = 'delivery_unknown'`
	waitsDeadline = `SELECT '', 0, count(*), sum(i.cents), min(i.made_at), min(d.leave_by) FROM deadlines@ d INDEXED BY deadlines_leave_by@
		CROSS JOIN items@ i ON i.position = d.position WHERE d.leave_by <= ?1`
)

// Waits tells what waits for a person, kind by kind, of which there is any.
// Held is told by its rule. The deadlines are those of answers of ours that
// have to leave before the end of the day in New York.
func (v *Views) Waits(ctx context.Context, now time.Time) (all []Waits, err error) {
	endOfDay := calendar.DateOf(now).Add(1).At(0, 0)
	err = v.read(ctx, func(s snapshot) error {
		for _, q := range []struct {
			what, sql string
			args      []value
		}{
			{WaitsHeld, waitsHeld, nil}, {WaitsApproval, waitsApproval, values(micros(now))}, {WaitsUnmatched, waitsUnmatched, nil},
			{WaitsDecision, waitsDecision, nil},
			{WaitsQuarantine, waitsQuarantine, nil}, {WaitsUnknown, waitsUnknown, nil}, {WaitsDeadline, waitsDeadline, values(micros(endOfDay))},
		} {
			err := s.query(q.sql, q.args, func(row []value) error {
				if w := scanWaits(q.what, row); w.Count > 0 {
					all = append(all, w)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

func scanWaits(what string, row []value) Waits {
	number := func(i int) int64 {
		n, _ := row[i].(int64) // NULL where there is none
		return n
	}
	flag := number(1) != 0
	w := Waits{What: what, Rule: row[0].(string), Rejects: flag && what == WaitsHeld, Pays: flag && what == WaitsDecision, Count: number(2), Cents: number(3)}
	if at := number(4); at > 0 {
		w.Oldest = instant(at)
	}
	if at := number(5); at > 0 && at != never {
		w.Deadline = instant(at)
	}
	return w
}
