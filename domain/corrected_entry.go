package domain

// Corrects says that an entry replaces a debit that was returned with R11: the
// receiver had authorized a debit, but not in this form.
type Corrects struct {
	TransactionID string `json:"transaction_id"` // the returned debit
	ItemID        string `json:"item_id"`        // its return
	Reason        string `json:"reason"`         // what was corrected, in the client's words
	// LeaveBy is the last moment at which the entry may leave without a new
	// authorization, RFC 3339. One that still waits then, held or not, is rejected.
	LeaveBy string `json:"leave_by"`
}

// TransactionCorrectedEntryMade records that a corrected entry was made for a
// debit returned with R11. It is a transaction of its own.
type TransactionCorrectedEntryMade struct {
	ItemID        string `json:"item_id"`        // the return
	TransactionID string `json:"transaction_id"` // the corrected entry
}

// Type names the event in the log.
func (TransactionCorrectedEntryMade) Type() string { return "transaction.corrected_entry_made" }

func init() { register(empty[TransactionCorrectedEntryMade]) }
