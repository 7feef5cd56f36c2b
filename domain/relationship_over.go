package domain

// Over identifies the relationship that a transaction uses.
type Over struct {
	Holder         string `json:"holder"`
	RelationshipID string `json:"relationship_id"`
}

// NeedsAuthorization reports whether an item of ours is a new entry, which
// needs the receiver's authorization: a first presentment, a retry, a corrected
// entry (a first presentment of its own) or a return fee. A reversal, or the
// dishonor of a return, takes back an entry that left before.
func (k ItemKind) NeedsAuthorization() bool {
	return k == Origination || k == Retry || k == ReturnFee
}

// NoMore returns why no item that needs an authorization may be made over the
// relationship any more; "" while one may. refused is why its bank refuses the
// account; see RefusedBy.
//
// Canceling a relationship revokes the receiver's authorization, and an entry
// debited after that is returned as R07. A retry or a corrected entry needs no
// new authorization only while the old one stands. What waited or was under way
// at the cancellation still leaves. Source: NACHA Operating Rules, revocation
// of authorizations; returns R07; reinitiation "never R07-type without new
// authorization".
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

// GoesOver reports whether an item uses the relationship of its transaction, if
// it has one: the entry, its retries and a return fee do.
func (i *Item) GoesOver() bool {
	return i.Direction == ToFed && i.Kind.NeedsAuthorization()
}

// RefuseOver rejects the waiting entries that use a relationship whose bank
// refused the account: no money is sent to such an account.
type RefuseOver struct{ Reason string }

// Decide rejects the entries that use the relationship, held or not.
func (c RefuseOver) Decide(t Transaction) ([]Event, error) {
	var events []Event
	for _, i := range t.Items {
		if i.GoesOver() && i.Waits() {
			events = append(events, TransactionRejected{ItemID: i.ID, Reason: "its account may not be used: " + c.Reason})
		}
	}
	return events, nil
}
