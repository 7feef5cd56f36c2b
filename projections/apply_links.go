package projections

import (
	"github.com/achledger/achledger/domain"
)

const (
	putRelationship = `INSERT INTO relationships@(position, client, holder, id, status) VALUES(?1, ?2, ?3, ?4, ?5)`
	setRelationship = `UPDATE relationships@ SET status = ?2 WHERE id = ?1`
	endRelationship = `DELETE FROM relationships@ WHERE id = ?1`

	putLinked   = `INSERT INTO validated@(id, client, account, method, approved, rejected) VALUES(?1, ?2, ?3, ?4, 0, 0)`
	setMethod   = `UPDATE validated@ SET method = ?2 WHERE id = ?1`
	setApproved = `UPDATE validated@ SET approved = ?2 WHERE id = ?1`
	setRejected = `UPDATE validated@ SET rejected = ?2 WHERE id = ?1`

	putVerifying  = `INSERT INTO verifying@(client, txn, holder, id, failed) VALUES(?1, ?2, ?3, ?4, 0)`
	endVerifying  = `DELETE FROM verifying@ WHERE id = ?1`
	failVerifying = `UPDATE verifying@ SET failed = 1 WHERE client = ?1 AND txn = ?2`
	hasFailed     = `SELECT count(*) FROM verifying@ WHERE id = ?1 AND failed = 1`
	// refuseRelationship does nothing if the relationship is already under way.
	refuseRelationship = `INSERT INTO relationships@(position, client, holder, id, status)
		SELECT ?1, client, holder, id, ?4 FROM verifying@ v WHERE client = ?2 AND txn = ?3
			AND NOT EXISTS (SELECT 1 FROM relationships@ r WHERE r.id = v.id)`

	putTransfer  = `INSERT INTO transfers@(client, txn, over) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING`
	findTransfer = `SELECT over FROM transfers@ WHERE client = ?1 AND txn = ?2`
	// waitsOver sets the relationship of the entry that was written just before
	// the holder's event, in the same append.
	waitsOver = `UPDATE pending@ SET over = ?3 WHERE position = ?4 - 1 AND over = ''
		AND EXISTS (SELECT 1 FROM items@ WHERE position = ?4 - 1 AND client = ?1 AND txn = ?2)`

	putCorrection = `INSERT INTO corrections@(position, client, txn, item) VALUES(?1, ?2, ?3, ?4)`
	endCorrection = `DELETE FROM corrections@ WHERE client = ?1 AND txn = ?2 AND item = ?3`

	putTail = `INSERT INTO account_tails@(client, account, tail) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING`
	putLead = `INSERT INTO leads@(client, tail, account, changed)
		SELECT client, tail, account, ?4 FROM account_tails@ WHERE client = ?1 AND account IN (?2, ?3)
		ON CONFLICT(client, tail, account) DO UPDATE SET changed = ?4`
	// changeLead is for an account that was corrected before.
	changeLead = `UPDATE leads@ SET changed = ?3 WHERE client = ?1 AND account = ?2
		AND tail = (SELECT tail FROM account_tails@ WHERE client = ?1 AND account = ?2)`
)

// holder applies an event of a holder's stream.
func (p *projector) holder(c *logEvent) error {
	_, client, holder := cutClientStream(c.recorded.Stream)
	err := p.validated(c, client)
	if err != nil {
		return err
	}
	switch e := c.fact.Event.(type) {
	case *domain.AccountLinked:
		err = p.exec(putRelationship, c.recorded.Position, client, holder, e.RelationshipID, string(domain.RelationshipQueued))
	case *domain.LinkVerifying:
		if err = p.exec(setRelationship, e.RelationshipID, string(domain.RelationshipPending)); err == nil {
			err = p.verifying(client, holder, e)
		}
	case *domain.LinkCancelRequested: // an approved one has no row
		if err = p.exec(endRelationship, e.RelationshipID); err == nil {
			err = p.exec(putRelationship, c.recorded.Position, client, holder, e.RelationshipID, string(domain.RelationshipCancelRequested))
		}
	case *domain.LinkApproved:
		err = p.approved(e.RelationshipID)
	case *domain.LinkRejected:
		err = p.ended(e.RelationshipID)
	case *domain.LinkCanceled:
		err = p.ended(e.RelationshipID)
	case *domain.TransferMade:
		over := overText(&domain.Over{Holder: holder, RelationshipID: e.RelationshipID})
		if err = p.exec(putTransfer, client, e.TransactionID, over); err == nil {
			err = p.exec(waitsOver, client, e.TransactionID, over, c.recorded.Position)
		}
	}
	return err
}

// validated records which accounts of relationships were validated, and when.
func (p *projector) validated(c *logEvent, client string) (err error) {
	switch e := c.fact.Event.(type) {
	case *domain.AccountLinked:
		method := ""
		if e.FromPlaid {
			method = "plaid"
		}
		err = p.exec(putLinked, e.RelationshipID, client, AccountKey(e.Account), method)
	case *domain.LinkVerifying:
		err = p.exec(setMethod, e.RelationshipID, e.Method)
	case *domain.LinkApproved:
		err = p.exec(setApproved, e.RelationshipID, c.recorded.Position)
	case *domain.LinkRejected:
		err = p.exec(setRejected, e.RelationshipID, c.recorded.Position)
	}
	return err
}

// transferOver returns the relationship that a transaction uses, to move money
// or to verify its account, according to the holder's stream; "" if none.
func (p *projector) transferOver(t *domain.Transaction) (string, error) {
	row, err := p.c.Row(findTransfer, t.Client, t.ID)
	if err != nil || row == nil {
		return "", err
	}
	return row[0].(string), nil
}

// verifying records the entries that verify an account. They replace those of
// the previous attempt.
func (p *projector) verifying(client, holder string, e *domain.LinkVerifying) error {
	if err := p.exec(endVerifying, e.RelationshipID); err != nil {
		return err
	}
	over := overText(&domain.Over{Holder: holder, RelationshipID: e.RelationshipID})
	for _, id := range e.Transactions {
		if err := p.exec(putVerifying, client, id, holder, e.RelationshipID); err != nil {
			return err
		}
		if err := p.exec(putTransfer, client, id, over); err != nil {
			return err
		}
	}
	return nil
}

// approved removes an approved relationship from those under way, unless an
// entry that verifies its account came back before that.
func (p *projector) approved(id string) error {
	row, err := p.c.Row(hasFailed, id)
	if err != nil {
		return err
	}
	if row[0].(int64) > 0 {
		err = p.exec(setRelationship, id, string(Refused))
	} else {
		err = p.exec(endRelationship, id)
	}
	return err
}

func (p *projector) ended(id string) error {
	if err := p.exec(endVerifying, id); err != nil {
		return err
	}
	return p.exec(endRelationship, id)
}

// unverified records that an entry which verifies an account failed. A
// relationship that is already approved is put back among those under way, as
// refused.
func (p *projector) unverified(c *logEvent) error {
	item := ""
	switch e := c.fact.Event.(type) {
	case *domain.TransactionReturned:
		item = e.ItemID
	case *domain.TransactionRecalled:
		item = e.ItemID
	case *domain.TransactionRejected:
		item = e.ItemID
	default:
		return nil
	}
	if i, ok := c.transaction.Item(item); ok && c.transaction.Aside(i) {
		return nil
	}
	if err := p.exec(failVerifying, c.transaction.Client, c.transaction.ID); err != nil {
		return err
	}
	return p.exec(refuseRelationship, c.recorded.Position, c.transaction.Client, c.transaction.ID, string(Refused))
}

// corrects has the codes of notifications of change that concern the account.
var corrects = map[string]bool{"C01": true, "C02": true, "C03": true, "C05": true, "C06": true, "C07": true}

// corrected records a notification of change about an entry of ours.
func (p *projector) corrected(c *logEvent) error {
	e, ok := c.fact.Event.(*domain.TransactionCorrected)
	if !ok || c.transaction.Originated == nil || e.Entry.Correction == nil || !corrects[e.Entry.Correction.Code] {
		return nil
	}
	return p.exec(putCorrection, c.recorded.Position, c.transaction.Client, c.transaction.ID, e.ItemID)
}

// account applies an event of a bank account's stream.
func (p *projector) account(c *logEvent) error {
	_, client, id := cutClientStream(c.recorded.Stream)
	switch e := c.fact.Event.(type) {
	case *domain.AccountOpened:
		return p.exec(putTail, client, id, e.Account.Tail)
	case *domain.AccountCorrected:
		if err := p.exec(putLead, client, id, e.To, c.recorded.Position); err != nil {
			return err
		}
		return p.exec(endCorrection, client, e.TransactionID, e.ItemID)
	case *domain.AccountCorrectionRefused, *domain.AccountRefusalRecalled:
		return p.exec(changeLead, client, id, c.recorded.Position)
	case *domain.AccountCorrectionLeft:
		return p.exec(endCorrection, client, e.TransactionID, e.ItemID)
	}
	return nil
}
