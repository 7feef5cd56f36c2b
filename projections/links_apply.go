package projections

import (
	"strings"

	"github.com/achledger/achledger/domain"
)

const (
	putRelationship = `INSERT INTO relationships@(position, client, holder, id, status) VALUES(?1, ?2, ?3, ?4, ?5)`
	setRelationship = `UPDATE relationships@ SET status = ?2 WHERE id = ?1`
	endRelationship = `DELETE FROM relationships@ WHERE id = ?1`

	putCorrection = `INSERT INTO corrections@(position, client, txn, item) VALUES(?1, ?2, ?3, ?4)`
	endCorrection = `DELETE FROM corrections@ WHERE client = ?1 AND txn = ?2 AND item = ?3`

	putTail = `INSERT INTO account_tails@(client, account, tail) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING`
	putLead = `INSERT INTO leads@(client, tail, account)
		SELECT client, tail, account FROM account_tails@ WHERE client = ?1 AND account IN (?2, ?3) ON CONFLICT DO NOTHING`
)

// holder applies an event of a holder's stream.
func (p *projector) holder(c change) error {
	_, rest, _ := cutStream(c.recorded.Stream)
	client, holder, _ := strings.Cut(rest, "/")
	var err error
	switch e := c.fact.Event.(type) {
	case *domain.AccountLinked:
		_, err = p.c.exec(putRelationship, c.recorded.Position, client, holder, e.RelationshipID, string(domain.RelationshipQueued))
	case *domain.LinkVerifying:
		_, err = p.c.exec(setRelationship, e.RelationshipID, string(domain.RelationshipPending))
	case *domain.LinkCancelRequested: // one that was approved had no row
		if _, err = p.c.exec(endRelationship, e.RelationshipID); err == nil {
			_, err = p.c.exec(putRelationship, c.recorded.Position, client, holder, e.RelationshipID, string(domain.RelationshipCancelRequested))
		}
	case *domain.LinkApproved:
		_, err = p.c.exec(endRelationship, e.RelationshipID)
	case *domain.LinkRejected:
		_, err = p.c.exec(endRelationship, e.RelationshipID)
	case *domain.LinkCanceled:
		_, err = p.c.exec(endRelationship, e.RelationshipID)
	}
	return err
}

// corrects is whether a notification of change is about the account.
var corrects = map[string]bool{"C01": true, "C02": true, "C03": true, "C05": true, "C06": true, "C07": true}

// corrected notes a notification of change of an entry of ours.
func (p *projector) corrected(c change) error {
	e, ok := c.fact.Event.(*domain.TransactionCorrected)
	if !ok || c.transaction.Originated == nil || e.Entry.Correction == nil || !corrects[e.Entry.Correction.Code] {
		return nil
	}
	_, err := p.c.exec(putCorrection, c.recorded.Position, c.transaction.Client, c.transaction.ID, e.ItemID)
	return err
}

// account applies an event of a bank account's stream.
func (p *projector) account(c change) error {
	_, rest, _ := cutStream(c.recorded.Stream)
	client, id, _ := strings.Cut(rest, "/")
	switch e := c.fact.Event.(type) {
	case *domain.AccountOpened:
		_, err := p.c.exec(putTail, client, id, e.Account.Tail)
		return err
	case *domain.AccountCorrected:
		if _, err := p.c.exec(putLead, client, id, e.To); err != nil {
			return err
		}
		_, err := p.c.exec(endCorrection, client, e.TransactionID, e.ItemID)
		return err
	case *domain.AccountCorrectionLeft:
		_, err := p.c.exec(endCorrection, client, e.TransactionID, e.ItemID)
		return err
	}
	return nil
}
