package domain

import "crypto/hmac"

// MaxVerifyTries is how many wrong answers about micro-deposits are allowed; the
// last wrong one rejects the relationship.
const MaxVerifyTries = 3

// MaxVerifyAttempts is how often a verification is begun because a notification
// of change answered its entries.
const MaxVerifyAttempts = 3

// Events of a relationship's verification.
type (
	// LinkVerifying records that entries were made to verify the account; they are
	// in the same append.
	LinkVerifying struct {
		RelationshipID string   `json:"relationship_id"`
		Method         string   `json:"method"` // prenote or micro_deposits
		Transactions   []string `json:"transactions"`
		Amounts        []byte   `json:"amounts,omitempty"` // keyed hash of the micro-deposits
		Attempt        int      `json:"attempt"`
	}
	// LinkApproved records that transfers may be made.
	LinkApproved struct {
		RelationshipID string `json:"relationship_id"`
	}
	// LinkRejected records that the account could not be verified.
	LinkRejected struct {
		RelationshipID string `json:"relationship_id"`
		Reason         string `json:"reason"`
	}
	// LinkTryFailed records wrong amounts of micro-deposits.
	LinkTryFailed struct {
		RelationshipID string `json:"relationship_id"`
		Tries          int    `json:"tries"` // this one included
	}
)

// Type names each event in the log.
func (LinkVerifying) Type() string { return "relationship.verifying" }
func (LinkApproved) Type() string  { return "relationship.approved" }
func (LinkRejected) Type() string  { return "relationship.rejected" }
func (LinkTryFailed) Type() string { return "relationship.try_failed" }

func init() {
	register(empty[LinkVerifying], empty[LinkApproved], empty[LinkRejected], empty[LinkTryFailed])
}

// The changes methods return what an event does to the relationship it names.

func (e LinkVerifying) changes(r *Relationship) string {
	r.Status, r.Method, r.Attempt = RelationshipPending, e.Method, e.Attempt
	r.Verifying, r.Sent, r.Amounts = e.Transactions, append(r.Sent, e.Transactions...), e.Amounts
	return e.RelationshipID
}

func (e LinkApproved) changes(r *Relationship) string {
	r.Status = RelationshipApproved
	return e.RelationshipID
}

func (e LinkRejected) changes(r *Relationship) string {
	r.Status, r.Reason = RelationshipRejected, e.Reason
	return e.RelationshipID
}

func (e LinkTryFailed) changes(r *Relationship) string {
	r.WrongTries = e.Tries
	return e.RelationshipID
}

// BeginVerifying sends entries to verify an account: those of a queued
// relationship, or new ones after a notification of change.
type BeginVerifying struct {
	RelationshipID string
	Method         string
	Transactions   []string
	Amounts        []byte // keyed hash, micro-deposits only
}

// Decide begins an attempt; a relationship that has ended or was canceled gets
// none.
func (c BeginVerifying) Decide(now Holder) ([]Event, error) {
	r, ok := now.Relationship(c.RelationshipID)
	switch {
	case !ok:
		return nil, noRelationship(c.RelationshipID)
	case r.Status != RelationshipQueued && r.Status != RelationshipPending:
		return nil, Refuse(RuleBroken, "relationship %s is %s and is not verified", r.ID, r.Status)
	case r.Attempt >= MaxVerifyAttempts:
		return []Event{LinkRejected{r.ID, "its bank asked for changes again and again"}}, nil
	}
	return []Event{LinkVerifying{r.ID, c.Method, c.Transactions, c.Amounts, r.Attempt + 1}}, nil
}

// EndVerifying approves or rejects a relationship in verification, or rejects
// an approved one whose account the bank refused.
type EndVerifying struct {
	RelationshipID string
	Rejected       string // the reason; empty approves
}

// Decide ends a verification once.
func (c EndVerifying) Decide(now Holder) ([]Event, error) {
	r, ok := now.Relationship(c.RelationshipID)
	switch {
	case !ok:
		return nil, noRelationship(c.RelationshipID)
	case r.Status == RelationshipApproved && c.Rejected != "":
		return []Event{LinkRejected{r.ID, c.Rejected}}, nil
	case r.Status != RelationshipQueued && r.Status != RelationshipPending:
		return nil, nil
	case c.Rejected != "":
		return []Event{LinkRejected{r.ID, c.Rejected}}, nil
	default:
		return []Event{LinkApproved{r.ID}}, nil
	}
}

// RefusedBy returns why an account must not be used, judged by the entries that
// verify it; empty if nothing speaks against it. It applies to an approved
// relationship too: a prenote or micro-deposit may be returned after its
// amounts were confirmed.
func (r *Relationship) RefusedBy(entries []Transaction) string {
	name := "prenote"
	if r.Method == VerifyByMicroDeposits {
		name = "micro-deposit"
	}
	for _, t := range entries {
		for _, i := range t.Items {
			if i.Kind == Return && i.Direction == FromFed && !t.Aside(i) && i.Incoming != nil && i.Incoming.Entry.Return != nil {
				return "its bank returned the " + name + " as " + i.Incoming.Entry.Return.Code
			}
		}
		if o := t.Origination(); o != nil && (o.State == Recalled || o.State == Rejected) {
			return "the " + name + " never left"
		}
	}
	return ""
}

// ConfirmAmounts reports the amounts of the micro-deposits, as the same keyed
// hash that LinkVerifying has.
type ConfirmAmounts struct {
	RelationshipID string
	Amounts        []byte
}

// Decide approves the right amounts and counts a wrong try, the last of which
// rejects. A wrong try is an event and not a refusal: the caller examines what
// was decided.
func (c ConfirmAmounts) Decide(now Holder) ([]Event, error) {
	r, ok := now.Relationship(c.RelationshipID)
	switch {
	case !ok:
		return nil, noRelationship(c.RelationshipID)
	case r.Status == RelationshipQueued:
		return nil, Refuse(RuleBroken, "the micro-deposits of relationship %s have not been made yet", r.ID)
	case r.Method != VerifyByMicroDeposits:
		return nil, Refuse(RuleBroken, "relationship %s is not verified by micro-deposits", r.ID)
	case r.Status != RelationshipPending:
		return nil, Refuse(RuleBroken, "relationship %s is %s: there is nothing to confirm", r.ID, r.Status)
	case hmac.Equal(r.Amounts, c.Amounts):
		return []Event{LinkApproved{r.ID}}, nil
	}
	events := []Event{LinkTryFailed{r.ID, r.WrongTries + 1}}
	if r.WrongTries+1 >= MaxVerifyTries {
		events = append(events, LinkRejected{r.ID, "the amounts were wrong too often"})
	}
	return events, nil
}

func noRelationship(id string) error { return Refuse(NotFound, "there is no relationship %q", id) }
