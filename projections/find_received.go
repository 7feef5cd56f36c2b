package projections

import (
	"context"
)

// ReceivedEntry is a payment from another bank: in a transaction or, if it has
// no client, in the queue for a person.
type ReceivedEntry struct {
	Client, TransactionID string
	EntryID               string // in the queue
}

// An ODFI that numbers each of its files from 1 uses a trace number thousands of
// times: only the newest ones are examined.
const (
	findReceived = `SELECT client, txn, '' FROM (
			SELECT client, txn, kind, direction, cents, settled_on FROM items@ INDEXED BY items_trace@
			WHERE trace = ?1 AND trace <> '' ORDER BY position DESC LIMIT 500)
		WHERE kind = 'Origination' AND direction = 'FromFed' AND cents = ?2 AND settled_on = ?3`
	findQueued = `SELECT '', '', entry FROM (
			SELECT entry, kind, cents FROM unmatched@ INDEXED BY unmatched_trace@ WHERE trace = ?1 ORDER BY position DESC LIMIT 500)
		WHERE kind = 'forward' AND cents = ?2`
)

// ReceivedLike finds payments from other banks with a trace number, an amount and
// a settlement date, YYYY-MM-DD. Of those in the queue it does not look at the
// date.
func (v *Views) ReceivedLike(ctx context.Context, trace string, cents int64, settledOn string) (list []ReceivedEntry, err error) {
	err = v.read(ctx, func(s snapshot) error {
		add := func(row []value) error {
			var r ReceivedEntry
			scan(row, &r.Client, &r.TransactionID, &r.EntryID)
			list = append(list, r)
			return nil
		}
		if err := s.query(findReceived, values(trace, cents, settledOn), add); err != nil {
			return err
		}
		return s.query(findQueued, values(trace, cents), add)
	})
	return list, err
}
