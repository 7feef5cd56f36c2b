package projections

import (
	"strings"

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
	_, rest, _ := cutStream(c.recorded.Stream)
	client, holder, _ := strings.Cut(rest, "/")
	err := p.validated(c, client)
	if err != nil {
		return err
	}
	switch e := c.fact.Event.(type) {
	case *domain.AccountLinked:
		_, err = p.c.Exec(putRelationship, c.recorded.Position, client, holder, e.RelationshipID, string(domain.RelationshipQueued))
	case *domain.LinkVerifying:
		if _, err = p.c.Exec(setRelationship, e.RelationshipID, string(domain.RelationshipPending)); err == nil {
			err = p.verifying(client, holder, e)
		}
	case *domain.LinkCancelRequested: // an approved one has no row
		if _, err = p.c.Exec(endRelationship, e.RelationshipID); err == nil {
			_, err = p.c.Exec(putRelationship, c.recorded.Position, client, holder, e.RelationshipID, string(domain.RelationshipCancelRequested))
		}
	case *domain.LinkApproved:
		err = p.approved(e.RelationshipID)
	case *domain.LinkRejected:
		err = p.ended(e.RelationshipID)
	case *domain.LinkCanceled:
		err = p.ended(e.RelationshipID)
	case *domain.TransferMade:
		over := overText(&domain.Over{Holder: holder, RelationshipID: e.RelationshipID})
		if _, err = p.c.Exec(putTransfer, client, e.TransactionID, over); err == nil {
			_, err = p.c.Exec(waitsOver, client, e.TransactionID, over, c.recorded.Position)
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
		_, err = p.c.Exec(putLinked, e.RelationshipID, client, AccountKey(e.Account), method)
	case *domain.LinkVerifying:
		_, err = p.c.Exec(setMethod, e.RelationshipID, e.Method)
	case *domain.LinkApproved:
		_, err = p.c.Exec(setApproved, e.RelationshipID, c.recorded.Position)
	case *domain.LinkRejected:
		_, err = p.c.Exec(setRejected, e.RelationshipID, c.recorded.Position)
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
	if _, err := p.c.Exec(endVerifying, e.RelationshipID); err != nil {
		return err
	}
	over := overText(&domain.Over{Holder: holder, RelationshipID: e.RelationshipID})
	for _, id := range e.Transactions {
		if _, err := p.c.Exec(putVerifying, client, id, holder, e.RelationshipID); err != nil {
			return err
		}
		if _, err := p.c.Exec(putTransfer, client, id, over); err != nil {
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
		_, err = p.c.Exec(setRelationship, id, string(Refused))
	} else {
		_, err = p.c.Exec(endRelationship, id)
	}
	return err
}

func (p *projector) ended(id string) error {
	if _, err := p.c.Exec(endVerifying, id); err != nil {
		return err
	}
	_, err := p.c.Exec(endRelationship, id)
	return err
}

// unverified records that an entry which verifies an account failed. A
// relationship that is already approved is put back among those under way, as
// refused.
func (p *projector) unverified(c *logEvent) error {
	switch c.fact.Event.(type) {
	case *domain.TransactionReturned, *domain.TransactionRecalled, *domain.TransactionRejected:
		if _, err := p.c.Exec(failVerifying, c.transaction.Client, c.transaction.ID); err != nil {
			return err
		}
		_, err := p.c.Exec(refuseRelationship, c.recorded.Position, c.transaction.Client, c.transaction.ID, string(Refused))
		return err
	}
	return nil
}

// corrects has the codes of notifications of change that concern the account.
var corrects = map[string]bool{"C01": true, "C02": true, "C03": true, "C05": true, "C06": true, "C07": true}

// corrected records a notification of change about an entry of ours.
func (p *projector) corrected(c *logEvent) error {
	e, ok := c.fact.Event.(*domain.TransactionCorrected)
	if !ok || c.transaction.Originated == nil || e.Entry.Correction == nil || !corrects[e.Entry.Correction.Code] {
		return nil
	}
	_, err := p.c.Exec(putCorrection, c.recorded.Position, c.transaction.Client, c.transaction.ID, e.ItemID)
	return err
}

// account applies an event of a bank account's stream.
func (p *projector) account(c *logEvent) error {
	_, rest, _ := cutStream(c.recorded.Stream)
	client, id, _ := strings.Cut(rest, "/")
	switch e := c.fact.Event.(type) {
	case *domain.AccountOpened:
		_, err := p.c.Exec(putTail, client, id, e.Account.Tail)
		return err
	case *domain.AccountCorrected:
		if _, err := p.c.Exec(putLead, client, id, e.To, c.recorded.Position); err != nil {
			return err
		}
		_, err := p.c.Exec(endCorrection, client, e.TransactionID, e.ItemID)
		return err
	case *domain.AccountCorrectionRefused, *domain.AccountRefusalRecalled:
		_, err := p.c.Exec(changeLead, client, id, c.recorded.Position)
		return err
	case *domain.AccountCorrectionLeft:
		_, err := p.c.Exec(endCorrection, client, e.TransactionID, e.ItemID)
		return err
	}
	return nil
}
