package domain

// TransactionRecalled records that the client withdrew an item before it left
// in a file.
type TransactionRecalled struct {
	ItemID string `json:"item_id"`
	Reason string `json:"reason,omitempty"`
}

// Type names the event in the log.
func (TransactionRecalled) Type() string { return "transaction.recalled" }

func init() { register(empty[TransactionRecalled]) }

// Recall withdraws an item that still waits for a file, or a request that
// waits for the receiving bank.
type Recall struct {
	ItemID string
	Reason string
}

// Decide withdraws a waiting item, held or not, unless it has to leave because of
// its reversal. Repeating it makes no event.
func (c Recall) Decide(t Transaction) ([]Event, error) {
	i, ok := t.Item(c.ItemID)
	if !ok || t.hidden() {
		return nil, Refuse(NotFound, "transaction %s has no event %s", t.ID, c.ItemID)
	}
	if reversal := t.takenBack(i); reversal != nil {
		return nil, Refuse(TooLate, "event %s has to leave: its reversal left in file %s, and would take back what never came", i.ID, reversal.Filing.File)
	}
	switch i.State {
	case Pending, Held, Asked:
		return []Event{TransactionRecalled{c.ItemID, c.Reason}}, nil
	case Recalled:
		return nil, nil
	case Filed:
		return nil, Refuse(TooLate, "event %s is Released: it left in file %s", i.ID, i.Filing.File)
	case Rejected, Lapsed:
		return nil, Refuse(TooLate, "event %s is Rejected", i.ID)
	case WasAnswered:
		return nil, Refuse(TooLate, "event %s is Released: event %s answered it", i.ID, i.AnsweredBy)
	default:
		return nil, Refuse(TooLate, "event %s came from the bank and cannot be recalled; it can be returned", i.ID)
	}
}

// hidden reports whether the transaction is being made together with its file
// and is not visible yet. Once filed it stays visible, also if the operator
// rejected the file and it waits again.
func (t Transaction) hidden() bool {
	if t.Originated == nil || t.Originated.InFile == "" {
		return false
	}
	for _, step := range t.Origination().History {
		if step.State == Filed {
			return false
		}
	}
	return true
}
