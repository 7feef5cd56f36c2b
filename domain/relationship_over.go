package domain

// Over names the relationship that a transaction uses.
type Over struct {
	Holder         string `json:"holder"`
	RelationshipID string `json:"relationship_id"`
}

// GoesOver reports whether an item goes over the relationship of its
// transaction, if that has one: the entry, its retries and a return fee. A
// reversal, or the dishonor of a return, takes back what left before and does
// not.
func (i *Item) GoesOver() bool {
	return i.Direction == ToFed && (i.Kind == Origination || i.Kind == Retry || i.Kind == ReturnFee)
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
