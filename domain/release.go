package domain

// TransactionReleasedFromFile records that the operator refused the file or
// the batch, so that the item waits again. Its trace stays used.
type TransactionReleasedFromFile struct {
	ItemID string `json:"item_id"`
	File   string `json:"file"`
	Reason string `json:"reason"`
}

// Type names the event in the log.
func (TransactionReleasedFromFile) Type() string { return "transaction.released_from_file" }

func init() { register(func() Event { return &TransactionReleasedFromFile{} }) }

// Release lets an item wait again whose file, or batch, the operator refused.
type Release struct {
	ItemID string
	File   string
	Reason string
}

// nothingToReverse is why a reversal does not leave.
const nothingToReverse = "the operator refused the entry: there is nothing to reverse"

// Decide releases an item that is filed in the file; one that is not was
// released before. A reversal that waits beside its entry, because either was
// released, would leave together with it, or before it: it is rejected.
func (c Release) Decide(t Transaction) []Event {
	i, ok := t.Item(c.ItemID)
	if !ok || i.State != Filed || i.Filing.File != c.File {
		return nil
	}
	events := []Event{TransactionReleasedFromFile{c.ItemID, c.File, c.Reason}}
	for _, r := range t.Items {
		waits := r.State == Pending || r.State == Held
		if r.Kind == Reversal && r.ReplyTo == i.ID && waits {
			events = append(events, TransactionRejected{r.ID, nothingToReverse})
		}
	}
	if entry, ok := t.Item(i.ReplyTo); ok && i.Kind == Reversal && entry.State != Filed {
		events = append(events, TransactionRejected{i.ID, nothingToReverse})
	}
	return events
}
