package domain

// TransactionResembled records that an entry similar to a filed item left in
// another file, and that the ledger, restored from a backup, does not know
// whose entry that was. If the item is released from its own file, which the
// operator may have rejected before the loss, it waits for a person.
type TransactionResembled struct {
	ItemID string `json:"item_id"`
	File   string `json:"file"`  // name of the other file
	Trace  string `json:"trace"` // fifteen digits
}

// Type names the event in the log.
func (TransactionResembled) Type() string { return "transaction.resembled" }

func init() { register(empty[TransactionResembled]) }

// LooksLike says why an item waits that may have left as a similar entry.
func LooksLike(file, trace string) string {
	return "an entry like it left in file " + file + " under trace " + trace +
		" before the ledger was restored from a backup: approve it if it is another payment, reject it if it is the same"
}

// Resemble records that an entry similar to an item left in another file, and
// that a restored ledger does not know whose entry that was.
type Resemble struct{ ItemID, File, Trace string }

// Decide holds a waiting item, and marks a filed one, once.
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
