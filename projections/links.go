package projections

import (
	"context"

	"github.com/achledger/achledger/domain"
)

// OpenRelationship is a relationship on its way to another status.
type OpenRelationship struct {
	Client, Holder, ID string
	Status             domain.RelationshipStatus
	Position           int64
}

// Refused is the status under which a relationship that was approved is
// listed once an entry that verified its account came to nothing.
const Refused domain.RelationshipStatus = "REFUSED"

// Change is a notification of change about an account that nobody has acted
// on.
type Change struct {
	Client, TransactionID, ItemID string
	Position                      int64
}

// StaleAccountTransaction is a transaction that waits and whose account may have been
// corrected since; only its stream tells.
type StaleAccountTransaction struct {
	Client, TransactionID string
}

const (
	underway = `SELECT client, holder, id, status, position FROM relationships@
		WHERE position > ?1 AND (?2 = '' OR status = ?2) ORDER BY position LIMIT ?3`
	undone = `SELECT client, txn, item, position FROM corrections@ WHERE position > ?1 ORDER BY position LIMIT ?2`
	// misled compares the last four of the accounts: few rows are looked at
	// for nothing, and no index is kept for it.
	misled = `SELECT DISTINCT i.client, i.txn FROM items@ i INDEXED BY items_unfiled_day@
		CROSS JOIN leads@ l ON l.client = i.client AND l.tail = i.tail
		WHERE i.client = ?1 AND i.status = 'Pending' AND i.unfiled_day IS NOT NULL
			AND i.kind = 'Origination' AND i.direction = 'ToFed'`
	correctedClients = `SELECT client, max(changed) FROM leads@ INDEXED BY leads_changed@ WHERE changed > ?1 GROUP BY client`
)

// OpenRelationships lists relationships that wait for something, in log
// order from a position on; an empty status is any.
func (v *Views) OpenRelationships(ctx context.Context, status domain.RelationshipStatus, after int64, limit int) (list []OpenRelationship, err error) {
	err = v.read(ctx, func(s snapshot) error {
		return s.query(underway, values(after, string(status), int64(limit)), func(row []value) error {
			list = append(list, OpenRelationship{
				Client: row[0].(string), Holder: row[1].(string), ID: row[2].(string),
				Status: domain.RelationshipStatus(row[3].(string)), Position: row[4].(int64),
			})
			return nil
		})
	})
	return list, err
}

// Over is the relationship that a transfer goes over, or an entry that verifies
// its account; nil for another transaction. What newer releases wrote says so
// itself.
func (v *Views) Over(ctx context.Context, client, transaction string) (over *domain.Over, err error) {
	err = v.read(ctx, func(s snapshot) error {
		row, err := s.c.Row(findTransfer, client, transaction)
		if err == nil && row != nil {
			over = readOver(row[0].(string))
		}
		return err
	})
	return over, err
}

// OpenCorrections lists notifications of change that nobody has acted on, in
// log order from a position on.
func (v *Views) OpenCorrections(ctx context.Context, after int64, limit int) (list []Change, err error) {
	err = v.read(ctx, func(s snapshot) error {
		return s.query(undone, values(after, int64(limit)), func(row []value) error {
			list = append(list, Change{row[0].(string), row[1].(string), row[2].(string), row[3].(int64)})
			return nil
		})
	})
	return list, err
}

// StaleAccountTransactions lists what waits of a client, held or not, and goes to
// an account like one that was corrected.
func (v *Views) StaleAccountTransactions(ctx context.Context, client string) (list []StaleAccountTransaction, err error) {
	err = v.read(ctx, func(s snapshot) error {
		return s.query(misled, values(client), func(row []value) error {
			list = append(list, StaleAccountTransaction{row[0].(string), row[1].(string)})
			return nil
		})
	})
	return list, err
}

// CorrectedClients are those with an account that was corrected, or whose
// correction was refused or is in force again, after a log position; newest is
// the newest position of these.
func (v *Views) CorrectedClients(ctx context.Context, after int64) (clients []string, newest int64, err error) {
	newest = after
	err = v.read(ctx, func(s snapshot) error {
		return s.query(correctedClients, values(after), func(row []value) error {
			clients, newest = append(clients, row[0].(string)), max(newest, row[1].(int64))
			return nil
		})
	})
	return clients, newest, err
}
