package projections

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain/calendar"
)

// Kinds of items that wait for a person.
const (
	WaitsHeld       = "held"
	WaitsHeldFile   = "held_files" // that their clients made
	WaitsApproval   = "approvals"
	WaitsUnmatched  = "unmatched"
	WaitsDecision   = "inbound_decisions"
	WaitsQuarantine = "quarantine"
	WaitsRequest    = "return_requests"
	WaitsUnknown    = "unknown_deliveries"
	WaitsDeadline   = "deadlines"
)

// WaitKinds are all of them, in the order they are shown.
var WaitKinds = []string{WaitsHeld, WaitsHeldFile, WaitsApproval, WaitsUnmatched, WaitsDecision, WaitsRequest, WaitsQuarantine, WaitsUnknown, WaitsDeadline}

// Waits sums up the items of a kind that wait for a person.
type Waits struct {
	What     string
	Rule     string // for held entries; empty: no rule holds it
	Rejects  bool   // for held entries: they are rejected after their deadline
	Pays     bool   // for decisions: the payments are paid at their deadline, otherwise returned
	Count    int64
	Cents    int64
	Oldest   time.Time // zero for none
	Deadline time.Time // the next one; zero for none
}

const (
	// Kinds that may have millions of rows have running sums. The oldest row
	// and the next deadline are at the beginning of an index.
	waitsHeld = `SELECT w.rule, w.flag, w.entries, w.cents,
			(SELECT held_at FROM held@ h INDEXED BY held_oldest@ WHERE h.rule = w.rule AND h.rejects = w.flag ORDER BY held_at LIMIT 1),
			(SELECT deadline FROM held@ h INDEXED BY held_rule@ WHERE h.rule = w.rule AND h.rejects = w.flag AND deadline > 0 ORDER BY deadline LIMIT 1)
		FROM waiting@ w WHERE w.what = 'held' ORDER BY w.rule, w.flag`
	waitsHeldFile = `SELECT '', 0, count(*), sum(debit_cents + credit_cents), min(cut_at), min(nullif(send_by, 0)) FROM files@ INDEXED BY files_state@
		WHERE state = 'held'`
	waitsUnmatched = `SELECT '', 0, w.entries, w.cents,
			(SELECT queued_at FROM unmatched@ INDEXED BY unmatched_oldest@ WHERE outcome = '' AND queued_at > 0 ORDER BY queued_at LIMIT 1),
			(SELECT deadline FROM unmatched@ INDEXED BY unmatched_deadline@ WHERE outcome = '' ORDER BY deadline LIMIT 1)
		FROM waiting@ w WHERE w.what = 'unmatched'`
	waitsDecision = `SELECT '', w.flag, w.entries, w.cents,
			(SELECT received_at FROM decisions@ d INDEXED BY decisions_oldest@ WHERE d.pays = w.flag ORDER BY received_at LIMIT 1),
			(SELECT decide_by FROM decisions@ d INDEXED BY decisions_next@ WHERE d.pays = w.flag ORDER BY decide_by LIMIT 1)
		FROM waiting@ w WHERE w.what = 'inbound_decisions' ORDER BY w.rule, w.flag`
	waitsApproval = `SELECT '', 0, count(*), 0, min(asked_at), min(expires_at) FROM approvals@ INDEXED BY approvals_waits@
		WHERE state = 'asked' AND expires_at > ?1`
	waitsRequest = `SELECT '', 0, w.entries, w.cents,
			(SELECT asked_at FROM requests@ INDEXED BY requests_oldest@ WHERE asked_at > 0 ORDER BY asked_at LIMIT 1),
			(SELECT answer_by FROM requests@ INDEXED BY requests_answer_by@ WHERE answer_by > 0 ORDER BY answer_by LIMIT 1)
		FROM waiting@ w WHERE w.what = 'return_requests'`
	waitsQuarantine = `SELECT '', 0, count(*), sum(debit_cents + credit_cents), min(received_at), NULL FROM inbound@ INDEXED BY inbound_state@
		WHERE state IN ('quarantined', 'partly_quarantined')`
	waitsUnknown = `SELECT '', 0, count(*), sum(debit_cents + credit_cents), min(cut_at), NULL FROM files@ INDEXED BY files_state@
		WHERE state = 'delivery_unknown'`
	waitsDeadline = `SELECT '', 0, count(*), sum(i.cents), min(i.made_at), min(d.leave_by) FROM deadlines@ d INDEXED BY deadlines_leave_by@
		CROSS JOIN items@ i ON i.position = d.position WHERE d.leave_by <= ?1`
)

// Waits sums up everything that waits for a person, for each kind that has any;
// held entries by their rule. The deadlines are those of our answers that have
// to leave before the end of the day in New York.
func (v *Views) Waits(ctx context.Context, now time.Time) (all []Waits, err error) {
	endOfDay := calendar.DateOf(now).Add(1).At(0, 0)
	err = v.read(ctx, func(s snapshot) error {
		for _, q := range []struct {
			what, sql string
			args      []value
		}{
			{WaitsHeld, waitsHeld, nil}, {WaitsHeldFile, waitsHeldFile, nil}, {WaitsApproval, waitsApproval, values(micros(now))}, {WaitsUnmatched, waitsUnmatched, nil},
			{WaitsDecision, waitsDecision, nil}, {WaitsRequest, waitsRequest, nil},
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
		n, _ := row[i].(int64) // NULL if there is none
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
