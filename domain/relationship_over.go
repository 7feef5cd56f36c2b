package domain

// Over names the relationship that a transaction uses.
type Over struct {
	Holder         string `json:"holder"`
	RelationshipID string `json:"relationship_id"`
}

// NeedsAuthorization reports whether an item of ours is a new entry that takes the
// receiver's authorization to leave: a first presentment, one presented again, a
// corrected entry, which is a first presentment of its own, or a fee for a return.
// A reversal, or the dishonor of a return, takes back what left before.
func (k ItemKind) NeedsAuthorization() bool {
	return k == Origination || k == Retry || k == ReturnFee
}

// NoMore is why no item that needs an authorization may be made over a
// relationship any more; empty while one may. Refused is why its bank refuses the
// account; see RefusedBy. Who cancels a link ends what the receiver agreed to with
// it, and what is debited after that comes back as R07: a retry and a corrected
// entry need no new authorization only as long as the old one stands. What waited
// or was under way when the link was canceled still leaves. Source: NACHA Operating
// Rules, authorizations may be revoked; returns R07; reinitiation "never R07-type
// without new authorization".
func (r *Relationship) NoMore(refused string) string {
	switch {
	case refused != "":
		return "its account may not be used: " + refused
	case r.Status == RelationshipRejected:
		return "its account may not be used: " + r.Reason
	case r.Status == RelationshipCancelRequested || r.Status == RelationshipCanceled:
		return "its relationship " + r.ID + " was canceled, and the receiver's authorization with it: link the account again"
	}
	return ""
}

// GoesOver reports whether an item goes over the relationship of its
// transaction, if that has one: the entry, its retries and a return fee. A
// reversal, or the dishonor of a return, takes back what left before and does
// not.
func (i *Item) GoesOver() bool {
	return i.Direction == ToFed && i.Kind.NeedsAuthorization()
}

// RefuseOver rejects the waiting entries of a transaction over a relationship
// whose account the bank refused: no money is sent to such an account.
type RefuseOver struct{ Reason string }

// Decide rejects what goes over the relationship, held or not.
func (c RefuseOver) Decide(t Transaction) ([]Event, error) {
	var events []Event
	for _, i := range t.Items {
		if i.GoesOver() && (i.State == Pending || i.State == Held) {
			events = append(events, TransactionRejected{ItemID: i.ID, Reason: "its account may not be used: " + c.Reason})
		}
	}
	return events, nil
}
