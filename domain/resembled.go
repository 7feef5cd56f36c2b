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
