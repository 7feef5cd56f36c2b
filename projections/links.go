package projections

import (
	"context"

	"github.com/achledger/achledger/domain"
)

// OpenRelationship is a relationship that is to change its status.
type OpenRelationship struct {
	Client, Holder, ID string
	Status             domain.RelationshipStatus
	Position           int64
}

// Refused is the status of an approved relationship in this list after an entry
// that verified its account has failed.
const Refused domain.RelationshipStatus = "REFUSED"

// Change is an open notification of change about an account.
type Change struct {
	Client, TransactionID, ItemID string
	Position                      int64
}

// StaleAccountTransaction is a transaction of which something waits, and whose
// account may have been corrected since; only its stream tells.
type StaleAccountTransaction struct {
	Client, TransactionID string
}

const (
	underway = `SELECT client, holder, id, status, position FROM relationships@
		WHERE position > ?1 AND (?2 = '' OR status = ?2) ORDER BY position LIMIT ?3`
	undone = `SELECT client, txn, item, position FROM corrections@ WHERE position > ?1 ORDER BY position LIMIT ?2`
	// staleAccounts compares the last four characters of the accounts: it returns few
	// rows in excess, and needs no index of its own.
	staleAccounts = `SELECT DISTINCT i.client, i.txn FROM (
			SELECT position FROM pending@ INDEXED BY pending_due@ WHERE client = ?1
			UNION ALL SELECT position FROM items@ INDEXED BY items_unfiled_day@ WHERE client = ?1 AND status = 'Pending' AND unfiled_day IS NOT NULL) w
		CROSS JOIN items@ i ON i.position = w.position
		CROSS JOIN leads@ l ON l.client = i.client
			AND l.tail = iif(i.origin IS NULL, i.tail, (SELECT o.tail FROM items@ o WHERE o.position = i.origin))
		WHERE i.client = ?1 AND i.status = 'Pending'
			AND i.kind IN ('Origination', 'Retry', 'Reversal', 'ReturnFee') AND i.direction = 'ToFed'`
	correctedClients = `SELECT client, max(changed) FROM leads@ INDEXED BY leads_changed@ WHERE changed > ?1 GROUP BY client`
)

// OpenRelationships lists relationships under way, in log order from a position
// on; an empty status selects all.
func (v *Views) OpenRelationships(ctx context.Context, status domain.RelationshipStatus, after int64, limit int) ([]OpenRelationship, error) {
	return rowsOf(ctx, v, underway, values(after, string(status), int64(limit)), func(row []value, r *OpenRelationship) {
		scan(row, &r.Client, &r.Holder, &r.ID, &r.Status, &r.Position)
	})
}

// Over returns the relationship used by a transfer or by an entry that verifies
// an account; nil for other transactions. Transactions of newer releases
// contain it themselves.
func (v *Views) Over(ctx context.Context, client, transaction string) (over *domain.Over, err error) {
	err = v.each(ctx, findTransfer, values(client, transaction), func(row []value) { over = readOver(row[0].(string)) })
	return over, err
}

// OpenCorrections lists notifications of change that are not processed yet, in
// log order from a position on.
func (v *Views) OpenCorrections(ctx context.Context, after int64, limit int) ([]Change, error) {
	return rowsOf(ctx, v, undone, values(after, int64(limit)), func(row []value, c *Change) {
		scan(row, &c.Client, &c.TransactionID, &c.ItemID, &c.Position)
	})
}

// StaleAccountTransactions lists a client's transactions of which something
// waits, held or not, that leaves with their account, and whose account may be
// one that was corrected.
func (v *Views) StaleAccountTransactions(ctx context.Context, client string) ([]StaleAccountTransaction, error) {
	return rowsOf(ctx, v, staleAccounts, values(client), func(row []value, t *StaleAccountTransaction) {
		scan(row, &t.Client, &t.TransactionID)
	})
}

// CorrectedClients lists the clients of which an account was corrected after a
// log position, or a correction was refused or took effect again. Newest is the
// newest position of these events.
func (v *Views) CorrectedClients(ctx context.Context, after int64) (clients []string, newest int64, err error) {
	newest = after
	err = v.each(ctx, correctedClients, values(after), func(row []value) {
		client, changed := "", int64(0)
		scan(row, &client, &changed)
		clients, newest = append(clients, client), max(newest, changed)
	})
	return clients, newest, err
}
