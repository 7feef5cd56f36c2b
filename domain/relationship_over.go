package domain

// Over names the relationship that a transaction uses.
type Over struct {
	Holder         string `json:"holder"`
	RelationshipID string `json:"relationship_id"`
}

// RefuseOver rejects the waiting entries of a transaction over a relationship
// whose account the bank refused: no money is sent to such an account.
type RefuseOver struct{ Reason string }

// Decide rejects the entry and its retries, held or not. A reversal, or the
// dishonor of a return, takes back what left before, and stays.
func (c RefuseOver) Decide(t Transaction) ([]Event, error) {
	var events []Event
	for _, i := range t.Items {
		waits := i.State == Pending || i.State == Held
		if i.Direction == ToFed && waits && (i.Kind == Origination || i.Kind == Retry) {
			events = append(events, TransactionRejected{ItemID: i.ID, Reason: "its account may not be used: " + c.Reason})
		}
	}
	return events, nil
}
