package domain

// MissedCorrection says that an entry goes to an account that a notification of
// change had corrected: the newest correction in force, and the corrected
// account. The client may have its reasons; it is told. Source: NACHA Operating
// Rules, which require an originator to make a correction before its next
// entry.
type MissedCorrection struct {
	Code          string `json:"code"`           // for example C01
	TransactionID string `json:"transaction_id"` // whose entry was corrected
	ItemID        string `json:"item_id"`        // of the notification of change
	Routing       string `json:"routing"`        // of the corrected account
	AccountType   string `json:"account_type"`
	Tail          string `json:"tail"` // last digits of the corrected account's number
}

// Masked returns the number of the corrected account in the form in which it is
// shown.
func (m MissedCorrection) Masked() string { return Account{Tail: m.Tail}.Masked() }
