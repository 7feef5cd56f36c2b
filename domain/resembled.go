package domain

// TransactionResembled records that an entry like a filed item left in another
// file, and that the ledger, restored from a backup, does not know whose entry
// that was. If the item is released from its own file, which the operator may
// have refused before the loss, it waits for a person.
type TransactionResembled struct {
	ItemID string `json:"item_id"`
	File   string `json:"file"`  // name of the other file
	Trace  string `json:"trace"` // fifteen digits
}

// Type names the event in the log.
func (TransactionResembled) Type() string { return "transaction.resembled" }

func init() { register(func() Event { return &TransactionResembled{} }) }

// LooksLike is why an item waits of which an entry like it may have been the
// same payment.
func LooksLike(file, trace string) string {
	return "an entry like it left in file " + file + " under trace " + trace +
		" before the ledger was restored from a backup: approve it if it is another payment, reject it if it is the same"
}

// Resemble says that an entry like an item left in another file, and that a
// restored ledger does not know whose that was.
type Resemble struct{ ItemID, File, Trace string }

// Decide holds an item that waits, and notes it on one that is filed, once.
func (c Resemble) Decide(t Transaction) ([]Event, error) {
	i, ok := t.Item(c.ItemID)
	reason := LooksLike(c.File, c.Trace)
	switch {
	case ok && i.State == Filed && i.Resembles == nil:
		return []Event{TransactionResembled{ItemID: i.ID, File: c.File, Trace: c.Trace}}, nil
	case ok && (i.State == Pending || i.State == Held && i.Reason != reason):
		return []Event{TransactionHeld{ItemID: i.ID, Reason: reason}}, nil
	default:
		return nil, nil
	}
}
